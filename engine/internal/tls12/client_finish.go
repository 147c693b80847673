package tls12

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// readNewSessionTicket keeps the ticket until the server's Finished vouches
// for it (RFC 5077, Section 3.3).
func readNewSessionTicket(_ *handshake.Context, s *waitNewSessionTicket12, m *messages.NewSessionTicket12) (fsm.State, error) {
	next := s.closing
	next.ticket = m
	return &waitServerChangeCipherSpec12{next}, nil
}

func readServerChangeCipherSpec(hs *handshake.Context, s *waitServerChangeCipherSpec12, _ *handshake.ChangeCipherSpec) (fsm.State, error) {
	hs.ReadKeys12(s.suite, &hs.Keys12.Block.Server, s.order())
	return &waitServerFinished12{s.closing}, nil
}

// RefusesData tells that the record to come is the Finished.
func (*waitServerFinished12) RefusesData() {}

// readServerFinished completes the handshake; the Finished of a client that
// resumes comes last.
func readServerFinished(hs *handshake.Context, s *waitServerFinished12, m *messages.Finished) (fsm.State, error) {
	c := s.closing
	if err := verifyFinished(hs, &c, m); err != nil {
		return nil, err
	}
	hs.Align()
	if c.session != nil {
		if err := sendFinished(hs, &c); err != nil {
			return nil, err
		}
	}
	complete(hs, &c)
	if session := clientSession(hs, &c); session != nil {
		hs.Tell(&events.TicketReceived{Session: session})
	}
	return &clientConnected12{}, nil
}

// complete tells that the handshake is complete.
func complete(hs *handshake.Context, c *closing) {
	hs.Establish12(c.suite.Hash, c.extended, c.verify)
	hs.Tell(&events.HandshakeCompleted{Connection: hs.Connection})
}

// clientSession is what there is to resume from: by ticket if one came, by
// identifier otherwise, or nothing. After a renegotiation there is nothing: what a
// server sends then, as well-known clients expect of it, is passed over.
func clientSession(hs *handshake.Context, c *closing) *events.Session {
	if c.previous != nil {
		return nil
	}
	session := newSession(hs, &c.agreed)
	session.Lifetime = defaultLifetime
	switch {
	case c.ticket != nil && len(c.ticket.Ticket) > 0:
		session.Ticket = c.ticket.Ticket
		if c.ticket.LifetimeHint != 0 {
			session.Lifetime = min(c.ticket.LifetimeHint, handshake.MaxLifetime)
		}
	case c.session != nil:
		// Nothing new: the session that was resumed may serve again.
		return nil
	case len(c.sessionID) > 0:
		session.SessionID = c.sessionID
	default:
		return nil
	}
	return session
}

// defaultLifetime is how long a session serves where no hint says it, in seconds.
const defaultLifetime = 86400

// newSession is what either end remembers of this connection.
func newSession(hs *handshake.Context, a *agreed) *events.Session {
	session := handshake.NewSession(hs, a.suite.ID, hs.Keys12.Master)
	session.ExtendedMaster = a.extended
	return session
}
