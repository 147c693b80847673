package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/tacitls/tacitls/events"
)

// jsonLines prints every event as a JSON object on a line of its own.
type jsonLines struct {
	w     io.Writer
	bytes bool
	read  reader
}

// line is one object. Absent parts are left out.
type line struct {
	At      string              `json:"at,omitempty"`
	Event   string              `json:"event"`
	Text    string              `json:"text"`
	Level   string              `json:"level,omitempty"`
	Message string              `json:"message,omitempty"`
	Size    int                 `json:"size,omitempty"`
	Details map[string][]string `json:"details,omitempty"`
	Bytes   string              `json:"bytes,omitempty"`
	Cost    *costLine           `json:"cost,omitempty"`
}

type costLine struct {
	Sent        int   `json:"bytes_sent"`
	Received    int   `json:"bytes_received"`
	RoundTrips  int   `json:"round_trips"`
	Nanoseconds int64 `json:"nanoseconds"`
}

func (j *jsonLines) event(at events.Role, e events.Event) {
	l := line{At: at.String(), Event: eventName(e), Text: e.String()}
	switch e := e.(type) {
	case *events.Send:
		l.Level, l.Size = e.Level.String(), len(e.Bytes)
		l.Bytes = j.hex(e.Bytes)
	case *events.MessageSent:
		l.Level = e.Level.String()
		j.message(&l, e.Raw)
	case *events.MessageReceived:
		l.Level = e.Level.String()
		j.message(&l, e.Raw)
	case *events.RecordSent:
		l.Level, l.Size = e.Level.String(), e.Size
	case *events.RecordReceived:
		l.Level, l.Size = e.Level.String(), e.Size
	case *events.KeysChanged:
		l.Level = e.Level.String()
	case *events.DataReceived:
		l.Size = len(e.Bytes)
		l.Bytes = j.hex(e.Bytes)
	}
	j.print(&l)
}

func (j *jsonLines) message(l *line, raw []byte) {
	m := j.read.describe(raw)
	l.Message, l.Size, l.Bytes = m.name, len(raw), j.hex(raw)
	l.Details = map[string][]string{}
	for _, d := range m.details {
		l.Details[d.key] = append(l.Details[d.key], d.values...)
	}
}

func (j *jsonLines) answer(at events.Role, q events.Question, a events.Answer) {
	j.print(&line{At: at.String(), Event: "answer", Text: answerText(a), Message: eventName(q)})
}

func (j *jsonLines) complete(agreed *events.Connection, c cost) {
	j.print(&line{Event: "complete", Text: agreed.String(),
		Cost: &costLine{c.sent, c.received, c.roundTrips, c.time.Nanoseconds()}})
}

func (j *jsonLines) reply(text []byte) {
	j.print(&line{Event: "reply", Text: string(text), Size: len(text)})
}

func (j *jsonLines) print(l *line) {
	encoder := json.NewEncoder(j.w)
	encoder.SetEscapeHTML(false)
	// A line has nothing that JSON could refuse.
	_ = encoder.Encode(l)
}

func (j *jsonLines) hex(b []byte) string {
	if !j.bytes {
		return ""
	}
	return hex.EncodeToString(b)
}

// eventName is the type of an event in snake case.
func eventName(e events.Event) string {
	var b strings.Builder
	for i, r := range strings.TrimPrefix(fmt.Sprintf("%T", e), "*events.") {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
