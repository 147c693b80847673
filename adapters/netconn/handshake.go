package netconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Handshake runs the handshake if that is still to be done. A deadline that
// passes meanwhile harms nothing: the next call goes on. Any other error is
// final.
func (c *Conn) Handshake() error { return c.HandshakeContext(context.Background()) }

// HandshakeContext is Handshake for as long as ctx lasts. When that ends during
// the handshake the transport is closed, and the Conn is of no use any more: the
// error, now and later, is that of ctx. Waiting for the handshake of another
// goroutine ends with ctx too, and harms nothing.
func (c *Conn) HandshakeContext(ctx context.Context) error { return c.handshake(ctx, &c.complete) }

// readyToWrite runs the handshake until data may be written.
func (c *Conn) readyToWrite() error {
	if c.complete.Load() {
		return nil
	}
	return c.handshake(context.Background(), &c.mayWrite)
}

// handshake runs the handshake until it is complete, or has come to what enough
// tells.
func (c *Conn) handshake(ctx context.Context, enough *atomic.Bool) error {
	if enough.Load() {
		return nil
	}
	select {
	case c.shaking <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-c.shaking }()
	if c.complete.Load() || enough.Load() {
		return nil
	}
	if err := c.failure(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.patience > 0 {
		if c.patienceEnds.IsZero() {
			c.patienceEnds = time.Now().Add(c.patience)
		}
		limited, cancel := context.WithDeadlineCause(ctx, c.patienceEnds, errPatience)
		defer cancel()
		ctx = limited
	}
	err := c.shakeWithin(ctx, enough)
	if err == nil {
		c.advanced()
		return nil
	}
	if !isTimeout(err) || ctx.Err() != nil {
		c.mu.Lock()
		c.shaken = err
		c.mu.Unlock()
	}
	return err
}

// advanced notes how far the handshake has come. Between its parts the client waits
// for this end, which costs it no patience.
func (c *Conn) advanced() {
	if completed, _ := c.progress(); completed {
		c.complete.Store(true)
		return
	}
	if c.patience > 0 {
		c.patience = max(time.Until(c.patienceEnds), 1)
		c.patienceEnds = time.Time{}
	}
}

// shakeWithin is shake for as long as ctx lasts.
func (c *Conn) shakeWithin(ctx context.Context, enough *atomic.Bool) error {
	// The transport knows no context, but its being closed it knows.
	stop := context.AfterFunc(ctx, func() { _ = c.transport.Close() })
	err := c.shake(enough)
	switch {
	case stop() || ctx.Err() == nil:
		return err
	case errors.Is(context.Cause(ctx), errPatience):
		return errPatience
	}
	return ctx.Err()
}

var errPatience = fmt.Errorf("netconn: the handshake takes too long: %w", os.ErrDeadlineExceeded)

// failure is what the handshake failed with for good.
func (c *Conn) failure() error {
	if c.closed.Load() {
		return net.ErrClosed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shaken
}

// shake goes on with the handshake until it is complete, or enough.
func (c *Conn) shake(enough *atomic.Bool) error {
	if err := c.begin(); err != nil {
		c.farewell()
		return err
	}
	for {
		completed, agreed := c.progress()
		// A server's tickets wait for its first data: the client may be busy
		// writing, and read none of them before it is done. In TLS 1.2 it waits
		// for the server's Finished, with the ticket before that.
		if !completed || agreed.Role == events.Client || agreed.Version == messages.TLS12 {
			if err := c.flushAlone(); err != nil {
				return err
			}
		}
		if completed || enough.Load() {
			return nil
		}
		if _, err := c.fill(nil); err != nil {
			return err
		}
	}
}

// begin starts the engine, the first time.
func (c *Conn) begin() error {
	c.mu.Lock()
	started := c.engine != nil
	c.mu.Unlock()
	if started {
		return nil
	}
	e := c.start(time.Now())
	c.mu.Lock()
	c.engine = e
	c.mu.Unlock()
	defer c.early.begun.Store(true)
	return c.call((*engine.Engine).Start)
}

func (c *Conn) progress() (completed bool, agreed events.Connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.engine.Completed(), c.engine.Connection()
}

// flushAlone writes what is queued. Who may write data already waits for no Write to do
// so: that has written the rest of the handshake first. A WriteEarlyData may have come
// before it.
func (c *Conn) flushAlone() error {
	if !c.mayWrite.Load() || c.early.writing.Load() {
		c.writing.Lock()
	} else if !c.writing.TryLock() {
		return nil
	}
	defer c.writing.Unlock()
	return c.flush()
}
