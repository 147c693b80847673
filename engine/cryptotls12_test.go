package engine_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// inTLS12 has tacitls allow both versions and crypto/tls only TLS 1.2.
func inTLS12(t *testing.T, test func(s *standard)) {
	inBothRoles(t, func(s *standard) {
		s.common().MinVersion, s.common().MaxVersion = messages.TLS12, messages.TLS13
		s.common().Profile = engine.Legacy
		s.config.MinVersion, s.config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
		test(s)
	})
}

// suites12 are those of TLS 1.2 that crypto/tls has too, RSA key transport
// included.
func suites12() []messages.CipherSuite {
	return slices.DeleteFunc(secrets.Suites12(), func(id messages.CipherSuite) bool {
		known := func(s *tls.CipherSuite) bool { return s.ID == uint16(id) }
		return !slices.ContainsFunc(tls.CipherSuites(), known) && !slices.ContainsFunc(tls.InsecureCipherSuites(), known)
	})
}

func TestEverySuiteOfTLS12AgreesWithCryptoTLS(t *testing.T) {
	for _, suite := range suites12() {
		t.Run(suite.String(), func(t *testing.T) {
			inTLS12(t, func(s *standard) {
				s.common().CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, suite}
				s.config.CipherSuites = []uint16{uint16(suite)}
				if strings.Contains(suite.String(), "RSA") {
					s.pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
					s.config.Certificates = []tls.Certificate{certificate(testkit.Server(testkit.RSA))}
				}
				end, state := s.exchange()
				if got := end.engine.Connection().CipherSuite; got != suite || state.CipherSuite != uint16(suite) {
					s.t.Errorf("both ends use the one suite there is: %v and %x", got, state.CipherSuite)
				}
				if end.engine.Connection().Version != messages.TLS12 {
					s.t.Errorf("the version is TLS 1.2")
				}
			})
		})
	}
}

func TestEveryGroupOfTLS12AgreesWithCryptoTLS(t *testing.T) {
	for _, group := range []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1} {
		t.Run(group.String(), func(t *testing.T) {
			inTLS12(t, func(s *standard) {
				s.common().Groups = []messages.Group{group}
				s.config.CurvePreferences = []tls.CurveID{tls.CurveID(group)}
				// The group speaks for the curve of an ECDSA key too.
				s.pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
				s.config.Certificates = []tls.Certificate{certificate(testkit.Server(testkit.RSA))}
				end, state := s.exchange()
				if got := end.engine.Connection().Group; got != group || state.CurveID != tls.CurveID(group) {
					s.t.Errorf("both ends use the one group there is: %v and %v", got, state.CurveID)
				}
			})
		})
	}
}

func TestEveryKindOfKeyServesInTLS12AgainstCryptoTLS(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			inTLS12(t, func(s *standard) {
				s.pair.ServerAnswers.Identity = testkit.Server(kind)
				s.config.Certificates = []tls.Certificate{certificate(testkit.Server(kind))}
				end, state := s.exchange()
				wantPeer(s, end, state, testkit.Server(kind), events.Client)
			})
			inTLS12(t, func(s *standard) {
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

func TestSessionsOfTLS12ResumeWithCryptoTLS(t *testing.T) {
	for _, suite := range suites12() {
		if !strings.Contains(suite.String(), "ECDSA") {
			continue
		}
		t.Run(suite.String(), func(t *testing.T) {
			inTLS12(t, func(s *standard) {
				s.common().CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, suite}
				s.config.CipherSuites = []uint16{uint16(suite)}
				s.config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
				for connection, wantResumed := range []bool{false, true, true} {
					end, state := s.exchange()
					if got := end.engine.Connection(); got.Resumed != wantResumed || state.DidResume != wantResumed {
						s.t.Fatalf("connection %d: resumed: tacitls %v, crypto/tls %v", connection, got.Resumed, state.DidResume)
					}
					if s.role == events.Client && len(end.sessions) > 0 {
						s.pair.Client.Session = end.sessions[0]
					}
				}
			})
		})
	}
}

func TestATicketOfTLS12ThatDoesNotOpenLeadsToAFullHandshakeWithCryptoTLS(t *testing.T) {
	inTLS12(t, (*standard).doesWithoutTheTicket)
}

// withoutClientCert leaves a client of crypto/tls without a certificate.
func (s *standard) withoutClientCert() {
	if s.role == events.Server {
		s.config.Certificates = nil
	}
}

// covers 5246/7.4.6/1
func TestAClientOfTLS12DeclinesAgainstCryptoTLS(t *testing.T) {
	inTLS12(t, func(s *standard) {
		s.pair.Server.ClientAuth = engine.RequestClientCert
		s.config.ClientAuth = tls.RequestClientCert
		s.withoutClientCert()
		end, state := s.exchange()
		if s.role == events.Server && len(end.engine.Connection().PeerChain) > 0 ||
			s.role == events.Client && len(state.PeerCertificates) > 0 {
			s.t.Error("the client has shown nothing")
		}
	})
}

// covers 6066/1.1/1
func TestAnOCSPResponseOfTLS12IsStapledForCryptoTLS(t *testing.T) {
	inTLS12(t, func(s *standard) {
		s.pair.Client.RequestOCSP, s.pair.Client.RequestSCTs = true, true
		s.pair.ServerAnswers.Override = stapling(testkit.Server(testkit.P256))
		s.config.Certificates = []tls.Certificate{certificate(testkit.Server(testkit.P256))}
		s.config.Certificates[0].OCSPStaple = []byte("a response")
		s.config.Certificates[0].SignedCertificateTimestamps = [][]byte{[]byte("a timestamp")}
		end, state := s.exchange()
		ocsp, scts := state.OCSPResponse, state.SignedCertificateTimestamps
		if s.role == events.Client {
			ocsp, scts = end.engine.Connection().OCSP, end.engine.Connection().SCTs
		}
		if string(ocsp) != "a response" || len(scts) != 1 || string(scts[0]) != "a timestamp" {
			s.t.Errorf("the client has %q and %q", ocsp, scts)
		}
	})
}

// covers 5246/7.2.2/3
func TestAlertsOfTLS12AreUnderstoodBothWaysWithCryptoTLS(t *testing.T) {
	inTLS12(t, func(s *standard) {
		s.pair.Server.ClientAuth = engine.RequireClientCert
		s.config.ClientAuth = tls.RequireAndVerifyClientCert
		s.withoutClientCert()
		end, conn := s.ends()
		our, their := run(end, conn, (*endpoint).handshake, (*tls.Conn).Handshake)
		if s.role == events.Server {
			if their == nil || !strings.Contains(their.Error(), "handshake failure") {
				s.t.Errorf("crypto/tls is told handshake_failure: %v", their)
			}
			return
		}
		var failed *engine.Error
		if !errors.As(our, &failed) || !failed.Received {
			s.t.Errorf("tacitls is told why: %v; crypto/tls: %v", our, their)
		}
	})
	inTLS12(t, func(s *standard) {
		s.pair.ClientAnswers.Override = rejectPeer
		s.config.RootCAs = x509.NewCertPool()
		end, conn := s.ends()
		our, their := run(end, conn, (*endpoint).handshake, (*tls.Conn).Handshake)
		if our == nil || their == nil {
			s.t.Fatalf("nobody completes: %v, %v", our, their)
		}
		var failed *engine.Error
		if s.role == events.Client && !strings.Contains(their.Error(), "unknown certificate authority") {
			s.t.Errorf("crypto/tls is told unknown_ca: %v", their)
		}
		if s.role == events.Server && (!errors.As(our, &failed) || !failed.Received) {
			s.t.Errorf("tacitls is told why: %v", our)
		}
	})
}

// meddler has supported_versions pass for an extension that nobody knows, in
// what is written through it.
type meddler struct{ net.Conn }

func (m meddler) Write(b []byte) (int, error) {
	offer := []byte{0, 43, 0, 5, 4, 3, 4, 3, 3}
	unknown := append([]byte{0x7a, 0x7a}, offer[2:]...)
	return m.Conn.Write(bytes.Replace(b, offer, unknown, 1))
}

// covers 8446/4.1.3/10 8446/4.1.3/13
func TestADowngradeIsFoundOutByEitherClient(t *testing.T) {
	inBothRoles(t, func(s *standard) {
		s.common().MinVersion = messages.TLS12
		s.config.MinVersion, s.config.MaxVersion = tls.VersionTLS12, tls.VersionTLS13
		ours, theirs := bufferedPipe(s.t)
		var end *endpoint
		var conn *tls.Conn
		if s.role == events.Client {
			end, conn = newClientEnd(s.t, s.pair, meddler{ours}), tls.Server(theirs, s.config)
		} else {
			end, conn = newServerEnd(s.t, s.pair, ours), tls.Client(meddler{theirs}, s.config)
		}
		our, their := run(end, conn, (*endpoint).handshake, (*tls.Conn).Handshake)
		var failed *engine.Error
		if !errors.As(our, &failed) {
			s.t.Fatalf("tacitls fails: %v; crypto/tls: %v", our, their)
		}
		if s.role == events.Client && failed.Refusal.Name != "downgrade_sentinel" {
			s.t.Errorf("tacitls finds the downgrade: %v", our)
		}
		if s.role == events.Server && (their == nil || !strings.Contains(their.Error(), "downgrade")) {
			s.t.Errorf("crypto/tls finds the downgrade: %v", their)
		}
	})
}
