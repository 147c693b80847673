package answer

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cryptobyteasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/secrets"
)

var errUnsupportedKey = errors.New("the certificate's public key is of a kind, curve or size that is not supported")

// oidPSS is id-RSASSA-PSS (RFC 8017, Appendix A.2.3).
var oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

// publicKeyOf gives the key of a certificate as the engine wants it.
func publicKeyOf(leaf *x509.Certificate) (crypto.PublicKey, error) {
	return servedKey(leaf.PublicKey, leaf.RawSubjectPublicKeyInfo)
}

// servedKey gives the key that crypto/x509 has found in a SubjectPublicKeyInfo,
// or one of those that it leaves alone. It refuses what signs nothing here.
func servedKey(key crypto.PublicKey, info []byte) (crypto.PublicKey, error) {
	if key == nil {
		if ed448, ok := secrets.ParseEd448(info); ok {
			return ed448, nil
		}
		if own, ok := secrets.ParseMLDSA(info); ok {
			return own, nil
		}
		pss, err := parsePSSKey(info)
		if err != nil {
			return nil, err
		}
		key = pss
	}
	if len(secrets.SchemesFor(secrets.Rules12, key))+len(secrets.SchemesFor(secrets.Rules13, key)) == 0 {
		return nil, errUnsupportedKey
	}
	return key, nil
}

// parsePSSKey reads a SubjectPublicKeyInfo with the algorithm id-RSASSA-PSS,
// which crypto/x509 leaves alone. Such a key may carry parameters that restrict
// its use (RFC 4055, Section 3.3); nothing here could hold a peer to them, so
// that only keys without are taken.
func parsePSSKey(der []byte) (secrets.PSSPublicKey, error) {
	var none secrets.PSSPublicKey
	input := cryptobyte.String(der)
	var info, algorithm, sequence cryptobyte.String
	var oid asn1.ObjectIdentifier
	var bits []byte
	if !input.ReadASN1(&info, cryptobyteasn1.SEQUENCE) || !input.Empty() ||
		!info.ReadASN1(&algorithm, cryptobyteasn1.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!info.ReadASN1BitStringAsBytes(&bits) || !info.Empty() {
		return none, errUnsupportedKey
	}
	if !oid.Equal(oidPSS) || !algorithm.Empty() {
		return none, errUnsupportedKey
	}
	key := cryptobyte.String(bits)
	modulus, exponent := new(big.Int), 0
	if !key.ReadASN1(&sequence, cryptobyteasn1.SEQUENCE) || !key.Empty() ||
		!sequence.ReadASN1Integer(modulus) || !sequence.ReadASN1Integer(&exponent) || !sequence.Empty() {
		return none, errUnsupportedKey
	}
	if modulus.Sign() <= 0 || exponent < 2 {
		return none, errUnsupportedKey
	}
	return secrets.PSSPublicKey{PublicKey: &rsa.PublicKey{N: modulus, E: exponent}}, nil
}
