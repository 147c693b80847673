package engine_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// requiring has an end take nothing but keys, and both ends have one.
func requiring(roles ...events.Role) func(p *testkit.Pair) {
	return func(p *testkit.Pair) {
		p.Client.PSK, p.Server.PSK = true, true
		p.Client.RequirePSK = slices.Contains(roles, events.Client)
		p.Server.RequirePSK = slices.Contains(roles, events.Server)
		p.ClientAnswers.PSK, p.ServerAnswers.PSK = []byte("shared"), []byte("shared")
	}
}

// requiredKeyOffences are those against an end that requires a key.
func requiredKeyOffences() []offence {
	return []offence{
		{
			sentence: "a server takes none of the keys and shows a certificate", refusal: "psk_required", by: events.Client,
			pair: also(requiring(), func(p *testkit.Pair) {
				p.ServerAnswers.PSK = nil
				p.Client.RequirePSK = true
			}),
			forge: clientSays(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, forge.Body(&messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}}))
			}),
		},
		{
			sentence: "a client has certificates in mind", refusal: "psk_required", by: events.Server,
			pair: also(requiring(events.Server), func(p *testkit.Pair) { p.Client.PSK = false }),
		},
		{
			sentence: "a client leaves its keys out of the second hello", refusal: "psk_required", by: events.Server,
			pair: also(requiring(events.Server), retrying),
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionPreSharedKey) })
			},
		},
		{
			sentence: "a client has no key of the server's", refusal: "psk_not_known", by: events.Server,
			pair: also(requiring(events.Client, events.Server), func(p *testkit.Pair) { p.ServerAnswers.PSK = nil }),
		},
		{
			sentence: "a client uses its keys in another mode", refusal: "no_mutual_psk", by: events.Server,
			pair: also(requiring(events.Client, events.Server), func(p *testkit.Pair) { p.Client.PSKModes = engine.PSKWithoutAgreement }),
		},
		{
			sentence: "a retry fixes a suite that no required key has the hash of", refusal: "no_mutual_psk", by: events.Client,
			pair: also(requiring(events.Client), retrying, func(p *testkit.Pair) {
				p.Server.CipherSuites = []messages.CipherSuite{messages.TLS_AES_256_GCM_SHA384}
			}),
			forge: clientSays(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, forge.Body(&messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}}))
			}),
		},
		{
			sentence: "a client that requires a key is given none", refusal: "bad_answer", by: events.Client,
			pair: also(requiring(events.Client), func(p *testkit.Pair) { p.ClientAnswers.PSK = nil }),
		},
	}
}

// Ends that require a key speak of no certificates, and resume what began under one.
func TestARequiredKeyLeavesCertificatesOut(t *testing.T) {
	var session *events.Session
	for i, resumed := range []bool{false, true} {
		pair := small("required")
		requiring(events.Client, events.Server)(pair)
		pair.Client.RequestOCSP, pair.Client.RequestSCTs = true, true
		pair.Client.Session = session
		var hello []messages.ExtensionType
		l := forge.New(pair)
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			for _, e := range m.Extensions.List {
				hello = append(hello, e.Type)
			}
		})
		l.Handshake()
		c, s := l.Client.Engine.Connection(), l.Server.Engine.Connection()
		if l.Client.Err != nil || l.Server.Err != nil || c.Resumed != resumed || s.Resumed != resumed {
			t.Fatalf("connection %d: %v, %v, %v", i+1, l.Client.Err, l.Server.Err, &c)
		}
		if string(c.PSKIdentity) != testkit.PSKIdentity || string(s.PSKIdentity) != testkit.PSKIdentity || len(c.PeerChain) > 0 {
			t.Errorf("connection %d is under %q and %q, with %d certificates", i+1, c.PSKIdentity, s.PSKIdentity, len(c.PeerChain))
		}
		for _, kind := range []messages.ExtensionType{messages.ExtensionSignatureAlgorithms, messages.ExtensionSignatureAlgorithmsCert,
			messages.ExtensionStatusRequest, messages.ExtensionSCT} {
			if slices.Contains(hello, kind) {
				t.Errorf("connection %d: the ClientHello has %v", i+1, kind)
			}
		}
		session = l.Client.Sessions[0]
	}
}

// A session that began by certificates serves no end that requires a key.
func TestARequiredKeyIsNoSessionOfCertificates(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		first := small("of certificates").Join()
		if err := first.Handshake(); err != nil {
			t.Fatal(err)
		}
		pair := small("of a key")
		requiring(role)(pair)
		pair.Client.Session = first.Client.Sessions[0]
		p := pair.Join()
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		if c := p.Client.Engine.Connection(); c.Resumed || string(c.PSKIdentity) != testkit.PSKIdentity {
			t.Errorf("the %v requires a key, and there is %v", role, &c)
		}
	}
}

func TestARequiredKeyTakesTheRightConfig(t *testing.T) {
	for what, change := range map[string]func(c *engine.ServerConfig){
		"no keys":             func(c *engine.ServerConfig) { c.PSK = false },
		"TLS 1.2":             func(c *engine.ServerConfig) { c.MinVersion = messages.TLS12 },
		"certificates too":    func(c *engine.ServerConfig) { c.CertificateWithPSK = true },
		"clients' may come":   func(c *engine.ServerConfig) { c.ClientAuth = engine.RequestClientCert },
		"clients' have to be": func(c *engine.ServerConfig) { c.ClientAuth = engine.RequireClientCert },
	} {
		config := &engine.ServerConfig{Common: engine.Common{Rand: testkit.Rand("required"), PSK: true, RequirePSK: true}}
		change(config)
		if _, err := config.Compile(); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A server is told which hashes a key may be for: those of the suites that both ends
// have, and one alone once a HelloRetryRequest has fixed it.
func TestAServerKnowsTheHashesThatServe(t *testing.T) {
	aes128, aes256 := messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384
	for what, tc := range map[string]struct {
		client, server []messages.CipherSuite
		retries        bool
		want           []secrets.Hash
	}{
		"both have both":        {[]messages.CipherSuite{aes128, aes256}, []messages.CipherSuite{aes256, aes128}, false, []secrets.Hash{secrets.SHA384, secrets.SHA256}},
		"the server has one":    {[]messages.CipherSuite{aes128, aes256}, []messages.CipherSuite{aes128}, false, []secrets.Hash{secrets.SHA256}},
		"the client has one":    {[]messages.CipherSuite{aes128}, []messages.CipherSuite{aes256, aes128}, false, []secrets.Hash{secrets.SHA256}},
		"a retry has fixed one": {[]messages.CipherSuite{aes256, aes128}, []messages.CipherSuite{aes128, aes256}, true, []secrets.Hash{secrets.SHA256}},
	} {
		pair := small("hashes")
		requiring(events.Client)(pair)
		pair.Client.CipherSuites, pair.Server.CipherSuites = tc.client, tc.server
		if tc.retries {
			retrying(pair)
		}
		p := pair.Join()
		_ = p.Handshake()
		at := slices.IndexFunc(pair.ServerAnswers.Asked, func(q events.Question) bool { _, is := q.(*events.ChoosePSK); return is })
		if at < 0 {
			t.Fatalf("%s: the server is not asked for a key", what)
		}
		if got := pair.ServerAnswers.Asked[at].(*events.ChoosePSK).Hashes; !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", what, got, tc.want)
		}
	}
}
