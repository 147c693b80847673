package answer_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// The stories below are of servers that share the keys of their tickets, a client,
// and an attacker who has written down what went over the wire.

// order is what the client sends as early data: nobody wants it done twice.
const order = "pay 5 to Eve"

// zone is what servers with the same keys and the same certificate have.
type zone struct {
	tickets *answer.TicketKeys
	seed    int
}

func newZone(t *testing.T) *zone {
	t.Helper()
	z := &zone{tickets: &answer.TicketKeys{Rand: testkit.Rand("tickets of the zone")}}
	if err := z.tickets.Set([32]byte{7}); err != nil {
		t.Fatal(err)
	}
	return z
}

// server is one of the zone, with a decision of its own.
func (z *zone) server(t *testing.T, decide func(time.Time, *events.AcceptEarlyData) bool) *answer.Server {
	t.Helper()
	identity := testkit.Server(testkit.P256)
	certificate, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return &answer.Server{Certificates: []*answer.Certificate{certificate}, Tickets: z.tickets, EarlyData: decide}
}

// join makes engines of a client and of a server. session may be nil.
func (z *zone) join(t *testing.T, now time.Time, server *answer.Server, session *events.Session) *pipe.Pipe {
	t.Helper()
	z.seed++
	pair := testkit.NewPair(string(rune(z.seed)))
	pair.Client.EarlyData, pair.Client.Session, pair.Server.MaxEarlyData = true, session, 1000
	p := pair.Join()
	p.Server.Answers, p.Now = server, now
	return p
}

// session is that of a client which has been to a server before.
func (z *zone) session(t *testing.T, now time.Time) *events.Session {
	t.Helper()
	p := z.join(t, now, z.server(t, nil), nil)
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	return p.Client.Sessions[0]
}

// flight is what a client with a session sends at once: its hello and the order.
func (z *zone) flight(t *testing.T, now time.Time, session *events.Session) []byte {
	t.Helper()
	p := z.join(t, now, z.server(t, nil), session)
	for _, call := range []func(*engine.Engine, *events.Output, time.Time) error{
		(*engine.Engine).Start,
		func(e *engine.Engine, out *events.Output, now time.Time) error {
			_, err := e.WriteEarlyData(out, now, []byte(order))
			return err
		},
	} {
		if err := p.Do(events.Client, call); err != nil {
			t.Fatal(err)
		}
	}
	return p.Server.Inbox
}

// deliver brings a flight to a server, whoever sends it, and tells whether the order
// is carried out. One that is not leaves the handshake as it is.
func (z *zone) deliver(t *testing.T, now time.Time, flight []byte, server *answer.Server) bool {
	t.Helper()
	p := z.join(t, now, server, nil)
	got := ""
	p.Observe = func(_ events.Role, e events.Event) {
		if early, ok := e.(*events.EarlyDataReceived); ok {
			got += string(early.Bytes)
		}
	}
	p.Server.Inbox = append([]byte(nil), flight...)
	p.Step(events.Server)
	if p.Server.Err != nil || !p.Server.Engine.Connection().Resumed {
		t.Fatalf("the handshake ends: %v", p.Server.Err)
	}
	if got != "" && got != order {
		t.Fatalf("the order is %q", got)
	}
	return got == order
}

// shipped are the decisions that come with this package, as new.
func shipped() map[string]func() func(time.Time, *events.AcceptEarlyData) bool {
	return map[string]func() func(time.Time, *events.AcceptEarlyData) bool{
		"a guard":    func() func(time.Time, *events.AcceptEarlyData) bool { return begun(&answer.ReplayGuard{}).Accept },
		"single use": func() func(time.Time, *events.AcceptEarlyData) bool { return once(memory()).Accept },
	}
}

// begun is a guard that has been there for an hour.
func begun(g *answer.ReplayGuard) *answer.ReplayGuard {
	_ = g.Accept(testkit.Now.Add(-time.Hour), question("begin", 0))
	return g
}

// memory is one that has been there for an hour.
func memory() *answer.OnceMemory { return &answer.OnceMemory{Since: testkit.Now.Add(-time.Hour)} }

func once(store answer.OnceStore) *answer.SingleUse { return &answer.SingleUse{Store: store} }

// A hello that comes again is refused, whenever it comes, and whatever the client
// has done since.
//
// covers 8446/8/2
func TestAReplayIsRefused(t *testing.T) {
	for name, decide := range shipped() {
		z := newZone(t)
		server, now := z.server(t, decide()), testkit.Now
		session, another := z.session(t, now), z.session(t, now)
		flight := z.flight(t, now.Add(time.Minute), session)
		for _, step := range []struct {
			what   string
			flight []byte
			at     time.Duration
			want   bool
		}{
			{"the client's", flight, time.Minute, true},
			{"at once", flight, time.Minute, false},
			{"while it is fresh", flight, time.Minute + 9*time.Second, false},
			{"the client's next", z.flight(t, now.Add(2*time.Minute), another), 2 * time.Minute, true},
			{"later", flight, 3 * time.Minute, false},
			{"much later", flight, 23 * time.Hour, false},
		} {
			if got := z.deliver(t, now.Add(step.at), step.flight, server); got != step.want {
				t.Errorf("%s: %s: carried out %t", name, step.what, got)
			}
		}
	}
}

// An attacker keeps a hello back, so that the client tries again with the same
// ticket, and lets it go then. It is no replay, and only the ticket tells.
func TestATicketThatHasBeenUsedIsOfNoMoreUse(t *testing.T) {
	for name, decide := range shipped() {
		z := newZone(t)
		server, now := z.server(t, decide()), testkit.Now.Add(time.Minute)
		session := z.session(t, testkit.Now)
		kept, second := z.flight(t, now, session), z.flight(t, now.Add(time.Second), session)
		if !z.deliver(t, now.Add(time.Second), second, server) {
			t.Errorf("%s: the second attempt is the first to come", name)
		}
		if got, want := z.deliver(t, now.Add(2*time.Second), kept, server), name == "a guard"; got != want {
			t.Errorf("%s: what was kept back: %t", name, got)
		}
		late := z.flight(t, now, z.session(t, testkit.Now))
		if z.deliver(t, now.Add(11*time.Second), late, server) {
			t.Errorf("%s: what was kept back for too long is taken", name)
		}
	}
}

// Two servers that share tickets and nothing else each take a replay once; with a
// store between them one of them does (RFC 8446, Section 8).
func TestServersThatShareTicketsHaveToShareWhatTheyRemember(t *testing.T) {
	shared := memory()
	guard := begun(&answer.ReplayGuard{})
	for what, tc := range map[string]struct {
		one, other func(time.Time, *events.AcceptEarlyData) bool
		want       int
	}{
		"a guard each":  {begun(&answer.ReplayGuard{}).Accept, begun(&answer.ReplayGuard{}).Accept, 2},
		"one guard":     {guard.Accept, guard.Accept, 1},
		"a memory each": {once(memory()).Accept, once(memory()).Accept, 2},
		"one memory":    {once(shared).Accept, once(shared).Accept, 1},
		"no store":      {once(nil).Accept, once(nil).Accept, 0},
		"no decision":   {nil, nil, 0},
	} {
		z := newZone(t)
		servers := []*answer.Server{z.server(t, tc.one), z.server(t, tc.other)}
		now := testkit.Now.Add(time.Minute)
		flight := z.flight(t, now, z.session(t, testkit.Now))
		taken := 0
		for range 3 {
			for _, server := range servers {
				if z.deliver(t, now, flight, server) {
					taken++
				}
			}
		}
		if taken != tc.want {
			t.Errorf("%s: carried out %d times, want %d", what, taken, tc.want)
		}
	}
}

// database is a store that outlives the servers, as a table with a unique key does.
type database map[[32]byte]time.Time

func (d database) Take(_ time.Time, use answer.TicketUse) bool {
	_, used := d[use.Key]
	d[use.Key] = use.Expires
	return !used
}

// A server that begins anew has the tickets of before, and has forgotten which were
// used; only a store that outlives it takes those that were not.
func TestAServerThatBeginsAnewTakesNoReplay(t *testing.T) {
	outside := database{}
	restart := testkit.Now.Add(time.Minute + 5*time.Second)
	for what, tc := range map[string]struct {
		before, after func(time.Time, *events.AcceptEarlyData) bool
		unused        bool // is a ticket from before taken at once?
	}{
		"a guard":    {begun(&answer.ReplayGuard{}).Accept, (&answer.ReplayGuard{}).Accept, false},
		"a memory":   {once(memory()).Accept, once(&answer.OnceMemory{}).Accept, false},
		"with Since": {once(memory()).Accept, once(&answer.OnceMemory{Since: restart}).Accept, false},
		"a database": {once(outside).Accept, once(outside).Accept, true},
	} {
		z := newZone(t)
		session, unused := z.session(t, testkit.Now), z.session(t, testkit.Now)
		sent := testkit.Now.Add(time.Minute)
		// The client's clock has gained on the server's, so that its hello is fresh for long.
		flight := z.flight(t, sent.Add(9*time.Second), session)
		if !z.deliver(t, sent, flight, z.server(t, tc.before)) {
			t.Errorf("%s: the client's is not taken", what)
		}
		after := z.server(t, tc.after)
		for _, at := range []time.Duration{0, time.Second, 5 * time.Second, 11 * time.Second, 14 * time.Second, time.Minute, time.Hour} {
			if z.deliver(t, restart.Add(at), flight, after) {
				t.Errorf("%s: a replay %v after the beginning is taken", what, at)
			}
		}
		now := restart.Add(2 * time.Second)
		if got := z.deliver(t, now, z.flight(t, now, unused), z.server(t, tc.after)); got != tc.unused {
			t.Errorf("%s: a ticket from before the beginning: %t", what, got)
		}
		issued := restart.Add(2 * time.Hour)
		now = issued.Add(time.Minute)
		if !z.deliver(t, now, z.flight(t, now, z.session(t, issued)), after) {
			t.Errorf("%s: a ticket of now is not taken", what)
		}
	}
}

// A memory that is full takes no more until a ticket has expired.
func TestAMemoryRemembersNoMoreThanItsBound(t *testing.T) {
	m := memory()
	m.Max = 2
	take := func(at time.Duration, key byte, expires time.Duration) bool {
		return m.Take(testkit.Now.Add(at), answer.TicketUse{
			Key: [32]byte{key}, Issued: testkit.Now, Expires: testkit.Now.Add(expires),
		})
	}
	for i, step := range []struct {
		at      time.Duration
		key     byte
		expires time.Duration
		want    bool
	}{
		{0, 1, 2 * time.Hour, true},
		{0, 2, time.Hour, true},
		{0, 3, time.Hour, false},
		{time.Hour, 3, 2 * time.Hour, false},
		{time.Hour, 2, time.Hour, false},
		{time.Hour + time.Second, 3, 2 * time.Hour, true},
		{time.Hour + time.Second, 1, 2 * time.Hour, false},
		{time.Hour + time.Second, 2, time.Hour, false}, // forgotten, and expired
		{time.Hour + time.Second, 4, 2 * time.Hour, false},
		{3 * time.Hour, 4, 4 * time.Hour, true},
	} {
		if got := take(step.at, step.key, step.expires); got != step.want {
			t.Errorf("step %d: %t", i, got)
		}
		if m.Len() > 2 {
			t.Errorf("step %d: %d are remembered", i, m.Len())
		}
	}
	if m.Len() != 1 {
		t.Errorf("%d are remembered in the end", m.Len())
	}
}

func TestOfManyUsesAtOnceOneIsTheFirst(t *testing.T) {
	m := memory()
	var firsts atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for key := range byte(100) {
				use := answer.TicketUse{Key: [32]byte{key}, Issued: testkit.Now, Expires: testkit.Now.Add(time.Hour)}
				if m.Take(testkit.Now, use) {
					firsts.Add(1)
				}
			}
		})
	}
	all.Wait()
	if firsts.Load() != 100 || m.Len() != 100 {
		t.Errorf("of 100 tickets %d were used first, %d are remembered", firsts.Load(), m.Len())
	}
}

// A clock that goes back makes tickets good again that had expired, and were
// forgotten.
func TestAMemoryWhoseClockGoesBackTakesNoReplay(t *testing.T) {
	z := newZone(t)
	server, now := z.server(t, once(memory()).Accept), testkit.Now.Add(time.Minute)
	flight := z.flight(t, now, z.session(t, testkit.Now))
	other := z.session(t, testkit.Now)
	if !z.deliver(t, now, flight, server) {
		t.Error("the client's is not taken")
	}
	late := testkit.Now.Add(25 * time.Hour)
	if !z.deliver(t, late, z.flight(t, late, z.session(t, late)), server) {
		t.Error("the next day's is not taken")
	}
	if z.deliver(t, now, flight, server) {
		t.Error("a replay is taken when the clock has gone back")
	}
	if z.deliver(t, now, z.flight(t, now, other), server) {
		t.Error("a ticket of which nothing is known any more is taken")
	}
	again := testkit.Now.Add(2 * time.Hour)
	if !z.deliver(t, again, z.flight(t, again, z.session(t, again)), server) {
		t.Error("a ticket that outlives all that the memory has seen is not taken")
	}
}
