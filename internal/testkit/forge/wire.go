package forge

import (
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// Wire is what the forger writes to one end in the name of the other.
type Wire struct {
	link     *Link
	from, to *End
}

// Wire is the forger's pen in the name of an end.
func (l *Link) Wire(from events.Role) *Wire {
	return &Wire{l, l.End(from), l.End(from.Peer())}
}

// Sender is the end in whose name the wire writes.
func (w *Wire) Sender() events.Role { return w.from.Role }

// Message sends a message, in a record of its own. The binders of a
// ClientHello are made to fit.
func (w *Wire) Message(m messages.Message) {
	raw := Encode(m)
	if !w.link.blind {
		raw = w.link.bind(w.to, raw)
	}
	w.Raw(raw)
}

// see adds a message to what the receiver has seen.
func (w *Wire) see(raw []byte) {
	if !w.link.blind {
		see(w.to, raw)
	}
}

// Raw sends messages that have their headers, each in a record of its own and,
// if it is longer than one can be, in several.
func (w *Wire) Raw(raws ...[]byte) {
	for _, raw := range raws {
		w.see(raw)
		for rest := raw; len(rest) > 0; {
			n := min(len(rest), record.MaxPlaintext)
			w.Record(record.Handshake, rest[:n])
			rest = rest[n:]
		}
		if messages.HandshakeType(raw[0]) == messages.TypeKeyUpdate && w.from.seals != nil {
			w.from.seals = w.from.seals.next()
		}
	}
}

// As sends a message in clear, in a record with this header.
func (w *Wire) As(header record.Header, raw []byte) {
	w.see(raw)
	w.Bytes(append(header.Append(nil), raw...))
}

// SkipKey goes on under the next key without a KeyUpdate.
func (w *Wire) SkipKey() { w.from.seals = w.from.seals.next() }

// Together sends messages in one record.
func (w *Wire) Together(raws ...[]byte) {
	var all []byte
	for _, raw := range raws {
		w.see(raw)
		all = append(all, raw...)
	}
	w.Record(record.Handshake, all)
}

// Record sends a record under the keys in use, in clear before there are any.
func (w *Wire) Record(kind record.ContentType, content []byte) {
	switch {
	case w.from.seals12 != nil:
		w.Bytes(w.from.seals12.seal(kind, content))
		return
	case w.from.seals == nil:
		w.Plain(kind, content)
		return
	}
	w.Inner(append(append([]byte(nil), content...), byte(kind)))
}

// Inner seals any TLSInnerPlaintext.
func (w *Wire) Inner(inner []byte) { w.Bytes(w.from.seals.seal(inner)) }

// Plain sends a record in clear.
func (w *Wire) Plain(kind record.ContentType, content []byte) {
	header := record.Header{Type: kind, Version: uint16(messages.TLS12), Length: len(content)}
	w.Bytes(append(header.Append(nil), content...))
}

// Alert sends an alert.
func (w *Wire) Alert(level messages.AlertLevel, description messages.Alert) {
	w.Record(record.Alert, []byte{byte(level), byte(description)})
}

// Bytes delivers bytes as they are.
func (w *Wire) Bytes(b []byte) {
	b = append([]byte(nil), b...)
	_ = w.link.Do(w.to.Role, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Receive(out, now, b)
	})
}

// Encode gives the bytes of a message. It panics if it has none.
func Encode(m messages.Message) []byte {
	raw, err := messages.Append(nil, m)
	if err != nil {
		panic(fmt.Sprintf("forge: encode %v: %v", m.Type(), err))
	}
	return raw
}

// Body encodes an extension. It panics if it cannot be.
func Body(b messages.ExtensionBody) messages.Extension {
	data, err := new(messages.Coder).AppendBody(nil, b)
	if err != nil {
		panic(fmt.Sprintf("forge: encode %v: %v", b.ExtensionType(), err))
	}
	return messages.Extension{Type: b.ExtensionType(), Data: data}
}
