package netconn_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// mostEarly is how many bytes of early data the servers here take.
const mostEarly = 40_000

// acquainted are a client and a server that have met before.
type acquainted struct {
	t             testing.TB
	client        *engine.ClientConfig
	server        *engine.ServerConfig
	clientAnswers *answer.Client
	serverAnswers *answer.Server
}

// meet has them meet, so that the client has a session that allows early data.
func meet(t testing.TB) *acquainted {
	t.Helper()
	k := &acquainted{
		t: t, client: clientConfig(), server: serverConfig(), clientAnswers: clientAnswers(), serverAnswers: serverAnswers(t),
	}
	k.client.EarlyData, k.server.MaxEarlyData = true, mostEarly
	k.clientAnswers.Sessions = &answer.Sessions{}
	k.serverAnswers.EarlyData = (&answer.SingleUse{Store: &answer.OnceMemory{Since: time.Now().Add(-time.Hour)}}).Accept
	a, b := transports(t)
	client, server := endsBy(t, a, b, k.client, k.server, k.clientAnswers, k.serverAnswers)
	shake(t, client, server)
	wantWrite(t, "with a ticket ahead", server, "hello")
	wantRead(t, "with a ticket ahead", client, "hello")
	client.Close()
	server.Close()
	return k
}

// again are two ends of theirs over new transports.
func (k *acquainted) again() (client, server *netconn.Conn) {
	k.t.Helper()
	a, b := transports(k.t)
	return k.over(a, b)
}

func (k *acquainted) over(clientTransport, serverTransport net.Conn) (client, server *netconn.Conn) {
	k.t.Helper()
	return endsBy(k.t, clientTransport, serverTransport, k.client, k.server, k.clientAnswers, k.serverAnswers)
}

func wantEarly(t testing.TB, why string, c *netconn.Conn, want string) {
	t.Helper()
	b := make([]byte, len(want))
	for n := 0; n < len(b); {
		more, err := c.ReadEarlyData(b[n:])
		if err != nil {
			t.Fatalf("%s: %q and %v, want %q", why, b[:n], err, want)
		}
		n += more
	}
	if string(b) != want {
		t.Fatalf("%s: read %q early, want %q", why, b, want)
	}
}

func wantNoMoreEarly(t testing.TB, why string, c *netconn.Conn) {
	t.Helper()
	if n, err := c.ReadEarlyData(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Fatalf("%s: %d, %v, want the end of early data", why, n, err)
	}
}

func writeEarly(t testing.TB, why string, c *netconn.Conn, s string) {
	t.Helper()
	if n, err := c.WriteEarlyData([]byte(s)); n != len(s) || err != nil {
		t.Fatalf("%s: wrote %d of %d early, %v", why, n, len(s), err)
	}
}

func wantAccepted(t testing.TB, why string, c *netconn.Conn, want bool) {
	t.Helper()
	if got, err := c.EarlyDataAccepted(); got != want || err != nil {
		t.Fatalf("%s: accepted %t, %v", why, got, err)
	}
}

// Early data comes apart, is answered before the client has said more, and each
// connection brings the ticket for the next.
//
// covers 8446/E.5/4
func TestEarlyDataIsReadApartAndAnsweredAtOnce(t *testing.T) {
	k := meet(t)
	for range 3 {
		client, server := k.again()
		within(t, 10*time.Second, "the early exchange", func() {
			writeEarly(t, "the client", client, "may I ")
			writeEarly(t, "the client", client, "come in?")
			wantEarly(t, "the server", server, "may I come in?")
			wantWrite(t, "the server", server, "whoever you are, ")
		})
		if server.ConnectionState().HandshakeComplete || client.ConnectionState().HandshakeComplete {
			t.Error("a handshake is complete that nobody has completed")
		}
		if err := server.CloseWrite(); !errors.Is(err, engine.ErrNotReady) {
			t.Errorf("CloseWrite: %v", err)
		}
		theirs, err := server.ExportEarly("EXPORTER-early", nil, 16)
		if ours, err2 := client.ExportEarly("EXPORTER-early", nil, 16); err != nil || err2 != nil || !bytes.Equal(ours, theirs) {
			t.Errorf("exported early: %x, %v and %x, %v", ours, err2, theirs, err)
		}
		wantAccepted(t, "the client", client, true)
		wantWrite(t, "behind it", client, "thanks")
		wantNoMoreEarly(t, "the server", server)
		if !server.ConnectionState().HandshakeComplete || !server.State().EarlyDataAccepted {
			t.Error("there is no more early data before the handshake is complete")
		}
		wantRead(t, "behind it", server, "thanks")
		wantWrite(t, "the server", server, "you are welcome")
		wantRead(t, "the client", client, "whoever you are, you are welcome")
		wantAccepted(t, "the server", server, true)
		client.Close()
		server.Close()
	}
}

// Whoever does not ask for early data gets none, whatever config and answers say: a
// Read cannot tell what may be a replay.
//
// covers 8446/E.5/3
func TestAServerTakesNoEarlyDataThatNobodyReadsApart(t *testing.T) {
	k := meet(t)
	asked := 0
	k.serverAnswers.EarlyData = func(time.Time, *events.AcceptEarlyData) bool { asked++; return true }
	client, server := k.again()
	writeEarly(t, "the client", client, "lost")
	served := later(server.Handshake)
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := soon(t, "the server", served); err != nil {
		t.Fatal(err)
	}
	for why, call := range map[string]func([]byte) (int, error){"Read": client.Read, "Write": client.Write} {
		if n, err := call([]byte("x")); n != 0 || !errors.Is(err, netconn.ErrEarlyDataRejected) {
			t.Errorf("%s by a client that does not know: %d, %v", why, n, err)
		}
	}
	wantAccepted(t, "the client", client, false)
	wantWrite(t, "again", client, "found")
	wantRead(t, "again", server, "found")
	wantNoMoreEarly(t, "too late", server)
	if c := server.State(); !c.Resumed || c.EarlyDataAccepted || asked != 0 {
		t.Errorf("resumed %t, early data %t, asked %d times", c.Resumed, c.EarlyDataAccepted, asked)
	}
}

func TestEarlyDataThatIsNotTakenIsNotSentAgain(t *testing.T) {
	for name, change := range map[string]func(k *acquainted){
		"the answers decide": func(k *acquainted) { k.serverAnswers.EarlyData = nil },
		"the config has none": func(k *acquainted) {
			other := *k.server
			other.MaxEarlyData = 0
			k.server = &other
		},
		"another group": func(k *acquainted) {
			other := *k.server
			other.Groups = []messages.Group{messages.Secp521r1}
			k.server = &other
			client := *k.client
			client.Groups = []messages.Group{messages.X25519, messages.Secp521r1}
			client.KeyShares = []messages.Group{messages.X25519}
			k.client = &client
		},
	} {
		k := meet(t)
		change(k)
		client, server := k.again()
		writeEarly(t, name, client, "lost")
		served := later(func() error {
			if n, err := server.ReadEarlyData(make([]byte, 10)); n != 0 || err != io.EOF {
				t.Errorf("%s: ReadEarlyData: %d, %v", name, n, err)
			}
			return nil
		})
		wantAccepted(t, name, client, false)
		if err := soon(t, name, served); err != nil {
			t.Error(err)
		}
		wantWrite(t, name, client, "sent once")
		wantRead(t, name, server, "sent once")
		if n, err := client.WriteEarlyData([]byte("late")); n != 0 || !errors.Is(err, netconn.ErrNoEarlyData) {
			t.Errorf("%s: WriteEarlyData in the end: %d, %v", name, n, err)
		}
	}
}

func TestEarlyDataTakesASessionAndHasAnEnd(t *testing.T) {
	k := meet(t)
	client, server := k.again()
	data := randomBytes("much", mostEarly+10)
	n, err := client.WriteEarlyData(data)
	if n != mostEarly || !errors.Is(err, netconn.ErrNoEarlyData) || !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("more than the ticket allows: %d, %v", n, err)
	}
	wantEarly(t, "up to the bound", server, string(data[:n]))
	wantAccepted(t, "up to the bound", client, true)
	wantWrite(t, "the rest", client, string(data[n:]))
	wantNoMoreEarly(t, "up to the bound", server)
	wantRead(t, "the rest", server, string(data[n:]))

	k.clientAnswers.Sessions = nil
	client, server = k.again()
	if n, err := client.WriteEarlyData(data); n != 0 || !errors.Is(err, netconn.ErrNoEarlyData) {
		t.Errorf("without a session: %d, %v", n, err)
	}
	served := later(func() error { _, err := server.ReadEarlyData(make([]byte, 1)); return err })
	wantAccepted(t, "without a session", client, false)
	if err := soon(t, "the server", served); err != io.EOF {
		t.Errorf("the server: %v", err)
	}
	if n, err := server.WriteEarlyData(data); n != 0 || !errors.Is(err, netconn.ErrNoEarlyData) {
		t.Errorf("a server: %d, %v", n, err)
	}
	if n, err := client.ReadEarlyData(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("a client: %d, %v", n, err)
	}
}

// A server that goes on without reading all of it loses nothing and mixes nothing.
func TestEarlyDataWaitsForWhoReadsIt(t *testing.T) {
	k := meet(t)
	client, server := k.again()
	data := string(randomBytes("waiting", mostEarly))
	writeEarly(t, "the client", client, data)
	wantEarly(t, "the server", server, data[:10])
	done := later(server.Handshake)
	wantAccepted(t, "the client", client, true)
	if err := soon(t, "the server's handshake", done); err != nil {
		t.Fatal(err)
	}
	wantWrite(t, "behind it", client, "behind")
	wantRead(t, "behind it", server, "behind")
	wantEarly(t, "what is left", server, data[10:])
	wantNoMoreEarly(t, "what is left", server)
}

func TestASenderOfEarlyDataThatIsNotThereIsFoundOut(t *testing.T) {
	k := meet(t)
	a, b := transports(t)
	bad := &corrupting{Conn: b}
	client, server := k.over(a, bad)
	writeEarly(t, "the client", client, "it was me")
	wantEarly(t, "the server", server, "it was me")
	bad.on.Store(true)
	go func() { _ = client.Handshake() }()
	var fatal *engine.Error
	if n, err := server.ReadEarlyData(make([]byte, 1)); n != 0 || !errors.As(err, &fatal) {
		t.Errorf("ReadEarlyData: %d, %v", n, err)
	}
	if n, err := server.Write([]byte("x")); n != 0 || !errors.As(err, &fatal) {
		t.Errorf("Write: %d, %v", n, err)
	}
	if n, err := server.Read(make([]byte, 1)); n != 0 || !errors.As(err, &fatal) {
		t.Errorf("Read: %d, %v", n, err)
	}
}

// covers 8446/D.3/1
func TestEarlyDataIsNotForAnOlderServer(t *testing.T) {
	k := meet(t)
	k.client.MinVersion, k.server.MaxVersion = messages.TLS12, messages.TLS12
	client, server := k.again()
	writeEarly(t, "the client", client, "lost")
	go func() { _ = server.Handshake() }()
	var fatal *engine.Error
	if _, err := client.EarlyDataAccepted(); !errors.As(err, &fatal) {
		t.Errorf("the handshake: %v", err)
	}
}

func TestADialerSendsEarlyData(t *testing.T) {
	k := meet(t)
	listener, err := netconn.Listen("tcp", "127.0.0.1:0", k.server, k.serverAnswers)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			accepted, err := listener.Accept()
			if err != nil {
				return
			}
			c := accepted.(*netconn.Conn)
			got, err := io.ReadAll(earlyReader{c})
			if err == nil {
				_, err = c.Write(got)
			}
			if err == nil {
				_, err = io.Copy(c, c)
			}
			if err := errors.Join(err, c.Close()); err != nil {
				t.Error(err)
			}
		}
	}()
	dialer := &netconn.Dialer{Config: k.client, Answers: k.clientAnswers}
	request := string(randomBytes("request", mostEarly+1000))
	for name, want := range map[string]int{"all of it": 10, "as much as may go": mostEarly, "nothing": 0} {
		p := request[:want]
		if want == mostEarly {
			p = request
		}
		c, taken, err := dialer.DialEarly(context.Background(), "tcp", listener.Addr().String(), []byte(p))
		if err != nil || taken != want {
			t.Fatalf("%s: %d are taken, %v", name, taken, err)
		}
		wantWrite(t, name, c, p[taken:]+"!")
		wantRead(t, name, c, p+"!")
		c.Close()
	}
	k.clientAnswers.Sessions = nil
	c, taken, err := dialer.DialEarly(context.Background(), "tcp", listener.Addr().String(), []byte("early"))
	if err != nil || taken != 0 {
		t.Fatalf("without a session: %d are taken, %v", taken, err)
	}
	c.Close()
	ended, end := context.WithCancel(context.Background())
	end()
	if c, _, err := dialer.DialEarly(ended, "tcp", listener.Addr().String(), nil); err == nil || c != nil {
		t.Errorf("a context that is over: %v, %v", c, err)
	}
}

// earlyReader reads early data.
type earlyReader struct{ c *netconn.Conn }

func (r earlyReader) Read(p []byte) (int, error) { return r.c.ReadEarlyData(p) }

// A store may be shared by clients that trust others, where each verifies anew.
func TestNoEarlyDataGoesToAServerThatIsNotTrustedAnyMore(t *testing.T) {
	k := meet(t)
	k.client.ReverifyOnResume = true
	k.clientAnswers = &answer.Client{Roots: x509.NewCertPool(), Sessions: k.clientAnswers.Sessions} // trusts nobody
	client, server := k.again()
	got := make(chan int, 1)
	go func() {
		n, _ := server.ReadEarlyData(make([]byte, 100))
		got <- n
	}()
	within(t, 10*time.Second, "the early write", func() {
		if n, err := client.WriteEarlyData([]byte("a password")); n != 0 || err == nil {
			t.Errorf("%d bytes go ahead, %v", n, err)
		}
		var fatal *engine.Error
		if err := client.Handshake(); !errors.As(err, &fatal) || fatal.Alert != messages.AlertUnknownCA {
			t.Errorf("the handshake ends by %v", err)
		}
		if n := <-got; n != 0 {
			t.Errorf("the server has read %d bytes", n)
		}
	})
}
