package engine_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The benchmarks have crypto/tls beside tacitls in the same run. Both ends are
// in one goroutine for tacitls; crypto/tls needs two and a pipe between them.
// Both sides parse the certificate, sign with ECDSA P-256 and agree by X25519.

func BenchmarkHandshake(b *testing.B) {
	for _, resumed := range []bool{false, true} {
		name := "full"
		if resumed {
			name = "resumed"
		}
		b.Run(name+"/tacitls", func(b *testing.B) {
			h := newHandshakes(b, resumed)
			b.ReportAllocs()
			for b.Loop() {
				h.run(b)
			}
		})
		b.Run(name+"/crypto-tls", func(b *testing.B) {
			h := newStandardHandshakes(b, resumed)
			b.ReportAllocs()
			for b.Loop() {
				h.run(b)
			}
		})
	}
}

// handshakes runs one handshake after another between the same two configs.
type handshakes struct {
	clients *engine.ClientPolicy
	servers *engine.ServerPolicy
	answers fastAnswers
	resumed bool
	client  events.Output
	server  events.Output
	toward  [2][]byte
	session *events.Session
}

func newHandshakes(t testing.TB, resumed bool) *handshakes {
	return newHandshakesIn(t, resumed, messages.TLS13)
}

func newHandshakesIn(t testing.TB, resumed bool, version messages.Version) *handshakes {
	pair := testkit.NewPair("benchmark")
	pair.Client.MaxVersion, pair.Server.MaxVersion = version, version
	// In TLS 1.2 the second is for the certificate's key.
	pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1}
	pair.Server.Groups = []messages.Group{messages.X25519}
	h := &handshakes{resumed: resumed}
	var err error
	if h.clients, err = pair.Client.Compile(); err != nil {
		t.Fatal(err)
	}
	if h.servers, err = pair.Server.Compile(); err != nil {
		t.Fatal(err)
	}
	h.answers.credential = testkit.Server(testkit.P256).Credential()
	return h
}

// fastAnswers parses and signs, and does nothing else.
type fastAnswers struct{ credential *events.Credential }

func (a *fastAnswers) answer(q events.Question) events.Answer {
	switch q := q.(type) {
	case *events.ChooseCredential:
		return q.Reply(a.credential)
	case *events.Sign:
		signature, err := q.Credential.Key.(*testkit.Identity).Sign(q.Scheme, q.Content)
		if err != nil {
			return q.Fail(err)
		}
		return q.Reply(signature)
	case *events.VerifyPeer:
		certificate, err := x509.ParseCertificate(q.Chain[0])
		if err != nil {
			return q.Reject(messages.AlertBadCertificate, err)
		}
		return q.Accept(certificate.PublicKey)
	case *events.OpenTicket:
		return q.Reply(0, q.Tickets[0].Ticket)
	case *events.SealTicket:
		return q.Reply(q.State)
	}
	return nil
}

func (h *handshakes) run(t testing.TB) {
	var session *events.Session
	if h.resumed {
		session = h.session
	}
	client, server := h.clients.Resume(session), h.servers.New()
	if err := client.Start(&h.client, testkit.Now); err != nil {
		t.Fatal(err)
	}
	h.pump(t, client, &h.client, &h.toward[1])
	for len(h.toward[0])+len(h.toward[1]) > 0 {
		h.deliver(t, server, &h.server, &h.toward[1], &h.toward[0])
		h.deliver(t, client, &h.client, &h.toward[0], &h.toward[1])
	}
	if !client.Completed() || !server.Completed() || client.Connection().Resumed != (session != nil) {
		t.Fatal("the handshake did not go as the benchmark wants")
	}
}

func (h *handshakes) deliver(t testing.TB, e *engine.Engine, out *events.Output, in, back *[]byte) {
	if err := e.Receive(out, testkit.Now, *in); err != nil {
		t.Fatal(err)
	}
	*in = (*in)[:0]
	h.pump(t, e, out, back)
}

func (h *handshakes) pump(t testing.TB, e *engine.Engine, out *events.Output, back *[]byte) {
	for event := range out.All() {
		switch event := event.(type) {
		case *events.Send:
			*back = append(*back, event.Bytes...)
		case *events.TicketReceived:
			h.session = event.Session
		case events.Question:
			if err := e.Answer(out, testkit.Now, h.answers.answer(event)); err != nil {
				t.Fatal(err)
			}
		}
	}
	out.Reset()
}

// standardHandshakes is the same with crypto/tls.
type standardHandshakes struct {
	client, server *tls.Config
	resumed        bool
	warm           bool
}

func newStandardHandshakes(t testing.TB, resumed bool) *standardHandshakes {
	id := testkit.Server(testkit.P256)
	h := &standardHandshakes{
		client: &tls.Config{ServerName: testkit.ServerName, RootCAs: testkit.Roots(), Time: func() time.Time { return testkit.Now },
			CurvePreferences: []tls.CurveID{tls.X25519}, InsecureSkipVerify: true},
		server: &tls.Config{Certificates: []tls.Certificate{{Certificate: id.Chain, PrivateKey: id.Key}},
			Time: func() time.Time { return testkit.Now }, CurvePreferences: []tls.CurveID{tls.X25519}},
		resumed: resumed,
	}
	if resumed {
		h.client.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	return h
}

func (h *standardHandshakes) run(t testing.TB) {
	a, z := memoryConns()
	client, server := tls.Client(a, h.client), tls.Server(z, h.server)
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	// The ticket is read by the first Read.
	if _, err := server.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	var one [1]byte
	if _, err := client.Read(one[:]); err != nil {
		t.Fatal(err)
	}
	if client.ConnectionState().DidResume != (h.resumed && h.warm) {
		t.Fatal("the handshake did not go as the benchmark wants")
	}
	h.warm = true
}

// memoryConns is a pair of buffered connections, so that crypto/tls pays for
// no more than it must.
func memoryConns() (net.Conn, net.Conn) {
	ab, ba := make(chan []byte, 16), make(chan []byte, 16)
	return &memoryConn{in: ba, out: ab}, &memoryConn{in: ab, out: ba}
}

type memoryConn struct {
	net.Conn
	in, out chan []byte
	rest    []byte
}

func (c *memoryConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		next, ok := <-c.in
		if !ok {
			return 0, io.EOF
		}
		c.rest = next
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *memoryConn) Write(b []byte) (int, error) {
	c.out <- bytes.Clone(b)
	return len(b), nil
}

func BenchmarkRecords(b *testing.B) {
	for _, size := range recordSizes {
		b.Run(fmt.Sprintf("%dKiB/tacitls", size>>10), func(b *testing.B) {
			client, server := connected(b)
			passRecords(b, client, server, size)
		})
		b.Run(fmt.Sprintf("%dKiB/crypto-tls", size>>10), func(b *testing.B) {
			client, server := newStandardHandshakes(b, false).connected(b)
			passStandardRecords(b, client, server, size)
		})
	}
}

// recordSizes are those of the content of records, in bytes.
var recordSizes = []int{1 << 10, 16 << 10}

// passRecords has one record after another pass from a client to a server.
func passRecords(b *testing.B, client, server *engine.Engine, size int) {
	content := make([]byte, size)
	var out, in events.Output
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		if err := client.Write(&out, testkit.Now, content); err != nil {
			b.Fatal(err)
		}
		for event := range out.All() {
			if err := server.Receive(&in, testkit.Now, event.(*events.Send).Bytes); err != nil {
				b.Fatal(err)
			}
		}
		in.Reset()
		out.Reset()
	}
}

// passStandardRecords is the same with crypto/tls.
func passStandardRecords(b *testing.B, client, server *tls.Conn, size int) {
	content, received := make([]byte, size), make([]byte, size)
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		if _, err := client.Write(content); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(server, received); err != nil {
			b.Fatal(err)
		}
	}
}

// connected is a client and a server past the handshake.
func connected(t testing.TB) (client, server *engine.Engine) {
	p := testkit.NewPair("connected").Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	return p.Client.Engine, p.Server.Engine
}

// connected is the same with crypto/tls, over a buffer that costs one copy each
// way.
func (h *standardHandshakes) connected(t testing.TB) (client, server *tls.Conn) {
	a, z := &bufferConn{}, &bufferConn{}
	a.peer, z.peer = z, a
	clientPipe, serverPipe := net.Pipe()
	a.Conn, z.Conn = clientPipe, serverPipe
	client, server = tls.Client(a, h.client), tls.Server(z, h.server)
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = client.Read(make([]byte, 1)) }()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	a.buffered, z.buffered = true, true
	return client, server
}

// bufferConn writes into its peer's buffer once buffered is set.
type bufferConn struct {
	net.Conn
	peer     *bufferConn
	buffered bool
	buffer   bytes.Buffer
}

func (c *bufferConn) Write(b []byte) (int, error) {
	if c.buffered {
		return c.peer.buffer.Write(b)
	}
	return c.Conn.Write(b)
}

func (c *bufferConn) Read(b []byte) (int, error) {
	if c.buffered {
		return c.buffer.Read(b)
	}
	return c.Conn.Read(b)
}

// BenchmarkIdle measures what an established endpoint keeps, in bytes: of many
// that share one config, as a server's do. What a client keeps more than a
// server is the server's chain.
func BenchmarkIdle(b *testing.B) {
	const endpoints = 512
	for _, role := range []events.Role{events.Client, events.Server} {
		for _, rest := range []bool{false, true} {
			name := "tacitls/" + role.String()
			if rest {
				name += "-rested"
			}
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					b.ReportMetric(perEndpoint(endpoints, idleEndpoints(b, role, rest)), "B/endpoint")
				}
			})
		}
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		b.Run("crypto-tls/"+role.String(), func(b *testing.B) {
			h := newStandardHandshakes(b, false)
			for b.Loop() {
				b.ReportMetric(perEndpoint(endpoints, func() any { return h.idle(b, role) }), "B/endpoint")
			}
		})
	}
}

// idleEndpoints gives one endpoint a call, whose ciphers have both been used.
func idleEndpoints(t testing.TB, role events.Role, rest bool) func() any {
	pair := testkit.NewPair("idle")
	client, err := pair.Client.Compile()
	if err != nil {
		t.Fatal(err)
	}
	server, err := pair.Server.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return func() any {
		p := pipe.New(client.New(), server.New(), pair.ClientAnswers, pair.ServerAnswers, testkit.Now)
		pair.ClientAnswers.Asked, pair.ServerAnswers.Asked = nil, nil
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		for _, from := range []events.Role{events.Client, events.Server} {
			if err := p.Write(from, []byte("ping")); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
		}
		kept := p.Client.Engine
		if role == events.Server {
			kept = p.Server.Engine
		}
		if rest {
			kept.Rest()
		}
		return kept
	}
}

// BenchmarkHalfOpen measures what a server keeps, in bytes, while it waits for
// the client's last flight.
func BenchmarkHalfOpen(b *testing.B) {
	const endpoints = 512
	pair := testkit.NewPair("half open")
	client, err := pair.Client.Compile()
	if err != nil {
		b.Fatal(err)
	}
	server, err := pair.Server.Compile()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.ReportMetric(perEndpoint(endpoints, func() any {
			p := pipe.New(client.New(), server.New(), pair.ClientAnswers, pair.ServerAnswers, testkit.Now)
			pair.ServerAnswers.Asked = nil
			if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
				b.Fatal(err)
			}
			if !p.Step(events.Server) || p.Server.Err != nil || p.Server.Engine.State() != "waitClientFinished" {
				b.Fatalf("the server is in %s, %v", p.Server.Engine.State(), p.Server.Err)
			}
			return p.Server.Engine
		}), "B/endpoint")
	}
}

// idle gives one endpoint of crypto/tls. Its goroutine, which an owner of
// idle connections has to park in a Read, is not counted.
func (h *standardHandshakes) idle(t testing.TB, role events.Role) *tls.Conn {
	a, z := memoryConns()
	client, server := tls.Client(a, h.client), tls.Server(z, h.server)
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var one [1]byte
	for _, way := range [][2]*tls.Conn{{client, server}, {server, client}} {
		if _, err := way[0].Write(one[:]); err != nil {
			t.Fatal(err)
		}
		if _, err := way[1].Read(one[:]); err != nil {
			t.Fatal(err)
		}
	}
	if role == events.Server {
		return server
	}
	return client
}

func perEndpoint(endpoints int, connect func() any) float64 {
	kept := make([]any, 0, endpoints)
	connect() // what is made once is not counted
	before := heap()
	for range endpoints {
		kept = append(kept, connect())
	}
	after := heap()
	runtime.KeepAlive(kept)
	return float64(after-before) / float64(endpoints)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
