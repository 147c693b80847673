package engine

import (
	"slices"

	"github.com/tacitls/tacitls/messages"
)

// x509Alone is the default of both lists of kinds of certificates. Nothing
// writes to it.
var x509Alone = []messages.CertificateType{messages.CertificateX509}

// certificateTypes checks a list of kinds of certificates.
func certificateTypes(name string, types []messages.CertificateType) ([]messages.CertificateType, error) {
	if len(types) == 0 {
		return x509Alone, nil
	}
	for i, kind := range types {
		known := kind == messages.CertificateX509 || kind == messages.CertificateRawPublicKey
		if !known || slices.Contains(types[:i], kind) {
			return nil, invalid("%s: %v is unknown or named twice", name, kind)
		}
	}
	return slices.Clone(types), nil
}
