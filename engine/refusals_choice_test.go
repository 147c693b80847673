package engine_test

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// versionOffences are those of versions and of the fields of the hellos.
func versionOffences() []offence {
	return []offence{
		// covers 8446/4.2.1/5
		{
			sentence: "a client offers TLS 1.2 alone", refusal: "no_mutual_version", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsOffer{Versions: []messages.Version{messages.TLS12}})
			}),
		},
		// covers 8446/4.2.1/2
		// covers 8446/D.2/3
		{
			sentence: "a client without supported_versions says TLS 1.3 in legacy_version", refusal: "no_mutual_version", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				m.LegacyVersion = messages.TLS13
				m.Extensions.Remove(messages.ExtensionSupportedVersions)
			}),
		},
		// covers 8446/D.5/7
		// covers 8446/D.5/3
		{
			sentence: "a client says SSL 3.0 in legacy_version", refusal: "no_mutual_version", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) { m.LegacyVersion = messages.SSL30 }),
		},
		// covers 8446/D.1/1
		// covers 8446/4.1.3/8
		{
			sentence: "a server chooses TLS 1.2 by legacy_version", refusal: "no_mutual_version", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionSupportedVersions) }),
		},
		// covers 8446/4.1.3/13
		// covers 8446/4.1.3/14
		{
			sentence: "a server that knows TLS 1.3 chooses TLS 1.2", refusal: "downgrade_sentinel", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) {
				sentinel := messages.DowngradeTLS12()
				copy(m.Random[24:], sentinel[:])
				m.Extensions.Remove(messages.ExtensionSupportedVersions)
			}),
		},
		{
			sentence: "a server that knows TLS 1.3 chooses TLS 1.1", refusal: "downgrade_sentinel", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) {
				sentinel := messages.DowngradeTLS11()
				copy(m.Random[24:], sentinel[:])
				m.LegacyVersion = messages.TLS11
				m.Extensions.Remove(messages.ExtensionSupportedVersions)
			}),
		},
		// covers 8446/4.2.1/9
		{
			sentence: "a server chooses TLS 1.2 and breaks every other rule", refusal: "no_mutual_version", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) {
				m.CipherSuite, m.CompressionMethod, m.SessionID = 0x7a7a, 1, nil
				m.Extensions.List = []messages.Extension{{Type: 0x7a7a}, {Type: 0x7a7a}}
			}),
		},
		// covers 8446/4.2.1/11
		{
			sentence: "a server chooses TLS 1.2 by supported_versions", refusal: "version_not_offered", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS12})
			}),
		},
		{
			sentence: "a server chooses a version that nobody knows", refusal: "version_not_offered", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: 0x0305})
			}),
		},
		// covers 8446/4.1.4/10
		{
			sentence: "a ServerHello has another version than the retry", refusal: "version_not_offered", by: events.Client,
			pair: retrying,
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Server, 2, func(m *messages.ServerHello) {
					forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS12})
				})
			},
		},
		// covers 8446/4.1.3/1
		// covers 8446/4.2.1/8
		{
			sentence: "a server says TLS 1.1 in legacy_version", refusal: "legacy_version", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { m.LegacyVersion = messages.TLS11 }),
		},
		// covers 8446/4.1.3/4
		{
			sentence: "a server does not echo the session id", refusal: "session_id_mismatch", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { m.SessionID = make([]byte, 32) }),
		},
		{
			sentence: "a server echoes a session id where none was sent", refusal: "session_id_mismatch", by: events.Client,
			pair:  func(p *testkit.Pair) { p.Client.NoCompatibility = true },
			forge: serverSays(func(m *messages.ServerHello) { m.SessionID = []byte{1} }),
		},
		// covers 8446/4.1.3/6
		{
			sentence: "a server chooses a compression", refusal: "compression_not_null", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { m.CompressionMethod = 1 }),
		},
		// covers 8446/4.1.2/10
		{
			sentence: "a client offers a compression", refusal: "compression_not_null", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) { m.CompressionMethods = []byte{0, 1} }),
		},
		{
			sentence: "a client does not offer null compression", refusal: "compression_not_null", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) { m.CompressionMethods = []byte{1} }),
		},
	}
}

// parameterOffences are those of suites, groups, key shares and protocols.
func parameterOffences() []offence {
	return []offence{
		// covers 8446/4.1.3/5
		{
			sentence: "a server chooses a suite that was not offered", refusal: "suite_not_offered", by: events.Client,
			pair:  func(p *testkit.Pair) { p.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256} },
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_AES_256_GCM_SHA384 }),
		},
		// covers 8701/3.1/1
		{
			sentence: "a server chooses a suite that nobody knows", refusal: "suite_not_offered", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = 0x7a7a }),
		},
		// covers 8446/2.1/1
		// covers 8446/4.1.1/4
		{
			sentence: "the ends have no suite in common", refusal: "no_mutual_suite", by: events.Server,
			pair: func(p *testkit.Pair) {
				p.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256}
				p.Server.CipherSuites = []messages.CipherSuite{messages.TLS_AES_256_GCM_SHA384}
			},
		},
		// covers 8446/4.1.1/1
		{
			sentence: "the ends have no group in common", refusal: "no_mutual_group", by: events.Server,
			pair: func(p *testkit.Pair) { p.Server.Groups = []messages.Group{messages.Secp384r1} },
		},
		// covers 8446/4.4.2.2/2
		// covers 8446/4.4.3/4
		{
			sentence: "the server's key fits none of the client's schemes", refusal: "no_mutual_scheme", by: events.Server,
			pair: func(p *testkit.Pair) { p.Client.Schemes = []messages.SignatureScheme{messages.Ed25519} },
		},
		// covers 8446/4.4.3/5
		{
			sentence: "the client's key fits none of the server's schemes", refusal: "no_mutual_scheme", by: events.Client,
			pair: func(p *testkit.Pair) {
				withClientCert(p)
				p.Server.Schemes = []messages.SignatureScheme{messages.Ed25519}
			},
		},
		// covers 7301/3.2/1
		{
			sentence: "the ends have no application protocol in common", refusal: "no_application_protocol", by: events.Server,
			pair: func(p *testkit.Pair) { p.Client.ALPN, p.Server.ALPN = []string{"h2"}, []string{"http/1.1"} },
		},
		{
			sentence: "a server chooses a protocol that was not offered", refusal: "protocol_not_offered", by: events.Client,
			pair: func(p *testkit.Pair) { p.Client.ALPN, p.Server.ALPN = []string{"h2"}, []string{"h2"} },
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.ALPNChoice{Protocol: []byte("h3")})
			}),
		},
		// covers 8446/2/1
		// covers 8446/4.2.8/8
		{
			sentence: "a server has a share of a group without a share", refusal: "group_not_offered", by: events.Client,
			pair: func(p *testkit.Pair) { p.Client.KeyShares = []messages.Group{messages.X25519} },
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.KeyShareChoice{
					Share: messages.KeyShareEntry{Group: messages.Secp256r1, KeyExchange: make([]byte, 65)},
				})
			}),
		},
		// covers 8446/4.2.8/4
		{
			sentence: "a client has a share of a group that it does not offer", refusal: "group_not_offered", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				shares := offered(m)
				shares.Shares = append(shares.Shares, messages.KeyShareEntry{Group: messages.X448, KeyExchange: make([]byte, 56)})
				forge.Set(&m.Extensions, shares)
			}),
		},
		// covers 8446/4.2.8/3
		{
			sentence: "a client has two shares of one group", refusal: "duplicate_key_share", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				shares := offered(m)
				shares.Shares = append(shares.Shares, shares.Shares[0])
				forge.Set(&m.Extensions, shares)
			}),
		},
		{
			sentence: "a client has more shares than groups", refusal: "duplicate_key_share", by: events.Server,
			forge: clientSays(func(m *messages.ClientHello) {
				shares := offered(m)
				shares.Shares = append(shares.Shares, shares.Shares[0], shares.Shares[0])
				forge.Set(&m.Extensions, shares)
			}),
		},
		// covers 8446/7.4.2/2
		{
			sentence: "a client's share of x25519 is all zeros", refusal: "bad_key_share", by: events.Server,
			forge: clientShare(messages.X25519, make([]byte, 32)),
		},
		{
			sentence: "a client's share of x25519 is of small order", refusal: "bad_key_share", by: events.Server,
			forge: clientShare(messages.X25519, append([]byte{1}, make([]byte, 31)...)),
		},
		{
			sentence: "a server's share of x25519 is all zeros", refusal: "bad_key_share", by: events.Client,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.KeyShareChoice{
					Share: messages.KeyShareEntry{Group: messages.X25519, KeyExchange: make([]byte, 32)},
				})
			}),
		},
		// covers 8446/6/6
		{
			sentence: "a client's share is too short", refusal: "bad_key_share", by: events.Server,
			forge: clientShare(messages.X25519, make([]byte, 31)),
		},
		// covers 8446/4.2.8.2/1
		{
			sentence: "a client's share is no point of the curve", refusal: "bad_key_share", by: events.Server,
			pair: func(p *testkit.Pair) {
				p.Client.Groups = []messages.Group{messages.Secp256r1}
				p.Server.Groups = p.Client.Groups
			},
			forge: clientShare(messages.Secp256r1, append([]byte{4}, make([]byte, 64)...)),
		},
		{
			sentence: "a client's share of ML-KEM is out of range", refusal: "bad_key_share", by: events.Server,
			pair: func(p *testkit.Pair) {
				p.Client.Groups = []messages.Group{messages.X25519MLKEM768}
				p.Server.Groups = p.Client.Groups
			},
			forge: func(l *forge.Link) {
				share := make([]byte, 1216)
				for i := range share {
					share[i] = 0xff
				}
				clientShare(messages.X25519MLKEM768, share)(l)
			},
		},
	}
}

// offered are the key shares of a ClientHello.
func offered(m *messages.ClientHello) *messages.KeyShareOffer {
	shares := &messages.KeyShareOffer{}
	_, _ = m.Extensions.Get(shares)
	return shares
}

// clientShare replaces the client's shares by one.
func clientShare(group messages.Group, share []byte) func(*forge.Link) {
	return clientSays(func(m *messages.ClientHello) {
		forge.Set(&m.Extensions, &messages.KeyShareOffer{
			Shares: []messages.KeyShareEntry{{Group: group, KeyExchange: share}},
		})
	})
}
