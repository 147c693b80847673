package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// RFC 8446, Section 4.2.6. A server takes note, and never answers.
var postHandshakeAuth = Feature{
	Type:    messages.ExtensionPostHandshakeAuth,
	Records: true,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if !hs.Policy.PostHandshakeAuth || hs.Previous != nil {
			return nil
		}
		return handshake.Put(x, &messages.PostHandshakeAuth{})
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, _ *messages.Extensions) error {
		present, err := hs.Get(&hello.Message.Extensions, &messages.PostHandshakeAuth{})
		if present && hs.Connection.Version == messages.TLS13 {
			hs.Later = &handshake.Later{}
		}
		return err
	},
}
