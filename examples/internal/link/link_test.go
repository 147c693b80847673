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
	return link.New(p.Client.Engine, dialed, pair.ClientAnswers, nil), link.New(p.Server.Engine, accepted, serverAnswers, nil)
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
