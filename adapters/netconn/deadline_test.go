package netconn_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/internal/testkit"
)

// stutter is a transport that gives and takes a few bytes at a time and runs
// into a deadline every now and then, as if it had passed.
type stutter struct {
	net.Conn
	mu     sync.Mutex
	random interface{ Uint64() uint64 }
}

func (s *stutter) draw(n int) (size int, pause bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.random.Uint64()
	return min(n, 1+int(r>>8)%3000), r%4 == 0
}

func (s *stutter) Read(b []byte) (int, error) {
	size, pause := s.draw(len(b))
	if pause {
		return 0, os.ErrDeadlineExceeded
	}
	return s.Conn.Read(b[:size])
}

func (s *stutter) Write(b []byte) (int, error) {
	size, pause := s.draw(len(b))
	if !pause && size == len(b) {
		return s.Conn.Write(b)
	}
	n, err := s.Conn.Write(b[:size])
	if err == nil {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

// patiently repeats what ran into a deadline.
func patiently(do func() error) error {
	for {
		if err := do(); !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
}

func TestDeadlinesAnywhereHarmNothing(t *testing.T) {
	a, b := transports(t)
	client, server := ends(t,
		&stutter{Conn: a, random: testkit.Rand("stutter of the client")},
		&stutter{Conn: b, random: testkit.Rand("stutter of the server")})
	const size = 300_000
	var all sync.WaitGroup
	for _, c := range []*netconn.Conn{client, server} {
		all.Go(func() {
			data := randomBytes("data", size)
			err := patiently(func() error {
				n, err := c.Write(data)
				data = data[n:]
				return err
			})
			if err == nil {
				err = patiently(c.CloseWrite)
			}
			if err != nil {
				t.Errorf("writing: %v", err)
			}
		})
		all.Go(func() {
			var got []byte
			err := patiently(func() error {
				more, err := io.ReadAll(c)
				got = append(got, more...)
				return err
			})
			if err != nil || !bytes.Equal(got, randomBytes("data", size)) {
				t.Errorf("reading: %d bytes, %v", len(got), err)
			}
		})
	}
	within(t, time.Minute, "the transfer", all.Wait)
}

func TestAWriteThatTimedOutIsGoneOnWith(t *testing.T) {
	a, b := transports(t)
	transport := watch(a)
	client, server := ends(t, transport, b)
	shake(t, client, server)
	transport.forget()
	data := randomBytes("stuck", 32<<20)
	go func() {
		<-transport.begun
		time.Sleep(50 * time.Millisecond)
		if err := client.SetWriteDeadline(time.Now()); err != nil {
			t.Error(err)
		}
	}()
	n, err := client.Write(data)
	if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n >= len(data) {
		t.Fatalf("a Write that nobody reads: %d, %v", n, err)
	}
	if m, err := client.Write(data[n:]); m != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a Write after the deadline: %d, %v", m, err)
	}
	if err := client.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	// The rest is shorter, to have the test over soon.
	rest := data[n:min(n+100_000, len(data))]
	done := make(chan error, 1)
	go func() {
		_, err := client.Write(rest)
		if err == nil {
			err = client.Close()
		}
		done <- err
	}()
	got, err := io.ReadAll(server)
	if err != nil || !bytes.Equal(got, data[:n+len(rest)]) {
		t.Errorf("%d bytes of %d came, %v", len(got), n+len(rest), err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAReadThatTimedOutLosesNothing(t *testing.T) {
	a, b := transports(t)
	slow := &half{Conn: a}
	client, server := ends(t, slow, b)
	shake(t, client, server)
	slow.on.Store(true)
	wantWrite(t, "the first half of a record", client, "across a deadline")
	if err := server.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := server.Read(make([]byte, 100)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("half a record gives %d, %v", n, err)
	}
	if err := slow.rest(); err != nil {
		t.Fatal(err)
	}
	if n, err := server.Read(make([]byte, 100)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("after the deadline: %d, %v", n, err)
	}
	if err := server.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	wantRead(t, "the whole", server, "across a deadline")
}

func TestAHandshakeThatTimedOutIsGoneOnWith(t *testing.T) {
	a, b := pipe()
	client, server := ends(t, a, b)
	for range 2 {
		if err := client.SetDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if err := client.Handshake(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("nobody is there: %v", err)
		}
	}
	if err := client.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	shake(t, client, server)
}

func TestAContextEndsTheHandshakeAndTheConn(t *testing.T) {
	a, b := pipe()
	transport := watch(a)
	client, _ := ends(t, transport, b)
	ctx, cancel := context.WithCancel(context.Background())
	over, end := context.WithCancel(context.Background())
	end()
	if err := client.HandshakeContext(over); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is over: %v", err)
	}
	go func() { <-transport.begun; cancel() }()
	within(t, 10*time.Second, "the handshake", func() {
		if err := client.HandshakeContext(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("the handshake: %v", err)
		}
	})
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a Read after it: %v", err)
	}
	if _, err := b.Read(make([]byte, 1)); err == nil {
		_, err = io.ReadAll(b)
		if err != nil {
			t.Errorf("the transport is not closed: %v", err)
		}
	}
}

func TestWaitingForTheHandshakeOfAnotherEndsWithTheContext(t *testing.T) {
	a, b := pipe()
	transport := watch(a)
	client, server := ends(t, transport, b)
	done := make(chan error, 1)
	go func() { done <- client.Handshake() }()
	<-transport.begun
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := client.HandshakeContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting: %v", err)
	}
	if err := server.Handshake(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the other's handshake: %v", err)
	}
}

func TestAListenerLosesPatience(t *testing.T) {
	mute, server := impatient(t, 30*time.Millisecond)
	within(t, 10*time.Second, "the handshake", func() {
		_, err := server.Read(make([]byte, 1))
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("a Read from a client that says nothing: %v", err)
		}
	})
	if _, err := io.ReadAll(mute); err != nil {
		t.Errorf("the transport: %v", err)
	}
}

// impatient is a connection to a listener with that patience, as the client's
// transport and as what the listener has accepted.
func impatient(t *testing.T, patience time.Duration) (client, server net.Conn) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := netconn.NewListener(inner, serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	listener.Patience = patience
	if client, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return client, server
}
