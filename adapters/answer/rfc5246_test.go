package answer_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// inVersion1 takes a certificate of a P-384 issuer back to version 1 of X.509,
// which has no extensions.
func inVersion1(t *testing.T, c, issuer *issued) []byte {
	t.Helper()
	var whole struct {
		Body      asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(c.der, &whole); err != nil {
		t.Fatal(err)
	}
	var fields []byte
	for rest := whole.Body.Bytes; len(rest) > 0; {
		var field asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &field); err != nil {
			t.Fatal(err)
		}
		if field.Class != asn1.ClassContextSpecific {
			fields = append(fields, field.FullBytes...)
		}
	}
	body, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: fields})
	if err != nil {
		t.Fatal(err)
	}
	digest := sha512.Sum384(body)
	signature, err := issuer.key.Sign(nil, digest[:], crypto.SHA384)
	if err != nil {
		t.Fatal(err)
	}
	whole.Body = asn1.RawValue{FullBytes: body}
	whole.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	der, err := asn1.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// covers 5246/7.4.2/5 5246/7.4.6/3
// covers 8446/4.4.2.2/1 8446/4.4.2.3/1
func TestACertificateOfVersion1IsNotTaken(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	old := inVersion1(t, issue(t, "leaf", key(testkit.P256), root, nil), root)
	if parsed, err := x509.ParseCertificate(old); err != nil || parsed.Version != 1 || parsed.CheckSignatureFrom(root.cert) != nil {
		t.Fatalf("the certificate is sound but for its version: %v", err)
	}
	client, server := &answer.Client{Roots: pool(root)}, &answer.Server{ClientRoots: pool(root)}
	refused(t, "a server's", client.Answer(testkit.Now, askVerify("server.example", old)), messages.AlertUnsupportedCertificate)
	q := askVerify("", old)
	q.Role = events.Server
	refused(t, "a client's", server.Answer(testkit.Now, q), messages.AlertUnsupportedCertificate)
}

// covers 5246/7.4.2/8 5246/7.4.2/12 5246/7.4.6/4
func TestAKeyThatMayNotSignServesNoSignature(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	for _, kind := range testkit.Kinds() {
		for usage, may := range map[x509.KeyUsage]bool{
			0: true, x509.KeyUsageDigitalSignature: true, x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement: true,
			x509.KeyUsageKeyAgreement: false, x509.KeyUsageCRLSign: false, x509.KeyUsageContentCommitment: false,
		} {
			leaf := issue(t, "leaf", key(kind), root, func(c *x509.Certificate) {
				c.KeyUsage = usage
				c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
			})
			if _, err := answer.NewCertificate([][]byte{leaf.der}, leaf.key); (err == nil) != may {
				t.Errorf("%s, usage %x: to be shown: %v", kind, usage, err)
			}
			q := askVerify("", leaf.der)
			q.Role = events.Server
			for _, a := range []events.Answer{
				(&answer.Client{Roots: pool(root)}).Answer(testkit.Now, askVerify("server.example", leaf.der)),
				(&answer.Server{ClientRoots: pool(root)}).Answer(testkit.Now, q),
			} {
				if may {
					accepted(t, kind, a)
				} else {
					refused(t, kind, a, messages.AlertUnsupportedCertificate)
				}
			}
		}
	}
}

// covers 5246/7.4.2/3
func TestTheCertificateOfTheKeyComesFirst(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), root, nil)
	other := issue(t, "other", otherKey(testkit.P256), root, nil)
	if _, err := answer.NewCertificate([][]byte{other.der, leaf.der}, leaf.key); err == nil {
		t.Error("a chain begins with another certificate than the key's")
	}
	c, err := answer.NewCertificate([][]byte{leaf.der, root.der}, leaf.key)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Credential(messages.TLS12).Chain; len(got) != 2 || !bytes.Equal(got[0], leaf.der) || !bytes.Equal(got[1], root.der) {
		t.Errorf("the chain is %x", got)
	}
}

// covers 5246/7.4.4/1 5246/7.4.6/9
func TestAClientOfTLS12ShowsNoChainWithASignatureThatWasNotAskedFor(t *testing.T) {
	middle := issue(t, "middle", otherKey(testkit.P384), issue(t, "root", key(testkit.RSA), nil, nil), authority)
	leaf := issue(t, "leaf", key(testkit.P256), middle, nil)
	c, err := answer.NewCertificate([][]byte{leaf.der, middle.der}, leaf.key)
	if err != nil {
		t.Fatal(err)
	}
	client := &answer.Client{Certificates: []*answer.Certificate{c}}
	for want, schemes := range map[*answer.Certificate][][]messages.SignatureScheme{
		c: {{messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.RSAPKCS1SHA256}},
		nil: {
			{messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384}, {messages.ECDSASecp256r1SHA256, messages.RSAPKCS1SHA256},
		},
	} {
		for _, asked := range schemes {
			q := askCredential("", messages.ECDSASecp256r1SHA256)
			q.Role, q.Version, q.SchemesCert = events.Client, messages.TLS12, asked
			wantCredential(t, "asked for", client.Answer(testkit.Now, q), want)
		}
	}
}

// covers 5246/4.7/1
func TestASignatureOfPKCS1HoldsItsDigestInDER(t *testing.T) {
	c := certificate(t, testkit.RSA)
	content := []byte("what is signed")
	digest := sha256.Sum256(content)
	q := &events.Sign{
		Asked: events.Asked{ID: 7}, Credential: c.Credential(messages.TLS12), Scheme: messages.RSAPKCS1SHA256, Content: content,
	}
	signed, ok := (&answer.Server{}).Answer(testkit.Now, q).(*events.Signature)
	if !ok {
		t.Fatal("nothing is signed")
	}
	key := c.Leaf().PublicKey.(*rsa.PublicKey)
	block := new(big.Int).Exp(new(big.Int).SetBytes(signed.Signature), big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	// SEQUENCE { SEQUENCE { OID id-sha256, NULL }, OCTET STRING } (RFC 8017, Section 9.2).
	info, _ := hex.DecodeString("3031300d060960864801650304020105000420")
	want := append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, key.Size()-3-len(info)-len(digest))...)
	want = append(append(append(want, 0), info...), digest[:]...)
	if !bytes.Equal(block, want) {
		t.Errorf("the signature holds %x", block)
	}
}
