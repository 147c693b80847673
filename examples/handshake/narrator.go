package main

import (
	"fmt"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// narrator tells of a handshake while it happens.
type narrator interface {
	// event comes from one end, before it is acted on.
	event(at events.Role, e events.Event)
	// answer is what an end's question got.
	answer(at events.Role, q events.Question, a events.Answer)
	// complete comes once for a handshake that went well, after all its events.
	complete(agreed *events.Connection, c cost)
	// reply is what a server answered, after complete.
	reply(text []byte)
}

// cost is what a handshake took, as the client saw it.
type cost struct {
	sent, received int // bytes, record headers included
	roundTrips     int
	time           time.Duration
}

func (c cost) String() string {
	trips := "round trips"
	if c.roundTrips == 1 {
		trips = "round trip"
	}
	return fmt.Sprintf("%d bytes from the client, %d from the server, %d %s, %v",
		c.sent, c.received, c.roundTrips, trips, c.time.Round(10*time.Microsecond))
}

// account is a narrator that adds up the cost for the one behind it.
type account struct {
	narrator
	clock func() time.Time

	started time.Time
	spent   cost
	waiting bool // the client has sent something that was not answered yet
	agreed  *events.Connection
}

// again begins to count anew, for another handshake of the connection.
func (a *account) again() {
	a.started, a.spent, a.waiting, a.agreed = time.Time{}, cost{}, false, nil
}

func (a *account) event(at events.Role, e events.Event) {
	a.narrator.event(at, e)
	if at != events.Client {
		return
	}
	if a.agreed != nil {
		a.late(e)
		return
	}
	if a.started.IsZero() {
		a.started = a.clock()
	}
	switch e := e.(type) {
	case *events.RecordSent:
		a.spent.sent += e.Size
		// That record is for middleboxes, and awaits nothing.
		a.waiting = a.waiting || record.ContentType(e.Type) != record.ChangeCipherSpec
	case *events.RecordReceived:
		a.spent.received += e.Size
		if a.waiting {
			a.spent.roundTrips++
		}
		a.waiting = false
	case *events.HandshakeCompleted:
		a.spent.time = a.clock().Sub(a.started)
		a.agreed = &e.Connection
	}
}

// late counts what a client sends with its last step of the handshake, which is
// the last of all where a session of TLS 1.2 is resumed.
func (a *account) late(e events.Event) {
	sent, ok := e.(*events.RecordSent)
	if ok && a.agreed.Version == messages.TLS12 && record.ContentType(sent.Type) == record.Handshake {
		a.spent.sent += sent.Size
	}
}

// finish tells of the end, if there was one.
func (a *account) finish() {
	if a.agreed != nil {
		a.complete(a.agreed, a.spent)
	}
}

// witness has a narrator told of every answer that an answerer gives.
type witness struct {
	answer.Answerer
	at events.Role
	narrator
}

// Answer implements answer.Answerer.
func (w *witness) Answer(now time.Time, q events.Question) events.Answer {
	given := w.Answerer.Answer(now, q)
	w.narrator.answer(w.at, q, given)
	return given
}
