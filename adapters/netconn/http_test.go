package netconn_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
)

// echo gives back the body, and says what it knows of the connection.
func echo(w http.ResponseWriter, r *http.Request) {
	if r.TLS != nil {
		w.Header().Set("TLS", fmt.Sprintf("%x %t %q", r.TLS.Version, r.TLS.HandshakeComplete, r.TLS.ServerName))
	}
	// The whole request first: net/http drops the rest of it with the answer.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = w.Write(body)
}

// serveOurs serves HTTP with our listener and gives its address.
func serveOurs(t *testing.T) string {
	t.Helper()
	listener, err := netconn.Listen("tcp", "127.0.0.1:0", serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	s := &http.Server{
		Handler: http.HandlerFunc(echo), ErrorLog: log.New(&complaints, "", 0), ReadHeaderTimeout: 10 * time.Second,
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(listener.HTTP()) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
		if complaints.Len() > 0 {
			t.Errorf("the server complains: %s", complaints.String())
		}
	})
	return listener.Addr().String()
}

// dialOurs is an http.Client over our clients, who look for the authority and
// name of the test's certificates wherever they dial.
func dialOurs(sessions *answer.Sessions) *http.Client {
	answers := clientAnswers()
	answers.Sessions = sessions
	dialer := &netconn.Dialer{Config: clientConfig(), Answers: answers, Net: &net.Dialer{Timeout: 10 * time.Second}}
	return &http.Client{Transport: &http.Transport{DialTLSContext: dialer.DialContext}}
}

func dialTheirs() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: testkit.Roots(), ServerName: testkit.ServerName, ClientSessionCache: tls.NewLRUClientSessionCache(4),
	}}}
}

func wantEcho(t *testing.T, client *http.Client, address string, size int) {
	t.Helper()
	body := string(randomBytes("body", size))
	response, err := client.Post("https://"+address+"/", "application/octet-stream", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil || string(got) != body {
		t.Errorf("%d bytes of %d came back, %v", len(got), size, err)
	}
	if known := response.Header.Get("TLS"); known != `304 true "server.example"` {
		t.Errorf("the server knows %s", known)
	}
}

func exchange(t *testing.T, client *http.Client, address string) {
	t.Helper()
	defer client.CloseIdleConnections()
	for _, size := range []int{0, 1, 5000, 1 << 20} {
		wantEcho(t, client, address, size)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { wantEcho(t, client, address, 100_000) })
	}
	within(t, time.Minute, "eight requests at once", all.Wait)
}

func TestHTTPBetweenOurEnds(t *testing.T) {
	exchange(t, dialOurs(&answer.Sessions{}), serveOurs(t))
}

func TestHTTPFromCryptoTLSToOurServer(t *testing.T) {
	exchange(t, dialTheirs(), serveOurs(t))
}

func TestHTTPFromOurClientToCryptoTLS(t *testing.T) {
	identity := testkit.Server(testkit.P256)
	s := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: identity.Chain, PrivateKey: identity.Key}}}
	s.StartTLS()
	defer s.Close()
	sessions := &answer.Sessions{}
	client := dialOurs(sessions)
	wantEcho(t, client, s.Listener.Addr().String(), 1)
	// Connections that http.Transport dials and does not use take sessions and bring none.
	if sessions.Len() == 0 {
		t.Error("no session was kept")
	}
	exchange(t, client, s.Listener.Addr().String())
}

func TestCryptoTLSAndWeResumeEachOthersSessions(t *testing.T) {
	listener, err := netconn.Listen("tcp", "127.0.0.1:0", serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	config := &tls.Config{
		RootCAs: testkit.Roots(), ServerName: testkit.ServerName, ClientSessionCache: tls.NewLRUClientSessionCache(4),
	}
	for i := range 3 {
		go func() {
			c, err := listener.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			_, _ = io.Copy(c, c)
		}()
		c, err := tls.Dial("tcp", listener.Addr().String(), config)
		if err != nil {
			t.Fatal(err)
		}
		wantWrite(t, "to our server", c, "data")
		wantRead(t, "from our server", c, "data")
		if resumed := c.ConnectionState().DidResume; resumed != (i > 0) {
			t.Errorf("connection %d resumed: %t", i+1, resumed)
		}
		// crypto/tls tells the end properly, and we do in answer.
		if err := c.CloseWrite(); err != nil {
			t.Error(err)
		}
		if rest, err := io.ReadAll(c); len(rest) > 0 || err != nil {
			t.Errorf("the end from our server: %q, %v", rest, err)
		}
		c.Close()
	}
}

func TestDialRefusesWhatItCannotVerify(t *testing.T) {
	address := serveQuietly(t)
	for why, dialer := range map[string]*netconn.Dialer{
		"the system knows no such authority": {Config: clientConfig()},
		"no certificate has the address": {
			Config:  &engine.ClientConfig{Common: engine.Common{Rand: entropy("dial")}},
			Answers: clientAnswers(),
		},
		"a client without entropy": {},
	} {
		c, err := dialer.Dial("tcp", address)
		if err == nil || c != nil {
			t.Errorf("%s: there is a connection", why)
		}
	}
	if c, err := netconn.Dial("tcp", address, clientConfig(), clientAnswers()); err != nil {
		t.Errorf("the right client: %v", err)
	} else {
		c.Close()
	}
	if _, err := netconn.Dial("tcp", "127.0.0.1:1", clientConfig(), clientAnswers()); err == nil {
		t.Error("nobody is there, and there is a connection")
	}
}

// serveQuietly shakes hands with everybody.
func serveQuietly(t *testing.T) string {
	t.Helper()
	listener, err := netconn.Listen("tcp", "127.0.0.1:0", serverConfig(), serverAnswers(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	return listener.Addr().String()
}
