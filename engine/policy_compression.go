package engine

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
)

// maxCompressions is how many algorithms compress_certificate has room for
// (RFC 8879, Section 3).
const maxCompressions = 127

func (c *Common) compileCompression(p *handshake.Policy) error {
	if len(c.CertificateCompression) > maxCompressions {
		return invalid("%d algorithms of CertificateCompression", len(c.CertificateCompression))
	}
	for i, algorithm := range c.CertificateCompression {
		if algorithm == 0 || slices.Contains(c.CertificateCompression[:i], algorithm) {
			return invalid("CertificateCompression has %v twice, or nothing", algorithm)
		}
	}
	p.CertificateCompression = slices.Clone(c.CertificateCompression)
	return nil
}
