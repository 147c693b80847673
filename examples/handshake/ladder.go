package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// ladder draws a handshake between two rails, the client's on the left and the
// server's on the right. What an end does stands at its rail, what travels
// goes from one to the other. Of two ends in one process only what is sent is
// drawn; of a client alone also what it receives.
type ladder struct {
	w      io.Writer
	paint  painter
	bytes  bool
	server string // the server's address, or empty if it is in memory

	read  reader
	begun bool
	drawn bool // a ladder already
	last  events.Role
	// carried tells that the record drawn last came before what it carries.
	carried bool
}

func (l *ladder) event(at events.Role, e events.Event) {
	switch e := e.(type) {
	case *events.MessageSent:
		l.message(at, e.Raw)
	case *events.MessageReceived:
		if l.server != "" {
			l.message(at.Peer(), e.Raw)
		}
	case *events.RecordSent:
		l.changeCipherSpec(at, e.Type)
		l.record(at, e.Type, e.Level, e.Size)
	case *events.RecordReceived:
		if l.server != "" {
			l.gap(at.Peer())
			l.record(at.Peer(), e.Type, e.Level, e.Size)
			l.carried = true
			l.changeCipherSpec(at.Peer(), e.Type)
		}
	case *events.KeysChanged:
		l.note(at, "◆", key, fmt.Sprintf("%ss with %s keys, %v%s", e.Direction, l.keys(e.Level), e.Suite, generation(e.Generation)))
	case events.Question:
		l.note(at, "?", question, questionText(e))
	case *events.TicketReceived:
		text := "keeps the ticket"
		if len(e.Session.Ticket) == 0 {
			text = "keeps the session"
		}
		l.note(at, "●", fact, text)
	case *events.SessionEstablished:
		l.note(at, "●", fact, "keeps the session")
	case *events.HandshakeCompleted:
		l.note(at, "●", fact, "handshake complete")
	case *events.DataReceived:
		l.note(at, "●", fact, fmt.Sprintf("gets %d bytes of data", len(e.Bytes)))
	case *events.PeerClosed:
		l.note(at, "●", fact, "knows that nothing more will come")
	case *events.FalseStarted:
		l.note(at, "●", fact, "may write already")
	case *events.RenegotiationDeclined:
		l.note(at, "●", fact, "goes on as before")
	case *events.WarningReceived:
		l.note(at, "●", fact, fmt.Sprintf("is warned: %v", e.Alert))
	case *events.Failed:
		l.note(at, "✗", failure, fmt.Sprintf("fails: %v", e.Err))
	}
}

func (l *ladder) answer(at events.Role, _ events.Question, a events.Answer) {
	l.note(at, "!", question, answerText(a))
}

func (l *ladder) complete(agreed *events.Connection, c cost) {
	fmt.Fprintln(l.w)
	fmt.Fprintf(l.w, "%s%v\n", l.paint(fact, "complete: "), agreed)
	fmt.Fprintf(l.w, "%s%v\n", l.paint(fact, "cost: "), c)
	l.drawn, l.begun = true, false
}

func (l *ladder) reply(text []byte) {
	fmt.Fprintf(l.w, "\n%s%d bytes\n", l.paint(fact, "answer: "), len(text))
	for _, line := range strings.Split(strings.TrimRight(string(text), "\r\n"), "\n") {
		line = strings.ReplaceAll(strings.TrimRight(line, "\r"), "\t", "    ")
		fmt.Fprintf(l.w, "  %s\n", report.Plain(line))
	}
}

// turn begins the drawing, and leaves a gap where the other end goes on.
func (l *ladder) turn(at events.Role) {
	switch {
	case !l.begun:
		if l.drawn {
			fmt.Fprintln(l.w)
		}
		l.heading()
		l.row(rail, nil, rail)
	case l.last != at:
		l.row(rail, nil, rail)
	}
	l.begun, l.last, l.carried = true, at, false
}

// gap sets what begins here apart from what the same end did before.
func (l *ladder) gap(from events.Role) {
	if l.begun && l.last == from && !l.carried {
		l.row(rail, nil, rail)
	}
}

func (l *ladder) message(from events.Role, raw []byte) {
	l.gap(from)
	l.turn(from)
	m := l.read.describe(raw)
	l.arrow(from, m.name, fmt.Sprintf("%d bytes", len(raw)))
	for _, d := range m.details {
		l.detail(from, d)
	}
	if l.bytes {
		l.dump(from, raw)
	}
}

func (l *ladder) record(from events.Role, kind uint8, level events.Level, size int) {
	l.turn(from)
	protection := fmt.Sprintf("under %s keys", l.keys(level))
	// TLS 1.3 protects no change_cipher_spec; TLS 1.2 does in a renegotiation.
	if level == events.Initial || record.ContentType(kind) == record.ChangeCipherSpec && !l.read.legacy {
		protection = "in clear"
	}
	l.dotted(from, fmt.Sprintf("%v record %s, %d bytes", record.ContentType(kind), protection, size))
}

// changeCipherSpec draws what TLS 1.2 says by a record: it is no handshake
// message, but one of its own kind (RFC 5246, Section 7.1).
func (l *ladder) changeCipherSpec(from events.Role, kind uint8) {
	if l.read.legacy && record.ContentType(kind) == record.ChangeCipherSpec {
		l.gap(from)
		l.turn(from)
		l.arrow(from, "ChangeCipherSpec", "1 byte")
	}
}

// keys names the keys of a level. TLS 1.2 has but one level of them.
func (l *ladder) keys(level events.Level) string {
	if l.read.legacy {
		return "the connection's"
	}
	return level.String()
}

func (l *ladder) note(at events.Role, mark string, s style, text string) {
	l.turn(at)
	for i, line := range wrap(strings.Fields(text), " ", inner-2) {
		if i > 0 {
			mark = rail
		}
		l.atRail(at, mark, s, line)
	}
}

func generation(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", generation %d", n)
}

// messageName is the name of a message as the RFC writes it.
func messageName(t messages.HandshakeType) string {
	var b strings.Builder
	for _, word := range strings.Split(t.String(), "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
