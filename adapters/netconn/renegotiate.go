package netconn

import (
	"context"
	"errors"
	"fmt"
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
// Where the peer closes in the midst of it there is nothing to wait for: Write returns
// [engine.ErrNotReady] then and from there on, and Close is what is left
// (RFC 5246, Section 7.2.1). A peer that closes before it has answered a client has
// declined.
// [Conn.State] and its like tell of the handshake before until the next one is
// complete.
func (c *Conn) Renegotiate() error {
	var begun *exchange
	err := c.command(func(e *engine.Engine, out *events.Output, now time.Time) error {
		err := e.Renegotiate(out, now)
		client := c.legacy && e.Connection().Role == events.Client
		if !client || err != nil && !errors.Is(err, engine.ErrNotReady) {
			return err
		}
		begun = c.pending(errCutShort)
		return nil
	})
	if err != nil || begun == nil {
		return err
	}
	return c.await(context.Background(), begun)
}

// writeBehind has written what a read has left to say: messages of a renegotiation,
// or that there shall be none. Nobody waits for it, so that reading goes on even
// if the peer reads nothing meanwhile. The caller holds mu.
func (c *Conn) writeBehind() {
	if !c.answersAlone() || c.behind || len(c.queued) == 0 && !c.late {
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
