package answer_test

import (
	"crypto"
	"encoding/asn1"
	"encoding/pem"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func TestKeysOfMLDSASignAndVerifyInTLS13Alone(t *testing.T) {
	server := &answer.Server{}
	client := &answer.Client{Roots: testkit.Roots()}
	for _, kind := range testkit.MLDSAKinds() {
		identity, scheme := testkit.Server(kind), testkit.MLDSAScheme(kind)
		c, err := answer.ParsePEM(
			pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: identity.Chain[0]}),
			pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: identity.PrivateKey()}))
		if err != nil {
			t.Fatalf("%s from PEM: %v", kind, err)
		}
		if got := c.Credential(messages.TLS13).Schemes; !slices.Equal(got, []messages.SignatureScheme{scheme}) {
			t.Errorf("%s signs with %v", kind, got)
		}
		if got := c.Credential(messages.TLS12).Schemes; got != nil {
			t.Errorf("%s signs with %v in TLS 1.2", kind, got)
		}
		key := accepted(t, kind, client.Answer(testkit.Now, askVerify(testkit.ServerName, identity.Chain...)))
		q := askSign(c, messages.TLS13, scheme)
		signature := signed(t, kind, server.Answer(testkit.Now, q))
		if err := secrets.VerifySignature(secrets.Rules13, key, scheme, q.Content, signature); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestACertificateOfMLDSAIsForPeersThatTakeIt(t *testing.T) {
	var certificates []*answer.Certificate
	for _, kind := range []string{testkit.MLDSA65, testkit.P256} {
		certificates = append(certificates, certificate(t, kind))
	}
	server := &answer.Server{Certificates: certificates}
	classical := messages.ECDSASecp256r1SHA256
	wantCredential(t, "a client of today", server.Answer(testkit.Now, askCredential(testkit.ServerName, classical)), certificates[1])
	wantCredential(t, "a client that likes it best", server.Answer(testkit.Now, askCredential(testkit.ServerName, messages.MLDSA65, classical)), certificates[0])
	wantCredential(t, "a client that likes it less", server.Answer(testkit.Now, askCredential(testkit.ServerName, classical, messages.MLDSA65)), certificates[1])
	wantCredential(t, "a client that has another set", server.Answer(testkit.Now, askCredential(testkit.ServerName, messages.MLDSA44)), nil)
	q := askCredential(testkit.ServerName, classical, messages.MLDSA65)
	q.Version = messages.TLS12
	wantCredential(t, "in TLS 1.2", server.Answer(testkit.Now, q), certificates[1])
}

func TestARawKeyOfMLDSAIsShownAndTaken(t *testing.T) {
	server := &answer.Server{}
	for _, kind := range testkit.MLDSAKinds() {
		c, scheme := raw(t, key(kind)), testkit.MLDSAScheme(kind)
		client := &answer.Client{RawKeys: answer.RawKeys{c.RawPublicKey()}}
		taken := accepted(t, kind, client.Answer(testkit.Now, askRaw(events.Client, c.RawPublicKey())))
		q := askSign(c, messages.TLS13, scheme)
		if err := secrets.VerifySignature(secrets.Rules13, taken, scheme, q.Content, signed(t, kind, server.Answer(testkit.Now, q))); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if _, err := answer.NewRawPublicKey(unset{key(testkit.P256)}); err == nil {
		t.Error("a raw key that nobody has set")
	}
}

// unset is a signer whose key nobody has set.
type unset struct{ crypto.Signer }

func (unset) Public() crypto.PublicKey { return &secrets.MLDSAPublicKey{} }

// The certificate is an example of RFC 9881, Appendix C.3. Nobody verifies the
// signature on a root.
func TestASelfSignedCertificateOfMLDSAIsTakenIfItIsARoot(t *testing.T) {
	der := fileDER(t, "mldsa44-self.pem")
	q := &events.VerifyPeer{Asked: events.Asked{ID: 7}, Role: events.Server, Chain: [][]byte{der}}
	server := &answer.Server{ClientRoots: filePool(t, "mldsa44-self.pem")}
	if _, ok := accepted(t, "a root", server.Answer(filesNow, q)).(*secrets.MLDSAPublicKey); !ok {
		t.Error("the key is another")
	}
	server.ClientRoots = testkit.Roots()
	refused(t, "no root", server.Answer(filesNow, q), messages.AlertUnknownCA)
}

func TestKeysOfMLDSAInOtherFormsThanTheSeedAreRefused(t *testing.T) {
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: testkit.Server(testkit.MLDSA44).Chain[0]})
	for form, private := range map[string][]byte{
		"the expanded key": {0x04, 0x00}, "both": {0x30, 0x00}, "a short seed": {0x80, 0x01, 0x00}, "nothing": {},
	} {
		der, err := asn1.Marshal(struct {
			Version   int
			Algorithm struct{ OID asn1.ObjectIdentifier }
			Key       []byte
		}{0, struct{ OID asn1.ObjectIdentifier }{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 17}}, private})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := answer.ParsePEM(chain, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err == nil {
			t.Errorf("a key of ML-DSA by %s", form)
		}
	}
	if _, err := answer.NewCertificate(testkit.Server(testkit.MLDSA44).Chain, otherKey(testkit.MLDSA44)); err == nil {
		t.Error("a signer of another key")
	}
}
