package transport

import (
	"time"

	"github.com/tacitls/tacitls/events"
)

// take does what a frame of the peer's says.
func (c *Conn) take(now time.Time, level events.Level, f *frame) error {
	switch f.kind {
	case framePadding, framePing, framePathResponse, frameDataBlocked, frameStreamsBlocked, frameStreamsBlockedUni, frameMaxStreamsUni:
		return nil
	case frameAck:
		return c.acknowledged(now, level, f)
	case frameCrypto:
		return c.takeCrypto(now, level, f)
	case frameStream, frameResetStream, frameStopSending, frameMaxStreamData, frameStreamDataBlocked:
		return c.takeStream(f)
	case frameMaxData:
		c.stream.maxData = max(c.stream.maxData, f.value)
	case frameMaxStreams:
		c.stream.allowed = c.stream.allowed || f.value > 0
	case frameNewConnectionID:
		return c.peerIDs.add(f)
	case frameRetireConnectionID:
		// There is one alone, and the packet came by it (RFC 9000, Section 19.16).
		return refuse(codeProtocolViolation, f.kind, "connection ID %d cannot be retired", f.id)
	case framePathChallenge:
		c.echo = append(c.echo[:0], f.data...)
	case frameClose, frameCloseApplication:
		c.closed(now, f)
	case frameNewToken:
		if c.role == events.Server {
			return refuse(codeProtocolViolation, f.kind, "a token from a client")
		}
	case frameHandshakeDone:
		if c.role == events.Server {
			return refuse(codeProtocolViolation, f.kind, "a client tells that the handshake is done")
		}
		c.doTLS(now, c.engine.ConfirmHandshake)
	}
	return nil
}

// takeCrypto takes bytes of the handshake, and gives the engine those that are in order.
func (c *Conn) takeCrypto(now time.Time, level events.Level, f *frame) error {
	within := uint64(window)
	if level == events.Initial {
		within = initialWindow
	}
	if !c.space(level).crypto.in.insert(f.offset, f.data, within) {
		return refuse(codeCryptoBuffer, f.kind, "%d bytes at %d", len(f.data), f.offset)
	}
	c.feedTLS(now, level)
	return nil
}

// takeStream takes a frame about a stream.
func (c *Conn) takeStream(f *frame) error {
	const serverOpens, oneWay = 1, 2
	s := &c.stream
	own := f.id&serverOpens != 0 == (c.role == events.Server)
	switch {
	case f.id == theStream && (c.role == events.Server || s.open):
	case own:
		return refuse(codeStreamState, f.kind, "stream %d was never opened", f.id)
	default:
		return refuse(codeStreamLimit, f.kind, "stream %d", f.id)
	}
	s.open = true
	code := f.value
	switch f.kind {
	case frameStream:
		return s.receive(f)
	case frameMaxStreamData:
		s.maxStreamData = max(s.maxStreamData, f.value)
	case frameResetStream:
		f.fin = true
		if err := s.size(f, f.offset); err != nil {
			return err
		}
		s.in.end, s.in.final = f.offset, true
		s.reset = &code
	case frameStopSending:
		if s.stopped == nil {
			s.stopped, s.dueReset = &code, true
		}
	}
	return nil
}
