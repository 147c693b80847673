package engine

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
)

// The bounds of use_srtp (RFC 5764, Section 4.1.1).
const (
	maxSRTPProfiles = 64
	maxSRTPMKI      = 255 // bytes
)

func (c *Common) compileSRTP(p *handshake.Policy) error {
	if len(c.SRTPProfiles) > maxSRTPProfiles {
		return invalid("%d SRTPProfiles", len(c.SRTPProfiles))
	}
	for i, profile := range c.SRTPProfiles {
		if slices.Contains(c.SRTPProfiles[:i], profile) {
			return invalid("SRTPProfiles have %v twice", profile)
		}
	}
	p.SRTPProfiles = slices.Clone(c.SRTPProfiles)
	return nil
}

func (c *ClientConfig) compileMKI(p *handshake.Policy) error {
	switch {
	case len(c.SRTPMKI) > maxSRTPMKI:
		return invalid("SRTPMKI of %d bytes", len(c.SRTPMKI))
	case len(c.SRTPMKI) > 0 && len(c.SRTPProfiles) == 0:
		return invalid("SRTPMKI without SRTPProfiles")
	}
	p.SRTPMKI = c.SRTPMKI
	return nil
}
