package quic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// QUICConn is one end of the handshake of a QUIC connection. Its methods must not be
// called by two goroutines at once.
type QUICConn struct {
	config *QUICConfig
	role   events.Role
	ctx    context.Context
	engine *engine.Engine
	rand   io.Reader // of a fork, nil for that of the config

	queue []QUICEvent
	next  int // the first of queue that NextEvent has not given

	started bool
	told    bool  // of err
	err     error // that ended the connection
	waiting waiting
	open    events.Question // what the engine waits for, or nil

	// parameters are those to send, nil until they are set and once they are sent.
	parameters []byte
	// session is the one that a client offers, and resuming what it, or a server's, was
	// shown as.
	session  *events.Session
	resuming *SessionState
	// reading is the secret for 1-RTT packets, which waits for QUICHandshakeDone.
	reading        *events.InstallKeys
	peer, verified *answer.Peer
}

// waiting is what a connection waits for that is not the peer.
type waiting uint8

const (
	nothing       waiting = iota
	forParameters         // SetTransportParameters
	forDrain              // a NextEvent behind QUICResumeSession
	forAnswer             // Answer
)

// QUICClient makes a client's end. Start tells whether the config can be.
func QUICClient(config *QUICConfig) *QUICConn { return newConn(config, events.Client) }

// QUICServer makes a server's end. Start tells whether the config can be.
func QUICServer(config *QUICConfig) *QUICConn { return newConn(config, events.Server) }

func newConn(config *QUICConfig, role events.Role) *QUICConn {
	if config == nil {
		config = &QUICConfig{}
	}
	return &QUICConn{config: config, role: role}
}

// Start begins the handshake. Events may follow, which NextEvent gives, as after every
// other method. It may be called once.
//
// A handshake whose ctx has ended ends with the next call that would go on with it;
// ctx is used for nothing else.
func (q *QUICConn) Start(ctx context.Context) error {
	if q.started {
		return wrap(errors.New("quic: Start is called a second time"))
	}
	q.started, q.ctx = true, ctx
	if q.role == events.Server {
		policy, err := q.config.serverPolicy()
		if err != nil {
			return q.fail(err)
		}
		q.engine = q.forked(policy.New())
		return nil
	}
	if _, err := q.config.clientPolicy(); err != nil {
		return q.fail(err)
	}
	if q.parameters == nil {
		q.push(QUICEvent{Kind: QUICTransportParametersRequired})
		q.waiting = forParameters
		return nil
	}
	return q.offer()
}

// forked is an engine with the entropy of the fork, if this is one.
func (q *QUICConn) forked(e *engine.Engine) *engine.Engine {
	if q.rand == nil {
		return e
	}
	return e.ForkWith(q.rand)
}

// NextEvent gives the next event, or one of the kind [QUICNoEvent].
func (q *QUICConn) NextEvent() QUICEvent {
	if q.err == nil && q.next == len(q.queue) && q.waiting == forDrain {
		q.drained()
	}
	if q.err != nil {
		q.queue, q.next = nil, 0
		if q.told {
			return QUICEvent{}
		}
		q.told = true
		return QUICEvent{Kind: QUICErrorEvent, Err: q.err}
	}
	if q.next == len(q.queue) {
		q.queue, q.next = nil, 0
		return QUICEvent{}
	}
	event := q.queue[q.next]
	q.queue[q.next] = QUICEvent{}
	q.next++
	return event
}

func (q *QUICConn) push(event QUICEvent) { q.queue = append(q.queue, event) }

// HandleData takes handshake bytes of a level from the peer, in their order and in
// any split. They are copied. Those of a level whose keys are still to come are kept.
//
// While a question is open, bytes are kept up to the config's MaxHeld; beyond that the
// error is [engine.ErrParked], the bytes are not taken, and the connection stands.
func (q *QUICConn) HandleData(level QUICEncryptionLevel, data []byte) error {
	switch {
	case q.err != nil:
		return q.err
	case q.engine == nil:
		return wrap(errNotReady)
	case level < QUICEncryptionLevelInitial || level > QUICEncryptionLevelApplication:
		return wrap(fmt.Errorf("quic: handshake data at %v", level))
	}
	if err := q.ended(); err != nil {
		return err
	}
	return q.call(func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.ReceiveCrypto(out, now, events.Level(level), data)
	})
}

// ended gives a handshake up whose context has ended.
func (q *QUICConn) ended() error {
	if q.ctx == nil || q.ctx.Err() == nil || q.complete() {
		return nil
	}
	return q.abort(q.ctx.Err())
}

// SetTransportParameters says the transport parameters to send, at most
// [events.MaxTransportParameters] bytes, which are copied. It may be called before
// Start, or later: see [QUICTransportParametersRequired].
func (q *QUICConn) SetTransportParameters(params []byte) {
	q.parameters = copied(params)
	if q.waiting != forParameters || q.ended() != nil {
		return
	}
	q.waiting = nothing
	if q.engine == nil {
		_ = q.offer() // NextEvent tells
		return
	}
	question := q.open.(*events.ProvideTransportParameters)
	_ = q.call(func(_ *engine.Engine, out *events.Output, _ time.Time) error {
		q.settle(out, question.Reply(q.takeParameters()))
		return nil
	})
}

// takeParameters gives the parameters, which are sent once.
func (q *QUICConn) takeParameters() []byte {
	parameters := q.parameters
	q.parameters = nil
	return parameters
}

// Answer answers the question that [QUICQuestion] brought, at once or any time later.
// An answer to another question, or of another kind, changes nothing.
func (q *QUICConn) Answer(reply events.Answer) error {
	switch {
	case q.err != nil:
		return q.err
	case q.waiting != forAnswer:
		return wrap(engine.ErrNoQuestion)
	}
	if err := q.ended(); err != nil {
		return err
	}
	return q.call(func(_ *engine.Engine, out *events.Output, _ time.Time) error { return q.put(out, reply) })
}

// ConfirmHandshake tells a client that the server has completed the handshake too: by
// HANDSHAKE_DONE, or by the acknowledgment of a 1-RTT packet. QUICHandshakeConfirmed
// follows, once, where the config has EnableKeyEvents. A server confirms by itself
// (RFC 9001, Section 4.1.2).
func (q *QUICConn) ConfirmHandshake() error {
	switch {
	case q.err != nil:
		return q.err
	case q.engine == nil:
		return wrap(errNotReady)
	}
	return q.call((*engine.Engine).ConfirmHandshake)
}

// Close ends the connection here and forgets its secrets; nothing is told to the peer.
// It gives the error that the connection has ended with: during the handshake one that
// wraps AlertError(0), which is close_notify, and nil behind it.
func (q *QUICConn) Close() error {
	if !q.started {
		return nil
	}
	defer q.forget()
	switch {
	case q.err == errClosed:
		return nil
	case q.err != nil:
		return q.err
	case q.complete():
		_ = q.abort(errGivenUp)
		q.err, q.told = errClosed, true
		return nil
	}
	return q.abort(errGivenUp)
}

// abort ends the connection for a reason of this end's.
func (q *QUICConn) abort(cause error) error {
	if q.engine != nil {
		_ = q.call(func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Abort(out, now, messages.AlertUserCanceled)
		})
	}
	q.err = &failure{cause: cause, alert: AlertError(messages.AlertCloseNotify)}
	q.over()
	return q.err
}

// forget wipes what nobody has taken: events that are taken belong to the stack.
func (q *QUICConn) forget() {
	for _, event := range q.queue[min(q.next, len(q.queue)):] {
		clear(event.Data)
	}
	q.queue, q.next = nil, 0
}

// over lets go of what only a handshake needs.
func (q *QUICConn) over() {
	if q.reading != nil {
		q.reading.Secret.Wipe()
	}
	q.open, q.waiting = nil, nothing
	q.parameters, q.session, q.resuming, q.reading = nil, nil, nil, nil
}

// fail ends a connection that has no engine yet.
func (q *QUICConn) fail(err error) error {
	q.err = wrap(err)
	return q.err
}

// complete tells that the handshake is.
func (q *QUICConn) complete() bool { return q.engine != nil && q.engine.Completed() }
