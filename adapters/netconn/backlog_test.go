package netconn_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// curious is a server's engine, moved by hand: it asks for the client's certificate
// again and again, and reads when it likes.
type curious struct {
	t       *testing.T
	engine  *engine.Engine
	conn    net.Conn
	answers *answer.Server
	out     events.Output
	asked   atomic.Int32
	shown   int // by the client
}

// mostAsked is how many requests an engine has under way.
const mostAsked = 16

// interrogated is a client over a transport without buffers, in use, whose server is
// moved by hand. Its answers to requests are of many certificates, and 50 KB.
func interrogated(t *testing.T) (*netconn.Conn, *curious) {
	t.Helper()
	s := newStrangers(t)
	identity := testkit.Client(testkit.P256)
	long := slices.Concat(identity.Chain, slices.Repeat(testkit.Client(testkit.MLDSA44).Chain[:1], answer.MaxChain-len(identity.Chain)))
	own, err := answer.NewCertificate(long, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	s.clientAnswers.Certificates, s.server.NoTickets = []*answer.Certificate{own}, true
	s.client.NoCompatibility = true // it writes nothing while the server does
	a, b := pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	client, err := netconn.Client(a, s.client, s.clientAnswers)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.NewServer(s.server)
	if err != nil {
		t.Fatal(err)
	}
	c := &curious{t: t, engine: e, conn: b, answers: s.serverAnswers}
	shaken := later(client.Handshake)
	for !c.engine.Completed() {
		c.read()
	}
	if err := soon(t, "the client's handshake", shaken); err != nil {
		t.Fatal(err)
	}
	return client, c
}

// act answers, and writes what there is to be written.
func (c *curious) act(call func(out *events.Output, now time.Time) error) error {
	defer c.out.Reset()
	if err := call(&c.out, time.Now()); err != nil {
		return err
	}
	for event := range c.out.All() {
		switch event := event.(type) {
		case *events.Send:
			if _, err := c.conn.Write(event.Bytes); err != nil {
				return err
			}
		case *events.PeerAuthenticated:
			if !event.Declined {
				c.shown++
			}
		case events.Question:
			if err := c.engine.Answer(&c.out, time.Now(), c.answers.Answer(time.Now(), event)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *curious) receive(b []byte) {
	c.t.Helper()
	if err := c.act(func(out *events.Output, now time.Time) error { return c.engine.Receive(out, now, b) }); err != nil {
		c.t.Fatal(err)
	}
}

func (c *curious) read() {
	c.t.Helper()
	b := make([]byte, 1<<15)
	n, err := c.conn.Read(b)
	if err != nil {
		c.t.Fatal(err)
	}
	c.receive(b[:n])
}

// ask asks as often as it can, and says that it has.
func (c *curious) ask() error {
	for range mostAsked {
		if err := c.act(func(out *events.Output, now time.Time) error {
			_, err := c.engine.RequestClientCertificate(out, now)
			return err
		}); err != nil {
			return err
		}
		c.asked.Add(1)
	}
	return c.act(func(out *events.Output, now time.Time) error { return c.engine.Write(out, now, []byte("all")) })
}

// wantNotHeard waits until the client takes no more requests, long before there are no
// more.
func (c *curious) wantNotHeard(asking <-chan error) {
	c.t.Helper()
	// One answer is being written then, and two are more than may wait.
	within(c.t, 10*time.Second, "taking three requests", func() {
		for c.asked.Load() < 3 {
			time.Sleep(time.Millisecond)
		}
	})
	wantStillWaiting(c.t, "a server that asks and does not read", asking)
	if n := c.asked.Load(); n > mostAsked/2 {
		c.t.Errorf("%d requests of %d are taken", n, mostAsked)
	}
}

// What a client has to say to a server that asks and does not read is bounded, and all
// of it is said once the server reads.
func TestWhoDoesNotReadTheAnswersIsNotReadFrom(t *testing.T) {
	client, server := interrogated(t)
	reading := later(func() error { _, err := io.ReadFull(client, make([]byte, len("all"))); return err })
	asking := later(server.ask)
	server.wantNotHeard(asking)
	var answers bytes.Buffer
	heard := later(func() error { _, err := io.Copy(&answers, server.conn); return err })
	for _, done := range []<-chan error{asking, reading} {
		if err := soon(t, "once the server reads", done); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_ = client.NetConn().Close()
	<-heard
	server.receive(answers.Bytes())
	if server.shown != mostAsked || !server.engine.ReadClosed() {
		t.Errorf("%d certificates of %d are shown", server.shown, mostAsked)
	}
}

func TestWaitingForOneWhoDoesNotReadEndsAsReadingDoes(t *testing.T) {
	client, server := interrogated(t)
	read := func() error { _, err := client.Read(make([]byte, 1)); return err }
	reading := later(read)
	asking := later(server.ask)
	server.wantNotHeard(asking)
	wantStillWaiting(t, "a Read that waits for it", reading)
	if err := client.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := soon(t, "a Read with a deadline", reading); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a Read with a deadline: %v", err)
	}
	// Nor does a deadline for writing have anything taken that has no room.
	if err := client.SetWriteDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := client.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	reading = later(read)
	wantStillWaiting(t, "a Read that waits again", reading)
	server.wantNotHeard(asking)
	_ = client.Close()
	if err := soon(t, "a Read of who has closed", reading); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a Read of who has closed: %v", err)
	}
}
