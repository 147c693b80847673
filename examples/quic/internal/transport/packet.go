package transport

import (
	"encoding/binary"

	"github.com/tacitls/tacitls/secrets"
)

// version is the version of QUIC that is spoken here.
const version = secrets.QUIC1

// packetKind is what the first byte of a packet, and its version, say.
type packetKind uint8

// The kinds of packets. The first four are in the order of their bits in a long
// header (RFC 9000, Section 17.2).
const (
	initialPacket packetKind = iota
	earlyPacket
	handshakePacket
	retryPacket
	shortPacket
	negotiationPacket // of the version
	foreignPacket     // of a version not known here
)

const (
	longForm   = 0x80
	fixedBit   = 0x40
	kindShift  = 4
	phaseBit   = 0x04
	lengthBits = 0x03 // of the packet number, less one

	reservedLong, reservedShort = 0x0c, 0x18

	// idLen is how many bytes the connection IDs of this end have.
	idLen = 8
	// numberLen is how many bytes packet numbers are sent in. The most are always
	// enough.
	numberLen = 4
	// maxDatagram is the size of a datagram sent, in bytes: what every path takes
	// (RFC 9000, Section 14). takenDatagram is the largest that is taken.
	maxDatagram   = 1200
	takenDatagram = 1472
	tagLen        = 16
)

// packet is a packet in a datagram, and what its header says. All slices alias the
// datagram.
type packet struct {
	kind                packetKind
	version             secrets.QUICVersion
	destination, source []byte
	token               []byte // of Initial; of Retry with the tag behind it; the list of a negotiation
	raw                 []byte // from the first byte to the last
	numberAt            int    // where in raw the number stands

	number    uint64 // since reveal
	payloadAt int
}

// parsePacket reads the header of the first packet in a datagram, and gives what is
// behind the packet. What has no header that makes sense is passed over.
func parsePacket(datagram []byte) (p packet, rest []byte, ok bool) {
	r := reader{b: datagram}
	first := r.byte()
	if first&longForm == 0 {
		p.kind, p.raw, p.numberAt = shortPacket, datagram, 1+idLen
		p.destination = r.take(idLen)
		return p, nil, !r.bad && first&fixedBit != 0
	}
	p.version = secrets.QUICVersion(r.uint32())
	p.destination = r.take(uint64(r.byte()))
	p.source = r.take(uint64(r.byte()))
	p.raw = datagram
	switch {
	case r.bad:
		return p, nil, false
	case p.version == 0:
		p.kind, p.token = negotiationPacket, r.b
		return p, nil, true
	case p.version != version:
		p.kind = foreignPacket
		return p, nil, true
	case first&fixedBit == 0, len(p.destination) > secrets.MaxConnectionID, len(p.source) > secrets.MaxConnectionID:
		return p, nil, false
	}
	p.kind = packetKind(first >> kindShift & 3)
	switch p.kind {
	case retryPacket:
		p.token = r.b
		return p, nil, len(r.b) >= secrets.RetryTagLen
	case initialPacket:
		p.token = r.opaque()
	}
	length := r.varint()
	p.numberAt = len(datagram) - len(r.b)
	r.take(length)
	p.raw, rest = datagram[:len(datagram)-len(r.b)], r.b
	return p, rest, !r.bad
}

// reveal removes the protection of the header, and reads the packet number: next is
// one more than the greatest that has come. A packet too short for a sample is passed
// over (RFC 9001, Section 5.4.2).
func (p *packet) reveal(keys *secrets.PacketProtection, next uint64) bool {
	sampleAt := p.numberAt + numberLen
	if len(p.raw) < sampleAt+secrets.HeaderSampleLen {
		return false
	}
	mask, err := keys.HeaderMask(p.raw[sampleAt:][:secrets.HeaderSampleLen])
	if err != nil {
		return false
	}
	p.raw[0] ^= mask[0] & hiddenBits(p.raw[0])
	length := int(p.raw[0]&lengthBits) + 1
	short := uint64(0)
	for i := range length {
		p.raw[p.numberAt+i] ^= mask[1+i]
		short = short<<8 | uint64(p.raw[p.numberAt+i])
	}
	p.number, p.payloadAt = wholeNumber(short, length, next), p.numberAt+length
	return true
}

// hiddenBits are those of the first byte that header protection hides.
func hiddenBits(first byte) byte {
	if first&longForm != 0 {
		return 0x0f
	}
	return 0x1f
}

// wholeNumber finds the packet number that ends in what was sent of it and is closest to
// the one expected next (RFC 9000, Appendix A.3).
func wholeNumber(short uint64, length int, next uint64) uint64 {
	size := uint64(1) << (8 * length)
	number := next&^(size-1) | short
	switch {
	case number+size/2 <= next && number+size <= maxVarint:
		return number + size
	case number > next+size/2 && number >= size:
		return number - size
	}
	return number
}

// open removes the protection of the payload, in place.
func (p *packet) open(keys *secrets.PacketProtection) (payload []byte, ok bool) {
	protected := p.raw[p.payloadAt:]
	payload, err := keys.Open(protected[:0], p.number, p.raw[:p.payloadAt], protected)
	return payload, err == nil
}

// reserved tells whether bits are set that mean nothing.
func (p *packet) reserved() bool {
	if p.kind == shortPacket {
		return p.raw[0]&reservedShort != 0
	}
	return p.raw[0]&reservedLong != 0
}

// phase is the key phase of a short packet.
func (p *packet) phase() bool { return p.raw[0]&phaseBit != 0 }

// headerLen is how long the header of a packet to be sent is, number included.
func (p *packet) headerLen() int {
	if p.kind == shortPacket {
		return 1 + len(p.destination) + numberLen
	}
	n := 1 + 4 + 1 + len(p.destination) + 1 + len(p.source) + 2 + numberLen
	if p.kind == initialPacket {
		n += varintLen(uint64(len(p.token))) + len(p.token)
	}
	return n
}

// append writes the packet with its payload, protected, behind b. The phase is that of
// a short packet.
func (p *packet) append(b []byte, keys *secrets.PacketProtection, phase bool, payload []byte) ([]byte, error) {
	start := len(b)
	if p.kind == shortPacket {
		first := byte(fixedBit | numberLen - 1)
		if phase {
			first |= phaseBit
		}
		b = append(append(b, first), p.destination...)
	} else {
		b = append(b, longForm|fixedBit|byte(p.kind)<<kindShift|numberLen-1)
		b = binary.BigEndian.AppendUint32(b, uint32(version))
		b = append(append(b, byte(len(p.destination))), p.destination...)
		b = append(append(b, byte(len(p.source))), p.source...)
		if p.kind == initialPacket {
			b = appendOpaque(b, p.token)
		}
		// The length has two bytes always.
		b = binary.BigEndian.AppendUint16(b, 1<<14|uint16(numberLen+len(payload)+tagLen))
	}
	numberAt := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(p.number))
	b, err := keys.Seal(b, p.number, b[start:], payload)
	if err != nil {
		return b[:start], err
	}
	mask, err := keys.HeaderMask(b[numberAt+numberLen:][:secrets.HeaderSampleLen])
	if err != nil {
		return b[:start], err
	}
	b[start] ^= mask[0] & hiddenBits(b[start])
	for i := range numberLen {
		b[numberAt+i] ^= mask[1+i]
	}
	return b, nil
}
