package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// secondHello changes the ClientHello after a retry.
func secondHello(change func(m *messages.ClientHello)) func(*forge.Link) {
	return func(l *forge.Link) { forge.ChangeNth(l, events.Client, 2, change) }
}

// retryOffences are those of HelloRetryRequest and of the second ClientHello.
func retryOffences() []offence {
	return []offence{
		// covers 8446/4.1.4/5
		{
			sentence: "a server retries twice", refusal: "second_retry", by: events.Client,
			pair: retrying,
			forge: func(l *forge.Link) {
				var first []byte
				l.On(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
					first = raw
					w.Raw(raw)
				})
				l.OnNth(events.Server, messages.TypeServerHello, 1, func(w *forge.Wire, _ []byte) { w.Raw(first) })
			},
		},
		// covers 8446/4.1.4/4
		{
			sentence: "a retry asks for nothing", refusal: "retry_without_change", by: events.Client,
			pair:  retrying,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionKeyShare) }),
		},
		{
			sentence: "a retry brings a cookie that fills a hello", refusal: "cookie_too_large", by: events.Client,
			pair: retrying,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.Cookie{Cookie: make([]byte, 65400)})
			}),
		},
		{
			sentence: "a retry brings a cookie that leaves no room for the keys", refusal: "cookie_too_large", by: events.Client,
			pair: func(p *testkit.Pair) {
				*p = *keyed("large")
				retrying(p)
				p.ClientAnswers.Override = func(q events.Question) events.Answer {
					if offer, ok := q.(*events.OfferPSKs); ok {
						return offer.Reply(&events.PSK{Identity: make([]byte, 40000), Key: []byte("key")})
					}
					return nil
				}
			},
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.Cookie{Cookie: make([]byte, 40000)})
			}),
		},
		// covers 8446/4.2.8/5
		// covers 8446/4.2.8/6
		{
			sentence: "a retry asks for a group that was not offered", refusal: "retry_group", by: events.Client,
			pair: retrying,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.KeyShareRetry{Group: messages.Secp521r1})
			}),
		},
		{
			sentence: "a retry asks for a group that has a share", refusal: "retry_group", by: events.Client,
			pair: retrying,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.KeyShareRetry{Group: messages.X25519})
			}),
		},
		// covers 8446/4.1.4/9
		{
			sentence: "a ServerHello has another suite than the retry", refusal: "retry_changed_suite", by: events.Client,
			pair: retrying,
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Server, 2, func(m *messages.ServerHello) {
					m.CipherSuite = messages.TLS_CHACHA20_POLY1305_SHA256
				})
			},
		},
		// covers 8446/4.2.8/10
		// covers 8446/4.2.8/11
		{
			sentence: "a ServerHello has another group than the retry", refusal: "retry_changed_group", by: events.Client,
			pair: retrying,
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Server, 2, func(m *messages.ServerHello) {
					forge.Set(&m.Extensions, &messages.KeyShareChoice{
						Share: messages.KeyShareEntry{Group: messages.X25519, KeyExchange: slices.Repeat([]byte{9}, 32)},
					})
				})
			},
		},
		{
			sentence: "a second ClientHello has a share of another group", refusal: "retry_changed_group", by: events.Server,
			pair: retrying,
			forge: secondHello(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.KeyShareOffer{
					Shares: []messages.KeyShareEntry{{Group: messages.X25519, KeyExchange: slices.Repeat([]byte{9}, 32)}},
				})
			}),
		},
		{
			sentence: "a second ClientHello has two shares", refusal: "retry_changed_group", by: events.Server,
			pair: retrying,
			forge: secondHello(func(m *messages.ClientHello) {
				shares := offered(m)
				shares.Shares = append(shares.Shares, messages.KeyShareEntry{Group: messages.X25519, KeyExchange: slices.Repeat([]byte{9}, 32)})
				forge.Set(&m.Extensions, shares)
			}),
		},
		// covers 8446/4.1.4/3
		{
			sentence: "a retry does not echo the session id", refusal: "session_id_mismatch", by: events.Client,
			pair:  retrying,
			forge: serverSays(func(m *messages.ServerHello) { m.SessionID = nil }),
		},
		{
			sentence: "a retry chooses a compression", refusal: "compression_not_null", by: events.Client,
			pair:  retrying,
			forge: serverSays(func(m *messages.ServerHello) { m.CompressionMethod = 1 }),
		},
		{
			sentence: "a retry says TLS 1.0 in legacy_version", refusal: "legacy_version", by: events.Client,
			pair:  retrying,
			forge: serverSays(func(m *messages.ServerHello) { m.LegacyVersion = messages.TLS10 }),
		},
		// covers 8446/4.1.4/7
		{
			sentence: "a retry has a suite that was not offered", refusal: "suite_not_offered", by: events.Client,
			pair:  retrying,
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = 0x7a7a }),
		},
		// covers 8446/4.1.4/2
		{
			sentence: "a retry has an extension that was not offered", refusal: "unsolicited_extension", by: events.Client,
			pair: retrying,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
			}),
		},
		// covers 8446/4.1.4/1
		{
			sentence: "a retry says no version", refusal: "no_mutual_version", by: events.Client,
			pair:  retrying,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionSupportedVersions) }),
		},
		// covers 8446/4.1.2/2
		{
			sentence: "a second ClientHello has another random", refusal: "retried_hello_changed", by: events.Server,
			pair:  retrying,
			forge: secondHello(func(m *messages.ClientHello) { m.Random[0] ^= 1 }),
		},
		{
			sentence: "a second ClientHello has another legacy_version", refusal: "retried_hello_changed", by: events.Server,
			pair:  retrying,
			forge: secondHello(func(m *messages.ClientHello) { m.LegacyVersion = messages.TLS11 }),
		},
		{
			sentence: "a second ClientHello has another session id", refusal: "retried_hello_changed", by: events.Server,
			pair:  retrying,
			forge: secondHello(func(m *messages.ClientHello) { m.SessionID = nil }),
		},
		{
			sentence: "a second ClientHello has other suites", refusal: "retried_hello_changed", by: events.Server,
			pair:  retrying,
			forge: secondHello(func(m *messages.ClientHello) { m.CipherSuites = append(m.CipherSuites, 0x7a7a) }),
		},
		{
			sentence: "a second ClientHello has one extension more", refusal: "retried_hello_changed", by: events.Server,
			pair: retrying,
			forge: secondHello(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
			}),
		},
		{
			sentence: "a second ClientHello asks for another name", refusal: "retried_hello_changed", by: events.Server,
			pair: retrying,
			forge: secondHello(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ServerNameOffer{Name: []byte("other.example")})
			}),
		},
		// covers 8446/4.2.10/5
		{
			sentence: "a second ClientHello offers early data", refusal: "early_data_after_retry", by: events.Server,
			pair: retrying,
			forge: secondHello(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, forge.Body(&messages.EarlyDataOffer{}))
			}),
		},
	}
}

// pskOffences are those of resumption.
func pskOffences() []offence {
	return []offence{
		// covers 8446/4.2/4
		// covers 8446/4.2.11/10
		// covers 8446/4.2.11/11
		{
			sentence: "pre_shared_key is not the last extension", refusal: "psk_not_last", by: events.Server,
			pair: resuming,
			forge: clientSays(func(m *messages.ClientHello) {
				m.Extensions.List = append(m.Extensions.List, messages.Extension{Type: 0x7a7a})
			}),
		},
		// covers 8446/4.2.9/1
		// covers 8446/4.2.9/2
		// covers 8446/4.2.9/3
		{
			sentence: "pre_shared_key comes without the modes", refusal: "psk_without_modes", by: events.Server,
			pair:  resuming,
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionPSKModes) }),
		},
		{
			sentence: "there are more identities than binders", refusal: "binder_count", by: events.Server,
			pair: resuming,
			forge: changeOffer(func(psk *messages.PreSharedKeyOffer) {
				psk.Identities = append(psk.Identities, psk.Identities[0])
			}),
		},
		{
			sentence: "there are more binders than identities", refusal: "binder_count", by: events.Server,
			pair: resuming,
			forge: changeOffer(func(psk *messages.PreSharedKeyOffer) {
				psk.Binders = append(psk.Binders, psk.Binders[0])
			}),
		},
		// covers 8446/4.2.11/4
		// covers 8446/4.2.11/5
		{
			sentence: "a binder is changed", refusal: "bad_binder", by: events.Server,
			pair: resuming,
			forge: instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				raw[len(raw)-1] ^= 1
				w.Raw(raw)
			}),
		},
		{
			sentence: "a binder has the length of another hash", refusal: "bad_binder", by: events.Server,
			pair:  resuming,
			forge: changeOffer(func(psk *messages.PreSharedKeyOffer) { psk.Binders[0] = make([]byte, 48) }),
		},
		// covers 8446/4.2.11/6
		// covers 8446/4.2.11/7
		{
			sentence: "a server selects an identity that was not offered", refusal: "psk_out_of_range", by: events.Client,
			pair: resuming,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.PreSharedKeyChoice{Selected: 1})
			}),
		},
		// covers 8446/4.6.1/1
		{
			sentence: "a server resumes under another hash", refusal: "psk_hash_mismatch", by: events.Client,
			pair:  resuming,
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_AES_256_GCM_SHA384 }),
		},
		// covers 8446/4.2.9/7
		{
			sentence: "a server resumes without a key share", refusal: "missing_extension", by: events.Client,
			pair:  resuming,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionKeyShare) }),
		},
		// covers 8446/4.2.9/5
		{
			sentence: "a server sends psk_key_exchange_modes", refusal: "misplaced_extension", by: events.Client,
			pair: resuming,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.PSKModes{Modes: []messages.PSKMode{messages.PSKModeDHEKE}})
			}),
		},
		{
			sentence: "the chain of a session resumed is rejected", refusal: "peer_rejected", by: events.Client,
			alert: messages.AlertCertificateRevoked,
			pair: func(p *testkit.Pair) {
				resuming(p)
				p.Client.ReverifyOnResume = true
				answering(p.ClientAnswers, func(q *events.VerifyPeer) events.Answer {
					return q.Reject(messages.AlertCertificateRevoked, errReason)
				})
			},
		},
	}
}

// changeOffer changes pre_shared_key, and leaves the binders as they are.
func changeOffer(change func(psk *messages.PreSharedKeyOffer)) func(*forge.Link) {
	return instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
		m := forge.Decode[messages.ClientHello](raw)
		psk := &messages.PreSharedKeyOffer{}
		_, _ = m.Extensions.Get(psk)
		change(psk)
		forge.Set(&m.Extensions, psk)
		w.Raw(forge.Encode(m))
	})
}
