package engine_test

import (
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// instead has the forger write something in the place of the first message of
// a kind, which it gets.
func instead(from events.Role, kind messages.HandshakeType, do forge.Hook) func(*forge.Link) {
	return func(l *forge.Link) { l.On(from, kind, do) }
}

// afterwards has the forger write in the name of an end to a connection in use.
func afterwards(from events.Role, do func(w *forge.Wire)) func(*forge.Link) {
	return func(l *forge.Link) { do(l.Wire(from)) }
}

// recordOffences are those of single records.
func recordOffences() []offence {
	return []offence{
		// covers 8446/5.1/12
		// covers 8446/5.1/13
		{
			sentence: "a record in clear says it is longer than 16384 bytes", refusal: "record_overflow", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, _ []byte) {
				w.Bytes([]byte{22, 3, 1, 0x40, 0x01})
			}),
		},
		// covers 8446/5.2/1
		// covers 8446/5.2/2
		// covers 8446/5.2/5
		{
			sentence: "a protected record says it is longer than 16640 bytes", refusal: "record_overflow", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Bytes([]byte{23, 3, 3, 0x41, 0x01}) }),
		},
		// covers 8446/5.4/5
		{
			sentence: "a protected record holds 16385 bytes", refusal: "record_overflow", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) {
				w.Record(record.ApplicationData, make([]byte, record.MaxPlaintext+1))
			}),
		},
		// covers 8446/5.2/3
		{
			sentence: "a record was changed on the way", refusal: "bad_record_mac", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Bytes(append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...)) }),
		},
		{
			sentence: "a protected record has no room for its tag", refusal: "bad_record_mac", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Bytes([]byte{23, 3, 3, 0, 3, 1, 2, 3}) }),
		},
		// covers 8446/5.4/4
		{
			sentence: "a record holds nothing but padding", refusal: "no_content_type", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Inner(make([]byte, 100)) }),
		},
		{
			sentence: "a record holds nothing at all", refusal: "no_content_type", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Inner(nil) }),
		},
		// covers 8446/5/5
		{
			sentence: "a record of an unknown type comes in clear", refusal: "unexpected_record", by: events.Client,
			forge: instead(events.Server, messages.TypeServerHello, func(w *forge.Wire, _ []byte) {
				w.Plain(record.Heartbeat, []byte{1})
			}),
		},
		{
			sentence: "a record of an unknown type is protected", refusal: "unexpected_record", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Record(record.Heartbeat, []byte{1}) }),
		},
		// covers 8446/5/2
		{
			sentence: "a change_cipher_spec record is protected", refusal: "unexpected_record", by: events.Client,
			forge: instead(events.Server, messages.TypeEncryptedExtensions, func(w *forge.Wire, _ []byte) {
				w.Record(record.ChangeCipherSpec, []byte{1})
			}),
		},
		{
			sentence: "a message comes in clear where keys are in use", refusal: "unprotected_record", by: events.Client,
			forge: instead(events.Server, messages.TypeEncryptedExtensions, func(w *forge.Wire, raw []byte) {
				w.Plain(record.Handshake, raw)
			}),
		},
		// covers 8446/2/2
		{
			sentence: "data comes before the server is finished", refusal: "unexpected_data", by: events.Client,
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, _ []byte) {
				w.Record(record.ApplicationData, []byte("early"))
			}),
		},
		{
			sentence: "data comes in clear", refusal: "unexpected_data", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, _ []byte) {
				w.Plain(record.ApplicationData, []byte("GET /"))
			}),
		},
		{
			sentence: "data comes under the keys of the handshake", refusal: "unexpected_data", by: events.Server,
			forge: instead(events.Client, messages.TypeFinished, func(w *forge.Wire, _ []byte) {
				w.Record(record.ApplicationData, []byte("early"))
			}),
		},
		// covers 8446/5.1/2
		// covers 8446/5.1/3
		{
			sentence: "data comes between the parts of a message", refusal: "interleaved_record", by: events.Client,
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, raw []byte) {
				w.Record(record.Handshake, raw[:10])
				w.Record(record.ApplicationData, []byte("data"))
			}),
		},
		{
			sentence: "an alert comes between the parts of a message", refusal: "interleaved_record", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				w.Record(record.Handshake, raw[:10])
				w.Alert(messages.LevelWarning, messages.AlertUserCanceled)
			}),
		},
		{
			sentence: "change_cipher_spec comes between the parts of a message", refusal: "interleaved_record", by: events.Server,
			forge: instead(events.Client, messages.TypeFinished, func(w *forge.Wire, raw []byte) {
				w.Record(record.Handshake, raw[:10])
				w.Plain(record.ChangeCipherSpec, []byte{1})
			}),
		},
		// covers 8446/5.1/7
		{
			sentence: "a handshake record in clear is empty", refusal: "empty_record", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, _ []byte) {
				w.Plain(record.Handshake, nil)
			}),
		},
		// covers 8446/5.4/2
		{
			sentence: "a protected handshake record holds padding alone", refusal: "empty_record", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Inner([]byte{byte(record.Handshake), 0, 0}) }),
		},
		{
			sentence: "an alert record is empty", refusal: "empty_record", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Record(record.Alert, nil) }),
		},
	}
}

// streamOffences are those of the order and number of records.
func streamOffences() []offence {
	return []offence{
		{
			sentence: "empty data records come in a row", refusal: "too_many_empty_records", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) {
				for range 33 {
					w.Record(record.ApplicationData, nil)
				}
			}),
		},
		{
			sentence: "change_cipher_spec records come in a row", refusal: "too_many_empty_records", by: events.Server,
			forge: instead(events.Client, messages.TypeFinished, func(w *forge.Wire, _ []byte) {
				for range 33 {
					w.Plain(record.ChangeCipherSpec, []byte{1})
				}
			}),
		},
		// covers 8446/5/3
		{
			sentence: "change_cipher_spec comes before the ClientHello", refusal: "bad_change_cipher_spec", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, _ []byte) {
				w.Plain(record.ChangeCipherSpec, []byte{1})
			}),
		},
		{
			sentence: "change_cipher_spec comes after the peer's Finished", refusal: "bad_change_cipher_spec", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Plain(record.ChangeCipherSpec, []byte{1}) }),
		},
		{
			sentence: "change_cipher_spec has another value", refusal: "bad_change_cipher_spec", by: events.Client,
			forge: instead(events.Server, messages.TypeEncryptedExtensions, func(w *forge.Wire, _ []byte) {
				w.Plain(record.ChangeCipherSpec, []byte{2})
			}),
		},
		{
			sentence: "change_cipher_spec has two bytes", refusal: "bad_change_cipher_spec", by: events.Client,
			forge: instead(events.Server, messages.TypeEncryptedExtensions, func(w *forge.Wire, _ []byte) {
				w.Plain(record.ChangeCipherSpec, []byte{1, 1})
			}),
		},
		{
			sentence: "the first record is of no TLS", refusal: "record_version", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, _ []byte) { w.Bytes([]byte("GET / HTTP/1.1\r\n")) }),
		},
		// covers 8446/5.1/8
		// covers 8446/5.1/9
		{
			sentence: "two alerts share a record", refusal: "malformed_alert", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Record(record.Alert, []byte{1, 90, 1, 0}) }),
		},
		{
			sentence: "an alert comes in two records", refusal: "malformed_alert", by: events.Server,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Record(record.Alert, []byte{1}) }),
		},
		{
			sentence: "warnings come in a row", refusal: "too_many_warnings", by: events.Client,
			then: afterwards(events.Server, func(w *forge.Wire) {
				for range 5 {
					w.Alert(messages.LevelWarning, messages.AlertUserCanceled)
				}
			}),
		},
		// covers 8446/5.3/2
		{
			sentence: "the sequence numbers for reading are used up", refusal: "sequence_exhausted", by: events.Server,
			then: func(l *forge.Link) {
				l.Server.Engine.ExhaustRead()
				l.Write(events.Client, "one too many")
			},
		},
		{
			sentence: "the sequence numbers for writing are used up", refusal: "sequence_exhausted", by: events.Client, silent: true,
			then: func(l *forge.Link) {
				l.Client.Engine.ExhaustWrite()
				l.Write(events.Client, "one too many")
			},
		},
		{
			sentence: "more early data comes than is passed over", refusal: "too_much_skipped", by: events.Server,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				w.Message(offeringEarlyData(raw))
				for range 3 {
					w.Plain(record.ApplicationData, make([]byte, 8000))
				}
			}),
		},
		{
			sentence: "more early data comes before the second ClientHello than is passed over", refusal: "too_much_skipped", by: events.Server,
			pair: retrying,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				w.Message(offeringEarlyData(raw))
				for range 3 {
					w.Plain(record.ApplicationData, make([]byte, 8000))
				}
			}),
		},
		// covers 8446/6/4
		{
			sentence: "an alert comes that nobody knows", refusal: "peer_alert", by: events.Client, silent: true,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Alert(messages.LevelWarning, 200) }),
		},
		// covers 8446/6/3
		{
			sentence: "a fatal alert comes as a warning", refusal: "peer_alert", by: events.Server, silent: true,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Alert(messages.LevelWarning, messages.AlertDecodeError) }),
		},
		{
			sentence: "close_notify comes before the handshake is complete", refusal: "peer_alert", by: events.Client, silent: true,
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, _ []byte) {
				w.Alert(messages.LevelWarning, messages.AlertCloseNotify)
			}),
		},
		// covers 8446/6.1/4
		{
			sentence: "the transport ends without close_notify", refusal: "truncated", by: events.Client, silent: true,
			then: func(l *forge.Link) { _ = l.Do(events.Client, (*engine.Engine).ReceiveEOF) },
		},
		{
			sentence: "the transport ends within a record", refusal: "truncated", by: events.Client, silent: true,
			pair: func(p *testkit.Pair) {
				p.ServerAnswers.Hold = func(events.Question) bool { return true }
			},
			then: func(l *forge.Link) {
				l.Wire(events.Server).Bytes([]byte{22, 3, 3})
				_ = l.Do(events.Client, (*engine.Engine).ReceiveEOF)
			},
		},
	}
}

func offeringEarlyData(raw []byte) *messages.ClientHello {
	m := forge.Decode[messages.ClientHello](raw)
	forge.AddExtension(&m.Extensions, forge.Body(&messages.EarlyDataOffer{}))
	return m
}
