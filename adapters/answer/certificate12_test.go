package answer_test

import (
	"crypto/x509"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The key usages that a certificate of an RSA key may have.
const (
	signOnly    = x509.KeyUsageDigitalSignature
	decryptOnly = x509.KeyUsageKeyEncipherment
	unsaid      = x509.KeyUsage(0)
	agreeOnly   = x509.KeyUsageKeyAgreement
)

// ofUsage is a certificate of a key with a key usage, for server.example.
func ofUsage(t *testing.T, kind string, root *issued, usage x509.KeyUsage) (*answer.Certificate, *issued) {
	t.Helper()
	leaf := issue(t, "leaf", key(kind), root, func(c *x509.Certificate) { c.KeyUsage = usage })
	c, err := answer.NewCertificate([][]byte{leaf.der}, leaf.key)
	if err != nil {
		t.Fatal(err)
	}
	return c, leaf
}

// covers 5246/7.4.2/6 5246/7.4.2/7 5246/7.4.2/8
func TestACertificateServesForWhatItsKeyUsageAllows(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	for _, row := range []struct {
		why             string
		kind            string
		usage           x509.KeyUsage
		signs, decrypts bool
	}{
		{"an RSA key that may only sign", testkit.RSA, signOnly, true, false},
		{"an RSA key that may only decrypt", testkit.RSA, decryptOnly, false, true},
		{"an RSA key for both", testkit.RSA, signOnly | decryptOnly, true, true},
		{"an RSA key of which nothing is said", testkit.RSA, unsaid, true, true},
		{"an ECDSA key of which nothing is said", testkit.P256, unsaid, true, false},
		{"an ECDSA key that could decrypt if it were RSA", testkit.P256, signOnly | decryptOnly, true, false},
	} {
		c, _ := ofUsage(t, row.kind, root, row.usage)
		for version, decrypts := range map[messages.Version]bool{messages.TLS12: row.decrypts, messages.TLS13: false} {
			credential := c.Credential(version)
			if signs := len(credential.Schemes) > 0; signs != row.signs || credential.Decrypts != decrypts {
				t.Errorf("%s: in %v it signs %t and decrypts %t", row.why, version, signs, credential.Decrypts)
			}
		}
	}
	identity := issue(t, "leaf", key(testkit.RSA), root, func(c *x509.Certificate) { c.KeyUsage = decryptOnly })
	if _, err := answer.NewCertificate([][]byte{identity.der}, aloof{identity.key}); err == nil {
		t.Error("a key that may only decrypt is taken from a signer that cannot")
	}
	other := issue(t, "leaf", key(testkit.RSA), root, func(c *x509.Certificate) { c.KeyUsage = agreeOnly })
	if _, err := answer.NewCertificate([][]byte{other.der}, other.key); err == nil {
		t.Error("a key that may neither sign nor decrypt is taken")
	}
	pss, err := answer.ParsePEM(readFile(t, "pss.pem"), readFile(t, "pss.key"))
	if err != nil || pss.Credential(messages.TLS12).Decrypts {
		t.Errorf("a key for PSS alone decrypts (%v)", err)
	}
}

// covers 5246/7.4.2/2
func TestACertificateThatOnlyDecryptsIsTheLastResort(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	decrypts, _ := ofUsage(t, testkit.RSA, root, decryptOnly)
	signs, _ := ofUsage(t, testkit.RSA, root, signOnly)
	ask := func(transport bool, schemes ...messages.SignatureScheme) *events.ChooseCredential {
		q := askCredential("server.example", schemes...)
		q.Version, q.KeyTransport = messages.TLS12, transport
		return q
	}
	both := &answer.Server{Certificates: []*answer.Certificate{decrypts, signs}}
	wantCredential(t, "what signs has forward secrecy", both.Answer(testkit.Now, ask(true)), signs)
	wantCredential(t, "the client takes none of its signatures", both.Answer(testkit.Now, ask(true, messages.Ed25519)), decrypts)
	wantCredential(t, "no signature and no key transport", both.Answer(testkit.Now, ask(false, messages.Ed25519)), nil)

	alone := &answer.Server{Certificates: []*answer.Certificate{decrypts}}
	wantCredential(t, "key transport", alone.Answer(testkit.Now, ask(true)), decrypts)
	wantCredential(t, "no key transport", alone.Answer(testkit.Now, ask(false)), nil)
	wantCredential(t, "TLS 1.3", alone.Answer(testkit.Now, askCredential("server.example")), nil)

	q := ask(true)
	q.ServerName = "other.example"
	other := named(t, testkit.P256, root, "other.example")
	third := &answer.Server{Certificates: []*answer.Certificate{decrypts, other}}
	wantCredential(t, "the name counts for more", third.Answer(testkit.Now, q), other)
	q.ServerName = "server.example"
	wantCredential(t, "the name counts for more", third.Answer(testkit.Now, q), decrypts)

	// A client's certificate signs or is of no use.
	client := &answer.Client{Certificates: []*answer.Certificate{decrypts, signs}}
	q.Role = events.Client
	wantCredential(t, "a client", client.Answer(testkit.Now, q), signs)
}

// covers 5246/7.4.2/7 5246/7.4.2/8
func TestAServersCertificateIsHeldToWhatItsKeyIsFor(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	client := &answer.Client{Roots: pool(root)}
	for _, row := range []struct {
		why             string
		usage           x509.KeyUsage
		signs, decrypts bool
	}{
		{"a key that may only sign", signOnly, true, false},
		{"a key that may only decrypt", decryptOnly, false, true},
		{"a key for both", signOnly | decryptOnly, true, true},
		{"a key of which nothing is said", unsaid, true, true},
		{"a key that may neither", agreeOnly, false, false},
	} {
		leaf := issue(t, "leaf", key(testkit.RSA), root, func(c *x509.Certificate) { c.KeyUsage = row.usage })
		for transport, good := range map[bool]bool{false: row.signs, true: row.decrypts} {
			q := askVerify("server.example", leaf.der)
			q.KeyTransport = transport
			a := client.Answer(testkit.Now, q)
			if good {
				accepted(t, row.why, a)
			} else {
				refused(t, row.why, a, messages.AlertUnsupportedCertificate)
			}
		}
	}
}

func TestCopiesForTLS12LeaveTLS13AndTheOriginalAlone(t *testing.T) {
	plain := certificate(t, testkit.RSA)
	responses, timestamps := [][]byte{[]byte("one"), nil}, [][][]byte{nil, {[]byte("stamp")}}
	urls := []messages.URLAndHash{{URL: []byte("http://example/chain")}}
	stapled := plain.StapleChain(responses, timestamps)
	single := plain.PublishAt(messages.ChainIndividualCerts, urls)
	path := plain.PublishAt(messages.ChainPkiPath, urls)
	all := plain.Staple([]byte{1}, nil).StapleChain(responses, timestamps).PublishAt(messages.ChainPkiPath, urls).Restrict(messages.RSAPSSRSAESHA256)
	for _, row := range []struct {
		why             string
		c               *answer.Certificate
		responses, urls int
		isPath          bool
	}{
		{"the original", plain, 0, 0, false},
		{"with responses for the chain", stapled, 2, 0, false},
		{"published by certificate", single, 0, 1, false},
		{"published as a path", path, 0, 1, true},
		{"all of it", all, 2, 1, true},
	} {
		old, current := row.c.Credential(messages.TLS12), row.c.Credential(messages.TLS13)
		if len(old.OCSPChain) != row.responses || len(old.SCTsChain) != 0 || len(old.URLs) != row.urls || old.URLsArePath != row.isPath || old.Key != row.c || !old.Decrypts {
			t.Errorf("%s: in TLS 1.2 it is %+v", row.why, old)
		}
		if len(current.OCSPChain) != row.responses || len(current.SCTsChain) != row.responses || len(current.URLs) != 0 || current.URLsArePath || current.Key != row.c {
			t.Errorf("%s: in TLS 1.3 it is %+v", row.why, current)
		}
	}
	if c := all.Credential(messages.TLS12); len(c.OCSP) != 1 || len(c.Schemes) != 1 {
		t.Errorf("copies add up to %+v", c)
	}
}
