package engine_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// foreign is another implementation of TLS: a program for each role.
type foreign interface {
	// found tells whether its tests can run.
	found(t *testing.T) bool
	// named is the program that meets a role of tacitls'.
	named(role events.Role) string
	// serve starts a server and gives its address.
	serve(i *interop, more []string) (server *program, address string)
	// call starts a client that connects to an address.
	call(i *interop, address string, more []string) *program
	// ping sends a line each way.
	ping(i *interop, end *endpoint, p *program, number int)
	// renegotiate is what has it begin another handshake against a role of
	// tacitls'.
	renegotiate(role events.Role) string
	// updates is what has it update its keys, first its own and then all.
	updates() []string
	// end closes the connection by close_notify from both ends.
	end(i *interop, end *endpoint, p *program)
	// exported is how it prints what it has exported.
	exported(material []byte) string
	// agreed are patterns of what it prints about a connection, all of which
	// come. The name is its own for the suite.
	agreed(i *interop, c *events.Connection, suite *foreignSuite) []string
}

// interop is a connection between tacitls and a foreign program in the making.
// Each test runs it in both roles.
type interop struct {
	t           *testing.T
	peer        foreign
	role        events.Role // that tacitls plays
	pair        *testkit.Pair
	version     string   // that openssl is told to have
	priority    string   // what gnutls has
	arguments   []string // of the program in either role
	environment []string // of the program
	identity    *testkit.Identity
	// wantsCert tells that a foreign server requires a certificate, and
	// requestsCert that it asks for one.
	wantsCert, requestsCert bool
	// plain tells that there is no extended master secret, and so nothing to
	// export.
	plain bool
	// response is what the server staples, behind what it staples to its authority's
	// certificate, and saved the file that a foreign client keeps them in.
	response, behind []byte
	saved            string

	server   *program // once it runs
	address  string   // of it
	listener net.Listener
	// client is a foreign client that connects once more.
	client *program
}

func withForeign(t *testing.T, peer foreign, test func(i *interop)) {
	if !peer.found(t) {
		return
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		t.Run(fmt.Sprint("tacitls as ", role), func(t *testing.T) {
			i := &interop{t: t, peer: peer, role: role, pair: testkit.NewPair(t.Name()), version: "-tls1_3"}
			if role == events.Client {
				i.identity = testkit.Server(testkit.P256)
			}
			test(i)
		})
	}
}

// program is the name of the other end.
func (i *interop) program() string { return i.peer.named(i.role) }

func (i *interop) common() *engine.Common {
	if i.role == events.Client {
		return &i.pair.Client.Common
	}
	return &i.pair.Server.Common
}

const (
	exporterLabel  = "EXPERIMENTAL tacitls"
	exporterLength = 32
)

// certificate gives the files of a certificate and its key.
func (i *interop) certificate(id *testkit.Identity) (cert, key string) {
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: id.PrivateKey()})
	return i.file("cert.pem", certificatePEM(id)), i.file("key.pem", private)
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

// connect makes both ends, with the handshake still to come. One foreign
// server serves every connection of a test.
func (i *interop) connect(more ...string) (*endpoint, *program) {
	i.t.Helper()
	if i.role == events.Client {
		if i.server == nil {
			i.server, i.address = i.peer.serve(i, more)
		}
		i.server.from = i.server.output.size()
		conn, err := net.DialTimeout("tcp", i.address, patience)
		if err != nil {
			i.t.Fatal(err)
		}
		return newClientEnd(i.t, i.pair, i.bounded(conn)), i.server
	}
	listener := i.listen()
	client := i.client
	if client == nil {
		client = i.peer.call(i, listener.Addr().String(), more)
	}
	conn, err := listener.Accept()
	if err != nil {
		i.t.Fatalf("%s never connected: %v\n%s", client.name, err, client.output.tail())
	}
	return newServerEnd(i.t, i.pair, i.bounded(conn)), client
}

// listen gives the listener that all foreign clients of a test connect to.
func (i *interop) listen() net.Listener {
	if i.listener == nil {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			i.t.Fatal(err)
		}
		i.t.Cleanup(func() { _ = listener.Close() })
		i.listener = listener
	}
	_ = i.listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	return i.listener
}

func (i *interop) bounded(conn net.Conn) net.Conn {
	_ = conn.SetDeadline(time.Now().Add(patience))
	i.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// must stops the test if an end fails in a connection in which nothing is
// wrong.
func (i *interop) must(err error, p *program) {
	i.t.Helper()
	if err != nil {
		i.t.Fatalf("tacitls: %v; %s:\n%s", err, p.name, p.output.tail())
	}
}

// exchange shakes hands, sends data both ways, compares exporters and closes.
// number tells the connections of one foreign server apart.
func (i *interop) exchange(number int, more ...string) (*endpoint, *program) {
	i.t.Helper()
	end, p := i.connect(more...)
	i.must(end.handshake(), p)
	i.peer.ping(i, end, p, number)
	i.export(end, p)
	i.peer.end(i, end, p)
	_ = end.conn.Close() // or a foreign client would wait for it
	return end, p
}

// export compares what both ends export.
func (i *interop) export(end *endpoint, p *program) {
	i.t.Helper()
	exported, err := end.engine.Export(exporterLabel, nil, exporterLength)
	if i.plain {
		if !errors.Is(err, engine.ErrMisuse) {
			i.t.Errorf("tacitls exports without an extended master secret: %v", err)
		}
		return
	}
	i.must(err, p)
	p.wait(i.peer.exported(exported))
}

// lines are what ping sends.
func lines(number int) (ping, pong string) {
	return fmt.Sprintf("<ping %d>\n", number), fmt.Sprintf("<pong %d>\n", number)
}

// hears waits for a line at tacitls' end.
func (i *interop) hears(end *endpoint, p *program, line string) {
	i.t.Helper()
	got, err := end.read(len(line))
	i.must(err, p)
	if string(got) != line {
		i.t.Fatalf("%s said %q and %q came", p.name, line, got)
	}
}
