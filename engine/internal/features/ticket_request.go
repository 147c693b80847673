package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// RFC 9149. A client says how many tickets it has use for, a server how many it
// means to send: what was asked for, up to a bound of its own.
var ticketRequest = Feature{
	Type: messages.ExtensionTicketRequest,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		policy := hs.Policy
		if policy.TicketRequest == nil || !policy.Allows(messages.TLS13) || hs.Previous != nil {
			return nil
		}
		return handshake.Put(x, policy.TicketRequest)
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		policy := hs.Policy
		if hs.Connection.Version != messages.TLS13 || !hs.TicketsServe || policy.TicketCount == 0 || policy.MaxTickets == 0 {
			return nil
		}
		var asked messages.TicketRequestOffer
		present, err := hs.Get(&hello.Message.Extensions, &asked)
		if err != nil || !present {
			return err
		}
		wanted := asked.NewSession
		if hs.Connection.Resumed {
			wanted = asked.Resumption
		}
		hs.Connection.TicketsAgreed, hs.Connection.TicketsExpected = true, min(wanted, policy.MaxTickets)
		return handshake.Put(reply, &messages.TicketRequestHint{Expected: hs.Connection.TicketsExpected})
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		var hint messages.TicketRequestHint
		_, err := hs.Get(x, &hint)
		hs.Connection.TicketsAgreed, hs.Connection.TicketsExpected = true, hint.Expected
		return err
	},
}
