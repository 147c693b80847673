package netconn

import (
	"context"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

var errUnanswered = fmt.Errorf("netconn: the client has closed and not answered: %w", engine.ErrNotReady)

// RequestClientCertificate has a server of TLS 1.3 ask for the client's certificate
// after the handshake (RFC 8446, Section 4.6.2), and waits for the answer, or for that
// to a request which is under way already. It tells whether the client has shown one:
// it may decline. [Conn.State] and [Conn.ConnectionState] have it then. One that is
// not accepted is the end of the connection. Errors are those of
// [engine.Engine.RequestClientCertificate] too: [engine.ErrMisuse] where the client does
// not offer it.
//
// The client answers when it reads, and may take its time; data goes both ways
// meanwhile. While nobody reads here, the transport is read from on behalf of who
// waits, as with [Conn.Renegotiate]. Waiting ends with ctx, or with the deadline of
// Write, which bounds the sending too. That harms nothing: the answer is taken when it
// comes, and who asks again waits for it.
func (c *Conn) RequestClientCertificate(ctx context.Context) (shown bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	var asked *exchange
	err = c.command(func(e *engine.Engine, out *events.Output, now time.Time) error {
		if c.legacy {
			return engine.ErrNotReady
		}
		if c.awaited != nil {
			asked = c.awaited
			return nil
		}
		_, err := e.RequestClientCertificate(out, now)
		if err == nil {
			asked = c.pending(errUnanswered)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	err = c.await(ctx, asked)
	return err == nil && asked.shown, err
}

// authenticated takes the answer to a request for the client's certificate. The caller
// holds mu.
func (c *Conn) authenticated(event *events.PeerAuthenticated) {
	if !event.Declined {
		c.peer = c.verified
	}
	c.verified = nil
	if c.awaited != nil {
		c.awaited.shown = !event.Declined
	}
	c.settle(nil)
}
