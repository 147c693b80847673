package engine_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// withOpenSSL12 has openssl allow TLS 1.2 alone, and tacitls both versions.
func withOpenSSL12(t *testing.T, test func(i *interop)) {
	withOpenSSL(t, func(i *interop) {
		i.version = "-tls1_2"
		i.common().MinVersion, i.common().MaxVersion = messages.TLS12, messages.TLS13
		test(i)
	})
}

// covers 5077/3.4/1
// covers 5246/7.3/4
// covers 7627/5.2/1 7627/5.2/2 7627/5.3/4
func TestSessionsOfTLS12ResumeWithOpenSSL(t *testing.T) {
	for name, byID := range map[string]bool{"by ticket": false, "by identifier": true} {
		t.Run(name, func(t *testing.T) {
			withOpenSSL12(t, func(i *interop) {
				if byID {
					i.arguments = []string{"-no_ticket"}
					i.pair.Server.Sessions = true
				}
				session := filepath.Join(i.t.TempDir(), "session")
				var more []string
				if i.role == events.Server {
					more = []string{"-sess_out", session}
				}
				for connection, wantResumed := range []bool{false, true, true} {
					end, openssl := i.exchange(connection, more...)
					if got := end.engine.Connection().Resumed; got != wantResumed {
						i.t.Fatalf("connection %d: resumed %v; openssl:\n%s", connection, got, openssl.output.tail())
					}
					if i.role == events.Server {
						<-openssl.done // it has written the file
						more = []string{"-sess_in", session, "-sess_out", session}
						continue
					}
					if len(end.sessions) > 0 {
						i.pair.Client.Session = end.sessions[0]
					}
					if kept := i.pair.Client.Session; byID != (len(kept.Ticket) == 0) {
						i.t.Fatalf("connection %d is resumed %s: %v", connection, name, kept)
					}
				}
			})
		})
	}
}

func TestAMegabyteGoesEachWayInTLS12WithOpenSSL(t *testing.T) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
	} {
		t.Run(suite.String(), func(t *testing.T) {
			withOpenSSL12(t, func(i *interop) {
				i.arguments = []string{"-cipher", foreignSuiteOf(t, suite).openssl + ":@SECLEVEL=0"}
				i.common().MaxVersion, i.common().CipherSuites = messages.TLS12, []messages.CipherSuite{suite}
				end, openssl := i.connect()
				i.megabyte(end, openssl)
				i.must(end.close(), openssl)
			})
		})
	}
}

// covers 5746/4.2/1 5746/4.3/1
func TestOpenSSLGetsNoRenegotiation(t *testing.T) {
	withOpenSSL12(t, func(i *interop) {
		end, openssl := i.connect()
		i.must(end.handshake(), openssl)
		i.peer.ping(i, end, openssl, 1)
		if i.role == events.Client {
			openssl.say("r\n")
		} else {
			openssl.say("R\n")
		}
		// Openssl then ends the connection, be it server or client.
		_, err := end.read(1)
		openssl.wait("no renegotiation|handshake failure")
		var failed *engine.Error
		if errors.As(err, &failed) && !failed.Received && failed.Refusal.Name != "truncated" {
			i.t.Errorf("tacitls finds no fault: %v", err)
		}
	})
}

// covers 5246/7.2.2/3
func TestAlertsOfTLS12AreUnderstoodBothWaysWithOpenSSL(t *testing.T) {
	withOpenSSL12(t, func(i *interop) {
		want := messages.AlertHandshakeFailure
		if i.role == events.Client {
			i.wantsCert = true
		} else {
			i.arguments = []string{"-verify_hostname", "another.example"}
			want = messages.AlertBadCertificate
		}
		end, openssl := i.connect()
		err := end.handshake()
		var failed *engine.Error
		if !errors.As(err, &failed) || !failed.Received || failed.Alert != want {
			i.t.Errorf("tacitls has received %v: %v; openssl:\n%s", want, err, openssl.output.tail())
		}
	})
	withOpenSSL12(t, (*interop).isToldOfUnknownCA)
}
