package netconn_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// covers 8446/6.1/3
func TestHalfAConnectionCanBeClosed(t *testing.T) {
	client, server := joined(t)
	wantWrite(t, "a question", client, "question")
	if err := client.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := client.CloseWrite(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := client.Write([]byte("more")); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("writing after it: %v", err)
	}
	got, err := io.ReadAll(server)
	if err != nil || string(got) != "question" {
		t.Fatalf("the server read %q, %v", got, err)
	}
	wantWrite(t, "an answer", server, "answer")
	if err := server.Close(); err != nil {
		t.Errorf("closing the server: %v", err)
	}
	got, err = io.ReadAll(client)
	if err != nil || string(got) != "answer" {
		t.Errorf("the client read %q, %v", got, err)
	}
	if err := client.Close(); err != nil {
		t.Errorf("closing the client: %v", err)
	}
	if err := client.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading after it: %v", err)
	}
	if _, err := client.Write(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("writing after it: %v", err)
	}
	if err := client.CloseWrite(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("CloseWrite after it: %v", err)
	}
}

func TestNothingIsClosedBeforeTheHandshake(t *testing.T) {
	a, b := pipe()
	client, server := ends(t, a, b)
	if err := client.CloseWrite(); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("CloseWrite: %v", err)
	}
	if err := client.UpdateKeys(messages.UpdateNotRequested); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("UpdateKeys: %v", err)
	}
	if err := client.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := client.Handshake(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Handshake: %v", err)
	}
	if _, err := server.Read(make([]byte, 1)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the other end: %v", err)
	}
}

// covers 8446/6.1/4
func TestATruncatedStreamIsNoEnd(t *testing.T) {
	client, server := joined(t)
	wantWrite(t, "data", client, "data")
	if err := client.NetConn().Close(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(server)
	if string(got) != "data" {
		t.Errorf("read %q before the end", got)
	}
	var fatal *engine.Error
	if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &fatal) || fatal.Refusal.Name != "truncated" {
		t.Errorf("the end is %v", err)
	}
	if errors.Is(err, io.EOF) {
		t.Error("the end is a proper one too")
	}
	if _, again := server.Read(make([]byte, 1)); !errors.Is(again, io.ErrUnexpectedEOF) {
		t.Errorf("the end is then %v", again)
	}
}

func TestCloseEndsEverythingThatWaits(t *testing.T) {
	for name, pair := range map[string]func(testing.TB) (net.Conn, net.Conn){
		"over TCP":  transports,
		"in memory": func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() },
	} {
		a, b := pair(t)
		transport := watch(a)
		client, server := ends(t, transport, b)
		shake(t, client, server)
		transport.forget()
		var all sync.WaitGroup
		all.Go(func() {
			for {
				if _, err := client.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		})
		all.Go(func() {
			if _, err := client.Read(make([]byte, 1)); err == nil {
				t.Errorf("%s: a Read got something", name)
			}
		})
		<-transport.begun
		time.Sleep(50 * time.Millisecond)
		// The Write is stuck: Close must not wait for it.
		within(t, 4*time.Second, "Close "+name, func() { client.Close() })
		within(t, 4*time.Second, "what waited "+name, all.Wait)
		server.Close()
	}
}

func TestCloseEndsAHandshake(t *testing.T) {
	a, b := pipe()
	transport := watch(a)
	client, _ := ends(t, transport, b)
	done := make(chan error, 1)
	go func() { done <- client.Handshake() }()
	<-transport.begun
	within(t, 4*time.Second, "Close", func() { client.Close() })
	within(t, 4*time.Second, "the handshake", func() {
		if err := <-done; err == nil {
			t.Error("the handshake is complete")
		}
	})
}

func TestManyMayCloseAtOnce(t *testing.T) {
	client, server := joined(t)
	var all sync.WaitGroup
	good := make(chan struct{}, 8)
	for range 8 {
		all.Go(func() {
			switch err := client.Close(); {
			case err == nil:
				good <- struct{}{}
			case !errors.Is(err, net.ErrClosed):
				t.Errorf("Close: %v", err)
			}
		})
		all.Go(func() { _, _ = client.Write([]byte("x")) })
		all.Go(func() { _, _ = client.Read(make([]byte, 1)) })
		all.Go(func() { client.ConnectionState() })
	}
	within(t, 10*time.Second, "closing", all.Wait)
	if len(good) != 1 {
		t.Errorf("%d calls of Close did it", len(good))
	}
	server.Close()
}

func TestAPeerWithoutACertificateForUsHearsWhy(t *testing.T) {
	a, b := transports(t)
	config := clientConfig()
	config.ServerName = "other.example"
	client, err := netconn.Client(a, config, clientAnswers())
	if err != nil {
		t.Fatal(err)
	}
	server, err := netconn.Server(b, serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan error, 1)
	go func() { heard <- server.Handshake() }()
	var fatal *engine.Error
	var rejection *answer.Rejection
	ours := client.Handshake()
	if !errors.As(ours, &fatal) || fatal.Alert != messages.AlertBadCertificate || !errors.As(ours, &rejection) {
		t.Errorf("the client says %v", ours)
	}
	theirs := <-heard
	if !errors.As(theirs, &fatal) || fatal.Alert != messages.AlertBadCertificate || !fatal.Received {
		t.Errorf("the server says %v", theirs)
	}
	if _, err := client.Write([]byte("x")); err != ours {
		t.Errorf("the client says later %v", err)
	}
}

// covers 8446/6/1
func TestARecordThatWasTamperedWithEndsTheConnection(t *testing.T) {
	client, server := joined(t)
	wantWrite(t, "a good record", server, "good")
	// A record of the right form that no key has sealed.
	forged := append([]byte{23, 3, 3, 0, 30}, make([]byte, 30)...)
	if _, err := client.NetConn().Write(forged); err != nil {
		t.Fatal(err)
	}
	var fatal *engine.Error
	_, err := server.Read(make([]byte, 1))
	if !errors.As(err, &fatal) || fatal.Alert != messages.AlertBadRecordMAC {
		t.Errorf("the server says %v", err)
	}
	if _, err := server.Write([]byte("x")); !errors.As(err, &fatal) {
		t.Errorf("the server writes on: %v", err)
	}
	wantRead(t, "what came before", client, "good")
	_, err = client.Read(make([]byte, 1))
	if !errors.As(err, &fatal) || fatal.Alert != messages.AlertBadRecordMAC || !fatal.Received {
		t.Errorf("the client hears %v", err)
	}
}

func TestAFailureEndsAWriteThatWaits(t *testing.T) {
	client, server := joined(t)
	stuck := make(chan error, 1)
	go func() {
		_, err := server.Write(make([]byte, 64<<20))
		stuck <- err
	}()
	time.Sleep(50 * time.Millisecond)
	if err := server.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	forged := append([]byte{23, 3, 3, 0, 30}, make([]byte, 30)...)
	if _, err := client.NetConn().Write(forged); err != nil {
		t.Fatal(err)
	}
	var fatal *engine.Error
	within(t, 10*time.Second, "the failure", func() {
		if _, err := server.Read(make([]byte, 1)); !errors.As(err, &fatal) {
			t.Errorf("the Read says %v", err)
		}
		// Whichever came first.
		if err := <-stuck; !errors.As(err, &fatal) && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the Write says %v", err)
		}
		// No deadline brings it back.
		if err := server.SetWriteDeadline(time.Time{}); err != nil {
			t.Error(err)
		}
		if _, err := server.Write([]byte("x")); !errors.As(err, &fatal) {
			t.Errorf("the next Write says %v", err)
		}
	})
}

func TestThePeerMayBeNoTLS(t *testing.T) {
	a, b := transports(t)
	_, server := ends(t, a, b)
	if _, err := io.WriteString(a, "GET / HTTP/1.1\r\nHost: server.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	var fatal *engine.Error
	if err := server.Handshake(); !errors.As(err, &fatal) {
		t.Errorf("the server says %v", err)
	}
	if err := server.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// silent is an Answerer that has no answer to anything, though its Client has.
type silent struct{ *answer.Client }

func (silent) Answer(time.Time, events.Question) events.Answer { return nil }

func TestAQuestionWithoutAnAnswerEndsTheHandshake(t *testing.T) {
	a, b := transports(t)
	client, err := netconn.Client(a, clientConfig(), silent{clientAnswers()})
	if err != nil {
		t.Fatal(err)
	}
	server, err := netconn.Server(b, serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan error, 1)
	go func() { heard <- server.Handshake() }()
	var fatal *engine.Error
	if err := client.Handshake(); !errors.Is(err, engine.ErrMisuse) || !errors.As(err, &fatal) {
		t.Errorf("the client says %v", err)
	}
	if err := <-heard; !errors.As(err, &fatal) || fatal.Alert != messages.AlertInternalError || !fatal.Received {
		t.Errorf("the server says %v", err)
	}
}

func TestErrorsOfTheTransportStayWhatTheyAre(t *testing.T) {
	client, server := joined(t)
	if tcp, ok := server.NetConn().(*net.TCPConn); ok {
		// Closing now resets the connection.
		if err := tcp.SetLinger(0); err != nil {
			t.Fatal(err)
		}
	}
	server.NetConn().Close()
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reading: %v", err)
	}
	var err error
	for range 10 {
		if _, err = client.Write(make([]byte, 1000)); err != nil {
			break
		}
	}
	var operation *net.OpError
	if !errors.As(err, &operation) || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing: %v", err)
	}
}

func TestAnAnswerThatTookTooLongIsNoDeadline(t *testing.T) {
	clientTransport, serverTransport := transports(t)
	late := fmt.Errorf("asking the authority: %w", os.ErrDeadlineExceeded)
	client, err := netconn.Client(clientTransport, clientConfig(), &answer.Client{
		Roots: testkit.Roots(), VerifyPeer: func(time.Time, *answer.Peer) error { return late },
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := netconn.Server(serverTransport, serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Handshake() }()
	within(t, 10*time.Second, "the failure, again and again", func() {
		for range 3 {
			var fatal *engine.Error
			if err := client.Handshake(); !errors.As(err, &fatal) || !errors.Is(err, late) {
				t.Errorf("the handshake says %v", err)
			}
		}
	})
}
