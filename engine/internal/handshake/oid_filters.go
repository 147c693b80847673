package handshake

import (
	"bytes"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// MaxOIDFilters is how many filters a CertificateRequest may have, far more than
// there is use for.
const MaxOIDFilters = 256

// ReadOIDFilters reads what a server wants of a certificate's extensions. Whether a
// certificate has it is for those to say who read certificates
// (RFC 8446, Section 4.2.5).
func ReadOIDFilters(hs *Context, x *messages.Extensions) ([]messages.OIDFilter, error) {
	var body messages.OIDFilters
	if _, err := hs.Get(x, &body); err != nil {
		return nil, err
	}
	if len(body.Filters) > MaxOIDFilters {
		return nil, refuse.MalformedExtension.With("%v: %d filters", body.ExtensionType(), len(body.Filters))
	}
	if oid, twice := RepeatedOID(body.Filters); twice {
		return nil, refuse.DuplicateOIDFilter.With("%x", oid)
	}
	return body.Filters, nil
}

// RepeatedOID is the object identifier that stands in two filters, of at most
// MaxOIDFilters, if there is one.
func RepeatedOID(filters []messages.OIDFilter) (oid []byte, twice bool) {
	for i, filter := range filters {
		same := func(other messages.OIDFilter) bool { return bytes.Equal(other.OID, filter.OID) }
		if slices.ContainsFunc(filters[:i], same) {
			return filter.OID, true
		}
	}
	return nil, false
}

// maxFilterBytes is how long the filters of this end's may be in all, so that a
// CertificateRequest has room for them.
const maxFilterBytes = 1 << 14

// The object identifiers that this end's are checked for, in DER: extended key usage,
// and the purpose that stands for every purpose (RFC 5280, Section 4.2.1.12).
var (
	oidExtKeyUsage    = []byte{6, 3, 0x55, 0x1d, 0x25}
	oidAnyExtKeyUsage = []byte{6, 4, 0x55, 0x1d, 0x25, 0}
)

// CheckOIDFilters checks the filters that this end is to send
// (RFC 8446, Section 4.2.5).
func CheckOIDFilters(filters []messages.OIDFilter) error {
	total := 0
	for _, filter := range filters {
		total += 1 + len(filter.OID) + 2 + len(filter.Values)
		switch {
		case !isIdentifier(filter.OID):
			return fmt.Errorf("%x is no object identifier", filter.OID)
		case bytes.Equal(filter.OID, oidExtKeyUsage) && !namesPurposes(filter.Values):
			return fmt.Errorf("%x are no key purposes, or anyExtendedKeyUsage is among them", filter.Values)
		case total > maxFilterBytes || len(filters) > MaxOIDFilters:
			return fmt.Errorf("%d of them, of %d bytes or more", len(filters), total)
		}
	}
	if oid, twice := RepeatedOID(filters); twice {
		return fmt.Errorf("the object identifier %x stands there twice", oid)
	}
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
