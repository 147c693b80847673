package netconn_test

import (
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// What a reviewer with bad intentions has found once.

// panicky is an answerer that panics at the first signature.
type panicky struct {
	answer.Answerer
	once sync.Once
}

func (p *panicky) Answer(now time.Time, q events.Question) events.Answer {
	if _, ok := q.(*events.Sign); ok {
		p.once.Do(func() { panic("the signer is broken") })
	}
	return p.Answerer.Answer(now, q)
}

func TestAnAnswererThatPanicsEndsTheConnection(t *testing.T) {
	a, b := transports(t)
	client, err := netconn.Client(a, clientConfig(), clientAnswers())
	if err != nil {
		t.Fatal(err)
	}
	server, err := netconn.Server(b, serverConfig(), &panicky{Answerer: serverAnswers(t)})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = client.Handshake() }()
	within(t, 10*time.Second, "both handshakes", func() {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was kept from its owner")
				}
			}()
			_ = server.Handshake()
		}()
		var fatal *engine.Error
		if err := server.Handshake(); !errors.As(err, &fatal) {
			t.Errorf("the next handshake says %v", err)
		}
	})
}

// noDeadlines is a transport whose deadlines do nothing.
type noDeadlines struct{ net.Conn }

func (noDeadlines) SetDeadline(time.Time) error      { return nil }
func (noDeadlines) SetReadDeadline(time.Time) error  { return nil }
func (noDeadlines) SetWriteDeadline(time.Time) error { return nil }

func TestCloseWaitsForNoTransportWithoutDeadlines(t *testing.T) {
	a, b := net.Pipe()
	client, server := ends(t, noDeadlines{a}, b)
	shake(t, client, server)
	// Nobody reads from the pipe.
	within(t, 10*time.Second, "Close", func() { _ = client.Close() })
}

func TestPatienceIsForTheWholeHandshake(t *testing.T) {
	_, conn := impatient(t, 200*time.Millisecond)
	within(t, 10*time.Second, "the end of patience", func() {
		for {
			if err := conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
				t.Error(err)
			}
			_, err := conn.Read(make([]byte, 1))
			if _, ours := conn.(*netconn.Conn); !ours {
				t.Errorf("the listener gives a %T", conn)
			}
			// Before that it is the deadline of the transport.
			var transport *net.OpError
			if !errors.As(err, &transport) {
				return
			}
		}
	})
}

// covers 8446/6.1/3
func TestCloseInAHandshakeSaysSo(t *testing.T) {
	a, b := transports(t)
	client, _ := ends(t, a, b)
	if err := client.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := client.Handshake(); err == nil {
		t.Fatal("the handshake is complete without a server")
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	var all []byte
	within(t, 10*time.Second, "what the client has sent", func() {
		buf := make([]byte, 4096)
		for {
			n, err := b.Read(buf)
			all = append(all, buf[:n]...)
			if err != nil {
				return
			}
		}
	})
	want := string([]byte{21, 3, 3, 0, 2, 1, 90, 21, 3, 3, 0, 2, 1, 0})
	if len(all) < len(want) || string(all[len(all)-len(want):]) != want {
		t.Errorf("the last bytes are no user_canceled and close_notify: %x", all[max(0, len(all)-20):])
	}
}
