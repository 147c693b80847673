package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// taking has both ends tell by record_size_limit that they take size bytes.
func taking(size int) func(*testkit.Pair) {
	return func(p *testkit.Pair) { p.Client.RecordSizeLimit, p.Server.RecordSizeLimit = size, size }
}

// asking has the client ask for a max_fragment_length.
func asking(length int) func(*testkit.Pair) {
	return func(p *testkit.Pair) { p.Client.MaxFragmentLength = length }
}

// allOf sets a pair up in several ways.
func allOf(sets ...func(*testkit.Pair)) func(*testkit.Pair) {
	return func(p *testkit.Pair) {
		for _, set := range sets {
			set(p)
		}
	}
}

// oneRecord has the forger send so much data in one record.
func oneRecord(size int) func(*forge.Wire) {
	return func(w *forge.Wire) { w.Record(record.ApplicationData, make([]byte, size)) }
}

// limitOffences are those against limits of records.
func limitOffences() []offence {
	return slices.Concat(agreementOffences(), sizeOffences(), legacySizeOffences())
}

// agreementOffences are those in agreeing on limits.
func agreementOffences() []offence {
	offers := func(body messages.ExtensionBody) func(*forge.Link) {
		return clientSays(func(m *messages.ClientHello) { forge.Set(&m.Extensions, body) })
	}
	answers := func(body messages.ExtensionBody) func(*forge.Link) {
		return serverSays(func(m *messages.EncryptedExtensions) { forge.Set(&m.Extensions, body) })
	}
	legacyAnswers := func(body messages.ExtensionBody) func(*forge.Link) {
		return serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, body) })
	}
	const unknown = messages.FragmentLength4096 + 1
	return []offence{
		// covers 8449/4/7
		{
			sentence: "a client takes less than 64 bytes in a record", refusal: "record_size_limit_too_small", by: events.Server,
			forge: offers(&messages.RecordSizeLimit{Limit: 63}),
		},
		// covers 8449/4/7
		{
			sentence: "a client of TLS 1.2 takes nothing in a record", refusal: "record_size_limit_too_small", by: events.Server,
			pair: inLegacy, forge: offers(&messages.RecordSizeLimit{}),
		},
		// covers 8449/4/7
		{
			sentence: "a server takes less than 64 bytes in a record", refusal: "record_size_limit_too_small", by: events.Client,
			pair: taking(1000), forge: answers(&messages.RecordSizeLimit{Limit: 63}),
		},
		// covers 8449/4/7
		{
			sentence: "a server of TLS 1.2 takes less than 64 bytes in a record", refusal: "record_size_limit_too_small", by: events.Client,
			pair: allOf(inLegacy, taking(1000)), forge: legacyAnswers(&messages.RecordSizeLimit{Limit: 63}),
		},
		{
			sentence: "a server tells a limit of records that nobody asked for", refusal: "unsolicited_extension", by: events.Client,
			forge: answers(&messages.RecordSizeLimit{Limit: 100}),
		},
		{
			sentence: "a server of TLS 1.3 tells its limit of records in the ServerHello", refusal: "misplaced_extension", by: events.Client,
			pair: taking(1000), forge: legacyAnswers(&messages.RecordSizeLimit{Limit: 100}),
		},
		{
			sentence: "a limit of records has three bytes", refusal: "malformed_extension", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionRecordSizeLimit, Data: []byte{1, 0, 0}})
			}),
		},
		// covers 6066/4/3
		{
			sentence: "a client asks for a fragment length that there is not", refusal: "unknown_fragment_length", by: events.Server,
			forge: offers(&messages.MaxFragmentLength{Code: unknown}),
		},
		// covers 6066/4/3
		{
			sentence: "a client of TLS 1.2 asks for a fragment length of 0", refusal: "unknown_fragment_length", by: events.Server,
			pair: inLegacy, forge: offers(&messages.MaxFragmentLength{}),
		},
		// covers 6066/4/4
		{
			sentence: "a server grants another fragment length", refusal: "fragment_length_not_offered", by: events.Client,
			pair: asking(1024), forge: answers(&messages.MaxFragmentLength{Code: messages.FragmentLength512}),
		},
		// covers 6066/4/4
		{
			sentence: "a server of TLS 1.2 grants another fragment length", refusal: "fragment_length_not_offered", by: events.Client,
			pair: allOf(inLegacy, asking(1024)), forge: legacyAnswers(&messages.MaxFragmentLength{Code: messages.FragmentLength2048}),
		},
		// covers 6066/4/4
		{
			sentence: "a server grants a fragment length that there is not", refusal: "fragment_length_not_offered", by: events.Client,
			pair: asking(1024), forge: answers(&messages.MaxFragmentLength{Code: unknown}),
		},
		{
			sentence: "a server grants a fragment length that nobody asked for", refusal: "unsolicited_extension", by: events.Client,
			forge: answers(&messages.MaxFragmentLength{Code: messages.FragmentLength512}),
		},
		// covers 8449/5/2
		{
			sentence: "a server answers both kinds of limits", refusal: "two_record_limits", by: events.Client,
			pair: allOf(taking(1000), asking(512)), forge: answers(&messages.MaxFragmentLength{Code: messages.FragmentLength512}),
		},
		// covers 8449/5/2
		{
			sentence: "a server of TLS 1.2 answers both kinds of limits", refusal: "two_record_limits", by: events.Client,
			pair:  allOf(inLegacy, taking(1000), asking(512)),
			forge: legacyAnswers(&messages.MaxFragmentLength{Code: messages.FragmentLength512}),
		},
	}
}

// sizeOffences are records of TLS 1.3 that hold more than was agreed on.
func sizeOffences() []offence {
	return []offence{
		// covers 8449/4/5
		{
			sentence: "a record of the server's has a byte more than the client takes", refusal: "record_overflow", by: events.Client,
			pair: taking(500), then: afterwards(events.Server, oneRecord(501)),
		},
		// covers 8449/4/5
		{
			sentence: "a record of the client's has a byte more than the server takes", refusal: "record_overflow", by: events.Server,
			pair: taking(500), then: afterwards(events.Client, oneRecord(501)),
		},
		// covers 8449/4/5
		{
			sentence: "a record has too much padding for the limit", refusal: "record_overflow", by: events.Client,
			pair: taking(500),
			then: afterwards(events.Server, func(w *forge.Wire) { w.Inner(append([]byte("x\x17"), make([]byte, 500)...)) }),
		},
		// covers 8449/4/5
		{
			sentence: "a record is refused by its header where a limit was agreed on", refusal: "record_overflow", by: events.Server,
			pair: taking(500), then: afterwards(events.Client, func(w *forge.Wire) { w.Bytes([]byte{23, 3, 3, 0x02, 0x06}) }),
		},
		// covers 8449/4/5
		{
			sentence: "a record of the handshake has more than the client takes", refusal: "record_overflow", by: events.Client,
			pair: taking(100),
			// The forger puts each message into one record.
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, raw []byte) { w.Raw(raw) }),
		},
		// covers 8449/4/5
		{
			sentence: "the record that agrees to a limit is beyond it", refusal: "record_overflow", by: events.Client,
			pair: taking(500),
			forge: instead(events.Server, messages.TypeEncryptedExtensions, func(w *forge.Wire, raw []byte) {
				inner := append(slices.Clone(raw), byte(record.Handshake))
				w.Inner(append(inner, make([]byte, 500)...))
			}),
		},
		// covers 8449/4/5
		{
			sentence: "early data is passed over and then a record is beyond the limit", refusal: "record_overflow", by: events.Server,
			pair: taking(500),
			forge: func(l *forge.Link) {
				l.On(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) { w.Message(offeringEarlyData(raw)) })
				l.On(events.Client, messages.TypeFinished, func(w *forge.Wire, raw []byte) {
					// Under keys that the server does not have, and beyond its limit.
					w.Bytes(append([]byte{23, 3, 3, 0x04, 0}, make([]byte, 1024)...))
					w.Inner(append(append(slices.Clone(raw), byte(record.Handshake)), make([]byte, 500)...))
				})
			},
		},
		// covers 6066/4/5
		{
			sentence: "a record of the server's is longer than the fragment length", refusal: "record_overflow", by: events.Client,
			pair: asking(512), then: afterwards(events.Server, oneRecord(513)),
		},
		// covers 6066/4/5
		{
			sentence: "a record of the client's is longer than the fragment length", refusal: "record_overflow", by: events.Server,
			pair: asking(512), then: afterwards(events.Client, oneRecord(513)),
		},
	}
}

// legacySizeOffences are those of TLS 1.2.
func legacySizeOffences() []offence {
	return []offence{
		// covers 8449/4/5
		{
			sentence: "a record of a server of TLS 1.2 has a byte more than the client takes", refusal: "record_overflow", by: events.Client,
			pair: allOf(inLegacy, func(p *testkit.Pair) { p.Client.MaxVersion, p.Client.RecordSizeLimit = messages.TLS12, 500 }),
			then: afterwards(events.Server, oneRecord(501)),
		},
		// covers 8449/4/5
		{
			sentence: "a record of a client of TLS 1.2 has a byte more than the server takes", refusal: "record_overflow", by: events.Server,
			pair: allOf(inLegacy, taking(500)), then: afterwards(events.Client, oneRecord(501)),
		},
		// covers 8449/4/5
		{
			sentence: "a client offers both versions and gets two bytes more in TLS 1.2", refusal: "record_overflow", by: events.Client,
			pair: allOf(inLegacy, taking(500)), then: afterwards(events.Server, oneRecord(502)),
		},
		// covers 6066/4/5
		// covers 6066/4/6
		{
			sentence: "a record of TLS 1.2 is longer than the fragment length", refusal: "record_overflow", by: events.Client,
			pair: allOf(inLegacy, asking(512)), then: afterwards(events.Server, oneRecord(513)),
		},
		// covers 6066/4/6
		{
			sentence: "a record of TLS 1.2 says by its header that it is longer than the fragment length", refusal: "record_overflow",
			by: events.Server, pair: allOf(inLegacy, asking(512)),
			then: afterwards(events.Client, func(w *forge.Wire) { w.Bytes([]byte{23, 3, 3, 0x02, 0x19}) }),
		},
		// covers 6066/4/5
		{
			sentence: "a record in clear is longer than the fragment length that the server granted", refusal: "record_overflow", by: events.Client,
			pair: allOf(inLegacy, asking(512)),
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, raw []byte) {
				w.Together(raw, make([]byte, 200))
			}),
		},
		// covers 6066/4/5
		{
			sentence: "a record in clear is longer than the fragment length that the client asked for", refusal: "record_overflow",
			by: events.Server, pair: allOf(withLegacyClientCert, asking(512)),
			forge: instead(events.Client, messages.TypeCertificate, func(w *forge.Wire, raw []byte) {
				w.Together(raw, make([]byte, 200))
			}),
		},
	}
}
