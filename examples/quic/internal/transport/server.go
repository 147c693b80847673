package transport

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/secrets"
)

// Server finds the connection that a datagram is for, and makes new ones for clients
// that are new. It must not be used by two goroutines at once.
type Server struct {
	// Config is that of all connections.
	Config *Config
	// New makes the engine of a connection.
	New func() (*engine.Engine, error)
	// Retry has every client prove first that it is at its address.
	Retry bool

	conns    []*Conn
	byID     map[string]*Conn // by the connection IDs that clients may use
	tokenKey [sha256.Size]byte
}

const (
	// maxConns bounds the connections of a server; beyond it new clients are not answered.
	maxConns = 1024
	// minFirstID is the least length of the destination of a client's first packet
	// (RFC 9000, Section 7.2).
	minFirstID = 8
)

// Receive takes a datagram, which is overwritten. It gives the connection that it was
// for, if there is one now, and a datagram to be sent back, if there is one: a
// connection has its own by Conn.Send.
func (s *Server) Receive(now time.Time, from netip.AddrPort, datagram []byte) (c *Conn, reply []byte, err error) {
	if s.byID == nil {
		if _, err := io.ReadFull(s.Config.Rand, s.tokenKey[:]); err != nil {
			return nil, nil, err
		}
		s.byID = map[string]*Conn{}
	}
	p, _, ok := parsePacket(datagram)
	if !ok {
		return nil, nil, nil
	}
	if c := s.byID[string(p.destination)]; c != nil {
		if c.Remote == from { // connections do not move
			c.Receive(now, datagram)
			return c, nil, nil
		}
		return nil, nil, nil
	}
	switch {
	case len(datagram) < maxDatagram:
		// Nobody is answered by more than it has sent.
	case p.kind == foreignPacket:
		return nil, negotiation(&p), nil
	case p.kind == initialPacket && len(p.destination) >= minFirstID && len(s.conns) < maxConns:
		return s.welcome(now, from, datagram, &p)
	}
	return nil, nil, nil
}

// welcome makes a connection for a client's first packet, or asks for another first.
func (s *Server) welcome(now time.Time, from netip.AddrPort, datagram []byte, p *packet) (*Conn, []byte, error) {
	var token *retried
	if s.Retry {
		opened, ok := s.openToken(now, from, p.token, p.destination)
		if !ok {
			source := make([]byte, idLen)
			if _, err := io.ReadFull(s.Config.Rand, source); err != nil {
				return nil, nil, err
			}
			return nil, s.newRetry(now, from, p, source), nil
		}
		token = opened
	}
	e, err := s.New()
	if err != nil {
		return nil, nil, err
	}
	c, err := accept(now, s.Config, e, from, p, token)
	if err != nil {
		return nil, nil, err
	}
	c.Receive(now, datagram)
	if len(c.spaces[0].came) == 0 && c.state == active {
		return nil, nil, nil // the packet was not authentic
	}
	s.conns = append(s.conns, c)
	s.byID[string(c.id)], s.byID[string(c.firstDestination())] = c, c
	return c, nil, nil
}

// negotiation answers a packet of a version that is not known here
// (RFC 9000, Section 17.2.1).
func negotiation(p *packet) []byte {
	b := []byte{longForm | fixedBit, 0, 0, 0, 0}
	b = append(append(b, byte(len(p.source))), p.source...)
	b = append(append(b, byte(len(p.destination))), p.destination...)
	return binary.BigEndian.AppendUint32(b, uint32(secrets.QUIC1))
}

// Deadline is the first of those of the connections; zero if there is none.
func (s *Server) Deadline() time.Time {
	var first time.Time
	for _, c := range s.conns {
		if at := c.Deadline(); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// Expire does what is due by now on all connections. It forgets those that are done, and
// gives them.
func (s *Server) Expire(now time.Time) (gone []*Conn) {
	s.conns = slices.DeleteFunc(s.conns, func(c *Conn) bool {
		if !now.Before(c.Deadline()) {
			c.Expire(now)
		}
		if c.Done() {
			delete(s.byID, string(c.id))
			delete(s.byID, string(c.firstDestination()))
			gone = append(gone, c)
		}
		return c.Done()
	})
	return gone
}

// All are the connections there are, in the order in which they came.
func (s *Server) All() iter.Seq[*Conn] { return slices.Values(s.conns) }
