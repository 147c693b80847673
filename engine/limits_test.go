package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// The limits that are refusals stand with the refusals. Here is what just
// fits, and what grows.

// quietLink is a link after a handshake, its own tickets left out.
func quietLink(t *testing.T, change func(p *testkit.Pair)) *forge.Link {
	t.Helper()
	pair := small("limits")
	pair.Server.Tickets = -1
	if change != nil {
		change(pair)
	}
	l := forge.New(pair)
	l.Handshake()
	wantAlive(t, "the handshake", l)
	return l
}

func wantAlive(t *testing.T, after string, l *forge.Link) {
	t.Helper()
	for _, end := range []*forge.End{l.Client, l.Server} {
		if end.Err != nil || !end.Engine.Completed() {
			t.Fatalf("after %s the %v is in %s: %v", after, end.Role, end.Engine.State(), end.Err)
		}
	}
}

func wantRefusal(t *testing.T, what string, end *forge.End, name string) {
	t.Helper()
	if end.Err == nil || end.Err.Refusal.Name != name {
		t.Fatalf("%s: the %v is in %s by %v, want %s", what, end.Role, end.Engine.State(), end.Err, name)
	}
}

func TestWhatIsJustWithinALimitIsTaken(t *testing.T) {
	for what, do := range map[string]func(w *forge.Wire){
		"a record of 16384 bytes": func(w *forge.Wire) { w.Record(record.ApplicationData, make([]byte, 16384)) },
		"a record of padding up to the limit": func(w *forge.Wire) {
			w.Inner(append([]byte("x\x17"), make([]byte, 16383)...))
		},
		"32 empty records": func(w *forge.Wire) {
			for range 32 {
				w.Record(record.ApplicationData, nil)
			}
		},
		"32 key updates": func(w *forge.Wire) {
			for range 32 {
				w.Message(&messages.KeyUpdate{})
			}
		},
		"32 tickets": func(w *forge.Wire) {
			for range 32 {
				w.Message(&messages.NewSessionTicket13{Lifetime: 1, Ticket: []byte("t")})
			}
		},
		"four warnings": func(w *forge.Wire) {
			for range 4 {
				w.Alert(messages.LevelWarning, messages.AlertUserCanceled)
			}
		},
		"a message in records of one byte": func(w *forge.Wire) {
			for _, b := range forge.Encode(&messages.NewSessionTicket13{Lifetime: 1, Ticket: []byte("t")}) {
				w.Record(record.Handshake, []byte{b})
			}
		},
		"two messages in one record": func(w *forge.Wire) {
			ticket := forge.Encode(&messages.NewSessionTicket13{Lifetime: 1, Ticket: []byte("t")})
			w.Together(ticket, ticket)
		},
	} {
		l := quietLink(t, nil)
		do(l.Wire(events.Server))
		l.Write(events.Server, "still there")
		wantAlive(t, what, l)
		if !bytes.HasSuffix(l.Client.Received, []byte("still there")) {
			t.Errorf("after %s no data comes", what)
		}
	}
}

func TestDataBetweenStartsTheCountsAnew(t *testing.T) {
	l := quietLink(t, nil)
	w := l.Wire(events.Server)
	for range 100 {
		w.Message(&messages.KeyUpdate{})
		w.Record(record.ApplicationData, nil)
		w.Record(record.ApplicationData, []byte("x"))
	}
	wantAlive(t, "100 key updates with data between them", l)
}

func TestAThousandEmptyRecordsAreNotTaken(t *testing.T) {
	l := quietLink(t, nil)
	w := l.Wire(events.Client)
	for range 1000 {
		w.Record(record.ApplicationData, nil)
	}
	wantRefusal(t, "empty records", l.Server, "too_many_empty_records")
}

// covers 8446/4.6.3/5
func TestABurstOfRequestsHasOneAnswer(t *testing.T) {
	l := quietLink(t, nil)
	w := l.Wire(events.Client)
	for range 30 {
		w.Message(&messages.KeyUpdate{Request: messages.UpdateRequested})
	}
	l.Write(events.Server, "data")
	wantAlive(t, "30 requests", l)
	updates := 0
	for _, line := range l.Server.Log {
		if line == "write keys changed, application, TLS_AES_128_GCM_SHA256, generation 1" {
			updates++
		}
	}
	if updates != 1 || slices.Contains(l.Server.Log, "write keys changed, application, TLS_AES_128_GCM_SHA256, generation 2") {
		t.Errorf("30 requests have %d answers", updates)
	}
}

// A message is refused by its header: its bytes are never gathered.
func TestAMessageOverTheBoundIsRefusedByItsFourthByte(t *testing.T) {
	for what, c := range map[string]struct {
		bound  int
		header []byte
	}{
		"2^24-1 bytes at the default":  {0, []byte{11, 0xff, 0xff, 0xff}},
		"one byte more than allowed":   {1000, []byte{11, 0, 0x03, 0xe5}},
		"65536 bytes and their header": {0, []byte{11, 1, 0, 0}},
	} {
		pair := small("bound")
		pair.Client.MaxMessage = c.bound
		l := forge.New(pair)
		l.On(events.Server, messages.TypeCertificate, func(w *forge.Wire, _ []byte) { w.Record(record.Handshake, c.header) })
		l.Handshake()
		wantRefusal(t, what, l.Client, "message_too_large")
	}
}

func TestAMessageOfTheBoundIsTaken(t *testing.T) {
	for _, size := range []int{65536, 1 << 20, 1<<24 + 3} {
		pair := small("just the bound")
		pair.Client.MaxMessage = size
		answering(pair.ClientAnswers, func(q *events.VerifyPeer) events.Answer {
			return q.Accept(pair.ServerAnswers.Identity.Key.Public())
		})
		l := forge.New(pair)
		forge.Change(l, events.Server, func(m *messages.Certificate13) {
			// Header, context, list; certificate and its extensions.
			m.Entries = []messages.CertificateEntry{{Data: make([]byte, size-4-1-3-3-2)}}
		})
		l.Handshake()
		wantAlive(t, "a chain of the bound's size", l)
	}
}

func TestAnEndlessHandshakeStaysWithinItsBound(t *testing.T) {
	pair := small("memory")
	pair.Client.MaxMessage = 2000
	l := forge.New(pair)
	l.On(events.Server, messages.TypeCertificate, func(w *forge.Wire, raw []byte) {
		// A header that claims 1996 bytes, and then no end of them.
		w.Record(record.Handshake, []byte{11, 0, 0x07, 0xcc})
		for range 100 {
			w.Record(record.Handshake, make([]byte, 1000))
		}
	})
	l.Handshake()
	if l.Client.Err == nil {
		t.Fatalf("the client takes 100000 bytes in state %s", l.Client.Engine.State())
	}
}

func TestKeysChangeBeforeTheyHaveProtectedTooMuch(t *testing.T) {
	for _, after := range []uint64{2, 3, 10} {
		l := quietLink(t, func(p *testkit.Pair) { p.Client.UpdateAfter = after })
		var total int
		for i := range 40 {
			l.Write(events.Client, "0123456789"[:1+i%10])
			total += 1 + i%10
		}
		wantAlive(t, "40 records", l)
		generations := 0
		for _, line := range l.Server.Log {
			if bytes.HasPrefix([]byte(line), []byte("read keys changed, application")) {
				generations++
			}
		}
		// Each key protects a KeyUpdate beside its data.
		if want := 1 + 39/int(after-1); generations != want || len(l.Server.Received) != total {
			t.Errorf("update after %d: %d generations, want %d; %d bytes of %d", after, generations, want, len(l.Server.Received), total)
		}
	}
}

func TestALongWriteChangesKeysOnItsWay(t *testing.T) {
	pair := small("long")
	pair.Client.UpdateAfter, pair.Client.RecordSize = 4, 100
	p := established(t, pair)
	data := bytes.Repeat([]byte("abcdefgh"), 500)
	if err := p.Write(events.Client, data); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil || !bytes.Equal(p.Server.Received, data) {
		t.Fatalf("%v, %d bytes", err, len(p.Server.Received))
	}
}

func TestPaddingIsKeptWithinTheRecord(t *testing.T) {
	for what, padding := range map[string]int{"too much": 1 << 30, "less than none": -5, "a little": 3} {
		pair := small("padding")
		pair.Client.Padding = func(uint8, int, int) int { return padding }
		pair.Server.Padding = pair.Client.Padding
		p := established(t, pair)
		for _, size := range []int{1, 16383, 16384, 20000} {
			if err := p.Write(events.Client, make([]byte, size)); err != nil {
				t.Fatalf("%s, %d bytes: %v", what, size, err)
			}
		}
		if err := p.Run(); err != nil || len(p.Server.Received) != 1+16383+16384+20000 {
			t.Errorf("%s: %v, %d bytes", what, err, len(p.Server.Received))
		}
	}
}

func TestAParkedEndTakesTheSameBytesLater(t *testing.T) {
	pair := small("again")
	pair.Server.MaxHeld = 10
	pair.ServerAnswers.Hold = func(q events.Question) bool { _, seal := q.(*events.SealTicket); return seal }
	p := pair.Join()
	_ = p.Handshake()
	if err := p.Write(events.Client, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	piece := slices.Clone(p.Server.Inbox)
	receive := func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Receive(out, now, slices.Clone(piece))
	}
	for range 3 {
		if err := p.Do(events.Server, receive); !errors.Is(err, engine.ErrParked) {
			t.Fatalf("a parked end with no room: %v", err)
		}
	}
	if err := p.Answer(events.Server, pair.ServerAnswers.Now(p.Server.Open)); err != nil {
		t.Fatal(err)
	}
	if err := p.Do(events.Server, receive); err != nil || string(p.Server.Received) != "hello" {
		t.Fatalf("after the answer: %v, %q", err, p.Server.Received)
	}
}

// Bytes held that end within a record every time must not pile up.
func TestWhatIsHeldIsLetGoOf(t *testing.T) {
	pair := small("pile")
	pair.Server.Tickets = -1
	pair.ServerAnswers.Hold = func(q events.Question) bool { _, seal := q.(*events.SealTicket); return seal }
	p := established(t, pair)
	for range 500 {
		if err := p.Do(events.Server, (*engine.Engine).IssueTicket); err != nil {
			t.Fatal(err)
		}
		if err := p.Write(events.Client, make([]byte, 300)); err != nil {
			t.Fatal(err)
		}
		// All of the last record and a part of this one.
		piece := slices.Clone(p.Server.Inbox[:len(p.Server.Inbox)-100])
		p.Server.Inbox = slices.Clone(p.Server.Inbox[len(p.Server.Inbox)-100:])
		if err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Receive(out, now, piece)
		}); err != nil {
			t.Fatal(err)
		}
		if err := p.Answer(events.Server, pair.ServerAnswers.Now(p.Server.Open)); err != nil {
			t.Fatal(err)
		}
		p.Client.Inbox = nil
	}
	if got := p.Server.Engine.Capacity(); got > 4096 {
		t.Errorf("%d bytes are kept for less than one record", got)
	}
	if got := len(p.Server.Received); got != 499*300 {
		t.Errorf("%d bytes of data, want %d", got, 499*300)
	}
}
