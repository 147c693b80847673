package netconn_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func randomBytes(seed string, n int) []byte {
	b := make([]byte, n)
	_, _ = testkit.Rand(seed).Read(b)
	return b
}

func TestAMebibyteGoesEachWayAtOnce(t *testing.T) {
	const size = 1 << 20
	for name, pair := range map[string]func(testing.TB) (net.Conn, net.Conn){
		"over TCP":  transports,
		"in memory": func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() },
	} {
		clientTransport, serverTransport := pair(t)
		client, server := ends(t, clientTransport, serverTransport)
		var all sync.WaitGroup
		for _, c := range []*netconn.Conn{client, server} {
			seed := "from server"
			other := "from client"
			if c == client {
				seed, other = other, seed
			}
			all.Go(func() {
				// Pieces of odd sizes cross all borders of records.
				data := randomBytes(seed, size)
				for step := 1; len(data) > 0; step = step*3%70001 + 1 {
					n, err := c.Write(data[:min(step, len(data))])
					if err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
					data = data[n:]
				}
				if err := c.CloseWrite(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			all.Go(func() {
				got, err := io.ReadAll(c)
				if err != nil || !bytes.Equal(got, randomBytes(other, size)) {
					t.Errorf("%s: %d bytes came, %v", name, len(got), err)
				}
			})
		}
		within(t, time.Minute, "the transfer "+name, all.Wait)
		client.Close()
		server.Close()
	}
}

func TestASmallBufferReadsARecordInParts(t *testing.T) {
	client, server := joined(t)
	want := randomBytes("parts", 20000)
	wantWrite(t, "a record and more", client, string(want))
	var got []byte
	for len(got) < len(want) {
		b := make([]byte, 777)
		n, err := server.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b[:n]...)
	}
	if !bytes.Equal(got, want) {
		t.Error("the parts are not the whole")
	}
	if n, err := server.Read(nil); n != 0 || err != nil {
		t.Errorf("a Read of nothing gives %d, %v", n, err)
	}
}

func TestTheStateTellsWhatWasAgreedOn(t *testing.T) {
	clientTransport, serverTransport := transports(t)
	cc, sc := clientConfig(), serverConfig()
	cc.ALPN, sc.ALPN = []string{"h2", "http/1.1"}, []string{"http/1.1"}
	sc.ClientAuth = engine.RequireClientCert
	ca, sa := clientAnswers(), serverAnswers(t)
	ca.Certificates = []*answer.Certificate{certificate(t, testkit.Client(testkit.Ed25519))}
	sa.ClientRoots = testkit.Roots()
	client, err := netconn.Client(clientTransport, cc, ca)
	if err != nil {
		t.Fatal(err)
	}
	server, err := netconn.Server(serverTransport, sc, sa)
	if err != nil {
		t.Fatal(err)
	}
	if s := client.ConnectionState(); s.HandshakeComplete || s.Version != 0 {
		t.Errorf("before the handshake the state is %+v", s)
	}
	if _, err := client.Export("label", nil, 16); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("before the handshake Export gives %v", err)
	}
	if _, err := client.TLSExporter(); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("before the handshake TLSExporter gives %v", err)
	}
	shake(t, client, server)
	for role, c := range map[string]*netconn.Conn{"client": client, "server": server} {
		s := c.ConnectionState()
		if !s.HandshakeComplete || s.Version != 0x0304 || s.CipherSuite != 0x1301 || s.CurveID == 0 ||
			s.NegotiatedProtocol != "http/1.1" || s.ServerName != testkit.ServerName || s.DidResume {
			t.Errorf("%s: the state is %+v", role, s)
		}
		if len(s.PeerCertificates) != 1 || len(s.VerifiedChains) != 1 || len(s.VerifiedChains[0]) != 2 {
			t.Errorf("%s: the chains are %v, %v", role, s.PeerCertificates, s.VerifiedChains)
		}
	}
	if name := server.ConnectionState().PeerCertificates[0].Subject.CommonName; name != "client" {
		t.Errorf("the server sees %q", name)
	}
	ours, err1 := client.Export("EXPORTER-test", []byte("context"), 32)
	theirs, err2 := server.Export("EXPORTER-test", []byte("context"), 32)
	if err1 != nil || err2 != nil || !bytes.Equal(ours, theirs) {
		t.Errorf("exported %x, %v and %x, %v", ours, err1, theirs, err2)
	}
	ours, err1 = client.TLSExporter()
	theirs, err2 = server.TLSExporter()
	if err1 != nil || err2 != nil || len(ours) != 32 || !bytes.Equal(ours, theirs) {
		t.Errorf("tls-exporter is %x, %v and %x, %v", ours, err1, theirs, err2)
	}
}

func TestKeysAreUpdatedInTheMidstOfData(t *testing.T) {
	client, server := joined(t)
	var generation uint64
	for i := range 5 {
		wantWrite(t, "before", client, "before")
		if err := client.UpdateKeys(messages.KeyUpdateRequest(i % 2)); err != nil {
			t.Fatal(err)
		}
		wantWrite(t, "after", client, "after")
		wantRead(t, "both", server, "beforeafter")
		wantWrite(t, "back", server, "back")
		wantRead(t, "back", client, "back")
		generation++
	}
	if err := client.UpdateKeys(7); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a request of no meaning gives %v", err)
	}
}

func TestASessionIsResumedOnceEach(t *testing.T) {
	ca, sa := clientAnswers(), serverAnswers(t)
	ca.Sessions = &answer.Sessions{}
	connect := func() (resumed bool) {
		t.Helper()
		clientTransport, serverTransport := transports(t)
		client, err := netconn.Client(clientTransport, clientConfig(), ca)
		if err != nil {
			t.Fatal(err)
		}
		server, err := netconn.Server(serverTransport, serverConfig(), sa)
		if err != nil {
			t.Fatal(err)
		}
		shake(t, client, server)
		// The ticket comes before the data.
		wantWrite(t, "data", server, "data")
		wantRead(t, "data", client, "data")
		state := client.ConnectionState()
		if state.DidResume != server.ConnectionState().DidResume {
			t.Error("the ends disagree")
		}
		if len(state.PeerCertificates) != 1 || (len(state.VerifiedChains) == 0) != state.DidResume {
			t.Errorf("the chains are %v, %v", state.PeerCertificates, state.VerifiedChains)
		}
		client.Close()
		server.Close()
		return state.DidResume
	}
	if connect() {
		t.Error("the first connection resumed")
	}
	for i := range 3 {
		if ca.Sessions.Len() != 1 {
			t.Errorf("%d sessions are kept", ca.Sessions.Len())
		}
		if !connect() {
			t.Errorf("connection %d did not resume", i+2)
		}
	}
	ca.Sessions.Take(time.Now(), testkit.ServerName)
	if connect() {
		t.Error("a connection without a session resumed")
	}
	sa.Tickets = &answer.TicketKeys{Rand: entropy("others")}
	if connect() {
		t.Error("a ticket opened under other keys")
	}
}

func TestEventsCanBeObserved(t *testing.T) {
	a, b := transports(t)
	cc := clientConfig()
	cc.KeyLog = true
	client, err := netconn.Client(a, cc, clientAnswers())
	if err != nil {
		t.Fatal(err)
	}
	server, err := netconn.Server(b, serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]bool{}
	client.Observe(func(e events.Event) {
		if e, ok := e.(*events.SecretDerived); ok {
			labels[e.Label] = true
		}
	})
	shake(t, client, server)
	for _, label := range []string{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"} {
		if !labels[label] {
			t.Errorf("%s is missing", label)
		}
	}
}

func TestConfigsThatCannotBeAreRefusedAtOnce(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	never := engine.Common{RecordSize: -1}
	if _, err := netconn.Client(a, &engine.ClientConfig{Common: never}, clientAnswers()); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a client with records of no size: %v", err)
	}
	if _, err := netconn.Server(b, &engine.ServerConfig{Common: never}, serverAnswers(t)); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a server with records of no size: %v", err)
	}
	if _, err := netconn.Listen("tcp", "127.0.0.1:0", &engine.ServerConfig{Common: never}, serverAnswers(t)); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a listener with records of no size: %v", err)
	}
	if _, err := netconn.Client(a, nil, clientAnswers()); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a client without a config: %v", err)
	}
	if _, err := netconn.Client(a, clientConfig(), nil); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a client without answers: %v", err)
	}
	if _, err := netconn.Server(b, serverConfig(), nil); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a server without answers: %v", err)
	}
}

func TestAConfigWithoutARandHasThatOfTheSystem(t *testing.T) {
	a, b := transports(t)
	client, err := netconn.Client(a, &engine.ClientConfig{ServerName: testkit.ServerName}, clientAnswers())
	if err != nil {
		t.Fatal(err)
	}
	server, err := netconn.Server(b, &engine.ServerConfig{}, serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	shake(t, client, server)
}
