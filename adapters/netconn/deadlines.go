package netconn

import (
	"net"
	"sync"
	"time"
)

// deadlines remembers what the transport was told, so that a Write whose
// deadline has passed turns nothing into records, and a Read gives nothing away.
type deadlines struct {
	mu          sync.Mutex
	read, write time.Time
	// moved is closed when the deadline for writing is set anew, readMoved when that for
	// reading is.
	moved, readMoved chan struct{}
	// dying tells that the last bytes are being written with a deadline of
	// their own, which nobody may move.
	dying bool
}

func passed(deadline, now time.Time) bool { return !deadline.IsZero() && !now.Before(deadline) }

func (d *deadlines) readPassed(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return passed(d.read, now)
}

func (d *deadlines) writePassed(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return passed(d.write, now)
}

func (d *deadlines) setRead(transport net.Conn, t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.read = t
	if d.readMoved != nil {
		close(d.readMoved)
		d.readMoved = nil
	}
	return transport.SetReadDeadline(t)
}

func (d *deadlines) setWrite(transport net.Conn, t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write = t
	if d.moved != nil {
		close(d.moved)
		d.moved = nil
	}
	if d.dying {
		return nil
	}
	return transport.SetWriteDeadline(t)
}

// awaitWrite tells who waits with the deadline for writing when it has passed, and
// when there is another.
func (d *deadlines) awaitWrite(now time.Time) (passed <-chan time.Time, moved <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return await(d.write, now, &d.moved)
}

// awaitRead is awaitWrite for the deadline for reading.
func (d *deadlines) awaitRead(now time.Time) (passed <-chan time.Time, moved <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return await(d.read, now, &d.readMoved)
}

func await(deadline, now time.Time, moved *chan struct{}) (<-chan time.Time, <-chan struct{}) {
	if *moved == nil {
		*moved = make(chan struct{})
	}
	if deadline.IsZero() {
		return nil, *moved
	}
	return time.After(deadline.Sub(now)), *moved
}

// last gives the last bytes until patience is over, and no longer than the
// deadline there is.
func (d *deadlines) last(transport net.Conn, patience time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	limit := time.Now().Add(patience)
	if !d.write.IsZero() && d.write.Before(limit) {
		limit = d.write
	}
	d.dying = true
	// A transport without deadlines is bounded by being closed.
	_ = transport.SetWriteDeadline(limit)
}

// SetDeadline sets both deadlines, of the handshake too. The zero time is none.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of Read. It loses nothing.
func (c *Conn) SetReadDeadline(t time.Time) error {
	err := c.deadlines.setRead(c.transport, t)
	c.mu.Lock()
	c.stir()
	c.mu.Unlock()
	return err
}

// SetWriteDeadline sets the deadline of Write, CloseWrite and Renegotiate. After it
// Write can be gone on with.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	err := c.deadlines.setWrite(c.transport, t)
	c.mu.Lock()
	c.writeBehind()
	c.mu.Unlock()
	return err
}
