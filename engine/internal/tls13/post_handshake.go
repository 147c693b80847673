package tls13

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// MaxKeyUpdates is how many key updates may come in a row, without any data.
const MaxKeyUpdates = 32

func readClientKeyUpdate(hs *handshake.Context, s *clientConnected, m *messages.KeyUpdate) (fsm.State, error) {
	next, err := readKeyUpdate(hs, s.connected, m)
	return &clientConnected{next}, err
}

func readServerKeyUpdate(hs *handshake.Context, s *serverConnected, m *messages.KeyUpdate) (fsm.State, error) {
	next, err := readKeyUpdate(hs, s.connected, m)
	return &serverConnected{next, s.nonce}, err
}

// readKeyUpdate puts what follows under the next keys. A request is noted
// rather than answered: the answer goes out before the next data, so that a
// burst of requests has one answer (RFC 8446, Section 4.6.3).
func readKeyUpdate(hs *handshake.Context, c connected, m *messages.KeyUpdate) (connected, error) {
	switch m.Request {
	case messages.UpdateNotRequested:
	case messages.UpdateRequested:
		hs.UpdateOwed = true
	default:
		return c, refuse.BadKeyUpdate.With("%v", m.Request)
	}
	hs.SinceData++
	if hs.SinceData > MaxKeyUpdates {
		return c, refuse.TooManyKeyUpdates
	}
	c.read = secrets.NextTraffic(c.suite.Hash, &c.read)
	hs.ReadKeys(events.Application, c.suite, &c.read)
	return c, nil
}

func updateClientKeys(hs *handshake.Context, s *clientConnected, command *handshake.UpdateKeys) (fsm.State, error) {
	next, err := updateKeys(hs, s.connected, command)
	return &clientConnected{next}, err
}

func updateServerKeys(hs *handshake.Context, s *serverConnected, command *handshake.UpdateKeys) (fsm.State, error) {
	next, err := updateKeys(hs, s.connected, command)
	return &serverConnected{next, s.nonce}, err
}

func updateSealingKeys(hs *handshake.Context, s *awaitSealedTicket, command *handshake.UpdateKeys) (fsm.State, error) {
	next, err := updateKeys(hs, s.connected, command)
	sealing := *s
	sealing.connected = next
	return &sealing, err
}

// updateKeys sends a KeyUpdate under the old keys and changes to the next.
func updateKeys(hs *handshake.Context, c connected, command *handshake.UpdateKeys) (connected, error) {
	if err := hs.SendUnrecorded(&messages.KeyUpdate{Request: command.Request}); err != nil {
		return c, err
	}
	hs.UpdateOwed = false
	c.write = secrets.NextTraffic(c.suite.Hash, &c.write)
	hs.WriteKeys(events.Application, c.suite, &c.write)
	return c, nil
}

// readNewSessionTicket hands the client a session to resume from
// (RFC 8446, Section 4.6.1).
func readNewSessionTicket(hs *handshake.Context, s *clientConnected, m *messages.NewSessionTicket13) (fsm.State, error) {
	if err := handshake.CheckOffer(&m.Extensions, messages.InNewSessionTicket); err != nil {
		return nil, err
	}
	var limit messages.EarlyDataLimit
	limited, err := hs.Get(&m.Extensions, &limit)
	switch most := hs.Dialect.EarlyDataLimit; {
	case err != nil:
		return nil, err
	case limited && most != 0 && limit.MaxSize != most:
		return nil, refuse.EarlyDataLimitOverQUIC.With("%d", limit.MaxSize)
	}
	hs.SinceData++
	if hs.SinceData > hs.Dialect.Tickets {
		return nil, refuse.TooManyTickets
	}
	if m.Lifetime == 0 || !hs.Policy.Tickets {
		return s, nil
	}
	session := newSession(hs, s.connected, m.Nonce)
	session.Ticket = m.Ticket
	session.Lifetime = min(m.Lifetime, handshake.MaxLifetime)
	session.AgeAdd = m.AgeAdd
	session.MaxEarlyData = limit.MaxSize
	hs.Tell(&events.TicketReceived{Session: session})
	return s, nil
}

// newSession is what either end remembers of this connection, for one ticket.
func newSession(hs *handshake.Context, c connected, nonce []byte) *events.Session {
	return handshake.NewSession(hs, c.suite.ID, secrets.TicketPSK(c.suite.Hash, &c.resumption, nonce))
}
