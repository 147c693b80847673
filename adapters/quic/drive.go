package quic

import (
	"errors"
	"sync"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// outputs are shared by all connections: an engine keeps nothing of one between two
// calls.
var outputs = sync.Pool{New: func() any { return new(events.Output) }}

// call runs a method of the engine, turns what it says into events, and answers what
// it asks. An answerer that panics ends the connection, which would wait for its answer
// for good.
func (q *QUICConn) call(method func(*engine.Engine, *events.Output, time.Time) error) error {
	returned := false
	defer func() {
		if !returned {
			_ = q.engine.Abort(new(events.Output), time.Time{}, messages.AlertInternalError)
			q.err = errPanicked
			q.over()
		}
	}()
	out := outputs.Get().(*events.Output)
	err := method(q.engine, out, q.config.now())
	for event := range out.All() {
		if q.config.Observe != nil {
			q.config.Observe(event)
		}
		q.take(out, event)
	}
	out.Reset()
	outputs.Put(out)
	returned = true
	switch {
	case q.err != nil:
		return q.err
	case err != nil:
		return wrap(err)
	}
	return nil
}

// take turns one event of the engine's into those of this package.
func (q *QUICConn) take(out *events.Output, event events.Event) {
	switch event := event.(type) {
	case *events.Send:
		q.write(QUICEncryptionLevel(event.Level), event.Bytes)
	case *events.InstallKeys:
		switch {
		case event.Direction == events.Read && event.Level == events.Application:
			reading := *event // observers may keep theirs
			q.reading = &reading
		case event.Direction == events.Read && event.Level == events.EarlyData:
			q.early(event)
		default:
			q.secret(event)
		}
	case *events.TransportParametersReceived:
		q.push(QUICEvent{Kind: QUICTransportParameters, Data: copied(event.Parameters)})
	case *events.EarlyDataRejected:
		q.push(QUICEvent{Kind: QUICRejectedEarlyData})
	case *events.HandshakeCompleted:
		q.done()
	case *events.TicketReceived:
		q.received(event.Session)
	case *events.Failed:
		q.err = wrap(event.Err)
		q.over()
	case events.Question:
		q.ask(out, event)
	default:
		q.tell(event)
	}
}

// tell is take for what crypto/tls does not tell.
func (q *QUICConn) tell(event events.Event) {
	if !q.config.EnableKeyEvents {
		return
	}
	switch event := event.(type) {
	case *events.DiscardKeys:
		q.push(QUICEvent{Kind: QUICDiscardKeys, Level: QUICEncryptionLevel(event.Level)})
	case *events.HandshakeConfirmed:
		q.push(QUICEvent{Kind: QUICHandshakeConfirmed})
	case *events.EarlyDataAccepted:
		q.push(QUICEvent{Kind: QUICAcceptedEarlyData})
	}
}

// write adds bytes to send. They join the last event if that has the same level and
// nobody has seen it.
func (q *QUICConn) write(level QUICEncryptionLevel, b []byte) {
	if len(q.queue) > q.next {
		if last := &q.queue[len(q.queue)-1]; last.Kind == QUICWriteData && last.Level == level {
			last.Data = append(last.Data, b...)
			return
		}
	}
	q.push(QUICEvent{Kind: QUICWriteData, Level: level, Data: copied(b)})
}

// early puts the secret of early data where crypto/tls has it, before the server's
// flight, if that has not been taken yet. An engine gives it when the data can be
// answered.
func (q *QUICConn) early(keys *events.InstallKeys) {
	behind := len(q.queue)
	q.secret(keys)
	for i := q.next; i < behind; i++ {
		if q.queue[i].Kind == QUICWriteData {
			event := q.queue[behind]
			copy(q.queue[i+1:], q.queue[i:behind])
			q.queue[i] = event
			return
		}
	}
}

func (q *QUICConn) secret(keys *events.InstallKeys) {
	kind := QUICSetReadSecret
	if keys.Direction == events.Write {
		kind = QUICSetWriteSecret
	}
	q.push(QUICEvent{
		Kind: kind, Level: QUICEncryptionLevel(keys.Level), Suite: uint16(keys.Suite), Data: copied(keys.Secret.Bytes()),
	})
}

// done tells that the handshake is complete. Only then may 1-RTT packets be read
// (RFC 9001, Section 5.7).
func (q *QUICConn) done() {
	q.push(QUICEvent{Kind: QUICHandshakeDone})
	if q.reading != nil {
		q.secret(q.reading)
		q.reading.Secret.Wipe()
	}
	q.peer, q.verified = q.verified, nil
	q.reading, q.session, q.resuming = nil, nil, nil
}

// ask answers a question of the engine's, or leaves it open.
func (q *QUICConn) ask(out *events.Output, question events.Question) {
	q.open = question
	switch question := question.(type) {
	case *events.ProvideTransportParameters:
		if q.parameters == nil {
			q.waiting = forParameters
			q.push(QUICEvent{Kind: QUICTransportParametersRequired})
			return
		}
		q.settle(out, question.Reply(q.takeParameters()))
		return
	case *events.AcceptEarlyData:
		if q.resuming != nil {
			q.waiting = forDrain
			return
		}
	}
	q.decide(out, question)
}

// decide has a question answered by the config's Answers.
func (q *QUICConn) decide(out *events.Output, question events.Question) {
	reply := q.reply(question)
	if reply == nil {
		q.waiting = forAnswer
		q.push(QUICEvent{Kind: QUICQuestion, Question: question})
		return
	}
	q.settle(out, reply)
}

// settle gives an answer that nobody would give again if it cannot be: that ends the
// handshake.
func (q *QUICConn) settle(out *events.Output, reply events.Answer) {
	question := q.open
	if err := q.put(out, reply); errors.Is(err, engine.ErrMisuse) {
		_ = q.put(out, &events.Refused{
			Replied: events.Replied{ID: question.Number()}, Alert: messages.AlertInternalError, Err: err,
		})
	}
}

// put gives the engine an answer. What follows from it is in out.
func (q *QUICConn) put(out *events.Output, reply events.Answer) error {
	reply = prepared(reply)
	err := q.engine.Answer(out, q.config.now(), reply)
	if errors.Is(err, engine.ErrMisuse) {
		return err
	}
	q.open, q.waiting = nil, nothing
	if opened, ok := reply.(*events.TicketOpened); ok && err == nil {
		q.resumed(opened)
	}
	return err
}

// reply asks the config's Answers, and remembers the peer that an answer accepts. It
// asks for the peer by type rather than by an interface: a type that embeds a Client
// and has an Answer of its own would have that passed over.
func (q *QUICConn) reply(question events.Question) events.Answer {
	now := q.config.now()
	verify, ok := question.(*events.VerifyPeer)
	if !ok {
		if q.config.Answers == nil {
			return nil
		}
		return q.config.Answers.Answer(now, question)
	}
	var reply events.Answer
	switch answers := q.config.Answers.(type) {
	case nil:
	case *answer.Client:
		q.verified, reply = answers.Verify(now, verify)
	case *answer.Server:
		q.verified, reply = answers.Verify(now, verify)
	default:
		reply = answers.Answer(now, verify)
	}
	return reply
}

// copied is a slice of the caller's own, never nil.
func copied(b []byte) []byte { return append([]byte{}, b...) }
