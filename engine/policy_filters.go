package engine

import (
	"bytes"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// maxFilterBytes is how long the filters of a config may be in all, so that a
// CertificateRequest has room for them.
const maxFilterBytes = 1 << 14

// The object identifiers that a config is checked for, in DER: extended key usage,
// and the purpose that stands for every purpose (RFC 5280, Section 4.2.1.12).
var (
	oidExtKeyUsage    = []byte{6, 3, 0x55, 0x1d, 0x25}
	oidAnyExtKeyUsage = []byte{6, 4, 0x55, 0x1d, 0x25, 0}
)

// compileFilters checks the filters for clients' certificates
// (RFC 8446, Section 4.2.5).
func (c *ServerConfig) compileFilters(p *handshake.Policy) error {
	total := 0
	for i, filter := range c.OIDFilters {
		total += 1 + len(filter.OID) + 2 + len(filter.Values)
		switch {
		case !isIdentifier(filter.OID):
			return invalid("OIDFilters: %x is no object identifier", filter.OID)
		case slices.ContainsFunc(c.OIDFilters[:i], func(other messages.OIDFilter) bool { return bytes.Equal(other.OID, filter.OID) }):
			return invalid("OIDFilters: the object identifier %x stands there twice", filter.OID)
		case bytes.Equal(filter.OID, oidExtKeyUsage) && !namesPurposes(filter.Values):
			return invalid("OIDFilters: %x are no key purposes, or anyExtendedKeyUsage is among them", filter.Values)
		case total > maxFilterBytes || len(c.OIDFilters) > handshake.MaxOIDFilters:
			return invalid("%d OIDFilters of %d bytes or more", len(c.OIDFilters), total)
		}
	}
	p.OIDFilters = slices.Clone(c.OIDFilters)
	return nil
}

// isIdentifier tells whether bytes are an object identifier in DER, which has each
// of its numbers in as few bytes as it takes.
func isIdentifier(der []byte) bool {
	input, numbers := cryptobyte.String(der), cryptobyte.String(nil)
	if len(der) > maxIdentifier || !input.ReadASN1(&numbers, asn1.OBJECT_IDENTIFIER) || !input.Empty() || len(numbers) == 0 {
		return false
	}
	const more = 0x80 // in all bytes of a number but the last
	begins := true
	for _, b := range numbers {
		if begins && b == more {
			return false
		}
		begins = b&more == 0
	}
	return begins
}

// maxIdentifier is what a filter has room for, in bytes.
const maxIdentifier = 1<<8 - 1

// namesPurposes tells whether bytes are the key purposes that a filter may ask for;
// nothing at all asks for none.
func namesPurposes(der []byte) bool {
	if len(der) == 0 {
		return true
	}
	input, list := cryptobyte.String(der), cryptobyte.String(nil)
	if !input.ReadASN1(&list, asn1.SEQUENCE) || !input.Empty() || list.Empty() {
		return false
	}
	for !list.Empty() {
		var purpose cryptobyte.String
		if !list.ReadASN1Element(&purpose, asn1.OBJECT_IDENTIFIER) || !isIdentifier(purpose) || bytes.Equal(purpose, oidAnyExtKeyUsage) {
			return false
		}
	}
	return true
}
