package messages

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// roundTrip checks what holds of every kind of value: what is written reads as the value it was and writes as the same
// bytes, writing changes nothing, no shorter or longer bytes mean the same value.
func roundTrip[T any](t *rapid.T, value T, encode func(T) ([]byte, error), decode func([]byte, T) error) {
	before := fmt.Sprintf("%+v", value)
	b, err := encode(value)
	if err != nil {
		t.Fatalf("writing %s: %v", before, err)
	}
	if after := fmt.Sprintf("%+v", value); after != before {
		t.Fatalf("writing changed %s to %s", before, after)
	}
	// A value that was in use before must come out as a fresh one would.
	for _, used := range []T{fresh(value), value} {
		if err := decode(bytes.Clone(b), used); err != nil {
			t.Fatalf("reading %x: %v", b, err)
		}
		if got := fmt.Sprintf("%+v", used); got != before {
			t.Fatalf("%x read as %s, was written from %s", b, got, before)
		}
		if again, err := encode(used); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x came back as %x, %v", b, again, err)
		}
	}
	for n := range b {
		got := fresh(value)
		if decode(b[:n:n], got) != nil {
			continue
		}
		if again, err := encode(got); err != nil || !bytes.Equal(again, b[:n]) {
			t.Fatalf("the first %d bytes of %x read as %+v, which writes as %x, %v", n, b, got, again, err)
		}
	}
}

// fresh returns a zero value of what v points to.
func fresh[T any](v T) T { return reflect.New(reflect.TypeOf(v).Elem()).Interface().(T) }

func encodeMessage(m Message) ([]byte, error) {
	b, err := Append(nil, m)
	if err != nil {
		return nil, err
	}
	return b[HandshakeHeaderLen:], nil
}

func encodeBody(b ExtensionBody) ([]byte, error) { return new(Coder).AppendBody(nil, b) }

func decodeBody(data []byte, b ExtensionBody) error { return new(Coder).DecodeBody(data, b) }

func TestEveryMessageReadsAsItWasWritten(t *testing.T) {
	for _, draw := range messageKinds {
		t.Run(name(example(draw)), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { roundTrip(t, draw(t), encodeMessage, Decode) })
		})
	}
}

func TestEveryExtensionBodyReadsAsItWasWritten(t *testing.T) {
	for _, draw := range bodyKinds {
		t.Run(name(example(draw)), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { roundTrip(t, draw(t), encodeBody, decodeBody) })
		})
	}
}

func TestEveryMessageStartsWithItsHeader(t *testing.T) {
	for _, draw := range messageKinds {
		rapid.Check(t, func(t *rapid.T) {
			m := draw(t)
			b, err := Append([]byte("before"), m)
			if err != nil || !bytes.HasPrefix(b, []byte("before")) {
				t.Fatalf("%T: %x, %v", m, b, err)
			}
			b = b[len("before"):]
			kind, n, ok := ParseHandshakeHeader(b)
			if !ok || kind != m.Type() || n != len(b)-HandshakeHeaderLen {
				t.Fatalf("%T: header of %x: %v, %d, %v", m, b, kind, n, ok)
			}
		})
	}
}

func TestABodyWithAByteTooManyIsRefused(t *testing.T) {
	for _, draw := range messageKinds {
		m := example(draw)
		switch m := m.(type) {
		case *Finished, *MessageHash:
			continue // take whatever is there
		case *ClientHello:
			m.HasExtensions = true
		case *ServerHello:
			m.HasExtensions = true
		}
		b, err := encodeMessage(m)
		fatal(t, "an example is written", err)
		if err := Decode(append(b, 0), fresh(m)); err == nil {
			t.Errorf("%T with a byte too many was accepted", m)
		}
	}
}

func TestAFailedAppendReturnsWhatItWasGiven(t *testing.T) {
	got, err := Append([]byte("before"), &ClientHello{})
	if err == nil || string(got) != "before" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAHandshakeHeaderCutShortIsNotParsed(t *testing.T) {
	for n := range HandshakeHeaderLen {
		if kind, length, ok := ParseHandshakeHeader(make([]byte, n)); ok || kind != 0 || length != 0 {
			t.Errorf("%d bytes gave %v, %d, %v", n, kind, length, ok)
		}
	}
}
