package engine

import (
	"fmt"
	"time"

	"github.com/tacitls/tacitls/events"
)

// errOverQUIC is for what takes records.
var errOverQUIC = fmt.Errorf("%w: over QUIC the transport carries data, and ends", ErrMisuse)

// errOverStream is for what takes QUIC.
var errOverStream = fmt.Errorf("%w: the connection is not over QUIC", ErrMisuse)

// ReceiveCrypto takes handshake bytes of one level from the peer, in their order and
// in any split: the content of CRYPTO frames (RFC 9001, Section 4.1.3). The bytes of b
// are copied. Those of a level whose keys are still to come are kept; new ones of a
// level that is done with end the connection.
//
// While a question is open the bytes are held, up to MaxHeld of them; beyond
// that the call returns [ErrParked] and nothing of b is consumed.
func (e *Engine) ReceiveCrypto(out *events.Output, now time.Time, level events.Level, b []byte) error {
	switch {
	case e.err != nil:
		return e.err
	case e.crypto == nil:
		return errOverStream
	case level > events.Application:
		return fmt.Errorf("%w: %v", ErrMisuse, level)
	case e.question != nil && !e.crypto.Room(b):
		return ErrParked
	case e.hs.Role == events.Client && !e.started:
		return fmt.Errorf("%w: a client begins with Start", ErrNotReady)
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	if err := e.crypto.Receive(out, level, b); err != nil {
		return e.fail(out, err)
	}
	return e.drive(out, nil)
}

// ConfirmHandshake tells a client over QUIC that the server has completed the
// handshake too: by HANDSHAKE_DONE, or by the acknowledgment of a packet under the keys
// of the application (RFC 9001, Section 4.1.2). [events.HandshakeConfirmed] follows,
// once, and the keys of the handshake are to be discarded. A server confirms by
// itself. It returns [ErrNotReady] before the handshake is complete.
func (e *Engine) ConfirmHandshake(out *events.Output, _ time.Time) error {
	switch {
	case e.err != nil:
		return e.err
	case e.crypto == nil:
		return errOverStream
	case !e.completed:
		return ErrNotReady
	}
	e.confirm(out)
	return nil
}

// confirm tells that the handshake is confirmed, and ends its keys
// (RFC 9001, Section 4.9.2).
func (e *Engine) confirm(out *events.Output) {
	if !e.confirmed {
		e.confirmed = true
		out.Append(&events.HandshakeConfirmed{})
		out.Append(&events.DiscardKeys{Level: events.Handshake})
	}
}

// Confirmed tells that the handshake over QUIC is confirmed.
func (e *Engine) Confirmed() bool { return e.confirmed }
