package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// RFC 6066, Section 3. Which names a server has is for its caller to say, in
// the answer to the choice of a credential; the engine acknowledges the name
// where a certificate was chosen by it, hence not on a resumption, and not where the
// config says that names guide nothing.
var serverName = Feature{
	Type: messages.ExtensionServerName,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		hs.Connection.ServerName = hs.Policy.PeerName
		if hs.Policy.ServerName == "" {
			return nil
		}
		return handshake.Put(x, &messages.ServerNameOffer{Name: []byte(hs.Policy.ServerName)})
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		hs.Connection.ServerName = hello.Info.ServerName
		if hello.Info.ServerName == "" || hs.Connection.Resumed || hs.Policy.NoServerNameAck {
			return nil
		}
		return handshake.Put(reply, &messages.ServerNameAck{})
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		_, err := hs.Get(x, &messages.ServerNameAck{})
		return err
	},
}
