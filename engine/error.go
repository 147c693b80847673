package engine

import (
	"errors"
	"fmt"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// The errors of misuse. A method that returns one has changed nothing and
// emitted nothing; the connection goes on. Errors that wrap ErrMisuse say
// more.
var (
	// ErrMisuse tells of a call that makes no sense.
	ErrMisuse = errors.New("engine: misuse")
	// ErrParked tells that a question is open and no more bytes are held:
	// answer first, then give the same bytes again.
	ErrParked = errors.New("engine: parked on a question")
	// ErrNotReady tells that the handshake has not come so far.
	ErrNotReady = errors.New("engine: not ready")
	// ErrClosed tells that this end has closed its direction.
	ErrClosed = errors.New("engine: closed for writing")
	// ErrNoQuestion tells that an answer was given to no open question.
	ErrNoQuestion = fmt.Errorf("%w: no such question is open", ErrMisuse)
	// ErrWrongAnswer tells that an answer is not of the kind that the open
	// question wants.
	ErrWrongAnswer = fmt.Errorf("%w: the answer is of another kind than the question", ErrMisuse)
)

// Refusal is an entry of the catalogue of reasons for which an engine ends a
// connection.
type Refusal struct {
	// Name is in snake case and never changes its meaning.
	Name string
	// Alert is what the peer is told.
	Alert messages.Alert
	// Sentence says what was wrong.
	Sentence string
	// Section is where the rule is written, such as
	// "RFC 8446, Section 4.1.4".
	Section string
}

// Refusals lists the catalogue.
func Refusals() []Refusal {
	var all []Refusal
	for _, r := range refuse.All() {
		all = append(all, describe(r))
	}
	return all
}

func describe(r refuse.Refusal) Refusal {
	return Refusal{Name: r.Name(), Alert: r.Alert(), Sentence: r.Sentence(), Section: r.Section()}
}

// Error is a fatal error: the connection is over, and every method returns the
// same error from then on. The alert, if one is sent, is in the output.
type Error struct {
	Refusal Refusal
	// Alert is the one sent, or the peer's if Received. It is that of the
	// Refusal unless an answer named another.
	Alert messages.Alert
	// Received tells that the peer ended the connection by Alert.
	Received bool
	// Ours tells that the reason lies on this side: an answer, a signer, a bug.
	// Otherwise it lies in what the peer has sent, or is the peer's own.
	Ours bool
	// State is where the machine stood.
	State string
	// Detail says more, on one line, and may be empty. It quotes at most 512 bytes of
	// what a peer, or Err, says.
	Detail string
	// Err is the caller's own error from an answer, or nil.
	Err error
}

// Side is "local" or "peer": on which side the reason lies.
func (e *Error) Side() string {
	if e.Ours {
		return "local"
	}
	return "peer"
}

// The error codes of QUIC (RFC 9000, Section 20.1).
const (
	quicProtocolViolation    = 0x0a
	quicCryptoBufferExceeded = 0x0d
	quicCryptoError          = 0x100
)

// QUICCode is the code of the connection error by which QUIC tells the peer: that of
// the alert, which is one from 0x100 to 0x1ff, or one of QUIC's own where the peer has
// broken a rule of that (RFC 9001, Section 4.8, and RFC 9000, Section 20.1).
func (e *Error) QUICCode() uint64 {
	switch e.Refusal.Name {
	case refuse.CryptoAtWrongLevel.Name(), refuse.KeyChangeInRecord.Name(), refuse.SessionIDOverQUIC.Name(),
		refuse.LaterRequestOverQUIC.Name(), refuse.EarlyDataLimitOverQUIC.Name():
		return quicProtocolViolation
	case refuse.TooMuchCrypto.Name():
		return quicCryptoBufferExceeded
	}
	return quicCryptoError + uint64(e.Alert)
}

// Error gives name, sentence and detail, then alert, side and section.
func (e *Error) Error() string {
	text := e.Refusal.Name + ": " + e.Refusal.Sentence
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	alert := fmt.Sprintf("alert %v", e.Alert)
	switch {
	case e.Received:
		alert = fmt.Sprintf("alert received %v", e.Alert)
	case e.Refusal.Name == refuse.Truncated.Name():
		alert = "no alert"
	}
	return fmt.Sprintf("engine: %s (%s, side %s, state %s; %s)",
		text, alert, e.Side(), e.State, e.Refusal.Section)
}

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// newError turns what a handler or carrier returned into an Error.
func newError(err error, state string) *Error {
	var detailed *refuse.Detailed
	refusal := refuse.Internal
	result := &Error{State: state}
	switch {
	case errors.As(err, &detailed):
		refusal = detailed.Refusal
		result.Detail, result.Err = detailed.Detail, detailed.Cause
		result.Alert = detailed.Alert
	case errors.As(err, &refusal):
	default:
		return newError(refuse.Internal.Because(err), state)
	}
	result.Refusal, result.Ours = describe(refusal), refusal.Ours()
	result.Received = refusal == refuse.PeerAlert
	if result.Alert == 0 && !result.Received {
		result.Alert = refusal.Alert()
	}
	return result
}
