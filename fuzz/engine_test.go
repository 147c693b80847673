package fuzz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// From every point of the golden handshakes the engine is given what the
// fuzzer thinks of: bytes as they come in, or content that is sealed under the
// right keys first. It must not panic, and
//
//   - what it sends is bounded, whatever the input;
//   - what it allocates is bounded by the size of the input;
//   - it never blames a bug of its own;
//   - once it has failed, it says so for ever, and sends nothing more;
//   - any split of the input gives the same.

const (
	// most is what an engine may send in answer to any input, in bytes: two
	// flights with a certificate, and tickets.
	most = 32 << 10
	// An engine may allocate a page of an x509.Certificate, keys and ciphers,
	// and for each byte of input what the smallest list elements take.
	allocated, allocatedPerByte = 8 << 20, 400
)

func FuzzClient(f *testing.F) { fuzzEngine(f, events.Client) }
func FuzzServer(f *testing.F) { fuzzEngine(f, events.Server) }

func fuzzEngine(f *testing.F, role events.Role) {
	all := points(role)
	for i, p := range all {
		f.Add(uint16(i), uint8(0), uint16(3), p.next)
		f.Add(uint16(i), uint8(1), uint16(3), appendContent(nil, p.kind, p.content))
		f.Add(uint16(i), uint8(1), uint16(40), appendContent(appendContent(nil, p.kind, p.content), record.Alert, []byte{1, 0}))
		f.Add(uint16(i), uint8(2), uint16(7), p.content)
		if early := p.withEarlyData(); early != nil {
			f.Add(uint16(i), uint8(0), uint16(50), early)
		}
	}
	f.Fuzz(func(t *testing.T, at uint16, mode uint8, split uint16, input []byte) {
		p := all[int(at)%len(all)]
		stream := p.stream(mode, input)
		before := heapAllocated()
		whole := p.fork()
		whole.feed(t, stream, len(stream))
		if grown := heapAllocated() - before; grown > allocated+allocatedPerByte*uint64(len(stream)) {
			t.Errorf("%s: %d bytes of input had %d bytes allocated", p.name, len(stream), grown)
		}
		whole.check(t)
		pieces := p.fork()
		pieces.feed(t, stream, max(1, int(split), len(stream)/64))
		pieces.check(t)
		if got, want := pieces.String(), whole.String(); got != want {
			t.Errorf("%s: in pieces of %d bytes:\n got %s\nwant %s", p.name, split, got, want)
		}
	})
}

// withEarlyData is the ClientHello that the point goes on with, if it does, as
// one that announces early data, and records that could be it.
func (p *point) withEarlyData() []byte {
	var hello messages.ClientHello
	if len(p.content) < messages.HandshakeHeaderLen || messages.HandshakeType(p.content[0]) != hello.Type() ||
		messages.Decode(p.content[messages.HandshakeHeaderLen:], &hello) != nil {
		return nil
	}
	hello.Extensions.List = slices.Insert(hello.Extensions.List, 0, messages.Extension{Type: messages.ExtensionEarlyData})
	raw, err := messages.Append(nil, &hello)
	if err != nil {
		return nil
	}
	stream := append(record.Header{Type: record.Handshake, Version: uint16(messages.TLS10), Length: len(raw)}.Append(nil), raw...)
	for _, size := range []int{17, 100, 2000} {
		stream = record.Header{Type: record.ApplicationData, Version: uint16(messages.TLS12), Length: size}.Append(stream)
		stream = append(stream, make([]byte, size)...)
	}
	return stream
}

// stream turns the fuzzer's input into what arrives: bytes as they are,
// sealed records from a list of contents, or one message in a sealed record.
func (p *point) stream(mode uint8, input []byte) []byte {
	switch {
	case mode%3 == 0:
		return input
	case mode%3 == 1:
		return p.seal(input)
	}
	var message []byte
	if len(input) > messages.HandshakeHeaderLen {
		// The length is right, so that the fuzzer gets past it.
		body := input[messages.HandshakeHeaderLen:]
		message = append([]byte{input[0], byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
	}
	var contents []byte
	for len(message) > 0 {
		n := min(len(message), record.MaxPlaintext)
		contents = appendContent(contents, record.Handshake, message[:n])
		message = message[n:]
	}
	return p.seal(contents)
}

// appendContent appends the content of a record to a list that seal reads: the
// type, the length in two bytes, the content.
func appendContent(list []byte, kind record.ContentType, content []byte) []byte {
	list = append(list, byte(kind))
	list = binary.BigEndian.AppendUint16(list, uint16(len(content)))
	return append(list, content...)
}

// seal makes records of a list of contents.
func (p *point) seal(list []byte) []byte {
	var stream []byte
	sealer := p.sealer
	if sealer != nil {
		sealer = secrets.ForkSealer(sealer)
	}
	// In TLS 1.2 change_cipher_spec is under keys like all else.
	_, legacy := sealer.(*secrets.Sealer12)
	for len(list) >= 3 {
		kind := list[0]
		n := min(int(binary.BigEndian.Uint16(list[1:])), len(list)-3, record.MaxPlaintext)
		content := list[3 : 3+n]
		list = list[3+n:]
		if sealer == nil || kind == 0 || !legacy && record.ContentType(kind) == record.ChangeCipherSpec {
			header := record.Header{Type: record.ContentType(kind), Version: uint16(messages.TLS12), Length: n}
			stream = append(header.Append(stream), content...)
			continue
		}
		stream, _ = sealer.Seal(stream, kind, content, 0)
	}
	return stream
}

// subject is an engine under test and what it has done.
type subject struct {
	point    *point
	engine   *engine.Engine
	answers  *testkit.Answers
	sent     []byte
	received []byte
	facts    []string
	out      events.Output
}

func (p *point) fork() *subject {
	answers := *p.answers
	return &subject{point: p, engine: p.engine.Fork(), answers: &answers}
}

// feed has the stream arrive in pieces. A question that is open already is
// answered once all has arrived, or no more is held.
func (s *subject) feed(t *testing.T, stream []byte, piece int) {
	t.Helper()
	for len(stream) > 0 {
		n := min(piece, len(stream))
		given := slices.Clone(stream[:n])
		err := s.do(t, func(e *engine.Engine, now time.Time) error { return e.Receive(&s.out, now, given) })
		if errors.Is(err, engine.ErrParked) {
			if s.engine.Parked() == nil {
				t.Fatalf("%s: parked without a question", s.point.name)
			}
			s.answer(t)
			continue
		}
		stream = stream[n:]
	}
	s.answer(t)
}

// answer answers the open question, if there is one.
func (s *subject) answer(t *testing.T) {
	t.Helper()
	if q := s.engine.Parked(); q != nil {
		_ = s.do(t, func(e *engine.Engine, now time.Time) error {
			return e.Answer(&s.out, now, s.answers.Answer(now, q))
		})
	}
}

// do calls a method of the engine and acts on its events.
func (s *subject) do(t *testing.T, call func(*engine.Engine, time.Time) error) error {
	t.Helper()
	failedBefore := s.engine.Err()
	err := call(s.engine, testkit.Now)
	for event := range s.out.All() {
		if failedBefore != nil {
			t.Fatalf("%s: an event after the failure: %v", s.point.name, event)
		}
		switch event := event.(type) {
		case *events.Send:
			s.sent = append(s.sent, event.Bytes...)
		case *events.DataReceived:
			s.received = append(s.received, event.Bytes...)
		case events.Question:
			s.facts = append(s.facts, fmt.Sprintf("%T", event))
			if answerErr := s.engine.Answer(&s.out, testkit.Now, s.answers.Answer(testkit.Now, event)); answerErr != nil {
				err = answerErr
			}
		default:
			s.facts = append(s.facts, fmt.Sprint(event))
		}
	}
	s.out.Reset()
	if failedBefore != nil && err != failedBefore {
		t.Fatalf("%s: failed with %v, and then with %v", s.point.name, failedBefore, err)
	}
	return err
}

// check checks what must hold at the end.
func (s *subject) check(t *testing.T) {
	t.Helper()
	if len(s.sent) > most {
		t.Errorf("%s: %d bytes sent", s.point.name, len(s.sent))
	}
	err := s.engine.Err()
	if err == nil {
		return
	}
	var failed *engine.Error
	if !errors.As(err, &failed) {
		t.Fatalf("%s: failed with an error of another kind: %v", s.point.name, err)
	}
	if failed.Refusal.Name == "internal_error" {
		t.Errorf("%s: a bug: %v", s.point.name, err)
	}
	sent := len(s.sent)
	for what, call := range map[string]func(e *engine.Engine, now time.Time) error{
		"Start":      func(e *engine.Engine, now time.Time) error { return e.Start(&s.out, now) },
		"Receive":    func(e *engine.Engine, now time.Time) error { return e.Receive(&s.out, now, s.point.next) },
		"ReceiveEOF": func(e *engine.Engine, now time.Time) error { return e.ReceiveEOF(&s.out, now) },
		"Write":      func(e *engine.Engine, now time.Time) error { return e.Write(&s.out, now, []byte("data")) },
		"CloseWrite": func(e *engine.Engine, now time.Time) error { return e.CloseWrite(&s.out, now) },
		"Advance":    func(e *engine.Engine, now time.Time) error { return e.Advance(&s.out, now) },
	} {
		if got := s.do(t, call); got != err || len(s.sent) != sent {
			t.Errorf("%s: %s after the failure gives %v, and not %v", s.point.name, what, got, err)
		}
	}
	if _, got := s.engine.Export("label", nil, 32); got != err {
		t.Errorf("%s: Export after the failure gives %v, and not %v", s.point.name, got, err)
	}
}

// String is what does not depend on how the input was split.
func (s *subject) String() string {
	return fmt.Sprintf("state %s, error %v, data %x, sent %x,\n\tfacts %q", s.engine.State(), s.engine.Err(), s.received, s.sent, s.facts)
}

func heapAllocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func TestASealedPointGoesOnAsTheHandshakeWould(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		for _, p := range points(role) {
			if len(p.next) == 0 {
				continue
			}
			if sealed := p.stream(1, appendContent(nil, p.kind, p.content)); p.sealer != nil && !bytes.Equal(sealed, p.next) {
				t.Errorf("%s: sealing the content again gives the record", p.name)
			}
			s := p.fork()
			s.feed(t, p.next, len(p.next))
			if s.engine.Err() != nil {
				t.Errorf("%s: %v", p.name, s.engine.Err())
			}
		}
	}
}
