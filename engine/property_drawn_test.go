package engine_test

import (
	"crypto/sha1"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// drawn is a client and a server whose configs and callers have been drawn.
type drawn struct {
	*testkit.Pair
	// client and server are the configs with their defaults.
	client, server *handshake.Policy
	callers        [2]caller
	// supplied is what each end has sent as supplemental data.
	supplied [2][]messages.SupplementalDataEntry
}

// drawing draws pairs around one key exchange of TLS 1.2, or around TLS 1.3, so that
// it is agreed on often.
type drawing struct {
	*rapid.T
	exchange secrets.KeyExchange // 0 for TLS 1.3
	pairs    int
	// pool are the suites of TLS 1.2 that ends may have.
	pool []messages.CipherSuite
	// came counts the kinds of connections that there were.
	came map[string]int
}

// strangers draws a pair.
func (d *drawing) strangers() *drawn {
	d.pool = d.suites()
	return d.pair()
}

// pair draws a pair whose suites are of the pool.
func (d *drawing) pair() *drawn {
	d.pairs++
	pair := testkit.NewPair(fmt.Sprint("drawn ", d.pairs))
	d.common(&pair.Client.Common)
	d.common(&pair.Server.Common)
	p := &drawn{Pair: pair}
	d.clientConfig(&pair.Client)
	d.serverConfig(&pair.Server)
	p.ClientAnswers.Identity = d.identity("client", 2, testkit.Client)
	p.ServerAnswers.Identity = d.identity("server", 9, testkit.Server)
	for _, answers := range []*testkit.Answers{p.ClientAnswers, p.ServerAnswers} {
		switch rapid.IntRange(0, 7).Draw(d.T, "pre-shared key") {
		case 0:
		case 1:
			answers.PSK = []byte("another key")
		default:
			answers.PSK = []byte("shared")
		}
	}
	p.callers = [2]caller{d.caller(), d.caller()}
	p.ready(d.T)
	return p
}

// other draws a pair of which one end is as in an earlier one.
func (d *drawing) other(earlier *drawn) *drawn {
	p := d.pair()
	if d.flag("the same client") {
		p.Client, p.ClientAnswers, p.callers[events.Client] = earlier.Client, earlier.ClientAnswers, earlier.callers[events.Client]
	} else {
		p.Server, p.ServerAnswers, p.callers[events.Server] = earlier.Server, earlier.ServerAnswers, earlier.callers[events.Server]
	}
	p.ready(d.T)
	return p
}

// ready has both ends show what was drawn for them, and checks that the configs
// can be.
func (p *drawn) ready(t *rapid.T) {
	if !p.hasKeys() {
		p.Client.RequirePSK = false
	}
	p.override(events.Client, p.ClientAnswers)
	p.override(events.Server, p.ServerAnswers)
	client, err := p.Client.Compile()
	if err != nil {
		t.Fatalf("the client's config: %v", err)
	}
	server, err := p.Server.Compile()
	if err != nil {
		t.Fatalf("the server's config: %v", err)
	}
	p.client, p.server = client.Policy(), server.Policy()
}

// hasKeys tells whether the client has an external key for some suite of its own.
func (p *drawn) hasKeys() bool {
	policy, err := p.Client.Compile()
	return err == nil && slices.ContainsFunc(p.callers[events.Client].keys, func(key *events.PSK) bool {
		return takes(policy.Policy(), max(key.Hash, secrets.SHA256))
	})
}

// rarely is true once in n.
func (d *drawing) rarely(n int, what string) bool { return rapid.IntRange(1, n).Draw(d.T, what) == n }

func (d *drawing) flag(what string) bool { return rapid.Bool().Draw(d.T, what) }

// some draws a part of a list in any order, with least values at least.
func some[T any](d *drawing, what string, least int, from []T) []T {
	order := rapid.Permutation(from).Draw(d.T, what)
	return slices.Clone(order[:rapid.IntRange(least, len(order)).Draw(d.T, "how many "+what)])
}

// suites draws the suites of TLS 1.2 that the two may have: those of the exchange
// and some others.
func (d *drawing) suites() []messages.CipherSuite {
	var own, others []messages.CipherSuite
	for _, id := range secrets.Suites12() {
		suite, _ := secrets.LookupSuite12(id)
		switch suite.KeyExchange {
		case max(d.exchange, secrets.KeyExchangeECDHE):
			own = append(own, id)
		case secrets.KeyExchangeRSAPSK:
		default:
			others = append(others, id)
		}
	}
	pick := func(what string, least, most int, from []messages.CipherSuite) []messages.CipherSuite {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(from), least, most, rapid.ID).Draw(d.T, what)
	}
	return append(pick("suites", 1, 3, own), pick("other suites", 0, 2, others)...)
}

func (d *drawing) common(c *engine.Common) {
	c.Profile = engine.Profile(rapid.IntRange(0, int(engine.Legacy)).Draw(d.T, "profile"))
	d.versions(c)
	c.Groups = some(d, "groups", 1, []messages.Group{
		messages.X25519, messages.Secp256r1, messages.FFDHE2048, messages.Secp384r1, messages.X25519MLKEM768,
	})
	if !d.rarely(8, "default suites") {
		d.cipherSuites(c)
	}
	if d.rarely(6, "schemes") {
		c.Schemes = some(d, "schemes", 1, []messages.SignatureScheme{
			messages.ECDSASecp256r1SHA256, messages.Ed25519, messages.RSAPSSRSAESHA256, messages.ECDSASecp384r1SHA384,
			messages.ECDSASecp521r1SHA512, messages.RSAPSSRSAESHA512,
		})
	}
	c.ALPN = rapid.SampledFrom([][]string{nil, nil, {"h2", "http/1.1"}, {"http/1.1", "h2"}, {"http/1.1", "h2"}, {"h2"}, {"http/1.1"}}).Draw(d.T, "ALPN")
	c.NoCompatibility = d.flag("no compatibility")
	c.RecordSize = rapid.SampledFrom([]int{0, 0, 0, 100}).Draw(d.T, "record size")
	c.RecordSizeLimit = rapid.SampledFrom([]int{0, 0, 0, 64, 1000, 16384}).Draw(d.T, "record size limit")
	c.Renegotiation = engine.Renegotiation(rapid.SampledFrom([]int{2, 2, 1, 0}).Draw(d.T, "renegotiation"))
	c.CertificateURLs = d.flag("certificate URLs")
	if d.flag("supplemental data") {
		c.Supplemental.UserMappings = some(d, "user mappings", 0, []messages.UserMappingType{messages.UserMappingUPNDomainHint, 70})
		c.Supplemental.ClientAuthz = some(d, "client authz", 0, []messages.AuthzFormat{messages.AuthzX509AttributeCert, messages.AuthzSAMLAssertion})
		c.Supplemental.ServerAuthz = some(d, "server authz", 0, []messages.AuthzFormat{messages.AuthzX509AttributeCert, messages.AuthzSAMLAssertion})
		c.Supplemental.InClear = d.flag("in clear")
	}
	d.common13(c)
	if _, err := (&engine.ClientConfig{Common: *c}).Compile(); err != nil {
		c.Groups = append(c.Groups, messages.X25519) // nothing else is missing
	}
}

// cipherSuites draws suites for every version that the config allows, and has the
// config be one that may have them.
func (d *drawing) cipherSuites(c *engine.Common) {
	if c.MaxVersion == messages.TLS13 {
		c.CipherSuites = some(d, "suites of TLS 1.3", 1, []messages.CipherSuite{
			messages.TLS_AES_128_GCM_SHA256, messages.TLS_CHACHA20_POLY1305_SHA256, messages.TLS_AES_256_GCM_SHA384,
			messages.TLS_AES_128_CCM_SHA256,
		})
	}
	if c.MinVersion > messages.TLS12 {
		return
	}
	for _, id := range some(d, "suites of TLS 1.2", 1, d.pool) {
		c.CipherSuites = append(c.CipherSuites, id)
		suite, _ := secrets.LookupSuite12(id)
		if suite.KeyExchange == secrets.KeyExchangeRSA {
			c.Profile = engine.Legacy
		}
		if suite.KeyExchange.FiniteField() && !slices.Contains(c.Groups, messages.FFDHE2048) {
			c.Groups = append(c.Groups, messages.FFDHE2048)
		}
	}
}

func (d *drawing) clientConfig(c *engine.ClientConfig) {
	c.ServerName = rapid.SampledFrom([]string{testkit.ServerName, testkit.ServerName, "", "localhost"}).Draw(d.T, "server name")
	c.NoTickets = d.rarely(4, "no tickets of the client")
	c.RequestOCSP, c.RequestSCTs, c.RequestOCSPChain = d.flag("OCSP"), d.flag("SCTs"), d.flag("OCSP chain")
	c.FalseStart = d.flag("false start")
	c.Fallback = d.rarely(8, "fallback")
	c.ReverifyOnResume = d.flag("reverify the server")
	c.MaxFragmentLength = rapid.SampledFrom([]int{0, 0, 0, 512, 4096}).Draw(d.T, "fragment length")
	d.client13(c)
}

func (d *drawing) serverConfig(c *engine.ServerConfig) {
	c.ChooseConfig = d.flag("choose config")
	c.ClientAuth = engine.ClientAuth(rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(d.T, "client authentication"))
	c.NoTickets = d.rarely(3, "no tickets of the server")
	c.Sessions = d.flag("sessions by identifier")
	c.PSKHint = rapid.SampledFrom([][]byte{nil, []byte("a hint")}).Draw(d.T, "hint")
	c.ReverifyOnResume = d.flag("reverify the client")
	d.server13(c)
}

// identity draws an identity, or none once in n.
func (d *drawing) identity(whose string, n int, of func(kind string) *testkit.Identity) *testkit.Identity {
	if d.rarely(n, "no identity of the "+whose) {
		return nil
	}
	kinds := append(testkit.Kinds(), testkit.RSA, testkit.P256)
	if d.exchange == secrets.KeyExchangeDHE || d.exchange == secrets.KeyExchangeRSA {
		kinds = append(kinds, testkit.RSA, testkit.RSA, testkit.RSA, testkit.RSA)
	}
	return of(rapid.SampledFrom(kinds).Draw(d.T, "identity of the "+whose))
}

// credential draws what is shown beside a certificate.
func (d *drawing) credential() events.Credential {
	var c events.Credential
	if d.flag("response") {
		c.OCSP = []byte("a response")
	}
	if d.flag("responses") {
		c.OCSPChain = [][]byte{[]byte("another response")}
	}
	if d.flag("timestamp") {
		c.SCTs = [][]byte{[]byte("a timestamp")}
	}
	if d.flag("URLs") {
		c.URLs = []messages.URLAndHash{{URL: []byte(certificateURL)}, {URL: []byte(authorityURL)}}
	}
	c.URLsArePath = d.flag("path")
	return c
}

// override has an end show all that was drawn for it.
func (p *drawn) override(role events.Role, answers *testkit.Answers) {
	identity := answers.Identity
	if role == events.Client && identity != nil {
		p.ServerAnswers.Pages = map[string][]byte{
			certificateURL: identity.Chain[0], authorityURL: testkit.Authority().Chain[0], pathURL: pkiPath(identity),
		}
	}
	answers.Override = func(q events.Question) events.Answer {
		switch q := q.(type) {
		case *events.ChooseCredential:
			return p.callers[role].show(identity, q)
		case *events.ProvideSupplementalData:
			p.supplied[role] = nil
			for i, kind := range q.Types {
				p.supplied[role] = append(p.supplied[role], messages.SupplementalDataEntry{Type: kind, Data: fmt.Appendf(nil, "%v %d", role, i)})
			}
			return q.Reply(p.supplied[role])
		}
		return p.callers[role].answer13(q)
	}
}

// shown is the credential of an identity, with all that is beside it.
func shown(identity *testkit.Identity, version messages.Version, beside *events.Credential) *events.Credential {
	c := identity.CredentialIn(version)
	c.Chain = [][]byte{identity.Chain[0], testkit.Authority().Chain[0]}
	c.OCSP, c.OCSPChain, c.SCTs, c.URLsArePath = beside.OCSP, beside.OCSPChain, beside.SCTs, beside.URLsArePath
	switch {
	case len(beside.URLs) == 0:
	case beside.URLsArePath:
		c.URLs = []messages.URLAndHash{{URL: []byte(pathURL), SHA1: sha1.Sum(pkiPath(identity))}}
	default:
		c.URLs = slices.Clone(beside.URLs)
		for i, der := range c.Chain {
			c.URLs[i].SHA1 = sha1.Sum(der)
		}
	}
	return c
}
