package features

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// RFC 7301. The server's order decides. A server that has protocols refuses a
// client that offers only others, and serves one that offers none. A renegotiation
// keeps what was agreed on before, whether or not it is offered again, which a
// client of this package does not: nobody could tell at which byte another begins.
var alpn = Feature{
	Type: messages.ExtensionALPN,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if len(hs.Policy.ALPN) == 0 || hs.Previous != nil {
			return nil
		}
		offer := &messages.ALPNOffer{}
		for _, protocol := range hs.Policy.ALPN {
			offer.Protocols = append(offer.Protocols, []byte(protocol))
		}
		return handshake.Put(x, offer)
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		ours := protocols(hs)
		if !hs.Dialect.NeedsProtocol && (len(ours) == 0 || len(hello.Info.ALPN) == 0) {
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
		present, err := hs.Get(x, choice)
		switch {
		case err != nil:
			return err
		case !present:
			return refuse.NoApplicationProtocol.With("the server chose none")
		}
		if !slices.Contains(hs.Policy.ALPN, string(choice.Protocol)) {
			return refuse.ProtocolNotOffered.With("%q", choice.Protocol)
		}
		hs.Connection.ALPN = string(choice.Protocol)
		return nil
	},
	// RFC 9001, Section 8.1.
	Needed: func(hs *handshake.Context) bool { return hs.Dialect.NeedsProtocol },
}

// protocols are those that a server may agree on in this handshake.
func protocols(hs *handshake.Context) []string {
	switch {
	case hs.Previous == nil:
		return hs.Policy.ALPN
	case hs.Previous.Connection.ALPN == "":
		return nil
	}
	return []string{hs.Previous.Connection.ALPN}
}
