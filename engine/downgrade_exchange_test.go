package engine_test

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

func retryAttacks() []attack {
	retry := func(change func(m *messages.ServerHello)) func(*forge.Link) {
		return func(l *forge.Link) {
			l.On(events.Client, messages.TypeClientHello, func(_ *forge.Wire, raw []byte) {
				hello := forge.Decode[messages.ClientHello](raw)
				m := &messages.ServerHello{
					LegacyVersion: messages.TLS12, Random: messages.HelloRetryRandom(), SessionID: hello.SessionID, CipherSuite: in13,
				}
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS13})
				change(m)
				l.Wire(events.Server).Message(m)
			})
		}
	}
	group := func(id messages.Group) func(m *messages.ServerHello) {
		return func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.KeyShareRetry{Group: id}) }
	}
	cookie := func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.Cookie{Cookie: []byte("cookie")}) }
	return []attack{
		// The client's change_cipher_spec gives the forgery away.
		{
			sentence: "asks for a weaker group in the server's name", by: events.Server, refusal: "bad_change_cipher_spec",
			forge: retry(group(messages.Secp256r1)),
		},
		{
			sentence: "asks for a weaker group in the server's name where there is no compatibility mode", pair: incompatible,
			by: events.Client, refusal: "second_retry", forge: retry(group(messages.Secp256r1)),
		},
		{
			sentence: "asks in the server's name for the group that it would ask for itself", pair: also(retrying, incompatible),
			by: events.Client, refusal: "bad_record_mac", forge: retry(group(messages.Secp256r1)),
		},
		{
			sentence: "asks for a group that nobody has in the server's name", by: events.Client, refusal: "retry_group",
			forge: retry(group(messages.Secp521r1)),
		},
		{
			sentence: "asks for a group that was shared in the server's name", by: events.Client, refusal: "retry_group",
			forge: retry(group(messages.X25519)),
		},
		{
			sentence: "gives the client a cookie in the server's name", pair: incompatible, by: events.Client, refusal: "bad_record_mac",
			forge: retry(cookie),
		},
		{
			sentence: "asks for nothing in the server's name", by: events.Client, refusal: "retry_without_change",
			forge: retry(func(*messages.ServerHello) {}),
		},
		{
			sentence: "changes the group that a retry asks for", pair: retrying, by: events.Client, refusal: "retry_group",
			forge: serverSays(group(messages.X25519)),
		},
		{
			sentence: "changes the suite of a retry", pair: retrying, by: events.Client, refusal: "retry_changed_suite",
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_CHACHA20_POLY1305_SHA256 }),
		},
		{
			sentence: "adds a cookie to a retry", pair: retrying, by: events.Client, refusal: "bad_record_mac",
			forge: serverSays(cookie),
		},
		{
			sentence: "repeats a retry", pair: retrying, by: events.Client, refusal: "second_retry",
			forge: func(l *forge.Link) {
				var first []byte
				l.On(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) { first = raw; w.Raw(raw) })
				l.OnNth(events.Client, messages.TypeClientHello, 2, func(*forge.Wire, []byte) { l.Wire(events.Server).Raw(first) })
			},
		},
		{
			sentence: "leads a retry to TLS 1.2", pair: also(retrying, bothVersions), by: events.Client, refusal: "retry_changed_version",
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Server, 2, func(m *messages.ServerHello) {
					m.Extensions.Remove(messages.ExtensionSupportedVersions)
				})
			},
		},
		{
			sentence: "changes the second hello", pair: retrying, by: events.Server, refusal: "retried_hello_changed",
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.ClientHello) {
					m.CipherSuites = []messages.CipherSuite{in13}
				})
			},
		},
		{
			sentence: "changes both hellos alike", pair: retrying, by: events.Client, refusal: "bad_record_mac",
			forge: func(l *forge.Link) {
				for nth := range 2 {
					forge.ChangeNth(l, events.Client, 1+nth, func(m *messages.ClientHello) {
						m.CipherSuites = []messages.CipherSuite{in13}
					})
				}
			},
		},
	}
}

func exchangeAttacks() []attack {
	exchange := func(change func(m *messages.ServerKeyExchangeECDHE)) func(*forge.Link) { return serverSays(change) }
	return []attack{
		{
			sentence: "replaces the server's share in TLS 1.2", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: exchange(func(m *messages.ServerKeyExchangeECDHE) { m.Params.Public = slices.Repeat([]byte{9}, 32) }),
		},
		{
			sentence: "has the server's share be of another group", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: exchange(func(m *messages.ServerKeyExchangeECDHE) { m.Params.Group = messages.Secp256r1 }),
		},
		{
			sentence: "has the server's share be of a group that nobody has", pair: onlyLegacy, by: events.Client, refusal: "group_not_offered",
			forge: exchange(func(m *messages.ServerKeyExchangeECDHE) { m.Params.Group = messages.Secp521r1 }),
		},
		{
			sentence: "has the server spell a curve out", pair: onlyLegacy, by: events.Client, refusal: "malformed_message",
			forge: instead(events.Server, messages.TypeServerKeyExchange, func(w *forge.Wire, raw []byte) {
				raw = slices.Clone(raw)
				raw[messages.HandshakeHeaderLen] = 1 // explicit_prime
				w.Raw(raw)
			}),
		},
		{
			sentence: "puts a small finite field in the place of a curve", pair: onlyLegacy, by: events.Client, refusal: "malformed_message",
			forge: instead(events.Server, messages.TypeServerKeyExchange, func(w *forge.Wire, _ []byte) {
				w.Message(&messages.ServerKeyExchangeDHE{
					Params: messages.ServerDHParams{P: bytes.Repeat([]byte{0xff}, 64), G: []byte{2}, Public: []byte{2}},
					Scheme: messages.ECDSASecp256r1SHA256, Signature: []byte("none"),
				})
			}),
		},
		{
			sentence: "replaces the client's share in TLS 1.2", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientKeyExchangeECDHE) { m.Public = slices.Repeat([]byte{9}, 32) }),
		},
		{
			sentence: "replaces the client's share by one of small order", pair: onlyLegacy, by: events.Server, refusal: "bad_key_share",
			forge: clientSays(func(m *messages.ClientKeyExchangeECDHE) { m.Public = make([]byte, 32) }),
		},
		{
			sentence: "replaces the server's certificate", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: serverSays(func(m *messages.Certificate12) { m.Chain = testkit.Client(testkit.P256).Chain }),
		},
		{
			sentence: "adds a certificate to the server's chain", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.Certificate12) {
				m.Chain = append(slices.Clone(m.Chain), testkit.Authority().Chain[0])
			}),
		},
		{
			sentence: "replaces the client's certificate", pair: also(onlyLegacy, withClientCert), by: events.Server, refusal: "bad_signature",
			forge: clientSays(func(m *messages.Certificate12) { m.Chain = testkit.Server(testkit.P256).Chain }),
		},
		{
			sentence: "has the client decline", pair: also(onlyLegacy, withClientRequest), by: events.Server, refusal: "unexpected_message",
			forge: clientSays(func(m *messages.Certificate12) { m.Chain = nil }),
		},
		{
			sentence: "has the client decline and prove nothing", pair: also(onlyLegacy, withClientRequest), by: events.Server, refusal: "bad_record_mac",
			forge: together(clientSays(func(m *messages.Certificate12) { m.Chain = nil }),
				dropping(events.Client, messages.TypeCertificateVerify)),
		},
	}
}

// earlierMessages are the messages that an end has sent in clear in an earlier
// connection of a pair.
func earlierMessages(change func(*testkit.Pair), from events.Role) [][]byte {
	pair := small("an earlier connection")
	bothVersions(pair)
	if change != nil {
		change(pair)
	}
	pair.Client.Rand, pair.Server.Rand = testkit.Rand("an earlier client"), testkit.Rand("an earlier server")
	l := forge.NewBlind(pair)
	var all [][]byte
	for kind := range allKinds {
		l.OnEvery(from, kind, func(w *forge.Wire, raw []byte) {
			all = append(all, slices.Clone(raw))
			w.Raw(raw)
		})
	}
	l.Handshake()
	return all
}

// replaying has the messages of an earlier connection arrive in the place of
// an end's own of the same kinds.
func replaying(change func(*testkit.Pair), from events.Role, kinds ...messages.HandshakeType) func(*forge.Link) {
	return func(l *forge.Link) {
		for _, raw := range earlierMessages(change, from) {
			if kind := messages.HandshakeType(raw[0]); slices.Contains(kinds, kind) {
				l.On(from, kind, func(w *forge.Wire, _ []byte) { w.Raw(raw) })
			}
		}
	}
}

func replayAttacks() []attack {
	flight := []messages.HandshakeType{
		messages.TypeServerHello, messages.TypeCertificate, messages.TypeServerKeyExchange, messages.TypeServerHelloDone,
	}
	certified := also(onlyLegacy, withClientCert)
	return []attack{
		{
			sentence: "replays a server's hello", by: events.Client, refusal: "session_id_mismatch",
			forge: replaying(nil, events.Server, messages.TypeServerHello),
		},
		{
			sentence: "replays a server's hello where there is no compatibility mode", by: events.Client, refusal: "bad_record_mac",
			pair:  incompatible,
			forge: replaying(incompatible, events.Server, messages.TypeServerHello),
		},
		{
			sentence: "replays a server's hello of TLS 1.2", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: replaying(onlyLegacy, events.Server, messages.TypeServerHello),
		},
		{
			sentence: "replays a server's key exchange", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: replaying(onlyLegacy, events.Server, messages.TypeServerKeyExchange),
		},
		{
			sentence: "replays a server's flight", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: replaying(onlyLegacy, events.Server, flight...),
		},
		{
			sentence: "replays a server's flight of TLS 1.2 to a client of both versions", by: events.Client, refusal: "bad_signature",
			forge: together(withoutOffer(messages.ExtensionSupportedVersions), replaying(inLegacy, events.Server, flight...)),
		},
		{
			sentence: "replays a client's hello", by: events.Client, refusal: "session_id_mismatch",
			forge: replaying(nil, events.Client, messages.TypeClientHello),
		},
		{
			sentence: "replays a client's hello of TLS 1.2", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: replaying(onlyLegacy, events.Client, messages.TypeClientHello),
		},
		{
			sentence: "replays a client's key exchange", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: replaying(onlyLegacy, events.Client, messages.TypeClientKeyExchange),
		},
		{
			sentence: "replays a client's signature", pair: certified, by: events.Server, refusal: "bad_signature",
			forge: replaying(certified, events.Client, messages.TypeCertificateVerify),
		},
	}
}
