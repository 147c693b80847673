package netconn_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// tallied is a transport that counts what was read from it.
type tallied struct {
	net.Conn
	read atomic.Int64
}

func (c *tallied) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// waiting are two ends of which the client has begun to renegotiate with a server
// that does not read yet.
func waiting(t *testing.T) (client, server *netconn.Conn, transport *tallied, done <-chan error) {
	t.Helper()
	a, b := transports(t)
	transport = &tallied{Conn: a}
	begun := watch(transport)
	client, server = joinedFreely(t, begun, b)
	begun.forget()
	result := make(chan error, 1)
	go func() { result <- client.Renegotiate() }()
	<-begun.begun
	return client, server, transport, result
}

// soon waits for what a goroutine has to say.
func soon[T any](t *testing.T, why string, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(10 * time.Second):
		t.Fatalf("%s: nothing for ten seconds", why)
		panic("unreachable")
	}
}

// later gives the error of a call that is to wait.
func later(call func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	return done
}

func wantStillWaiting(t *testing.T, why string, done <-chan error) {
	t.Helper()
	select {
	case err := <-done:
		t.Fatalf("%s: it has not waited: %v", why, err)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestDataThatComesBeforeTheAnswerIsKept(t *testing.T) {
	client, server, _, done := waiting(t)
	data := string(randomBytes("kept", 20_000))
	wantWrite(t, "before the server knows", server, data)
	written := later(func() error { _, err := io.WriteString(client, "behind it"); return err })
	wantStillWaiting(t, "a Write", written)
	wantStillWaiting(t, "Renegotiate", done)
	wantRead(t, "the server reads", server, "behind it")
	for why, result := range map[string]<-chan error{"Renegotiate": done, "a Write": written} {
		if err := soon(t, why, result); err != nil {
			t.Errorf("%s: %v", why, err)
		}
	}
	wantRenegotiated(t, "with nobody reading", true, client, server)
	wantRead(t, "what was kept", client, data)
}

func TestAReadGetsDataWhileAWriteWaits(t *testing.T) {
	client, server, _, done := waiting(t)
	for range 3 {
		wantWrite(t, "before the server knows", server, "data")
		within(t, 10*time.Second, "a Read", func() { wantRead(t, "at once", client, "data") })
	}
	wantStillWaiting(t, "Renegotiate", done)
	read := later(func() error { _, err := client.Read(make([]byte, 1)); return err })
	wantStillWaiting(t, "a Read of nothing", read)
	go func() { _, _ = io.Copy(server, server) }()
	if err := soon(t, "Renegotiate", done); err != nil {
		t.Error(err)
	}
	wantStillWaiting(t, "a Read of nothing", read)
	wantWrite(t, "to be sent back", client, "x")
	if err := soon(t, "a Read", read); err != nil {
		t.Error(err)
	}
}

func TestWhatIsKeptForReadIsBounded(t *testing.T) {
	client, server, transport, done := waiting(t)
	const size = 1 << 20
	before := transport.read.Load()
	data := randomBytes("too much", size)
	sent := later(func() error {
		_, err := server.Write(data)
		_, _ = io.Copy(io.Discard, server)
		return err
	})
	wantStillWaiting(t, "Renegotiate, which waits for a Read", done)
	within(t, 10*time.Second, "reading up to the bound", func() {
		for last := int64(-1); last < 32<<10 || last != transport.read.Load()-before; {
			last = transport.read.Load() - before
			time.Sleep(20 * time.Millisecond)
		}
	})
	if kept := transport.read.Load() - before; kept > 96<<10 {
		t.Errorf("%d bytes are kept", kept)
	}
	got := make([]byte, size)
	if _, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, data) {
		t.Errorf("what was kept, and the rest: %v", err)
	}
	if err := soon(t, "Renegotiate", done); err != nil {
		t.Error(err)
	}
	client.Close()
	if err := soon(t, "the server", sent); err != nil {
		t.Error(err)
	}
}

func TestEachWaitsByItsOwnDeadline(t *testing.T) {
	client, server, _, done := waiting(t)
	if err := client.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a Read: %d, %v", n, err)
	}
	wantStillWaiting(t, "Renegotiate, whose deadline is another", done)
	if err := client.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := soon(t, "Renegotiate", done); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Renegotiate: %v", err)
	}
	if n, err := client.Write([]byte("x")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a Write: %d, %v", n, err)
	}
	// Nothing is harmed: both go on.
	if err := client.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	again := later(client.Renegotiate)
	read := later(func() error { _, err := io.ReadFull(server, make([]byte, 1)); return err })
	wantStillWaiting(t, "Renegotiate, while nobody may read", again)
	if err := client.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := soon(t, "Renegotiate", again); err != nil {
		t.Errorf("Renegotiate again: %v", err)
	}
	wantRenegotiated(t, "in the end", true, client)
	wantWrite(t, "in the end", client, "x")
	if err := soon(t, "the server", read); err != nil {
		t.Error(err)
	}
}

func TestAFlightThatTimedOutGoesWithTheNextDeadline(t *testing.T) {
	a, b := transports(t)
	client, server := joinedFreely(t, a, b)
	if err := server.SetWriteDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, server) }()
	done := later(client.Renegotiate)
	wantStillWaiting(t, "Renegotiate with a server that may not write", done)
	if err := server.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := soon(t, "Renegotiate", done); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsTheWaiting(t *testing.T) {
	for name, before := range map[string]int{"with nothing to read": 0, "with too much to keep": 1 << 20} {
		client, server, _, done := waiting(t)
		go func() { _, _ = server.Write(make([]byte, before)) }()
		written := later(func() error { _, err := io.WriteString(client, "never"); return err })
		wantStillWaiting(t, name, written)
		within(t, 10*time.Second, "Close", func() { _ = client.Close() })
		if err := soon(t, name, written); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: a Write: %v", name, err)
		}
		if err := soon(t, name, done); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: Renegotiate: %v", name, err)
		}
	}
}

func TestNoWriteWaitsForAPeerThatHasClosed(t *testing.T) {
	client, server, _, done := waiting(t)
	wantWrite(t, "the last data", server, "last")
	if err := server.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := soon(t, "Renegotiate", done); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("Renegotiate: %v", err)
	}
	if n, err := client.Write([]byte("x")); n != 1 || err != nil {
		t.Errorf("a Write: %d, %v", n, err)
	}
	if got, err := io.ReadAll(client); string(got) != "last" || err != nil {
		t.Errorf("Read: %q, %v", got, err)
	}
	if err := client.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestATransportThatBreaksEndsTheWaiting(t *testing.T) {
	client, server, _, done := waiting(t)
	if err := server.NetConn().Close(); err != nil {
		t.Fatal(err)
	}
	if err := soon(t, "Renegotiate", done); err == nil {
		t.Error("Renegotiate is complete without a server")
	}
	if _, err := client.Write([]byte("x")); err == nil {
		t.Error("a Write is complete without a server")
	}
}

func TestConcurrentWritesStayWhole(t *testing.T) {
	a, b := transports(t)
	client, server := joinedFreely(t, a, b)
	const size = 150_000
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			if _, err := client.Write(bytes.Repeat([]byte{byte(i)}, size)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Go(func() {
		for range 4 {
			if err := server.Renegotiate(); err != nil && !errors.Is(err, engine.ErrNotReady) {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
	})
	go func() { _, _ = io.Copy(io.Discard, client) }()
	for range 4 {
		got := make([]byte, size)
		if _, err := io.ReadFull(server, got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, bytes.Repeat(got[:1], size)) {
			t.Error("two Writes are mixed")
		}
	}
	within(t, 10*time.Second, "the writers", all.Wait)
}

func TestTheStateIsThatOfTheLastCompleteHandshake(t *testing.T) {
	a, b := transports(t)
	cc, sc := free()
	ca, sa := clientAnswers(), serverAnswers(t)
	sc.ClientAuth = engine.RequestClientCert
	var client, server *netconn.Conn
	var seen atomic.Int32
	look := func(c *netconn.Conn) {
		seen.Add(1)
		state := c.ConnectionState()
		if c.State().Renegotiated || state.HandshakeComplete != (seen.Load() > 1) {
			t.Errorf("during handshake %d the state is %+v", seen.Load(), c.State())
		}
		_, err := c.TLSUnique()
		if _, exports := c.Export("EXPORTER-test", nil, 16); (err == nil) != state.HandshakeComplete || (exports == nil) != state.HandshakeComplete {
			t.Errorf("during handshake %d there are bindings: %v, %v", seen.Load(), err, exports)
		}
	}
	ca.VerifyPeer = func(time.Time, *answer.Peer) error { look(client); return nil }
	client, server = endsBy(t, a, b, cc, sc, ca, sa)
	shake(t, client, server)
	done := mirrored(server)
	first := client.State()
	if err := client.Renegotiate(); err != nil {
		t.Fatal(err)
	}
	if seen.Load() != 2 {
		t.Errorf("the server's chain was looked at %d times", seen.Load())
	}
	if got := client.State(); !got.Renegotiated || got.CipherSuite != first.CipherSuite || len(client.ConnectionState().VerifiedChains) != 1 {
		t.Errorf("in the end the state is %+v", got)
	}
	client.Close()
	<-done
}

func TestARenegotiationThatFailsLeavesTheStateAsItWas(t *testing.T) {
	a, b := transports(t)
	cc, sc := free()
	ca := clientAnswers()
	var once bool
	ca.VerifyPeer = func(time.Time, *answer.Peer) error {
		if once {
			return errors.New("not again")
		}
		once = true
		return nil
	}
	client, server := joinedBy(t, a, b, cc, sc, ca, serverAnswers(t))
	done := mirrored(server)
	before := client.State()
	var fatal *engine.Error
	if err := client.Renegotiate(); !errors.As(err, &fatal) {
		t.Errorf("Renegotiate: %v", err)
	}
	if got := client.State(); !reflect.DeepEqual(got, before) {
		t.Errorf("the state is %+v", got)
	}
	if state := client.ConnectionState(); len(state.PeerCertificates) != 1 || len(state.VerifiedChains) != 1 || state.TLSUnique != nil {
		t.Errorf("the state is %+v", state)
	}
	<-done
}

func TestAnAnswererThatPanicsPanicsWhereTheConnIsUsed(t *testing.T) {
	a, b := transports(t)
	cc, sc := free()
	ca := clientAnswers()
	times := 0
	ca.VerifyPeer = func(time.Time, *answer.Peer) error {
		if times++; times == 2 {
			panic("the hook is broken")
		}
		return nil
	}
	client, server := joinedBy(t, a, b, cc, sc, ca, serverAnswers(t))
	done := mirrored(server)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was kept from its owner")
			}
		}()
		_ = client.Renegotiate()
	}()
	var fatal *engine.Error
	if _, err := client.Write([]byte("x")); !errors.As(err, &fatal) {
		t.Errorf("a Write after it: %v", err)
	}
	<-done
}

func TestWhatHappensInARenegotiationIsObserved(t *testing.T) {
	a, b := transports(t)
	cc, sc := free()
	client, server := endsBy(t, a, b, cc, sc, clientAnswers(), serverAnswers(t))
	var completed atomic.Int32
	count := func(e events.Event) {
		if e, ok := e.(*events.HandshakeCompleted); ok && e.Connection.Renegotiated {
			completed.Add(1)
		}
	}
	client.Observe(count)
	server.Observe(count)
	shake(t, client, server)
	done := mirrored(server)
	if err := client.Renegotiate(); err != nil {
		t.Error(err)
	}
	if completed.Load() != 2 {
		t.Errorf("%d ends have renegotiated", completed.Load())
	}
	client.Close()
	<-done
}
