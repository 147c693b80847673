package engine

import (
	"github.com/tacitls/tacitls/engine/internal/carrier"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// The driver does what every handler would otherwise repeat: it finds the row
// or refuses, decodes or refuses, keeps the transcript, calls the handler,
// checks the successor, releases what the handler staged, and turns an error
// into an alert.

// drive goes on until all bytes are consumed, a question is open, or the
// peer's direction has ended.
func (e *Engine) drive(out *events.Output, b []byte) error {
	for e.question == nil && !e.readClosed {
		item, err := e.next(out, &b)
		if err != nil {
			return e.fail(out, err)
		}
		switch item.Kind {
		case carrier.Nothing:
			if e.eof {
				return e.fail(out, refuse.Truncated)
			}
			return nil
		case carrier.Message:
			err = e.message(out, item.Bytes)
		case carrier.Data:
			if e.carrier.ReadLevel() == events.EarlyData {
				err = e.earlyData(out, item.Bytes)
				break
			}
			if !e.takesData() {
				return e.fail(out, refuse.UnexpectedData)
			}
			if len(item.Bytes) > 0 {
				e.hs.SinceData = 0
				out.Received(item.Bytes)
			}
		case carrier.Alert:
			err = e.alert(out, item.Alert)
		case carrier.ChangeCipherSpec:
			err = e.changeCipherSpec(out)
		}
		if err != nil {
			return err
		}
	}
	if e.question != nil && len(b) > 0 {
		// The caller has given these bytes already; they are its own bound.
		e.stream.Keep(out, b)
	}
	return nil
}

// next takes the next item from what is held and from b, of which it leaves what is
// not needed yet.
func (e *Engine) next(out *events.Output, b *[]byte) (carrier.Item, error) {
	if e.stream != nil {
		return e.stream.Next(out, b)
	}
	return e.crypto.Next()
}

// earlyData hands on early data, within the bound that the ticket has told
// (RFC 8446, Section 4.2.10).
func (e *Engine) earlyData(out *events.Output, b []byte) error {
	if uint64(len(b)) > e.hs.EarlyLeft {
		return e.fail(out, refuse.TooMuchEarlyData)
	}
	e.hs.EarlyLeft -= uint64(len(b))
	if len(b) > 0 {
		out.Append(&events.EarlyDataReceived{Bytes: b})
	}
	return nil
}

// takesData tells whether application data may come: once a handshake is complete,
// and during another but for the place of its Finished
// (RFC 5246, Section 7.1 and Section 7.4.9).
func (e *Engine) takesData() bool {
	_, refuses := e.state.(interface{ RefusesData() })
	return e.completed && !refuses
}

// message moves the machine by a message of the peer's.
func (e *Engine) message(out *events.Output, raw []byte) error {
	kind, _, _ := messages.ParseHandshakeHeader(raw)
	if e.hs.Policy.Trace {
		out.TraceMessage(events.Read, e.carrier.ReadLevel(), raw)
	}
	row, ok := e.machine.Find(e.state, fsm.Input{Message: true, Type: kind})
	if !ok {
		return e.fail(out, refuse.UnexpectedMessage.With("%v in state %s", kind, fsm.Name(e.state)))
	}
	m := row.New().(messages.Message)
	if err := e.hs.Decode(raw[messages.HandshakeHeaderLen:], m); err != nil {
		return e.fail(out, err)
	}
	e.hs.Raw = raw
	if e.hs.Unfinished != nil && (kind == messages.TypeCertificateVerify || kind == messages.TypeFinished) {
		e.hs.Before = e.hs.Transcript.Sum(e.hs.Before[:0])
	}
	if e.hs.Unfinished != nil && recorded(kind) {
		e.hs.Transcript.Add(raw)
	}
	return e.step(out, row, m)
}

// changeCipherSpec moves the machine by the record of that type.
func (e *Engine) changeCipherSpec(out *events.Output) error {
	input := &handshake.ChangeCipherSpec{}
	row, ok := e.machine.Find(e.state, fsm.InputOf(input))
	if !ok {
		return e.fail(out, refuse.BadChangeCipherSpec.With("in state %s", fsm.Name(e.state)))
	}
	return e.step(out, row, input)
}

// command moves the machine by a call of the caller's, if it has a row.
func (e *Engine) command(out *events.Output, command any) error {
	row, ok := e.machine.Find(e.state, fsm.InputOf(command))
	if !ok {
		return ErrNotReady
	}
	return e.step(out, row, command)
}

// takes tells whether the state has a row for a command.
func (e *Engine) takes(command any) bool {
	_, ok := e.machine.Find(e.state, fsm.InputOf(command))
	return ok
}

func (e *Engine) step(out *events.Output, row *fsm.Row[*handshake.Context], input any) error {
	next, declared, err := row.Step(&e.hs, e.state, input)
	if err != nil {
		return e.fail(out, err)
	}
	if !declared {
		return e.fail(out, refuse.Internal.With("%s led to %s", row.Handler, fsm.Name(next)))
	}
	if walked != nil {
		walked(row, e.state, next)
	}
	if err := e.release(out); err != nil {
		return e.fail(out, err)
	}
	e.state = next
	if e.finishing {
		e.finishing = false
		e.hs.Complete()
	}
	return nil
}

// walked is told of every edge that is walked; tests set it.
var walked func(row *fsm.Row[*handshake.Context], from, to fsm.State)

// release gives what a handler staged to the carrier and the output. A change
// of the keys for reading is checked first, so that nothing leaves if it
// cannot be.
func (e *Engine) release(out *events.Output) error {
	defer e.hs.Unstage()
	for _, a := range e.hs.Staged() {
		turn := a.Kind == handshake.Align || a.Kind == handshake.ChangeKeys && a.Direction == events.Read
		if turn && !e.carrier.Aligned() {
			return refuse.KeyChangeInRecord
		}
	}
	for i := range e.hs.Staged() {
		if err := e.perform(out, &e.hs.Staged()[i]); err != nil {
			return err
		}
	}
	if e.question != nil {
		// What is said before an answer leaves with what is said after it, in
		// as few records as it takes.
		return nil
	}
	return e.carrier.Flush(out)
}

func (e *Engine) perform(out *events.Output, a *handshake.Action) error {
	switch a.Kind {
	case handshake.SendMessage:
		return e.send(out, a.Message)
	case handshake.ChangeKeys:
		return e.changeKeys(out, a)
	case handshake.Align: // checked already
		return nil
	case handshake.Emit:
		return e.emit(out, a.Event)
	}
	if e.stream == nil {
		// The rest is about records.
		return nil
	}
	return e.performRecords(out, a)
}

// performRecords carries out what is about records.
func (e *Engine) performRecords(out *events.Output, a *handshake.Action) error {
	switch a.Kind {
	case handshake.SendChangeCipherSpec:
		if e.writeClosed {
			return nil
		}
		return e.stream.SendChangeCipherSpec(out)
	case handshake.WriteInClear:
		return e.stream.WriteInClear(out)
	case handshake.SkipEarlyData:
		e.stream.Skip(a.Size)
	case handshake.UseTLS12:
		e.stream.UseTLS12()
	case handshake.LimitRecords:
		return e.stream.LimitRecords(a.Direction, a.Size, a.Clear)
	case handshake.SendWarning:
		if e.writeClosed {
			return nil
		}
		return e.stream.SendAlert(out, messages.AlertMessage{Level: messages.LevelWarning, Description: a.Alert})
	}
	return nil
}

// emit adds an event, and takes note of what it says.
func (e *Engine) emit(out *events.Output, event events.Event) error {
	switch event := event.(type) {
	case events.Question:
		e.question = event
	case *events.HandshakeCompleted:
		// The last Finished goes before the news of it.
		if err := e.carrier.Flush(out); err != nil {
			return err
		}
		e.completed, e.finishing = true, true
		out.Append(event)
		if e.crypto != nil && e.hs.Role == events.Server {
			e.confirm(out)
		}
		return nil
	case *events.RenegotiationDeclined:
		e.finishing = true
	case *events.EarlyDataRejected:
		e.hs.EarlyLeft = 0
		if e.hs.Early != nil {
			e.hs.Early.Exporter.Wipe()
			e.hs.Early = nil
		}
		out.Append(event)
		e.carrier.EndEarlyData(out)
		return nil
	case *events.FalseStarted:
		e.early = true
	}
	out.Append(event)
	return nil
}

func (e *Engine) changeKeys(out *events.Output, a *handshake.Action) error {
	reading := a.Direction == events.Read
	switch {
	case a.Keys12 != nil && reading:
		return e.stream.ReadKeys12(out, a.Suite12, a.Keys12, a.Order)
	case a.Keys12 != nil:
		return e.stream.WriteKeys12(out, a.Suite12, a.Keys12, a.Order)
	case reading:
		return e.carrier.ReadKeys(out, a.Level, a.Suite, &a.Secret)
	}
	return e.carrier.WriteKeys(out, a.Level, a.Suite, &a.Secret)
}

// send hands a message to the carrier, unless this end has closed its
// direction: what comes after close_notify is dropped.
func (e *Engine) send(out *events.Output, raw []byte) error {
	if e.writeClosed {
		return nil
	}
	if e.hs.Policy.Trace {
		out.TraceMessage(events.Write, e.carrier.WriteLevel(), append([]byte(nil), raw...))
	}
	e.carrier.Send(out, raw)
	return nil
}

// alert acts on an alert of the peer's (RFC 8446, Section 6).
func (e *Engine) alert(out *events.Output, alert messages.AlertMessage) error {
	switch {
	case alert.Description == messages.AlertCloseNotify && e.completed:
		e.readClosed = true
		e.wipeIfClosed()
		out.Append(&events.PeerClosed{})
		// Where a ClientHello has crossed it there will be no answer.
		return e.declined(out)
	case alert.Level == messages.LevelWarning && e.warns(alert.Description):
		out.Append(&events.WarningReceived{Alert: alert.Description})
		if alert.Description == messages.AlertNoRenegotiation {
			return e.declined(out)
		}
		return nil
	}
	detail := alert.Description.String()
	if alert.Level != messages.LevelFatal && alert.Description != messages.AlertCloseNotify {
		detail += " at level " + alert.Level.String()
	}
	return e.fail(out, &refuse.Detailed{Refusal: refuse.PeerAlert, Alert: alert.Description, Detail: detail})
}

// declined moves the machine by the peer's no_renegotiation, or by its
// close_notify, if the machine waits for the answer to a ClientHello
// (RFC 5246, Section 7.2.2).
func (e *Engine) declined(out *events.Output) error {
	input := &handshake.RenegotiationDeclined{}
	row, ok := e.machine.Find(e.state, fsm.InputOf(input))
	if !ok {
		return nil
	}
	return e.step(out, row, input)
}

// warns tells whether an alert of level warning ends nothing: user_canceled,
// and in TLS 1.2, or while that may still be chosen, all but close_notify
// (RFC 5246, Section 7.2).
func (e *Engine) warns(alert messages.Alert) bool {
	version := e.hs.Connection.Version
	if version == messages.TLS12 || version == 0 && e.hs.Policy.Allows(messages.TLS12) {
		return alert != messages.AlertCloseNotify
	}
	return alert == messages.AlertUserCanceled
}
