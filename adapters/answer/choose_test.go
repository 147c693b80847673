package answer_test

import (
	"crypto/x509"
	"errors"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func askCredential(name string, schemes ...messages.SignatureScheme) *events.ChooseCredential {
	if schemes == nil {
		schemes = []messages.SignatureScheme{
			messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.RSAPSSRSAESHA256,
		}
	}
	return &events.ChooseCredential{
		Asked: events.Asked{ID: 7}, Role: events.Server, Version: messages.TLS13, ServerName: name, Schemes: schemes,
	}
}

func named(t *testing.T, kind string, root *issued, names ...string) *answer.Certificate {
	t.Helper()
	leaf := issue(t, "leaf", key(kind), root, func(c *x509.Certificate) { c.DNSNames = names })
	c, err := answer.NewCertificate([][]byte{leaf.der}, leaf.key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wantCredential(t *testing.T, why string, a events.Answer, want *answer.Certificate) {
	t.Helper()
	chosen, ok := a.(*events.CredentialChosen)
	if !ok {
		t.Errorf("%s: got %s", why, describe(a))
		return
	}
	if want == nil {
		if chosen.Credential != nil {
			t.Errorf("%s: a certificate was chosen", why)
		}
		return
	}
	if chosen.Credential == nil || chosen.Credential.Key != want {
		t.Errorf("%s: another certificate was chosen", why)
	}
}

func TestServersChooseByNameAndThenByScheme(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	first := named(t, testkit.P256, root, "first.example")
	exact := named(t, testkit.P256, root, "exact.wild.example")
	wild := named(t, testkit.P256, root, "*.Wild.example")
	rsa := named(t, testkit.RSA, root, "exact.wild.example", "both.example")
	p384 := named(t, testkit.P384, root, "both.example")
	server := &answer.Server{Certificates: []*answer.Certificate{first, wild, exact, rsa, p384}}

	for _, test := range []struct {
		why, name string
		schemes   []messages.SignatureScheme
		want      *answer.Certificate
	}{
		{why: "no name", want: first},
		{why: "its name", name: "first.example", want: first},
		{why: "an unknown name", name: "unknown.example", want: first},
		{why: "exact before wildcard", name: "exact.wild.example", want: exact},
		{why: "case", name: "EXACT.Wild.Example", want: exact},
		{why: "a trailing dot", name: "exact.wild.example.", want: exact},
		{why: "a wildcard", name: "any.wild.example", want: wild},
		{why: "a wildcard is one label", name: "two.any.wild.example", want: first},
		{why: "a wildcard is not nothing", name: "wild.example", want: first},
		{
			why: "the scheme decides between two of a name", name: "exact.wild.example",
			schemes: []messages.SignatureScheme{messages.RSAPSSRSAESHA256}, want: rsa,
		},
		{why: "the client's order between two that fit", name: "both.example", want: p384},
		{
			why: "the name's key cannot sign", name: "any.wild.example",
			schemes: []messages.SignatureScheme{messages.ECDSASecp384r1SHA384}, want: p384,
		},
		{why: "no key can sign", schemes: []messages.SignatureScheme{messages.Ed25519}, want: nil},
		{
			// covers 8446/4.4.2.2/2
			why: "a P-256 key does not sign for P-384", name: "first.example",
			schemes: []messages.SignatureScheme{messages.ECDSASecp384r1SHA384}, want: p384,
		},
	} {
		wantCredential(t, test.why, server.Answer(testkit.Now, askCredential(test.name, test.schemes...)), test.want)
	}
	wantCredential(t, "no certificates", (&answer.Server{}).Answer(testkit.Now, askCredential("x")), nil)
}

// covers 6066/9/1
func TestStrictServersRefuseUnknownNames(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	only := named(t, testkit.P256, root, "only.example")
	server := &answer.Server{Certificates: []*answer.Certificate{only}, StrictNames: true}
	wantCredential(t, "its name", server.Answer(testkit.Now, askCredential("only.example")), only)
	wantCredential(t, "no name", server.Answer(testkit.Now, askCredential("")), only)
	refused(t, "another name", server.Answer(testkit.Now, askCredential("other.example")), messages.AlertUnrecognizedName)
	wantCredential(t, "its name, but no scheme",
		server.Answer(testkit.Now, askCredential("only.example", messages.Ed25519)), nil)
}

// covers 8446/4.4.2.2/4
// covers 5246/7.4.2/14
func TestAChainThatTheClientAcceptsGoesFirst(t *testing.T) {
	curves := issue(t, "curves", key(testkit.P384), nil, nil)
	factors := issue(t, "factors", key(testkit.RSA), nil, nil)
	byECDSA := named(t, testkit.P256, curves, "server.example")
	byRSA := named(t, testkit.P256, factors, "server.example")
	server := &answer.Server{Certificates: []*answer.Certificate{byECDSA, byRSA}}
	q := askCredential("server.example")
	q.SchemesCert = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
	wantCredential(t, "RSA alone", server.Answer(testkit.Now, q), byRSA)
	q.SchemesCert = []messages.SignatureScheme{messages.ECDSASecp384r1SHA384}
	wantCredential(t, "ECDSA alone", server.Answer(testkit.Now, q), byECDSA)
	q.SchemesCert = []messages.SignatureScheme{messages.Ed25519}
	wantCredential(t, "neither", server.Answer(testkit.Now, q), byECDSA)
}

// covers 8446/4.4.2.2/5
func TestAChainWithSHA1GoesOnlyToWhoAsksForIt(t *testing.T) {
	old := issue(t, "old", key(testkit.RSA), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), old, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })
	weak, err := answer.NewCertificate([][]byte{leaf.der}, leaf.key)
	if err != nil {
		t.Fatal(err)
	}
	server := &answer.Server{Certificates: []*answer.Certificate{weak}}
	q := askCredential("server.example")
	q.SchemesCert = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
	wantCredential(t, "not asked for", server.Answer(testkit.Now, q), nil)
	q.SchemesCert = append(q.SchemesCert, messages.RSAPKCS1SHA1)
	wantCredential(t, "asked for", server.Answer(testkit.Now, q), weak)

	// covers 8446/4.2.3/11
	strong := named(t, testkit.P256, old, "server.example")
	server.Certificates = append(server.Certificates, strong)
	q.SchemesCert = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
	wantCredential(t, "there is another", server.Answer(testkit.Now, q), strong)
}

func TestHooksChooseCertificatesAndConfigs(t *testing.T) {
	first, second := certificate(t, testkit.P256), certificate(t, testkit.P384)
	var chosen *answer.Certificate
	var err error
	server := &answer.Server{
		Certificates: []*answer.Certificate{first},
		Choose:       func(*events.ChooseCredential) (*answer.Certificate, error) { return chosen, err },
	}
	wantCredential(t, "no choice", server.Answer(testkit.Now, askCredential("")), first)
	chosen = second
	wantCredential(t, "a choice", server.Answer(testkit.Now, askCredential("")), second)
	err = errors.New("the store is away")
	refused(t, "a failure", server.Answer(testkit.Now, askCredential("")), messages.AlertInternalError)
	err = &answer.Rejection{Alert: messages.AlertAccessDenied, Err: err}
	refused(t, "a failure with an alert", server.Answer(testkit.Now, askCredential("")), messages.AlertAccessDenied)

	q := &events.ChooseConfig{Asked: events.Asked{ID: 7}, Hello: &events.ClientHello{ServerName: "a"}}
	keep := server.Answer(testkit.Now, q).(*events.ConfigChosen)
	if keep.Config != nil {
		t.Error("without a hook another config was chosen")
	}
	var config events.ServerConfig
	var failure error
	server.Config = func(*events.ClientHello) (events.ServerConfig, error) { return config, failure }
	if keep := server.Answer(testkit.Now, q).(*events.ConfigChosen); keep.Config != nil {
		t.Error("a nil config was chosen")
	}
	config = otherConfig{}
	if use := server.Answer(testkit.Now, q).(*events.ConfigChosen); use.Config != config {
		t.Error("the config was not chosen")
	}
	failure = errors.New("no")
	refused(t, "the hook fails", server.Answer(testkit.Now, q), messages.AlertInternalError)
}

type otherConfig struct{}

func (otherConfig) ServerConfig() {}

func TestClientsChooseByAuthorityAndScheme(t *testing.T) {
	curves := issue(t, "curves", key(testkit.P384), nil, nil)
	factors := issue(t, "factors", key(testkit.RSA), nil, nil)
	byECDSA, byRSA := named(t, testkit.P256, curves), named(t, testkit.P384, factors)
	client := &answer.Client{Certificates: []*answer.Certificate{byECDSA, byRSA}}
	ask := func(authority *issued, schemes ...messages.SignatureScheme) *events.ChooseCredential {
		q := askCredential("", schemes...)
		q.Role = events.Client
		if authority != nil {
			q.Authorities = [][]byte{{0x30, 0}, authority.cert.RawSubject}
		}
		return q
	}
	wantCredential(t, "any", client.Answer(testkit.Now, ask(nil)), byECDSA)
	wantCredential(t, "by authority", client.Answer(testkit.Now, ask(factors)), byRSA)
	wantCredential(t, "by scheme", client.Answer(testkit.Now, ask(nil, messages.ECDSASecp384r1SHA384)), byRSA)
	wantCredential(t, "neither", client.Answer(testkit.Now, ask(curves, messages.ECDSASecp384r1SHA384)), nil)
	q := ask(nil)
	q.SchemesCert = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
	// covers 8446/4.4.2.3/2
	wantCredential(t, "by the chain's signatures", client.Answer(testkit.Now, q), byRSA)
	wantCredential(t, "no certificates", (&answer.Client{}).Answer(testkit.Now, ask(nil)), nil)
}
