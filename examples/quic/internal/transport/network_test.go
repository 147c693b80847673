package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// weather is what a network does to datagrams, in percent.
type weather struct{ lost, twice, late int }

// network is a client and a server, and what is under way between them. Its time is its
// own, and nothing in it is left to chance but by a seed.
type network struct {
	t       *testing.T
	now     time.Time
	chance  *rand.Rand
	weather weather
	wire    []flying

	pair           *testkit.Pair
	config         [2]Config // by role
	client         *Conn
	server         *Server
	served         *Conn // the server's end, once there is one
	sent, received []byte
	answer         []byte
	sessions       []*events.Session
	events         [2][]string
	lines          []string
	quiet          bool // both ends are gone
	change         func(from events.Role, datagram []byte) []byte
}

// flying is a datagram under way.
type flying struct {
	to   events.Role
	at   time.Time
	data []byte
}

const (
	delay    = 10 * time.Millisecond
	lateness = 50 * time.Millisecond
)

var clientAddr, serverAddr = netip.MustParseAddrPort("192.0.2.1:4000"), netip.MustParseAddrPort("192.0.2.2:443")

func newNetwork(t *testing.T, seed uint64) *network {
	n := &network{t: t, now: testkit.Now, chance: rand.New(rand.NewPCG(seed, 1)), pair: testkit.NewPair(fmt.Sprint("quic ", seed))}
	n.pair.Client.ALPN, n.pair.Server.ALPN = []string{"echo"}, []string{"echo"}
	for role, answers := range []*testkit.Answers{n.pair.ClientAnswers, n.pair.ServerAnswers} {
		n.config[role] = Config{
			Answers: answers, Rand: testkit.Rand(fmt.Sprint("ids ", role, seed)),
			Observe: func(_ *Conn, e events.Event) { n.observe(events.Role(role), e) },
			Trace:   func(line string) { n.lines = append(n.lines, fmt.Sprintf("%v %v", events.Role(role), line)) },
		}
	}
	n.server = &Server{Config: &n.config[events.Server], New: func() (*engine.Engine, error) { return engine.NewQUICServer(&n.pair.Server) }}
	return n
}

func (n *network) observe(role events.Role, e events.Event) {
	n.events[role] = append(n.events[role], e.String())
	if ticket, ok := e.(*events.TicketReceived); ok && role == events.Client {
		n.sessions = append(n.sessions, ticket.Session)
	}
}

// dial begins a connection.
func (n *network) dial() {
	n.t.Helper()
	e, err := engine.NewQUICClient(&n.pair.Client)
	if err != nil {
		n.t.Fatal(err)
	}
	if n.client, err = Dial(n.now, &n.config[events.Client], e, n.pair.Client.Session, serverAddr); err != nil {
		n.t.Fatal(err)
	}
	n.served, n.sent, n.received, n.answer, n.wire = nil, nil, nil, nil, nil
	n.events, n.quiet = [2][]string{}, false
}

// redial begins another, with the newest session.
func (n *network) redial() {
	n.t.Helper()
	if len(n.sessions) == 0 {
		n.t.Fatal("there is no session")
	}
	n.pair.Client.Session = n.sessions[len(n.sessions)-1]
	n.dial()
}

// post puts a datagram on its way, if the weather allows.
func (n *network) post(from events.Role, datagram []byte) {
	if len(datagram) > maxDatagram {
		n.t.Fatalf("a datagram of %d bytes", len(datagram))
	}
	if n.change != nil {
		if datagram = n.change(from, datagram); datagram == nil {
			return
		}
	}
	if n.chance.IntN(100) < n.weather.lost {
		return
	}
	copies := 1
	if n.chance.IntN(100) < n.weather.twice {
		copies = 2
	}
	for range copies {
		at := n.now.Add(delay)
		if n.chance.IntN(100) < n.weather.late {
			at = at.Add(time.Duration(n.chance.Int64N(int64(lateness))))
		}
		n.wire = append(n.wire, flying{from.Peer(), at, bytes.Clone(datagram)})
	}
	slices.SortStableFunc(n.wire, func(a, b flying) int { return a.at.Compare(b.at) })
}

// step lets both ends send, and then the next thing happen.
func (n *network) step() { n.stepUntil(n.now.Add(24 * time.Hour)) }

// stepUntil is step for what happens by then.
func (n *network) stepUntil(by time.Time) {
	for datagram := n.client.Send(n.now); datagram != nil; datagram = n.client.Send(n.now) {
		n.post(events.Client, datagram)
	}
	for c := range n.server.All() {
		n.serve(c)
		for datagram := c.Send(n.now); datagram != nil; datagram = c.Send(n.now) {
			n.post(events.Server, datagram)
		}
	}
	next := n.client.Deadline()
	if at := n.server.Deadline(); n.client.Done() || !at.IsZero() && at.Before(next) {
		next = at
	}
	if next.After(by) && (len(n.wire) == 0 || n.wire[0].at.After(by)) {
		n.now = by
		return
	}
	if len(n.wire) == 0 || n.wire[0].at.After(next) {
		if next.After(n.now) {
			n.now = next
		}
		if !n.now.Before(n.client.Deadline()) {
			n.client.Expire(n.now)
		}
		n.server.Expire(n.now)
		if n.client.Done() && len(slices.Collect(n.server.All())) == 0 {
			n.quiet = true
		}
		return
	}
	d := n.wire[0]
	n.wire, n.now = n.wire[1:], d.at
	n.deliver(d.to, d.data)
}

// deliver hands a datagram to an end.
func (n *network) deliver(to events.Role, datagram []byte) {
	if to == events.Client {
		n.client.Receive(n.now, datagram)
	} else {
		c, reply, err := n.server.Receive(n.now, clientAddr, datagram)
		if err != nil {
			n.t.Fatal(err)
		}
		if c != nil {
			n.served = c
		}
		if reply != nil {
			n.post(events.Server, reply)
		}
	}
	var b [4096]byte
	for got := n.client.Read(b[:]); got > 0; got = n.client.Read(b[:]) {
		n.answer = append(n.answer, b[:got]...)
	}
}

// serve is the application of the server: it echoes.
func (n *network) serve(c *Conn) {
	var b [4096]byte
	for {
		got := c.Read(b[:min(len(b), c.Room())])
		if got == 0 {
			break
		}
		if !c.Completed() && c.Engine().Connection().EarlyDataAccepted {
			n.events[events.Server] = append(n.events[events.Server], "read early")
		}
		n.received = append(n.received, b[:got]...)
		c.Write(b[:got])
	}
	if c.ReadDone() {
		c.CloseWrite()
	}
}

// until goes on until a condition holds, for a bounded while.
func (n *network) until(reason string, condition func() bool) {
	n.t.Helper()
	const most = 100_000
	for range most {
		if condition() {
			return
		}
		if n.quiet {
			break
		}
		n.step()
	}
	n.t.Fatalf("%s: it does not come to that: client %v, server %v\n%s", reason, n.client.Err(), n.serverErr(), n.tail())
}

// end is an end by its role.
func (n *network) end(role events.Role) *Conn {
	if role == events.Client {
		return n.client
	}
	return n.served
}

// inject has an end send a packet that it would not make by itself.
func (n *network) inject(from events.Role, level events.Level, payload []byte) {
	n.t.Helper()
	if level == events.Initial {
		payload = n.end(from).filled(payload)
	}
	datagram, err := n.end(from).seal(n.now, nil, &part{level: level, payload: payload})
	if err != nil {
		n.t.Fatal(err)
	}
	n.deliver(from.Peer(), datagram)
}

// settle goes on for a while.
func (n *network) settle(while time.Duration) {
	for until := n.now.Add(while); n.now.Before(until) && !n.quiet; {
		n.stepUntil(until)
	}
}

func (n *network) serverErr() error {
	if n.served == nil {
		return errors.New("there is none")
	}
	return n.served.Err()
}

func (n *network) tail() string {
	text := ""
	for _, line := range n.lines[max(0, len(n.lines)-40):] {
		text += line + "\n"
	}
	return text
}

// write has the client send a little.
func (n *network) write(p []byte) {
	n.client.Write(p)
	n.sent = append(n.sent, p...)
}

// exchange sends p both ways, and ends the connection.
func (n *network) exchange(p []byte) {
	n.t.Helper()
	n.sent = append(n.sent, p...)
	rest := p
	n.until("the echo comes back", func() bool {
		rest = rest[n.client.Write(rest):]
		if len(rest) == 0 {
			n.client.CloseWrite()
		}
		return n.client.ReadDone() || n.client.Over()
	})
	if err := n.client.Err(); err != nil || !bytes.Equal(n.answer, n.sent) || !bytes.Equal(n.received, n.sent) {
		n.t.Fatalf("%d of %d bytes come back, %d arrived, %v\n%s", len(n.answer), len(n.sent), len(n.received), err, n.tail())
	}
	n.hangUp()
}

// hangUp has the client close, and both ends go.
func (n *network) hangUp() {
	n.t.Helper()
	n.client.Close(n.now, 0, "")
	n.until("both ends go", func() bool { return n.client.Done() && (n.served == nil || n.served.Done()) })
	if err := n.serverErr(); err != nil && !errors.Is(err, ErrIdle) {
		n.t.Fatalf("the server: %v", err)
	}
}

// text is so many bytes that are not all the same.
func text(size int) []byte {
	b := make([]byte, size)
	if _, err := io.ReadFull(testkit.Rand("text"), b); err != nil {
		panic(err)
	}
	return b
}
