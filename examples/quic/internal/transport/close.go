package transport

import (
	"errors"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// The codes of connection errors (RFC 9000, Section 20.1, and RFC 9001, Section 6.7).
const (
	codeNoError            = 0x00
	codeInternal           = 0x01
	codeFlowControl        = 0x03
	codeStreamLimit        = 0x04
	codeStreamState        = 0x05
	codeFinalSize          = 0x06
	codeFrameEncoding      = 0x07
	codeTransportParameter = 0x08
	codeConnectionIDLimit  = 0x09
	codeProtocolViolation  = 0x0a
	codeApplication        = 0x0c
	codeCryptoBuffer       = 0x0d
	codeKeyUpdate          = 0x0e
	codeAEADLimit          = 0x0f
	codeCrypto             = 0x100 // and an alert
)

var codeNames = map[uint64]string{
	codeNoError: "no_error", codeInternal: "internal_error", 0x02: "connection_refused", codeFlowControl: "flow_control_error",
	codeStreamLimit: "stream_limit_error", codeStreamState: "stream_state_error", codeFinalSize: "final_size_error",
	codeFrameEncoding: "frame_encoding_error", codeTransportParameter: "transport_parameter_error",
	codeConnectionIDLimit: "connection_id_limit_error", codeProtocolViolation: "protocol_violation",
	0x0b: "invalid_token", codeApplication: "application_error", codeCryptoBuffer: "crypto_buffer_exceeded",
	codeKeyUpdate: "key_update_error", codeAEADLimit: "aead_limit_reached", 0x10: "no_viable_path",
}

// codeName names a code, of QUIC or of the application protocol.
func codeName(code uint64, application bool) string {
	name, known := codeNames[code]
	switch {
	case application:
		return fmt.Sprintf("application code %#x", code)
	case known:
		return name
	case code&^0xff == codeCrypto:
		return fmt.Sprintf("crypto_error %v", messages.Alert(code&0xff))
	}
	return fmt.Sprintf("code %#x", code)
}

// The reasons for which a connection ends without a word.
var (
	// ErrHandshakeLost tells that the peer has not answered, or that too much got lost
	// to shake hands in time.
	ErrHandshakeLost = errors.New("handshake_lost: the handshake has not been completed in time")
	// ErrIdle tells that nothing has come for too long.
	ErrIdle = errors.New("idle_timeout: nothing has come from the peer for too long")
	// ErrVersion tells that the server speaks only versions of QUIC that are not known
	// here.
	ErrVersion = errors.New("version_mismatch: the server does not speak version 1 of QUIC")
)

// Error is a connection error: what a CONNECTION_CLOSE frame says
// (RFC 9000, Section 11.1).
type Error struct {
	// Code is the code, one of QUIC or of the application protocol.
	Code        uint64
	Application bool
	// Received tells that the peer has closed.
	Received bool
	// Frame is the type of the frame that was wrong, or 0.
	Frame  uint64
	Reason string
	// Err is the engine's error, if it is what ended the connection.
	Err error
}

// Name names the code.
func (e *Error) Name() string { return codeName(e.Code, e.Application) }

func (e *Error) Error() string {
	text := e.Name()
	if e.Received {
		text += " received"
	}
	if e.Reason != "" {
		text += fmt.Sprintf(": %q", e.Reason)
	}
	return text
}

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// refuse makes an error of the peer's.
func refuse(code, frame uint64, format string, arguments ...any) error {
	return &Error{Code: code, Frame: frame, Reason: fmt.Sprintf(format, arguments...)}
}

// state is how far a connection is on its way out (RFC 9000, Section 10.2).
type state uint8

const (
	active   state = iota
	closing        // this end has said that it is over, and says so again when asked
	draining       // the peer has said so; nothing is sent any more
	done
)

// drainTime is how many probe timeouts an end that is over stays, for what is still
// under way.
const drainTime = 3

// Close ends the connection with a code of the application protocol, 0 if all went
// well. What is not acknowledged yet may be lost.
func (c *Conn) Close(now time.Time, code uint64, reason string) {
	c.fail(now, &Error{Code: code, Application: true, Reason: reason})
}

// fail ends the connection; the peer is told.
func (c *Conn) fail(now time.Time, err error) {
	if c.state != active {
		return
	}
	if !errors.As(err, &c.verdict) {
		c.verdict = &Error{Code: codeInternal, Err: err}
	}
	c.end(now, closing, err)
	c.closeDue = true
}

// failTLS ends the connection by an error of the engine's.
func (c *Conn) failTLS(now time.Time, err error) {
	closed := &Error{Code: codeInternal, Reason: "misuse of the engine", Err: err}
	var fatal *engine.Error
	if errors.As(err, &fatal) {
		closed.Code, closed.Reason = fatal.QUICCode(), fatal.Refusal.Name
		closed.Frame = frameCrypto
	}
	c.fail(now, closed)
}

// drop ends the connection without a word.
func (c *Conn) drop(now time.Time, err error) {
	if c.state == active {
		c.end(now, done, err)
		c.forget()
	}
}

// end moves on towards the end of the connection.
func (c *Conn) end(now time.Time, to state, err error) {
	c.state, c.err = to, err
	c.endAt = now.Add(drainTime * c.rtt.timeout())
}

// closed takes a CONNECTION_CLOSE of the peer's.
func (c *Conn) closed(now time.Time, f *frame) {
	c.end(now, draining, &Error{
		Code: f.value, Application: f.kind == frameCloseApplication, Received: true, Frame: f.id, Reason: string(f.data),
	})
}

// closeAgain answers a datagram that came behind the end: the first, the second, the
// fourth, and so on (RFC 9000, Section 10.2.1).
func (c *Conn) closeAgain() {
	c.behind++
	c.closeDue = c.closeDue || c.behind&(c.behind-1) == 0
}

// sendClose makes the datagram that tells of the end, at every level that the peer may
// have keys of (RFC 9000, Section 10.2.3). Where there is no room for all of them, behind a
// long token, the first are those that it has for certain. The end stays due for as long
// as it is more than may be sent.
func (c *Conn) sendClose(now time.Time) []byte {
	if !c.closeDue {
		return nil
	}
	var parts []part
	room := maxDatagram
	for _, level := range sendOrder {
		payload := c.verdict.append(level)
		if size := c.overhead(level) + len(payload); c.sendsAt(level) && size <= room {
			parts = append(parts, part{level: level, payload: payload})
			room -= size
		}
	}
	if !c.mayAmplify(c.fill(parts)) {
		return nil
	}
	c.closeDue = false
	return c.pack(now, parts)
}

// maxReason bounds what is said of an error, in bytes.
const maxReason = 100

// append writes the frame for packets of a level: before the handshake is done with,
// nothing of the application's is told.
func (e *Error) append(level events.Level) []byte {
	reason := e.Reason[:min(len(e.Reason), maxReason)]
	switch {
	case e.Application && (level == events.Initial || level == events.Handshake):
		return append(appendNumbers(nil, frameClose, codeApplication, 0), 0)
	case e.Application:
		return appendOpaque(appendNumbers(nil, frameCloseApplication, e.Code), []byte(reason))
	}
	return appendOpaque(appendNumbers(nil, frameClose, e.Code, e.Frame), []byte(reason))
}
