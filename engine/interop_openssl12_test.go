package engine_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
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

// openSSLSuites are the suites that both have, by the names of openssl.
var openSSLSuites = map[messages.CipherSuite]string{
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:       "ECDHE-ECDSA-AES128-GCM-SHA256",
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:       "ECDHE-ECDSA-AES256-GCM-SHA384",
	messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM:              "ECDHE-ECDSA-AES128-CCM",
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_CCM:              "ECDHE-ECDSA-AES256-CCM",
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8:            "ECDHE-ECDSA-AES128-CCM8",
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8:            "ECDHE-ECDSA-AES256-CCM8",
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:          "ECDHE-ECDSA-AES128-SHA",
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA:          "ECDHE-ECDSA-AES256-SHA",
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256:       "ECDHE-ECDSA-AES128-SHA256",
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384:       "ECDHE-ECDSA-AES256-SHA384",
	messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:         "ECDHE-RSA-AES128-GCM-SHA256",
	messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:         "ECDHE-RSA-AES256-GCM-SHA384",
	messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:   "ECDHE-RSA-CHACHA20-POLY1305",
	messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:            "ECDHE-RSA-AES128-SHA",
	messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA:            "ECDHE-RSA-AES256-SHA",
	messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256:         "ECDHE-RSA-AES128-SHA256",
	messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384:         "ECDHE-RSA-AES256-SHA384",
}

// serveBy has the server prove itself with a key of a kind.
func (i *interop) serveBy(kind string) {
	if i.role == events.Client {
		i.identity = testkit.Server(kind)
	}
	i.pair.ServerAnswers.Identity = testkit.Server(kind)
}

func TestEverySuiteOfTLS12AgreesWithOpenSSL(t *testing.T) {
	for suite, name := range openSSLSuites {
		t.Run(name, func(t *testing.T) {
			withOpenSSL12(t, func(i *interop) {
				i.arguments = []string{"-cipher", name + ":@SECLEVEL=0"}
				i.common().CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, suite}
				if strings.Contains(name, "-RSA-") {
					i.serveBy(testkit.RSA)
				}
				end, _ := i.exchange(1)
				if got := end.engine.Connection(); got.CipherSuite != suite || got.Version != messages.TLS12 {
					i.t.Errorf("the suite is the one that openssl has: %v, %v", got.CipherSuite, got.Version)
				}
			})
		})
	}
}

// Openssl agrees on encrypt-then-MAC wherever it can; here it cannot.
func TestMACThenEncryptAgreesWithOpenSSL(t *testing.T) {
	withOpenSSL12(t, func(i *interop) {
		i.arguments = []string{"-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", "-no_etm"}
		i.common().MaxVersion = messages.TLS12
		i.common().CipherSuites = []messages.CipherSuite{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
		i.exchange(1)
	})
}

func TestEveryGroupOfTLS12AgreesWithOpenSSL(t *testing.T) {
	for group, name := range openSSLGroups {
		t.Run(name, func(t *testing.T) {
			withOpenSSL12(t, func(i *interop) {
				i.arguments = []string{"-groups", name}
				i.common().Groups = []messages.Group{group}
				i.serveBy(testkit.RSA)
				end, _ := i.exchange(1)
				if got := end.engine.Connection().Group; got != group {
					i.t.Errorf("the group is the one there is: %v", got)
				}
			})
		})
	}
}

func TestEveryKindOfKeyServesInTLS12AgainstOpenSSL(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			withOpenSSL12(t, func(i *interop) {
				i.serveBy(kind)
				i.pair.ClientAnswers.Identity = testkit.Client(kind)
				i.pair.Server.ClientAuth = engine.RequireClientCert
				if i.role == events.Client {
					i.wantsCert = true
				} else {
					i.identity = testkit.Client(kind)
				}
				end, _ := i.exchange(1)
				got := end.engine.Connection()
				if i.role == events.Client && got.LocalScheme == 0 {
					i.t.Error("tacitls has proved its certificate")
				}
				if i.role == events.Server && (len(got.PeerChain) == 0 || !bytes.Equal(got.PeerChain[0], i.identity.Chain[0])) {
					i.t.Error("tacitls knows the certificate that openssl has proved")
				}
			})
		})
	}
}

// covers 5246/7.4.6/1
func TestAClientOfTLS12DeclinesAgainstOpenSSL(t *testing.T) {
	withOpenSSL12(t, func(i *interop) {
		i.pair.Server.ClientAuth = engine.RequestClientCert
		if i.role == events.Client {
			i.arguments = []string{"-verify", "1"}
		}
		end, _ := i.exchange(1)
		if got := end.engine.Connection(); len(got.LocalChain) > 0 && i.role == events.Client {
			i.t.Error("nothing is shown")
		}
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
	data := make([]byte, 1<<20)
	_, _ = testkit.Rand("megabyte").Read(data)
	for i := range data {
		data[i] = '0' + data[i]%10 // letters are commands
	}
	for _, suite := range []messages.CipherSuite{
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
	} {
		t.Run(suite.String(), func(t *testing.T) {
			withOpenSSL12(t, func(i *interop) {
				i.arguments = []string{"-cipher", openSSLSuites[suite] + ":@SECLEVEL=0"}
				i.common().MaxVersion, i.common().CipherSuites = messages.TLS12, []messages.CipherSuite{suite}
				end, openssl := i.connect()
				i.must(end.handshake(), openssl)
				i.must(end.write(data), openssl)
				if !openssl.output.wait(func(b []byte) bool { return len(b) > len(data) && bytes.Contains(b, data) }) {
					i.t.Fatal("openssl did not print what it was sent")
				}
				said := make(chan error, 1)
				go func() {
					_, err := openssl.stdin.Write(data)
					said <- err
				}()
				got, err := end.read(len(data))
				i.must(err, openssl)
				i.must(<-said, openssl)
				if !bytes.Equal(got, data) {
					i.t.Error("what openssl has sent differs")
				}
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
