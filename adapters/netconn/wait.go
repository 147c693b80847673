package netconn

import (
	"context"
	"os"
	"time"
)

// exchange is one with the peer that somebody waits for: a renegotiation, or the
// answer to a request for the client's certificate. TLS 1.2 has the one and TLS 1.3 the
// other, so that there is but one at a time.
type exchange struct {
	over chan struct{} // closed when it is, with err set
	left chan struct{} // closed after that, when nobody reads for it any more
	stir chan struct{} // of capacity 1: there may be room, or another deadline
	err  error         // why it is over; nil means that it is complete
	cut  error         // what it is over with when the peer closes
	// shown tells that the client has shown a certificate.
	shown bool
	// panicked is what an answerer panicked with on behalf of who waits.
	panicked any
}

// pending is the exchange that is under way, and has somebody read for it. When the
// peer closes meanwhile it is over with cut. The caller holds mu.
func (c *Conn) pending(cut error) *exchange {
	if c.awaited != nil {
		return c.awaited
	}
	r := &exchange{over: make(chan struct{}), left: make(chan struct{}), stir: make(chan struct{}, 1), cut: cut}
	c.awaited = r
	if c.ended != nil {
		c.settle(cut)
	}
	go c.drive(r)
	return r
}

// settle ends an exchange that somebody waits for. The caller holds mu.
func (c *Conn) settle(err error) {
	if r := c.awaited; r != nil {
		r.err = err
		close(r.over)
		c.awaited = nil
	}
}

// await waits until an exchange is over, or ctx is, or the deadline of Write has passed.
func (c *Conn) await(ctx context.Context, r *exchange) error {
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
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// drive reads from the transport in turn with Read until an exchange is over.
// It is a goroutine of its own, so that a Write has its own deadline while the
// reading has that of Read.
func (c *Conn) drive(r *exchange) {
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
// passed. It returns false when the exchange is over.
func (c *Conn) mayRead(r *exchange) bool {
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

// stir has who reads for an exchange look again. The caller holds mu.
func (c *Conn) stir() {
	if c.awaited == nil {
		return
	}
	select {
	case c.awaited.stir <- struct{}{}:
	default:
	}
}
