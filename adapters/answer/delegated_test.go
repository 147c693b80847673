package answer_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// delegationUsage is the extension of RFC 9345, Section 4.2.
var delegationUsage = pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 44363, 44}, Value: asn1.NullBytes}

// delegating makes a certificate one that may delegate, for a month around now.
func delegating(c *x509.Certificate) {
	c.ExtraExtensions = []pkix.Extension{delegationUsage}
	c.NotAfter = testkit.Now.Add(30 * 24 * time.Hour)
	c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
}

// lasting makes a certificate one for a long time.
func lasting(c *x509.Certificate) { c.NotAfter = testkit.Now.Add(365 * 24 * time.Hour) }

// delegator is an authority and a certificate that delegates.
type delegator struct {
	root, leaf *issued
	own        *answer.Certificate
}

func newDelegator(t *testing.T, kind string, change func(*x509.Certificate)) *delegator {
	t.Helper()
	d := &delegator{root: issue(t, "root", key(testkit.P384), nil, lasting)}
	d.leaf = issue(t, "leaf", key(kind), d.root, change)
	var err error
	if d.own, err = answer.NewCertificate([][]byte{d.leaf.der}, d.leaf.key); err != nil {
		t.Fatal(err)
	}
	return d
}

// issue issues a delegated credential.
func (d *delegator) issue(t *testing.T, delegation answer.Delegation) *messages.DelegatedCredential {
	t.Helper()
	credential, err := d.own.Delegate(testkit.Now, delegation)
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

func (d *delegator) with(t *testing.T, credential *messages.DelegatedCredential, signer crypto.Signer) *answer.Certificate {
	t.Helper()
	c, err := d.own.WithDelegated(credential, signer)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask is the question of an end about the certificate and a delegated credential.
func (d *delegator) ask(role events.Role, credential *messages.DelegatedCredential) *events.VerifyPeer {
	q := askVerify("server.example", d.leaf.der)
	q.Role, q.Delegated = role, credential
	return q
}

func TestADelegatedKeyServesBothEndsInPlaceOfTheCertificates(t *testing.T) {
	for _, own := range testkit.Kinds() {
		d := newDelegator(t, own, delegating)
		for _, kind := range []string{testkit.P256, testkit.P384, testkit.P521, testkit.Ed25519, testkit.Ed448, testkit.MLDSA44} {
			for _, role := range []events.Role{events.Client, events.Server} {
				signer := otherKey(kind)
				credential := d.issue(t, answer.Delegation{Key: signer.Public(), ForClients: role == events.Server})
				client, server := &answer.Client{Roots: pool(d.root)}, &answer.Server{ClientRoots: pool(d.root)}
				q := d.ask(role, credential)
				verify := client.Verify
				if role == events.Server {
					verify = server.Verify
				}
				peer, a := verify(testkit.Now, q)
				key := accepted(t, kind, a)
				if !key.(interface{ Equal(crypto.PublicKey) bool }).Equal(signer.Public()) || peer.Delegated != credential {
					t.Errorf("%s by %s: the key is a %T", kind, own, key)
				}
				sign := askSign(d.with(t, credential, signer), messages.TLS13, credential.Key.Scheme)
				sign.Delegated = true
				signature := signed(t, kind, server.Answer(testkit.Now, sign))
				if err := secrets.VerifySignature(secrets.Rules13, key, credential.Key.Scheme, sign.Content, signature); err != nil {
					t.Errorf("%s by %s: %v", kind, own, err)
				}
			}
		}
	}
}

// RFC 9345, Section 4.1.3: whatever is wrong with it, the alert is illegal_parameter.
func TestADelegatedCredentialThatIsNotValidIsRefused(t *testing.T) {
	d := newDelegator(t, testkit.P256, delegating)
	signer := otherKey(testkit.P384)
	good := d.issue(t, answer.Delegation{Key: signer.Public()})
	changed := func(change func(d *messages.DelegatedCredential)) *messages.DelegatedCredential {
		other := *good
		other.Signature = bytes.Clone(good.Signature)
		change(&other)
		return &other
	}
	resigned := func(change func(d *messages.DelegatedCredential)) *messages.DelegatedCredential {
		other := changed(change)
		testkit.SignDelegated(&testkit.Identity{Key: d.leaf.key, Chain: [][]byte{d.leaf.der}}, other, events.Server)
		return other
	}
	rsaInfo := testkit.PublicKeyInfo(key(testkit.RSA).Public())
	for why, credential := range map[string]*messages.DelegatedCredential{
		"its signature is changed": changed(func(d *messages.DelegatedCredential) { d.Signature[8] ^= 1 }),
		"its time is changed":      changed(func(d *messages.DelegatedCredential) { d.Key.ValidTime++ }),
		"its scheme is changed":    changed(func(d *messages.DelegatedCredential) { d.Key.Scheme = messages.ECDSASecp256r1SHA256 }),
		"its algorithm is changed": changed(func(d *messages.DelegatedCredential) { d.Algorithm = messages.ECDSASecp384r1SHA384 }),
		"it is signed by PKCS #1":  changed(func(d *messages.DelegatedCredential) { d.Algorithm = messages.RSAPKCS1SHA256 }),
		"its key is another":       changed(func(d *messages.DelegatedCredential) { d.Key.PublicKeyInfo = infoOf(testkit.P384) }),
		"it is for clients":        d.issue(t, answer.Delegation{Key: signer.Public(), ForClients: true}),
		"it is of another key's":   newDelegator(t, testkit.P384, delegating).issue(t, answer.Delegation{Key: signer.Public()}),
		"its key is for no scheme": resigned(func(d *messages.DelegatedCredential) { d.Key.Scheme = 0 }),
		"its key is for another":   resigned(func(d *messages.DelegatedCredential) { d.Key.Scheme = messages.ECDSASecp256r1SHA256 }),
		"its key is no key":        resigned(func(d *messages.DelegatedCredential) { d.Key.PublicKeyInfo = []byte("no key") }),
		"its key is of rsaEncryption": resigned(func(d *messages.DelegatedCredential) {
			d.Key.PublicKeyInfo, d.Key.Scheme = rsaInfo, messages.RSAPSSRSAESHA256
		}),
		"its key is of rsaEncryption, for RSASSA-PSS": resigned(func(d *messages.DelegatedCredential) {
			d.Key.PublicKeyInfo, d.Key.Scheme = rsaInfo, messages.RSAPSSPSSSHA256
		}),
		"it has expired":         resigned(func(d *messages.DelegatedCredential) { d.Key.ValidTime = 3599 }),
		"it is valid too long":   resigned(func(d *messages.DelegatedCredential) { d.Key.ValidTime = 3600 + 7*86400 + 1 }),
		"it is valid for always": resigned(func(d *messages.DelegatedCredential) { d.Key.ValidTime = 1<<32 - 1 }),
	} {
		for _, client := range []*answer.Client{{Roots: pool(d.root)}, {InsecureSkipVerify: true}} {
			refused(t, why, client.Answer(testkit.Now, d.ask(events.Client, credential)), messages.AlertIllegalParameter)
		}
	}
	client := &answer.Client{Roots: pool(d.root)}
	for why, seconds := range map[string]uint32{"ends now": 3600, "ends in seven days": 3600 + 7*86400} {
		credential := resigned(func(d *messages.DelegatedCredential) { d.Key.ValidTime = seconds })
		accepted(t, "a credential that "+why, client.Answer(testkit.Now, d.ask(events.Client, credential)))
	}
	d.root = issue(t, "another root", otherKey(testkit.P384), nil, lasting)
	client.Roots = pool(d.root)
	refused(t, "whose certificate is not trusted", client.Answer(testkit.Now, d.ask(events.Client, good)), messages.AlertUnknownCA)
}

// RFC 9345, Section 4.2.
func TestACertificateDelegatesOnlyIfItSaysSo(t *testing.T) {
	good := newDelegator(t, testkit.P256, delegating)
	for why, change := range map[string]func(c *x509.Certificate){
		"no DelegationUsage":                func(c *x509.Certificate) { c.ExtraExtensions = nil },
		"a DelegationUsage that is no NULL": func(c *x509.Certificate) { c.ExtraExtensions[0].Value = []byte{0x30, 0} },
		"no key usage":                      func(c *x509.Certificate) { c.KeyUsage = 0 },
	} {
		d := newDelegator(t, testkit.P256, func(c *x509.Certificate) {
			delegating(c)
			change(c)
		})
		if _, err := d.own.Delegate(testkit.Now, answer.Delegation{Key: key(testkit.Ed25519).Public()}); err == nil {
			t.Errorf("a certificate with %s delegates", why)
		}
		credential := good.issue(t, answer.Delegation{Key: key(testkit.Ed25519).Public()})
		testkit.SignDelegated(&testkit.Identity{Key: d.leaf.key, Chain: [][]byte{d.leaf.der}}, credential, events.Server)
		client := &answer.Client{Roots: pool(d.root)}
		refused(t, why, client.Answer(testkit.Now, d.ask(events.Client, credential)), messages.AlertIllegalParameter)
		if _, err := d.own.WithDelegated(credential, key(testkit.Ed25519)); err == nil {
			t.Errorf("a certificate with %s is shown with a delegated credential", why)
		}
	}
	// The certificate of RFC 9345, Appendix B., is one that does: what is wrong is the
	// signature alone.
	q := askVerify("kc2kdm.com", fileDER(t, "delegating.pem"))
	q.Delegated = good.issue(t, answer.Delegation{Key: key(testkit.Ed25519).Public()})
	a := (&answer.Client{InsecureSkipVerify: true}).Answer(testkit.Now, q)
	refused(t, "the RFC's certificate", a, messages.AlertIllegalParameter)
	if err := a.(*events.Refused).Err.Error(); !strings.Contains(err, "has not signed") {
		t.Errorf("the RFC's certificate: %v", err)
	}
}

func TestADelegatedCredentialThatNobodyWouldTakeIsNotIssued(t *testing.T) {
	d := newDelegator(t, testkit.P256, delegating)
	public := key(testkit.Ed25519).Public()
	for why, delegation := range map[string]answer.Delegation{
		"for no key":                          {},
		"for a key of rsaEncryption":          {Key: key(testkit.RSA).Public()},
		"for a scheme of another key":         {Key: public, Scheme: messages.ECDSASecp256r1SHA256},
		"by a scheme of another key":          {Key: public, Algorithm: messages.Ed25519},
		"for less than a second":              {Key: public, Lifetime: time.Millisecond},
		"for less than nothing":               {Key: public, Lifetime: -time.Hour},
		"for more than seven days":            {Key: public, Lifetime: answer.MaxDelegation + 1},
		"by a signer out of reach's own kind": {Key: key(testkit.P256)},
	} {
		if _, err := d.own.Delegate(testkit.Now, delegation); err == nil {
			t.Errorf("one is issued %s", why)
		}
	}
	week := answer.Delegation{Key: public, Lifetime: answer.MaxDelegation}
	for why, now := range map[string]time.Time{
		"before the certificate is valid": d.leaf.cert.NotBefore.Add(-time.Second), "beyond its end": d.leaf.cert.NotAfter.Add(-answer.MaxDelegation + 1),
	} {
		if _, err := d.own.Delegate(now, week); err == nil {
			t.Errorf("one is issued %s", why)
		}
	}
	if _, err := d.own.Delegate(d.leaf.cert.NotAfter.Add(-answer.MaxDelegation), week); err != nil {
		t.Errorf("one up to the certificate's end: %v", err)
	}
	remote, err := answer.NewCertificate([][]byte{d.leaf.der}, failing{d.leaf.key})
	if err != nil {
		t.Fatal(err)
	}
	signer := otherKey(testkit.Ed25519)
	keyless, err := answer.NewDelegated([][]byte{d.leaf.der}, d.issue(t, answer.Delegation{Key: signer.Public()}), signer)
	if err != nil {
		t.Fatal(err)
	}
	old := newDelegator(t, testkit.P256, func(c *x509.Certificate) {
		delegating(c)
		c.NotBefore = testkit.Now.Add(-140 * 365 * 24 * time.Hour)
	})
	for why, c := range map[string]*answer.Certificate{
		"by a signer out of reach": remote, "without the certificate's key": keyless, "by a raw public key": raw(t, key(testkit.P256)),
		"by a certificate of a hundred years and more": old.own,
	} {
		if _, err := c.Delegate(testkit.Now, answer.Delegation{Key: public}); err == nil {
			t.Errorf("one is issued %s", why)
		}
	}
}

func TestADelegatedCredentialIsUsedWithItsCertificateAndKeyAlone(t *testing.T) {
	d, other := newDelegator(t, testkit.P256, delegating), newDelegator(t, testkit.P384, delegating)
	signer := otherKey(testkit.Ed25519)
	credential := d.issue(t, answer.Delegation{Key: signer.Public()})
	for why, try := range map[string]func() (*answer.Certificate, error){
		"another certificate": func() (*answer.Certificate, error) { return other.own.WithDelegated(credential, signer) },
		"another key":         func() (*answer.Certificate, error) { return d.own.WithDelegated(credential, key(testkit.Ed25519)) },
		"no key":              func() (*answer.Certificate, error) { return d.own.WithDelegated(credential, nil) },
		"a raw public key":    func() (*answer.Certificate, error) { return raw(t, d.leaf.key).WithDelegated(credential, signer) },
		"no certificate":      func() (*answer.Certificate, error) { return answer.NewDelegated(nil, credential, signer) },
		"none there":          func() (*answer.Certificate, error) { return d.own.WithDelegated(nil, signer) },
		"none there, and no key of the certificate's": func() (*answer.Certificate, error) {
			return answer.NewDelegated([][]byte{d.leaf.der}, nil, signer)
		},
		"another one in a chain": func() (*answer.Certificate, error) {
			return answer.NewDelegated([][]byte{other.leaf.der}, credential, signer)
		},
	} {
		if c, err := try(); err == nil || c != nil {
			t.Errorf("a delegated credential with %s: there is no error", why)
		}
	}
	if c := d.own.Credential(messages.TLS13); c.Delegated != nil {
		t.Error("the certificate itself has the credential of its copy")
	}
	server := &answer.Server{}
	sign := askSign(d.own, messages.TLS13, messages.Ed25519)
	sign.Delegated = true
	if _, ok := server.Answer(testkit.Now, sign).(*events.Refused); !ok {
		t.Error("a delegated key signs that is not there")
	}
	keyless, err := answer.NewDelegated([][]byte{d.leaf.der}, credential, signer)
	if err != nil {
		t.Fatal(err)
	}
	sign = askSign(keyless, messages.TLS13, messages.ECDSASecp256r1SHA256)
	sign.Credential.Schemes = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}
	if _, ok := server.Answer(testkit.Now, sign).(*events.Refused); !ok {
		t.Error("the certificate's key signs that is not there")
	}
}
