package netconn_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// strangers are a client that has a certificate, and has not been asked for it, and a
// server that trusts it.
type strangers struct {
	client        *engine.ClientConfig
	server        *engine.ServerConfig
	clientAnswers *answer.Client
	serverAnswers *answer.Server
}

func newStrangers(t testing.TB) *strangers {
	t.Helper()
	s := &strangers{client: clientConfig(), server: serverConfig(), clientAnswers: clientAnswers(), serverAnswers: serverAnswers(t)}
	s.client.PostHandshakeAuth = true
	s.clientAnswers.Certificates = []*answer.Certificate{certificate(t, testkit.Client(testkit.P256))}
	s.serverAnswers.ClientRoots = testkit.Roots()
	return s
}

func (s *strangers) join(t testing.TB) (client, server *netconn.Conn) {
	t.Helper()
	a, b := transports(t)
	return joinedBy(t, a, b, s.client, s.server, s.clientAnswers, s.serverAnswers)
}

// request asks for the client's certificate without a bound of its own.
func request(server *netconn.Conn) (bool, error) {
	return server.RequestClientCertificate(context.Background())
}

// covers 8446/4.6.2/1
func TestAServerAsksForACertificateWhenItNeedsIt(t *testing.T) {
	client, server := newStrangers(t).join(t)
	if state := server.ConnectionState(); len(state.PeerCertificates) != 0 {
		t.Fatalf("before: %d certificates", len(state.PeerCertificates))
	}
	done := mirrored(client)
	for range 2 {
		within(t, 10*time.Second, "a request", func() {
			if shown, err := request(server); !shown || err != nil {
				t.Errorf("shown %t, %v", shown, err)
			}
		})
		state := server.ConnectionState()
		if len(state.PeerCertificates) == 0 || len(state.VerifiedChains) == 0 || len(server.State().PeerChain) == 0 {
			t.Errorf("after it: %d certificates, %d chains", len(state.PeerCertificates), len(state.VerifiedChains))
		}
		wantWrite(t, "behind it", server, "echo")
		wantRead(t, "behind it", server, "echo")
	}
	server.Close()
	if err := soon(t, "the client", done); err != nil {
		t.Error(err)
	}
}

func TestAClientMayDeclineToShowACertificate(t *testing.T) {
	s := newStrangers(t)
	s.clientAnswers.Certificates = nil
	client, server := s.join(t)
	done := mirrored(client)
	if shown, err := request(server); shown || err != nil {
		t.Errorf("shown %t, %v", shown, err)
	}
	if state := server.ConnectionState(); len(state.PeerCertificates)+len(state.VerifiedChains) != 0 {
		t.Errorf("after it: %d certificates", len(state.PeerCertificates))
	}
	wantWrite(t, "behind it", server, "echo")
	wantRead(t, "behind it", server, "echo")
	server.Close()
	<-done
}

func TestACertificateThatIsNotAcceptedEndsTheConnection(t *testing.T) {
	s := newStrangers(t)
	s.serverAnswers.VerifyPeer = func(time.Time, *answer.Peer) error { return errors.New("not you") }
	client, server := s.join(t)
	done := mirrored(client)
	var fatal *engine.Error
	if shown, err := request(server); shown || !errors.As(err, &fatal) || fatal.Alert != messages.AlertCertificateUnknown {
		t.Errorf("shown %t, %v", shown, err)
	}
	if _, err := server.Read(make([]byte, 1)); !errors.As(err, &fatal) {
		t.Errorf("Read: %v", err)
	}
	if err := soon(t, "the client", done); !errors.As(err, &fatal) || !fatal.Received {
		t.Errorf("the client: %v", err)
	}
}

func TestACertificateIsRequestedWhereThatCanBe(t *testing.T) {
	a, b := transports(t)
	s := newStrangers(t)
	_, early := endsBy(t, a, b, s.client, s.server, s.clientAnswers, s.serverAnswers)
	if _, err := request(early); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("before the handshake: %v", err)
	}
	client, server := s.join(t)
	if _, err := request(client); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("by a client: %v", err)
	}
	over, end := context.WithCancel(context.Background())
	end()
	if _, err := server.RequestClientCertificate(over); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is over: %v", err)
	}
	s.client.PostHandshakeAuth = false
	_, server = s.join(t)
	if _, err := request(server); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("of a client that does not offer it: %v", err)
	}
	s.client.MinVersion, s.server.MaxVersion = messages.TLS12, messages.TLS12
	_, server = s.join(t)
	if _, err := request(server); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("in TLS 1.2: %v", err)
	}
}

// What the client writes before it reads comes to Read, and the answer behind it to
// who waits.
//
// covers 8446/4.6.2/6
func TestDataComesWhileACertificateIsWaitedFor(t *testing.T) {
	client, server := newStrangers(t).join(t)
	data := string(randomBytes("before the answer", 20_000))
	asked := later(func() error { _, err := request(server); return err })
	wantStillWaiting(t, "a request of a client that does not read", asked)
	wantWrite(t, "before the answer", client, data)
	wantWrite(t, "while it is waited for", server, "meanwhile")
	wantStillWaiting(t, "a request of a client that only writes", asked)
	wantRead(t, "the client reads", client, "meanwhile")
	read := later(func() error { _, err := client.Read(make([]byte, 1)); return err })
	if err := soon(t, "the request", asked); err != nil {
		t.Error(err)
	}
	wantRead(t, "what was kept", server, data)
	server.Close()
	if err := soon(t, "the client", read); err != io.EOF {
		t.Errorf("the client: %v", err)
	}
}

// What comes for nobody is bounded, and goes on to come when somebody reads.
func TestWhatIsKeptWhileACertificateIsWaitedForIsBounded(t *testing.T) {
	s := newStrangers(t)
	a, b := transports(t)
	transport := &tallied{Conn: b}
	client, server := joinedBy(t, a, transport, s.client, s.server, s.clientAnswers, s.serverAnswers)
	const size = 1 << 20
	data := randomBytes("too much", size)
	before := transport.read.Load()
	written := later(func() error { _, err := client.Write(data); return err })
	asked := later(func() error { _, err := request(server); return err })
	wantStillWaiting(t, "a request that waits for a Read", asked)
	if kept := transport.read.Load() - before; kept > 96<<10 {
		t.Errorf("%d bytes are kept", kept)
	}
	got := make([]byte, size)
	if _, err := io.ReadFull(server, got); err != nil || !bytes.Equal(got, data) {
		t.Errorf("what was kept, and the rest: %v", err)
	}
	if err := soon(t, "the client's Write", written); err != nil {
		t.Error(err)
	}
	read := later(func() error { _, err := client.Read(make([]byte, 1)); return err })
	if err := soon(t, "the request", asked); err != nil {
		t.Error(err)
	}
	server.Close()
	<-read
}

// Whoever gives up waiting has harmed nothing, and there is one request at a time
// however often somebody asks.
func TestARequestThatTimedOutIsGoneOnWith(t *testing.T) {
	s := newStrangers(t)
	s.server.Trace = true
	a, b := transports(t)
	client, server := endsBy(t, a, b, s.client, s.server, s.clientAnswers, s.serverAnswers)
	var requests atomic.Int32
	server.Observe(func(e events.Event) {
		if sent, ok := e.(*events.MessageSent); ok && sent.Type == messages.TypeCertificateRequest {
			requests.Add(1)
		}
	})
	shake(t, client, server)
	if err := server.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := request(server); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a deadline: %v", err)
	}
	if err := server.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	soonOver, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := server.RequestClientCertificate(soonOver); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a context: %v", err)
	}
	if requests.Load() != 1 {
		t.Errorf("asked twice, %d requests were sent", requests.Load())
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if shown, err := request(server); !shown || err != nil {
				t.Errorf("shown %t, %v", shown, err)
			}
		})
	}
	go func() { _, _ = io.Copy(io.Discard, client) }()
	within(t, 10*time.Second, "all who ask", all.Wait)
	if len(server.ConnectionState().VerifiedChains) == 0 {
		t.Error("the client has shown nothing")
	}
}

func TestWhatEndsAConnectionEndsTheWaitingForACertificate(t *testing.T) {
	for name, end := range map[string]struct {
		by   func(client, server *netconn.Conn) error
		want func(error) bool
	}{
		"Close": {
			func(_, server *netconn.Conn) error { return server.Close() },
			func(err error) bool { return errors.Is(err, net.ErrClosed) },
		},
		"the client closes": {
			func(client, _ *netconn.Conn) error { return client.CloseWrite() },
			func(err error) bool { return errors.Is(err, engine.ErrNotReady) },
		},
		"the transport breaks": {
			func(client, _ *netconn.Conn) error { return client.NetConn().Close() },
			func(err error) bool { return err != nil },
		},
	} {
		client, server := newStrangers(t).join(t)
		asked := later(func() error { _, err := request(server); return err })
		wantStillWaiting(t, name, asked)
		within(t, 10*time.Second, name, func() {
			if err := end.by(client, server); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if err := soon(t, name, asked); !end.want(err) {
			t.Errorf("%s: the request: %v", name, err)
		}
		if _, err := request(server); err == nil {
			t.Errorf("%s: another request is answered", name)
		}
	}
}

// A client that shows a certificate of its own making is not known by it to a server
// that knows clients by their raw keys.
func TestAServerThatKnowsRawKeysAloneTakesNoChainAfterTheHandshake(t *testing.T) {
	for _, kinds := range [][]messages.CertificateType{
		{messages.CertificateRawPublicKey}, {messages.CertificateRawPublicKey, messages.CertificateX509},
	} {
		s := newStrangers(t)
		s.server.PeerCertificateTypes = kinds
		s.serverAnswers.ClientRoots = nil
		s.serverAnswers.RawKeys = answer.RawKeys{certificate(t, testkit.Client(testkit.Ed25519)).RawPublicKey()}
		client, server := s.join(t)
		_ = mirrored(client)
		within(t, 10*time.Second, "a request", func() {
			shown, err := request(server)
			var fatal *engine.Error
			rejected := errors.As(err, &fatal) && fatal.Refusal.Name == "peer_rejected" && fatal.Alert == messages.AlertUnknownCA
			// Who takes no chain at all does not ask for one.
			if alone := len(kinds) == 1; shown || alone != errors.Is(err, engine.ErrMisuse) || alone == rejected {
				t.Errorf("one that takes %v: shown %t, %v", kinds, shown, err)
			}
		})
		if len(server.State().PeerChain) != 0 {
			t.Errorf("one that takes %v has taken a chain", kinds)
		}
	}
}
