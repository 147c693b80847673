package link_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// deadline bounds every wait of these tests.
const deadline = 10 * time.Second

// join is a client and a server over TCP, not yet shaken hands.
func join(t *testing.T, pair *testkit.Pair, serverAnswers answer.Answerer) (client, server *link.Link) {
	t.Helper()
	return joinOver(t, pair, serverAnswers, func(conn net.Conn) net.Conn { return conn })
}

// joinOver is join with a transport of its own for the client.
func joinOver(t *testing.T, pair *testkit.Pair, serverAnswers answer.Answerer, over func(net.Conn) net.Conn) (client, server *link.Link) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialed, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for _, conn := range []net.Conn{dialed, accepted} {
		t.Cleanup(func() { conn.Close() })
		if err := conn.SetDeadline(time.Now().Add(deadline)); err != nil {
			t.Fatal(err)
		}
	}
	p := pair.Join()
	return link.New(p.Client.Engine, over(dialed), pair.ClientAnswers, nil), link.New(p.Server.Engine, accepted, serverAnswers, nil)
}

// serve shakes hands and goes on in a goroutine.
func serve(server *link.Link, then func() error) <-chan error {
	done := make(chan error, 1)
	go func() {
		err := server.Handshake()
		if err == nil {
			err = then()
		}
		server.Finish(time.Second)
		done <- err
	}()
	return done
}

func TestDataComesBeforeTheEnd(t *testing.T) {
	pair := testkit.NewPair("link")
	client, server := join(t, pair, pair.ServerAnswers)
	done := serve(server, func() error {
		return errors.Join(server.UpdateKeys(), server.Write([]byte("data")), server.CloseWrite())
	})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if data, err := client.Read(); err != nil || string(data) != "data" {
		t.Errorf("the client reads %q, %v", data, err)
	}
	for range 2 {
		if _, err := client.Read(); !errors.Is(err, io.EOF) {
			t.Errorf("after close_notify there is %v", err)
		}
	}
	if err := client.CloseWrite(); err != nil {
		t.Error(err)
	}
	client.Finish(time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAnAlertIsHeardThoughTheServerHasGone(t *testing.T) {
	pair := testkit.NewPair("link")
	pair.Server.ClientAuth = engine.RequireClientCert
	client, server := join(t, pair, pair.ServerAnswers)
	done := serve(server, func() error { return nil })
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil {
		t.Error("a server without the certificate that it requires goes on")
	}
	// One of these meets a connection that is no more.
	for range 3 {
		_ = client.Write(make([]byte, 1<<16))
		time.Sleep(10 * time.Millisecond)
	}
	var fatal *engine.Error
	if _, err := client.Read(); !errors.As(err, &fatal) || fatal.Alert != messages.AlertCertificateRequired {
		t.Errorf("the client reads %v, want the alert", err)
	}
}

// silent answers nothing.
type silent struct{}

func (silent) Answer(time.Time, events.Question) events.Answer { return nil }

func TestAQuestionNobodyAnswersEndsTheConnection(t *testing.T) {
	client, server := join(t, testkit.NewPair("link"), silent{})
	done := serve(server, func() error { return nil })
	var fatal *engine.Error
	if err := client.Handshake(); !errors.As(err, &fatal) || fatal.Alert != messages.AlertInternalError {
		t.Errorf("the client fails with %v, want internal_error", err)
	}
	client.Finish(time.Second)
	if err := <-done; err == nil {
		t.Error("the server goes on")
	}
}

// free is a pair of TLS 1.2 that renegotiates freely.
func free() *testkit.Pair {
	pair := testkit.NewPair("link")
	pair.Client.MaxVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12
	pair.Client.Renegotiation, pair.Server.Renegotiation = engine.RenegotiateFreely, engine.RenegotiateFreely
	return pair
}

// echo writes back what is read until the end.
func echo(l *link.Link) error {
	for {
		data, err := l.Read()
		if errors.Is(err, io.EOF) {
			return l.CloseWrite()
		}
		if err != nil {
			return err
		}
		if err := l.Write(data); err != nil {
			return err
		}
	}
}

func wantEcho(t *testing.T, l *link.Link, text string) {
	t.Helper()
	if err := l.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	for text != "" {
		data, err := l.Read()
		if err != nil || len(data) > len(text) || text[:len(data)] != string(data) {
			t.Fatalf("%q, %v came back for %q", data, err, text)
		}
		text = text[len(data):]
	}
}

func TestBothEndsRenegotiateAmongData(t *testing.T) {
	pair := free()
	client, server := join(t, pair, pair.ServerAnswers)
	done := serve(server, func() error {
		// The server asks first; its data waits until it has been answered.
		return errors.Join(server.Renegotiate(), server.Write([]byte("hello")), echo(server))
	})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if data, err := client.Read(); err != nil || string(data) != "hello" || !client.Engine.Connection().Renegotiated {
		t.Errorf("the client reads %q, %v", data, err)
	}
	for range 3 {
		wantEcho(t, client, "data")
		if err := client.Renegotiate(); err != nil {
			t.Fatal(err)
		}
	}
	wantEcho(t, client, "in the end")
	if err := client.CloseWrite(); err != nil {
		t.Error(err)
	}
	client.Finish(time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// hoarder is a transport that keeps the next write until the one after it.
type hoarder struct {
	net.Conn
	hoards bool
	kept   []byte
}

func (h *hoarder) Write(b []byte) (int, error) {
	if h.hoards {
		h.hoards, h.kept = false, append([]byte(nil), b...)
		return len(b), nil
	}
	_, err := h.Conn.Write(append(h.kept, b...))
	h.kept = nil
	return len(b), err
}

func TestAWriteBehindARenegotiationOfThePeersWaits(t *testing.T) {
	pair := free()
	var transport *hoarder
	client, server := joinOver(t, pair, pair.ServerAnswers, func(conn net.Conn) net.Conn {
		transport = &hoarder{Conn: conn}
		return transport
	})
	done := serve(server, func() error { return echo(server) })
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	// One write to the network brings the server data and the wish together, so
	// that it finds both when it writes the data back.
	transport.hoards = true
	if err := errors.Join(client.Write([]byte("data")), client.Renegotiate()); err != nil {
		t.Fatal(err)
	}
	if data, err := client.Read(); err != nil || string(data) != "data" || !client.Engine.Connection().Renegotiated {
		t.Errorf("the client reads %q, %v", data, err)
	}
	_ = client.CloseWrite()
	client.Finish(time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWhoeverDoesNotRenegotiateSaysSo(t *testing.T) {
	pair := free()
	pair.Server.Renegotiation = engine.RenegotiateNever
	client, server := join(t, pair, pair.ServerAnswers)
	done := serve(server, func() error {
		if err := server.Renegotiate(); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a server that may not: %v", err)
		}
		return echo(server)
	})
	if err := client.Renegotiate(); !errors.Is(err, link.ErrNoRenegotiation) {
		t.Errorf("before the handshake: %v", err)
	}
	if err := client.Write(nil); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("data before the handshake: %v", err)
	}
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := client.Renegotiate(); !errors.Is(err, link.ErrDeclined) {
		t.Errorf("with a server that does not want to: %v", err)
	}
	wantEcho(t, client, "it goes on")
	_ = client.CloseWrite()
	client.Finish(time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}

	pair = free()
	pair.Client.Renegotiation = engine.RenegotiateNever
	client, server = join(t, pair, pair.ServerAnswers)
	done = serve(server, func() error {
		if err := server.Renegotiate(); !errors.Is(err, link.ErrDeclined) {
			t.Errorf("with a client that does not want to: %v", err)
		}
		return errors.Join(server.Write([]byte("it goes on")), echo(server))
	})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if data, err := client.Read(); err != nil || string(data) != "it goes on" {
		t.Errorf("the client reads %q, %v", data, err)
	}
	_ = client.CloseWrite()
	client.Finish(time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWhatComesInARenegotiationIsBounded(t *testing.T) {
	pair := free()
	client, server := join(t, pair, pair.ServerAnswers)
	done := serve(server, func() error { return server.Write(make([]byte, 8<<20)) })
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	var fatal *engine.Error
	if err := client.Renegotiate(); err == nil || errors.As(err, &fatal) {
		t.Errorf("eight mebibytes come before the answer: %v", err)
	}
	client.Finish(time.Second)
	<-done
}

func TestWhatComesBeforeACertificateIsBounded(t *testing.T) {
	pair := testkit.NewPair("link")
	pair.Client.PostHandshakeAuth = true
	client, server := join(t, pair, pair.ServerAnswers)
	done := serve(server, func() error { _, err := server.Authenticate(); return err })
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	_ = client.Write(make([]byte, 8<<20)) // which it does before it reads
	_ = client.CloseWrite()
	var fatal *engine.Error
	if err := <-done; err == nil || errors.Is(err, io.EOF) || errors.As(err, &fatal) {
		t.Errorf("eight mebibytes come before the certificate: %v", err)
	}
	client.Finish(time.Second)
}
