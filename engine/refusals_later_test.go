package engine_test

import (
	"errors"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// later has the client offer to authenticate after the handshake, by a
// certificate that nobody asks for in it.
func later(p *testkit.Pair) {
	p.Client.PostHandshakeAuth, p.ClientAnswers.Identity = true, testkit.Client(testkit.P256)
}

// askedLater has the server ask for it.
func askedLater(l *forge.Link) {
	_ = l.Do(events.Server, requestCertificate)
	l.Run()
}

// inFrontOf sends more in front of a message of an answer.
func inFrontOf(kind messages.HandshakeType, nth int, more func(w *forge.Wire)) func(*forge.Link) {
	return func(l *forge.Link) {
		l.OnNth(events.Client, kind, nth, func(w *forge.Wire, raw []byte) {
			more(w)
			w.Raw(raw)
		})
	}
}

// laterOffences are those against authentication after the handshake.
func laterOffences() []offence {
	certificate := func(context string) func(w *forge.Wire) {
		return func(w *forge.Wire) { w.Message(&messages.Certificate13{Context: []byte(context)}) }
	}
	return []offence{
		// covers 8446/4.2.6/2
		{
			sentence: "a server sends post_handshake_auth", refusal: "misplaced_extension", by: events.Client, pair: later,
			forge: serverSays(func(m *messages.EncryptedExtensions) { forge.Set(&m.Extensions, &messages.PostHandshakeAuth{}) }),
		},
		{
			sentence: "an answer comes without a request", refusal: "unexpected_message", by: events.Server, pair: later,
			then: afterwards(events.Client, certificate("mine")),
		},
		{
			sentence: "an answer comes from a client that does not offer any", refusal: "unexpected_message", by: events.Server,
			then: afterwards(events.Client, certificate("")),
		},
		{
			sentence: "an answer is to another request", refusal: "certificate_context", by: events.Server, pair: later, then: askedLater,
			forge: clientSays(func(m *messages.Certificate13) { m.Context = []byte("another") }),
		},
		{
			sentence: "an answer has something stapled that nobody asked for", refusal: "unsolicited_extension", by: events.Server, pair: later, then: askedLater,
			forge: clientSays(func(m *messages.Certificate13) {
				forge.Set(&m.Entries[0].Extensions, &messages.CertificateStatus{Response: []byte("a response")})
			}),
		},
		{
			sentence: "an answer is signed by another key", refusal: "bad_signature", by: events.Server, pair: later, then: askedLater,
			forge: clientSays(func(m *messages.CertificateVerify) { m.Signature[len(m.Signature)-1] ^= 1 }),
		},
		{
			sentence: "the Finished of an answer is changed", refusal: "bad_finished", by: events.Server, pair: later, then: askedLater,
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.Finished) { m.VerifyData[0] ^= 1 })
			},
		},
		{
			sentence: "a request is changed on its way", refusal: "bad_signature", by: events.Server, pair: later, then: askedLater,
			forge: serverSays(func(m *messages.CertificateRequest13) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
			}),
		},
		// covers 8446/4.6.2/4
		{
			sentence: "a key update comes in an answer", refusal: "unexpected_message", by: events.Server, pair: later, then: askedLater,
			forge: inFrontOf(messages.TypeCertificateVerify, 1, func(w *forge.Wire) { w.Message(&messages.KeyUpdate{}) }),
		},
		{
			sentence: "a Finished comes without a CertificateVerify", refusal: "unexpected_message", by: events.Server, pair: later, then: askedLater,
			forge: func(l *forge.Link) { l.On(events.Client, messages.TypeCertificateVerify, func(*forge.Wire, []byte) {}) },
		},
		{
			sentence: "data comes in an answer", refusal: "unexpected_data", by: events.Server, pair: later, then: askedLater,
			forge: inFrontOf(messages.TypeFinished, 2, func(w *forge.Wire) { w.Record(record.ApplicationData, []byte("data")) }),
		},
		{
			sentence: "a request does not say which signatures are accepted", refusal: "missing_extension", by: events.Client, pair: later, then: askedLater,
			forge: serverSays(func(m *messages.CertificateRequest13) {
				m.Extensions.Remove(messages.ExtensionSignatureAlgorithms)
				forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
			}),
		},
		{
			sentence: "requests come without data between them", refusal: "too_many_requests", by: events.Client,
			pair: func(p *testkit.Pair) { p.Client.PostHandshakeAuth = true },
			then: func(l *forge.Link) {
				for range 33 {
					if l.Client.Err == nil {
						askedLater(l)
					}
				}
			},
		},
		{
			sentence: "a client's later certificate is not trusted", refusal: "peer_rejected", by: events.Server, alert: messages.AlertBadCertificate,
			pair: func(p *testkit.Pair) {
				later(p)
				answering(p.ServerAnswers, func(q *events.VerifyPeer) events.Answer {
					return q.Reject(messages.AlertBadCertificate, errors.New("not this one"))
				})
			},
			then: askedLater,
		},
		{
			sentence: "a later certificate cannot sign what is asked for", refusal: "no_mutual_scheme", by: events.Client,
			pair: func(p *testkit.Pair) {
				later(p)
				p.ClientAnswers.Identity = testkit.Client(testkit.Ed25519)
				p.Server.Schemes = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}
			},
			then: askedLater,
		},
		{
			sentence: "the entropy for a request is missing", refusal: "entropy_failed", by: events.Server, pair: later,
			then: func(l *forge.Link) {
				l.Server.Engine = l.Server.Engine.ForkWith(&failingReader{})
				askedLater(l)
			},
		},
	}
}

// failingReader has nothing to give.
type failingReader struct{}

func (*failingReader) Read([]byte) (int, error) { return 0, engine.ErrNotReady }
