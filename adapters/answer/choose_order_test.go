package answer_test

import (
	"crypto/x509"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The lists that peers are asked by.
type (
	schemes = []messages.SignatureScheme
	kinds   = []messages.CertificateType
)

// shelf is the certificates to choose from, by what is special about them.
type shelf map[string]*answer.Certificate

// of lists some of them, in an order.
func (s shelf) of(t *testing.T, names []string) []*answer.Certificate {
	t.Helper()
	var list []*answer.Certificate
	for _, name := range names {
		if s[name] == nil {
			t.Fatalf("no certificate is called %s", name)
		}
		list = append(list, s[name])
	}
	return list
}

// name is what a chosen credential is called.
func (s shelf) name(c *events.Credential) string {
	if c == nil {
		return "none"
	}
	for name, certificate := range s {
		if c.Key == certificate {
			return name
		}
	}
	return "another"
}

// certified is a certificate for a key, changed.
func certified(t *testing.T, kind string, issuer *issued, change func(*x509.Certificate)) *answer.Certificate {
	t.Helper()
	leaf := issue(t, "leaf", key(kind), issuer, change)
	c, err := answer.NewCertificate([][]byte{leaf.der}, leaf.key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// everyOrder runs a test with the certificates in every order, so that what is
// chosen is chosen for a reason.
func everyOrder(names []string, test func(order []string)) {
	if len(names) < 2 {
		test(names)
		return
	}
	for i, first := range names {
		rest := slices.Delete(slices.Clone(names), i, i+1)
		everyOrder(rest, func(order []string) { test(append([]string{first}, order...)) })
	}
}

func TestServersChooseByWhatTheClientPrefers(t *testing.T) {
	curves := issue(t, "curves", key(testkit.P384), nil, nil)
	factors := issue(t, "factors", key(testkit.RSA), nil, nil)
	wildcard := func(c *x509.Certificate) { c.DNSNames = []string{"*.example"} }
	elsewhere := func(c *x509.Certificate) { c.DNSNames = []string{"elsewhere.test"} }
	all := shelf{
		"P-256": certified(t, testkit.P256, curves, nil), "P-384": certified(t, testkit.P384, curves, nil),
		"Ed25519": certified(t, testkit.Ed25519, curves, nil), "RSA": certified(t, testkit.RSA, curves, nil),
		"P-256 by RSA": certified(t, testkit.P256, factors, nil), "P-384 by RSA": certified(t, testkit.P384, factors, nil),
		"P-256 wild": certified(t, testkit.P256, curves, wildcard), "RSA wild": certified(t, testkit.RSA, curves, wildcard),
		"P-256 elsewhere": certified(t, testkit.P256, curves, elsewhere),
		"raw P-256":       raw(t, key(testkit.P256)), "raw RSA": raw(t, key(testkit.RSA)),
		"RSA by SHA-512": certified(t, testkit.RSA, curves, nil).Restrict(messages.RSAPSSRSAESHA512),
	}
	const (
		p256, p384, ed25519 = messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.Ed25519
		rsa, rsa512         = messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA512
		x509Kind, rawKind   = messages.CertificateX509, messages.CertificateRawPublicKey
	)
	for _, c := range []struct {
		why         string
		from        []string
		nobody      bool // the client names nobody
		schemes     schemes
		schemesCert schemes
		kinds       kinds
		authorities []*issued
		want        string
	}{
		{why: "ECDSA is first", from: []string{"P-256", "RSA", "Ed25519"}, schemes: schemes{p256, ed25519, rsa}, want: "P-256"},
		{why: "EdDSA is first", from: []string{"P-256", "RSA", "Ed25519"}, schemes: schemes{ed25519, rsa, p256}, want: "Ed25519"},
		{why: "RSA is first", from: []string{"P-256", "RSA", "P-384"}, schemes: schemes{rsa, p384, p256}, want: "RSA"},
		{why: "one curve is before another", from: []string{"P-256", "RSA", "P-384"}, schemes: schemes{p384, rsa, p256}, want: "P-384"},
		{why: "what nobody can sign by is first", from: []string{"P-256", "RSA"}, schemes: schemes{ed25519, rsa, p256}, want: "RSA"},
		{
			// An RSA key signs by SHA-256 where it may, so that is what counts.
			why: "a key is as good as the scheme that it would sign by", from: []string{"P-256", "RSA"},
			schemes: schemes{rsa512, p256, rsa}, want: "P-256",
		},
		{
			why: "a key that signs by nothing else", from: []string{"P-256", "RSA by SHA-512"},
			schemes: schemes{rsa512, p256, rsa}, want: "RSA by SHA-512",
		},
		{why: "no key signs", from: []string{"P-256", "RSA"}, schemes: schemes{ed25519, p384}, want: "none"},
		{
			why: "the name is before the scheme", from: []string{"P-256 elsewhere", "RSA"},
			schemes: schemes{p256, rsa}, want: "RSA",
		},
		{
			why: "an exact name is before the scheme", from: []string{"P-256 wild", "RSA"},
			schemes: schemes{p256, rsa}, want: "RSA",
		},
		{why: "the scheme decides between wildcards", from: []string{"P-256 wild", "RSA wild"}, schemes: schemes{rsa, p256}, want: "RSA wild"},
		{why: "nobody is named", from: []string{"P-256 elsewhere", "RSA"}, nobody: true, schemes: schemes{p256, rsa}, want: "P-256 elsewhere"},
		{
			why: "the chain's signatures are before the scheme", from: []string{"P-256", "P-384 by RSA"},
			schemes: schemes{p256, p384}, schemesCert: schemes{messages.RSAPKCS1SHA256}, want: "P-384 by RSA",
		},
		{
			why: "the name is before the chain's signatures", from: []string{"P-256 wild", "P-384 by RSA", "P-256 elsewhere"},
			schemes: schemes{p256, p384}, schemesCert: schemes{p384}, want: "P-384 by RSA",
		},
		{
			why: "an authority decides", from: []string{"P-256", "P-256 by RSA"},
			schemes: schemes{p256}, authorities: []*issued{factors}, want: "P-256 by RSA",
		},
		{
			why: "the other authority", from: []string{"P-256", "P-256 by RSA"},
			schemes: schemes{p256}, authorities: []*issued{curves}, want: "P-256",
		},
		{
			why: "an authority is before the scheme", from: []string{"P-256", "P-384 by RSA"},
			schemes: schemes{p256, p384}, authorities: []*issued{factors}, want: "P-384 by RSA",
		},
		{
			why: "an authority is a hint", from: []string{"P-256"}, schemes: schemes{p256}, authorities: []*issued{factors}, want: "P-256",
		},
		{
			why: "the chain's signatures are before an authority", from: []string{"P-256", "P-256 by RSA"},
			schemes: schemes{p256}, schemesCert: schemes{p384}, authorities: []*issued{factors}, want: "P-256",
		},
		{why: "certificates alone", from: []string{"P-256", "raw RSA"}, schemes: schemes{rsa, p256}, want: "P-256"},
		{why: "raw keys alone", from: []string{"P-256", "raw RSA"}, schemes: schemes{p256, rsa}, kinds: kinds{rawKind}, want: "raw RSA"},
		{
			why: "raw keys first", from: []string{"P-256", "raw RSA"}, schemes: schemes{p256, rsa},
			kinds: kinds{rawKind, x509Kind}, want: "raw RSA",
		},
		{
			why: "certificates first", from: []string{"RSA wild", "raw P-256"}, schemes: schemes{p256, rsa},
			kinds: kinds{x509Kind, rawKind}, want: "RSA wild",
		},
		{
			why: "certificates first, but none has the name", from: []string{"P-256 elsewhere", "raw RSA"}, schemes: schemes{p256, rsa},
			kinds: kinds{x509Kind, rawKind}, want: "raw RSA",
		},
		{
			why: "certificates first, for nobody", from: []string{"P-256 elsewhere", "raw RSA"}, nobody: true, schemes: schemes{rsa, p256},
			kinds: kinds{x509Kind, rawKind}, want: "P-256 elsewhere",
		},
		{why: "the scheme decides between raw keys", from: []string{"raw P-256", "raw RSA"}, schemes: schemes{rsa, p256}, kinds: kinds{rawKind}, want: "raw RSA"},
		{why: "a kind that nobody knows is first", from: []string{"P-256", "raw RSA"}, schemes: schemes{rsa, p256}, kinds: kinds{7, x509Kind}, want: "P-256"},
	} {
		q := askCredential("server.example", c.schemes...)
		if c.nobody {
			q.ServerName = ""
		}
		q.SchemesCert, q.CertificateTypes = c.schemesCert, c.kinds
		for _, authority := range c.authorities {
			q.Authorities = append(q.Authorities, authority.cert.RawSubject)
		}
		everyOrder(c.from, func(order []string) {
			server := &answer.Server{Certificates: all.of(t, order)}
			chosen, ok := server.Answer(testkit.Now, q).(*events.CredentialChosen)
			if !ok || all.name(chosen.Credential) != c.want {
				t.Errorf("%s: of %q %s is chosen, want %s", c.why, order, describeChoice(all, chosen), c.want)
			}
		})
	}
}

func describeChoice(all shelf, chosen *events.CredentialChosen) string {
	if chosen == nil {
		return "no answer"
	}
	return all.name(chosen.Credential)
}

// In TLS 1.2 a key may decrypt rather than sign, and the client's order is that of
// signatures of that version.
func TestServersOfTLS12ChooseByWhatTheClientPrefers(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	decrypting := func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }
	all := shelf{
		"P-256": certified(t, testkit.P256, root, nil), "RSA": certified(t, testkit.RSA, root, nil),
		"decrypting": certified(t, testkit.RSA, root, decrypting),
	}
	for _, c := range []struct {
		why       string
		from      []string
		schemes   schemes
		transport bool
		want      string
	}{
		{"PKCS #1 is first", []string{"P-256", "RSA"}, schemes{messages.RSAPKCS1SHA256, messages.ECDSASecp256r1SHA256}, false, "RSA"},
		{
			"PKCS #1 is first, but PSS would be used", []string{"P-256", "RSA"},
			schemes{messages.RSAPKCS1SHA256, messages.ECDSASecp256r1SHA256, messages.RSAPSSRSAESHA256}, false, "P-256",
		},
		{"PSS is first", []string{"P-256", "RSA"}, schemes{messages.RSAPSSRSAESHA256, messages.ECDSASecp256r1SHA256}, false, "RSA"},
		{"PKCS #1 alone", []string{"P-256", "RSA"}, schemes{messages.RSAPKCS1SHA256}, false, "RSA"},
		{"signing is before decrypting", []string{"decrypting", "RSA"}, schemes{messages.RSAPSSRSAESHA256}, true, "RSA"},
		{"decrypting alone", []string{"decrypting", "P-256"}, schemes{messages.RSAPSSRSAESHA256}, true, "decrypting"},
		{"decrypting is not asked for", []string{"decrypting"}, schemes{messages.RSAPSSRSAESHA256}, false, "none"},
	} {
		q := askCredential("server.example", c.schemes...)
		q.Version, q.KeyTransport = messages.TLS12, c.transport
		everyOrder(c.from, func(order []string) {
			server := &answer.Server{Certificates: all.of(t, order)}
			chosen, ok := server.Answer(testkit.Now, q).(*events.CredentialChosen)
			if want := c.want; !ok || all.name(chosen.Credential) != want {
				t.Errorf("%s: of %q %s is chosen, want %s", c.why, order, describeChoice(all, chosen), want)
			}
		})
	}
}

// covers 8446/4.4.2.3/3 8446/4.4.2.3/2
func TestClientsChooseByWhatTheServerAsksForAndPrefers(t *testing.T) {
	curves := issue(t, "curves", key(testkit.P384), nil, nil)
	factors := issue(t, "factors", key(testkit.RSA), nil, nil)
	signing := func(c *x509.Certificate) {
		forClients(c)
		c.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
		c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageCodeSigning)
	}
	plain := func(c *x509.Certificate) { c.KeyUsage, c.ExtKeyUsage, c.DNSNames = 0, nil, nil }
	anyUsage := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }
	all := shelf{
		"P-256": certified(t, testkit.P256, curves, forClients), "Ed25519": certified(t, testkit.Ed25519, curves, forClients),
		"RSA by RSA":     certified(t, testkit.RSA, factors, forClients),
		"P-384 for code": certified(t, testkit.P384, curves, signing), "plain P-384": certified(t, testkit.P384, curves, plain),
		"P-521 for anything": certified(t, testkit.P521, curves, anyUsage),
		"private P-521":      certified(t, testkit.P521, curves, withExtension(private, []byte{5, 0})),
		"raw P-256":          raw(t, key(testkit.P256)),
	}
	const (
		p256, p384, p521 = messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512
		ed25519, rsa     = messages.Ed25519, messages.RSAPSSRSAESHA256
	)
	type filters = []messages.OIDFilter
	usage := answer.KeyUsageFilter
	purposes := func(list ...x509.ExtKeyUsage) messages.OIDFilter {
		var ids []x509.OID
		for _, purpose := range list {
			ids = append(ids, purpose.OID())
		}
		return answer.ExtKeyUsageFilter(ids...)
	}
	malformed := func(f messages.OIDFilter) messages.OIDFilter {
		f.Values = append(slices.Clone(f.Values), 0)
		return f
	}
	present := func(f messages.OIDFilter) messages.OIDFilter {
		f.Values = nil
		return f
	}
	for _, c := range []struct {
		why         string
		from        []string
		schemes     schemes
		schemesCert schemes
		authorities []*issued
		kinds       kinds
		filters     filters
		want        string
	}{
		{why: "ECDSA is first", from: []string{"P-256", "Ed25519"}, schemes: schemes{p256, ed25519}, want: "P-256"},
		{why: "EdDSA is first", from: []string{"P-256", "Ed25519"}, schemes: schemes{ed25519, p256}, want: "Ed25519"},
		{why: "an authority is no hint", from: []string{"P-256"}, schemes: schemes{p256}, authorities: []*issued{factors}, want: "none"},
		{
			why: "an authority is before the scheme", from: []string{"P-256", "RSA by RSA"}, schemes: schemes{p256, rsa},
			authorities: []*issued{factors}, want: "RSA by RSA",
		},
		{
			why: "the chain's signatures are before the scheme", from: []string{"P-256", "RSA by RSA"}, schemes: schemes{p256, rsa},
			schemesCert: schemes{messages.RSAPKCS1SHA256}, want: "RSA by RSA",
		},
		{
			why: "a raw key was agreed on", from: []string{"P-256", "raw P-256"}, schemes: schemes{p256},
			kinds: kinds{messages.CertificateRawPublicKey}, want: "raw P-256",
		},

		// covers 8446/4.2.5/2 8446/4.2.5/3
		{
			why: "a key usage that two have", from: []string{"P-256", "P-384 for code"}, schemes: schemes{p256, p384},
			filters: filters{usage(x509.KeyUsageDigitalSignature)}, want: "P-256",
		},
		{
			why: "a key usage that one has", from: []string{"P-256", "P-384 for code"}, schemes: schemes{p256, p384},
			filters: filters{usage(x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment)}, want: "P-384 for code",
		},
		{
			why: "a key usage that none has", from: []string{"P-256", "P-384 for code"}, schemes: schemes{p256, p384},
			filters: filters{usage(x509.KeyUsageDigitalSignature | x509.KeyUsageDecipherOnly)}, want: "none",
		},
		{
			why: "a certificate without a key usage", from: []string{"plain P-384"}, schemes: schemes{p384},
			filters: filters{usage(x509.KeyUsageDigitalSignature)}, want: "none",
		},
		{
			why: "a purpose that two have", from: []string{"P-256", "P-384 for code"}, schemes: schemes{p384, p256},
			filters: filters{purposes(x509.ExtKeyUsageClientAuth)}, want: "P-384 for code",
		},
		{
			why: "purposes that one has", from: []string{"P-256", "P-384 for code"}, schemes: schemes{p256, p384},
			filters: filters{purposes(x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageClientAuth)}, want: "P-384 for code",
		},
		{
			why: "purposes that no certificate has all of", from: []string{"P-256", "P-384 for code"}, schemes: schemes{p256, p384},
			filters: filters{purposes(x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageEmailProtection)}, want: "none",
		},
		{
			why: "any purpose stands for no other", from: []string{"P-521 for anything"}, schemes: schemes{p521},
			filters: filters{purposes(x509.ExtKeyUsageClientAuth)}, want: "none",
		},
		{
			why: "a certificate without purposes", from: []string{"plain P-384"}, schemes: schemes{p384},
			filters: filters{purposes(x509.ExtKeyUsageClientAuth)}, want: "none",
		},
		{
			why: "two filters that one certificate each satisfies", from: []string{"P-256", "P-384 for code"}, schemes: schemes{p256, p384},
			filters: filters{usage(x509.KeyUsageDigitalSignature), purposes(x509.ExtKeyUsageCodeSigning)}, want: "P-384 for code",
		},
		{
			why: "an extension with any value", from: []string{"plain P-384", "P-256"}, schemes: schemes{p384, p256},
			filters: filters{present(usage(0)), present(purposes())}, want: "P-256",
		},
		{
			why: "a key usage that cannot be read", from: []string{"P-256"}, schemes: schemes{p256},
			filters: filters{malformed(usage(x509.KeyUsageDigitalSignature))}, want: "none",
		},
		{
			why: "purposes that cannot be read", from: []string{"P-256"}, schemes: schemes{p256},
			filters: filters{malformed(purposes(x509.ExtKeyUsageClientAuth))}, want: "none",
		},
		{why: "no purposes at all", from: []string{"P-256"}, schemes: schemes{p256}, filters: filters{purposes()}, want: "none"},
		// covers 8446/4.2.5/4
		{
			why: "an extension that nobody knows", from: []string{"P-256"}, schemes: schemes{p256},
			filters: filters{answer.ExtensionFilter(privateID(), []byte{5, 0})}, want: "P-256",
		},
		// covers 8446/4.2.5/4
		{
			why: "an extension that nobody knows, beside one that is known", from: []string{"private P-521", "P-384 for code"},
			schemes: schemes{p521, p384},
			filters: filters{answer.ExtensionFilter(privateID(), []byte{5, 0}), purposes(x509.ExtKeyUsageCodeSigning)}, want: "P-384 for code",
		},
		{
			why: "what is no object identifier", from: []string{"P-256"}, schemes: schemes{p256},
			filters: filters{{OID: []byte{5, 0}, Values: []byte{5, 0}}}, want: "P-256",
		},
		{
			why: "a raw key has no extensions", from: []string{"raw P-256"}, schemes: schemes{p256},
			kinds: kinds{messages.CertificateRawPublicKey}, filters: filters{usage(x509.KeyUsageDigitalSignature)}, want: "none",
		},
		{
			why: "a raw key and a filter that nobody knows", from: []string{"raw P-256"}, schemes: schemes{p256},
			kinds: kinds{messages.CertificateRawPublicKey}, filters: filters{answer.ExtensionFilter(privateID(), nil)}, want: "raw P-256",
		},
	} {
		q := askCredential("server.example", c.schemes...)
		q.Role, q.SchemesCert, q.CertificateTypes, q.OIDFilters = events.Client, c.schemesCert, c.kinds, c.filters
		for _, authority := range c.authorities {
			q.Authorities = append(q.Authorities, authority.cert.RawSubject)
		}
		everyOrder(c.from, func(order []string) {
			client := &answer.Client{Certificates: all.of(t, order)}
			chosen, ok := client.Answer(testkit.Now, q).(*events.CredentialChosen)
			if !ok || all.name(chosen.Credential) != c.want {
				t.Errorf("%s: of %q %s is chosen, want %s", c.why, order, describeChoice(all, chosen), c.want)
			}
		})
	}
}
