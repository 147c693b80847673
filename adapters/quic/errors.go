package quic

import (
	"errors"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

var (
	errNotReady = errors.New("quic: the handshake has not come so far")
	errGivenUp  = errors.New("quic: closed during the handshake")
	// errClosed is what methods return behind a Close of a connection in use.
	errClosed = wrap(errors.New("quic: closed"))
	// errPanicked is what they return behind a panic of the config's Answers.
	errPanicked = wrap(errors.New("quic: the answers have panicked"))
)

// failure is an error and the alert that goes with it.
type failure struct {
	cause error
	alert AlertError
}

func (f *failure) Error() string { return f.cause.Error() }

// Unwrap gives both, the alert first: an error of the caller's may have one too.
func (f *failure) Unwrap() []error { return []error{f.alert, f.cause} }

// wrap has an error wrap the alert that the peer is told: that of the engine's
// refusal, or internal_error.
func wrap(err error) error {
	alert := messages.AlertInternalError
	var fatal *engine.Error
	if errors.As(err, &fatal) {
		alert = fatal.Alert
	}
	return &failure{cause: err, alert: AlertError(alert)}
}

// The error codes of QUIC (RFC 9000, Section 20.1).
const (
	quicInternalError        = 0x01
	quicCryptoBufferExceeded = 0x0d
	quicCryptoError          = 0x100
)

// QUICErrorCode is the code for CONNECTION_CLOSE that goes with an error of this
// package: that of an alert, from 0x100 to 0x1ff, or one of QUIC's own where the peer
// has broken a rule of that, such as PROTOCOL_VIOLATION for bytes at a level that is
// done with (RFC 9001, Section 4.8, and RFC 9000, Section 20.1). An [AlertError] alone
// does not tell these.
func QUICErrorCode(err error) uint64 {
	var fatal *engine.Error
	var alert AlertError
	switch {
	case errors.As(err, &fatal):
		return fatal.QUICCode()
	case errors.Is(err, engine.ErrParked):
		return quicCryptoBufferExceeded
	case errors.As(err, &alert):
		return quicCryptoError + uint64(alert)
	}
	return quicInternalError
}
