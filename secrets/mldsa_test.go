package secrets

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"slices"
	"testing"

	"filippo.io/mldsa"

	"github.com/tacitls/tacitls/messages"
)

// mldsaSchemes are in the order of the published certificates.
var mldsaSchemes = []messages.SignatureScheme{messages.MLDSA44, messages.MLDSA65, messages.MLDSA87}

// mldsaCertificates are those of RFC 9881, Appendix C.3.
func mldsaCertificates(t *testing.T) (certificates []*x509.Certificate) {
	t.Helper()
	rest, err := os.ReadFile("testdata/rfc9881.pem")
	wantError(t, "the file of certificates", err, nil)
	for range mldsaSchemes {
		block, after := pem.Decode(rest)
		parsed, err := x509.ParseCertificate(block.Bytes)
		wantError(t, "a certificate", err, nil)
		certificates, rest = append(certificates, parsed), after
	}
	return certificates
}

// mldsaSigner is the key of a parameter set that the RFC makes its examples of, or
// another.
func mldsaSigner(t *testing.T, row int, first byte) *mldsa.PrivateKey {
	t.Helper()
	seed := make([]byte, mldsa.PrivateKeySize)
	for i := range seed {
		seed[i] = byte(i)
	}
	seed[0] = first
	key, err := mldsa.NewPrivateKey(mldsaRows[row].parameters(), seed)
	wantError(t, "the key of a seed", err, nil)
	return key
}

func TestThePublishedSignaturesOfMLDSAVerifyInTLS13Alone(t *testing.T) {
	for i, certificate := range mldsaCertificates(t) {
		scheme, signed, signature := mldsaSchemes[i], certificate.RawTBSCertificate, certificate.Signature
		key, ok := ParseMLDSA(certificate.RawSubjectPublicKeyInfo)
		if !ok || !key.Equal(mldsaSigner(t, i, 0).Public()) {
			t.Fatalf("%v: not the key of the seed", scheme)
		}
		wantError(t, "of the RFC", VerifySignature(Rules13, key, scheme, signed, signature), nil)
		for _, rules := range []Rules{Rules12, Rules12Legacy} {
			wantError(t, "in TLS 1.2", VerifySignature(rules, key, scheme, signed, signature), ErrScheme)
			if schemes := SchemesFor(rules, key); schemes != nil {
				t.Errorf("%v in TLS 1.2: it signs with %v", scheme, schemes)
			}
		}
		for _, other := range mldsaSchemes {
			if other != scheme {
				wantError(t, "as another set", VerifySignature(Rules13, key, other, signed, signature), ErrKeyMismatch)
			}
		}
		for name, signature := range map[string][]byte{
			"nothing": nil, "a byte less": signature[:len(signature)-1], "a byte more": append(slices.Clip(signature), 0),
			"zeros": make([]byte, len(signature)), "another challenge": changedAt(signature, 0), "another hint": changedAt(signature, len(signature)-1),
			"another response": changedAt(signature, len(signature)/2),
		} {
			wantError(t, name, VerifySignature(Rules13, key, scheme, signed, signature), ErrBadSignature)
		}
		wantError(t, "of another content", VerifySignature(Rules13, key, scheme, append(slices.Clip(signed), 0), signature), ErrBadSignature)
		wantError(t, "by another key", VerifySignature(Rules13, mldsaSigner(t, i, 1).Public(), scheme, signed, signature), ErrBadSignature)
	}
}

func TestASignatureOfMLDSAWithAContextDoesNotVerify(t *testing.T) {
	for i, scheme := range mldsaSchemes {
		key, content := mldsaSigner(t, i, 0), []byte("content")
		for context, want := range map[string]error{"": nil, "TLS": ErrBadSignature} {
			signature, err := key.SignDeterministic(content, &mldsa.Options{Context: context})
			wantError(t, "a signature", err, nil)
			wantError(t, "with the context "+context, VerifySignature(Rules13, key.Public(), scheme, content, signature), want)
		}
	}
}

func TestKeysOfMLDSAAreReadFromTheirOneEncoding(t *testing.T) {
	for i, certificate := range mldsaCertificates(t) {
		info := certificate.RawSubjectPublicKeyInfo
		key, ok := ParseMLDSA(info)
		if !ok {
			t.Fatalf("%v: no key", mldsaSchemes[i])
		}
		wantBytes(t, "written again", MLDSAInfo(key), info)
		start := len(info) - len(key.Bytes())
		for name, other := range map[string][]byte{
			"nothing": nil, "the prefix alone": info[:start], "a byte less": info[:len(info)-1], "a byte more": append(slices.Clip(info), 0),
			"another OID": changedAt(info, 16), "an unused bit": changedAt(info, start-1), "with the OID of another set": withSet(info, i+1),
		} {
			if _, ok := ParseMLDSA(other); ok {
				t.Errorf("%v: a key from %s", mldsaSchemes[i], name)
			}
		}
		before := bytes.Clone(key.Bytes())
		clear(info)
		wantBytes(t, "once the bytes are gone", key.Bytes(), before)
	}
	if MLDSAInfo(nil) != nil || MLDSAInfo(&MLDSAPublicKey{}) != nil {
		t.Error("a key that nobody has set has an encoding")
	}
}

// withSet names another parameter set for the same bytes.
func withSet(info []byte, set int) []byte {
	const atSet = 16
	other := bytes.Clone(info)
	other[atSet] = byte(0x11 + set%len(mldsaRows))
	return other
}
