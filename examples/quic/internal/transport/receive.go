package transport

import (
	"bytes"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// Receive takes a datagram of the peer's, which is overwritten. What in it is not
// authentic, not for this connection or not to be understood is passed over
// (RFC 9001, Section 5.5).
func (c *Conn) Receive(now time.Time, datagram []byte) {
	c.cameBytes += len(datagram)
	if c.state == closing {
		c.closeAgain()
	}
	// A server passes over an Initial packet in a datagram that is smaller than a client
	// makes those (RFC 9000, Section 14.1).
	small := c.role == events.Server && len(datagram) < maxDatagram
	for len(datagram) > 0 {
		p, rest, ok := parsePacket(datagram)
		if !ok || c.state != active {
			return
		}
		if !small || p.kind != initialPacket {
			c.receivePacket(now, &p)
		}
		datagram = rest
	}
}

func (c *Conn) receivePacket(now time.Time, p *packet) {
	forThis := bytes.Equal(p.destination, c.id)
	first := c.role == events.Server && (p.kind == initialPacket || p.kind == earlyPacket)
	if !forThis && !(first && bytes.Equal(p.destination, c.firstDestination())) {
		return
	}
	switch p.kind {
	case initialPacket:
		c.receiveProtected(now, events.Initial, p)
	case earlyPacket:
		// A client reads no early data (RFC 9001, Section 5.6): it has no keys for it.
		c.receiveProtected(now, events.EarlyData, p)
	case handshakePacket:
		c.receiveProtected(now, events.Handshake, p)
	case shortPacket:
		c.receiveProtected(now, events.Application, p)
	case retryPacket:
		c.receiveRetry(p)
	case negotiationPacket:
		c.receiveNegotiation(now, p)
	}
}

// firstDestination is where a client sends until it knows a server's own connection ID.
func (c *Conn) firstDestination() []byte {
	if c.retrySource != nil {
		return c.retrySource
	}
	return c.original
}

// receiveProtected takes a packet at a level that has keys.
func (c *Conn) receiveProtected(now time.Time, level events.Level, p *packet) {
	s, keys := c.space(level), c.keys[level].read
	if keys == nil || !c.fromPeer(p) || !p.reveal(keys, s.expected()) {
		return
	}
	payload, ok, err := c.openPacket(now, level, p)
	switch {
	case err != nil:
		c.fail(now, err)
		return
	case !ok:
		c.noteForgery(now, keys.Suite())
		return
	case s.seen(p.number):
		return
	case p.reserved():
		c.fail(now, refuse(codeProtocolViolation, 0, "reserved bits are set"))
		return
	}
	c.arrived(now, level, p)
	eliciting, err := c.takeFrames(now, level, p.number, payload)
	if err != nil {
		c.fail(now, err)
		return
	}
	if c.keys[level].read == nil {
		return // the level has ended with this packet, and its space with it
	}
	s.note(p.number)
	s.ackDue = s.ackDue || eliciting
}

// fromPeer tells whether a long packet comes from the connection ID that the peer began
// with. The first of a server's says which that is, once it has proved authentic.
func (c *Conn) fromPeer(p *packet) bool {
	return p.kind == shortPacket || c.firstPeerID == nil && p.kind == initialPacket || bytes.Equal(p.source, c.firstPeerID)
}

func (c *Conn) openPacket(now time.Time, level events.Level, p *packet) (payload []byte, ok bool, err error) {
	if level == events.Application {
		return c.openShort(now, p)
	}
	payload, ok = p.open(c.keys[level].read)
	return payload, ok, nil
}

// noteForgery counts packets that were not authentic: an AEAD bears only so many tries
// (RFC 9001, Section 6.6).
func (c *Conn) noteForgery(now time.Time, suite *secrets.Suite) {
	if c.forged++; c.forged > suite.PacketForgeries {
		c.fail(now, refuse(codeAEADLimit, 0, "%d packets were not authentic", c.forged))
	}
}

// arrived does what an authentic packet means by having come.
func (c *Conn) arrived(now time.Time, level events.Level, p *packet) {
	c.idleFrom, c.unanswered = now, false
	switch {
	case c.firstPeerID == nil:
		c.firstPeerID = append([]byte{}, p.source...)
		c.peerIDs.first(c.firstPeerID)
	case level == events.Handshake && c.role == events.Server:
		// Nobody else could have made it (RFC 9000, Section 8.1, and
		// RFC 9001, Section 4.9.1).
		c.validated = true
		if c.keys[events.Initial].read != nil {
			c.discard(events.Initial)
		}
	case level == events.Application && c.keys[events.EarlyData].read != nil && c.earlyUntil.IsZero():
		// RFC 9001, Section 4.9.3.
		c.earlyUntil = now.Add(drainTime * c.rtt.timeout())
	}
}

// takeFrames takes the frames of a packet, and tells whether it is to be acknowledged.
func (c *Conn) takeFrames(now time.Time, level events.Level, number uint64, payload []byte) (elicits bool, err error) {
	if len(payload) == 0 {
		return false, refuse(codeProtocolViolation, 0, "a packet without frames")
	}
	c.trace("<-", level, number, payload)
	// What a frame does may end the level, or the connection.
	for r := (reader{b: payload}); len(r.b) > 0 && err == nil && c.state == active && c.keys[level].read != nil; {
		f, malformed := readFrame(&r)
		if malformed != nil {
			return elicits, malformed
		}
		if !allowedAt(f.kind, level) {
			return elicits, refuse(codeProtocolViolation, f.kind, "%v at the level %v", &f, level)
		}
		elicits = elicits || eliciting(f.kind)
		err = c.take(now, level, &f)
	}
	return elicits, err
}

// receiveNegotiation takes a Version Negotiation packet, which anybody can make: it is
// believed only in place of any answer (RFC 9000, Section 6.2).
func (c *Conn) receiveNegotiation(now time.Time, p *packet) {
	if c.role == events.Server || c.firstPeerID != nil || !bytes.Equal(p.source, c.peerIDs.current()) {
		return
	}
	for r := (reader{b: p.token}); len(r.b) > 0; {
		if offered := r.uint32(); r.bad || secrets.QUICVersion(offered) == version {
			return
		}
	}
	c.drop(now, ErrVersion)
}
