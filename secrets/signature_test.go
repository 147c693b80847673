package secrets

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/cloudflare/circl/sign/ed448"

	"github.com/tacitls/tacitls/messages"
)

// The RSA key of RFC 8448, Section 2.
const (
	modulus = "b4bb498f8279303d980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace6c1af1" +
		"9eaa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530ef0461c8c" +
		"a9d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f"
	exponent = "04dea705d43a6ea7209dd8072111a83c81e322a59278b33480641eaf7c0a6985b8e31c44f6de62e1b4c2309f6126e77b" +
		"7c41e923314bbfa3881305dc1217f16c819ce538e922f369828d0e57195d8c8488460207b2faa726bcf708bbd7db7f67" +
		"9f893492fc2a622e08970aac441ce4e0c3088df25ae679233df8a3bda2ff9941"
	prime1 = "e435fb7cc83737756dacea96ab7f59a2cc1069db7deb190e17e33a532b273f30a327aa0aaabc58cd67466af9845fadc6" +
		"75fe094af92c4bd1f2c1bc33dd2e0515"
	prime2 = "cabd3bc0e0438664c8d4cc9f99977a94d9bbfead8e43870abae3f7eb8b4e0eee8af1d9b4719ba6196cf2cbbaeeebf8b3" +
		"490afe9e9ffa74a88aa51fc645629303"
)

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	number := func(s string) *big.Int { return new(big.Int).SetBytes(unhex(t, s)) }
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: number(modulus), E: 65537},
		D:         number(exponent),
		Primes:    []*big.Int{number(prime1), number(prime2)},
	}
	key.Precompute()
	return key
}

func ecdsaKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	size := (curve.Params().BitSize + 7) / 8
	key, err := ecdsa.ParseRawPrivateKey(curve, big.NewInt(0x1234567).FillBytes(make([]byte, size)))
	if err != nil {
		t.Fatalf("key on %s: %v", curve.Params().Name, err)
	}
	return key
}

// signAs signs as a scheme's own signer would, with a salt of the length given
// for the RSA-PSS schemes.
func signAs(t *testing.T, key crypto.Signer, scheme messages.SignatureScheme, salt int, signed []byte) []byte {
	t.Helper()
	parts, ok := partsOf(scheme)
	if !ok {
		t.Fatalf("unknown scheme %v", scheme)
	}
	digest := signed
	if parts.hash != 0 {
		digest = appendDigest(nil, parts.hash, signed)
	}
	var options crypto.SignerOpts = parts.hash
	if parts.algorithm == rsaPSSRSAE || parts.algorithm == rsaPSSPSS {
		options = &rsa.PSSOptions{SaltLength: salt, Hash: parts.hash}
	}
	signature, err := key.Sign(&counter{1}, digest, options)
	if err != nil {
		t.Fatalf("sign as %v: %v", scheme, err)
	}
	return signature
}

// covers 8446/9.1/2
// covers 8446/4.2.3/16
// covers 8422/5.9/3
// covers 8422/5.9/4
func TestEverySchemeAKeyCanSignWithVerifiesAndNoOtherDoes(t *testing.T) {
	rsaSigner := rsaKey(t)
	seed := bytes.Repeat([]byte{3}, ed25519.SeedSize)
	edSigner := ed25519.NewKeyFromSeed(seed)
	ed448Signer := ed448.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed448.SeedSize))
	p256, p384, p521 := ecdsaKey(t, elliptic.P256()), ecdsaKey(t, elliptic.P384()), ecdsaKey(t, elliptic.P521())
	ecdsa12 := "[ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512]"
	for _, row := range []struct {
		name       string
		signer     crypto.Signer
		pub        crypto.PublicKey
		in13, in12 string
	}{
		{"P-256", p256, &p256.PublicKey, "[ecdsa_secp256r1_sha256]", ecdsa12},
		{"P-384", p384, &p384.PublicKey, "[ecdsa_secp384r1_sha384]", "[ecdsa_secp384r1_sha384 ecdsa_secp256r1_sha256 ecdsa_secp521r1_sha512]"},
		{"P-521", p521, &p521.PublicKey, "[ecdsa_secp521r1_sha512]", "[ecdsa_secp521r1_sha512 ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384]"},
		{"Ed25519", edSigner, edSigner.Public(), "[ed25519]", "[ed25519]"},
		{"Ed448", ed448Signer, ed448Signer.Public(), "[ed448]", "[ed448]"},
		{"ML-DSA-44", mldsaSigner(t, 0, 3), mldsaSigner(t, 0, 3).Public(), "[mldsa44]", "[]"},
		{"ML-DSA-65", mldsaSigner(t, 1, 3), mldsaSigner(t, 1, 3).Public(), "[mldsa65]", "[]"},
		{"ML-DSA-87", mldsaSigner(t, 2, 3), mldsaSigner(t, 2, 3).Public(), "[mldsa87]", "[]"},
		// 1024 bits do not hold a SHA-512 digest and its salt.
		{"RSA", rsaSigner, &rsaSigner.PublicKey, "[rsa_pss_rsae_sha256 rsa_pss_rsae_sha384]",
			"[rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512]"},
		{"RSA-PSS", rsaSigner, PSSPublicKey{&rsaSigner.PublicKey}, "[rsa_pss_pss_sha256 rsa_pss_pss_sha384]",
			"[rsa_pss_pss_sha256 rsa_pss_pss_sha384]"},
	} {
		for rules, want := range map[Rules]string{Rules13: row.in13, Rules12: row.in12} {
			schemes := SchemesFor(rules, row.pub)
			if got := fmt.Sprint(schemes); got != want {
				t.Errorf("%s under rules %d: got %s, want %s", row.name, rules, got, want)
			}
			for _, scheme := range schemes {
				reason := fmt.Sprintf("%s, %v, rules %d", row.name, scheme, rules)
				signed := VerifyInput13(nil, ServerContext, make([]byte, 32))
				signature := signAs(t, row.signer, scheme, rsa.PSSSaltLengthEqualsHash, signed)
				wantError(t, reason, VerifySignature(rules, row.pub, scheme, signed, signature), nil)
				wantError(t, reason+", of nothing", VerifySignature(rules, row.pub, scheme, signed, nil), ErrBadSignature)
				signature[len(signature)/2] ^= 4
				wantError(t, reason+", changed", VerifySignature(rules, row.pub, scheme, signed, signature), ErrBadSignature)
			}
			for scheme := range 1 << 16 {
				s := messages.SignatureScheme(scheme)
				if slices.Contains(schemes, s) {
					continue
				}
				if err := VerifySignature(rules, row.pub, s, nil, nil); err != ErrScheme && err != ErrKeyMismatch {
					t.Errorf("%s with %v: %v", row.name, s, err)
				}
			}
		}
	}
}

// covers 8446/4.4.3/7
// covers 8446/4.4.3/8
// covers 8446/4.2.3/14
// covers 8422/5.10/4
func TestSchemesThatSignNoHandshakeAreRefused(t *testing.T) {
	key := &rsaKey(t).PublicKey
	for _, scheme := range []messages.SignatureScheme{
		messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512, messages.RSAPKCS1SHA1, messages.ECDSASHA1, 0x0101, 0x0202,
	} {
		wantError(t, scheme.String(), VerifySignature(Rules13, key, scheme, nil, nil), ErrScheme)
	}
	for _, scheme := range []messages.SignatureScheme{messages.RSAPKCS1SHA1, messages.ECDSASHA1, messages.RSAPKCS1SHA224, 0x0101} {
		wantError(t, scheme.String(), VerifySignature(Rules12, key, scheme, nil, nil), ErrScheme)
	}
}

// covers 8446/4.2.3/4
// covers 8446/4.2.3/6
func TestAPSSSaltOfAnotherLengthThanTheHashIsRefused(t *testing.T) {
	key := rsaKey(t)
	for _, salt := range []int{1, 20, 31, 33} {
		signature := signAs(t, key, messages.RSAPSSRSAESHA256, salt, []byte("x"))
		err := VerifySignature(Rules13, &key.PublicKey, messages.RSAPSSRSAESHA256, []byte("x"), signature)
		wantError(t, fmt.Sprintf("salt of %d bytes under rsaEncryption", salt), err, ErrBadSignature)
		err = VerifySignature(Rules13, PSSPublicKey{&key.PublicKey}, messages.RSAPSSPSSSHA256, []byte("x"), signature)
		wantError(t, fmt.Sprintf("salt of %d bytes under RSASSA-PSS", salt), err, ErrBadSignature)
	}
}

// covers 8446/4.2.3/1
// covers 8446/4.2.3/5
// covers 8446/4.2.3/7
// covers 8446/4.4.3/6
func TestKeysOfAnotherKindCurveOrSizeAreRefused(t *testing.T) {
	good := &rsaKey(t).PublicKey
	modulusOf := func(bits uint) *rsa.PublicKey {
		return &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), int(bits)-1, 1), E: 65537}
	}
	for name, row := range map[string]struct {
		pub    crypto.PublicKey
		scheme messages.SignatureScheme
	}{
		"no key":                               {nil, messages.Ed25519},
		"a nil RSA key":                        {(*rsa.PublicKey)(nil), messages.RSAPSSRSAESHA256},
		"an empty RSA key":                     {&rsa.PublicKey{}, messages.RSAPSSRSAESHA256},
		"an empty RSA-PSS key":                 {PSSPublicKey{}, messages.RSAPSSPSSSHA256},
		"a nil ECDSA key":                      {(*ecdsa.PublicKey)(nil), messages.ECDSASecp256r1SHA256},
		"an empty ECDSA key":                   {&ecdsa.PublicKey{}, messages.ECDSASecp256r1SHA256},
		"an Ed25519 key cut short":             {ed25519.PublicKey(make([]byte, 31)), messages.Ed25519},
		"rsae scheme with an PSS key":          {PSSPublicKey{good}, messages.RSAPSSRSAESHA256},
		"pss scheme with a plain key":          {good, messages.RSAPSSPSSSHA256},
		"an RSA modulus of 1023 bits":          {modulusOf(1023), messages.RSAPSSRSAESHA256},
		"an RSA modulus of 8193 bits":          {modulusOf(8193), messages.RSAPSSRSAESHA256},
		"SHA-384 with a P-256 key":             {&ecdsaKey(t, elliptic.P256()).PublicKey, messages.ECDSASecp384r1SHA384},
		"a P-224 key":                          {&ecdsaKey(t, elliptic.P224()).PublicKey, messages.ECDSASecp256r1SHA256},
		"an ECDSA scheme with RSA":             {good, messages.ECDSASecp256r1SHA256},
		"a private key":                        {rsaKey(t), messages.RSAPSSRSAESHA256},
		"a nil ML-DSA key":                     {(*MLDSAPublicKey)(nil), messages.MLDSA44},
		"an empty ML-DSA key":                  {&MLDSAPublicKey{}, messages.MLDSA44},
		"a key of another set of ML-DSA":       {mldsaSigner(t, 1, 0).Public(), messages.MLDSA44},
		"a private key of ML-DSA":              {mldsaSigner(t, 0, 0), messages.MLDSA44},
		"SHA-512 with an RSA key of 1024 bits": {good, messages.RSAPSSRSAESHA512},
	} {
		wantError(t, name, VerifySignature(Rules13, row.pub, row.scheme, []byte("x"), make([]byte, 64)), ErrKeyMismatch)
	}
	p224 := &ecdsaKey(t, elliptic.P224()).PublicKey
	wantError(t, "P-224 in TLS 1.2", VerifySignature(Rules12, p224, messages.ECDSASecp256r1SHA256, nil, nil), ErrKeyMismatch)
	wantError(t, "8192 bits", VerifySignature(Rules13, modulusOf(8192), messages.RSAPSSRSAESHA256, nil, nil), ErrBadSignature)
	if got := SchemesFor(Rules13, p224); got != nil {
		t.Errorf("a P-224 key signs with %v", got)
	}
}

func TestASignatureOfOneSideIsNoneOfTheOther(t *testing.T) {
	// RFC 8446, Section 4.4.3., the example for a server.
	sum := bytes.Repeat([]byte{1}, 32)
	want := unhex(t, "2020202020202020202020202020202020202020202020202020202020202020"+
		"2020202020202020202020202020202020202020202020202020202020202020"+
		"544c5320312e332c207365727665722043657274696669636174655665726966"+
		"79"+
		"00"+
		"0101010101010101010101010101010101010101010101010101010101010101")
	server := VerifyInput13(nil, ServerContext, sum)
	wantBytes(t, "the RFC's example", server, want)
	client := VerifyInput13([]byte("kept"), ClientContext, sum)
	wantBytes(t, "of the client", client, bytes.Replace(append([]byte("kept"), want...), []byte("server"), []byte("client"), 1))

	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	err := VerifySignature(Rules13, key.Public(), messages.Ed25519, client, ed25519.Sign(key, server))
	wantError(t, "the server's signature as the client's", err, ErrBadSignature)
}

func TestTheHashOfASchemeIsTold(t *testing.T) {
	for scheme, want := range map[messages.SignatureScheme]crypto.Hash{
		messages.Ed25519: 0, messages.Ed448: 0, messages.MLDSA65: 0, messages.ECDSASecp256r1SHA256: crypto.SHA256,
		messages.RSAPSSPSSSHA384: crypto.SHA384, messages.RSAPKCS1SHA512: crypto.SHA512,
	} {
		if got, ok := HashOf(scheme); got != want || !ok {
			t.Errorf("%v: %v, %v", scheme, got, ok)
		}
	}
	if _, ok := HashOf(messages.RSAPKCS1SHA1); ok {
		t.Error("SHA-1 is known")
	}
}
