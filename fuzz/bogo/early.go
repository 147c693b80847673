package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// zeroRTT is what has come to light about early data.
type zeroRTT struct {
	ticket   bool                   // a server was asked to open a ticket
	asked    bool                   // the client's first hello offered early data
	half     bool                   // a server may write before the client's Finished
	offering bool                   // a client may write early data
	offered  bool                   // a client could
	rejected bool                   // it is not taken, and the second attempt has yet to begin
	last     messages.HandshakeType // of the latest message received
}

// errEarlyRejected ends the first attempt at a conversation.
var errEarlyRejected = named("EARLY_DATA_REJECTED", "the server has rejected the early data")

// maxSkew is by how much a ticket's age may be off for early data to be taken.
const maxSkew = 60 * time.Second

// decideEarly takes early data unless it has been kept back: the suite looks for nothing else.
func decideEarly(q *events.AcceptEarlyData) events.Answer {
	if (q.TicketAge - q.RealAge).Truncate(time.Second).Abs() > maxSkew {
		return q.Reject()
	}
	return q.Accept()
}

// asksEarly tells whether a hello offers early data.
func asksEarly(hello *events.ClientHello) bool {
	var m messages.ClientHello
	return messages.Decode(hello.Raw[messages.HandshakeHeaderLen:], &m) == nil && m.Extensions.Has(messages.ExtensionEarlyData)
}

// learnEarly acts on what a client is told of its early data.
func (p *endpoint) learnEarly(event events.Event) error {
	if _, rejected := event.(*events.EarlyDataRejected); rejected {
		p.zero.offering, p.zero.rejected, p.early = false, true, nil
		return errEarlyRejected
	}
	p.zero.offering, p.zero.offered = true, true
	agreed := p.engine.Connection()
	p.early = &agreed
	return nil
}

// noteHalfRTT finds whether a server may answer early data by now, and whether a client is past it: what is behind it on the way must go out.
func (p *endpoint) noteHalfRTT() {
	agreed := p.engine.Connection()
	p.zero.half = p.c.options.Server && agreed.EarlyDataAccepted && !p.engine.Completed()
	if p.zero.half && p.early == nil {
		p.early = &agreed
	}
	if p.engine.Completed() {
		p.zero.offering = false
	}
	if p.zero.offered && !p.zero.offering {
		p.withheld = false
	}
}

// writeEarly sends what fits into early data. If that is not all, it completes the handshake and gives the rest.
func (p *endpoint) writeEarly(b []byte) (rest []byte, err error) {
	n := 0
	err = p.do(func(out *events.Output, now time.Time) (err error) {
		n, err = p.engine.WriteEarlyData(out, now, b)
		return err
	})
	if err != nil && !errors.Is(err, engine.ErrNotReady) || n == len(b) {
		return nil, err
	}
	return b[n:], p.finish()
}

// awaitMessage goes on with the handshake, where a flag says so, until a message of a given type is the latest.
func (p *endpoint) awaitMessage() error {
	awaited := messages.HandshakeType(p.c.options.EarlyWriteAfterMessage)
	if awaited == 0 || p.c.number == 0 || p.zero.last == awaited {
		return nil
	}
	if !p.zero.offering {
		return mismatch("early data offered", false, true)
	}
	for p.zero.last != awaited {
		if err := p.progress(); err != nil {
			return err
		}
		if p.engine.Completed() {
			return mismatch("the message awaited", p.zero.last, awaited)
		}
	}
	return nil
}

// checkLate makes the checks that a client's early data has put off.
func (p *endpoint) checkLate() error {
	if p.checked || p.c.options.ImplicitHandshake || !p.zero.offered {
		return nil
	}
	if err := p.finish(); err != nil {
		return err
	}
	p.checked = true
	return p.check()
}

// earlyReason says in the suite's words why there was early data or none.
func (p *endpoint) earlyReason(c *events.Connection) string {
	if p.c.options.Server {
		return p.earlyReasonOfServer(c)
	}
	o := p.c.options
	_, high := versionsOf(o)
	offers, _ := protocols(o.AdvertiseALPN)
	switch {
	case !o.EnableEarlyData:
		return "disabled"
	case high < messages.TLS13:
		return "protocol_version"
	case p.resumed == nil:
		return "no_session_offered"
	case p.resumed.Version < messages.TLS13 || p.resumed.MaxEarlyData == 0:
		return "unsupported_for_session"
	case p.resumed.ALPN != "" && !slices.Contains(offers, p.resumed.ALPN):
		return "alpn_mismatch"
	case !p.zero.offered:
		return "not offered"
	case c.Retried:
		return "hello_retry_request"
	case c.EarlyDataAccepted:
		return "accept"
	case !c.Resumed:
		return "session_not_resumed"
	}
	return "peer_declined"
}

func (p *endpoint) earlyReasonOfServer(c *events.Connection) string {
	off := max(p.skew, -p.skew)
	switch {
	case c.Version < messages.TLS13:
		return "protocol_version"
	case !p.c.options.EnableEarlyData:
		return "disabled"
	case !p.zero.ticket:
		return "no_session_offered"
	case !c.Resumed || p.resumed == nil:
		return "session_not_resumed"
	case p.resumed.MaxEarlyData == 0:
		return "unsupported_for_session"
	case !p.zero.asked:
		return "peer_declined"
	case c.ALPN != p.resumed.ALPN:
		return "alpn_mismatch"
	case time.Duration(off)*time.Second > maxSkew:
		return "ticket_age_skew"
	case c.Retried:
		return "hello_retry_request"
	case !c.EarlyDataAccepted:
		return fmt.Sprintf("not taken, with suite %v of %v", c.CipherSuite, p.resumed.CipherSuite)
	}
	return "accept"
}
