package engine

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
)

// compileFilters checks the filters for clients' certificates
// (RFC 8446, Section 4.2.5).
func (c *ServerConfig) compileFilters(p *handshake.Policy) error {
	if err := handshake.CheckOIDFilters(c.OIDFilters); err != nil {
		return invalid("OIDFilters: %v", err)
	}
	p.OIDFilters = slices.Clone(c.OIDFilters)
	return nil
}
