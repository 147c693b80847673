package netconn_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
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

// free are configs of TLS 1.2 that renegotiate freely.
func free() (*engine.ClientConfig, *engine.ServerConfig) {
	client, server := legacy()
	client.Renegotiation, server.Renegotiation = engine.RenegotiateFreely, engine.RenegotiateFreely
	return client, server
}

// joinedFreely are two ends over the transports that may renegotiate, with the
// handshake done.
func joinedFreely(t testing.TB, clientTransport, serverTransport net.Conn) (client, server *netconn.Conn) {
	t.Helper()
	cc, sc := free()
	return joinedBy(t, clientTransport, serverTransport, cc, sc, clientAnswers(), serverAnswers(t))
}

// joinedBy are ends of these configs and answers with the handshake done.
func joinedBy(t testing.TB, clientTransport, serverTransport net.Conn, cc *engine.ClientConfig, sc *engine.ServerConfig,
	ca, sa answer.Answerer) (client, server *netconn.Conn) {
	t.Helper()
	client, server = endsBy(t, clientTransport, serverTransport, cc, sc, ca, sa)
	shake(t, client, server)
	return client, server
}

// endsBy are two ends of these configs and answers.
func endsBy(t testing.TB, clientTransport, serverTransport net.Conn, cc *engine.ClientConfig, sc *engine.ServerConfig,
	ca, sa answer.Answerer) (client, server *netconn.Conn) {
	t.Helper()
	client, err := netconn.Client(clientTransport, cc, ca)
	if err != nil {
		t.Fatal(err)
	}
	server, err = netconn.Server(serverTransport, sc, sa)
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}

// mirrored echoes what a connection reads until it ends.
func mirrored(c *netconn.Conn) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(c, c)
		done <- errors.Join(err, c.Close())
	}()
	return done
}

func wantRenegotiated(t *testing.T, why string, want bool, ends ...*netconn.Conn) {
	t.Helper()
	for _, c := range ends {
		if state := c.State(); state.Renegotiated != want || state.Version != messages.TLS12 {
			t.Errorf("%s: the %v has %v, renegotiated %t", why, state.Role, state.Version, state.Renegotiated)
		}
	}
}

// bindings are tls-unique and keying material, which both ends must agree on.
func bindings(t *testing.T, client, server *netconn.Conn) string {
	t.Helper()
	var all [2]string
	for i, c := range []*netconn.Conn{client, server} {
		unique, err1 := c.TLSUnique()
		material, err2 := c.Export("EXPORTER-test", nil, 16)
		if err := errors.Join(err1, err2); err != nil || len(unique) != 12 || !bytes.Equal(unique, c.ConnectionState().TLSUnique) {
			t.Errorf("tls-unique is %x, and %x in the state (%v)", unique, c.ConnectionState().TLSUnique, err)
		}
		all[i] = string(unique) + string(material)
	}
	if all[0] != all[1] {
		t.Errorf("the ends are bound by %x and %x", all[0], all[1])
	}
	return all[0]
}

func TestAClientRenegotiatesWhileTheServerReads(t *testing.T) {
	for name, pair := range map[string]func(testing.TB) (net.Conn, net.Conn){
		"over TCP":  transports,
		"in memory": func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() },
	} {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t)
			client, server := joinedFreely(t, a, b)
			wantRenegotiated(t, "at first", false, client, server)
			done := mirrored(server)
			before := bindings(t, client, server)
			for range 3 {
				within(t, 10*time.Second, "a renegotiation", func() {
					if err := client.Renegotiate(); err != nil {
						t.Fatal(err)
					}
				})
				wantWrite(t, "data after it", client, "data")
				wantRead(t, "data after it", client, "data")
				wantRenegotiated(t, "then", true, client, server)
				after := bindings(t, client, server)
				if after == before {
					t.Error("the bindings are those of the handshake before")
				}
				before = after
			}
			if err := client.CloseWrite(); err != nil {
				t.Error(err)
			}
			if rest, err := io.ReadAll(client); err != nil || len(rest) != 0 {
				t.Errorf("at the end there is %q, %v", rest, err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAServerAsksAndTheClientsReadRenegotiates(t *testing.T) {
	a, b := transports(t)
	client, server := joinedFreely(t, a, b)
	done := mirrored(client)
	for i := range 3 {
		if err := server.Renegotiate(); err != nil {
			t.Fatal(err)
		}
		wantWrite(t, "data behind the request", server, "data")
		wantRead(t, "data behind the request", server, "data")
		// The client has seen the request before the data, and said so before it
		// wrote the data back.
		wantRenegotiated(t, "after data", true, client, server)
		if i == 1 && client.State().Resumed {
			t.Error("a renegotiation resumes")
		}
	}
	if err := server.CloseWrite(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(server); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAMebibyteGoesEachWayAmongRenegotiations(t *testing.T) {
	const size = 1 << 20
	for name, pair := range map[string]func(testing.TB) (net.Conn, net.Conn){
		"over TCP":  transports,
		"in memory": func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() },
		"haltingly": func(t testing.TB) (net.Conn, net.Conn) {
			a, b := transports(t)
			return &stutter{Conn: a, random: testkit.Rand("one")}, &stutter{Conn: b, random: testkit.Rand("other")}
		},
	} {
		a, b := pair(t)
		cc, sc := free()
		client, server := endsBy(t, a, b, cc, sc, clientAnswers(), serverAnswers(t))
		// An end that is done first would cut a renegotiation short by closing.
		var all, written sync.WaitGroup
		written.Add(2)
		for _, c := range []*netconn.Conn{client, server} {
			all.Go(func() {
				if err := writeAndRenegotiate(c, randomBytes("data", size)); err != nil {
					t.Errorf("%s: writing: %v", name, err)
				}
				written.Done()
				written.Wait()
				if err := patiently(c.CloseWrite); err != nil {
					t.Errorf("%s: closing: %v", name, err)
				}
			})
			all.Go(func() {
				var got []byte
				err := patiently(func() error {
					more, err := io.ReadAll(c)
					got = append(got, more...)
					return err
				})
				if err != nil || !bytes.Equal(got, randomBytes("data", size)) {
					t.Errorf("%s: %d bytes came, %v", name, len(got), err)
				}
			})
		}
		within(t, time.Minute, "the transfer "+name, all.Wait)
		wantRenegotiated(t, name, true, client, server)
	}
}

// writeAndRenegotiate writes data in pieces, and renegotiates now and then.
func writeAndRenegotiate(c *netconn.Conn, data []byte) error {
	for part := 0; len(data) > 0; part++ {
		piece := data[:min(100_000, len(data))]
		data = data[len(piece):]
		err := patiently(func() error {
			n, err := c.Write(piece)
			piece = piece[n:]
			return err
		})
		if err != nil {
			return err
		}
		if part%4 != 1 {
			continue
		}
		// A server may ask while another is under way.
		if err := patiently(c.Renegotiate); err != nil && !errors.Is(err, engine.ErrNotReady) {
			return err
		}
	}
	return nil
}

func TestTheOtherEndMayDecline(t *testing.T) {
	cc, sc := free()
	sc.Renegotiation = engine.RenegotiateNever
	a, b := transports(t)
	client, server := joinedBy(t, a, b, cc, sc, clientAnswers(), serverAnswers(t))
	done := mirrored(server)
	if err := client.Renegotiate(); !errors.Is(err, netconn.ErrRenegotiationDeclined) {
		t.Errorf("a server that never renegotiates: %v", err)
	}
	wantWrite(t, "the connection goes on", client, "data")
	wantRead(t, "the connection goes on", client, "data")
	wantRenegotiated(t, "declined", false, client, server)
	client.Close()
	<-done

	cc, sc = free()
	cc.Renegotiation = engine.RenegotiateNever
	a, b = transports(t)
	client, server = endsBy(t, a, b, cc, sc, clientAnswers(), serverAnswers(t))
	var warned atomic.Bool
	server.Observe(func(e events.Event) {
		if w, ok := e.(*events.WarningReceived); ok && w.Alert == messages.AlertNoRenegotiation {
			warned.Store(true)
		}
	})
	shake(t, client, server)
	// This end only reads: the news that it declines leaves all the same.
	go func() { _, _ = io.ReadAll(client) }()
	if err := server.Renegotiate(); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, "the news", func() {
		for !warned.Load() {
			if err := server.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
				t.Error(err)
			}
			if _, err := server.Read(make([]byte, 1)); !isTimeout(err) {
				t.Errorf("the server reads %v", err)
			}
		}
	})
	wantRenegotiated(t, "declined", false, client, server)
}

func TestWhatCannotBeRenegotiatedSaysSo(t *testing.T) {
	a, b := transports(t)
	cc, sc := legacy()
	client, server := endsBy(t, a, b, cc, sc, clientAnswers(), serverAnswers(t))
	for _, c := range []*netconn.Conn{client, server} {
		if err := c.Renegotiate(); !errors.Is(err, engine.ErrNotReady) {
			t.Errorf("before the handshake: %v", err)
		}
		if _, err := c.TLSUnique(); !errors.Is(err, engine.ErrNotReady) {
			t.Errorf("tls-unique before the handshake: %v", err)
		}
	}
	shake(t, client, server)
	for _, c := range []*netconn.Conn{client, server} {
		if err := c.Renegotiate(); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a config that never renegotiates: %v", err)
		}
	}
	client.Close()
	if err := client.Renegotiate(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	modern, other := joined(t)
	for _, c := range []*netconn.Conn{modern, other} {
		if err := c.Renegotiate(); !errors.Is(err, engine.ErrNotReady) {
			t.Errorf("TLS 1.3: %v", err)
		}
		if unique, err := c.TLSUnique(); !errors.Is(err, engine.ErrMisuse) || unique != nil || c.ConnectionState().TLSUnique != nil {
			t.Errorf("tls-unique of TLS 1.3: %x, %v", unique, err)
		}
	}
}

func TestOurServerRenegotiatesWithCryptoTLS(t *testing.T) {
	for _, kind := range []tls.RenegotiationSupport{tls.RenegotiateNever, tls.RenegotiateOnceAsClient, tls.RenegotiateFreelyAsClient} {
		a, b := transports(t)
		_, sc := free()
		sc.ClientAuth = engine.RequestClientCert
		server, err := netconn.Server(b, sc, serverAnswers(t))
		if err != nil {
			t.Fatal(err)
		}
		identity := testkit.Client(testkit.P256)
		client := tls.Client(a, &tls.Config{
			RootCAs: testkit.Roots(), ServerName: testkit.ServerName, Time: func() time.Time { return testkit.Now },
			MaxVersion: tls.VersionTLS12, Renegotiation: kind,
			Certificates: []tls.Certificate{{Certificate: identity.Chain, PrivateKey: identity.Key}},
		})
		done := make(chan error, 1)
		go func() {
			_, err := io.Copy(client, client)
			done <- errors.Join(err, client.Close())
		}()
		wantWrite(t, "at first", server, "first")
		wantRead(t, "at first", server, "first")
		chain := server.ConnectionState().PeerCertificates
		if len(chain) != 1 || !chain[0].Equal(identity.Certificate) {
			t.Errorf("%v: the client shows %v", kind, chain)
		}
		if err := server.Renegotiate(); err != nil {
			t.Fatal(err)
		}
		if kind == tls.RenegotiateNever {
			// That client takes the request for the end.
			if _, err := server.Read(make([]byte, 1)); err == nil {
				t.Error("a client that never renegotiates goes on")
			}
			<-done
			continue
		}
		// The client takes no data before it is done. A Read sees to the
		// handshake, which no data comes behind.
		for deadline := time.Now().Add(10 * time.Second); !server.State().Renegotiated && time.Now().Before(deadline); {
			if err := server.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if n, err := server.Read(make([]byte, 1)); n > 0 || !isTimeout(err) {
				t.Fatalf("%v: %d bytes, %v", kind, n, err)
			}
		}
		if err := server.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		wantRenegotiated(t, kindName(kind), true, server)
		wantWrite(t, "then", server, "then")
		wantRead(t, "then", server, "then")
		server.Close()
		if err := <-done; err != nil {
			t.Errorf("%v: %v", kind, err)
		}
	}
}

func kindName(kind tls.RenegotiationSupport) string {
	return map[tls.RenegotiationSupport]string{tls.RenegotiateOnceAsClient: "once", tls.RenegotiateFreelyAsClient: "freely"}[kind]
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
