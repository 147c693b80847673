package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// RFC 8879. Whoever sends it undoes what it lists; nothing replies to it but a
// message that is compressed. Nobody is told of it who has no TLS 1.3
// (RFC 8879, Section 3).
var compressCertificate = Feature{
	Type: messages.ExtensionCompressCertificate,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		policy := hs.Policy
		if len(policy.CertificateCompression) == 0 || !policy.Allows(messages.TLS13) || hs.Previous != nil {
			return nil
		}
		return handshake.Put(x, &messages.CompressCertificate{Algorithms: policy.CertificateCompression})
	},
}
