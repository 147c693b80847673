package engine

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// compilePSK checks how pre-shared keys are used in TLS 1.3, and what goes with them.
func (c *Common) compilePSK(p *handshake.Policy) error {
	p.PSK, p.PSKModes = c.PSK && p.Allows(messages.TLS13), pskModes(c.PSKModes)
	p.RequirePSK, p.CertificateWithPSK = c.RequirePSK, c.CertificateWithPSK
	alone := c.PSK && p.MinVersion >= messages.TLS13
	switch {
	case c.PSKModes > PSKWithoutAgreement:
		return invalid("PSKModes %d", c.PSKModes)
	case c.RequirePSK && (!alone || c.CertificateWithPSK):
		return invalid("RequirePSK without PSK, with a version before TLS 1.3, or with CertificateWithPSK")
	case c.CertificateWithPSK && (!alone || c.PSKModes != PSKWithAgreement):
		return invalid("CertificateWithPSK without PSK, with a version before TLS 1.3, or with other PSKModes than PSKWithAgreement")
	}
	return nil
}

// pskModes are the modes as they are offered, that with forward secrecy first.
func pskModes(modes PSKModes) []messages.PSKMode {
	switch modes {
	case PSKEither:
		return []messages.PSKMode{messages.PSKModeDHEKE, messages.PSKModeKE}
	case PSKWithoutAgreement:
		return []messages.PSKMode{messages.PSKModeKE}
	}
	return []messages.PSKMode{messages.PSKModeDHEKE}
}
