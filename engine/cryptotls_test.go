package engine_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// standard is a connection between tacitls and crypto/tls in the making. Each
// test runs it in both roles.
type standard struct {
	t      *testing.T
	role   events.Role // that tacitls plays
	pair   *testkit.Pair
	config *tls.Config // of crypto/tls
}

func inBothRoles(t *testing.T, test func(s *standard)) {
	inRole(t, events.Client, test)
	inRole(t, events.Server, test)
}

func inRole(t *testing.T, role events.Role, test func(s *standard)) {
	t.Run(fmt.Sprint("tacitls as ", role), func(t *testing.T) {
		test(&standard{
			t: t, role: role, pair: testkit.NewPair(t.Name()),
			config: &tls.Config{
				MinVersion:   tls.VersionTLS13,
				ServerName:   testkit.ServerName,
				RootCAs:      testkit.Roots(),
				ClientCAs:    testkit.Roots(),
				Certificates: []tls.Certificate{certificate(testkit.Server(testkit.P256))},
				Time:         func() time.Time { return testkit.Now },
			},
		})
	})
}

func certificate(id *testkit.Identity) tls.Certificate {
	return tls.Certificate{Certificate: id.Chain, PrivateKey: id.Key}
}

// common is the config of the end that tacitls plays.
func (s *standard) common() *engine.Common {
	if s.role == events.Client {
		return &s.pair.Client.Common
	}
	return &s.pair.Server.Common
}

// ends makes both ends.
func (s *standard) ends() (*endpoint, *tls.Conn) {
	s.t.Helper()
	ours, theirs := bufferedPipe(s.t)
	if s.role == events.Client {
		return newClientEnd(s.t, s.pair, ours), tls.Server(theirs, s.config)
	}
	return newServerEnd(s.t, s.pair, ours), tls.Client(theirs, s.config)
}

// run has script play crypto/tls while ours plays tacitls, and gives the
// errors of both.
func run(end *endpoint, conn *tls.Conn, ours func(*endpoint) error, script func(*tls.Conn) error) (our, their error) {
	done := make(chan error, 1)
	go func() {
		err := script(conn)
		if err != nil {
			_ = conn.Close()
		}
		done <- err
	}()
	our = ours(end)
	if our != nil {
		_ = end.conn.Close()
	}
	return our, <-done
}

// exchange shakes hands, sends data both ways, compares exporters and closes.
func (s *standard) exchange() (*endpoint, tls.ConnectionState) {
	s.t.Helper()
	return s.echoed(func(p *endpoint) error {
		if err := p.handshake(); err != nil {
			return err
		}
		if err := p.write([]byte("ping")); err != nil {
			return err
		}
		_, err := p.read(len("ping"))
		return err
	})
}

// echoed runs ours against a crypto/tls that sends back what it receives,
// compares exporters, and closes both directions.
func (s *standard) echoed(ours func(*endpoint) error) (*endpoint, tls.ConnectionState) {
	s.t.Helper()
	end, conn := s.ends()
	our, their := run(end, conn, func(p *endpoint) error {
		if err := ours(p); err != nil {
			return err
		}
		return p.close()
	}, func(conn *tls.Conn) error {
		if _, err := io.Copy(conn, conn); err != nil {
			return err
		}
		return conn.CloseWrite()
	})
	if our != nil || their != nil {
		s.t.Fatalf("a connection in which nothing is wrong: tacitls: %v; crypto/tls: %v", our, their)
	}
	state := conn.ConnectionState()
	s.wantSameExporter(end, state)
	return end, state
}

func (s *standard) wantSameExporter(end *endpoint, state tls.ConnectionState) {
	s.t.Helper()
	for _, context := range []string{"", "a context"} {
		want, err := state.ExportKeyingMaterial("EXPERIMENTAL tacitls", []byte(context), 48)
		if err != nil {
			s.t.Fatal(err)
		}
		got, err := end.engine.Export("EXPERIMENTAL tacitls", []byte(context), 48)
		if err != nil || !bytes.Equal(got, want) {
			s.t.Fatalf("both ends export the same: tacitls %x, %v, crypto/tls %x", got, err, want)
		}
	}
}

func TestEverySuiteAgreesWithCryptoTLS(t *testing.T) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
	} {
		t.Run(suite.String(), func(t *testing.T) {
			inBothRoles(t, func(s *standard) {
				s.common().CipherSuites = []messages.CipherSuite{suite}
				end, state := s.exchange()
				if got := end.engine.Connection().CipherSuite; got != suite || state.CipherSuite != uint16(suite) {
					s.t.Errorf("both ends use the one suite there is: %v and %x", got, state.CipherSuite)
				}
			})
		})
	}
}

func TestEveryGroupAgreesWithCryptoTLS(t *testing.T) {
	for _, group := range []messages.Group{
		messages.X25519MLKEM768, messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1,
	} {
		t.Run(group.String(), func(t *testing.T) {
			inBothRoles(t, func(s *standard) {
				s.common().Groups = []messages.Group{group}
				s.config.CurvePreferences = []tls.CurveID{tls.CurveID(group)}
				end, state := s.exchange()
				if got := end.engine.Connection().Group; got != group || state.CurveID != tls.CurveID(group) {
					s.t.Errorf("both ends use the one group there is: %v and %v", got, state.CurveID)
				}
				if end.engine.Connection().Retried || state.HelloRetryRequest {
					s.t.Errorf("the share is in the first hello")
				}
			})
		})
	}
}

// covers 8446/5.1/10
// covers 8446/5.1/14
func TestARetryAgreesWithCryptoTLS(t *testing.T) {
	for _, test := range []struct {
		role  events.Role // that tacitls plays
		group messages.Group
	}{
		{events.Client, messages.X25519MLKEM768},
		{events.Client, messages.X25519},
		{events.Client, messages.Secp256r1},
		{events.Client, messages.Secp384r1},
		{events.Client, messages.Secp521r1},
		// A client of crypto/tls has a share of the first of these groups that
		// it is told of, so that a server can only ask for another one.
		{events.Server, messages.Secp256r1},
		{events.Server, messages.Secp384r1},
		{events.Server, messages.Secp521r1},
	} {
		t.Run(test.group.String(), func(t *testing.T) {
			inRole(t, test.role, func(s *standard) {
				s.pair.Client.KeyShares = []messages.Group{}
				s.pair.Server.Groups = []messages.Group{test.group}
				s.config.CurvePreferences = []tls.CurveID{tls.CurveID(test.group)}
				if s.role == events.Server {
					s.config.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveID(test.group)}
				}
				end, state := s.exchange()
				got := end.engine.Connection()
				if got.Group != test.group || !got.Retried || !state.HelloRetryRequest {
					s.t.Errorf("%v is agreed on after a retry: tacitls %v, %v, crypto/tls %v",
						test.group, got.Group, got.Retried, state.HelloRetryRequest)
				}
			})
		})
	}
}

func TestEveryKindOfKeyServesAServerAgainstCryptoTLS(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			inBothRoles(t, func(s *standard) {
				s.pair.ServerAnswers.Identity = testkit.Server(kind)
				s.config.Certificates = []tls.Certificate{certificate(testkit.Server(kind))}
				end, state := s.exchange()
				wantPeer(s, end, state, testkit.Server(kind), events.Client)
			})
		})
	}
}

func TestEveryKindOfKeyServesAClientAgainstCryptoTLS(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			inBothRoles(t, func(s *standard) {
				s.pair.ClientAnswers.Identity = testkit.Client(kind)
				s.pair.Server.ClientAuth = engine.RequireClientCert
				s.config.ClientAuth = tls.RequireAndVerifyClientCert
				if s.role == events.Server {
					s.config.Certificates = []tls.Certificate{certificate(testkit.Client(kind))}
				}
				end, state := s.exchange()
				wantPeer(s, end, state, testkit.Client(kind), events.Server)
			})
		})
	}
}

// wantPeer checks that the end that verifies, whoever plays it, has seen the
// identity.
func wantPeer(s *standard, end *endpoint, state tls.ConnectionState, id *testkit.Identity, verifier events.Role) {
	s.t.Helper()
	connection := end.engine.Connection()
	if s.role == verifier {
		if len(connection.PeerChain) != 1 || !bytes.Equal(connection.PeerChain[0], id.Chain[0]) || connection.PeerScheme == 0 {
			s.t.Errorf("tacitls knows the certificate that the peer has proved")
		}
		return
	}
	if len(state.PeerCertificates) != 1 || !bytes.Equal(state.PeerCertificates[0].Raw, id.Chain[0]) || connection.LocalScheme == 0 {
		s.t.Errorf("crypto/tls knows the certificate that tacitls has proved")
	}
}

func TestAClientWithoutACertificateIsLetInWhereCryptoTLSOnlyRequests(t *testing.T) {
	inBothRoles(t, func(s *standard) {
		s.pair.Server.ClientAuth = engine.RequestClientCert
		s.config.ClientAuth = tls.RequestClientCert
		if s.role == events.Server {
			s.config.Certificates = nil
		}
		end, state := s.exchange()
		if s.role == events.Server && len(end.engine.Connection().PeerChain) != 0 || s.role == events.Client && len(state.PeerCertificates) != 0 {
			s.t.Errorf("there is no chain")
		}
	})
}

func TestALPNAgreesWithCryptoTLS(t *testing.T) {
	inBothRoles(t, func(s *standard) {
		s.common().ALPN = []string{"h2", "http/1.1"}
		s.config.NextProtos = []string{"http/1.1"}
		end, state := s.exchange()
		if end.engine.Connection().ALPN != "http/1.1" || state.NegotiatedProtocol != "http/1.1" {
			s.t.Errorf("both ends have the one common protocol: %q and %q", end.engine.Connection().ALPN, state.NegotiatedProtocol)
		}
	})
}
