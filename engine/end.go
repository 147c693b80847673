package engine

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// How a connection ends, and what is wiped then (RFC 8446, Section 6).

// fail ends the connection: nothing that was staged leaves, the alert goes out
// and the keys are wiped.
func (e *Engine) fail(out *events.Output, err error) error {
	e.hs.Unstage()
	e.err = newError(err, fsm.Name(e.state))
	silent := e.err.Received || e.writeClosed || e.err.Refusal.Name == refuse.Truncated.Name()
	e.carrier.Drop()
	if e.stream != nil && e.err.Refusal.Name == refuse.InappropriateFallback.Name() {
		e.stream.EchoVersion()
	}
	if !silent && e.stream != nil {
		// If the alert cannot be sealed either, the connection is over
		// without it.
		_ = e.sendLastAlert(out, e.err.Alert)
	}
	e.end()
	out.Append(&events.Failed{Err: e.err})
	return e.err
}

// sendLastAlert sends the alert that ends the connection. One that cancels is a
// warning, with close_notify behind it (RFC 8446, Section 6.1).
func (e *Engine) sendLastAlert(out *events.Output, alert messages.Alert) error {
	if alert != messages.AlertUserCanceled {
		return e.stream.SendAlert(out, messages.AlertMessage{Level: messages.LevelFatal, Description: alert})
	}
	if !e.completed {
		warning := messages.AlertMessage{Level: messages.LevelWarning, Description: alert}
		if err := e.stream.SendAlert(out, warning); err != nil {
			return err
		}
	}
	return e.stream.SendAlert(out, closeNotify)
}

var closeNotify = messages.AlertMessage{Level: messages.LevelWarning, Description: messages.AlertCloseNotify}

// wipeIfClosed wipes the keys once neither direction needs them any more.
func (e *Engine) wipeIfClosed() {
	if e.readClosed && e.writeClosed {
		e.carrier.Close()
		e.wipeState()
	}
}

// wipeState wipes the secrets that a state has: those of the handshake, or behind it
// those for further keys and tickets. A fork has its own. Pre-shared keys and private
// shares, which forks have together, are left to the collector.
func (e *Engine) wipeState() {
	if state, keeps := e.state.(interface{ Wipe() }); keeps {
		state.Wipe()
	}
}

// end wipes what the connection knew (RFC 8446, Section 6). What a renegotiation
// had come to so far is nobody's.
func (e *Engine) end() {
	e.hs.Connection = e.Connection()
	e.carrier.Close()
	e.hs.Exporter.Wipe()
	if e.hs.Established12 != nil {
		e.hs.Established12.Master.Wipe()
		e.hs.Established12 = nil
	}
	e.hs.Complete()
	e.hs.Later = nil
	e.wipeState()
	e.state, e.question = nil, nil
}
