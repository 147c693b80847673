package forge

import (
	"fmt"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// Hook gets a message on its way, mended, and writes what arrives instead.
type Hook func(w *Wire, raw []byte)

// Tap sees a record as its sender has made it, and tells whether the forger keeps
// it, or has written something in its place.
type Tap func(w *Wire, header record.Header, raw []byte) (taken bool)

// Tap has a tap see every record, before any hook sees what is in it.
func (l *Link) Tap(do Tap) { l.taps = append(l.taps, do) }

type hook struct {
	from  events.Role
	kind  messages.HandshakeType
	skip  int // messages to let pass first
	do    Hook
	done  bool
	every bool // it need not act, and does not cease to
}

// On has a hook act on the first message of a kind that an end sends.
func (l *Link) On(from events.Role, kind messages.HandshakeType, do Hook) { l.OnNth(from, kind, 1, do) }

// OnNth has a hook act on the nth message of a kind, counted from 1.
func (l *Link) OnNth(from events.Role, kind messages.HandshakeType, nth int, do Hook) {
	l.hooks = append(l.hooks, &hook{from: from, kind: kind, skip: nth - 1, do: do})
}

// OnEvery has a hook act on every message of a kind that an end sends and no
// other hook acts on.
func (l *Link) OnEvery(from events.Role, kind messages.HandshakeType, do Hook) {
	l.hooks = append(l.hooks, &hook{from: from, kind: kind, do: do, every: true})
}

func (l *Link) hook(from events.Role, kind messages.HandshakeType) Hook {
	var found *hook
	for _, h := range l.hooks {
		switch {
		case h.done || h.from != from || h.kind != kind:
		case h.skip > 0:
			h.skip--
		case found == nil:
			found = h
		}
	}
	if found == nil {
		return nil
	}
	found.done = !found.every
	return found.do
}

// Walked tells whether every hook has acted.
func (l *Link) Walked() bool {
	for _, h := range l.hooks {
		if !h.done && !h.every {
			return false
		}
	}
	return true
}

// message is a pointer to a message of type T.
type message[T any] interface {
	*T
	messages.Message
}

// Change has the first message of type T that an end sends arrive changed.
func Change[T any, M message[T]](l *Link, from events.Role, change func(m M)) {
	ChangeNth(l, from, 1, change)
}

// ChangeNth changes the nth message of type T, counted from 1.
func ChangeNth[T any, M message[T]](l *Link, from events.Role, nth int, change func(m M)) {
	l.OnNth(from, M(new(T)).Type(), nth, func(w *Wire, raw []byte) {
		m := Decode[T, M](raw)
		change(m)
		w.Message(m)
	})
}

// Decode reads a message with its header. It panics if it cannot.
func Decode[T any, M message[T]](raw []byte) M {
	m := M(new(T))
	if err := messages.Decode(raw[messages.HandshakeHeaderLen:], m); err != nil {
		panic(fmt.Sprintf("forge: decode %v: %v", m.Type(), err))
	}
	return m
}

// SetExtension puts an extension in the place of the one of its type, or at
// the end.
func SetExtension(x *messages.Extensions, e messages.Extension) {
	list := append([]messages.Extension(nil), x.List...)
	for i := range list {
		if list[i].Type == e.Type {
			list[i] = e
			x.List = list
			return
		}
	}
	x.List = append(list, e)
}

// Set is SetExtension for a body.
func Set(x *messages.Extensions, b messages.ExtensionBody) { SetExtension(x, Body(b)) }

// AddExtension adds an extension in front, so that pre_shared_key stays last.
func AddExtension(x *messages.Extensions, e messages.Extension) {
	x.List = append([]messages.Extension{e}, x.List...)
}
