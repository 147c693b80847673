package interop

import (
	"bytes"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/quic/internal/transport"
	"github.com/tacitls/tacitls/internal/testkit"
)

// our is an end of ours in the making.
type our struct {
	t            *testing.T
	client       engine.ClientConfig
	server       engine.ServerConfig
	answers      *answer.Server
	certificates []*answer.Certificate // of the client
	retry        bool
	loss         int    // percent
	updateAfter  uint64 // packets, before keys are updated
	sessions     []*events.Session
	log          []string
}

func newOur(t *testing.T) *our {
	o := &our{t: t}
	o.client.ServerName = testkit.ServerName
	for _, common := range []*engine.Common{&o.client.Common, &o.server.Common} {
		common.Rand, common.ALPN = rand.Reader, []string{protocol}
	}
	id := testkit.Server(testkit.P256)
	certificate, err := answer.NewCertificate(id.Chain, id.Key)
	if err != nil {
		t.Fatal(err)
	}
	o.answers = &answer.Server{Certificates: []*answer.Certificate{certificate}, Tickets: &answer.TicketKeys{}}
	return o
}

func (o *our) config(answers answer.Answerer) *transport.Config {
	config := &transport.Config{Answers: answers, Rand: rand.Reader, HandshakeTimeout: patience, InitialRTT: 50 * time.Millisecond,
		UpdateAfter: o.updateAfter}
	config.Observe = func(_ *transport.Conn, e events.Event) {
		if ticket, ok := e.(*events.TicketReceived); ok {
			o.sessions = append(o.sessions, ticket.Session)
		}
	}
	config.Trace = func(line string) { o.log = append(o.log, line) }
	return config
}

// socket is one of ours, with what it loses.
func (o *our) socket() (transport.Socket, *net.UDPConn) {
	socket := listen(o.t)
	return &transport.Lossy{Socket: socket, Percent: o.loss, Chance: mathrand.New(mathrand.NewPCG(1, uint64(o.loss)))}, socket
}

func listen(t *testing.T) *net.UDPConn {
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return socket
}

// echo is our client: it sends text and gives what comes back.
func (o *our) echo(to net.Addr, text []byte) ([]byte, *transport.Conn, error) {
	o.t.Helper()
	e, err := engine.NewQUICClient(&o.client)
	if err != nil {
		o.t.Fatal(err)
	}
	socket, _ := o.socket()
	remote := to.(*net.UDPAddr).AddrPort()
	c, err := transport.Dial(time.Now(), o.config(&answer.Client{Roots: testkit.Roots(), Certificates: o.certificates}), e, o.client.Session, netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()))
	if err != nil {
		o.t.Fatal(err)
	}
	var back []byte
	var b [4096]byte
	rest := text
	by := time.Now().Add(patience)
	err = transport.Run(socket, c, by, func() bool {
		rest = rest[c.Write(rest):]
		if len(rest) == 0 {
			c.CloseWrite()
		}
		for n := c.Read(b[:]); n > 0; n = c.Read(b[:]) {
			back = append(back, b[:n]...)
		}
		return c.ReadDone()
	})
	if err == nil {
		err = transport.Run(socket, c, time.Now().Add(300*time.Millisecond), func() bool { return c.Confirmed() && len(o.sessions) > 0 })
		if err != nil && !c.Over() {
			err = nil // no ticket has come
		}
	}
	c.Close(time.Now(), 0, "")
	return back, c, errors.Join(err, transport.Run(socket, c, by, func() bool { return true }))
}

// serve starts our server, which echoes. The function that it gives stops it and gives the last connection.
func (o *our) serve() (net.Addr, func() *transport.Conn) {
	o.t.Helper()
	s := &transport.Server{Config: o.config(o.answers), Retry: o.retry, New: func() (*engine.Engine, error) { return engine.NewQUICServer(&o.server) }}
	socket, bare := o.socket()
	var last *transport.Conn
	done := make(chan error, 1)
	go func() {
		done <- transport.Serve(socket, s, func(c *transport.Conn) {
			last = c
			var b [4096]byte
			for n := c.Read(b[:min(len(b), c.Room())]); n > 0; n = c.Read(b[:min(len(b), c.Room())]) {
				c.Write(b[:n])
			}
			if c.ReadDone() {
				c.CloseWrite()
			}
		})
	}()
	return bare.LocalAddr(), func() *transport.Conn {
		_ = bare.Close()
		if err := <-done; err != nil {
			o.t.Error(err)
		}
		return last
	}
}

func (o *our) wantBack(reason string, got, want []byte, err error) {
	o.t.Helper()
	if err != nil || !bytes.Equal(got, want) {
		for _, line := range o.log[max(0, len(o.log)-60):] {
			o.t.Log(line)
		}
		o.t.Fatalf("%s: %d of %d bytes come back, %v", reason, len(got), len(want), err)
	}
}
