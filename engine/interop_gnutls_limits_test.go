package engine_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// Of the programs that these tests meet, GnuTLS alone has record_size_limit.

// limitedByGnuTLS is a connection in which GnuTLS has a limit too.
type limitedByGnuTLS struct {
	t       *testing.T
	role    events.Role // that tacitls plays
	pair    *testkit.Pair
	version messages.Version
	size    int // that GnuTLS takes, 0 for what it likes
}

// foundGnuTLS tells whether these tests can run. Where TACITLS_NEED_GNUTLS is
// set they must.
func foundGnuTLS(t *testing.T) bool {
	t.Helper()
	for _, name := range []string{"gnutls-cli", "gnutls-serv"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("TACITLS_NEED_GNUTLS") != "" {
				t.Fatalf("TACITLS_NEED_GNUTLS is set: %v", err)
			}
			t.Logf("nothing is tested: %v", err)
			return false
		}
	}
	return true
}

// withGnuTLSLimited runs a test in both versions, and in the roles given.
func withGnuTLSLimited(t *testing.T, test func(g *limitedByGnuTLS), roles ...events.Role) {
	if !foundGnuTLS(t) {
		return
	}
	for _, role := range roles {
		for _, version := range []messages.Version{messages.TLS13, messages.TLS12} {
			t.Run(fmt.Sprintf("tacitls as %v of %v", role, version), func(t *testing.T) {
				g := &limitedByGnuTLS{t: t, role: role, pair: small(t.Name()), version: version}
				g.pair.Client.MinVersion, g.pair.Client.MaxVersion = version, version
				g.pair.Server.MinVersion = messages.TLS12
				test(g)
			})
		}
	}
}

// run runs one of the programs until the test ends, or for patience at the most.
func (g *limitedByGnuTLS) run(name string, arguments ...string) *program {
	g.t.Helper()
	version := "1.3"
	if g.version == messages.TLS12 {
		version = "1.2"
	}
	arguments = append(arguments, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS"+version+":%ALLOW_SMALL_RECORDS")
	if g.size > 0 {
		arguments = append(arguments, "--recordsize", fmt.Sprint(g.size))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	command := exec.CommandContext(ctx, name, arguments...)
	p := &program{t: g.t, output: newTranscript(), done: make(chan struct{})}
	command.Stdout, command.Stderr = p.output, p.output
	stdin, err := command.StdinPipe()
	if err == nil {
		p.stdin = stdin
		err = command.Start()
	}
	if err != nil {
		cancel()
		g.t.Fatalf("%s %v: %v", name, arguments, err)
	}
	go func() {
		_ = command.Wait()
		p.output.end()
		close(p.done)
	}()
	g.t.Cleanup(func() { cancel(); <-p.done })
	return p
}

// connect makes both ends, with the handshake still to come.
func (g *limitedByGnuTLS) connect() (*endpoint, *program) {
	g.t.Helper()
	if g.role == events.Client {
		return g.connectTo(freePort(g.t))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		g.t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	client := g.run("gnutls-cli", "--insecure", "--port", port, "--sni-hostname", testkit.ServerName, "127.0.0.1")
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	conn, err := listener.Accept()
	if err != nil {
		g.t.Fatalf("gnutls-cli never connected: %v\n%s", err, client.output.tail())
	}
	return newServerEnd(g.t, g.pair, g.bounded(conn)), client
}

// connectTo has gnutls-serv listen on a port, which echoes lines.
func (g *limitedByGnuTLS) connectTo(port string) (*endpoint, *program) {
	g.t.Helper()
	identity := testkit.Server(testkit.P256)
	der, err := x509.MarshalPKCS8PrivateKey(identity.Key)
	if err != nil {
		g.t.Fatal(err)
	}
	i := &interop{t: g.t}
	server := g.run("gnutls-serv", "--echo", "--disable-client-cert", "--port", port,
		"--x509certfile", i.file("cert.pem", certificatePEM(identity)),
		"--x509keyfile", i.file("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	server.wait(`port ` + port + `\.\.\.done`)
	conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, patience)
	if err != nil {
		g.t.Fatalf("%v\n%s", err, server.output.tail())
	}
	return newClientEnd(g.t, g.pair, g.bounded(conn)), server
}

func (g *limitedByGnuTLS) bounded(conn net.Conn) net.Conn {
	_ = conn.SetDeadline(time.Now().Add(patience))
	g.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// freePort is a port that nobody listens on: gnutls-serv takes none itself.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// exchange shakes hands, checks what was agreed on, and sends size bytes each
// way. Either end refuses records that are too long.
func (g *limitedByGnuTLS) exchange(sends, takes, size int) {
	g.t.Helper()
	end, gnutls := g.connect()
	must := func(err error) {
		g.t.Helper()
		if err != nil {
			g.t.Fatalf("tacitls: %v; GnuTLS:\n%s", err, gnutls.output.tail())
		}
	}
	must(end.handshake())
	if c := end.engine.Connection(); int(c.SendLimit) != sends || int(c.ReceiveLimit) != takes || c.Version != g.version {
		g.t.Errorf("agreed on are %d and %d bytes: %v", sends, takes, &c)
	}
	much := append(digits(size), '\n')
	must(end.write(much))
	if g.role == events.Server {
		if !gnutls.output.wait(func(b []byte) bool { return bytes.Contains(b, much) }) {
			g.t.Fatalf("GnuTLS did not print what it was sent:\n%s", gnutls.output.tail())
		}
		// Of what is more than a record gnutls-cli sends one, which holds no more
		// than it takes itself.
		gnutls.say(string(much))
		much = much[:min(len(much), takes, sends)]
	}
	got, err := end.read(len(much))
	must(err)
	if !bytes.Equal(got, much) {
		g.t.Error("what GnuTLS has sent differs")
	}
	must(end.do((*engine.Engine).CloseWrite))
}

// covers 8449/4/1
func TestRecordSizeLimitsAreAgreedOnWithGnuTLS(t *testing.T) {
	for _, row := range []struct{ ours, theirs int }{{64, 64}, {600, 1000}, {1000, 600}, {16384, 4096}, {300, 0}} {
		t.Run(fmt.Sprintf("%d and %d", row.ours, row.theirs), func(t *testing.T) {
			withGnuTLSLimited(t, func(g *limitedByGnuTLS) {
				g.pair.Client.RecordSizeLimit, g.pair.Server.RecordSizeLimit = row.ours, row.ours
				g.size = row.theirs
				sends := row.theirs
				switch {
				case sends == 0:
					sends = 16384
				case g.role == events.Server && sends < 512: // which gnutls-cli does not take
					g.size, sends = 512, 512
				}
				g.exchange(sends, row.ours, muchForGnuTLS)
			}, events.Client, events.Server)
		})
	}
}

// muchForGnuTLS is more than a record holds, in bytes.
const muchForGnuTLS = 6000

// A length beside record_size_limit, which gnutls-cli always offers, is ignored.
//
// covers 8449/5/1
func TestAFragmentLengthOfGnuTLSIsIgnoredBesideItsRecordSizeLimit(t *testing.T) {
	withGnuTLSLimited(t, func(g *limitedByGnuTLS) {
		g.size = 1024
		g.exchange(1024, 16384, muchForGnuTLS)
	}, events.Server)
}

// In TLS 1.2 gnutls-serv grants a length and then does not keep to it, so that
// no more is sent than one record holds.
//
// covers 6066/4/5
func TestAFragmentLengthIsGrantedByGnuTLS(t *testing.T) {
	for _, length := range fragmentLengths {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			withGnuTLSLimited(t, func(g *limitedByGnuTLS) {
				g.pair.Client.MaxFragmentLength = length
				if g.version == messages.TLS12 {
					g.exchange(length, length, 500)
					return
				}
				g.exchange(length-1, length, muchForGnuTLS) // the content type counts
			}, events.Client)
		})
	}
}
