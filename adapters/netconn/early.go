package netconn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// ErrNoEarlyData tells that no early data can be written, or none any more: there is
// no session that allows it, its ticket leaves no more room, or the server has
// answered. It is an [engine.ErrNotReady].
var ErrNoEarlyData = fmt.Errorf("netconn: early data can not be written, or not any more: %w", engine.ErrNotReady)

// ErrEarlyDataRejected tells that the server has taken none of what WriteEarlyData
// has written, so that all of it is missing ahead of what is written now.
var ErrEarlyDataRejected = errors.New("netconn: the server has rejected the early data")

// early is what a connection knows of data that goes ahead of the handshake.
type early struct {
	begun    atomic.Bool // the engine has started
	writing  atomic.Bool // somebody is in WriteEarlyData
	rejected atomic.Bool // what a client has written is lost, and nobody has asked
	wanted   atomic.Bool // of a server: somebody reads it apart
	there    atomic.Bool // received has some

	// mu of the Conn is for the rest.
	written  bool
	received []byte
}

// WriteEarlyData sends data ahead of the handshake, as far as a client may: where
// its config has EarlyData, and it resumes a session whose ticket allows it. It comes
// before Handshake, or meanwhile, and begins that. What it returns short of p is for
// Write, once the handshake is complete; the error is then [ErrNoEarlyData].
//
// Whoever sees it on its way can send it to the server again, and whoever comes by
// the session can read it (RFC 8446, Section 2.3 and Section 8): only requests that do
// no harm when they come twice belong in it.
//
// [Conn.EarlyDataAccepted] tells what has become of it, and has to be asked: until
// then Read and Write return [ErrEarlyDataRejected] where the server has taken none.
// What it has not taken is not sent again, unless the caller writes it once more.
//
// Deadlines and the bytes it counts are as with Write. The transport has to have
// buffers, as sockets have, or somebody to read meanwhile: the server may write
// before it reads.
func (c *Conn) WriteEarlyData(p []byte) (int, error) {
	if !c.client {
		return 0, ErrNoEarlyData
	}
	if err := c.handshake(context.Background(), &c.early.begun); err != nil {
		return 0, err
	}
	c.calls.Lock()
	defer c.calls.Unlock()
	c.early.writing.Store(true)
	defer c.early.writing.Store(false)
	n, _, err := c.writeUntil(p, c.sealEarly)
	return n, err
}

// writeEarlyWithin is WriteEarlyData for as long as ctx lasts. When that ends the
// transport is closed.
func (c *Conn) writeEarlyWithin(ctx context.Context, p []byte) (int, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.transport.Close() })
	n, err := c.WriteEarlyData(p)
	if !stop() && ctx.Err() != nil {
		return n, ctx.Err()
	}
	return n, err
}

// sealEarly turns data into early data, or as much of it as there is room for.
func (c *Conn) sealEarly(p []byte) (n int, before *exchange, err error) {
	_, _, err = c.turn(nil, func(e *engine.Engine, out *events.Output, now time.Time) (err error) {
		n, err = e.WriteEarlyData(out, now, p)
		c.early.written = c.early.written || n > 0
		return err
	})
	if errors.Is(err, engine.ErrNotReady) {
		err = ErrNoEarlyData
	}
	return n, nil, err
}

// EarlyDataAccepted runs the handshake if that is still to be done, and tells
// whether early data was taken. On a client that is all that WriteEarlyData has
// written, or nothing: then it may be written again, if that is sound. The
// application protocol may be another than it was written for
// (RFC 8446, Section 4.2.10).
func (c *Conn) EarlyDataAccepted() (bool, error) {
	if err := c.Handshake(); err != nil {
		return false, err
	}
	c.early.rejected.Store(false)
	return c.State().EarlyDataAccepted, nil
}

// ReadEarlyData reads what a client sends ahead of the handshake, which a server
// takes only for who calls this before anything else, be it with an empty p; and
// where its config has MaxEarlyData, and its answers accept. Until it returns io.EOF the data may be a replay, that
// anybody sends, and the client may not be there (RFC 8446, Section 8).
//
// It returns io.EOF once there is no more and the handshake is complete: then what
// came has come from the client, over this connection, though another server may have
// had it too. An error before that leaves open who has sent it. None of it comes from
// Read, which goes on behind it; what nobody reads is kept, up to MaxEarlyData.
//
// Write may answer at once, before the handshake is complete. ReadEarlyData again,
// Handshake or Read then completes it, and has to: a Close before that calls it off.
func (c *Conn) ReadEarlyData(p []byte) (int, error) {
	c.early.wanted.Store(true)
	for {
		complete := c.complete.Load()
		n, err := c.takeEarly(p)
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		if complete {
			return 0, io.EOF
		}
		if err := c.handshake(context.Background(), &c.early.there); err != nil {
			// What came before it is good.
			if n, _ := c.takeEarly(p); n > 0 {
				return n, nil
			}
			return 0, err
		}
	}
}

// takeEarly takes early data that has arrived.
func (c *Conn) takeEarly(p []byte) (int, error) {
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	if c.deadlines.readPassed(time.Now()) {
		return 0, os.ErrDeadlineExceeded
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := copy(p, c.early.received)
	clear(c.early.received[:n])
	c.early.received = c.early.received[n:]
	if len(c.early.received) == 0 {
		c.early.received = nil
		c.early.there.Store(false)
	}
	return n, nil
}

// keepEarly keeps early data for ReadEarlyData. The engine bounds how much comes. The
// caller holds mu.
func (c *Conn) keepEarly(b []byte) {
	c.early.received = append(c.early.received, b...)
	c.early.there.Store(true)
}

// noteEarly takes the events about early data. The caller holds mu.
func (c *Conn) noteEarly(event events.Event) {
	switch event := event.(type) {
	case *events.EarlyDataRejected:
		c.early.rejected.Store(c.early.written)
	case *events.EarlyDataReceived:
		c.keepEarly(event.Bytes)
	case *events.KeysChanged:
		// A server that has taken early data may answer it once its Finished is sent.
		if event.Direction == events.Write && event.Level == events.Application && !c.client && c.engine.Connection().EarlyDataAccepted {
			c.mayWrite.Store(true)
		}
	}
}

// unheard tells a client that goes on of early data that the server has not taken.
func (c *Conn) unheard() error {
	if c.early.rejected.Load() {
		return ErrEarlyDataRejected
	}
	return nil
}
