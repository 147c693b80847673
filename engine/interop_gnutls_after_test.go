package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// withGnuTLS has gnutls agree on a suite with tacitls.
func withGnuTLS(t *testing.T, suite messages.CipherSuite, test func(i *interop)) {
	t.Parallel()
	withForeign(t, gnuTLS{}, func(i *interop) {
		accord{suite: suite}.prepare(i)
		test(i)
	})
}

// covers 5077/3.4/1
// covers 5246/7.3/4
// covers 7627/5.2/1 7627/5.2/2 7627/5.3/4
func TestSessionsResumeWithGnuTLS(t *testing.T) {
	for _, test := range []struct {
		name  string
		suite messages.CipherSuite
		byID  bool
	}{
		{"by ticket in TLS 1.2", byECDSA, false},
		{"by identifier in TLS 1.2", byECDSA, true},
		{"by ticket with CBC", messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, false},
		{"by identifier with CBC", messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, true},
		{"in TLS 1.3", in13, false},
		{"in TLS 1.3 with SHA-384", messages.TLS_AES_256_GCM_SHA384, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			withGnuTLS(t, test.suite, func(i *interop) {
				if test.byID {
					i.arguments = append(i.arguments, "--noticket")
					i.pair.Server.Sessions = true
				}
				connect := i.resumeByClient
				if i.role == events.Server {
					connect = func(suite messages.CipherSuite) []bool {
						first, again := i.resumeByGnuTLS(suite)
						return []bool{first.engine.Connection().Resumed, again.engine.Connection().Resumed}
					}
				}
				for connection, resumed := range connect(test.suite) {
					if resumed != (connection > 0) {
						i.t.Errorf("connection %d: resumed %v", connection, resumed)
					}
				}
				if session := i.pair.Client.Session; i.role == events.Client && test.byID != (len(session.Ticket) == 0) {
					i.t.Errorf("the session is resumed %s: %v", test.name, session)
				}
			})
		})
	}
}

// resumeByClient connects three times, and tells which connections were
// resumed.
func (i *interop) resumeByClient(suite messages.CipherSuite) []bool {
	var resumed []bool
	for connection := range 3 {
		end, p := i.connect()
		i.must(end.handshake(), p)
		i.peer.ping(i, end, p, connection)
		accord{suite: suite}.check(i, end, p)
		i.export(end, p)
		i.peer.end(i, end, p)
		if len(end.sessions) > 0 {
			i.pair.Client.Session = end.sessions[len(end.sessions)-1]
		}
		resumed = append(resumed, end.engine.Connection().Resumed)
	}
	return resumed
}

// resumeByGnuTLS has gnutls-cli connect, disconnect and connect once more.
func (i *interop) resumeByGnuTLS(suite messages.CipherSuite) (first, again *endpoint) {
	i.arguments = append(i.arguments, "--resume", "--waitresumption")
	first, p := i.connect()
	i.must(first.handshake(), p)
	accord{suite: suite}.check(i, first, p)
	i.export(first, p)
	i.must(first.until("close_notify", first.engine.ReadClosed), p)
	i.must(first.close(), p)
	_ = first.conn.Close()

	i.client, p.from = p, p.output.size()
	again, p = i.connect()
	i.must(again.handshake(), p)
	i.peer.ping(i, again, p, 1)
	accord{suite: suite}.check(i, again, p)
	i.export(again, p)
	i.peer.end(i, again, p)
	return first, again
}

func TestARetryAgreesWithGnuTLS(t *testing.T) {
	for group, name := range gnuTLSGroups {
		t.Run(name, func(t *testing.T) {
			withGnuTLS(t, in13, func(i *interop) {
				other := "FFDHE2048"
				if name == other {
					other = "FFDHE3072"
				}
				i.priority += ":-GROUP-ALL:+GROUP-" + other + ":+GROUP-" + name
				if i.role == events.Client {
					i.pair.Client.Groups = []messages.Group{messages.X25519MLKEM768, group}
					i.pair.Client.KeyShares = i.pair.Client.Groups[:1]
				} else {
					i.arguments = append(i.arguments, "--single-key-share")
					i.pair.Server.Groups = []messages.Group{group}
				}
				end, p := i.exchange(1)
				got := end.engine.Connection()
				accord{suite: in13, group: group}.check(i, end, p)
				if !got.Retried {
					i.t.Error("the group is agreed on after a retry")
				}
			})
		})
	}
}

// covers 8446/4.6.3/2
// covers 8446/4.6.3/3
func TestKeysAreUpdatedWithGnuTLS(t *testing.T) {
	for _, suite := range []messages.CipherSuite{in13, messages.TLS_CHACHA20_POLY1305_SHA256, messages.TLS_AES_128_CCM_SHA256} {
		t.Run(suite.String(), func(t *testing.T) {
			withGnuTLS(t, suite, func(i *interop) {
				end, p := i.connect()
				i.must(end.handshake(), p)
				i.peer.ping(i, end, p, 0)
				for round, request := range []messages.KeyUpdateRequest{messages.UpdateNotRequested, messages.UpdateRequested} {
					i.must(end.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
						return e.UpdateKeys(out, now, request)
					}), p)
					i.peer.ping(i, end, p, 1+round)
				}
				if end.updated(events.Read) != 1 || end.updated(events.Write) != 2 {
					i.t.Errorf("the keys are at %d and %d", end.updated(events.Read), end.updated(events.Write))
				}
				if i.role == events.Server { // gnutls-serv takes no commands
					p.say("^rekey^\n")
					p.wait("Rekey was completed")
					i.peer.ping(i, end, p, 3)
					if end.updated(events.Read) < 2 || end.updated(events.Write) < 2 {
						i.t.Errorf("the keys are at %d and %d", end.updated(events.Read), end.updated(events.Write))
					}
				}
				i.peer.end(i, end, p)
			})
		})
	}
}

// covers 5746/4.2/1 5746/4.3/1
func TestGnuTLSGetsNoRenegotiation(t *testing.T) {
	withGnuTLS(t, byECDSA, func(i *interop) {
		end, p := i.connect()
		i.must(end.handshake(), p)
		i.peer.ping(i, end, p, 1)
		if i.role == events.Client {
			// A server asks once, and gives up.
			i.must(end.write([]byte("**REHANDSHAKE**\n")), p)
			_ = end.until("the end", func() bool { return end.engine.Err() != nil })
			p.wait("A TLS warning alert has been received")
			return
		}
		// A client goes on asking.
		p.say("^renegotiate^\n")
		_, err := end.read(1)
		p.wait("No renegotiation is allowed")
		var failed *engine.Error
		if !errors.As(err, &failed) || failed.Refusal.Name != "too_many_renegotiations" {
			i.t.Errorf("tacitls is asked until it refuses: %v", err)
		}
	})
}

func TestAMegabyteGoesEachWayWithGnuTLS(t *testing.T) {
	data := slices.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyz\n"), 1<<20/37)
	for _, suite := range []messages.CipherSuite{in13, byECDSA, messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384} {
		t.Run(suite.String(), func(t *testing.T) {
			withGnuTLS(t, suite, func(i *interop) {
				i.common().UpdateAfter = 10
				end, p := i.connect()
				i.must(end.handshake(), p)
				said := make(chan error, 1)
				go func() {
					if i.role == events.Client {
						said <- nil
						return
					}
					_, err := p.stdin.Write(data)
					said <- err
				}()
				i.must(end.write(data), p)
				got, err := end.read(len(data))
				i.must(err, p)
				i.must(<-said, p)
				if !bytes.Equal(got, data) {
					i.t.Error("what gnutls has sent differs")
				}
				i.peer.end(i, end, p)
			})
		})
	}
}

func TestAlertsOfGnuTLSAreUnderstood(t *testing.T) {
	for _, suite := range []messages.CipherSuite{in13, byECDSA} {
		t.Run(suite.String(), func(t *testing.T) {
			withGnuTLS(t, suite, func(i *interop) {
				want := messages.AlertBadCertificate
				if i.role == events.Client {
					i.pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_256_GCM_SHA384, byRSA}
					want = messages.AlertHandshakeFailure
				} else {
					i.arguments = append(i.arguments, "--verify-hostname", "another.example")
				}
				end, p := i.connect()
				err := end.handshake()
				var failed *engine.Error
				if !errors.As(err, &failed) || !failed.Received || failed.Alert != want {
					i.t.Errorf("tacitls has received %v: %v; gnutls:\n%s", want, err, p.output.tail())
				}
			})
		})
	}
}

func TestAlertsAreUnderstoodByGnuTLS(t *testing.T) {
	for _, suite := range []messages.CipherSuite{in13, byECDSA} {
		t.Run(suite.String(), func(t *testing.T) {
			withGnuTLS(t, suite, func(i *interop) {
				i.rejecting()
				end, p := i.connect()
				if err := end.handshake(); err == nil {
					i.t.Error("the handshake fails")
				}
				p.wait("A TLS fatal alert has been received")
				if i.role == events.Server { // gnutls-serv does not say which
					p.wait("CA is unknown")
				}
			})
		})
	}
}
