package answer_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func certificate(t *testing.T, kind string) *answer.Certificate {
	t.Helper()
	identity := testkit.Server(kind)
	c, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func askSign(c *answer.Certificate, version messages.Version, scheme messages.SignatureScheme) *events.Sign {
	return &events.Sign{
		Asked: events.Asked{ID: 7}, Credential: c.Credential(version),
		Scheme: scheme, Content: []byte("what is to be signed"),
	}
}

func signed(t *testing.T, why string, a events.Answer) []byte {
	t.Helper()
	signature, ok := a.(*events.Signature)
	if !ok {
		t.Fatalf("%s: got %s", why, describe(a))
	}
	return signature.Signature
}

func TestEachKeySignsWithEachOfItsSchemes(t *testing.T) {
	signers := map[string]*answer.Certificate{}
	keys := map[string]crypto.PublicKey{}
	for _, kind := range testkit.Kinds() {
		signers[kind], keys[kind] = certificate(t, kind), testkit.Server(kind).Key.Public()
	}
	pss, err := answer.ParsePEM(readFile(t, "pss.pem"), readFile(t, "pss.key"))
	if err != nil {
		t.Fatal(err)
	}
	signers["pss"] = pss
	parsed, err := x509.ParseCertificate(fileDER(t, "pss.pem"))
	if err != nil {
		t.Fatal(err)
	}
	self, err := answer.LoadPEM("testdata/ed448-self.pem", "testdata/ed448-self.key")
	if err != nil {
		t.Fatal(err)
	}
	signers["ed448"] = self
	keys["ed448"] = accepted(t, "ed448", (&answer.Client{InsecureSkipVerify: true}).Answer(testkit.Now, askVerify("", self.Leaf().Raw)))
	keys["pss"] = accepted(t, "pss", (&answer.Client{InsecureSkipVerify: true}).Answer(testkit.Now, askVerify("", parsed.Raw)))

	server := &answer.Server{}
	for kind, c := range signers {
		for version, rules := range map[messages.Version]secrets.Rules{
			messages.TLS13: secrets.Rules13, messages.DTLS13: secrets.Rules13,
			messages.TLS12: secrets.Rules12, messages.DTLS12: secrets.Rules12,
		} {
			schemes := c.Credential(version).Schemes
			if !slices.Equal(schemes, secrets.SchemesFor(rules, keys[kind])) || len(schemes) == 0 {
				t.Errorf("%s signs with %v in %v", kind, schemes, version)
			}
			for _, scheme := range schemes {
				q := askSign(c, version, scheme)
				signature := signed(t, kind, server.Answer(testkit.Now, q))
				if err := secrets.VerifySignature(rules, keys[kind], scheme, q.Content, signature); err != nil {
					t.Errorf("%s with %v: %v", kind, scheme, err)
				}
			}
		}
	}
}

func TestDeterministicSigningRepeats(t *testing.T) {
	server := &answer.Server{Signing: answer.Signing{Deterministic: true}}
	q := askSign(certificate(t, testkit.P256), messages.TLS13, messages.ECDSASecp256r1SHA256)
	first := signed(t, "first", server.Answer(testkit.Now, q))
	if !bytes.Equal(first, signed(t, "second", server.Answer(testkit.Now, q))) {
		t.Error("two signatures differ")
	}
	server.Signing.Rand = testkit.Rand("salt")
	q = askSign(certificate(t, testkit.RSA), messages.TLS13, messages.RSAPSSRSAESHA256)
	first = signed(t, "RSA", server.Answer(testkit.Now, q))
	server.Signing.Rand = testkit.Rand("salt")
	if !bytes.Equal(first, signed(t, "RSA again", server.Answer(testkit.Now, q))) {
		t.Error("two RSA signatures with one salt differ")
	}
}

// failing is a signer out of reach.
type failing struct{ crypto.Signer }

var errOutOfReach = errors.New("out of reach")

func (failing) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errOutOfReach }

// mute is a signer that signs nothing and says so to nobody.
type mute struct{ crypto.Signer }

func (mute) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, nil }

func TestASignerThatFailsEndsTheHandshake(t *testing.T) {
	identity := testkit.Server(testkit.P256)
	server := &answer.Server{}
	wantFailure := func(why string, q *events.Sign, cause error) {
		t.Helper()
		refusal, ok := server.Answer(testkit.Now, q).(*events.Refused)
		if !ok || refusal.Alert != messages.AlertInternalError || refusal.Err == nil {
			t.Fatalf("%s: it signed", why)
		}
		if cause != nil && !errors.Is(refusal.Err, cause) {
			t.Errorf("%s: the error is %v", why, refusal.Err)
		}
	}
	remote, err := answer.NewCertificate(identity.Chain, failing{identity.Key})
	if err != nil {
		t.Fatal(err)
	}
	wantFailure("remote", askSign(remote, messages.TLS13, messages.ECDSASecp256r1SHA256), errOutOfReach)
	silent, err := answer.NewCertificate(identity.Chain, mute{identity.Key})
	if err != nil {
		t.Fatal(err)
	}
	wantFailure("silent", askSign(silent, messages.TLS13, messages.ECDSASecp256r1SHA256), nil)
	good := certificate(t, testkit.P256)
	wantFailure("a scheme of another key", askSign(good, messages.TLS13, messages.Ed25519), nil)
	wantFailure("a scheme of TLS 1.2 alone", askSign(certificate(t, testkit.RSA), messages.TLS13, messages.RSAPKCS1SHA256), nil)
	wantFailure("a credential of nobody", &events.Sign{Scheme: messages.Ed25519}, nil)
	wantFailure("a credential of somebody else", &events.Sign{Credential: &events.Credential{Key: 1}}, nil)
}

func TestCertificatesThatCannotServeAreRefused(t *testing.T) {
	identity := testkit.Server(testkit.P256)
	root := issue(t, "root", key(testkit.P384), nil, nil)
	encipher := issue(t, "leaf", key(testkit.P256), root, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	for why, try := range map[string]func() (*answer.Certificate, error){
		"no certificate":   func() (*answer.Certificate, error) { return answer.NewCertificate(nil, identity.Key) },
		"no signer":        func() (*answer.Certificate, error) { return answer.NewCertificate(identity.Chain, nil) },
		"no certificate 2": func() (*answer.Certificate, error) { return answer.NewCertificate([][]byte{{1}}, identity.Key) },
		"another key": func() (*answer.Certificate, error) {
			return answer.NewCertificate(identity.Chain, otherKey(testkit.P256))
		},
		"another kind": func() (*answer.Certificate, error) { return answer.NewCertificate(identity.Chain, key(testkit.RSA)) },
		"a key that is not": func() (*answer.Certificate, error) {
			return answer.NewCertificate([][]byte{encipher.der}, key(testkit.P256))
		},
		"a short key of Ed448": func() (*answer.Certificate, error) {
			return answer.ParsePEM(readFile(t, "ed448-self.pem"), shortEd448)
		},
		"another key than one of Ed448": func() (*answer.Certificate, error) {
			return answer.NewCertificate([][]byte{fileDER(t, "ed448.pem")}, key(testkit.P256))
		},
		"PEM of nothing":        func() (*answer.Certificate, error) { return answer.ParsePEM(nil, nil) },
		"PEM without a key":     func() (*answer.Certificate, error) { return answer.ParsePEM(readFile(t, "sec1.pem"), nil) },
		"PEM with a broken key": func() (*answer.Certificate, error) { return answer.ParsePEM(readFile(t, "sec1.pem"), brokenKey) },
		"an encrypted key":      func() (*answer.Certificate, error) { return answer.ParsePEM(readFile(t, "sec1.pem"), encryptedKey) },
		"no file":               func() (*answer.Certificate, error) { return answer.LoadPEM("testdata/none", "testdata/none") },
		"no key file":           func() (*answer.Certificate, error) { return answer.LoadPEM("testdata/sec1.pem", "testdata/none") },
	} {
		if c, err := try(); err == nil || c != nil {
			t.Errorf("%s: there is no error", why)
		}
	}
}

var (
	brokenKey    = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{0x30, 0}})
	shortEd448   = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("\x30\x0e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x71\x04\x02\x04\x00")})
	encryptedKey = pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{0x30, 0}})
)

func TestKeysComeInEveryUsualForm(t *testing.T) {
	if _, err := answer.LoadPEM(filepath.Join("testdata", "sec1.pem"), filepath.Join("testdata", "sec1.key")); err != nil {
		t.Errorf("SEC 1: %v", err)
	}
	// Both in one file, with the parameters that openssl puts before the key.
	both := append(readFile(t, "sec1.key"), readFile(t, "sec1.pem")...)
	name := filepath.Join(t.TempDir(), "both.pem")
	if err := os.WriteFile(name, append([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"), both...), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := answer.LoadPEM(name, name)
	if err != nil {
		t.Fatalf("one file: %v", err)
	}
	if c.Leaf().Subject.CommonName != "sec1" {
		t.Errorf("the leaf is %v", c.Leaf().Subject)
	}
	for _, kind := range testkit.Kinds() {
		identity := testkit.Server(kind)
		der, err := x509.MarshalPKCS8PrivateKey(identity.Key)
		if err != nil {
			t.Fatal(err)
		}
		chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: identity.Chain[0]})
		if _, err := answer.ParsePEM(chain, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
			t.Errorf("PKCS #8, %s: %v", kind, err)
		}
		if rsaKey, ok := identity.Key.(*rsa.PrivateKey); ok {
			der := x509.MarshalPKCS1PrivateKey(rsaKey)
			if _, err := answer.ParsePEM(chain, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der})); err != nil {
				t.Errorf("PKCS #1: %v", err)
			}
		}
		if ec, ok := identity.Key.(*ecdsa.PrivateKey); ok {
			der, err := x509.MarshalECPrivateKey(ec)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := answer.ParsePEM(chain, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})); err != nil {
				t.Errorf("SEC 1, %s: %v", kind, err)
			}
		}
	}
}

func TestCopiesStapleAndRestrict(t *testing.T) {
	plain := certificate(t, testkit.RSA)
	stapled := plain.Staple([]byte{1}, [][]byte{{2}})
	if c := stapled.Credential(messages.TLS13); len(c.OCSP) != 1 || len(c.SCTs) != 1 || c.Key != stapled {
		t.Errorf("the stapled credential is %+v", c)
	}
	if c := plain.Credential(messages.TLS13); c.OCSP != nil || c.SCTs != nil || c.Key != plain {
		t.Errorf("the plain credential is %+v", c)
	}
	one := plain.Restrict(messages.RSAPSSRSAESHA512, messages.Ed25519)
	if got := one.Credential(messages.TLS13).Schemes; !slices.Equal(got, []messages.SignatureScheme{messages.RSAPSSRSAESHA512}) {
		t.Errorf("the restricted certificate signs with %v", got)
	}
	if len(plain.Credential(messages.TLS12).Schemes) != 6 {
		t.Errorf("the plain certificate signs with %v", plain.Credential(messages.TLS12).Schemes)
	}
}
