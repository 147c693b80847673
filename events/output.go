package events

import (
	"iter"
	"time"

	"github.com/tacitls/tacitls/messages"
)

// Output receives what an engine has to say, in order. The caller owns it: one
// per worker is enough, since an engine keeps nothing of it between two calls.
// The zero Output is ready for use. It must not be used by two goroutines at
// once.
//
// Bytes of [Send] and [DataReceived] may lie in the Output: they are valid
// until Reset. Other events stay valid for as long as they are held.
type Output struct {
	// Deadline is when the engine next wants to be told the time; zero if
	// nothing waits.
	Deadline time.Time

	list  []Event
	next  int // the first event that All has not yielded
	arena []byte
	send  int // where in arena the last Send begins
	sends slab[Send]
	data  slab[DataReceived]
	spare []byte
	work  any
	kept  bool // the arena holds more than what was sent
}

// keepArena bounds what an Output keeps for reuse, in bytes.
const keepArena = 1 << 18

// All yields the events not yet yielded, those appended during the loop too.
// Leaving the loop early loses nothing: the next call goes on.
func (o *Output) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for o.next < len(o.list) {
			event := o.list[o.next]
			o.next++
			if !yield(event) {
				return
			}
		}
	}
}

// Len is the number of events not yet yielded.
func (o *Output) Len() int { return len(o.list) - o.next }

// Reset forgets all events, and with them the bytes that they hold; the memory
// is kept for the next use, up to 256 KiB.
func (o *Output) Reset() {
	clear(o.list)
	o.list, o.next = o.list[:0], 0
	o.sends.reset()
	o.data.reset()
	if o.kept {
		// Decrypted data outlives nothing.
		clear(o.arena)
		o.kept = false
	}
	if cap(o.arena) > keepArena {
		o.arena = nil
	}
	o.arena = o.arena[:0]
	o.Deadline = time.Time{}
}

// Append adds an event. It and the methods below are for engines.
func (o *Output) Append(event Event) { o.list = append(o.list, event) }

// Tail is the memory that the Output lends: append to it, then hand the result
// to Sent or Kept at once, with nothing of the Output called in between.
func (o *Output) Tail() []byte { return o.arena }

// Kept takes over what was appended to Tail: it stays valid until Reset.
func (o *Output) Kept(grown []byte) { o.arena, o.kept = grown, true }

// Sent takes over what was appended to Tail as bytes to send. It joins the
// last event if that is a Send of the same level which nobody has seen yet.
func (o *Output) Sent(level Level, grown []byte) {
	from := len(o.arena)
	o.arena = grown
	if last, ok := o.lastSend(level, from); ok {
		last.Bytes = grown[o.send:len(grown):len(grown)]
		return
	}
	o.send = from
	send := o.sends.next()
	send.Level, send.Bytes = level, grown[from:len(grown):len(grown)]
	o.Append(send)
}

// lastSend is the Send that bytes at from continue.
func (o *Output) lastSend(level Level, from int) (*Send, bool) {
	if len(o.list) == o.next {
		return nil, false
	}
	send, ok := o.list[len(o.list)-1].(*Send)
	return send, ok && send.Level == level && o.send+len(send.Bytes) == from
}

// Received adds application data that is valid until Reset.
func (o *Output) Received(b []byte) {
	data := o.data.next()
	data.Bytes = b
	o.Append(data)
}

// Borrow lends a buffer with room for n bytes and no content; Return gives
// it back, so that a worker's connections share one.
func (o *Output) Borrow(n int) []byte {
	b := o.spare
	o.spare = nil
	if cap(b) < n {
		b = make([]byte, 0, n)
	}
	return b[:0]
}

// Return gives back a buffer that Borrow lent, or any other of the caller's.
func (o *Output) Return(b []byte) {
	if cap(b) > cap(o.spare) && cap(b) <= keepArena {
		o.spare = b[:0]
	}
}

// Workspace is what an engine keeps in the Output between its calls, so that
// its connections share one: nil until SetWorkspace.
func (o *Output) Workspace() any { return o.work }

// SetWorkspace sets what Workspace gives.
func (o *Output) SetWorkspace(work any) { o.work = work }

// Trace adds a RecordSent or RecordReceived.
func (o *Output) Trace(direction Direction, level Level, contentType uint8, size int) {
	if direction == Write {
		o.Append(&RecordSent{level, contentType, size})
		return
	}
	o.Append(&RecordReceived{level, contentType, size})
}

// TraceMessage adds a MessageSent or MessageReceived.
func (o *Output) TraceMessage(direction Direction, level Level, raw []byte) {
	kind := messages.HandshakeType(0)
	if len(raw) > 0 {
		kind = messages.HandshakeType(raw[0])
	}
	if direction == Write {
		o.Append(&MessageSent{level, kind, raw})
		return
	}
	o.Append(&MessageReceived{level, kind, raw})
}

// slab hands out pointers to values of one type and takes them back at once.
type slab[T any] struct {
	chunk []T
}

func (s *slab[T]) next() *T {
	if len(s.chunk) == cap(s.chunk) {
		// The pointers handed out keep the full chunk alive.
		s.chunk = make([]T, 0, max(8, min(2*cap(s.chunk), 256)))
	}
	s.chunk = s.chunk[:len(s.chunk)+1]
	return &s.chunk[len(s.chunk)-1]
}

func (s *slab[T]) reset() {
	clear(s.chunk)
	s.chunk = s.chunk[:0]
}
