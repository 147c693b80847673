package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// RFC 9345, Section 4.1.1. Nothing replies to it but a delegated credential beside
// the server's certificate.
var delegatedCredential = Feature{
	Type: messages.ExtensionDelegatedCredential,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if len(hs.Policy.DelegatedSchemes) == 0 || hs.Previous != nil {
			return nil
		}
		return handshake.Put(x, &messages.DelegatedCredentialOffer{Schemes: hs.Policy.DelegatedSchemes})
	},
}
