package handshake

import (
	"bytes"
	"slices"

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
	for i, filter := range body.Filters {
		same := func(other messages.OIDFilter) bool { return bytes.Equal(other.OID, filter.OID) }
		if slices.ContainsFunc(body.Filters[:i], same) {
			return nil, refuse.DuplicateOIDFilter.With("%x", filter.OID)
		}
	}
	return body.Filters, nil
}
