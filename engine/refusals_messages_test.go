package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// clientSays and serverSays change the first message of type T on its way.
func clientSays[T any, M interface {
	*T
	messages.Message
}](change func(m M)) func(*forge.Link) {
	return func(l *forge.Link) { forge.Change(l, events.Client, change) }
}

func serverSays[T any, M interface {
	*T
	messages.Message
}](change func(m M)) func(*forge.Link) {
	return func(l *forge.Link) { forge.Change(l, events.Server, change) }
}

// messageOffences are those of order, form and extensions.
func messageOffences() []offence {
	return []offence{
		// covers 8446/4/1
		// covers 8446/4/2
		{
			sentence: "the Certificate is left out", refusal: "unexpected_message", by: events.Client,
			forge: instead(events.Server, messages.TypeCertificate, func(*forge.Wire, []byte) {}),
		},
		// covers 8446/4.3.1/1
		{
			sentence: "EncryptedExtensions is left out", refusal: "unexpected_message", by: events.Client,
			forge: instead(events.Server, messages.TypeEncryptedExtensions, func(*forge.Wire, []byte) {}),
		},
		// covers 8446/4.4.3/3
		{
			sentence: "the CertificateVerify is left out", refusal: "unexpected_message", by: events.Client,
			forge: instead(events.Server, messages.TypeCertificateVerify, func(*forge.Wire, []byte) {}),
		},
		// covers 8446/4.4.2/2
		{
			sentence: "a client sends a Certificate that nobody asked for", refusal: "unexpected_message", by: events.Server,
			forge: instead(events.Client, messages.TypeFinished, func(w *forge.Wire, _ []byte) { w.Message(&messages.Certificate13{}) }),
		},
		// covers 8446/4.3.2/6
		{
			sentence: "a server asks for a certificate in a resumption", refusal: "unexpected_message", by: events.Client,
			pair: resuming,
			forge: instead(events.Server, messages.TypeFinished, func(w *forge.Wire, _ []byte) {
				m := &messages.CertificateRequest13{}
				forge.Set(&m.Extensions, &messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.Ed25519}})
				w.Message(m)
			}),
		},
		// covers 8446/4.6.3/1
		{
			sentence: "a KeyUpdate comes before the Finished", refusal: "unexpected_message", by: events.Server,
			forge: instead(events.Client, messages.TypeFinished, func(w *forge.Wire, _ []byte) { w.Message(&messages.KeyUpdate{}) }),
		},
		// covers 8446/6/5
		{
			sentence: "a message ends too early", refusal: "malformed_message", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, _ []byte) { w.Raw([]byte{1, 0, 0, 2, 3, 3}) }),
		},
		{
			sentence: "a message goes on after its end", refusal: "malformed_message", by: events.Client,
			forge: instead(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
				longer := append(slices.Clone(raw), 0)
				longer[3]++
				w.Raw(longer)
			}),
		},
		{
			sentence: "a message says it is longer than the bound", refusal: "message_too_large", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, _ []byte) {
				w.Record(record.Handshake, []byte{1, 1, 0, 0})
			}),
		},
		{
			sentence: "a record goes on after the server's Finished", refusal: "key_change_in_record", by: events.Client,
			forge: instead(events.Server, messages.TypeFinished, func(w *forge.Wire, raw []byte) {
				w.Together(raw, forge.Encode(&messages.KeyUpdate{}))
			}),
		},
		{
			sentence: "a record goes on after the ServerHello", refusal: "key_change_in_record", by: events.Client,
			forge: instead(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
				w.Together(raw, forge.Encode(&messages.EncryptedExtensions{}))
			}),
		},
		{
			sentence: "a record goes on after the ClientHello", refusal: "key_change_in_record", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) { w.Together(raw, raw) }),
		},
		{
			sentence: "an extension of a ClientHello cannot be read", refusal: "malformed_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionSupportedGroups, Data: []byte{0, 1, 0}})
			}),
		},
		{
			sentence: "an extension of a ServerHello cannot be read", refusal: "malformed_extension", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionKeyShare, Data: []byte{0}})
			}),
		},
		{
			sentence: "a ClientHello has an unknown extension twice", refusal: "duplicate_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
				forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
			}),
		},
		{
			sentence: "a ServerHello has an extension twice", refusal: "duplicate_extension", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.List = append(m.Extensions.List, m.Extensions.List[0]) }),
		},
		// covers 8446/4.2/1
		// covers 8446/4.2/2
		{
			sentence: "EncryptedExtensions answers what was not offered", refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.ALPNChoice{Protocol: []byte("h2")})
			}),
		},
		// covers 8701/3.1/1
		{
			sentence: "EncryptedExtensions has what nobody knows", refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
			}),
		},
		// covers 8446/4.4.2/6
		{
			sentence: "a Certificate entry answers what was not offered", refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.Certificate13) {
				forge.AddExtension(&m.Entries[0].Extensions, messages.Extension{Type: messages.ExtensionSCT})
			}),
		},
		// covers 8446/4.4.2/7
		{
			sentence: "a client's Certificate entry answers what was not asked for", refusal: "unsolicited_extension", by: events.Server,
			pair: withClientCert,
			forge: clientSays(func(m *messages.Certificate13) {
				forge.AddExtension(&m.Entries[0].Extensions, messages.Extension{Type: messages.ExtensionSCT})
			}),
		},
		{
			sentence: "a ServerHello selects a key where none was offered", refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.PreSharedKeyChoice{}) }),
		},
		// covers 8446/4.2/3
		// covers 8446/4.3.1/2
		{
			sentence: "EncryptedExtensions has an extension of the ServerHello", refusal: "misplaced_extension", by: events.Client,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionKeyShare})
			}),
		},
		// covers 8446/4.1.3/7
		{
			sentence: "a ServerHello has an extension of EncryptedExtensions", refusal: "misplaced_extension", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.ServerNameAck{}) }),
		},
		// covers 8446/4.2.5/1
		{
			sentence: "a ClientHello has an extension of a CertificateRequest", refusal: "misplaced_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionOIDFilters, Data: []byte{0, 0}})
			}),
		},
		{
			sentence: "a CertificateRequest has an extension of a hello", refusal: "misplaced_extension", by: events.Client,
			pair: withClientCert,
			forge: serverSays(func(m *messages.CertificateRequest13) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionKeyShare})
			}),
		},
		// covers 9001/8.2/3
		{
			sentence: "a ClientHello has the parameters of QUIC", refusal: "parameters_over_stream", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionQUICTransportParameters})
			}),
		},
		// covers 8446/4.2.3/3
		// covers 8446/9.2/10
		// covers 8446/9.2/12
		{
			sentence: "a ClientHello says nothing of signatures", refusal: "missing_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionSignatureAlgorithms) }),
		},
		// covers 8446/9.2/11
		{
			sentence: "a ClientHello has no groups", refusal: "missing_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionSupportedGroups) }),
		},
		{
			sentence: "a ClientHello has groups and no key_share", refusal: "missing_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionKeyShare) }),
		},
		{
			sentence: "a ticket that does not open leaves a hello without signatures", refusal: "missing_extension", by: events.Server,
			pair: func(p *testkit.Pair) {
				resuming(p)
				answering(p.ServerAnswers, func(q *events.OpenTicket) events.Answer { return q.None() })
			},
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionSignatureAlgorithms) }),
		},
		{
			sentence: "a ServerHello has no key_share", refusal: "missing_extension", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionKeyShare) }),
		},
		// covers 8446/4.3.2/4
		{
			sentence: "a CertificateRequest says nothing of signatures", refusal: "missing_extension", by: events.Client,
			pair: func(p *testkit.Pair) { p.Server.ClientAuth = engine.RequestClientCert },
			forge: serverSays(func(m *messages.CertificateRequest13) {
				m.Extensions.List = []messages.Extension{{Type: 0x7a7a}}
			}),
		},
	}
}
