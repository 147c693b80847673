package tls12

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
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
	k := s.keyed
	hs.ReadKeys12(k.suite, &k.keys.Server, k.order())
	return &waitServerFinished12{s.closing}, nil
}

// readServerFinished completes the handshake; the Finished of a client that
// resumes comes last.
func readServerFinished(hs *handshake.Context, s *waitServerFinished12, m *messages.Finished) (fsm.State, error) {
	k := s.keyed
	if err := verifyFinished(hs, &k, m); err != nil {
		return nil, err
	}
	hs.Align()
	if s.session != nil {
		if _, err := sendFinished(hs, &k); err != nil {
			return nil, err
		}
	}
	complete(hs, &k)
	if session := clientSession(hs, &s.closing); session != nil {
		hs.Tell(&events.TicketReceived{Session: session})
	}
	return &clientConnected12{}, nil
}

// complete tells that the handshake is complete.
func complete(hs *handshake.Context, k *keyed) {
	hs.Export12(k.suite.Hash, &k.master, k.extended)
	hs.Tell(&events.HandshakeCompleted{Connection: hs.Connection})
}

// clientSession is what there is to resume from: by ticket if one came, by
// identifier otherwise, or nothing.
func clientSession(hs *handshake.Context, c *closing) *events.Session {
	session := newSession(hs, &c.keyed)
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
func newSession(hs *handshake.Context, k *keyed) *events.Session {
	session := handshake.NewSession(hs, k.suite.ID, k.master)
	session.ExtendedMaster = k.extended
	return session
}

// readHelloRequest declines to renegotiate (RFC 5246, Section 7.4.1.1).
func readHelloRequest(hs *handshake.Context, _ *clientConnected12, _ *messages.HelloRequest) (fsm.State, error) {
	return &clientConnected12{}, declineRenegotiation(hs)
}

// declineRenegotiation answers either end's wish to renegotiate
// (RFC 5746, Section 4.2).
func declineRenegotiation(hs *handshake.Context) error {
	hs.SinceData++
	if hs.SinceData > MaxRenegotiations {
		return refuse.TooManyRenegotiations
	}
	hs.Warn(messages.AlertNoRenegotiation)
	return nil
}

// MaxRenegotiations is how many requests to renegotiate may come in a row.
const MaxRenegotiations = 4
