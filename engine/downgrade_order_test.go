package engine_test

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// dropping keeps messages from arriving.
func dropping(from events.Role, kinds ...messages.HandshakeType) func(*forge.Link) {
	return func(l *forge.Link) {
		for _, kind := range kinds {
			l.On(from, kind, func(*forge.Wire, []byte) {})
		}
	}
}

// before writes something before a message arrives.
func before(from events.Role, kind messages.HandshakeType, write func(w *forge.Wire)) func(*forge.Link) {
	return instead(from, kind, func(w *forge.Wire, raw []byte) {
		write(w)
		w.Raw(raw)
	})
}

// droppingCCS keeps change_cipher_spec of an end from arriving.
func droppingCCS(from events.Role) func(*forge.Link) {
	return func(l *forge.Link) {
		l.Tap(func(w *forge.Wire, header record.Header, _ []byte) bool {
			return w.Sender() == from && header.Type == record.ChangeCipherSpec
		})
	}
}

func writeCCS(w *forge.Wire) { w.Plain(record.ChangeCipherSpec, []byte{1}) }

// orderAttacks leave messages out, put others in and change their order.
func orderAttacks() []attack {
	certified := also(onlyLegacy, withClientCert)
	finished := func(w *forge.Wire) { w.Message(&messages.Finished{VerifyData: make([]byte, 12)}) }
	return []attack{
		{
			sentence: "leaves the server's certificate out", pair: onlyLegacy, by: events.Client, refusal: "unexpected_message",
			forge: dropping(events.Server, messages.TypeCertificate),
		},
		{
			sentence: "leaves the server's key exchange out", pair: onlyLegacy, by: events.Client, refusal: "unexpected_message",
			forge: dropping(events.Server, messages.TypeServerKeyExchange),
		},
		{
			sentence: "leaves the server's certificate and key exchange out", pair: onlyLegacy, by: events.Client, refusal: "unexpected_message",
			forge: dropping(events.Server, messages.TypeCertificate, messages.TypeServerKeyExchange),
		},
		{
			sentence: "leaves the server's request out", pair: certified, by: events.Server, refusal: "unexpected_message",
			forge: dropping(events.Server, messages.TypeCertificateRequest),
		},
		{
			sentence: "leaves a request out that the client may decline", pair: also(onlyLegacy, withClientRequest),
			by: events.Server, refusal: "unexpected_message", forge: dropping(events.Server, messages.TypeCertificateRequest),
		},
		{
			sentence: "requests a certificate in the server's name", pair: onlyLegacy, by: events.Server, refusal: "unexpected_message",
			forge: before(events.Server, messages.TypeServerHelloDone, func(w *forge.Wire) {
				w.Message(&messages.CertificateRequest12{
					Types:   []messages.ClientCertificateType{messages.ClientCertificateECDSASign},
					Schemes: []messages.SignatureScheme{messages.ECDSASecp256r1SHA256},
				})
			}),
		},
		{
			sentence: "leaves the end of the server's flight out", pair: onlyLegacy, by: events.Client, refusal: "truncated",
			forge: dropping(events.Server, messages.TypeServerHelloDone),
		},
		{
			sentence: "leaves the client's certificate out", pair: certified, by: events.Server, refusal: "unexpected_message",
			forge: dropping(events.Client, messages.TypeCertificate),
		},
		{
			sentence: "leaves the client's key exchange out", pair: onlyLegacy, by: events.Server, refusal: "bad_change_cipher_spec",
			forge: dropping(events.Client, messages.TypeClientKeyExchange),
		},
		{
			sentence: "leaves the client's signature out", pair: certified, by: events.Server, refusal: "bad_change_cipher_spec",
			forge: dropping(events.Client, messages.TypeCertificateVerify),
		},
		{
			sentence: "leaves the client's certificate and signature out", pair: certified, by: events.Server, refusal: "unexpected_message",
			forge: dropping(events.Client, messages.TypeCertificate, messages.TypeCertificateVerify),
		},
		{
			sentence: "leaves the ticket out", pair: onlyLegacy, by: events.Client, refusal: "bad_change_cipher_spec", late: true,
			forge: dropping(events.Server, messages.TypeNewSessionTicket),
		},
		{
			sentence: "replaces the ticket", pair: onlyLegacy, by: events.Client, refusal: "bad_finished", late: true,
			forge: serverSays(func(m *messages.NewSessionTicket12) { m.Ticket = []byte("another") }),
		},
		{
			sentence: "repeats the server's key exchange", pair: onlyLegacy, by: events.Client, refusal: "unexpected_message",
			forge: instead(events.Server, messages.TypeServerKeyExchange, func(w *forge.Wire, raw []byte) { w.Raw(raw, raw) }),
		},
		{
			sentence: "puts the server's key exchange before its certificate", pair: onlyLegacy, by: events.Client, refusal: "unexpected_message",
			forge: func(l *forge.Link) {
				var certificate []byte
				l.On(events.Server, messages.TypeCertificate, func(_ *forge.Wire, raw []byte) { certificate = raw })
				l.On(events.Server, messages.TypeServerKeyExchange, func(w *forge.Wire, raw []byte) { w.Raw(raw, certificate) })
			},
		},
		{
			sentence: "says Finished in the server's name after its hello", pair: onlyLegacy, by: events.Client, refusal: "unexpected_message",
			forge: before(events.Server, messages.TypeCertificate, finished),
		},
		{
			sentence: "changes keys and says Finished in the server's name, as SKIP does", pair: onlyLegacy,
			by: events.Client, refusal: "bad_change_cipher_spec",
			forge: before(events.Server, messages.TypeCertificate, func(w *forge.Wire) {
				writeCCS(w)
				finished(w)
			}),
		},
		{
			sentence: "says Finished in the server's name before the client has", pair: onlyLegacy, by: events.Client, refusal: "unexpected_message",
			forge: instead(events.Server, messages.TypeServerHelloDone, func(w *forge.Wire, _ []byte) { finished(w) }),
		},
		{
			sentence: "says Finished in the client's name", pair: onlyLegacy, by: events.Server, refusal: "unexpected_message",
			forge: before(events.Client, messages.TypeClientKeyExchange, finished),
		},
		{
			sentence: "says Finished in the server's name in TLS 1.3", by: events.Client, refusal: "unprotected_record",
			forge: instead(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
				w.Raw(raw)
				finished(w)
			}),
		},
		// It is in no transcript, and passed over (RFC 5246, Section 7.4.1.1).
		{
			sentence: "asks for a renegotiation in the midst of the handshake", pair: onlyLegacy,
			forge: before(events.Server, messages.TypeCertificate, func(w *forge.Wire) { w.Message(&messages.HelloRequest{}) }),
		},
		{
			sentence: "repeats the client's hello", pair: onlyLegacy, by: events.Server, refusal: "unexpected_message",
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) { w.Raw(raw, raw) }),
		},
	}
}

// recordAttacks are of records that hold no messages, or hold them otherwise.
func recordAttacks() []attack {
	flipped := func(from events.Role) func(*forge.Link) {
		return func(l *forge.Link) {
			l.Tap(func(w *forge.Wire, header record.Header, raw []byte) bool {
				if w.Sender() != from || header.Type != record.ApplicationData && !l.End(from).Protects() {
					return false
				}
				raw[len(raw)-1] ^= 1
				return false
			})
		}
	}
	split := func(l *forge.Link) {
		for _, from := range []events.Role{events.Client, events.Server} {
			for kind := range allKinds {
				l.OnEvery(from, kind, func(w *forge.Wire, raw []byte) {
					for _, b := range raw {
						w.Plain(record.Handshake, []byte{b})
					}
				})
			}
		}
	}
	return []attack{
		// CVE-2014-0224.
		{
			sentence: "changes the client's keys before there are any", pair: onlyLegacy, by: events.Client, refusal: "bad_change_cipher_spec",
			forge: before(events.Server, messages.TypeCertificate, writeCCS),
		},
		{
			sentence: "changes the client's keys before its flight", pair: onlyLegacy, by: events.Client, refusal: "bad_change_cipher_spec",
			forge: before(events.Server, messages.TypeServerHelloDone, writeCCS),
		},
		{
			sentence: "changes the server's keys before there are any", pair: onlyLegacy, by: events.Server, refusal: "bad_change_cipher_spec",
			forge: before(events.Client, messages.TypeClientKeyExchange, writeCCS),
		},
		{
			sentence: "changes the server's keys before all else", pair: onlyLegacy, by: events.Server, refusal: "bad_change_cipher_spec",
			forge: before(events.Client, messages.TypeClientHello, writeCCS),
		},
		{
			sentence: "changes keys before all else in TLS 1.3", by: events.Server, refusal: "bad_change_cipher_spec",
			forge: before(events.Client, messages.TypeClientHello, writeCCS),
		},
		// covers 8446/5/2
		{
			sentence: "puts change_cipher_spec into a handshake of TLS 1.3, where it means nothing",
			forge: instead(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
				w.Raw(raw)
				writeCCS(w)
			}),
		},
		{
			sentence: "takes change_cipher_spec out of a handshake of TLS 1.3, where it means nothing",
			forge:    together(droppingCCS(events.Client), droppingCCS(events.Server)),
		},
		{
			sentence: "leaves the client's change_cipher_spec out", pair: onlyLegacy, by: events.Server,
			refusal: "unexpected_message,message_too_large,malformed_message,key_change_in_record", forge: droppingCCS(events.Client),
		},
		{
			sentence: "leaves the server's change_cipher_spec out", pair: onlyLegacy, by: events.Client, late: true,
			refusal: "unexpected_message,message_too_large,malformed_message,key_change_in_record", forge: droppingCCS(events.Server),
		},
		{
			sentence: "changes a bit of the client's Finished", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac", forge: flipped(events.Client),
		},
		{
			sentence: "changes a bit of the server's Finished", pair: onlyLegacy, by: events.Client, refusal: "bad_record_mac", late: true,
			forge: flipped(events.Server),
		},
		{
			sentence: "changes a bit of the server's flight of TLS 1.3", by: events.Client, refusal: "bad_record_mac", forge: flipped(events.Server),
		},
		{
			sentence: "changes a bit of the client's Finished of TLS 1.3", by: events.Server, refusal: "bad_record_mac", late: true,
			forge: flipped(events.Client),
		},
		{
			sentence: "sends data in the server's name", pair: onlyLegacy, by: events.Client, refusal: "unexpected_data",
			forge: before(events.Server, messages.TypeCertificate, func(w *forge.Wire) { w.Plain(record.ApplicationData, []byte("data")) }),
		},
		{
			sentence: "sends data in the client's name", pair: onlyLegacy, by: events.Server, refusal: "unexpected_data",
			forge: before(events.Client, messages.TypeClientKeyExchange, func(w *forge.Wire) { w.Plain(record.ApplicationData, []byte("data")) }),
		},
		{
			sentence: "gives up in the server's name", pair: onlyLegacy, by: events.Client, refusal: "peer_alert", alert: messages.AlertHandshakeFailure,
			forge: before(events.Server, messages.TypeCertificate, func(w *forge.Wire) {
				w.Alert(messages.LevelFatal, messages.AlertHandshakeFailure)
			}),
		},
		{
			sentence: "gives up in the client's name, as who wants a fallback does", by: events.Server, refusal: "peer_alert",
			alert: messages.AlertProtocolVersion,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				w.Alert(messages.LevelFatal, messages.AlertProtocolVersion)
			}),
		},
		{
			sentence: "closes in the server's name", pair: onlyLegacy, by: events.Client, refusal: "peer_alert",
			forge: before(events.Server, messages.TypeCertificate, func(w *forge.Wire) {
				w.Alert(messages.LevelWarning, messages.AlertCloseNotify)
			}),
		},
		{
			sentence: "warns of nothing in the server's name", pair: onlyLegacy,
			forge: before(events.Server, messages.TypeCertificate, func(w *forge.Wire) {
				w.Alert(messages.LevelWarning, messages.AlertUserCanceled)
			}),
		},
		// RFC 5246, Section 6.2.1: boundaries of records mean nothing.
		{sentence: "cuts every message into records of a byte", pair: also(onlyLegacy, withClientCert), forge: split},
		{sentence: "cuts every message in clear of TLS 1.3 into records of a byte", pair: withClientCert, forge: split},
	}
}
