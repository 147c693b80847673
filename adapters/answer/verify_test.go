package answer_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func TestAGoodChainIsAcceptedWithItsKey(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	for _, kind := range testkit.Kinds() {
		leaf := issue(t, "leaf", key(kind), root, nil)
		client := &answer.Client{Roots: pool(root)}
		peer, a := client.Verify(testkit.Now, askVerify("server.example", leaf.der))
		got := accepted(t, kind, a)
		if !got.(interface{ Equal(crypto.PublicKey) bool }).Equal(leaf.key.Public()) {
			t.Errorf("%s: the key is not that of the certificate", kind)
		}
		if len(peer.Chains) != 1 || len(peer.Chains[0]) != 2 || peer.Name != "server.example" {
			t.Errorf("%s: verification found %+v", kind, peer)
		}
	}
}

// covers 8446/4.4.2/9
// covers 5246/7.4.2/3
func TestIntermediatesMayComeInAnyOrderAmongOthers(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	upper := issue(t, "upper", key(testkit.P521), root, authority)
	lower := issue(t, "lower", otherKey(testkit.P256), upper, authority)
	stray := issue(t, "stray", otherKey(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), lower, nil)
	client := &answer.Client{Roots: pool(root)}
	for _, chain := range [][][]byte{
		{leaf.der, lower.der, upper.der},
		{leaf.der, upper.der, lower.der},
		{leaf.der, stray.der, upper.der, root.der, lower.der, lower.der},
	} {
		accepted(t, "order", client.Answer(testkit.Now, askVerify("server.example", chain...)))
	}
	refused(t, "an intermediate is missing",
		client.Answer(testkit.Now, askVerify("server.example", leaf.der, lower.der)), messages.AlertUnknownCA)
	refused(t, "the end-entity certificate is not the first",
		client.Answer(testkit.Now, askVerify("server.example", lower.der, leaf.der, upper.der)),
		messages.AlertUnsupportedCertificate)
}

// covers 8446/4.4.2.2/6
func TestEachCauseHasItsAlert(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	stranger := issue(t, "stranger", otherKey(testkit.P384), nil, nil)
	impostor := issue(t, "middle", otherKey(testkit.P521), root, authority)
	middle := issue(t, "middle", otherKey(testkit.P256), root, authority)
	leaf := func(change func(*x509.Certificate)) [][]byte {
		return [][]byte{issue(t, "leaf", key(testkit.P256), root, change).der}
	}
	corrupt := bytes.Clone(leaf(nil)[0])
	corrupt[len(corrupt)-1] ^= 1
	unknownCritical := []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Critical: true, Value: []byte{5, 0}}}

	for _, test := range []struct {
		why   string
		roots *x509.CertPool
		name  string
		now   time.Time
		chain [][]byte
		alert messages.Alert
	}{
		{why: "no certificate", chain: nil, alert: messages.AlertDecodeError},
		{why: "not a certificate", chain: [][]byte{{0x30, 0x00}}, alert: messages.AlertBadCertificate},
		{why: "an intermediate that does not parse", chain: [][]byte{leaf(nil)[0], {1}}, alert: messages.AlertBadCertificate},
		{why: "too many certificates", chain: slices.Repeat(leaf(nil), answer.MaxChain+1), alert: messages.AlertBadCertificate},
		{why: "expired", chain: leaf(nil), now: testkit.Now.Add(2 * time.Hour), alert: messages.AlertCertificateExpired},
		{why: "not yet valid", chain: leaf(nil), now: testkit.Now.Add(-2 * time.Hour), alert: messages.AlertCertificateExpired},
		{why: "unknown authority", roots: pool(stranger), chain: leaf(nil), alert: messages.AlertUnknownCA},
		{why: "another name", name: "other.example", chain: leaf(nil), alert: messages.AlertBadCertificate},
		{why: "a name below", name: "www.server.example", chain: leaf(nil), alert: messages.AlertBadCertificate},
		{why: "an address", name: "192.0.2.1", chain: leaf(nil), alert: messages.AlertBadCertificate},
		{why: "no name", name: "-", chain: leaf(nil), alert: messages.AlertInternalError},
		{
			why: "the common name is no name", name: "leaf",
			chain: leaf(func(c *x509.Certificate) { c.DNSNames = nil }), alert: messages.AlertBadCertificate,
		},
		{
			why: "a certificate for clients", alert: messages.AlertUnsupportedCertificate,
			chain: leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
		},
		// covers 8446/4.4.2.2/3
		{
			why: "a key that may not sign", alert: messages.AlertUnsupportedCertificate,
			chain: leaf(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }),
		},
		{
			why: "a critical extension that nobody knows", alert: messages.AlertBadCertificate,
			chain: leaf(func(c *x509.Certificate) { c.ExtraExtensions = unknownCritical }),
		},
		{why: "a signature that is not the root's", chain: [][]byte{corrupt}, alert: messages.AlertUnknownCA},
		{
			why: "an issuer that did not sign it", alert: messages.AlertBadCertificate,
			chain: [][]byte{issue(t, "leaf", key(testkit.P256), middle, nil).der, impostor.der},
		},
	} {
		client := &answer.Client{Roots: pool(root)}
		if test.roots != nil {
			client.Roots = test.roots
		}
		name, now := "server.example", testkit.Now
		switch {
		case test.name == "-":
			name = ""
		case test.name != "":
			name = test.name
		}
		if !test.now.IsZero() {
			now = test.now
		}
		peer, a := client.Verify(now, askVerify(name, test.chain...))
		refused(t, test.why, a, test.alert)
		if peer != nil {
			t.Errorf("%s: a peer was told of", test.why)
		}
	}
}

func TestAlgorithmsThatAreNotServedAreRefused(t *testing.T) {
	for _, test := range []struct {
		why, leaf, root string
		alert           messages.Alert
	}{
		// covers 8446/4.4.2.4/2
		{"a signature with MD5", "md5.pem", "rsa-ca.pem", messages.AlertBadCertificate},
		{"a signature with SHA-1", "sha1.pem", "rsa-ca.pem", messages.AlertBadCertificate},
		{"an RSA key of 1024 bits", "rsa1024.pem", "ca.pem", messages.AlertBadCertificate},
		{"an RSA key of 9216 bits", "rsa9216.pem", "ca.pem", messages.AlertBadCertificate},
		{"a PSS key with parameters", "pss-restricted.pem", "ca.pem", messages.AlertUnsupportedCertificate},
	} {
		client := &answer.Client{Roots: filePool(t, test.root)}
		refused(t, test.why, client.Answer(filesNow, askVerify("server.example", fileDER(t, test.leaf))), test.alert)
	}
}

func TestAHugeKeyOfAnIntermediateIsRefusedBeforeItIsUsed(t *testing.T) {
	client := &answer.Client{Roots: filePool(t, "ca.pem")}
	q := askVerify("server.example", fileDER(t, "pss.pem"), fileDER(t, "rsa9216.pem"))
	refused(t, "a stray certificate with 9216 bits", client.Answer(filesNow, q), messages.AlertBadCertificate)
}

// covers 8446/4.2.3/7
func TestAKeyForPSSAloneIsTaken(t *testing.T) {
	client := &answer.Client{Roots: filePool(t, "ca.pem")}
	got := accepted(t, "PSS", client.Answer(filesNow, askVerify("server.example", fileDER(t, "pss.pem"))))
	pss, ok := got.(secrets.PSSPublicKey)
	if !ok || pss.N.BitLen() != 2048 || pss.E != 65537 {
		t.Errorf("the key is a %T", got)
	}
}

func TestAKeyOfEd448IsTaken(t *testing.T) {
	client := &answer.Client{Roots: filePool(t, "ca.pem")}
	got := accepted(t, "Ed448", client.Answer(filesNow, askVerify("server.example", fileDER(t, "ed448.pem"))))
	if key, ok := got.(secrets.Ed448PublicKey); !ok || len(key) != 57 {
		t.Errorf("the key is a %T", got)
	}
}

func TestChainsAreHeldToTheSchemesAccepted(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), root, nil)
	client := &answer.Client{Roots: pool(root)}
	q := askVerify("server.example", leaf.der)
	q.SchemesCert = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
	refused(t, "ECDSA where RSA is accepted", client.Answer(testkit.Now, q), messages.AlertBadCertificate)
	q.SchemesCert = []messages.SignatureScheme{messages.ECDSASecp384r1SHA384}
	accepted(t, "ECDSA with SHA-384", client.Answer(testkit.Now, q))

	// The signature on a root proves nothing, and may be by any scheme.
	pinned := issue(t, "pinned", key(testkit.Ed25519), nil, func(c *x509.Certificate) {
		c.KeyUsage |= x509.KeyUsageDigitalSignature
		c.DNSNames = []string{"server.example"}
	})
	client = &answer.Client{Roots: pool(pinned)}
	q = askVerify("server.example", pinned.der)
	q.SchemesCert = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
	accepted(t, "a root as end-entity certificate", client.Answer(testkit.Now, q))
}

func TestNamesMayBeAddressesWildcardsOrTheClientsOwn(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), root, func(c *x509.Certificate) {
		c.DNSNames = []string{"*.example", "a.b.example"}
		c.IPAddresses = []net.IP{net.ParseIP("192.0.2.1"), net.ParseIP("2001:db8::1")}
	})
	client := &answer.Client{Roots: pool(root)}
	for _, name := range []string{"www.example", "WWW.Example", "a.b.example", "192.0.2.1", "2001:db8::1"} {
		accepted(t, name, client.Answer(testkit.Now, askVerify(name, leaf.der)))
	}
	for _, name := range []string{"example", "c.b.example", "192.0.2.2", "2001:db8::2"} {
		refused(t, name, client.Answer(testkit.Now, askVerify(name, leaf.der)), messages.AlertBadCertificate)
	}
	client.Name = "www.example"
	accepted(t, "the client's own name", client.Answer(testkit.Now, askVerify("", leaf.der)))
	client.Name = "www.other"
	refused(t, "the client's own name", client.Answer(testkit.Now, askVerify("www.example", leaf.der)),
		messages.AlertBadCertificate)
}

func TestTheHookHasTheLastWord(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), root, nil)
	plain := errors.New("not today")
	var seen *answer.Peer
	var verdict error
	client := &answer.Client{Roots: pool(root), VerifyPeer: func(_ time.Time, p *answer.Peer) error {
		seen = p
		return verdict
	}}
	q := askVerify("server.example", leaf.der)
	q.OCSP, q.SCTs, q.OCSPChain, q.SCTsChain, q.Resumed = []byte{1}, [][]byte{{2}}, [][]byte{{3}, nil}, [][][]byte{{{4}}}, true
	accepted(t, "the hook agrees", client.Answer(testkit.Now, q))
	if len(seen.Chains) != 1 || len(seen.OCSP) != 1 || len(seen.SCTs) != 1 || len(seen.OCSPChain) != 2 || len(seen.SCTsChain) != 1 || !seen.Resumed || len(seen.Certificates) != 1 {
		t.Errorf("the hook saw %+v", seen)
	}
	verdict = plain
	a := client.Answer(testkit.Now, q)
	refused(t, "the hook refuses", a, messages.AlertCertificateUnknown)
	if !errors.Is(a.(*events.Refused).Err, plain) {
		t.Error("the hook's error is lost")
	}
	verdict = &answer.Rejection{Alert: messages.AlertCertificateRevoked, Err: plain}
	refused(t, "the hook names an alert", client.Answer(testkit.Now, q), messages.AlertCertificateRevoked)

	seen = nil
	refused(t, "the chain is bad", client.Answer(testkit.Now, askVerify("other", leaf.der)), messages.AlertBadCertificate)
	if seen != nil {
		t.Error("the hook was asked about a chain that had been refused")
	}
}

// Whoever makes a certificate writes the names in it, which an error quotes.
func TestAnErrorIsShortAndCanBePrintedWhateverACertificateNames(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	for _, name := range []string{"a\x1b]0;owned\a\nclient: all is well\n", strings.Repeat("a", 50000)} {
		leaf := issue(t, "leaf", key(testkit.P256), root, func(c *x509.Certificate) { c.DNSNames = []string{name} })
		mallory, err := answer.NewCertificate([][]byte{leaf.der}, leaf.key)
		if err != nil {
			t.Fatal(err)
		}
		p := testkit.NewPair("names").Join()
		p.Server.Answers = &answer.Server{Certificates: []*answer.Certificate{mallory}}
		p.Client.Answers = &answer.Client{Roots: pool(root)}
		failed := p.Handshake()
		var rejection *answer.Rejection
		var names x509.HostnameError
		if !errors.As(failed, &rejection) || !errors.As(failed, &names) || names.Certificate.DNSNames[0] != name {
			t.Fatalf("the handshake ends by %v", failed)
		}
		for what, err := range map[string]error{"the engine": failed, "the rejection": rejection} {
			text := err.Error()
			if len(text) > 1000 || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
				t.Errorf("%s says %d bytes: %.80q", what, len(text), text)
			}
		}
	}
}

func TestVerificationCanBeTurnedOff(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), root, nil)
	client := &answer.Client{InsecureSkipVerify: true}
	peer, a := client.Verify(testkit.Now.Add(100*time.Hour), askVerify("", leaf.der))
	accepted(t, "nothing is verified", a)
	if peer.Chains != nil || peer.Name != "" {
		t.Errorf("something was verified: %+v", peer)
	}
	refused(t, "not a certificate", client.Answer(testkit.Now, askVerify("", []byte("x"))), messages.AlertBadCertificate)
}

func TestServersVerifyClients(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	client := issue(t, "client", key(testkit.P256), root, forClients)
	server := issue(t, "server", key(testkit.P256), root, nil)
	ask := func(der []byte) *events.VerifyPeer {
		q := askVerify("", der)
		q.Role = events.Server
		return q
	}
	strict := &answer.Server{ClientRoots: pool(root)}
	accepted(t, "a client", strict.Answer(testkit.Now, ask(client.der)))
	refused(t, "a server's certificate", strict.Answer(testkit.Now, ask(server.der)), messages.AlertUnsupportedCertificate)
	refused(t, "expired", strict.Answer(testkit.Now.Add(2*time.Hour), ask(client.der)), messages.AlertCertificateExpired)

	lenient := &answer.Server{}
	peer, a := lenient.Verify(testkit.Now, ask(server.der))
	accepted(t, "any certificate", a)
	if len(peer.Chains) != 0 {
		t.Error("a chain that nobody verified is told of")
	}
}

func TestAnswersMayComeLateAndFromAnywhere(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), root, nil)
	client := &answer.Client{Roots: pool(root), Sessions: &answer.Sessions{}}
	answers := make(chan events.Answer)
	for range 8 {
		go func() { answers <- client.Answer(testkit.Now, askVerify("server.example", leaf.der)) }()
	}
	for range 8 {
		accepted(t, "late", <-answers)
	}
}

func TestQuestionsOfTheOtherRoleHaveNoAnswer(t *testing.T) {
	if a := (&answer.Client{}).Answer(testkit.Now, &events.SealTicket{}); a != nil {
		t.Errorf("a client sealed a ticket: %s", describe(a))
	}
}
