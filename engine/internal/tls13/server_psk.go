package tls13

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// considerPSK has the client's tickets opened, where there are any and the
// policy takes them (RFC 8446, Section 4.2.11).
func considerPSK(hs *handshake.Context, c choice) (fsm.State, error) {
	psk, err := readPSK(hs, c.hello)
	if err != nil {
		return nil, err
	}
	if psk == nil || !hs.Policy.Tickets {
		return askServerCredential(hs, c)
	}
	tickets := make([]events.TicketIdentity, min(len(psk.Identities), events.MaxTicketIdentities))
	for i := range tickets {
		tickets[i] = events.TicketIdentity{
			Ticket:        psk.Identities[i].Identity,
			ObfuscatedAge: psk.Identities[i].ObfuscatedAge,
		}
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.OpenTicket{Asked: id, Hello: c.hello.Info, Tickets: tickets}
	})
	return &awaitOpenedTicket{c, psk}, nil
}

// readPSK checks pre_shared_key, and gives it if it can be used: nil where the
// client offers none, or no mode in which the server can use it.
func readPSK(hs *handshake.Context, hello *handshake.Hello) (*messages.PreSharedKeyOffer, error) {
	x := &hello.Message.Extensions
	var modes messages.PSKModes
	hasModes, err := hs.Get(x, &modes)
	if err != nil {
		return nil, err
	}
	hs.TicketsServe = slices.Contains(modes.Modes, messages.PSKModeDHEKE)
	psk := &messages.PreSharedKeyOffer{}
	present, err := hs.Get(x, psk)
	switch {
	case err != nil || !present:
		return nil, err
	case x.List[len(x.List)-1].Type != messages.ExtensionPreSharedKey:
		return nil, refuse.PSKNotLast
	case !hasModes:
		return nil, refuse.PSKWithoutModes
	case len(psk.Identities) != len(psk.Binders):
		return nil, refuse.BinderCount.With("%d binders for %d identities", len(psk.Binders), len(psk.Identities))
	case !hs.TicketsServe:
		return nil, nil
	}
	return psk, nil
}

// takeOpenedTicket resumes from a ticket that opened to a session which
// serves, or goes on with a full handshake.
func takeOpenedTicket(hs *handshake.Context, s *awaitOpenedTicket, answer *events.TicketOpened) (fsm.State, error) {
	if answer.Index < 0 {
		return askServerCredential(hs, s.choice)
	}
	if answer.Index >= min(len(s.psk.Identities), events.MaxTicketIdentities) {
		return nil, refuse.BadAnswer.With("ticket %d", answer.Index)
	}
	session, err := events.ParseSession(slices.Clone(answer.State))
	if err != nil || !resumable(hs, s.suite, session) {
		// What opens to no session of ours, or to an old one, is no fault of
		// the client's.
		return askServerCredential(hs, s.choice)
	}
	r := &resumption{session: session, index: answer.Index}
	r.early = secrets.NewEarly(s.suite.Hash, session.Secret.Bytes())
	if err := verifyBinder(hs, s, r); err != nil {
		return nil, err
	}
	hs.Connection.Resumed = true
	handshake.RestorePeer(hs, session)
	if hs.Policy.Reverify && session.HasPeer() {
		askReverify(hs, session)
		return &awaitClientReverified{s.choice, r}, nil
	}
	return resumeServer(hs, s.choice, r)
}

func takeClientReverified(hs *handshake.Context, s *awaitClientReverified, _ *events.PeerVerified) (fsm.State, error) {
	return resumeServer(hs, s.choice, s.resumption)
}

// resumable tells whether a session serves this handshake: its hash must be
// that of the suite (RFC 8446, Section 4.6.1).
func resumable(hs *handshake.Context, suite *secrets.Suite, session *events.Session) bool {
	own, known := secrets.LookupSuite(session.CipherSuite)
	if !known || own.Hash != suite.Hash || session.Secret.Len() != suite.Hash.Size() {
		return false
	}
	return handshake.Resumable(hs, session)
}

// verifyBinder verifies that the client has the secret of the ticket
// (RFC 8446, Section 4.2.11.2).
func verifyBinder(hs *handshake.Context, s *awaitOpenedTicket, r *resumption) error {
	raw := s.hello.Raw
	binders := messages.BinderListLen(s.psk)
	var sum, mac [64]byte
	truncated := hs.Transcript.SumWith(s.suite.Hash, sum[:0], raw[:len(raw)-binders])
	want, _ := secrets.NewSecret(r.early.BinderMAC(secrets.ResumptionPSK, truncated, mac[:0]))
	if !want.EqualBytes(s.psk.Binders[r.index]) {
		return refuse.BadBinder
	}
	return nil
}

// resumeServer sends the flight of a resumption.
func resumeServer(hs *handshake.Context, c choice, r *resumption) (fsm.State, error) {
	f, err := sendHello(hs, c, r)
	if err != nil {
		return nil, err
	}
	return finishFlight(hs, f)
}
