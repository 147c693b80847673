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
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	c.deadlines.read = t
	return c.transport.SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline of Write and CloseWrite. After it Write can
// be gone on with.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	c.deadlines.write = t
	if c.deadlines.dying {
		return nil
	}
	return c.transport.SetWriteDeadline(t)
}
