package transport

import (
	"time"

	"github.com/tacitls/tacitls/events"
)

// roundTrip estimates the time of a round trip (RFC 9002, Section 5).
type roundTrip struct {
	guess            time.Duration // until there is a sample
	smooth, variance time.Duration
}

// maxAckDelay is how long a peer may take to acknowledge, if it says nothing else; this
// end does so at once.
const maxAckDelay = 25 * time.Millisecond

func (r *roundTrip) sample(took time.Duration) {
	if r.smooth == 0 {
		r.smooth, r.variance = took, took/2
		return
	}
	r.variance = (3*r.variance + (r.smooth - took).Abs()) / 4
	r.smooth = (7*r.smooth + took) / 8
}

// timeout is the probe timeout (RFC 9002, Section 6.2.1).
func (r *roundTrip) timeout() time.Duration {
	if r.smooth == 0 {
		return 3*r.guess + maxAckDelay
	}
	return r.smooth + max(4*r.variance, time.Millisecond) + maxAckDelay
}

const (
	// flight is how many bytes may be under way: a window that never changes is all the
	// congestion control there is.
	flight = 32 * maxDatagram
	// maxBackoff bounds how often the probe timeout doubles.
	maxBackoff = 6
	// overtaken is how many packets that were sent later may arrive before a packet counts
	// as lost (RFC 9002, Section 6.1.1).
	overtaken = 3
)

// acknowledged takes an ACK: what of the packets has arrived, and what must be lost.
func (c *Conn) acknowledged(now time.Time, level events.Level, f *frame) error {
	s := c.space(level)
	if f.offset >= s.next {
		return refuse(codeProtocolViolation, f.kind, "packet %d was never sent", f.offset)
	}
	under := s.under
	s.under = s.under[:0]
	news := false
	for i := range under {
		p := &under[i]
		switch {
		case f.acked.holds(p.number):
			news = true
			c.inFlight -= p.size
			c.delivered(p)
			if p.number == f.offset {
				c.rtt.sample(now.Sub(p.at))
			}
		case p.number+overtaken <= f.offset:
			c.inFlight -= p.size
			c.lost(p)
		default:
			s.under = append(s.under, *p)
		}
	}
	clear(under[len(s.under):])
	if level == events.Application && f.offset >= c.update.sentFrom {
		c.update.acked = true
	}
	if news {
		c.probes = 0
	}
	return nil
}

// delivered tells what was in a packet that it has arrived.
func (c *Conn) delivered(p *sentPacket) {
	for _, f := range p.frames {
		switch f.kind {
		case frameCrypto:
			c.space(p.level).crypto.out.acknowledge(f.piece)
		case frameStream:
			c.stream.out.acknowledge(f.piece)
		}
	}
}

// lost has what was in a packet sent again.
func (c *Conn) lost(p *sentPacket) {
	for _, f := range p.frames {
		switch f.kind {
		case frameCrypto:
			c.space(p.level).crypto.out.lose(f.piece)
		case frameStream:
			c.stream.out.lose(f.piece)
		case frameHandshakeDone:
			c.doneDue = true
		case frameMaxData:
			c.stream.dueMaxData = true
		case frameMaxStreamData:
			c.stream.dueMaxStreamData = true
		case frameResetStream:
			c.stream.dueReset = true
		case frameRetireConnectionID:
			c.peerIDs.retire(f.id)
		}
	}
}

// probeAt is when something is to be sent because nothing was acknowledged; never, while
// this end may not send.
func (c *Conn) probeAt() time.Time {
	if !c.mayAmplify(maxDatagram) {
		return time.Time{}
	}
	var from time.Time
	for i := range c.spaces {
		s := &c.spaces[i]
		if len(s.under) > 0 && (from.IsZero() || s.lastSent.Before(from)) {
			from = s.lastSent
		}
	}
	if from.IsZero() && c.role == events.Client && !c.Completed() {
		// The server may wait for another datagram before it may say more
		// (RFC 9002, Section 6.2.2.1).
		from = c.lastSent
	}
	if from.IsZero() {
		return from
	}
	return from.Add(c.rtt.timeout() << min(c.probes, maxBackoff))
}

// probe takes all that is under way for lost, and has something sent in any case.
func (c *Conn) probe() {
	c.probes++
	idle := true
	for i := range c.spaces {
		s := &c.spaces[i]
		for j := range s.under {
			c.inFlight -= s.under[j].size
			c.lost(&s.under[j])
		}
		s.pingDue = len(s.under) > 0
		idle = idle && !s.pingDue
		clear(s.under)
		s.under = s.under[:0]
	}
	switch {
	case !idle:
	case c.keys[events.Handshake].write != nil:
		c.spaces[handshakeSpace].pingDue = true
	default:
		c.spaces[initialSpace].pingDue = true
	}
}
