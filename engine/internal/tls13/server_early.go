package tls13

import (
	"bytes"
	"time"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// considerEarlyData asks whether early data shall be taken, if it may be: on the
// first handshake message, under the first ticket, with the suite, the server name
// and the application protocol of its session (RFC 8446, Section 4.2.10). A client
// keeps to what its ticket tells: where the policy has less by now, none is taken.
func considerEarlyData(hs *handshake.Context, c choice, psk *messages.PreSharedKeyOffer, k *chosenKey) (fsm.State, error) {
	session := k.session
	passOver(hs, c.hello, session.MaxEarlyData)
	limit := session.MaxEarlyData
	if !c.hello.Message.Extensions.Has(messages.ExtensionEarlyData) || k.index != 0 || limit == 0 || limit > hs.Policy.EarlyData ||
		hs.Connection.Retried || !bytes.Equal(session.EarlyDataContext, hs.Policy.EarlyDataContext) ||
		session.CipherSuite != c.suite.ID || session.ServerName != c.hello.Info.ServerName || session.ALPN != wouldChoose(hs, c.hello) {
		return sendKeyed(hs, c, k)
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.AcceptEarlyData{
			Asked: id, Hello: c.hello.Info, Session: session, Binder: psk.Binders[0], Max: limit,
			TicketAge: time.Duration(psk.Identities[0].ObfuscatedAge-session.AgeAdd) * time.Millisecond,
			RealAge:   hs.Now.Sub(session.Created),
		}
	})
	return &awaitEarlyDecision{c, k}, nil
}

// passOver has as much early data passed over as the ticket told the client of, should
// it not be taken.
func passOver(hs *handshake.Context, hello *handshake.Hello, told uint32) {
	if hello.Message.Extensions.Has(messages.ExtensionEarlyData) && !hs.Connection.Retried {
		hs.SkipEarlyData(max(maxSkipped, int(min(max(told, hs.Policy.EarlyData), maxEarlyData))))
	}
}

// wouldChoose is the application protocol that this handshake comes to.
func wouldChoose(hs *handshake.Context, hello *handshake.Hello) string {
	protocol, _ := handshake.First(hs.Policy.ALPN, hello.Info.ALPN)
	return protocol
}

func takeEarlyDecision(hs *handshake.Context, s *awaitEarlyDecision, answer *events.EarlyDataDecided) (fsm.State, error) {
	k := *s.key
	k.takesEarly = answer.Accepted
	if answer.Accepted {
		hs.EarlyLeft = uint64(k.session.MaxEarlyData)
		hs.SkipEarlyData(0)
	}
	return sendKeyed(hs, s.choice, &k)
}

// readEndOfEarlyData changes to the keys of the handshake for reading
// (RFC 8446, Section 4.5).
func readEndOfEarlyData(hs *handshake.Context, s *waitEndOfEarlyData, _ *messages.EndOfEarlyData) (fsm.State, error) {
	hs.ReadKeys(events.Handshake, s.suite, &s.client)
	return &waitClientFinished{s.sent}, nil
}
