package engine_test

import (
	"cmp"
	"encoding/hex"
	"net"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// gnuTLS is gnutls-serv and gnutls-cli.
type gnuTLS struct{}

func (gnuTLS) found(t *testing.T) bool {
	t.Helper()
	const variable = "TACITLS_NEED_GNUTLS"
	return foundProgram(t, "gnutls-cli", variable) && foundProgram(t, "gnutls-serv", variable)
}

func (gnuTLS) named(role events.Role) string {
	if role == events.Client {
		return gnutlsServ
	}
	return gnutlsCli
}

// gnuTLSPriority has gnutls allow one version, and everything in it but the
// suites.
func gnuTLSPriority(version messages.Version) string {
	name := map[messages.Version]string{messages.TLS12: "TLS1.2", messages.TLS13: "TLS1.3"}[version]
	return "NONE:+VERS-" + name + ":+COMP-NULL:+CTYPE-X509:+SIGN-ALL:+GROUP-ALL"
}

// base are the arguments that gnutls always has.
func (gnuTLS) base(i *interop, more []string) []string {
	arguments := []string{
		"--priority", i.priority, "--x509cafile", i.file("ca.pem", certificatePEM(testkit.Authority())),
		"--keymatexport", exporterLabel, "--keymatexportsize", "32",
	}
	if i.identity != nil {
		cert, key := i.certificate(i.identity)
		arguments = append(arguments, "--x509certfile", cert, "--x509keyfile", key)
	}
	return append(append(arguments, i.arguments...), more...)
}

// serve runs gnutls-serv on a port that was free a moment ago: it does not
// tell which one it would choose itself.
func (g gnuTLS) serve(i *interop, more []string) (*program, string) {
	arguments := append([]string{"--echo"}, g.base(i, more)...)
	switch {
	case i.wantsCert:
		arguments = append(arguments, "--require-client-cert", "--verify-client-cert")
	case !i.requestsCert:
		arguments = append(arguments, "--disable-client-cert")
	}
	const attempts = 10
	for range attempts {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			i.t.Fatal(err)
		}
		address := listener.Addr().String()
		_ = listener.Close()
		_, port, _ := net.SplitHostPort(address)
		server := i.start("gnutls-serv", append(arguments, "--port", port)...)
		if server.wait(`IPv4 0\.0\.0\.0 port \d+\.\.\.(done|bind)`) == "done" {
			return server, address
		}
	}
	i.t.Fatalf("gnutls-serv has found no port in %d attempts", attempts)
	return nil, ""
}

func (g gnuTLS) call(i *interop, address string, more []string) *program {
	host, port, _ := net.SplitHostPort(address)
	arguments := []string{
		host, "--port", port, "--sni-hostname", testkit.ServerName, "--verify-hostname", testkit.ServerName,
		"--inline-commands",
	}
	return i.start("gnutls-cli", append(arguments, g.base(i, more)...)...)
}

func (gnuTLS) exported(material []byte) string {
	return "Key material: " + hex.EncodeToString(material)
}

// agreed is the lines in which both programs of gnutls sum a connection up.
func (g gnuTLS) agreed(i *interop, c *events.Connection, suite *foreignSuite) []string {
	version := map[messages.Version]string{messages.TLS12: `TLS1\.2`, messages.TLS13: `TLS1\.3`}[c.Version]
	protection := `\(` + suite.cipher + `\)`
	if suite.mac != "AEAD" {
		protection += `-\(` + suite.mac + `\)`
	}
	said := []string{`- Description: \(` + version + `(?:-X\.509)?(?:-Raw Public Key)?\)-` + g.authenticated(c, suite) + protection + `\n`}
	if c.Resumed {
		said = append(said, `\*\*\* This is a resumed session\n`)
	}
	if c.Version == messages.TLS12 {
		said = append(said, g.options(i, suite))
	}
	return said
}

// authenticated is how keys were exchanged and signed.
func (gnuTLS) authenticated(c *events.Connection, suite *foreignSuite) string {
	if c.Resumed || c.Version == messages.TLS13 && len(c.PSKIdentity) > 0 {
		return `.*`
	}
	exchange := suite.exchange
	if group := gnuTLSGroups[c.Group]; group != "" {
		kind, _, _ := strings.Cut(exchange, "-")
		if strings.HasPrefix(group, "FFDHE") {
			kind = "DHE"
		}
		exchange = cmp.Or(kind, "ECDHE") + "-" + group
	}
	scheme := c.PeerScheme
	if c.Role == events.Server {
		scheme = c.LocalScheme
	}
	if names, ok := foreignSchemes[scheme]; ok {
		return `\(` + exchange + `\)-\(` + names.in(c.Version) + `\)-`
	}
	return `\(` + exchange + `\)-`
}

// options are what was agreed on by extensions of TLS 1.2.
func (gnuTLS) options(i *interop, suite *foreignSuite) string {
	said := `- Options:`
	if !i.plain {
		said += ` extended master secret,`
	}
	said += ` safe renegotiation,`
	if suite.mac != "AEAD" && !strings.Contains(i.priority, "%NO_ETM") {
		said += ` EtM,`
	}
	return said + `( OCSP status request,)?\n`
}

// gnuTLSGroups are the groups by the names of gnutls.
var gnuTLSGroups = map[messages.Group]string{
	messages.X25519: "X25519", messages.Secp256r1: "SECP256R1", messages.Secp384r1: "SECP384R1", messages.Secp521r1: "SECP521R1",
	messages.X448: "X448", messages.FFDHE2048: "FFDHE2048", messages.FFDHE3072: "FFDHE3072", messages.FFDHE4096: "FFDHE4096",
	messages.FFDHE6144: "FFDHE6144", messages.FFDHE8192: "FFDHE8192",
}

// ping sends a line each way. gnutls-serv says what it has heard, and
// gnutls-cli what it is told to.
func (gnuTLS) ping(i *interop, end *endpoint, p *program, number int) {
	i.t.Helper()
	ping, pong := lines(number)
	i.must(end.write([]byte(ping)), p)
	if i.role == events.Client {
		p.wait("received cmd: " + strings.TrimSpace(ping))
		i.hears(end, p, ping)
		return
	}
	p.wait(ping)
	p.say(pong)
	i.hears(end, p, pong)
}

func (gnuTLS) renegotiate(role events.Role) string {
	if role == events.Client {
		return "" // gnutls-serv is told by what it receives
	}
	return "^renegotiate^\n"
}

func (gnuTLS) updates() []string { return []string{"^rekey1^\n", "^rekey^\n"} }

// end closes the connection. gnutls-cli answers no close_notify, but sends one
// when it has nothing more to read.
func (gnuTLS) end(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	if i.role == events.Server {
		_ = p.stdin.Close()
		i.must(end.until("close_notify", end.engine.ReadClosed), p)
	}
	i.must(end.close(), p)
}
