package engine_test

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// foundOpenSSL tells whether these tests can run. Where TACITLS_NEED_OPENSSL
// is set they must.
func foundOpenSSL(t *testing.T) bool {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("TACITLS_NEED_OPENSSL") != "" {
			t.Fatalf("TACITLS_NEED_OPENSSL is set: %v", err)
		}
		t.Logf("nothing is tested: %v", err)
		return false
	}
	return true
}

// interop is a connection between tacitls and openssl in the making. Each test
// runs it in both roles.
type interop struct {
	t         *testing.T
	role      events.Role // that tacitls plays
	pair      *testkit.Pair
	arguments []string // of openssl in either role
	version   string   // that openssl is told to have
	identity  *testkit.Identity
	server    *program // s_server, once it runs
	address   string   // of it
}

func withOpenSSL(t *testing.T, test func(i *interop)) {
	if !foundOpenSSL(t) {
		return
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		t.Run(fmt.Sprint("tacitls as ", role), func(t *testing.T) {
			i := &interop{t: t, role: role, pair: testkit.NewPair(t.Name()), version: "-tls1_3"}
			if role == events.Client {
				i.identity = testkit.Server(testkit.P256)
			}
			test(i)
		})
	}
}

func (i *interop) common() *engine.Common {
	if i.role == events.Client {
		return &i.pair.Client.Common
	}
	return &i.pair.Server.Common
}

const exporterLabel = "EXPERIMENTAL tacitls"

// base are the arguments that openssl always has.
func (i *interop) base() []string {
	arguments := []string{
		i.version, "-attime", fmt.Sprint(testkit.Now.Unix()),
		"-CAfile", i.file("ca.pem", certificatePEM(testkit.Authority())), "-verify_return_error",
		"-keymatexport", exporterLabel, "-keymatexportlen", "32",
	}
	if i.identity != nil {
		der, err := x509.MarshalPKCS8PrivateKey(i.identity.Key)
		if err != nil {
			i.t.Fatal(err)
		}
		key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		arguments = append(arguments, "-cert", i.file("cert.pem", certificatePEM(i.identity)), "-key", i.file("key.pem", key))
	}
	return append(arguments, i.arguments...)
}

func certificatePEM(id *testkit.Identity) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Chain[0]})
}

func (i *interop) file(name string, content []byte) string {
	path := filepath.Join(i.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// connect makes both ends, with the handshake still to come. One s_server
// serves every connection of a test.
func (i *interop) connect(more ...string) (*endpoint, *program) {
	i.t.Helper()
	if i.role == events.Client {
		if i.server == nil {
			i.server = startOpenSSL(i.t, append(append([]string{"s_server", "-accept", "127.0.0.1:0"}, i.base()...), more...)...)
			i.address = i.server.wait(`ACCEPT (127\.0\.0\.1:\d+)`)
		}
		conn, err := net.DialTimeout("tcp", i.address, patience)
		if err != nil {
			i.t.Fatal(err)
		}
		return newClientEnd(i.t, i.pair, i.bounded(conn)), i.server
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		i.t.Fatal(err)
	}
	defer listener.Close()
	arguments := []string{
		"s_client", "-connect", listener.Addr().String(),
		"-servername", testkit.ServerName, "-verify_hostname", testkit.ServerName,
	}
	client := startOpenSSL(i.t, append(append(arguments, i.base()...), more...)...)
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn, err := listener.Accept()
	if err != nil {
		i.t.Fatalf("s_client never connected: %v\n%s", err, client.output.tail())
	}
	return newServerEnd(i.t, i.pair, i.bounded(conn)), client
}

func (i *interop) bounded(conn net.Conn) net.Conn {
	_ = conn.SetDeadline(time.Now().Add(patience))
	i.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// must stops the test if an end fails in a connection in which nothing is
// wrong.
func (i *interop) must(err error, openssl *program) {
	i.t.Helper()
	if err != nil {
		i.t.Fatalf("tacitls: %v; openssl:\n%s", err, openssl.output.tail())
	}
}

// exchange shakes hands, sends data both ways, compares exporters and closes.
// number tells the connections of one s_server apart.
func (i *interop) exchange(number int, more ...string) (*endpoint, *program) {
	i.t.Helper()
	end, openssl := i.connect(more...)
	i.must(end.handshake(), openssl)
	i.ping(end, openssl, number)

	exported, err := end.engine.Export(exporterLabel, nil, 32)
	i.must(err, openssl)
	openssl.wait("Keying material: " + strings.ToUpper(hex.EncodeToString(exported)))
	i.must(end.close(), openssl)
	_ = end.conn.Close() // or s_client would wait for it
	return end, openssl
}

// ping sends a line each way.
func (i *interop) ping(end *endpoint, openssl *program, number int) {
	i.t.Helper()
	ping, pong := fmt.Sprintf("<ping %d>\n", number), fmt.Sprintf("<pong %d>\n", number)
	i.must(end.write([]byte(ping)), openssl)
	openssl.wait(ping)
	openssl.say(pong)
	got, err := end.read(len(pong))
	i.must(err, openssl)
	if string(got) != pong {
		i.t.Fatalf("openssl said %q and %q came", pong, got)
	}
}

func TestEverySuiteAgreesWithOpenSSL(t *testing.T) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
	} {
		t.Run(suite.String(), func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.arguments = []string{"-ciphersuites", suite.String()}
				end, _ := i.exchange(1)
				if got := end.engine.Connection().CipherSuite; got != suite {
					i.t.Errorf("the suite is the one that openssl has: %v", got)
				}
			})
		})
	}
}

func TestEveryGroupAgreesWithOpenSSL(t *testing.T) {
	for group, name := range openSSLGroups {
		t.Run(name, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.arguments = []string{"-groups", name}
				i.common().Groups = []messages.Group{group}
				end, _ := i.exchange(1)
				if got := end.engine.Connection(); got.Group != group || got.Retried {
					i.t.Errorf("the group is the one there is, without a retry: %v, %v", got.Group, got.Retried)
				}
			})
		})
	}
}

var openSSLGroups = map[messages.Group]string{
	messages.X25519: "X25519", messages.Secp256r1: "P-256", messages.Secp384r1: "P-384", messages.Secp521r1: "P-521",
}

func TestARetryAgreesWithOpenSSL(t *testing.T) {
	for group, name := range openSSLGroups {
		t.Run(name, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				if i.role == events.Client {
					i.arguments = []string{"-groups", name}
					i.pair.Client.KeyShares = []messages.Group{messages.X25519MLKEM768}
				} else {
					i.arguments = []string{"-groups", "X448:" + name}
					i.pair.Server.Groups = []messages.Group{group}
				}
				end, _ := i.exchange(1)
				if got := end.engine.Connection(); got.Group != group || !got.Retried {
					i.t.Errorf("the group is agreed on after a retry: %v, %v", got.Group, got.Retried)
				}
			})
		})
	}
}

func TestEveryKindOfKeyServesAServerAgainstOpenSSL(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				if i.role == events.Client {
					i.identity = testkit.Server(kind)
				}
				i.pair.ServerAnswers.Identity = testkit.Server(kind)
				i.exchange(1)
			})
		})
	}
}

func TestEveryKindOfKeyServesAClientAgainstOpenSSL(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.pair.ClientAnswers.Identity = testkit.Client(kind)
				i.pair.Server.ClientAuth = engine.RequireClientCert
				if i.role == events.Client {
					i.arguments = []string{"-Verify", "1"}
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
