package netconn

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// ErrRenegotiationDeclined tells that the peer does not want to renegotiate. The
// connection goes on as before (RFC 5746, Section 4.2).
var ErrRenegotiationDeclined = errors.New("netconn: the peer declines to renegotiate")

var errCutShort = fmt.Errorf("netconn: the peer has closed in the midst of a renegotiation: %w", engine.ErrNotReady)

// Renegotiate begins another handshake of TLS 1.2 on the connection, where the
// config's Renegotiation allows it. A client waits until it is complete, or until
// the one that is under way is, and returns [ErrRenegotiationDeclined] if the
// server does not want to. A server asks the client for one and returns: the
// client may pass that over (RFC 5246, Section 7.4.1.1), and many clients that begin
// take no data any more before they are done, so that a server should read first.
// Errors are those of [engine.Engine.Renegotiate] too. The deadline is that of
// Write; a client that has run into it goes on by asking again.
//
// The peer can renegotiate at any time, where the config allows it: Read sees to
// that, and what it has to say is written meanwhile. A Write waits until the
// renegotiation is over, and has the transport read from while nobody reads; what
// comes is kept for Read, up to about 64 KiB, beyond which Write waits for Read.
// [Conn.State] and its like tell of the handshake before until the next one is
// complete.
func (c *Conn) Renegotiate() error {
	var begun *renegotiation
	err := c.command(func(e *engine.Engine, out *events.Output, now time.Time) error {
		err := e.Renegotiate(out, now)
		client := c.legacy && e.Connection().Role == events.Client
		if !client || err != nil && !errors.Is(err, engine.ErrNotReady) {
			return err
		}
		begun = c.pending()
		return nil
	})
	if err != nil || begun == nil {
		return err
	}
	return c.await(begun)
}

// renegotiation is one that somebody waits for.
type renegotiation struct {
	over chan struct{} // closed when it is, with err set
	left chan struct{} // closed after that, when nobody reads for it any more
	stir chan struct{} // of capacity 1: there may be room, or another deadline
	err  error         // why it is over; nil means that it is complete
	// panicked is what an answerer panicked with on behalf of who waits.
	panicked any
}

// pending is the renegotiation that is under way, and has somebody read for it.
// The caller holds mu.
func (c *Conn) pending() *renegotiation {
	if c.awaited != nil {
		return c.awaited
	}
	r := &renegotiation{over: make(chan struct{}), left: make(chan struct{}), stir: make(chan struct{}, 1)}
	c.awaited = r
	if c.ended != nil {
		c.settle(errCutShort)
	}
	go c.drive(r)
	return r
}

// settle ends a renegotiation that somebody waits for. The caller holds mu.
func (c *Conn) settle(err error) {
	if r := c.awaited; r != nil {
		r.err = err
		close(r.over)
		c.awaited = nil
	}
}

// await waits until a renegotiation is over, or the deadline of Write has passed.
func (c *Conn) await(r *renegotiation) error {
	for {
		passed, moved := c.deadlines.awaitWrite(time.Now())
		select {
		case <-r.left:
			if r.panicked != nil {
				panic(r.panicked)
			}
			return r.err
		case <-passed:
			return os.ErrDeadlineExceeded
		case <-moved:
		}
	}
}

// drive reads from the transport in turn with Read until a renegotiation is over.
// It is a goroutine of its own, so that a Write has its own deadline while the
// reading has that of Read.
func (c *Conn) drive(r *renegotiation) {
	defer func() {
		r.panicked = recover()
		close(r.left)
	}()
	for c.mayRead(r) {
		if err := c.readOnce(); err != nil && !isTimeout(err) {
			c.mu.Lock()
			c.settle(err)
			c.mu.Unlock()
		}
	}
}

// readOnce reads and gives reading back.
func (c *Conn) readOnce() error {
	defer func() { <-c.reading }()
	_, err := c.fill(nil)
	return err
}

// mayRead takes reading, once there is room for what comes and the deadline has not
// passed. It returns false when the renegotiation is over.
func (c *Conn) mayRead(r *renegotiation) bool {
	for {
		turn := c.reading
		if !c.hasRoom() || c.deadlines.readPassed(time.Now()) {
			turn = nil
		}
		select {
		case <-r.over:
			return false
		case <-r.stir:
		case turn <- struct{}{}:
			select {
			case <-r.over:
				<-c.reading
				return false
			default:
				return true
			}
		}
	}
}

// roomForData is how many bytes may wait for Read when more is read on behalf of a
// Write. One read and what the engine has of a record before it come on top.
const roomForData = largeRead

func (c *Conn) hasRoom() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.received) < roomForData
}

// stir has who reads for a renegotiation look again. The caller holds mu.
func (c *Conn) stir() {
	if c.awaited == nil {
		return
	}
	select {
	case c.awaited.stir <- struct{}{}:
	default:
	}
}

// writeBehind has written what a read has left to say: messages of a renegotiation,
// or that there shall be none. Nobody waits for it, so that reading goes on even
// if the peer reads nothing meanwhile. The caller holds mu.
func (c *Conn) writeBehind() {
	// In TLS 1.3 nothing is in such a hurry; tickets have their own place.
	if !c.legacy || !c.complete.Load() || c.behind || len(c.queued) == 0 && !c.late {
		return
	}
	c.behind = true
	go func() {
		c.writing.Lock()
		defer c.writing.Unlock()
		c.mu.Lock()
		c.behind = false
		c.mu.Unlock()
		for {
			late := isTimeout(c.flush())
			c.mu.Lock()
			c.late = late
			c.mu.Unlock()
			// Whoever sets another deadline from here on has this begin anew.
			if !late || c.deadlines.writePassed(time.Now()) {
				return
			}
		}
	}()
}

// note takes the events that change what the connection is. The caller holds mu.
func (c *Conn) note(event events.Event) {
	switch event := event.(type) {
	case *events.FalseStarted:
		c.mayWrite.Store(true)
	case *events.HandshakeCompleted:
		c.completed(event)
	case *events.RenegotiationDeclined:
		c.settle(ErrRenegotiationDeclined)
	case *events.PeerClosed:
		c.ended = io.EOF
		c.settle(errCutShort)
	case *events.Failed:
		if c.ended == nil {
			c.ended = readError(event.Err)
		}
		c.settle(event.Err)
	}
}
