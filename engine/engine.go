package engine

import (
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/tacitls/tacitls/engine/internal/carrier"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Engine is one end of one connection. It must not be used by two goroutines
// at once.
type Engine struct {
	hs       handshake.Context
	machine  *fsm.Machine[*handshake.Context]
	state    fsm.State
	carrier  carrier.Carrier
	stream   *carrier.Stream // the carrier over a byte stream, or nil
	crypto   *carrier.Crypto // the carrier over QUIC, or nil
	question events.Question
	entropy  io.Reader // of a fork that has its own, or nil
	err      *Error

	started     bool // of a client: the ClientHello has been sent
	completed   bool
	confirmed   bool // over QUIC
	finishing   bool // the step at hand completes a handshake
	early       bool // of a client: it may write before the server's Finished
	eof         bool // of the transport
	readClosed  bool
	writeClosed bool
}

// Start begins the handshake: a client sends its ClientHello. A server has
// nothing to begin. A client that has begun returns [ErrNotReady].
func (e *Engine) Start(out *events.Output, now time.Time) error {
	if e.err != nil {
		return e.err
	}
	if e.hs.Role == events.Server {
		return nil
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	e.started = true
	return e.command(out, &handshake.Start{})
}

// Receive takes bytes from the peer, in any split of the stream. It consumes
// all of b and may decrypt in place, so that b is overwritten; events may
// alias b until the Output's Reset.
//
// While a question is open the bytes are held, up to MaxHeld of them; beyond
// that the call returns [ErrParked] and nothing of b is consumed. After
// close_notify bytes are ignored (RFC 8446, Section 6.1).
func (e *Engine) Receive(out *events.Output, now time.Time, b []byte) error {
	if e.err != nil {
		return e.err
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	switch {
	case e.stream == nil:
		return errOverQUIC
	case e.readClosed || e.eof:
		return nil
	case e.question != nil:
		if !e.stream.Hold(out, b) {
			return ErrParked
		}
		return nil
	case e.hs.Role == events.Client && !e.started:
		return fmt.Errorf("%w: a client begins with Start", ErrNotReady)
	}
	return e.drive(out, b)
}

// ReceiveEOF tells that the transport has ended. After close_notify that is
// the clean end; before it, data may have been cut off, and the connection
// fails as "truncated" (RFC 8446, Section 6.1). While a question is open the
// verdict waits for the bytes held, which may end in close_notify.
func (e *Engine) ReceiveEOF(out *events.Output, now time.Time) error {
	if e.err != nil {
		return e.err
	}
	if e.stream == nil {
		return errOverQUIC
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	e.eof = true
	return e.drive(out, nil)
}

// Answer takes the answer to the open question, at once or any time later, and
// goes on with the bytes held. An answer to another question, or of another
// kind, is misuse and changes nothing.
func (e *Engine) Answer(out *events.Output, now time.Time, answer events.Answer) error {
	if e.err != nil {
		return e.err
	}
	given := reflect.ValueOf(answer)
	pointer := given.Kind() == reflect.Pointer
	if answer == nil || pointer && given.IsNil() ||
		e.question == nil || answer.Question() != e.question.Number() {
		return ErrNoQuestion
	}
	if !pointer {
		// Questions give pointers; nothing else is one of their answers.
		return ErrWrongAnswer
	}
	if _, decrypts := e.question.(*events.Decrypt); decrypts {
		// An end at this place would tell the peer that nothing decrypted.
		if refused, ok := answer.(*events.Refused); ok {
			answer = &events.Decrypted{Replied: refused.Replied}
		}
	}
	if refused, ok := answer.(*events.Refused); ok {
		e.hs.Enter(out, now)
		defer e.hs.Leave()
		return e.fail(out, refusalOf(e.question, refused))
	}
	input, err := e.input(answer)
	if err != nil {
		return err
	}
	row, ok := e.machine.Find(e.state, fsm.InputOf(input))
	if !ok {
		return ErrWrongAnswer
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	e.question = nil
	if chosen, ok := input.(*handshake.ConfigChosen); ok && chosen.Policy != nil {
		e.reconfigure(chosen.Policy)
	}
	if err := e.step(out, row, input); err != nil {
		return err
	}
	return e.drive(out, nil)
}

// input turns an answer into what the machine reads.
func (e *Engine) input(answer events.Answer) (any, error) {
	switch a := answer.(type) {
	case *events.PeerVerified:
		if !handshake.WholeKey(a.Key) {
			return nil, fmt.Errorf("%w: VerifyPeer was accepted without a key", ErrMisuse)
		}
	case *events.ConfigChosen:
		chosen := &handshake.ConfigChosen{Replied: a.Replied}
		if a.Config == nil {
			return chosen, nil
		}
		config, ok := a.Config.(*ServerConfig)
		if !ok || config == nil {
			return nil, fmt.Errorf("%w: the config is no *ServerConfig", ErrMisuse)
		}
		policy, err := e.compile(config)
		if err != nil {
			return nil, err
		}
		chosen.Policy = policy.policy
		if e.entropy != nil {
			own := *policy.policy
			own.Rand, chosen.Policy = e.entropy, &own
		}
		return chosen, nil
	}
	return answer, nil
}

// refusalOf is what an answer that ends the handshake ends it with.
func refusalOf(question events.Question, answer *events.Refused) error {
	refusal := refuse.AnswerRefused
	switch question.(type) {
	case *events.VerifyPeer:
		refusal = refuse.PeerRejected
	case *events.Sign:
		refusal = refuse.SigningFailed
	case *events.DecompressCertificate:
		refusal = refuse.BadCompression
	}
	return refusal.Answered(answer.Alert, answer.Err)
}

// Connection is what has been agreed on so far; while a renegotiation is under
// way, by the handshake before.
func (e *Engine) Connection() events.Connection {
	if e.hs.Unfinished != nil && e.hs.Previous != nil {
		return e.hs.Previous.Connection
	}
	return e.hs.Connection
}

// Transport is what the connection runs over.
func (e *Engine) Transport() events.Transport { return e.hs.Dialect.Transport }

// Completed tells that the handshake is complete.
func (e *Engine) Completed() bool { return e.completed }

// Parked is the open question, or nil.
func (e *Engine) Parked() events.Question { return e.question }

// Err is the fatal error that ended the connection, an [*Error], or nil.
func (e *Engine) Err() error {
	if e.err == nil {
		return nil
	}
	return e.err
}

// ReadClosed tells that the peer has sent close_notify.
func (e *Engine) ReadClosed() bool { return e.readClosed }

// WriteClosed tells that this end has sent close_notify.
func (e *Engine) WriteClosed() bool { return e.writeClosed }

// State names the state of the machine, in the words of the RFC: wait for the
// peer, await for an answer.
func (e *Engine) State() string {
	if e.err != nil {
		return "failed"
	}
	return fsm.Name(e.state)
}

// Format implements [fmt.Formatter]: no verb prints keys.
func (e Engine) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "engine(%v, %s)", e.hs.Role, e.State())
}

// recorded tells whether the driver adds a message to the transcript. The
// hellos are added by their handlers, which know when; a HelloRequest is no part
// of a handshake (RFC 5246, Section 7.4.1.1), nor is what comes after it
// (RFC 8446, Section 4.4.1).
func recorded(kind messages.HandshakeType) bool {
	switch kind {
	case messages.TypeClientHello, messages.TypeServerHello, messages.TypeHelloRequest:
		return false
	}
	return true
}
