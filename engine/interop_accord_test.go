package engine_test

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// accord is what tacitls and foreign programs are to agree on, and how both are
// brought to it. Each is run with every program and in both roles: both ends
// shake hands, send data, export the same and close, and what either says of
// the connection is compared with the row and with what the other says.
//
// A suite of another key exchange is a row of foreignSuites alone; whatever
// else there is to agree on is a row of accords.
type accord struct {
	// name says what is special about it besides the suite.
	name string
	// suite is what both ends have; foreignSuites knows how programs spell it.
	suite messages.CipherSuite
	// server is the kind of the server's key: by default one that the suite
	// takes. client is that of the client's, which without one has none.
	server, client string
	// group and scheme, the server's, are what must come out where they are not
	// zero.
	group  messages.Group
	scheme messages.SignatureScheme
	// plain tells that there is no extended master secret.
	plain bool

	// openssl and gnutls are further arguments of the programs in either role,
	// and priority what gnutls has further.
	openssl, gnutls []string
	priority        string
	// config sets up whatever else there is, for tacitls and for the program.
	config func(i *interop)
	// with are the programs; by default both. lacks names those of their parts that
	// it is not run with, and says why.
	with  []foreign
	lacks lacking
	// then goes on before the connection is closed. whole is done in place of all
	// that is done with the one connection.
	then  func(i *interop, end *endpoint, p *program)
	whole func(i *interop)
}

// run has all programs and tacitls come to an accord, in both roles.
func (a accord) run(t *testing.T) {
	name := strings.TrimSpace(a.suite.String() + " " + a.name)
	t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
		t.Parallel()
		for _, peer := range a.peers() {
			withForeign(t, peer, func(i *interop) {
				if i.crashes(a.suite) || a.lacks[i.program()] != "" {
					return
				}
				a.prepare(i)
				if a.whole != nil {
					a.whole(i)
					return
				}
				end, p := i.connect()
				i.must(end.handshake(), p)
				i.peer.ping(i, end, p, 1)
				a.check(i, end, p)
				i.export(end, p)
				if a.then != nil {
					a.then(i, end, p)
				}
				i.peer.end(i, end, p)
			})
		}
	})
}

func (a accord) peers() []foreign {
	if a.with != nil {
		return a.with
	}
	return []foreign{openSSL{}, gnuTLS{}}
}

func (a accord) prepare(i *interop) {
	suite := foreignSuiteOf(i.t, a.suite)
	version := suite.version()
	common := i.common()
	common.CipherSuites = []messages.CipherSuite{a.suite}
	i.version, i.priority = "-tls1_3", gnuTLSPriority(version)+suite.priority()+a.priority
	if version == messages.TLS12 {
		// tacitls has both versions.
		common.MinVersion, common.MaxVersion = messages.TLS12, messages.TLS13
		common.CipherSuites = append(common.CipherSuites, messages.TLS_AES_128_GCM_SHA256)
		i.version = "-tls1_2"
	}
	if a.group != 0 {
		common.Groups = []messages.Group{a.group}
		i.priority += ":-GROUP-ALL:+GROUP-" + gnuTLSGroups[a.group]
	}
	if a.scheme != 0 {
		i.priority += ":-SIGN-ALL:+SIGN-" + foreignSchemes[a.scheme].in(version)
	}
	switch i.peer.(type) {
	case openSSL:
		i.arguments = append(a.opensslArguments(suite), a.openssl...)
	case gnuTLS:
		i.arguments = slices.Clone(a.gnutls)
	}
	i.plain = a.plain
	a.identify(i, suite)
	if version == messages.TLS12 {
		i.exchangesKeys(suite)
	}
	if a.config != nil {
		a.config(i)
	}
}

func (a accord) opensslArguments(suite *foreignSuite) []string {
	arguments := []string{"-cipher", suite.openssl + ":@SECLEVEL=0"}
	if suite.version() == messages.TLS13 {
		arguments = []string{"-cipher", "DEFAULT:@SECLEVEL=0", "-ciphersuites", suite.openssl}
	}
	if a.group != 0 {
		arguments = append(arguments, "-groups", openSSLGroups[a.group])
	}
	if a.scheme != 0 {
		arguments = append(arguments, "-sigalgs", foreignSchemes[a.scheme].openssl)
	}
	return arguments
}

// identify gives both ends their certificates.
func (a accord) identify(i *interop, suite *foreignSuite) {
	i.identity = nil
	if kind := cmp.Or(a.server, suite.key()); kind != "" {
		i.pair.ServerAnswers.Identity = testkit.Server(kind)
		if i.role == events.Client {
			i.identity = testkit.Server(kind)
		}
	}
	if a.client != "" {
		i.wantsCert = true
		i.pair.Server.ClientAuth, i.pair.ClientAnswers.Identity = engine.RequireClientCert, testkit.Client(a.client)
		if i.role == events.Server {
			i.identity = testkit.Client(a.client)
		}
	}
}

// check compares what the ends say of the connection with the accord, and with
// each other.
func (a accord) check(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	suite, c := foreignSuiteOf(i.t, a.suite), end.engine.Connection()
	scheme := c.PeerScheme
	if i.role == events.Server {
		scheme = c.LocalScheme
	}
	if c.CipherSuite != a.suite || c.Version != suite.version() {
		i.t.Errorf("both agree on %v in %v", c.CipherSuite, c.Version)
	}
	if a.group != 0 && c.Group != a.group || a.scheme != 0 && scheme != a.scheme {
		i.t.Errorf("both agree on %v and %v", c.Group, scheme)
	}
	for _, said := range i.peer.agreed(i, &c, suite) {
		p.wait(said)
	}
	if a.client == "" {
		return
	}
	if i.role == events.Client && c.LocalScheme == 0 {
		i.t.Error("tacitls has proved its certificate")
	}
	if i.role == events.Server && (len(c.PeerChain) == 0 || !bytes.Equal(c.PeerChain[0], i.identity.Chain[0])) {
		i.t.Errorf("tacitls knows the certificate that %s has proved", p.name)
	}
}
