package engine_test

import (
	"bytes"
	"crypto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// covers 5246/9/1
func TestEverySuiteAgreesWithForeignPrograms(t *testing.T) {
	for n := range foreignSuites {
		accord{suite: foreignSuites[n].id, with: foreignSuites[n].with()}.run(t)
	}
}

// A suite that a config takes has a row in foreignSuites, or stands here, with
// the reason why nobody is there to agree with.
func TestNoSuiteIsLeftOutOfForeignSuites(t *testing.T) {
	const neither = "neither program has it"
	alone := map[messages.CipherSuite]string{
		messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256:   neither,
		messages.TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384:   neither,
		messages.TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256:   neither,
		messages.TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256: neither,
	}
	for _, id := range slices.Concat(secrets.Suites13(), secrets.Suites12()) {
		config := testkit.NewPair("suite").Client
		config.CipherSuites, config.Profile = []messages.CipherSuite{id}, engine.Legacy
		if _, is12 := secrets.LookupSuite12(id); is12 {
			config.MinVersion, config.MaxVersion = messages.TLS12, messages.TLS12
		}
		_, err := config.Compile()
		known := slices.ContainsFunc(foreignSuites, func(s foreignSuite) bool { return s.id == id }) || alone[id] != ""
		if (err == nil) != known {
			t.Errorf("%v: a config takes it: %v; foreignSuites has it: %v", id, err == nil, known)
		}
	}
}

// The suites that stand for all others of their kind.
const (
	byECDSA = messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	byRSA   = messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
	in13    = messages.TLS_AES_128_GCM_SHA256
)

func TestEverySchemeAgreesWithForeignPrograms(t *testing.T) {
	for scheme, names := range foreignSchemes {
		suites := []messages.CipherSuite{byRSA, in13}
		kind := testkit.RSA
		switch scheme {
		case messages.ECDSASecp256r1SHA256:
			kind, suites[0] = testkit.P256, byECDSA
		case messages.ECDSASecp384r1SHA384:
			kind, suites[0] = testkit.P384, byECDSA
		case messages.ECDSASecp521r1SHA512:
			kind, suites[0] = testkit.P521, byECDSA
		case messages.Ed25519:
			kind, suites[0] = testkit.Ed25519, byECDSA
		case messages.Ed448:
			kind, suites[0] = testkit.Ed448, byECDSA
		case messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512:
			suites = suites[:1] // PKCS #1 signs in TLS 1.2 alone
		}
		for _, suite := range suites {
			accord{name: names.gnutls, suite: suite, server: kind, scheme: scheme, config: takeEd448}.run(t)
		}
	}
}

func TestEveryGroupAgreesWithForeignPrograms(t *testing.T) {
	for group, name := range gnuTLSGroups {
		if !strings.HasPrefix(name, "FFDHE") { // those have suites of their own in TLS 1.2
			accord{name: name, suite: byRSA, group: group}.run(t)
		}
		accord{name: name, suite: in13, server: testkit.RSA, group: group}.run(t)
	}
}

// covers 8422/5.10/3 8422/5.10/5
func TestEveryKindOfClientKeyAgreesWithForeignPrograms(t *testing.T) {
	for _, kind := range append(testkit.Kinds(), testkit.Ed448) {
		accord{name: kind, suite: byECDSA, client: kind, config: takeEd448}.run(t)
		accord{name: kind, suite: in13, client: kind, config: takeEd448}.run(t)
	}
}

// takeEd448 has tacitls take Ed448 too, which it does where it is named.
func takeEd448(i *interop) {
	i.common().Schemes = []messages.SignatureScheme{
		messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512, messages.Ed25519, messages.Ed448,
		messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
	}
	i.common().SchemesCert = append(slices.Clone(i.common().Schemes),
		messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512)
}

// accords are what is agreed on beside suites, schemes, groups and keys.
var accords = []accord{
	// covers 7366/2/2
	{name: "without encrypt-then-MAC", suite: messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		openssl: []string{"-no_etm"}, priority: ":%NO_ETM"},
	{name: "without encrypt-then-MAC", suite: messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
		openssl: []string{"-no_etm"}, priority: ":%NO_ETM"},
	{name: "without encrypt-then-MAC", suite: messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
		openssl: []string{"-no_etm"}, priority: ":%NO_ETM"},

	{name: "without an extended master secret", suite: byECDSA, plain: true, priority: ":%NO_SESSION_HASH", config: noExtendedMaster},
	{name: "without an extended master secret", suite: messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, client: testkit.RSA,
		plain: true, priority: ":%NO_SESSION_HASH", config: noExtendedMaster},

	{name: "with a stapled response", suite: byECDSA, config: stapleOCSP, then: checkOCSP},
	{name: "with a stapled response", suite: in13, config: stapleOCSP, then: checkOCSP},

	{name: "with ALPN", suite: byECDSA, openssl: []string{"-alpn", "http/1.1"}, gnutls: []string{"--alpn", "http/1.1"},
		config: offerALPN, then: checkALPN},
	{name: "with ALPN", suite: in13, openssl: []string{"-alpn", "http/1.1"}, gnutls: []string{"--alpn", "http/1.1"},
		config: offerALPN, then: checkALPN},

	// covers 5246/7.4.6/1
	{name: "with a client that declines", suite: byECDSA, config: requestClientCert},
	{name: "with a client that declines", suite: in13, config: requestClientCert},

	{name: "without tickets", suite: byECDSA, openssl: []string{"-no_ticket"}, gnutls: []string{"--noticket"}},
}

func TestWhatElseThereIsAgreesWithForeignPrograms(t *testing.T) {
	for _, a := range accords {
		a.run(t)
	}
}

// noExtendedMaster tells openssl, which has no argument for it.
func noExtendedMaster(i *interop) {
	if _, ok := i.peer.(openSSL); !ok {
		return
	}
	path := i.file("openssl.cnf", []byte(`openssl_conf = all
[all]
ssl_conf = modules
[modules]
system_default = defaults
[defaults]
Options = -ExtendedMasterSecret
`))
	i.environment = append(i.environment, "OPENSSL_CONF="+path)
}

// requestClientCert asks for a certificate that the client does not have.
func requestClientCert(i *interop) {
	i.pair.Server.ClientAuth = engine.RequestClientCert
	i.requestsCert = true
}

func offerALPN(i *interop) { i.common().ALPN = []string{"h2", "http/1.1"} }

func checkALPN(i *interop, end *endpoint, _ *program) {
	if got := end.engine.Connection().ALPN; got != "http/1.1" {
		i.t.Errorf("the protocol is the common one: %q", got)
	}
}

// stapled is a response of the authority's that a certificate is good.
func stapled(t *testing.T, id *testkit.Identity) []byte {
	t.Helper()
	issuer := testkit.Authority()
	response, err := ocsp.CreateResponse(issuer.Certificate, issuer.Certificate, ocsp.Response{
		Status: ocsp.Good, SerialNumber: id.Certificate.SerialNumber, IssuerHash: crypto.SHA1,
		ThisUpdate: testkit.Now.Add(-time.Hour), NextUpdate: testkit.Now.AddDate(10, 0, 0),
	}, issuer.Key)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// stapleOCSP has the server staple a response, and the client ask for it.
func stapleOCSP(i *interop) {
	i.response = stapled(i.t, testkit.Server(testkit.P256))
	path := i.file("response.der", i.response)
	switch peer := i.peer.(type) {
	case openSSL:
		if i.arguments = append(i.arguments, "-status"); i.role == events.Client {
			i.arguments = append(i.arguments, "-status_file", path)
		}
	case gnuTLS:
		_ = peer
		i.saved = filepath.Join(i.t.TempDir(), "saved.der")
		if i.role == events.Client {
			i.arguments = append(i.arguments, "--ocsp-response", path)
		} else {
			i.arguments = append(i.arguments, "--save-ocsp", i.saved)
		}
	}
	i.pair.Client.RequestOCSP = true
	i.pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		choose, ok := q.(*events.ChooseCredential)
		if !ok {
			return nil
		}
		credential := i.pair.ServerAnswers.Identity.CredentialIn(choose.Version)
		credential.OCSP = i.response
		return choose.Reply(credential)
	}
}

// checkOCSP checks that the client has the response.
func checkOCSP(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	if i.role == events.Client {
		if got := end.engine.Connection().OCSP; !bytes.Equal(got, i.response) {
			i.t.Errorf("tacitls is stapled %d bytes", len(got))
		}
		return
	}
	if i.saved == "" {
		p.wait("OCSP Response Status: successful")
		return
	}
	if got, err := os.ReadFile(i.saved); err != nil || !bytes.Equal(got, i.response) {
		i.t.Errorf("gnutls is stapled %d bytes, %v", len(got), err)
	}
}
