package engine_test

import (
	"bytes"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// starting has the client begin, and write early data if there is some.
func starting(data string) func(l *forge.Link) {
	return func(l *forge.Link) {
		_ = l.Do(events.Client, (*engine.Engine).Start)
		if data != "" {
			_ = l.Do(events.Client, writeEarly(data))
		}
	}
}

// inEarly is a pair with early data, of which the client's session may be changed.
func inEarly(change func(s *events.Session), configure ...func(p *testkit.Pair)) func(p *testkit.Pair) {
	return func(p *testkit.Pair) {
		*p = *early(configure...)
		session := *p.Client.Session
		if change != nil {
			change(&session)
		}
		p.Client.Session = &session
	}
}

// earlyOffences are those of early data and of external keys.
func earlyOffences() []offence {
	more := func(s *events.Session) { s.MaxEarlyData = 2 * maxEarly }
	alpn := func(protocols ...string) func(p *testkit.Pair) {
		return func(p *testkit.Pair) { p.Client.ALPN, p.Server.ALPN = protocols, protocols }
	}
	both := func(changes ...func(*forge.Link)) func(*forge.Link) {
		return func(l *forge.Link) {
			for _, change := range changes {
				change(l)
			}
		}
	}
	accepting := serverSays(func(m *messages.EncryptedExtensions) { forge.Set(&m.Extensions, &messages.EarlyDataAck{}) })
	return []offence{
		{
			sentence: "a client says something in early_data", refusal: "malformed_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionEarlyData, Data: []byte{1, 2, 3}})
			}),
		},
		// covers 8446/D.3/1
		{
			sentence: "a server takes TLS 1.2 where early data is under way", refusal: "early_data_mismatch", by: events.Client, unheard: true,
			pair: inEarly(nil, func(p *testkit.Pair) { p.Client.MinVersion = messages.TLS12 }),
			forge: both(starting("early"), serverSays(func(m *messages.ServerHello) {
				m.Extensions.Remove(messages.ExtensionSupportedVersions)
				m.CipherSuite = messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
			})),
		},
		{
			sentence: "a client writes more early data than its ticket allows", refusal: "too_much_early_data", by: events.Server,
			pair: inEarly(more), forge: starting(string(bytes.Repeat([]byte{1}, maxEarly+1))),
		},
		// covers 8446/4.2.10/12
		{
			sentence: "a server takes early data and another application protocol", refusal: "early_data_mismatch", by: events.Client, unheard: true, // it is under keys that the server does not have
			pair: inEarly(nil, alpn("h2", "http/1.1"), func(p *testkit.Pair) { p.ServerAnswers.RejectEarly = true }),
			forge: both(starting("early"), serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.ALPNChoice{Protocol: []byte("http/1.1")})
				forge.Set(&m.Extensions, &messages.EarlyDataAck{})
			})),
		},
		// covers 8446/4.2.11/8
		// covers 8446/4.2.11/9
		{
			sentence: "a server takes early data and not its key", refusal: "early_data_mismatch", by: events.Client, unheard: true, // it is under keys that the server does not have
			pair:  inEarly(nil, func(p *testkit.Pair) { p.ServerAnswers.Override = notOpening }),
			forge: both(starting("early"), accepting),
		},
		{
			sentence: "a server takes early data that was not offered", refusal: "unsolicited_extension", by: events.Client,
			pair: inEarly(nil, func(p *testkit.Pair) { p.Client.EarlyData = false }), forge: accepting,
		},
		{
			sentence: "early data does not end before the Finished", refusal: "unexpected_message", by: events.Server, pair: inEarly(nil),
			forge: both(starting("early"), func(l *forge.Link) {
				l.On(events.Client, messages.TypeEndOfEarlyData, func(w *forge.Wire, _ []byte) { w.Message(&messages.Finished{VerifyData: make([]byte, 32)}) })
			}),
		},
		{
			sentence: "early data ends where there is none", refusal: "unexpected_message", by: events.Server,
			forge: instead(events.Client, messages.TypeFinished, func(w *forge.Wire, _ []byte) { w.Message(&messages.EndOfEarlyData{}) }),
		},
		{
			sentence: "early data goes on within the record of its end", refusal: "key_change_in_record", by: events.Server, pair: inEarly(nil),
			forge: both(starting("early"), func(l *forge.Link) {
				l.On(events.Client, messages.TypeEndOfEarlyData, func(w *forge.Wire, raw []byte) {
					w.Record(record.Handshake, append(bytes.Clone(raw), 20))
				})
			}),
		},
		{
			sentence: "a server agrees on a key where a client has keys alone", refusal: "psk_mode_not_offered", by: events.Client,
			pair: func(p *testkit.Pair) {
				*p = *keyed("offence")
				p.Client.PSKModes, p.Server.PSKModes = engine.PSKWithoutAgreement, engine.PSKEither
			},
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.KeyShareChoice{Share: messages.KeyShareEntry{Group: messages.X25519, KeyExchange: make([]byte, 32)}})
			}),
		},
		{
			sentence: "a server leaves its share out where a client wants one", refusal: "missing_extension", by: events.Client,
			pair:  func(p *testkit.Pair) { *p = *keyed("offence") },
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionKeyShare) }),
		},
		{
			sentence: "the binder of an external key is wrong", refusal: "bad_binder", by: events.Server,
			pair: func(p *testkit.Pair) {
				*p = *keyed("offence")
				p.ServerAnswers.PSK = []byte("another")
			},
		},
		{
			sentence: "an answer brings a key for no identity", refusal: "bad_answer", by: events.Server,
			pair: func(p *testkit.Pair) {
				*p = *keyed("offence")
				p.ServerAnswers.Override = func(q events.Question) events.Answer {
					if choose, ok := q.(*events.ChoosePSK); ok {
						return choose.Reply(len(choose.Identities), []byte("key"))
					}
					return nil
				}
			},
		},
		{
			sentence: "an answer offers a key without an identity", refusal: "bad_answer", by: events.Client,
			pair: func(p *testkit.Pair) {
				*p = *keyed("offence")
				p.ClientAnswers.Override = func(q events.Question) events.Answer {
					if offer, ok := q.(*events.OfferPSKs); ok {
						return offer.Reply(&events.PSK{Key: []byte("key")})
					}
					return nil
				}
			},
		},
	}
}

// notOpening has no ticket open.
func notOpening(q events.Question) events.Answer {
	if open, ok := q.(*events.OpenTicket); ok {
		return open.None()
	}
	return nil
}
