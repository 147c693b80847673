package netconn_test

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// slowSealer seals no ticket before it is told to: the server's Finished waits.
type slowSealer struct {
	answer.Answerer
	told chan struct{}
}

func (s *slowSealer) Answer(now time.Time, q events.Question) events.Answer {
	if _, ok := q.(*events.SealTicket); ok {
		<-s.told
	}
	return s.Answerer.Answer(now, q)
}

// falseStarting is a client that may start early with a server whose Finished
// waits for told.
func falseStarting(t *testing.T, clientTransport, serverTransport net.Conn) (client, server *netconn.Conn, told chan struct{}) {
	t.Helper()
	cc, sc := legacy()
	cc.FalseStart = true
	cc.ALPN, sc.ALPN = []string{"http/1.1"}, []string{"http/1.1"}
	sealer := &slowSealer{Answerer: serverAnswers(t), told: make(chan struct{})}
	client, server = endsBy(t, clientTransport, serverTransport, cc, sc, clientAnswers(), sealer)
	return client, server, sealer.told
}

func TestAWriteGoesBeforeTheServersFinished(t *testing.T) {
	a, b := transports(t)
	client, server, told := falseStarting(t, a, b)
	served := mirrored(server)
	within(t, 10*time.Second, "an early Write", func() {
		wantWrite(t, "early", client, "early ")
		wantWrite(t, "early still", client, "and more")
	})
	if client.ConnectionState().HandshakeComplete {
		t.Error("the handshake is complete without the server's Finished")
	}
	if err := client.CloseWrite(); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("CloseWrite: %v", err)
	}
	shaken := later(client.Handshake)
	wantStillWaiting(t, "Handshake", shaken)
	within(t, 10*time.Second, "a Write during Handshake", func() { wantWrite(t, "early still", client, "...") })
	close(told)
	if err := soon(t, "Handshake", shaken); err != nil {
		t.Error(err)
	}
	wantRead(t, "all of it", client, "early and more...")
	if !client.ConnectionState().HandshakeComplete {
		t.Error("the handshake is not complete")
	}
	client.Close()
	if err := soon(t, "the server", served); err != nil {
		t.Error(err)
	}
}

func TestHandshakeWaitsForTheServersFinished(t *testing.T) {
	a, b := transports(t)
	client, server, told := falseStarting(t, a, b)
	started := make(chan struct{})
	client.Observe(func(e events.Event) {
		if _, ok := e.(*events.FalseStarted); ok {
			close(started)
		}
	})
	served := mirrored(server)
	shaken := later(client.Handshake)
	within(t, 10*time.Second, "an early start", func() { <-started })
	wantStillWaiting(t, "Handshake", shaken)
	close(told)
	if err := soon(t, "Handshake", shaken); err != nil {
		t.Error(err)
	}
	client.Close()
	if err := soon(t, "the server", served); err != nil {
		t.Error(err)
	}
}

// corrupting is a transport that turns a bit of the last byte of each read.
type corrupting struct {
	net.Conn
	on atomic.Bool
}

func (c *corrupting) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && c.on.Load() {
		b[n-1] ^= 1
	}
	return n, err
}

func TestAnEarlyWriteDoesNotHideABadFinished(t *testing.T) {
	a, b := transports(t)
	bad := &corrupting{Conn: a}
	client, server, told := falseStarting(t, bad, b)
	served := mirrored(server)
	wantWrite(t, "early", client, "early")
	bad.on.Store(true)
	close(told)
	var fatal *engine.Error
	if n, err := client.Read(make([]byte, 5)); n != 0 || !errors.As(err, &fatal) {
		t.Errorf("Read: %d, %v", n, err)
	}
	if n, err := client.Write([]byte("late")); n != 0 || !errors.As(err, &fatal) {
		t.Errorf("Write: %d, %v", n, err)
	}
	client.Close()
	<-served
}

func TestAnEarlyWriteThatIsStuckKeepsNoReadFromGoingOn(t *testing.T) {
	a, b := transports(t)
	client, server, told := falseStarting(t, a, b)
	wrote := make(chan error, 1)
	go func() {
		_, err := client.Write(make([]byte, 32<<20))
		wrote <- err
	}()
	// The server writes before it reads.
	served := later(func() error {
		if _, err := io.WriteString(server, "hello"); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, server)
		return err
	})
	wantStillWaiting(t, "the server", served)
	close(told)
	within(t, 10*time.Second, "a Read", func() { wantRead(t, "from the server", client, "hello") })
	if err := soon(t, "the Write", wrote); err != nil {
		t.Error(err)
	}
	client.Close()
	if err := soon(t, "the server", served); err != nil {
		t.Error(err)
	}
}

func TestAWriteWaitsWhereTheConfigStartsNoneEarly(t *testing.T) {
	a, b := transports(t)
	cc, sc := legacy()
	sealer := &slowSealer{Answerer: serverAnswers(t), told: make(chan struct{})}
	client, server := endsBy(t, a, b, cc, sc, clientAnswers(), sealer)
	served := mirrored(server)
	written := later(func() error { _, err := io.WriteString(client, "x"); return err })
	wantStillWaiting(t, "a Write", written)
	close(sealer.told)
	if err := soon(t, "a Write", written); err != nil {
		t.Error(err)
	}
	client.Close()
	if err := soon(t, "the server", served); err != nil {
		t.Error(err)
	}
}
