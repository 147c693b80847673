package engine_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// asked tells whether a question of a kind was asked of an end.
func asked[T events.Question](end *forge.End) bool {
	return slices.ContainsFunc(end.Answers.Asked, func(q events.Question) bool {
		_, is := q.(T)
		return is
	})
}

// covers 5077/3.2/2
func TestAClientThatTakesNoTicketsDoesNotAskForOne(t *testing.T) {
	for what, session := range map[string]*events.Session{"without a session": nil, "with a ticket": legacySession()} {
		pair := legacy("no tickets")
		pair.Client.NoTickets, pair.Client.Session = true, session
		m, l := capture[messages.ClientHello](t, pair, events.Client, 1)
		if m.Extensions.Has(messages.ExtensionSessionTicket) || len(l.Client.Sessions) != 0 {
			t.Errorf("%s: extensions %v, sessions %v", what, types(&m.Extensions), l.Client.Sessions)
		}
		if asked[*events.SealTicket](l.Server) {
			t.Errorf("%s: the server seals a ticket", what)
		}
	}
}

// covers 5077/3.3/3
func TestAServerSealsNoTicketBeforeItHasVerifiedTheClientsFinished(t *testing.T) {
	l := forge.New(legacy("unverified"))
	forge.Change(l, events.Client, func(m *messages.Finished) { m.VerifyData[0] ^= 1 })
	l.Handshake()
	wantRefusal(t, "a Finished that was changed", l.Server, "bad_finished")
	if asked[*events.SealTicket](l.Server) || len(l.Client.Sessions) != 0 {
		t.Error("a ticket is sealed for a client whose Finished is bad")
	}
	l = forge.New(legacy("verified"))
	l.Handshake()
	if !asked[*events.SealTicket](l.Server) || len(l.Client.Sessions) != 1 {
		t.Error("a client whose Finished is good has no ticket")
	}
}

// covers 5077/3.3/4
func TestAClientKeepsNoTicketBeforeItHasVerifiedTheServersFinished(t *testing.T) {
	for what, change := range map[string]func(p *testkit.Pair){"in full": inLegacy, "resumed": resumingLegacy} {
		pair := small("unverified")
		change(pair)
		l := forge.New(pair)
		var sent bool
		l.On(events.Server, messages.TypeNewSessionTicket, func(w *forge.Wire, raw []byte) {
			sent = true
			w.Raw(raw)
		})
		forge.Change(l, events.Server, func(m *messages.Finished) { m.VerifyData[0] ^= 1 })
		l.Handshake()
		wantRefusal(t, what, l.Client, "bad_finished")
		if !sent || len(l.Client.Sessions) != 0 {
			t.Errorf("%s: a ticket was sent: %t; the client keeps %v", what, sent, l.Client.Sessions)
		}
	}
}

// covers 5077/3.4/2
func TestATicketServesWithWhateverIdentifierComesWithIt(t *testing.T) {
	for _, id := range [][]byte{{0}, []byte("sixteen bytes .."), bytes.Repeat([]byte{0xff}, 32)} {
		pair := small("identifier")
		resumingLegacy(pair)
		l := completes(t, pair, func(l *forge.Link) {
			var own, echo []byte
			forge.Change(l, events.Client, func(m *messages.ClientHello) { own, m.SessionID = m.SessionID, id })
			forge.Change(l, events.Server, func(m *messages.ServerHello) { echo, m.SessionID = m.SessionID, own })
			l.On(events.Server, messages.TypeFinished, func(w *forge.Wire, raw []byte) {
				if !bytes.Equal(echo, id) {
					t.Errorf("the server echoes %x for %x", echo, id)
				}
				w.Raw(raw)
			})
		})
		if !l.Server.Engine.Connection().Resumed {
			t.Errorf("a ticket with the identifier %x is not taken", id)
		}
	}
}

// covers 5077/4/1
func TestAClientTakesAnyBytesForATicketAndReturnsThem(t *testing.T) {
	for _, ticket := range [][]byte{{0}, []byte("a name of a key."), bytes.Repeat([]byte{0xa5}, 40000)} {
		l := completes(t, legacy("opaque"), func(l *forge.Link) {
			forge.Change(l, events.Server, func(m *messages.NewSessionTicket12) { m.Ticket = ticket })
		})
		pair := legacy("returned")
		pair.Client.Session = l.Client.Sessions[0]
		answering(pair.ServerAnswers, func(q *events.OpenTicket) events.Answer { return q.None() })
		m, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
		var offer messages.SessionTicketOffer
		if _, err := m.Extensions.Get(&offer); err != nil || !bytes.Equal(offer.Ticket, ticket) {
			t.Errorf("%d bytes come back as %d, %v", len(ticket), len(offer.Ticket), err)
		}
	}
}
