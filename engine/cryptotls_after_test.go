package engine_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func TestSessionsResumeWithCryptoTLS(t *testing.T) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
	} {
		for _, retry := range []bool{false, true} {
			t.Run(fmt.Sprint(suite, " retried ", retry), func(t *testing.T) {
				inBothRoles(t, func(s *standard) {
					s.common().CipherSuites = []messages.CipherSuite{suite}
					s.config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
					if retry {
						s.pair.Client.KeyShares = []messages.Group{}
						s.pair.Server.Groups = []messages.Group{messages.Secp384r1}
						s.config.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
					}
					for connection, wantResumed := range []bool{false, true, true} {
						end, state := s.exchange()
						if got := end.engine.Connection(); got.Resumed != wantResumed || state.DidResume != wantResumed || got.Retried != retry {
							s.t.Fatalf("connection %d: resumed: tacitls %v, crypto/tls %v, retried %v",
								connection, got.Resumed, state.DidResume, got.Retried)
						}
						if s.role == events.Client {
							if len(end.sessions) == 0 {
								s.t.Fatalf("connection %d brought no ticket", connection)
							}
							s.pair.Client.Session = end.sessions[0]
						}
					}
				})
			})
		}
	}
}

func TestATicketThatDoesNotOpenLeadsToAFullHandshakeWithCryptoTLS(t *testing.T) {
	inBothRoles(t, (*standard).doesWithoutTheTicket)
}

// doesWithoutTheTicket offers a ticket that does not open.
func (s *standard) doesWithoutTheTicket() {
	s.config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	end, _ := s.exchange()
	if s.role == events.Client {
		s.pair.Client.Session = end.sessions[0]
		s.pair.Client.Session.Ticket[0] ^= 1
	}
	s.pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		if q, ok := q.(*events.OpenTicket); ok {
			return q.None()
		}
		return nil
	}
	end, state := s.exchange()
	if end.engine.Connection().Resumed || state.DidResume {
		s.t.Errorf("nothing is resumed")
	}
}

func TestAClientIsRememberedInSessionsWithCryptoTLS(t *testing.T) {
	inBothRoles(t, func(s *standard) {
		s.pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
		s.pair.Server.ClientAuth, s.pair.Server.ReverifyOnResume = engine.RequireClientCert, true
		s.config.ClientAuth = tls.RequireAndVerifyClientCert
		s.config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		if s.role == events.Server {
			s.config.Certificates = []tls.Certificate{certificate(testkit.Client(testkit.P256))}
		}
		end, _ := s.exchange()
		if s.role == events.Client {
			s.pair.Client.Session = end.sessions[0]
		}
		end, state := s.exchange()
		chain := end.engine.Connection().PeerChain
		if s.role == events.Client {
			chain = nil
			for _, certificate := range state.PeerCertificates {
				chain = append(chain, certificate.Raw)
			}
		}
		if !state.DidResume || len(chain) != 1 || !bytes.Equal(chain[0], testkit.Client(testkit.P256).Chain[0]) {
			s.t.Errorf("the session is resumed (%v) and its client known: %d certificates", state.DidResume, len(chain))
		}
	})
}

// covers 8446/4.6.3/2
// covers 8446/4.6.3/3
// covers 8446/4.6.3/6
func TestKeysAreUpdatedWithCryptoTLS(t *testing.T) {
	inBothRoles(t, func(s *standard) {
		s.echoed(func(p *endpoint) error {
			if err := p.handshake(); err != nil {
				return err
			}
			for round := range uint64(5) {
				if err := p.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
					return e.UpdateKeys(out, now, messages.UpdateRequested)
				}); err != nil {
					return err
				}
				if err := p.write([]byte("ping")); err != nil {
					return err
				}
				if got, err := p.read(4); err != nil || string(got) != "ping" {
					return fmt.Errorf("round %d: %q, %w", round, got, err)
				}
				if p.updated(events.Write) != round+1 || p.updated(events.Read) != round+1 {
					return fmt.Errorf("after %d updates the keys are at %d and %d",
						round+1, p.updated(events.Write), p.updated(events.Read))
				}
			}
			return nil
		})
	})
}

func TestAMegabyteGoesEachWayWithCryptoTLS(t *testing.T) {
	data := make([]byte, 1<<20)
	_, _ = testkit.Rand("megabyte").Read(data)
	inBothRoles(t, func(s *standard) {
		s.common().UpdateAfter = 10
		s.echoed(func(p *endpoint) error {
			if err := p.handshake(); err != nil {
				return err
			}
			if err := p.write(data); err != nil {
				return err
			}
			got, err := p.read(len(data))
			if err == nil && !bytes.Equal(got, data) {
				err = errors.New("the data that came back differs")
			}
			if err == nil && p.updated(events.Write) < 5 {
				err = fmt.Errorf("the keys change every 10 records, and did %d times", p.updated(events.Write))
			}
			return err
		})
	})
}

func TestSmallAndPaddedRecordsAreReadByCryptoTLS(t *testing.T) {
	data := make([]byte, 20_000)
	_, _ = testkit.Rand("small").Read(data)
	for name, edit := range map[string]func(c *engine.Common){
		"one byte of handshake in a record": func(c *engine.Common) { c.RecordSize = 1 },
		"records of 100 bytes":              func(c *engine.Common) { c.RecordSize = 100 },
		"padding to the full":               func(c *engine.Common) { c.Padding = func(_ uint8, _, room int) int { return room } },
		"no compatibility mode":             func(c *engine.Common) { c.NoCompatibility = true },
	} {
		t.Run(name, func(t *testing.T) {
			inBothRoles(t, func(s *standard) {
				edit(s.common())
				s.echoed(func(p *endpoint) error {
					if err := p.handshake(); err != nil {
						return err
					}
					if err := p.write(data); err != nil {
						return err
					}
					got, err := p.read(len(data))
					if err == nil && !bytes.Equal(got, data) {
						err = errors.New("the data that came back differs")
					}
					return err
				})
			})
		})
	}
}

func TestDataIsReadAfterTheOwnCloseWithCryptoTLS(t *testing.T) {
	inBothRoles(t, func(s *standard) {
		end, conn := s.ends()
		our, their := run(end, conn, func(p *endpoint) error {
			if err := p.handshake(); err != nil {
				return err
			}
			if err := p.close(); err != nil {
				return err
			}
			if string(p.received) != "late" {
				return fmt.Errorf("%q came after close_notify was sent", p.received)
			}
			return nil
		}, func(conn *tls.Conn) error {
			if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
				return err
			}
			if _, err := conn.Write([]byte("late")); err != nil {
				return err
			}
			return conn.CloseWrite()
		})
		if our != nil || their != nil {
			s.t.Errorf("tacitls: %v; crypto/tls: %v", our, their)
		}
	})
}

func TestAlertsOfCryptoTLSAreUnderstood(t *testing.T) {
	for name, test := range map[string]struct {
		role  events.Role // that tacitls plays
		alert messages.Alert
		edit  func(s *standard)
	}{
		"no common protocol": {events.Client, messages.AlertNoApplicationProtocol, func(s *standard) {
			s.pair.Client.ALPN, s.config.NextProtos = []string{"a"}, []string{"b"}
		}},
		"no common group": {events.Client, messages.AlertHandshakeFailure, func(s *standard) {
			s.pair.Client.Groups = []messages.Group{messages.X25519}
			s.config.CurvePreferences = []tls.CurveID{tls.CurveP256}
		}},
		"a certificate is required": {events.Client, messages.AlertCertificateRequired, func(s *standard) {
			s.config.ClientAuth = tls.RequireAnyClientCert
		}},
		"an unknown authority": {events.Server, messages.AlertBadCertificate, func(s *standard) {
			s.config.RootCAs = x509.NewCertPool()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inRole(t, test.role, func(s *standard) {
				test.edit(s)
				end, conn := s.ends()
				our, their := run(end, conn, func(p *endpoint) error {
					if err := p.handshake(); err != nil {
						return err
					}
					_, err := p.read(1)
					return err
				}, (*tls.Conn).Handshake)
				var failed *engine.Error
				if !errors.As(our, &failed) || !failed.Received || failed.Alert != test.alert {
					s.t.Errorf("tacitls has received %v: %v; crypto/tls: %v", test.alert, our, their)
				}
			})
		})
	}
}

func TestAlertsAreUnderstoodByCryptoTLS(t *testing.T) {
	for name, test := range map[string]struct {
		role events.Role // that tacitls plays
		want string
		edit func(s *standard)
	}{
		"no common protocol": {events.Server, "no application protocol", func(s *standard) {
			s.pair.Server.ALPN, s.config.NextProtos = []string{"a"}, []string{"b"}
		}},
		"no common group": {events.Server, "handshake failure", func(s *standard) {
			s.pair.Server.Groups = []messages.Group{messages.X25519}
			s.config.CurvePreferences = []tls.CurveID{tls.CurveP256}
		}},
		"no common version": {events.Server, "protocol version not supported", func(s *standard) {
			s.config.MinVersion, s.config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
		}},
		"a certificate is required": {events.Server, "certificate required", func(s *standard) {
			s.pair.Server.ClientAuth, s.config.Certificates = engine.RequireClientCert, nil
		}},
		"the client is not trusted": {events.Server, "unknown certificate authority", func(s *standard) {
			s.pair.Server.ClientAuth = engine.RequireClientCert
			s.pair.ServerAnswers.Override = rejectPeer
		}},
		"the server is not trusted": {events.Client, "unknown certificate authority", func(s *standard) {
			s.pair.ClientAnswers.Override = rejectPeer
		}},
		"an abort after the handshake": {events.Client, "internal error", func(s *standard) {
			s.pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inRole(t, test.role, func(s *standard) {
				test.edit(s)
				end, conn := s.ends()
				our, their := run(end, conn, func(p *endpoint) error {
					if err := p.handshake(); err != nil {
						return err
					}
					return p.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
						return e.Abort(out, now, messages.AlertInternalError)
					})
				}, func(conn *tls.Conn) error {
					if err := conn.Handshake(); err != nil {
						return err
					}
					_, err := conn.Read(make([]byte, 1))
					return err
				})
				if our == nil || their == nil || !strings.Contains(their.Error(), "remote error: tls: "+test.want) {
					s.t.Errorf("crypto/tls is told %q: %v; tacitls: %v", test.want, their, our)
				}
			})
		})
	}
}

func rejectPeer(q events.Question) events.Answer {
	if q, ok := q.(*events.VerifyPeer); ok {
		return q.Reject(messages.AlertUnknownCA, errors.New("nobody is trusted"))
	}
	return nil
}
