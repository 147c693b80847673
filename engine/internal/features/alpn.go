package features

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// RFC 7301. The server's order decides. A server that has protocols refuses a
// client that offers only others, and serves one that offers none. A renegotiation
// keeps what was agreed on before, whether or not it is offered again: nobody
// could tell at which byte another would begin.
var alpn = Feature{
	Type: messages.ExtensionALPN,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		ours := protocols(hs)
		if len(ours) == 0 {
			return nil
		}
		offer := &messages.ALPNOffer{}
		for _, protocol := range ours {
			offer.Protocols = append(offer.Protocols, []byte(protocol))
		}
		return handshake.Put(x, offer)
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		ours := protocols(hs)
		if len(ours) == 0 || len(hello.Info.ALPN) == 0 {
			return nil
		}
		protocol, ok := handshake.First(ours, hello.Info.ALPN)
		if !ok {
			return refuse.NoApplicationProtocol.With("the client offers %q", handshake.Few(hello.Info.ALPN))
		}
		hs.Connection.ALPN = protocol
		return handshake.Put(reply, &messages.ALPNChoice{Protocol: []byte(protocol)})
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		choice := &messages.ALPNChoice{}
		if _, err := hs.Get(x, choice); err != nil {
			return err
		}
		if !slices.Contains(protocols(hs), string(choice.Protocol)) {
			return refuse.ProtocolNotOffered.With("%q", choice.Protocol)
		}
		hs.Connection.ALPN = string(choice.Protocol)
		return nil
	},
}

// protocols are those that this handshake may agree on.
func protocols(hs *handshake.Context) []string {
	switch {
	case hs.Previous == nil:
		return hs.Policy.ALPN
	case hs.Previous.Connection.ALPN == "":
		return nil
	}
	return []string{hs.Previous.Connection.ALPN}
}
