package testkit

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"

	"filippo.io/mldsa"
	mldsax509 "filippo.io/mldsa/x509"
	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The kinds of key that identities have and [Kinds] leaves out: engines take them
// where a config names the scheme, and crypto/x509 does not know them.
const (
	Ed448   = "ed448"
	MLDSA44 = "mldsa44"
	MLDSA65 = "mldsa65"
	MLDSA87 = "mldsa87"
)

// OtherKinds lists them.
func OtherKinds() []string { return append([]string{Ed448}, MLDSAKinds()...) }

// MLDSAKinds lists those of ML-DSA, which are for TLS 1.3 alone.
func MLDSAKinds() []string { return []string{MLDSA44, MLDSA65, MLDSA87} }

// MLDSAScheme is the scheme of one of those.
func MLDSAScheme(kind string) messages.SignatureScheme {
	scheme, known := messages.ParseSignatureScheme(kind)
	if !known {
		panic("testkit: no scheme " + kind)
	}
	return scheme
}

func ed448Key(seed string) ed448.PrivateKey {
	material := make([]byte, ed448.SeedSize)
	_, _ = Rand(seed).Read(material)
	return ed448.NewKeyFromSeed(material)
}

func mldsaKey(kind, seed string) *mldsa.PrivateKey {
	parameters := map[string]mldsa.Parameters{MLDSA44: mldsa.MLDSA44(), MLDSA65: mldsa.MLDSA65(), MLDSA87: mldsa.MLDSA87()}
	material := make([]byte, mldsa.PrivateKeySize)
	_, _ = Rand(seed).Read(material)
	key, err := mldsa.NewPrivateKey(parameters[kind], material)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return key
}

// PublicKey is the key of a SubjectPublicKeyInfo, such as that of a
// certificate, whichever package knows it.
func PublicKey(info []byte) (crypto.PublicKey, error) {
	if key, ok := secrets.ParseEd448(info); ok {
		return key, nil
	}
	return mldsax509.ParsePKIXPublicKey(info)
}

// PublicKeyInfo is the SubjectPublicKeyInfo of a key.
func PublicKeyInfo(key crypto.PublicKey) []byte {
	if own, ok := key.(ed448.PublicKey); ok {
		return algorithmAnd(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1BitString(own) })
	}
	info, err := mldsax509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return info
}

// PrivateKey is the key of an identity in PKCS #8.
func (id *Identity) PrivateKey() []byte {
	if own, ok := id.Key.(ed448.PrivateKey); ok {
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(0)
			b.AddASN1(asn1.SEQUENCE, addEd448)
			b.AddASN1(asn1.OCTET_STRING, func(b *cryptobyte.Builder) { b.AddASN1OctetString(own.Seed()) })
		})
		return b.BytesOrPanic()
	}
	der, err := mldsax509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return der
}

func addEd448(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier([]int{1, 3, 101, 113}) }

func algorithmAnd(outer asn1.Tag, more func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(outer, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, addEd448)
		more(b)
	})
	return b.BytesOrPanic()
}

// certify gives a certificate that x509.CreateCertificate has made for another
// key to the one of a SubjectPublicKeyInfo, by an issuer whose key is of P-256.
func certify(der, info []byte, issuer *Identity) []byte {
	const beforeKey = 6 // version, serial number, signature, issuer, validity, subject
	input := cryptobyte.String(der)
	var certificate, content, element cryptobyte.String
	ok := input.ReadASN1(&certificate, asn1.SEQUENCE) && certificate.ReadASN1(&content, asn1.SEQUENCE)
	var tag asn1.Tag
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for i := 0; ok && !content.Empty(); i++ {
			ok = content.ReadAnyASN1Element(&element, &tag)
			if i == beforeKey {
				element = info
			}
			b.AddBytes(element)
		}
	})
	signed := b.BytesOrPanic()
	digest := sha256.Sum256(signed)
	signature, err := issuer.Key.(*ecdsa.PrivateKey).Sign(nil, digest[:], crypto.SHA256)
	if err != nil || !ok || !certificate.ReadASN1Element(&element, asn1.SEQUENCE) {
		panic("testkit: a certificate for a key that crypto/x509 does not know cannot be made")
	}
	var whole cryptobyte.Builder
	whole.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(signed)
		b.AddBytes(element)
		b.AddASN1BitString(signature)
	})
	return whole.BytesOrPanic()
}
