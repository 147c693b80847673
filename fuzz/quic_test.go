package fuzz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// Over QUIC there are no records to seal: from every point of the golden handshakes
// the engine is given bytes of any level. The rules are those of a byte stream.

// quicScenarios are golden handshakes over QUIC.
func quicScenarios() []scenario {
	first := func(configure func(p *testkit.Pair)) *events.Session {
		pair := newPair()
		configure(pair)
		p := pair.JoinQUIC()
		if err := p.Handshake(); err != nil || len(p.Client.Sessions) == 0 {
			panic(fmt.Sprintf("fuzz: no session over QUIC: %v", err))
		}
		return p.Client.Sessions[0]
	}
	full := newPair()
	full.Server.ClientAuth, full.Server.ChooseConfig = engine.RequireClientCert, true
	full.ClientAnswers.Identity = testkit.Client(testkit.Ed25519)
	retried := newPair()
	retried.Client.KeyShares = []messages.Group{messages.X25519}
	retried.Server.Groups = []messages.Group{messages.Secp256r1}
	early := newPair()
	early.Server.MaxEarlyData, early.Client.EarlyData = 1, true
	early.Client.Session = first(func(p *testkit.Pair) { p.Server.MaxEarlyData = 1 })
	anew := newPair()
	anew.Client.Session, anew.Client.EarlyData, anew.Client.ReverifyOnResume = early.Client.Session, true, true
	anew.Server.MaxEarlyData = 1
	again := newPair()
	again.Client.Session, again.Client.ReverifyOnResume = first(func(*testkit.Pair) {}), true
	known := func(p *testkit.Pair) {
		p.Server.ClientAuth, p.Server.ReverifyOnResume = engine.RequireClientCert, true
		p.ClientAnswers.Identity = testkit.Client(testkit.P256)
	}
	remembered := newPair()
	known(remembered)
	remembered.Client.Session = first(known)
	return []scenario{
		{"full", full}, {"retried", retried}, {"early data", early}, {"early data, verified anew", anew}, {"resumed", again}, {"known", remembered},
		{"cookie", cookie()}, {"external PSK", external()}, {"stapling and filters", filtered()},
		{"zlib", compressed(messages.CompressionZlib)}, {"brotli", compressed(messages.CompressionBrotli)},
	}
}

// compressed has certificates compressed in both directions.
func compressed(algorithm messages.CompressionAlgorithm) *testkit.Pair {
	pair := newPair()
	pair.Server.ClientAuth, pair.ClientAnswers.Identity = engine.RequireClientCert, testkit.Client(testkit.P256)
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.CertificateCompression = []messages.CompressionAlgorithm{algorithm}
	}
	return pair
}

// quicPoint is an engine in the midst of a golden handshake over QUIC.
type quicPoint struct {
	name    string
	role    events.Role
	engine  *engine.Engine
	answers testkit.Answers
	next    pipe.Chunk // that the handshake would go on with
}

var quicPoints = sync.OnceValue(func() (all []*quicPoint) {
	for _, s := range quicScenarios() {
		all = append(all, walkQUIC(s)...)
	}
	return all
})

func walkQUIC(s scenario) (points []*quicPoint) {
	p := s.pair.JoinQUIC()
	keep := func(role events.Role, end *pipe.End, next pipe.Chunk) {
		answers := *end.Answers.(*testkit.Answers)
		points = append(points, &quicPoint{
			fmt.Sprintf("%s: %v %s, point %d", s.name, role, end.Engine.State(), len(points)),
			role, end.Engine.Fork(), answers, pipe.Chunk{Level: next.Level, Bytes: slices.Clone(next.Bytes)},
		})
	}
	// A copy at each question, and before each message.
	p.Observe = func(role events.Role, e events.Event) {
		end := &p.Client
		if role == events.Server {
			end = &p.Server
		}
		if _, asks := e.(events.Question); asks {
			keep(role, end, pipe.Chunk{})
		}
	}
	p.Split = func(to events.Role, waiting []byte) int {
		end := &p.Client
		if to == events.Server {
			end = &p.Server
		}
		_, size, _ := messages.ParseHandshakeHeader(waiting)
		n := min(len(waiting), messages.HandshakeHeaderLen+size)
		keep(to, end, pipe.Chunk{Level: end.Crypto[0].Level, Bytes: waiting[:n]})
		return n
	}
	if err := p.Handshake(); err != nil {
		panic(fmt.Sprintf("fuzz: the golden handshake %s: %v", s.name, err))
	}
	keep(events.Client, &p.Client, pipe.Chunk{})
	keep(events.Server, &p.Server, pipe.Chunk{})
	return points
}

// chunks reads the fuzzer's input: the level, a length in two bytes, and so many
// bytes, or a message whose length is then right.
func chunks(input []byte, whole bool) (list []pipe.Chunk) {
	for len(input) >= 3 {
		level := events.Level(input[0] % (uint8(events.Application) + 1))
		n := min(int(binary.BigEndian.Uint16(input[1:])), len(input)-3)
		content := input[3 : 3+n]
		input = input[3+n:]
		if whole && len(content) > messages.HandshakeHeaderLen {
			body := content[messages.HandshakeHeaderLen:]
			content = append([]byte{content[0], 0, byte(len(body) >> 8), byte(len(body))}, body...)
		}
		list = append(list, pipe.Chunk{Level: level, Bytes: content})
	}
	return list
}

func appendChunk(list []byte, chunk pipe.Chunk) []byte {
	list = append(list, byte(chunk.Level))
	list = binary.BigEndian.AppendUint16(list, uint16(len(chunk.Bytes)))
	return append(list, chunk.Bytes...)
}

// quicSubject is an engine under test and what it has said.
type quicSubject struct {
	t       *testing.T
	name    string
	engine  *engine.Engine
	answers *testkit.Answers
	sent    int
	said    []string
	out     events.Output
}

func (p *quicPoint) fork(t *testing.T) *quicSubject {
	answers := p.answers
	return &quicSubject{t: t, name: p.name, engine: p.engine.Fork(), answers: &answers}
}

func (s *quicSubject) feed(list []pipe.Chunk, piece int) {
	for _, chunk := range list {
		for b := chunk.Bytes; len(b) > 0; {
			n := min(piece, len(b))
			given := slices.Clone(b[:n])
			err := s.do(func(now time.Time) error { return s.engine.ReceiveCrypto(&s.out, now, chunk.Level, given) })
			if errors.Is(err, engine.ErrParked) {
				s.answer()
				continue
			}
			if errors.Is(err, engine.ErrNotReady) {
				return // a client that has not begun
			}
			b = b[n:]
		}
	}
	s.answer()
}

func (s *quicSubject) answer() {
	if q := s.engine.Parked(); q != nil {
		_ = s.do(func(now time.Time) error { return s.engine.Answer(&s.out, now, s.answers.Answer(now, q)) })
	}
}

func (s *quicSubject) do(call func(time.Time) error) error {
	failed := s.engine.Err()
	err := call(testkit.Now)
	for event := range s.out.All() {
		if failed != nil {
			s.t.Fatalf("%s: an event after the failure: %v", s.name, event)
		}
		switch event := event.(type) {
		case *events.Send:
			s.sent += len(event.Bytes)
		case events.Question:
			s.said = append(s.said, fmt.Sprintf("%T", event))
			if answered := s.engine.Answer(&s.out, testkit.Now, s.answers.Answer(testkit.Now, event)); answered != nil {
				err = answered
			}
		default:
			s.said = append(s.said, event.String())
		}
	}
	s.out.Reset()
	if failed != nil && err != failed {
		s.t.Fatalf("%s: failed with %v, and then with %v", s.name, failed, err)
	}
	return err
}

func (s *quicSubject) check() {
	if s.sent > most {
		s.t.Errorf("%s: %d bytes sent", s.name, s.sent)
	}
	err := s.engine.Err()
	if err == nil {
		return
	}
	var fatal *engine.Error
	if !errors.As(err, &fatal) || fatal.Refusal.Name == "internal_error" {
		s.t.Errorf("%s: a bug: %v", s.name, err)
	}
	_ = s.do(func(now time.Time) error { return s.engine.ReceiveCrypto(&s.out, now, events.Initial, []byte{1}) })
	_ = s.do(func(now time.Time) error { return s.engine.ConfirmHandshake(&s.out, now) })
}

// leftBehind tells that bytes came behind the last message of a level.
func (s *quicSubject) leftBehind() bool {
	var fatal *engine.Error
	return errors.As(s.engine.Err(), &fatal) && fatal.Refusal.Name == "key_change_in_record"
}

// String is what does not depend on how the input was split. How many bytes go out at
// once does.
func (s *quicSubject) String() string {
	return fmt.Sprintf("state %s, error %v, sent %d,\n\t%q", s.engine.State(), s.engine.Err(), s.sent, s.said)
}

func FuzzQUIC(f *testing.F) {
	all := quicPoints()
	for i, p := range all {
		f.Add(uint16(i), false, uint16(3), appendChunk(nil, p.next))
		f.Add(uint16(i), true, uint16(40), appendChunk(appendChunk(nil, p.next), pipe.Chunk{Level: events.Application, Bytes: []byte{4, 0, 0, 1, 0}}))
	}
	f.Fuzz(func(t *testing.T, at uint16, whole bool, split uint16, input []byte) {
		p := all[int(at)%len(all)]
		list := chunks(input, whole)
		before := heapAllocated()
		one := p.fork(t)
		one.feed(list, len(input)+1)
		if grown := heapAllocated() - before; grown > allocated+allocatedPerByte*uint64(len(input)) {
			t.Errorf("%s: %d bytes of input had %d bytes allocated", p.name, len(input), grown)
		}
		one.check()
		pieces := p.fork(t)
		pieces.feed(list, max(1, int(split), len(input)/64))
		pieces.check()
		if one.leftBehind() && pieces.engine.Err() != nil {
			return // bytes too many are known by how they come, or by their level
		}
		if got, want := pieces.String(), one.String(); got != want {
			t.Errorf("%s: in pieces of %d bytes:\n got %s\nwant %s", p.name, split, got, want)
		}
	})
}

func TestGoldenHandshakesOverQUICReachEveryState(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		reached := map[string]bool{}
		for _, p := range quicPoints() {
			if p.role == role {
				reached[p.engine.State()] = true
			}
		}
		for line := range strings.Lines(engine.Diagram(role, events.OverQUIC)) {
			from, _, edge := strings.Cut(strings.TrimSpace(line), " --> ")
			if edge && from != "ClientStart" && !reached[from] {
				t.Errorf("no golden handshake has the %v be in %s", role, from)
			}
		}
	}
}
