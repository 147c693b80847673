package answer

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"slices"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// checkAlgorithms checks the keys of a chain, and its signatures against the
// schemes this end has said it accepts. The signature on the root stands for
// nothing and is left out (RFC 8446, Section 4.2.3).
func checkAlgorithms(chain []*x509.Certificate, schemes []messages.SignatureScheme) *Rejection {
	for i, certificate := range chain {
		if bits := rsaBits(certificate.PublicKey); bits != 0 && (bits < MinRSABits || bits > MaxRSABits) {
			return reject(messages.AlertBadCertificate, "the chain has an RSA key of %d bits", bits)
		}
		if i == len(chain)-1 {
			break
		}
		scheme := chainScheme(certificate.SignatureAlgorithm)
		if len(schemes) > 0 && !slices.Contains(schemes, scheme) {
			return reject(messages.AlertBadCertificate, "the chain has a signature by %v, which is not accepted",
				certificate.SignatureAlgorithm)
		}
	}
	return nil
}

// rsaBits is the size of an RSA key, and 0 for another.
func rsaBits(key crypto.PublicKey) int {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case secrets.PSSPublicKey:
		return key.N.BitLen()
	}
	return 0
}

func weak(algorithm x509.SignatureAlgorithm) bool {
	switch algorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// chainScheme names the algorithm of a certificate's signature. An ECDSA scheme
// stands for its hash, whatever the curve: chains in use mix them freely. A PSS
// signature is one of rsaEncryption's, since crypto/x509 verifies no other.
func chainScheme(algorithm x509.SignatureAlgorithm) messages.SignatureScheme {
	switch algorithm {
	case x509.SHA256WithRSA:
		return messages.RSAPKCS1SHA256
	case x509.SHA384WithRSA:
		return messages.RSAPKCS1SHA384
	case x509.SHA512WithRSA:
		return messages.RSAPKCS1SHA512
	case x509.SHA256WithRSAPSS:
		return messages.RSAPSSRSAESHA256
	case x509.SHA384WithRSAPSS:
		return messages.RSAPSSRSAESHA384
	case x509.SHA512WithRSAPSS:
		return messages.RSAPSSRSAESHA512
	case x509.ECDSAWithSHA256:
		return messages.ECDSASecp256r1SHA256
	case x509.ECDSAWithSHA384:
		return messages.ECDSASecp384r1SHA384
	case x509.ECDSAWithSHA512:
		return messages.ECDSASecp521r1SHA512
	case x509.PureEd25519:
		return messages.Ed25519
	case x509.SHA1WithRSA:
		return messages.RSAPKCS1SHA1
	case x509.ECDSAWithSHA1:
		return messages.ECDSASHA1
	}
	return 0
}
