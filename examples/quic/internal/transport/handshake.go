package transport

import (
	"errors"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// feedTLS gives the engine what has come of a level, in its order.
func (c *Conn) feedTLS(now time.Time, level events.Level) {
	in := &c.space(level).crypto.in
	for in.ready() > 0 && c.state == active {
		b := make([]byte, in.ready())
		in.take(b)
		c.doTLS(now, func(out *events.Output, now time.Time) error {
			return c.engine.ReceiveCrypto(out, now, level, b)
		})
	}
}

// doTLS calls the engine and acts on what it has to say.
func (c *Conn) doTLS(now time.Time, call func(*events.Output, time.Time) error) {
	err := call(&c.out, now)
	for event := range c.out.All() {
		if c.config.Observe != nil {
			c.config.Observe(c, event)
		}
		if c.state != active {
			continue // what is left asks for nothing any more
		}
		if failed := c.act(now, event); failed != nil {
			c.fail(now, failed)
		}
	}
	c.out.Reset()
	if fatal := c.engine.Err(); fatal != nil {
		err = fatal
	}
	if err != nil {
		c.failTLS(now, err)
	}
}

// act does what an event asks for.
func (c *Conn) act(now time.Time, event events.Event) error {
	switch event := event.(type) {
	case *events.Send:
		c.space(event.Level).crypto.out.write(event.Bytes)
	case *events.InstallKeys:
		return c.install(event.Level, event.Direction, event.Suite, &event.Secret)
	case *events.DiscardKeys:
		c.discard(event.Level)
	case *events.TransportParametersReceived:
		return c.takeParameters(event.Parameters)
	case *events.EarlyDataOffered:
		c.offerEarly()
	case *events.EarlyDataAccepted:
		if c.early != nil && !c.peer.offers(c.early) {
			return refuse(codeProtocolViolation, frameCrypto, "limits are lower than those of the session")
		}
	case *events.EarlyDataRejected:
		c.rejectEarly()
	case *events.HandshakeConfirmed:
		c.doneDue = c.role == events.Server
		c.validated = true
	case *events.ProvideTransportParameters:
		c.answer(now, event.Reply(c.ownParameters()))
	case events.Question:
		c.answer(now, c.config.Answers.Answer(now, event))
	}
	return nil
}

// answer gives the engine an answer; without one the handshake ends. What is fatal is
// for doTLS to find.
func (c *Conn) answer(now time.Time, given events.Answer) {
	if given != nil && !errors.Is(c.engine.Answer(&c.out, now, given), engine.ErrMisuse) {
		return
	}
	_ = c.engine.Abort(&c.out, now, messages.AlertInternalError)
}

// offerEarly lets the stream begin, within the limits that the session remembers.
func (c *Conn) offerEarly() {
	if c.session == nil {
		return
	}
	remembered, err := parseParameters(c.session.PeerParameters, events.Server)
	if err != nil {
		return // nothing is sent early
	}
	c.early = remembered
	c.useLimits(remembered)
}

// rejectEarly takes back what was sent early: it goes again when the handshake is
// complete (RFC 9001, Section 4.6.2). Whether it may is for the application to know: here
// whoever asked for early data has agreed to both.
func (c *Conn) rejectEarly() {
	app := c.space(events.Application)
	for i := range app.under {
		c.inFlight -= app.under[i].size
	}
	app.under = nil
	c.stream.out.rewind()
	c.early = nil
	c.useLimits(&parameters{})
	if c.peer != nil {
		c.useLimits(c.peer)
	}
}
