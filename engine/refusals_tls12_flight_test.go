package engine_test

import (
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// exchanging changes the server's key exchange, and has it signed anew.
func exchanging(change func(m *messages.ServerKeyExchangeECDHE)) func(*forge.Link) {
	return func(l *forge.Link) {
		forge.Change(l, events.Server, func(m *messages.ServerKeyExchangeECDHE) {
			change(m)
			l.SignExchange(m)
		})
	}
}

// legacyServerOffences are those of the server's flight.
func legacyServerOffences() []offence {
	return []offence{
		{
			sentence: "a server's Certificate of TLS 1.2 is empty", refusal: "empty_server_certificate", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.Certificate12) { m.Chain = nil }),
		},
		// covers 5246/7.4/1
		// covers 5246/7.4.2/1
		{
			sentence: "a server of TLS 1.2 leaves its Certificate out", refusal: "unexpected_message", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeCertificate, func(*forge.Wire, []byte) {}),
		},
		{
			sentence: "a server of TLS 1.2 leaves its key share out", refusal: "unexpected_message", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeServerKeyExchange, func(*forge.Wire, []byte) {}),
		},
		// covers 6066/8/4
		{
			sentence: "a CertificateStatus comes that was not announced", refusal: "unexpected_message", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeServerKeyExchange, func(w *forge.Wire, _ []byte) {
				w.Message(&messages.CertificateStatus12{StatusType: messages.StatusTypeOCSP, Responses: [][]byte{{1}}})
			}),
		},
		// covers 5077/3.3/2
		{
			sentence: "a NewSessionTicket comes that was not announced", refusal: "unexpected_message", by: events.Client,
			pair: func(p *testkit.Pair) {
				inLegacy(p)
				p.Server.NoTickets = true
			},
			forge: instead(events.Server, messages.TypeFinished, func(w *forge.Wire, _ []byte) {
				w.Message(&messages.NewSessionTicket12{Ticket: []byte("t")})
			}),
		},
		// covers 5246/7.4.2/2
		// covers 5246/7.4.2/6
		// covers 8422/2.2/1
		{
			sentence: "the suite wants another kind of key than the server's", refusal: "key_for_other_suite", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 }),
		},
		{
			sentence: "the suite wants another kind of key, and the signature is by a scheme of neither", refusal: "key_for_other_suite", by: events.Client, pair: inLegacy,
			forge: func(l *forge.Link) {
				serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 })(l)
				serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Scheme = messages.MLDSA44 })(l)
			},
		},
		// covers 8422/5.3/3
		// covers 5246/7.4.2/13
		{
			sentence: "a server's key is on a curve that was not offered", refusal: "key_on_other_curve", by: events.Client,
			pair: func(p *testkit.Pair) {
				inLegacy(p)
				p.Client.Groups = []messages.Group{messages.X25519}
			},
		},
		// covers 5246/7.4.3/2
		{
			sentence: "a server of TLS 1.2 signs by SHA-1", refusal: "scheme_not_offered", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Scheme = messages.ECDSASHA1 }),
		},
		// covers 5246/7.4.3/4
		{
			sentence: "a server of TLS 1.2 signs by a scheme of another kind of key", refusal: "scheme_for_other_key", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Scheme = messages.RSAPSSRSAESHA256 }),
		},
		{
			sentence: "a server's signature of its key share is changed", refusal: "bad_signature", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Signature[len(m.Signature)-1] ^= 1 }),
		},
		{
			sentence: "a server's key share is replaced", refusal: "bad_signature", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Params.Public[0] ^= 1 }),
		},
		{
			sentence: "a server of TLS 1.2 chooses a group that was not offered", refusal: "group_not_offered", by: events.Client, pair: inLegacy,
			forge: exchanging(func(m *messages.ServerKeyExchangeECDHE) { m.Params.Group = messages.Secp521r1 }),
		},
		// covers 8422/5.11/3
		// covers 8422/5.10/2
		{
			sentence: "a server's key share of TLS 1.2 gives a shared secret of zeros", refusal: "bad_key_share", by: events.Client, pair: inLegacy,
			forge: exchanging(func(m *messages.ServerKeyExchangeECDHE) { m.Params.Public = make([]byte, 32) }),
		},
		// covers 8422/5.11/1
		// covers 8422/5.11/2
		{
			sentence: "a server's key share of TLS 1.2 is no point of the curve", refusal: "bad_key_share", by: events.Client, pair: inLegacy,
			forge: exchanging(func(m *messages.ServerKeyExchangeECDHE) {
				m.Params.Group = messages.Secp256r1
				m.Params.Public = append([]byte{4}, make([]byte, 64)...)
			}),
		},
		{
			sentence: "a record goes on after the ServerHelloDone", refusal: "key_change_in_record", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeServerHelloDone, func(w *forge.Wire, raw []byte) { w.Together(raw, raw) }),
		},
		{
			sentence: "a server's Finished of TLS 1.2 is changed", refusal: "bad_finished", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.Finished) { m.VerifyData[0] ^= 1 }),
		},
		// covers 5746/4.2/1
		{
			sentence: "a server keeps asking for a renegotiation", refusal: "too_many_renegotiations", by: events.Client, pair: inLegacy,
			then: afterwards(events.Server, func(w *forge.Wire) {
				for range 5 {
					w.Message(&messages.HelloRequest{})
				}
			}),
		},
	}
}

// legacyClientOffences are those of the client's flight.
func legacyClientOffences() []offence {
	share := func(change func(m *messages.ClientKeyExchangeECDHE)) func(*forge.Link) { return clientSays(change) }
	return []offence{
		// covers 5246/7.3/2
		// covers 5246/7.4.7/1
		{
			sentence: "a client leaves its Certificate out", refusal: "unexpected_message", by: events.Server, pair: withLegacyClientCert,
			forge: instead(events.Client, messages.TypeCertificate, func(*forge.Wire, []byte) {}),
		},
		// covers 5246/7.4.8/1
		{
			sentence: "a client leaves its signature out", refusal: "bad_change_cipher_spec", by: events.Server, pair: withLegacyClientCert,
			forge: instead(events.Client, messages.TypeCertificateVerify, func(*forge.Wire, []byte) {}),
		},
		{
			sentence: "a client of TLS 1.2 declines where a certificate is required", refusal: "certificate_required", by: events.Server,
			alert: messages.AlertHandshakeFailure,
			pair: func(p *testkit.Pair) {
				inLegacy(p)
				p.Server.ClientAuth = engine.RequireClientCert
			},
		},
		// covers 5246/7.4.6/6
		{
			sentence: "a client's key is on a curve that the server does not have", refusal: "key_on_other_curve", by: events.Server,
			pair: func(p *testkit.Pair) {
				withLegacyClientCert(p)
				p.ClientAnswers.Identity = testkit.Client(testkit.P384)
			},
		},
		// covers 5246/7.4.8/2
		{
			sentence: "a client of TLS 1.2 signs by a scheme that was not asked for", refusal: "scheme_not_offered", by: events.Server,
			pair:  withLegacyClientCert,
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.ECDSASHA1 }),
		},
		// covers 5246/7.4.8/3
		{
			sentence: "a client of TLS 1.2 signs by a scheme of another kind of key", refusal: "scheme_for_other_key", by: events.Server,
			pair:  withLegacyClientCert,
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.RSAPSSRSAESHA256 }),
		},
		{
			sentence: "a client's signature of TLS 1.2 is changed", refusal: "bad_signature", by: events.Server, pair: withLegacyClientCert,
			forge: clientSays(func(m *messages.CertificateVerify) { m.Signature[len(m.Signature)-1] ^= 1 }),
		},
		// covers 8422/5.10/2
		{
			sentence: "a client's key share of TLS 1.2 gives a shared secret of zeros", refusal: "bad_key_share", by: events.Server, pair: inLegacy,
			forge: share(func(m *messages.ClientKeyExchangeECDHE) { m.Public = make([]byte, 32) }),
		},
		{
			sentence: "a client's key share of TLS 1.2 is short", refusal: "bad_key_share", by: events.Server, pair: inLegacy,
			forge: share(func(m *messages.ClientKeyExchangeECDHE) { m.Public = m.Public[:31] }),
		},
		// covers 5246/7.4.9/1
		{
			sentence: "a client's Finished of TLS 1.2 is changed", refusal: "bad_finished", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.Finished) { m.VerifyData[0] ^= 1 }),
		},
		{
			sentence: "a client's Finished of TLS 1.2 is short", refusal: "bad_finished", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.Finished) { m.VerifyData = m.VerifyData[:11] }),
		},
		// covers 5246/7.1/2
		{
			sentence: "a client leaves its ChangeCipherSpec out", refusal: "unexpected_message", by: events.Server, pair: inLegacy,
			forge: instead(events.Client, messages.TypeClientKeyExchange, func(w *forge.Wire, raw []byte) {
				w.Raw(raw, forge.Encode(&messages.Finished{VerifyData: make([]byte, 12)}))
			}),
		},
		{
			sentence: "a client keeps asking for a renegotiation", refusal: "too_many_renegotiations", by: events.Server, pair: inLegacy,
			then: afterwards(events.Client, func(w *forge.Wire) {
				hello := &messages.ClientHello{
					LegacyVersion: messages.TLS12, CipherSuites: []messages.CipherSuite{1}, CompressionMethods: []byte{0},
				}
				for range 5 {
					w.Record(record.Handshake, forge.Encode(hello))
				}
			}),
		},
	}
}

// legacyRecordOffences are those of the records of TLS 1.2.
func legacyRecordOffences() []offence {
	return []offence{
		// covers 5246/6.2.1/1
		// covers 5246/6.2.3/1
		{
			sentence: "a record of TLS 1.2 says it is longer than 18432 bytes", refusal: "record_overflow", by: events.Client, pair: inLegacy,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Bytes([]byte{23, 3, 3, 0x48, 0x01}) }),
		},
		{
			sentence: "a record of TLS 1.2 holds 16385 bytes", refusal: "record_overflow", by: events.Server, pair: inLegacy,
			then: afterwards(events.Client, func(w *forge.Wire) {
				w.Record(record.ApplicationData, make([]byte, record.MaxPlaintext+1))
			}),
		},
		// covers 5246/6.2.3.3/3
		// covers 5246/7.2.2/5
		{
			sentence: "a record of TLS 1.2 was changed on the way", refusal: "bad_record_mac", by: events.Client, pair: inLegacy,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Bytes(append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...)) }),
		},
		{
			sentence: "a record of TLS 1.2 has no room for its tag", refusal: "bad_record_mac", by: events.Server, pair: inLegacy,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Bytes([]byte{23, 3, 3, 0, 3, 1, 2, 3}) }),
		},
		{
			sentence: "a record of TLS 1.2 comes in clear", refusal: "bad_record_mac", by: events.Server, pair: inLegacy,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Plain(record.ApplicationData, []byte("in clear, and long enough for all")) }),
		},
		{
			sentence: "a record of TLS 1.2 has the version of another", refusal: "record_version", by: events.Client, pair: inLegacy,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Bytes(append([]byte{23, 3, 1, 0, 32}, make([]byte, 32)...)) }),
		},
		// covers 5246/6/2
		{
			sentence: "a record of TLS 1.2 is of an unknown type", refusal: "unexpected_record", by: events.Server, pair: inLegacy,
			then: afterwards(events.Client, func(w *forge.Wire) { w.Record(record.Heartbeat, []byte{1}) }),
		},
		// covers 5246/7.3/3
		{
			sentence: "data comes before the Finished of a client of TLS 1.2", refusal: "unexpected_data", by: events.Server, pair: inLegacy,
			forge: instead(events.Client, messages.TypeFinished, func(w *forge.Wire, _ []byte) {
				w.Record(record.ApplicationData, []byte("early"))
			}),
		},
		{
			sentence: "data comes before the Finished of a server of TLS 1.2", refusal: "unexpected_data", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeFinished, func(w *forge.Wire, _ []byte) {
				w.Record(record.ApplicationData, []byte("early"))
			}),
		},
		{
			sentence: "data comes in clear in a handshake of TLS 1.2", refusal: "unexpected_data", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, _ []byte) {
				w.Record(record.ApplicationData, []byte("early"))
			}),
		},
		// The keys of a handshake that is not there yet would be none at all.
		{
			sentence: "a client changes its keys before there are any", refusal: "bad_change_cipher_spec", by: events.Server, pair: inLegacy,
			forge: instead(events.Client, messages.TypeClientKeyExchange, func(w *forge.Wire, _ []byte) {
				w.Plain(record.ChangeCipherSpec, []byte{1})
			}),
		},
		{
			sentence: "a server changes its keys before there are any", refusal: "bad_change_cipher_spec", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, _ []byte) {
				w.Plain(record.ChangeCipherSpec, []byte{1})
			}),
		},
		{
			sentence: "a server changes its keys a second time", refusal: "bad_change_cipher_spec", by: events.Client, pair: inLegacy,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Record(record.ChangeCipherSpec, []byte{1}) }),
		},
		{
			sentence: "change_cipher_spec of TLS 1.2 has another value", refusal: "bad_change_cipher_spec", by: events.Server, pair: inLegacy,
			forge: instead(events.Client, messages.TypeClientKeyExchange, func(w *forge.Wire, raw []byte) {
				w.Raw(raw)
				w.Plain(record.ChangeCipherSpec, []byte{2})
			}),
		},
		{
			sentence: "change_cipher_spec of TLS 1.2 comes between the parts of a message", refusal: "interleaved_record", by: events.Server, pair: inLegacy,
			forge: instead(events.Client, messages.TypeClientKeyExchange, func(w *forge.Wire, raw []byte) {
				w.Record(record.Handshake, raw[:10])
				w.Plain(record.ChangeCipherSpec, []byte{1})
			}),
		},
		{
			sentence: "a client changes its keys within a record's messages", refusal: "interleaved_record", by: events.Server, pair: inLegacy,
			forge: instead(events.Client, messages.TypeClientKeyExchange, func(w *forge.Wire, raw []byte) {
				w.Record(record.Handshake, append(append([]byte(nil), raw...), 20, 0, 0))
				w.Plain(record.ChangeCipherSpec, []byte{1})
			}),
		},
		// covers 5246/6.2.1/2
		{
			sentence: "a handshake record of TLS 1.2 is empty", refusal: "empty_record", by: events.Client, pair: inLegacy,
			then: afterwards(events.Server, func(w *forge.Wire) { w.Record(record.Handshake, nil) }),
		},
		{
			sentence: "empty data records of TLS 1.2 come in a row", refusal: "too_many_empty_records", by: events.Server, pair: inLegacy,
			then: afterwards(events.Client, func(w *forge.Wire) {
				for range 33 {
					w.Record(record.ApplicationData, nil)
				}
			}),
		},
		{
			sentence: "warnings of TLS 1.2 come in a row", refusal: "too_many_warnings", by: events.Client, pair: inLegacy,
			then: afterwards(events.Server, func(w *forge.Wire) {
				for range 5 {
					w.Alert(messages.LevelWarning, messages.AlertNoRenegotiation)
				}
			}),
		},
	}
}
