package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// evidence is what was seen on a connection beside what it came to: what a test looks for, and what tells that it wants something the
// engine does otherwise.
type evidence struct {
	clientHellos  []*messages.ClientHello // the client's, of the first handshake
	offered       *messages.ClientHello   // a client's own, the latest
	serverHellos  []*messages.ServerHello // the server's, a HelloRetryRequest among them
	tickets       []*messages.NewSessionTicket13
	helloRequests int  // to a client, in the midst of a handshake
	unsentBefore  bool // data was still unsent when a HelloRequest came
	sentWarning   bool // an alert that ended nothing, and was no close_notify
	wished        bool // the peer wished to renegotiate
	closing       bool // close_notify has been asked for

	stream recordScanner
	opened int // bytes of protected records that opened, without their headers
	trace  strings.Builder
}

// note takes note of an event.
func (p *endpoint) note(event events.Event) {
	e := &p.evidence
	switch event := event.(type) {
	case *events.MessageSent:
		if m := new(messages.ClientHello); event.Type == messages.TypeClientHello && messages.Decode(bytes.Clone(event.Raw[messages.HandshakeHeaderLen:]), m) == nil {
			e.offered = m
		}
		fmt.Fprintf(&e.trace, "write hs %d\n", event.Type)
	case *events.MessageReceived:
		fmt.Fprintf(&e.trace, "read hs %d\n", event.Type)
		p.noteMessage(event)
	case *events.RecordSent:
		p.noteSent(event)
	case *events.RecordReceived:
		if event.Type == uint8(record.ChangeCipherSpec) {
			e.trace.WriteString("read ccs\n")
		}
		if event.Level > events.Initial {
			e.opened += event.Size - record.HeaderLen
		}
	case *events.PeerClosed:
		fmt.Fprintf(&e.trace, "read alert %d %d\n", messages.LevelWarning, messages.AlertCloseNotify)
	case *events.WarningReceived:
		fmt.Fprintf(&e.trace, "read alert %d %d\n", messages.LevelWarning, event.Alert)
	}
}

func (p *endpoint) noteSent(event *events.RecordSent) {
	switch record.ContentType(event.Type) {
	case record.ChangeCipherSpec:
		p.evidence.trace.WriteString("write ccs\n")
	case record.Alert:
		if p.engine.Err() == nil && !p.evidence.closing {
			p.evidence.sentWarning = true
		}
	}
}

// noteMessage reads what a message of the peer's says, as far as it can be read.
func (p *endpoint) noteMessage(event *events.MessageReceived) {
	e := &p.evidence
	body := event.Raw[messages.HandshakeHeaderLen:]
	switch event.Type {
	case messages.TypeClientHello:
		e.wished = e.wished || p.completion != nil
		if m := new(messages.ClientHello); p.completion == nil && messages.Decode(body, m) == nil {
			e.clientHellos = append(e.clientHellos, m)
		}
	case messages.TypeServerHello:
		if m := new(messages.ServerHello); messages.Decode(body, m) == nil {
			e.serverHellos = append(e.serverHellos, m)
		}
	case messages.TypeNewSessionTicket:
		if m := new(messages.NewSessionTicket13); messages.Decode(body, m) == nil {
			e.tickets = append(e.tickets, m)
		}
	case messages.TypeHelloRequest:
		if p.completion == nil && !p.c.options.Server {
			e.helloRequests++
		}
		e.wished = e.wished || p.completion != nil
		e.unsentBefore = e.unsentBefore || len(p.outbox) > 0
	}
}

// recordScanner reads the headers of the records that a byte stream is made of.
type recordScanner struct {
	first   []byte // the stream's first bytes
	pending []byte // of a header
	skip    int    // bytes of content to come
	records []seenRecord
}

// seenRecord is a record by its header and the first bytes of its content, as many as a handshake message's header has.
type seenRecord struct {
	record.Header
	begins []byte
}

// firstLen is how many of a stream's first bytes are kept: a record's header, and what a hello of SSL 2.0 begins with.
const firstLen = 16

func (s *recordScanner) scan(b []byte) {
	s.first = append(s.first, b[:min(len(b), firstLen-len(s.first))]...)
	for len(b) > 0 {
		if s.skip > 0 {
			n := min(s.skip, len(b))
			last := &s.records[len(s.records)-1]
			last.begins = append(last.begins, b[:min(n, messages.HandshakeHeaderLen-len(last.begins))]...)
			s.skip, b = s.skip-n, b[n:]
			continue
		}
		n := min(record.HeaderLen-len(s.pending), len(b))
		s.pending, b = append(s.pending, b[:n]...), b[n:]
		if len(s.pending) < record.HeaderLen {
			return
		}
		header, _ := record.ParseHeader(s.pending)
		s.records, s.skip, s.pending = append(s.records, seenRecord{Header: header}), header.Length, s.pending[:0]
	}
}

// seeBeginning reads on where a server has refused an empty record that a stream begins with, since what comes behind it tells what that was. The
// peer has been sent the alert, so that it goes on or hangs up.
func (p *endpoint) seeBeginning() {
	fatal, failed := errors.AsType[*engine.Error](p.engine.Err())
	if p.quic != nil || !failed || fatal.Refusal.Name != "empty_record" || fatal.State != "ServerStart" {
		return
	}
	for !p.eof && len(p.evidence.stream.first) < firstLen {
		if _, err := p.receive(patience); err != nil {
			return
		}
	}
}

// hasInClear tells whether a record begins with a whole handshake message of a type, in clear.
func (s *recordScanner) hasInClear(kind messages.HandshakeType) bool {
	return slices.ContainsFunc(s.records, func(r seenRecord) bool {
		got, length, ok := messages.ParseHandshakeHeader(r.begins)
		return ok && r.Type == record.Handshake && got == kind && length <= r.Length-messages.HandshakeHeaderLen
	})
}

// extension gives the content of an extension.
func extension(x *messages.Extensions, kind messages.ExtensionType) (content []byte, present bool) {
	for _, e := range x.List {
		if e.Type == kind {
			return e.Data, true
		}
	}
	return nil, false
}
