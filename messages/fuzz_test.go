package messages

import (
	"bytes"
	"testing"
)

// Reading and then writing gives the same bytes, or the bytes were refused: nothing is lost, and no two encodings mean
// the same value.

func FuzzMessage(f *testing.F) {
	kinds := examples(messageKinds)
	for i, value := range kinds {
		b, err := encodeMessage(value)
		fatal(f, "an example is written", err)
		f.Add(uint8(i), b)
	}
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		m := fresh(kinds[int(kind)%len(kinds)])
		if Decode(body, m) != nil {
			return
		}
		again, err := encodeMessage(m)
		fatal(t, "what was read can be written", err)
		if !bytes.Equal(again, body) {
			t.Errorf("%T: %x came back as %x", m, body, again)
		}
	})
}

func FuzzExtensionBody(f *testing.F) {
	kinds := examples(bodyKinds)
	for i, value := range kinds {
		b, err := encodeBody(value)
		fatal(f, "an example is written", err)
		f.Add(uint8(i), b)
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		b := fresh(kinds[int(kind)%len(kinds)])
		if decodeBody(data, b) != nil {
			return
		}
		again, err := encodeBody(b)
		fatal(t, "what was read can be written", err)
		if !bytes.Equal(again, data) {
			t.Errorf("%T: %x came back as %x", b, data, again)
		}
	})
}

func FuzzAlert(f *testing.F) {
	f.Add([]byte{2, 40})
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, ok := ParseAlert(b); ok && !bytes.Equal(m.Append(nil), b) {
			t.Errorf("%x came back as %x", b, m.Append(nil))
		}
	})
}
