package answer

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"math/bits"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/messages"
)

// A server can say which extensions, with which values, a client's certificate is to
// have, and so can a request for an authenticator. Two of them are recognized here, those that have rules to go by: key usage
// and extended key usage (RFC 8446, Section 4.2.5).

// oidExtKeyUsage is id-ce-extKeyUsage (RFC 5280, Section 4.2.1.12).
var oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

// KeyUsageFilter is a filter for certificates whose key usage has all the bits
// given, and perhaps others (RFC 8446, Section 4.2.5).
func KeyUsageFilter(usage x509.KeyUsage) messages.OIDFilter {
	// The bits are named from the most significant on, and the last one is set.
	set := bits.Reverse16(uint16(usage))
	named := asn1.BitString{Bytes: []byte{byte(set >> 8), byte(set)}, BitLength: bits.Len16(uint16(usage))}
	named.Bytes = named.Bytes[:(named.BitLength+7)/8]
	return messages.OIDFilter{OID: inDER(oidKeyUsage), Values: inDER(named)}
}

// ExtKeyUsageFilter is a filter for certificates whose extended key usage has all
// the purposes given, such as x509.ExtKeyUsageClientAuth.OID(), and perhaps others.
// A config refuses anyExtendedKeyUsage in one (RFC 8446, Section 4.2.5).
func ExtKeyUsageFilter(purposes ...x509.OID) messages.OIDFilter {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, purpose := range purposes {
			b.AddBytes(identifierInDER(purpose))
		}
	})
	return messages.OIDFilter{OID: inDER(oidExtKeyUsage), Values: b.BytesOrPanic()}
}

// ExtensionFilter is a filter for certificates that have an extension. Values, in
// DER, are kept and must not be changed; what they ask for is between the two ends,
// and neither [Client] nor [Server] knows (RFC 8446, Section 4.2.5).
func ExtensionFilter(id x509.OID, values []byte) messages.OIDFilter {
	return messages.OIDFilter{OID: identifierInDER(id), Values: values}
}

// inDER encodes an object identifier or a string of bits, which always can be.
func inDER(value any) []byte {
	b, _ := asn1.Marshal(value)
	return b
}

func identifierInDER(id x509.OID) []byte {
	content, _ := id.MarshalBinary()
	var b cryptobyte.Builder
	b.AddASN1(tag.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	return b.BytesOrPanic()
}

// filterRules are the extensions that are recognized, each with what tells whether
// the extension's value has all that a filter asks for.
var filterRules = []struct {
	oid   []byte
	holds func(value, asked []byte) bool
}{
	{inDER(oidKeyUsage), hasBits},
	{inDER(oidExtKeyUsage), hasPurposes},
}

// satisfies tells whether a certificate has the extension of a filter, with all
// values that are asked for if the extension is recognized. A filter without values
// asks for none.
func satisfies(leaf *x509.Certificate, filter messages.OIDFilter) (ok, recognized bool) {
	value, ok := extensionOf(leaf, filter.OID)
	for _, rule := range filterRules {
		if bytes.Equal(rule.oid, filter.OID) {
			return ok && (len(filter.Values) == 0 || rule.holds(value, filter.Values)), true
		}
	}
	return ok, false
}

// extensionOf is the value of a certificate's extension, if it has that.
func extensionOf(leaf *x509.Certificate, oid []byte) (value []byte, ok bool) {
	for _, e := range leaf.Extensions {
		if bytes.Equal(inDER(e.Id), oid) {
			return e.Value, true
		}
	}
	return nil, false
}

// hasBits compares two KeyUsage (RFC 5280, Section 4.2.1.3).
func hasBits(value, asked []byte) bool {
	var has, wants asn1.BitString
	if !readBits(value, &has) || !readBits(asked, &wants) {
		return false
	}
	for i := range wants.BitLength {
		if wants.At(i) == 1 && has.At(i) == 0 {
			return false
		}
	}
	return true
}

func readBits(b []byte, named *asn1.BitString) bool {
	input := cryptobyte.String(b)
	return input.ReadASN1BitString(named) && input.Empty()
}

// hasPurposes compares two ExtKeyUsageSyntax (RFC 5280, Section 4.2.1.12). No purpose
// stands for another, anyExtendedKeyUsage included.
func hasPurposes(value, asked []byte) bool {
	has, ok := readPurposes(value)
	if !ok {
		return false
	}
	wants, ok := readPurposes(asked)
	return ok && !slices.ContainsFunc(wants, func(purpose []byte) bool {
		return !slices.ContainsFunc(has, func(other []byte) bool { return bytes.Equal(other, purpose) })
	})
}

func readPurposes(b []byte) (purposes [][]byte, ok bool) {
	input, list := cryptobyte.String(b), cryptobyte.String(nil)
	if !input.ReadASN1(&list, tag.SEQUENCE) || !input.Empty() {
		return nil, false
	}
	for !list.Empty() {
		var purpose cryptobyte.String
		if !list.ReadASN1(&purpose, tag.OBJECT_IDENTIFIER) {
			return nil, false
		}
		purposes = append(purposes, purpose)
	}
	return purposes, len(purposes) > 0
}

// mayAnswer tells whether c may be shown to a peer that has these filters:
// those that are not recognized are passed over (RFC 8446, Section 4.2.5). A raw
// public key has no extension.
func (c *Certificate) mayAnswer(filters []messages.OIDFilter) bool {
	leaf := c.leaf
	if leaf == nil {
		leaf = &x509.Certificate{}
	}
	return !slices.ContainsFunc(filters, func(filter messages.OIDFilter) bool {
		ok, recognized := satisfies(leaf, filter)
		return recognized && !ok
	})
}

// checkFilters holds a peer's certificate to the filters of this end's, as far as they are understood: one whose values mean nothing here asks for the
// extension (RFC 8446, Section 4.2.5).
func checkFilters(leaf *x509.Certificate, filters []messages.OIDFilter) *Rejection {
	for _, filter := range filters {
		if ok, _ := satisfies(leaf, filter); !ok {
			return reject(messages.AlertUnsupportedCertificate, "the certificate does not satisfy the filter by %x", filter.OID)
		}
	}
	return nil
}
