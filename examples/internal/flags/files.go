package flags

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/tacitls/tacitls/adapters/answer"
)

// maxOCSP is the most bytes of an OCSP response to staple: far above what
// responders send, and below what an engine takes for a message.
const maxOCSP = 1 << 14

// Certificates reads pairs of PEM files, chain and key.
func Certificates(chains, keys []string) ([]*answer.Certificate, error) {
	if len(chains) != len(keys) {
		return nil, Bad("-cert and -key come in pairs: %d and %d were given", len(chains), len(keys))
	}
	var certificates []*answer.Certificate
	for i := range chains {
		certificate, err := answer.LoadPEM(chains[i], keys[i])
		if err != nil {
			return nil, &Usage{fmt.Errorf("-cert %s -key %s: %w", chains[i], keys[i], err)}
		}
		certificates = append(certificates, certificate)
	}
	return certificates, nil
}

// Roots reads a PEM file of authorities. An empty path is nil.
func Roots(flag, path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	bundle, err := os.ReadFile(path)
	if err != nil {
		return nil, &Usage{fmt.Errorf("-%s: %w", flag, err)}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bundle) {
		return nil, Bad("-%s: %s holds no certificate in PEM", flag, path)
	}
	return pool, nil
}

// RawKey reads a public key in PEM; without a file there is none.
func RawKey(flag, path string) (answer.RawKeys, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &Usage{fmt.Errorf("-%s: %w", flag, err)}
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, Bad("-%s: %s holds no public key in PEM", flag, path)
	}
	return answer.RawKeys{block.Bytes}, nil
}

// WithRawKeys puts the keys of certificates before them, as they are.
func WithRawKeys(certificates []*answer.Certificate) ([]*answer.Certificate, error) {
	var raw []*answer.Certificate
	for _, certificate := range certificates {
		key, err := certificate.Raw()
		if err != nil {
			return nil, &Usage{err}
		}
		raw = append(raw, key)
	}
	return append(raw, certificates...), nil
}

// OCSP reads an OCSP response to staple. What it says is for the client to judge.
func OCSP(flag, path string) ([]byte, error) {
	response, err := os.ReadFile(path)
	if err != nil {
		return nil, &Usage{fmt.Errorf("-%s: %w", flag, err)}
	}
	if len(response) == 0 || len(response) > maxOCSP {
		return nil, Bad("-%s: %s has %d bytes, not 1 to %d", flag, path, len(response), maxOCSP)
	}
	return response, nil
}
