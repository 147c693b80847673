package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// with has a pair agree on one suite of TLS 1.2, whatever it takes.
func with(suite messages.CipherSuite, more ...func(p *testkit.Pair)) func(p *testkit.Pair) {
	return func(p *testkit.Pair) {
		*p = *under(suite)
		for _, configure := range more {
			configure(p)
		}
	}
}

// The suites that stand for the kinds of key exchange.
const (
	dheSuite      = messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256
	rsaSuite      = messages.TLS_RSA_WITH_AES_128_GCM_SHA256
	pskSuite      = messages.TLS_PSK_WITH_AES_128_GCM_SHA256
	ecdhePSKSuite = messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256
)

// finiteFieldOffences are those of DHE.
func finiteFieldOffences() []offence {
	return []offence{
		// covers 7919/3/3
		// covers 7919/3.1/1
		// covers 7919/3.1/2
		{
			sentence: "a server has made a group of its own", refusal: "unknown_finite_field", by: events.Client, pair: with(dheSuite),
			forge: serverSays(func(m *messages.ServerKeyExchangeDHE) { m.Params.P = append([]byte{0xff}, m.Params.P...) }),
		},
		{
			sentence: "a server takes another generator", refusal: "unknown_finite_field", by: events.Client, pair: with(dheSuite),
			forge: serverSays(func(m *messages.ServerKeyExchangeDHE) { m.Params.G = []byte{1} }),
		},
		// covers 7919/3/4
		// covers 7919/5.1/1
		{
			sentence: "a server's share is 1", refusal: "bad_key_share", by: events.Client, alert: messages.AlertHandshakeFailure, pair: with(dheSuite),
			forge: func(l *forge.Link) {
				forge.Change(l, events.Server, func(m *messages.ServerKeyExchangeDHE) {
					m.Params.Public = []byte{1}
					l.SignFiniteField(m)
				})
			},
		},
		{
			sentence: "a server's share is longer than its prime", refusal: "bad_key_share", by: events.Client, alert: messages.AlertHandshakeFailure, pair: with(dheSuite),
			forge: serverSays(func(m *messages.ServerKeyExchangeDHE) { m.Params.Public = append([]byte{1}, m.Params.P...) }),
		},
		// covers 7919/4/6
		// covers 7919/4/7
		{
			sentence: "a client's share is p-1", refusal: "bad_key_share", by: events.Server, alert: messages.AlertHandshakeFailure, pair: with(dheSuite),
			forge: func(l *forge.Link) {
				var p []byte
				forge.Change(l, events.Server, func(m *messages.ServerKeyExchangeDHE) { p = slices.Clone(m.Params.P) })
				forge.Change(l, events.Client, func(m *messages.ClientKeyExchangeDHE) {
					p[len(p)-1]-- // it is odd
					m.Public = p
				})
			},
		},
		{
			sentence: "a client's share is longer than the prime", refusal: "bad_key_share", by: events.Server, alert: messages.AlertHandshakeFailure, pair: with(dheSuite),
			forge: clientSays(func(m *messages.ClientKeyExchangeDHE) { m.Public = append([]byte{1}, m.Public...) }),
		},
		{
			sentence: "a server chooses a finite field that was not offered", refusal: "group_not_offered", by: events.Client,
			pair: with(dheSuite, func(p *testkit.Pair) {
				p.Client.Groups = []messages.Group{messages.X25519, messages.FFDHE3072}
				p.Server.Groups = []messages.Group{messages.X25519, messages.FFDHE2048}
			}),
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.SupportedGroups{Groups: []messages.Group{messages.X25519}})
			}),
		},
		// covers 7919/4/1
		// covers 7919/4/2
		// covers 7919/4/3
		// covers 7919/4/4
		{
			sentence: "a client has other finite fields, and no other suites", refusal: "insufficient_security", by: events.Server,
			pair: with(dheSuite, func(p *testkit.Pair) {
				p.Client.Groups = []messages.Group{messages.X25519, messages.FFDHE3072}
				p.Server.Groups = []messages.Group{messages.X25519, messages.FFDHE2048}
			}),
		},
		// covers 7919/4/5
		{
			sentence: "a client has finite fields, and no suites for them", refusal: "no_mutual_suite", by: events.Server,
			pair: with(dheSuite, func(p *testkit.Pair) {
				p.Client.CipherSuites = []messages.CipherSuite{messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
			}),
		},
		{
			sentence: "a suite of CBC comes without encrypt_then_mac", refusal: "cbc_without_encrypt_then_mac", by: events.Client,
			pair:  with(messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, func(p *testkit.Pair) { p.Client.Profile = engine.Compatible }),
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionEncryptThenMAC) }),
		},
		{
			sentence: "a client has suites of CBC without encrypt_then_mac", refusal: "no_mutual_suite", by: events.Server,
			pair:  with(messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, func(p *testkit.Pair) { p.Server.Profile = engine.Compatible }),
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionEncryptThenMAC) }),
		},
	}
}

// keyTransportOffences are those of RSA key transport. What is wrong with what
// was encrypted is no offence by itself; see
// TestWhatDoesNotDecryptTakesTheStepsOfWhatDoes.
func keyTransportOffences() []offence {
	return []offence{
		{
			sentence: "a server has a key that cannot decrypt", refusal: "key_for_other_suite", by: events.Client,
			pair: with(rsaSuite, func(p *testkit.Pair) {
				p.ClientAnswers.Override = func(q events.Question) events.Answer {
					if verify, ok := q.(*events.VerifyPeer); ok {
						return verify.Accept(testkit.Server(testkit.P256).Key.Public())
					}
					return nil
				}
			}),
		},
		{
			sentence: "a server sends a key share with RSA key transport", refusal: "unexpected_message", by: events.Client, pair: with(rsaSuite),
			forge: instead(events.Server, messages.TypeServerHelloDone, func(w *forge.Wire, _ []byte) {
				w.Message(&messages.ServerKeyExchangePSK{})
			}),
		},
	}
}

// sharedKeyOffences are those of pre-shared keys.
func sharedKeyOffences() []offence {
	without := func(p *testkit.Pair) { p.ServerAnswers.PSK = nil }
	return []offence{
		{sentence: "a client's pre-shared key is unknown", refusal: "unknown_psk", by: events.Server, pair: with(pskSuite, without)},
		{sentence: "a client's pre-shared key is unknown behind ECDHE", refusal: "unknown_psk", by: events.Server, pair: with(ecdhePSKSuite, without)},
		{
			sentence: "a client has no pre-shared key", refusal: "answer_refused", by: events.Client,
			pair: with(pskSuite, func(p *testkit.Pair) { p.ClientAnswers.PSK = nil }),
		},
		{
			sentence: "an answer brings an empty pre-shared key", refusal: "bad_answer", by: events.Client,
			pair: with(pskSuite, func(p *testkit.Pair) { p.ClientAnswers.PSK = []byte{} }),
		},
		{
			sentence: "an answer brings an empty pre-shared key to a server", refusal: "bad_answer", by: events.Server,
			pair: with(pskSuite, func(p *testkit.Pair) { p.ServerAnswers.PSK = []byte{} }),
		},
		{
			sentence: "a server asks for a certificate under a pre-shared key", refusal: "unexpected_message", by: events.Client, pair: with(pskSuite),
			forge: instead(events.Server, messages.TypeServerHelloDone, func(w *forge.Wire, _ []byte) {
				w.Message(&messages.CertificateRequest12{
					Types: []messages.ClientCertificateType{1}, Schemes: []messages.SignatureScheme{messages.Ed25519},
				})
			}),
		},
		{
			sentence: "a server leaves its share out of ECDHE_PSK", refusal: "unexpected_message", by: events.Client, pair: with(ecdhePSKSuite),
			forge: instead(events.Server, messages.TypeServerKeyExchange, func(*forge.Wire, []byte) {}),
		},
		{
			sentence: "a server requires a certificate, and a client has keys alone", refusal: "no_mutual_suite", by: events.Server,
			pair: with(pskSuite, func(p *testkit.Pair) { p.Server.ClientAuth = engine.RequireClientCert }),
		},
	}
}
