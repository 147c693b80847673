package engine

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// The bounds on the tickets of one handshake.
const (
	// maxTickets is how many a config may have sent, asked for or not.
	maxTickets = 16
	// defaultMaxTickets is how many a client may ask for unless the config says
	// otherwise.
	defaultMaxTickets = 4
	// The lifetimes are in seconds (RFC 8446, Section 4.6.1).
	defaultTicketLifetime = 86400
	maxTicketLifetime     = 604800
)

// TicketRequest is how many tickets of TLS 1.3 a client has use for; a server need
// not send as many (RFC 9149, Section 3).
type TicketRequest struct {
	// NewSession is how many after a full handshake, Resumption how many after
	// one that resumes: 32 at the most.
	NewSession, Resumption uint8
}

func (c *ClientConfig) compileTickets(p *handshake.Policy) error {
	p.Tickets = !c.NoTickets && !c.CertificateWithPSK
	if c.TicketRequest == nil {
		return nil
	}
	if most := max(c.TicketRequest.NewSession, c.TicketRequest.Resumption); most > handshake.MaxTickets {
		return invalid("TicketRequest of %d, the most that may come in a row is %d", most, handshake.MaxTickets)
	}
	if p.Tickets {
		p.TicketRequest = &messages.TicketRequestOffer{
			NewSession: c.TicketRequest.NewSession, Resumption: c.TicketRequest.Resumption,
		}
	}
	return nil
}

func (c *ServerConfig) compileTickets(p *handshake.Policy) error {
	p.Tickets = !c.NoTickets && !c.CertificateWithPSK
	p.TicketLifetime = c.TicketLifetime
	if p.TicketLifetime == 0 {
		p.TicketLifetime = defaultTicketLifetime
	}
	switch {
	case p.TicketLifetime > maxTicketLifetime:
		return invalid("TicketLifetime of %d seconds", p.TicketLifetime)
	case c.Tickets > maxTickets:
		return invalid("%d Tickets", c.Tickets)
	case c.MaxTickets > maxTickets:
		return invalid("MaxTickets of %d", c.MaxTickets)
	case !p.Tickets || c.Tickets < 0:
		return nil
	}
	p.TicketCount = or(c.Tickets, 1)
	p.MaxTickets = uint8(max(or(c.MaxTickets, defaultMaxTickets), 0))
	return nil
}
