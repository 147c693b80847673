package transport

import "github.com/tacitls/tacitls/events"

// The types of frames (RFC 9000, Section 19).
const (
	framePadding            = 0x00
	framePing               = 0x01
	frameAck                = 0x02
	frameAckECN             = 0x03
	frameResetStream        = 0x04
	frameStopSending        = 0x05
	frameCrypto             = 0x06
	frameNewToken           = 0x07
	frameStream             = 0x08 // and the three bits below it
	frameMaxData            = 0x10
	frameMaxStreamData      = 0x11
	frameMaxStreams         = 0x12
	frameMaxStreamsUni      = 0x13
	frameDataBlocked        = 0x14
	frameStreamDataBlocked  = 0x15
	frameStreamsBlocked     = 0x16
	frameStreamsBlockedUni  = 0x17
	frameNewConnectionID    = 0x18
	frameRetireConnectionID = 0x19
	framePathChallenge      = 0x1a
	framePathResponse       = 0x1b
	frameClose              = 0x1c
	frameCloseApplication   = 0x1d
	frameHandshakeDone      = 0x1e

	streamFin, streamLength, streamOffset = 0x01, 0x02, 0x04

	pathDataLen   = 8
	resetTokenLen = 16
)

// frame is any frame. What its fields mean goes by the kind:
//
//	                       id        offset        value        data
//	ACK                              of the largest  delay
//	CRYPTO                           of data                    bytes
//	STREAM                 stream    of data                    bytes
//	RESET_STREAM           stream    the final size  error code
//	STOP_SENDING           stream                    error code
//	MAX_..., ..._BLOCKED   stream                    limit
//	NEW_CONNECTION_ID      sequence                  retire up to identifier
//	RETIRE_CONNECTION_ID   sequence
//	PATH_...                                                     eight bytes
//	NEW_TOKEN                                                    token
//	CONNECTION_CLOSE       frame type                error code  reason
type frame struct {
	kind              uint64
	id, offset, value uint64
	data              []byte // aliases the packet
	fin               bool   // of STREAM
	acked             spans  // of ACK
}

// allowed are the levels whose packets may hold a kind of frame, as the four letters
// of RFC 9000, Section 12.4.
var allowed = [...]string{
	framePadding: "IH01", framePing: "IH01", frameAck: "IH_1", frameAckECN: "IH_1",
	frameResetStream: "__01", frameStopSending: "__01", frameCrypto: "IH_1", frameNewToken: "___1",
	0x08: "__01", 0x09: "__01", 0x0a: "__01", 0x0b: "__01", 0x0c: "__01", 0x0d: "__01", 0x0e: "__01", 0x0f: "__01",
	frameMaxData: "__01", frameMaxStreamData: "__01", frameMaxStreams: "__01", frameMaxStreamsUni: "__01",
	frameDataBlocked: "__01", frameStreamDataBlocked: "__01", frameStreamsBlocked: "__01", frameStreamsBlockedUni: "__01",
	frameNewConnectionID: "__01", frameRetireConnectionID: "___1", framePathChallenge: "__01", framePathResponse: "___1",
	frameClose: "IH01", frameCloseApplication: "__01", frameHandshakeDone: "___1",
}

// allowedAt tells whether a kind of frame may stand in a packet of a level.
func allowedAt(kind uint64, level events.Level) bool {
	letter := [...]byte{events.Initial: 'I', events.Handshake: 'H', events.EarlyData: '0', events.Application: '1'}[level]
	for i := range 4 {
		if allowed[kind][i] == letter {
			return true
		}
	}
	return false
}

// eliciting tells whether a packet with such a frame is to be acknowledged
// (RFC 9000, Section 13.2).
func eliciting(kind uint64) bool {
	switch kind {
	case framePadding, frameAck, frameAckECN, frameClose, frameCloseApplication:
		return false
	}
	return true
}

// readFrame reads the next frame of a payload. PADDING is taken together.
func readFrame(r *reader) (f frame, err error) {
	before := len(r.b)
	f.kind = r.varint()
	if f.kind >= uint64(len(allowed)) || before-len(r.b) > 1 {
		return f, refuse(codeFrameEncoding, f.kind, "a frame of type %#x", f.kind)
	}
	switch f.kind {
	case framePadding:
		for len(r.b) > 0 && r.b[0] == framePadding {
			r.b = r.b[1:]
		}
		f.value = uint64(before - len(r.b))
	case frameAck, frameAckECN:
		f.readAck(r)
	case frameResetStream:
		f.id, f.value, f.offset = r.varint(), r.varint(), r.varint()
	case frameStopSending, frameMaxStreamData, frameStreamDataBlocked:
		f.id, f.value = r.varint(), r.varint()
	case frameCrypto:
		f.offset, f.data = r.varint(), r.opaque()
	case frameNewToken:
		f.data = r.opaque()
		r.bad = r.bad || len(f.data) == 0
	case frameMaxData, frameMaxStreams, frameMaxStreamsUni, frameDataBlocked, frameStreamsBlocked, frameStreamsBlockedUni:
		f.value = r.varint()
	case frameNewConnectionID:
		f.id, f.value, f.data = r.varint(), r.varint(), r.take(uint64(r.byte()))
		r.take(resetTokenLen)
	case frameRetireConnectionID:
		f.id = r.varint()
	case framePathChallenge, framePathResponse:
		f.data = r.take(pathDataLen)
	case frameClose:
		f.value, f.id, f.data = r.varint(), r.varint(), r.opaque()
	case frameCloseApplication:
		f.value, f.data = r.varint(), r.opaque()
	default:
		f.readStream(r)
	}
	if r.bad || f.offset+uint64(len(f.data)) > maxVarint {
		return f, refuse(codeFrameEncoding, f.kind, "a frame that is cut short, or makes no sense")
	}
	return f, nil
}

// readStream reads a frame of the kinds that are STREAM; PING and HANDSHAKE_DONE have
// nothing but their type.
func (f *frame) readStream(r *reader) {
	if f.kind&^7 != frameStream {
		return
	}
	bits := f.kind & 7
	f.kind, f.fin = frameStream, bits&streamFin != 0
	f.id = r.varint()
	if bits&streamOffset != 0 {
		f.offset = r.varint()
	}
	if bits&streamLength != 0 {
		f.data = r.opaque()
		return
	}
	f.data = r.take(uint64(len(r.b)))
}

// readAck reads ranges of packet numbers, the greatest first
// (RFC 9000, Section 19.3.1).
func (f *frame) readAck(r *reader) {
	largest, delay, more, first := r.varint(), r.varint(), r.varint(), r.varint()
	f.offset, f.value = largest, delay
	for length := first; !r.bad; more-- {
		if length > largest {
			r.bad = true
			return
		}
		f.acked.add(largest-length, largest+1)
		if more == 0 {
			break
		}
		gap := r.varint()
		if gap+2 > largest-length {
			r.bad = true
			return
		}
		largest -= length + gap + 2
		length = r.varint()
	}
	if f.kind == frameAckECN {
		for range 3 {
			r.varint()
		}
	}
	f.kind = frameAck
}

// appendAck writes an ACK of what came, as many ranges of it as there is room for.
func appendAck(b []byte, came spans, room int) []byte {
	// The type, a count of one byte, no delay, and two numbers of any length.
	const fixed, each = 1 + 1 + 1 + 8 + 8, 8 + 8
	count := min(len(came), 1+(room-fixed)/each, maxRanges)
	if room < fixed || count == 0 {
		return b
	}
	last := came[len(came)-1]
	b = appendVarint(append(b, frameAck), last.to-1)
	b = appendVarint(appendVarint(b, 0), uint64(count-1))
	b = appendVarint(b, last.to-1-last.from)
	for i := len(came) - 2; i > len(came)-1-count; i-- {
		b = appendVarint(b, came[i+1].from-came[i].to-1)
		b = appendVarint(b, came[i].to-1-came[i].from)
	}
	return b
}

const (
	// cryptoHeader and streamHeader are the most bytes before the data of such a frame.
	cryptoHeader = 1 + 8 + 2
	streamHeader = 1 + 1 + 8 + 2
)

func appendCrypto(b []byte, offset uint64, data []byte) []byte {
	return appendOpaque(appendVarint(append(b, frameCrypto), offset), data)
}

// appendStream writes bytes of the one stream, whose identifier is 0.
func appendStream(b []byte, offset uint64, data []byte, fin bool) []byte {
	kind := byte(frameStream | streamLength | streamOffset)
	if fin {
		kind |= streamFin
	}
	return appendOpaque(appendVarint(append(b, kind, theStream), offset), data)
}

// appendNumbers writes a frame of integers alone.
func appendNumbers(b []byte, kind byte, numbers ...uint64) []byte {
	b = append(b, kind)
	for _, n := range numbers {
		b = appendVarint(b, n)
	}
	return b
}
