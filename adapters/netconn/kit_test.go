package netconn_test

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
)

// seeded is entropy that several connections may share.
type seeded struct {
	mu sync.Mutex
	r  io.Reader
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

func entropy(seed string) io.Reader { return &seeded{r: testkit.Rand(seed)} }

func clientConfig() *engine.ClientConfig {
	return &engine.ClientConfig{Common: engine.Common{Rand: entropy("client")}, ServerName: testkit.ServerName}
}

func serverConfig() *engine.ServerConfig {
	return &engine.ServerConfig{Common: engine.Common{Rand: entropy("server")}}
}

func certificate(t testing.TB, identity *testkit.Identity) *answer.Certificate {
	t.Helper()
	c, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func clientAnswers() *answer.Client { return &answer.Client{Roots: testkit.Roots()} }

func serverAnswers(t testing.TB) *answer.Server {
	return &answer.Server{
		Certificates: []*answer.Certificate{certificate(t, testkit.Server(testkit.P256))},
		Tickets:      &answer.TicketKeys{Rand: entropy("tickets")},
	}
}

// transports are the two ends of a TCP connection over the loopback.
func transports(t testing.TB) (client, server net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := listener.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}()
	client, err = net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server = <-accepted
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// ends are two ends with the handshake still to be done.
func ends(t testing.TB, clientTransport, serverTransport net.Conn) (client, server *netconn.Conn) {
	t.Helper()
	client, err := netconn.Client(clientTransport, clientConfig(), clientAnswers())
	if err != nil {
		t.Fatal(err)
	}
	server, err = netconn.Server(serverTransport, serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}

// joined are two ends over the loopback with the handshake done.
func joined(t testing.TB) (client, server *netconn.Conn) {
	t.Helper()
	a, b := transports(t)
	client, server = ends(t, a, b)
	shake(t, client, server)
	return client, server
}

func shake(t testing.TB, client, server *netconn.Conn) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatalf("the client's handshake: %v", err)
	}
	if err := <-done; err != nil {
		t.Fatalf("the server's handshake: %v", err)
	}
}

// within fails a test that hangs.
func within(t testing.TB, limit time.Duration, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s takes longer than %v", what, limit)
	}
}

func wantRead(t testing.TB, why string, r io.Reader, want string) {
	t.Helper()
	b := make([]byte, len(want))
	if _, err := io.ReadFull(r, b); err != nil || string(b) != want {
		t.Fatalf("%s: read %q, %v, want %q", why, b, err, want)
	}
}

func wantWrite(t testing.TB, why string, w io.Writer, s string) {
	t.Helper()
	if n, err := io.WriteString(w, s); n != len(s) || err != nil {
		t.Fatalf("%s: wrote %d of %d, %v", why, n, len(s), err)
	}
}
