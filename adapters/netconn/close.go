package netconn

import (
	"fmt"
	"io"
	"net"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// UpdateKeys puts what is written from here on under new keys, and, with
// [messages.UpdateRequested], asks the peer to do the same (RFC 8446,
// Section 4.6.3). It returns [engine.ErrNotReady] before the handshake is
// complete.
func (c *Conn) UpdateKeys(request messages.KeyUpdateRequest) error {
	return c.command(func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.UpdateKeys(out, now, request)
	})
}

// CloseWrite tells the peer that no more will be written, and leaves reading as
// it is (RFC 8446, Section 6.1). The transport stays whole. It returns
// [engine.ErrNotReady] before the handshake is complete.
func (c *Conn) CloseWrite() error {
	return c.command((*engine.Engine).CloseWrite)
}

// command runs a method of the engine that writes, behind all that was written
// before.
func (c *Conn) command(method func(*engine.Engine, *events.Output, time.Time) error) error {
	if !c.complete.Load() {
		return engine.ErrNotReady
	}
	c.calls.Lock()
	defer c.calls.Unlock()
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.closed.Load() {
		return net.ErrClosed
	}
	if err := c.flush(); err != nil {
		return c.writeError(err)
	}
	if err := c.call(method); err != nil {
		return err
	}
	if err := c.flush(); err != nil {
		return c.writeError(err)
	}
	return nil
}

// closePatience is how long Close, or a Read that has failed, tries to tell the
// peer.
const closePatience = 5 * time.Second

// Close tells the peer that nothing more will come, in at most five seconds, and
// closes the transport. A handshake is called off. A Write that is waiting for
// the network, or for a renegotiation, is cut off instead: the peer sees a truncated
// stream. The error
// tells that the transport could not be closed, or that the peer could not be
// told, unless all that was left to tell a peer who is done is that this end is
// too.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	untold := c.tell()
	err := c.transport.Close()
	c.mu.Lock()
	c.settle(net.ErrClosed)
	c.makeRoom()
	c.mu.Unlock()
	if err != nil {
		return err
	}
	if untold != nil {
		return fmt.Errorf("netconn: closed, but the peer was not told: %w", untold)
	}
	return nil
}

// tell tells the peer, unless somebody is writing.
func (c *Conn) tell() error {
	if !c.begun() || !c.calls.TryLock() {
		return nil
	}
	defer c.calls.Unlock()
	if !c.writing.TryLock() {
		return nil
	}
	defer c.writing.Unlock()
	c.deadlines.last(c.transport, closePatience)
	// For a transport that has no deadlines.
	giveUp := time.AfterFunc(closePatience, func() { _ = c.transport.Close() })
	defer giveUp.Stop()
	// An engine that has failed has said so already.
	_ = c.call((*engine.Engine).CloseWrite)
	err := c.flush()
	if !c.owed && c.peerDone() {
		return nil
	}
	return err
}

// begun tells that there is somebody to tell.
func (c *Conn) begun() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.engine != nil
}

// peerDone tells that the peer has closed its direction properly.
func (c *Conn) peerDone() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended == io.EOF
}
