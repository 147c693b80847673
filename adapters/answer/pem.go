package answer

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	mldsax509 "filippo.io/mldsa/x509"
	"github.com/cloudflare/circl/sign/ed448"
	"golang.org/x/crypto/cryptobyte"
	cryptobyteasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// ParsePEM makes a Certificate of PEM blocks: those of chain with the label
// CERTIFICATE, the end-entity certificate first, and the first private key of
// key, in PKCS #8, PKCS #1 or SEC 1. Other blocks are passed over, so that both
// may be one file. Keys that are encrypted are refused, and those of ML-DSA that
// are not in the form of a seed alone (RFC 9881, Section 6).
func ParsePEM(chain, key []byte) (*Certificate, error) {
	var ders [][]byte
	for block, rest := pem.Decode(chain); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			ders = append(ders, block.Bytes)
		}
	}
	if len(ders) == 0 {
		return nil, errors.New("answer: no certificate in PEM found")
	}
	signer, err := parseKey(key)
	if err != nil {
		return nil, err
	}
	return NewCertificate(ders, signer)
}

// LoadPEM is ParsePEM for two files, which may be the same.
func LoadPEM(chainFile, keyFile string) (*Certificate, error) {
	chain, err := os.ReadFile(chainFile)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return ParsePEM(chain, key)
}

func parseKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = parsePKCS8(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			err = errors.New("the private key is encrypted")
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("answer: %w", err)
		}
		signer, ok := key.(crypto.Signer)
		if !ok {
			return nil, fmt.Errorf("answer: a key of type %T does not sign", key)
		}
		return signer, nil
	}
	return nil, errors.New("answer: no private key in PEM found")
}

// parsePKCS8 is that of crypto/x509, and knows id-RSASSA-PSS, Ed448 and ML-DSA too.
func parsePKCS8(der []byte) (any, error) {
	input := cryptobyte.String(der)
	var info, algorithm, key cryptobyte.String
	var version int
	var oid asn1.ObjectIdentifier
	if input.ReadASN1(&info, cryptobyteasn1.SEQUENCE) && info.ReadASN1Integer(&version) &&
		info.ReadASN1(&algorithm, cryptobyteasn1.SEQUENCE) && algorithm.ReadASN1ObjectIdentifier(&oid) &&
		info.ReadASN1(&key, cryptobyteasn1.OCTET_STRING) {
		switch {
		case oid.Equal(oidPSS):
			return x509.ParsePKCS1PrivateKey(key)
		case oid.Equal(oidEd448):
			return parseEd448Key(key)
		}
	}
	return mldsax509.ParsePKCS8PrivateKey(der)
}

// oidEd448 is id-Ed448 (RFC 8410, Section 3).
var oidEd448 = asn1.ObjectIdentifier{1, 3, 101, 113}

// parseEd448Key reads a CurvePrivateKey (RFC 8410, Section 7).
func parseEd448Key(der cryptobyte.String) (any, error) {
	var seed cryptobyte.String
	if !der.ReadASN1(&seed, cryptobyteasn1.OCTET_STRING) || !der.Empty() || len(seed) != ed448.SeedSize {
		return nil, errors.New("the private key of Ed448 is malformed")
	}
	return ed448.NewKeyFromSeed(seed), nil
}
