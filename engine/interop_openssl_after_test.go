package engine_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func TestALPNAgreesWithOpenSSL(t *testing.T) {
	withOpenSSL(t, func(i *interop) {
		i.common().ALPN = []string{"h2", "http/1.1"}
		i.arguments = []string{"-alpn", "http/1.1"}
		end, openssl := i.exchange(1)
		if got := end.engine.Connection().ALPN; got != "http/1.1" {
			i.t.Errorf("the protocol is the common one: %q", got)
		}
		openssl.wait(`ALPN protocols? ?(?:selected)?: http/1\.1`)
	})
}

func TestSessionsResumeWithOpenSSL(t *testing.T) {
	for _, suite := range []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384} {
		for name, retried := range map[string]bool{"at once": false, "after a retry": true} {
			t.Run(suite.String()+" "+name, func(t *testing.T) {
				withOpenSSL(t, func(i *interop) {
					i.common().CipherSuites = []messages.CipherSuite{suite}
					if retried {
						i.arguments = []string{"-groups", "X448:P-384"}
						i.pair.Client.KeyShares = []messages.Group{messages.X25519}
					}
					session := filepath.Join(i.t.TempDir(), "session")
					var more []string
					if i.role == events.Server {
						more = []string{"-sess_out", session}
					}
					for connection, wantResumed := range []bool{false, true, true} {
						end, openssl := i.exchange(connection, more...)
						if got := end.engine.Connection(); got.Resumed != wantResumed || got.Retried != retried {
							i.t.Fatalf("connection %d: resumed %v, retried %v; openssl:\n%s",
								connection, got.Resumed, got.Retried, openssl.output.tail())
						}
						if i.role == events.Server {
							<-openssl.done // it has written the file
							more = []string{"-sess_in", session, "-sess_out", session}
							continue
						}
						if len(end.sessions) == 0 {
							i.t.Fatalf("connection %d brought no ticket", connection)
						}
						i.pair.Client.Session = end.sessions[len(end.sessions)-1]
					}
				})
			})
		}
	}
}

// covers 8446/4.6.3/2
// covers 8446/4.6.3/3
// covers 8446/4.6.3/5
// covers 8446/4.6.3/6
func TestKeysAreUpdatedWithOpenSSL(t *testing.T) {
	withOpenSSL(t, func(i *interop) {
		end, openssl := i.connect()
		i.must(end.handshake(), openssl)
		for round, test := range []struct {
			does        string
			command     string // of openssl's
			request     messages.KeyUpdateRequest
			read, write uint64 // generations afterwards
		}{
			{does: "openssl updates its own keys", command: "k\n", read: 1, write: 0},
			{does: "openssl updates all keys", command: "K\n", read: 2, write: 1},
			{does: "tacitls updates its own keys", request: messages.UpdateNotRequested, read: 2, write: 2},
			{does: "tacitls updates all keys", request: messages.UpdateRequested, read: 3, write: 3},
		} {
			if test.command == "" {
				i.must(end.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
					return e.UpdateKeys(out, now, test.request)
				}), openssl)
			} else {
				openssl.say(test.command)
				i.must(end.until("the key update", func() bool { return end.updated(events.Read) == test.read }), openssl)
			}
			i.peer.ping(i, end, openssl, round)
			if end.updated(events.Read) != test.read || end.updated(events.Write) != test.write {
				i.t.Fatalf("%s: the keys are at %d and %d, and not at %d and %d", test.does,
					end.updated(events.Read), end.updated(events.Write), test.read, test.write)
			}
		}
		i.must(end.close(), openssl)
	})
}

// megabyte shakes hands, and has a megabyte go each way.
func (i *interop) megabyte(end *endpoint, openssl *program) {
	i.t.Helper()
	// Digits alone: openssl takes a letter at the start of what it reads for
	// a command.
	data := make([]byte, 1<<20)
	_, _ = testkit.Rand("megabyte").Read(data)
	for at := range data {
		data[at] = '0' + data[at]%10
	}
	i.must(end.handshake(), openssl)
	i.must(end.write(data), openssl)
	if !openssl.output.wait(func(b []byte) bool {
		// s_server remarks upon key updates in the midst of the data.
		return len(b) > len(data) && bytes.Contains(bytes.ReplaceAll(b, []byte("Read BLOCK\n"), nil), data)
	}) {
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
}

func TestAMegabyteGoesEachWayWithOpenSSL(t *testing.T) {
	withOpenSSL(t, func(i *interop) {
		i.common().UpdateAfter = 10
		end, openssl := i.connect()
		i.megabyte(end, openssl)
		if end.updated(events.Write) < 5 {
			i.t.Errorf("the keys change every 10 records, and did %d times", end.updated(events.Write))
		}
		i.must(end.close(), openssl)
	})
}

func TestAlertsOfOpenSSLAreUnderstood(t *testing.T) {
	withOpenSSL(t, func(i *interop) {
		want := messages.AlertCertificateRequired
		if i.role == events.Client {
			i.wantsCert = true
		} else {
			i.arguments = []string{"-verify_hostname", "another.example"}
			// s_client has not begun to protect what it sends, and sends this
			// alert in clear.
			want = messages.AlertBadCertificate
		}
		end, openssl := i.connect()
		err := end.handshake()
		if err == nil {
			_, err = end.read(1)
		}
		var failed *engine.Error
		if !errors.As(err, &failed) || !failed.Received || failed.Alert != want {
			i.t.Errorf("tacitls has received %v: %v; openssl:\n%s", want, err, openssl.output.tail())
		}
	})
}

func TestAlertsAreUnderstoodByOpenSSL(t *testing.T) {
	withOpenSSL(t, (*interop).isToldOfUnknownCA)
}

// rejecting has tacitls reject the peer's certificate.
func (i *interop) rejecting() {
	if i.role == events.Client {
		i.pair.ClientAnswers.Override = rejectPeer
	} else {
		i.pair.Server.ClientAuth = engine.RequireClientCert
		i.identity = testkit.Client(testkit.P256)
		i.pair.ServerAnswers.Override = rejectPeer
	}
}

// isToldOfUnknownCA has tacitls reject the certificate of openssl.
func (i *interop) isToldOfUnknownCA() {
	i.rejecting()
	end, openssl := i.connect()
	if err := end.handshake(); err == nil {
		i.t.Error("the handshake fails")
	}
	openssl.wait("alert unknown ca")
}
