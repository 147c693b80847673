package transport

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
)

// patience bounds every wait of the tests over sockets.
const patience = 20 * time.Second

func bind(t *testing.T) *net.UDPConn {
	t.Helper()
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return socket
}

func lossy(socket *net.UDPConn, percent int, seed uint64) *Lossy {
	return &Lossy{Socket: socket, Percent: percent, Chance: rand.New(rand.NewPCG(seed, uint64(percent)))}
}

func TestAStreamComesBackOverLoopback(t *testing.T) {
	for _, percent := range []int{0, 10, 30} {
		t.Run(fmt.Sprintf("%d percent lost", percent), func(t *testing.T) {
			t.Parallel()
			pair := testkit.NewPair(fmt.Sprint("loopback ", percent))
			pair.Client.ALPN, pair.Server.ALPN = []string{"echo"}, []string{"echo"}
			config := Config{HandshakeTimeout: patience, InitialRTT: 5 * time.Millisecond}
			clients, servers := config, config
			clients.Answers, clients.Rand = pair.ClientAnswers, testkit.Rand("client ids")
			servers.Answers, servers.Rand = pair.ServerAnswers, testkit.Rand("server ids")
			listening, calling := bind(t), bind(t)
			s := &Server{Config: &servers, New: func() (*engine.Engine, error) { return engine.NewQUICServer(&pair.Server) }, Retry: percent == 10}
			done := make(chan error, 1)
			go func() { done <- Serve(lossy(listening, percent, 1), s, echo) }()

			e, err := engine.NewQUICClient(&pair.Client)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Dial(time.Now(), &clients, e, nil, listening.LocalAddr().(*net.UDPAddr).AddrPort())
			if err != nil {
				t.Fatal(err)
			}
			p := text(50_000)
			var back bytes.Buffer
			rest, by := p, time.Now().Add(patience)
			err = Run(lossy(calling, percent, 2), c, by, func() bool {
				if rest = rest[c.Write(rest):]; len(rest) == 0 {
					c.CloseWrite()
				}
				var b [1000]byte
				for n := c.Read(b[:]); n > 0; n = c.Read(b[:]) {
					back.Write(b[:n])
				}
				return c.ReadDone()
			})
			if err != nil || !bytes.Equal(back.Bytes(), p) {
				t.Errorf("%d of %d bytes come back, %v", back.Len(), len(p), err)
			}
			if err := Run(calling, c, time.Now().Add(-1), func() bool { return false }); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("a time that is over: %v", err)
			}
			c.Close(time.Now(), 0, "")
			if err := Run(calling, c, by, func() bool { return true }); err != nil {
				t.Errorf("the end: %v", err)
			}
			_ = listening.Close()
			if err := <-done; err != nil {
				t.Errorf("the server: %v", err)
			}
		})
	}
}

// echo is an application that sends back what comes.
func echo(c *Conn) {
	var b [1000]byte
	for n := c.Read(b[:min(len(b), c.Room())]); n > 0; n = c.Read(b[:min(len(b), c.Room())]) {
		c.Write(b[:n])
	}
	if c.ReadDone() {
		c.CloseWrite()
	}
}

func TestNobodyAnswersOverLoopback(t *testing.T) {
	pair := testkit.NewPair("nobody")
	pair.Client.ALPN = []string{"echo"}
	e, err := engine.NewQUICClient(&pair.Client)
	if err != nil {
		t.Fatal(err)
	}
	config := &Config{Answers: pair.ClientAnswers, Rand: testkit.Rand("ids"), HandshakeTimeout: 200 * time.Millisecond, InitialRTT: 10 * time.Millisecond}
	deaf := bind(t)
	c, err := Dial(time.Now(), config, e, nil, deaf.LocalAddr().(*net.UDPAddr).AddrPort())
	if err != nil {
		t.Fatal(err)
	}
	if err := Run(bind(t), c, time.Now().Add(patience), func() bool { return false }); !errors.Is(err, ErrHandshakeLost) {
		t.Errorf("the client ends by %v", err)
	}
}
