package engine_test

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// connectedOffences are those after the handshake.
func connectedOffences() []offence {
	return []offence{
		// covers 8446/4.6.3/4
		{
			sentence: "a KeyUpdate requests what is unknown", refusal: "bad_key_update", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Message(&messages.KeyUpdate{Request: 2}) }),
		},
		{
			sentence: "key updates come without data between them", refusal: "too_many_key_updates", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) {
				for range 33 {
					w.Message(&messages.KeyUpdate{})
				}
			}),
		},
		{
			sentence: "tickets come without data between them", refusal: "too_many_tickets", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) {
				for range 33 {
					w.Message(&messages.NewSessionTicket13{Lifetime: 1, Ticket: []byte("t")})
				}
			}),
		},
		// covers 8446/4.1.2/3
		{
			sentence: "a ClientHello comes to a server in use", refusal: "unexpected_message", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) {
				w.Message(&messages.ClientHello{LegacyVersion: messages.TLS12, CipherSuites: []messages.CipherSuite{1}, CompressionMethods: []byte{0}})
			}),
		},
		// covers 8446/4.6.2/5
		{
			sentence: "a CertificateRequest comes after the handshake", refusal: "unexpected_message", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) {
				m := &messages.CertificateRequest13{Context: []byte("later")}
				forge.Set(&m.Extensions, &messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.Ed25519}})
				w.Message(m)
			}),
		},
		{
			sentence: "a ticket comes from a client", refusal: "unexpected_message", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) {
				w.Message(&messages.NewSessionTicket13{Lifetime: 1, Ticket: []byte("t")})
			}),
		},
		// covers 8446/4.2/5
		{
			sentence: "a ticket has an extension twice", refusal: "duplicate_extension", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) {
				m := &messages.NewSessionTicket13{Lifetime: 1, Ticket: []byte("t")}
				m.Extensions.List = []messages.Extension{{Type: 0x7a7a}, {Type: 0x7a7a}}
				w.Message(m)
			}),
		},
		{
			sentence: "a ticket has an extension of a hello", refusal: "misplaced_extension", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) {
				m := &messages.NewSessionTicket13{Lifetime: 1, Ticket: []byte("t")}
				m.Extensions.List = []messages.Extension{{Type: messages.ExtensionKeyShare}}
				w.Message(m)
			}),
		},
		{
			sentence: "a KeyUpdate is longer than it may be", refusal: "malformed_message", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Raw([]byte{24, 0, 0, 2, 0, 0}) }),
		},
		// covers 8446/5.1/4
		// covers 8446/5.1/5
		{
			sentence: "a record goes on after a KeyUpdate", refusal: "key_change_in_record", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) {
				once := forge.Encode(&messages.KeyUpdate{})
				w.Together(once, once)
			}),
		},
	}
}
