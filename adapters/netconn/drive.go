package netconn

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// outputs are shared by all connections: an engine keeps nothing of one between
// two calls.
var outputs = sync.Pool{New: func() any { return new(events.Output) }}

// asked is what a call of the engine leaves to do once the lock is given back,
// since answerers and keepers may take their time.
type asked struct {
	question    events.Question
	sessions    []*events.Session
	established *events.SessionEstablished
	forget      []byte // the identifier of a session
}

// call runs a method of the engine and answers what it asks. Only the handshake
// and Read may run methods that can ask, so that one goroutine answers.
func (c *Conn) call(method func(*engine.Engine, *events.Output, time.Time) error) error {
	_, err := c.callInto(nil, method)
	return err
}

// callInto is call, and puts plaintext into p before it is kept for others. It
// returns how much there was for p.
func (c *Conn) callInto(p []byte, method func(*engine.Engine, *events.Output, time.Time) error) (int, error) {
	left, n, err := c.turn(p, method)
	for {
		if keeper, ok := c.answers.(answer.SessionKeeper); ok && c.name != "" {
			for _, session := range left.sessions {
				keeper.KeepSession(c.name, session)
			}
		}
		c.keepEstablished(&left)
		if left.question == nil {
			return n, err
		}
		question := left.question
		reply := withEntropy(c.replyOrAbort(question))
		var more int
		left, more, err = c.turn(p[n:], func(e *engine.Engine, out *events.Output, now time.Time) error {
			err := e.Answer(out, now, reply)
			if errors.Is(err, engine.ErrMisuse) {
				// The answer cannot be, and nobody will give another. So the
				// connection's error says why.
				return e.Answer(out, now, &events.Refused{
					Replied: events.Replied{ID: question.Number()}, Alert: messages.AlertInternalError, Err: err,
				})
			}
			return err
		})
		n += more
	}
}

// turn runs a method under the lock and takes its output.
func (c *Conn) turn(p []byte, method func(*engine.Engine, *events.Output, time.Time) error) (asked, int, error) {
	out := outputs.Get().(*events.Output)
	c.mu.Lock()
	defer c.mu.Unlock()
	err := method(c.engine, out, time.Now())
	left, n := c.collect(p, out)
	out.Reset()
	outputs.Put(out)
	return left, n, err
}

// collect takes the output of one call of the engine.
func (c *Conn) collect(p []byte, out *events.Output) (left asked, n int) {
	resumed := false
	for event := range out.All() {
		if c.observe != nil {
			c.observe(event)
		}
		c.note(event)
		switch event := event.(type) {
		case *events.Send:
			c.queue(event.Bytes)
		case *events.DataReceived:
			copied := copy(p[n:], event.Bytes)
			n += copied
			c.keep(event.Bytes[copied:])
		case *events.TicketReceived:
			left.sessions = append(left.sessions, event.Session)
		case *events.HandshakeCompleted:
			resumed = c.legacy && event.Connection.Resumed
		case *events.SessionEstablished:
			left.established, c.known = event, event.SessionID
		case *events.Failed:
			if _, cut := readError(event.Err).(*truncated); !cut {
				left.forget = c.known
			}
		case events.Question:
			left.question = event
			if find, ok := event.(*events.FindSession); ok {
				c.named = find.SessionID
			}
		}
	}
	if resumed && len(left.sessions) == 0 && c.resumes != nil {
		// Nothing new came for it: the session serves again.
		left.sessions = append(left.sessions, c.resumes)
	}
	return left, n
}

// keepEstablished keeps a server's session of TLS 1.2, or forgets that of a
// connection that has failed.
func (c *Conn) keepEstablished(left *asked) {
	keeper, ok := c.answers.(answer.EstablishedKeeper)
	if !ok {
		return
	}
	if left.established != nil {
		keeper.KeepEstablished(time.Now(), left.established)
	}
	if left.forget != nil {
		keeper.ForgetEstablished(left.forget)
	}
}

// queue has bytes written after all others, unless the transport takes none any more.
func (c *Conn) queue(b []byte) {
	if c.broken != nil {
		return
	}
	if c.queued == nil {
		c.queued = borrow(len(b))
	}
	c.queued = append(c.queued, b...)
}

// seal turns data into a record. The record goes to the transport at once where
// nothing else waits to be written: a write that takes it whole saves a copy,
// and what one leaves is queued. It does nothing where a renegotiation has to be
// waited for. The caller holds writing, and flushes.
func (c *Conn) seal(data []byte) (n int, before *exchange, err error) {
	out := outputs.Get().(*events.Output)
	defer func() {
		out.Reset()
		outputs.Put(out)
	}()
	record, before, err := c.sealed(out, data)
	if len(record) > 0 {
		c.write(record)
	}
	return len(data), before, err
}

// sealed gives the record to be written at once, or queues what there is.
func (c *Conn) sealed(out *events.Output, data []byte) (record []byte, before *exchange, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	err = c.engine.Write(out, time.Now(), data)
	if errors.Is(err, engine.ErrNotReady) {
		return nil, c.pending(errCutShort), nil
	}
	if err != nil || len(c.queued) > 0 || out.Len() != 1 {
		c.collect(nil, out)
		return nil, nil, err
	}
	for event := range out.All() {
		if c.observe != nil {
			c.observe(event)
		}
		if send, ok := event.(*events.Send); ok {
			record = send.Bytes
		}
	}
	return record, nil, nil
}

// write writes a record, and leaves to flush what the transport did not take.
func (c *Conn) write(b []byte) {
	n, err := c.transport.Write(b)
	if err == nil && n == len(b) {
		return
	}
	rest := b[min(max(n, 0), len(b)):]
	c.outgoing = append(borrow(len(rest)), rest...)
	c.sending = c.outgoing
}

// keep keeps plaintext for the next Read. It is at most what one read from the
// transport brings, and roomForData more where a Write has had it read.
func (c *Conn) keep(b []byte) {
	if len(b) == 0 {
		return
	}
	if c.arrived == nil {
		c.arrived = borrow(len(b))
		c.received = c.arrived
	}
	c.received = append(c.received, b...)
	c.arrived = c.received[:0]
}

// replyOrAbort is reply for answerers that panic: the connection is over then,
// rather than waiting for an answer for good.
func (c *Conn) replyOrAbort(question events.Question) (reply events.Answer) {
	answered := false
	defer func() {
		if !answered {
			_, _, _ = c.turn(nil, func(e *engine.Engine, out *events.Output, now time.Time) error {
				return e.Abort(out, now, messages.AlertInternalError)
			})
		}
	}()
	reply = c.reply(question)
	answered = true
	return reply
}

// reply answers a question, and remembers the peer that an answer accepts. It
// asks for the peer by type rather than by an interface: a type that embeds a
// Client and has an Answer of its own would have that passed over.
func (c *Conn) reply(question events.Question) events.Answer {
	if early, ok := question.(*events.AcceptEarlyData); ok && !c.early.wanted.Load() {
		return early.Reject() // a Read cannot tell what may be a replay
	}
	now := time.Now()
	verify, ok := question.(*events.VerifyPeer)
	if !ok {
		return c.answers.Answer(now, question)
	}
	var peer *answer.Peer
	var reply events.Answer
	switch answers := c.answers.(type) {
	case *answer.Client:
		peer, reply = answers.Verify(now, verify)
	case *answer.Server:
		peer, reply = answers.Verify(now, verify)
	default:
		reply = answers.Answer(now, question)
	}
	c.mu.Lock()
	c.verified = peer
	c.mu.Unlock()
	return reply
}

// fill reads from the transport once and gives the engine what came. It returns
// how many bytes of plaintext it put into p; more may wait in received.
func (c *Conn) fill(p []byte) (int, error) {
	if err := c.awaitRoom(); err != nil {
		return 0, err
	}
	size := smallRead
	if c.large.Load() {
		size = largeRead
	}
	b := borrow(size)[:size]
	n, err := c.transport.Read(b)
	defer func() {
		// The engine decrypts in place.
		clear(b[:min(max(n, 0), size)])
		giveBack(b)
	}()
	// Idle connections wait with a small buffer, busy ones with a large one.
	c.large.Store(n == size || c.large.Load() && n > smallRead)
	var plain int
	switch {
	case n > 0:
		// An error of the transport comes again with the next read.
		plain, err = c.callInto(p, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Receive(out, now, b[:n])
		})
	case err == nil:
		return 0, nil
	case errors.Is(err, io.EOF):
		err = c.call((*engine.Engine).ReceiveEOF)
	default:
		return 0, err
	}
	if err != nil {
		c.farewell()
	} else {
		c.mu.Lock()
		c.writeBehind()
		c.mu.Unlock()
	}
	if plain > 0 {
		// What came before the failure is good; ended keeps the failure.
		return plain, nil
	}
	return 0, readError(err)
}

// farewell writes the alert of an engine that has failed. A Write that waits for
// the network is given up for it.
func (c *Conn) farewell() {
	c.mu.Lock()
	silent := len(c.queued) == 0
	c.mu.Unlock()
	if silent {
		return
	}
	c.deadlines.last(c.transport, closePatience)
	// For a transport that has no deadlines.
	giveUp := time.AfterFunc(closePatience, func() { _ = c.transport.Close() })
	defer giveUp.Stop()
	c.writing.Lock()
	defer c.writing.Unlock()
	// The engine's error is the one to tell.
	_ = c.flush()
}

// flush writes what is queued. The caller holds writing. After a timeout it can
// be called again and goes on at the right byte.
func (c *Conn) flush() error {
	for {
		if len(c.sending) == 0 {
			more, err := c.nextToSend()
			if !more || err != nil {
				return err
			}
		}
		n, err := c.transport.Write(c.sending)
		c.sending = c.sending[min(max(n, 0), len(c.sending)):]
		if err == nil && len(c.sending) > 0 {
			err = io.ErrShortWrite
		}
		if err == nil {
			continue
		}
		if !isTimeout(err) {
			c.mu.Lock()
			c.broken, c.queued = err, nil
			c.makeRoom()
			c.mu.Unlock()
		}
		return err
	}
}

// nextToSend moves what is queued to sending, and tells whether there was any.
func (c *Conn) nextToSend() (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	giveBack(c.outgoing)
	c.outgoing, c.queued = c.queued, nil
	c.sending = c.outgoing
	c.makeRoom()
	return len(c.sending) > 0, c.broken
}

// readError is how reading ends: a fatal error, to which a truncated stream adds
// io.ErrUnexpectedEOF.
func readError(err error) error {
	var fatal *engine.Error
	if errors.As(err, &fatal) && fatal.Refusal.Name == "truncated" {
		return &truncated{fatal}
	}
	return err
}

type truncated struct{ fatal *engine.Error }

func (t *truncated) Error() string { return t.fatal.Error() }

func (t *truncated) Unwrap() []error { return []error{t.fatal, io.ErrUnexpectedEOF} }
