package tls12

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// readClientCertificateVerify verifies that the client has the key of its
// certificate: a signature over all messages so far
// (RFC 5246, Section 7.4.8).
func readClientCertificateVerify(hs *handshake.Context, s *waitClientCertificateVerify12, m *messages.CertificateVerify) (fsm.State, error) {
	if !slices.Contains(hs.Policy.Offered, m.Scheme) {
		return nil, refuse.SchemeNotOffered.With("%v", m.Scheme)
	}
	raw := hs.Transcript.Kept()
	signed := raw[:len(raw)-len(hs.Raw)]
	if err := verifySignature(hs, s.key, m.Scheme, signed, m.Signature); err != nil {
		return nil, err
	}
	hs.Transcript.Forget()
	hs.Authenticated = hs.Now
	return &waitClientChangeCipherSpec12{closing{agreed: s.agreed}}, nil
}

func readClientChangeCipherSpec(hs *handshake.Context, s *waitClientChangeCipherSpec12, _ *handshake.ChangeCipherSpec) (fsm.State, error) {
	hs.ReadKeys12(s.suite, &hs.Keys12.Block.Client, s.order())
	return &waitClientFinished12{s.closing}, nil
}

// RefusesData tells that the record to come is the Finished.
func (*waitClientFinished12) RefusesData() {}

// readClientFinished completes a resumption, and otherwise goes on to the
// server's own ChangeCipherSpec and Finished.
func readClientFinished(hs *handshake.Context, s *waitClientFinished12, m *messages.Finished) (fsm.State, error) {
	c := s.closing
	if err := verifyFinished(hs, &c, m); err != nil {
		return nil, err
	}
	hs.Align()
	if c.session != nil {
		return completeServer(hs, &c)
	}
	if c.agreed.ticket {
		return sealTicket(hs, c)
	}
	return finishServer(hs, c)
}

// resumeServer sends the server's flight of an abbreviated handshake, with a
// new ticket where tickets are in use (RFC 5077, Section 3.1).
func resumeServer(hs *handshake.Context, c choice) (fsm.State, error) {
	hs.Align()
	session := c.session
	// The client tells from the echo that it was resumed
	// (RFC 5077, Section 3.4).
	c.sessionID = c.hello.Message.SessionID
	hs.Connection.Resumed, hs.Connection.Group = true, session.Group
	if err := sendServerHello(hs, &c); err != nil {
		return nil, err
	}
	hs.Transcript.Forget()
	expandKeys(hs, &c.agreed, &session.Secret)
	closing := closing{agreed: c.agreed}
	if c.ticket {
		return sealTicket(hs, closing)
	}
	return finishServer(hs, closing)
}

func sealTicket(hs *handshake.Context, c closing) (fsm.State, error) {
	session := newSession(hs, &c.agreed)
	session.Lifetime = hs.Policy.TicketLifetime
	state, err := session.Append(nil)
	if err != nil {
		// What the client made too large to remember is not remembered.
		return takeSealedTicket(hs, &awaitSealedTicket12{c, session}, &events.TicketSealed{})
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.SealTicket{Asked: id, State: state, Lifetime: session.Lifetime}
	})
	return &awaitSealedTicket12{c, session}, nil
}

// takeSealedTicket sends NewSessionTicket, which was announced: an empty one
// if there is none after all (RFC 5077, Section 3.3).
func takeSealedTicket(hs *handshake.Context, s *awaitSealedTicket12, answer *events.TicketSealed) (fsm.State, error) {
	m := &messages.NewSessionTicket12{LifetimeHint: s.sealing.Lifetime}
	if len(answer.Ticket) <= maxTicket {
		m.Ticket = answer.Ticket
	}
	if err := hs.Send(m); err != nil {
		return nil, err
	}
	return finishServer(hs, s.closing)
}

// maxTicket leaves room for the rest of a ClientHello's extensions. A larger one,
// which a client may bring about by a long chain, is as good as none.
const maxTicket = 32768

// finishServer sends the server's ChangeCipherSpec and Finished, which is the
// last flight of a full handshake and the first of a resumption.
func finishServer(hs *handshake.Context, c closing) (fsm.State, error) {
	if err := sendFinished(hs, &c); err != nil {
		return nil, err
	}
	if c.session != nil {
		return &waitClientChangeCipherSpec12{c}, nil
	}
	return completeServer(hs, &c)
}

func completeServer(hs *handshake.Context, c *closing) (fsm.State, error) {
	complete(hs, c)
	if c.session == nil && len(c.sessionID) > 0 {
		session := newSession(hs, &c.agreed)
		session.Lifetime = hs.Policy.TicketLifetime
		if state, err := session.Append(nil); err == nil {
			hs.Tell(&events.SessionEstablished{SessionID: c.sessionID, State: state, Lifetime: session.Lifetime})
		}
	}
	return &serverConnected12{}, nil
}
