package transport

import (
	"errors"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// sendOrder is the order of the packets in a datagram.
var sendOrder = [...]events.Level{events.Initial, events.Handshake, events.EarlyData, events.Application}

var kinds = [...]packetKind{
	events.Initial: initialPacket, events.EarlyData: earlyPacket, events.Handshake: handshakePacket, events.Application: shortPacket,
}

// part is what is to become a packet.
type part struct {
	level     events.Level
	payload   []byte
	frames    []sentFrame
	eliciting bool
}

// Send gives the next datagram to be sent, or nil if nothing is due now. The caller owns
// it.
func (c *Conn) Send(now time.Time) []byte {
	switch {
	case c.state == closing:
		return c.sendClose(now)
	case c.state != active || !c.mayAmplify(maxDatagram):
		return nil
	}
	if err := c.updateDue(now); err != nil {
		c.fail(now, err)
		return c.sendClose(now)
	}
	var parts []part
	room := maxDatagram
	for _, level := range sendOrder {
		room -= c.overhead(level)
		if !c.sendsAt(level) || room < minPayload {
			room += c.overhead(level)
			continue
		}
		p := c.compose(level, room)
		if len(p.payload) == 0 {
			room += c.overhead(level)
			continue
		}
		parts = append(parts, p)
		room -= len(p.payload)
	}
	c.fill(parts)
	return c.pack(now, parts)
}

// minPayload is the least room that a packet is begun for, in bytes.
const minPayload = 64

// mayAmplify tells whether a datagram of a size may be sent: to an address that nobody may
// be at, no more than three times of what came from there (RFC 9000, Section 8.1).
func (c *Conn) mayAmplify(size int) bool {
	const times = 3
	return c.validated || c.sentBytes+size <= times*c.cameBytes
}

// sendsAt tells whether packets of a level can be sent: there are none of early data any
// more where there are keys of the application (RFC 9001, Section 5.6).
func (c *Conn) sendsAt(level events.Level) bool {
	return c.keys[level].write != nil && (level != events.EarlyData || c.keys[events.Application].write == nil)
}

// header is that of the next packet of a level.
func (c *Conn) header(level events.Level) packet {
	p := packet{kind: kinds[level], destination: c.peerIDs.current(), source: c.id, number: c.space(level).next}
	if level == events.Initial {
		p.token = c.token
	}
	return p
}

// overhead is what a packet of a level has beside its payload.
func (c *Conn) overhead(level events.Level) int {
	h := c.header(level)
	return h.headerLen() + tagLen
}

// compose takes from what is due at a level as much as there is room for.
func (c *Conn) compose(level events.Level, room int) part {
	p := part{level: level}
	s := c.space(level)
	if s.ackDue && level != events.EarlyData {
		p.payload = appendAck(p.payload, s.came, room-1)
		s.ackDue = false
	}
	if s.pingDue {
		s.pingDue, p.eliciting = false, true
		p.payload = append(p.payload, framePing)
	}
	if c.inFlight >= flight {
		return p
	}
	if level == events.EarlyData || level == events.Application {
		c.composeControl(&p, room)
	}
	for level != events.EarlyData {
		piece, data, ok := s.crypto.out.next(room-len(p.payload)-cryptoHeader, maxVarint)
		if !ok {
			break
		}
		p.payload = appendCrypto(p.payload, piece.from, data)
		p.add(sentFrame{kind: frameCrypto, piece: piece})
	}
	if level == events.EarlyData || level == events.Application {
		c.composeStream(&p, room)
	}
	return p
}

// add notes a frame, to send it again if the packet gets lost.
func (p *part) add(f sentFrame) {
	p.eliciting = true
	p.frames = append(p.frames, f)
}

// numbers adds a frame of integers alone.
func (p *part) numbers(kind byte, numbers ...uint64) {
	p.payload = appendNumbers(p.payload, kind, numbers...)
	p.add(sentFrame{kind: uint64(kind)})
}

// composeControl adds the small frames that are due: all of them have room.
func (c *Conn) composeControl(p *part, room int) {
	const most = 200
	if room-len(p.payload) < most {
		return
	}
	s := &c.stream
	if c.doneDue && p.level == events.Application {
		c.doneDue = false
		p.numbers(frameHandshakeDone)
	}
	if s.dueMaxData {
		s.dueMaxData = false
		p.numbers(frameMaxData, s.advertised)
	}
	if s.dueMaxStreamData && s.open {
		s.dueMaxStreamData = false
		p.numbers(frameMaxStreamData, theStream, s.advertised)
	}
	if s.dueReset {
		s.dueReset = false
		p.numbers(frameResetStream, theStream, *s.stopped, s.out.sent)
	}
	if p.level != events.Application {
		return
	}
	const atOnce = 8
	retired := c.peerIDs.retired[:min(atOnce, len(c.peerIDs.retired))]
	for _, sequence := range retired {
		p.payload = appendNumbers(p.payload, frameRetireConnectionID, sequence)
		p.add(sentFrame{kind: frameRetireConnectionID, id: sequence})
	}
	c.peerIDs.retired = c.peerIDs.retired[len(retired):]
	if len(c.echo) > 0 {
		p.payload = append(append(p.payload, framePathResponse), c.echo...)
		p.eliciting, c.echo = true, nil
	}
}

// composeStream adds data of the stream. A server has none to send before the client has
// opened it.
func (c *Conn) composeStream(p *part, room int) {
	s := &c.stream
	if c.role == events.Server && !s.open || !s.allowed || s.stopped != nil {
		return
	}
	for {
		piece, data, ok := s.out.next(room-len(p.payload)-streamHeader, s.limit())
		if !ok {
			return
		}
		s.open = true
		p.payload = appendStream(p.payload, piece.from, data, piece.fin)
		p.add(sentFrame{kind: frameStream, piece: piece})
	}
}

// fill pads the last of the parts where a datagram of them has to be large
// (RFC 9000, Section 14.1), and tells the size of the datagram.
func (c *Conn) fill(parts []part) (size int) {
	large := false
	for i := range parts {
		size += c.overhead(parts[i].level) + len(parts[i].payload)
		large = large || parts[i].level == events.Initial && (c.role == events.Client || parts[i].eliciting)
	}
	if large && size < maxDatagram {
		last := &parts[len(parts)-1]
		last.payload = append(last.payload, make([]byte, maxDatagram-size)...)
		size = maxDatagram
	}
	return size
}

// pack makes a datagram of parts that have been filled up.
func (c *Conn) pack(now time.Time, parts []part) []byte {
	var datagram []byte
	for i := range parts {
		var err error
		if datagram, err = c.seal(now, datagram, &parts[i]); err != nil {
			break
		}
	}
	if len(datagram) > 0 {
		c.sentBytes += len(datagram)
		c.lastSent = now
	}
	return datagram
}

// seal makes a packet of a part, behind b.
func (c *Conn) seal(now time.Time, b []byte, p *part) ([]byte, error) {
	s, h := c.space(p.level), c.header(p.level)
	c.trace("->", p.level, h.number, p.payload)
	before := len(b)
	b, err := h.append(b, c.keys[p.level].write, c.update.phase, p.payload)
	if err != nil {
		if errors.Is(err, secrets.ErrPacketLimit) {
			err = refuse(codeAEADLimit, 0, "a key has protected as many packets as it may")
		}
		c.drop(now, err)
		return b, err
	}
	s.next++
	if p.eliciting {
		size := len(b) - before
		s.under = append(s.under, sentPacket{number: h.number, level: p.level, at: now, size: size, frames: p.frames})
		s.lastSent = now
		c.inFlight += size
		if !c.unanswered {
			c.unanswered, c.idleFrom = true, now
		}
	}
	if p.level == events.Handshake && c.role == events.Client && c.keys[events.Initial].write != nil {
		c.discard(events.Initial) // RFC 9001, Section 4.9.1
	}
	return b, nil
}
