package engine

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// compileDelegated checks the schemes of delegated credentials, which nobody is told
// of who has no TLS 1.3 (RFC 9345, Section 4.1.1).
func (c *Common) compileDelegated(p *handshake.Policy) error {
	for i, scheme := range c.DelegatedSchemes {
		if !secrets.SignsDelegated(scheme) || slices.Contains(c.DelegatedSchemes[:i], scheme) {
			return invalid("DelegatedSchemes: %v signs with no delegated credential, or is named twice", scheme)
		}
	}
	if p.Allows(messages.TLS13) {
		p.DelegatedSchemes = slices.Clone(c.DelegatedSchemes)
	}
	return nil
}
