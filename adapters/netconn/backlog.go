package netconn

import (
	"net"
	"os"
	"time"
)

// What comes after the handshake can ask for answers: a request for a certificate, or
// for a renegotiation. A peer that asks and asks and reads none of them has them pile up
// here, unless no more of its requests are read meanwhile.

// maxUnsent is how many bytes of answers may wait to be written when more is read. What
// one read asks for comes on top, and as much again that is being written.
const maxUnsent = 64 << 10

// awaitRoom waits until what is to be written leaves room for what the next read may
// ask for. It ends with the deadline of Read, and with Close.
func (c *Conn) awaitRoom() error {
	for {
		room := c.roomToAnswer()
		if room == nil {
			return nil
		}
		if c.closed.Load() {
			return net.ErrClosed
		}
		passed, moved := c.deadlines.awaitRead(time.Now())
		select {
		case <-room:
		case <-moved:
		case <-passed:
			return os.ErrDeadlineExceeded
		}
	}
}

// roomToAnswer is nil if there is room, and closed when there may be otherwise.
func (c *Conn) roomToAnswer() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queued) <= maxUnsent || !c.answersAlone() {
		return nil
	}
	c.writeBehind()
	if c.room == nil {
		c.room = make(chan struct{})
	}
	return c.room
}

// makeRoom has who waits for room look again. The caller holds mu.
func (c *Conn) makeRoom() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// answersAlone tells that what is queued is written without a Write. A server's
// tickets wait for its data in TLS 1.3, where that was not ahead of them. The caller
// holds mu.
func (c *Conn) answersAlone() bool {
	return c.complete.Load() && (c.legacy || c.client || c.mayWrite.Load())
}
