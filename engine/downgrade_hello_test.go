package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// together has an attacker do several things.
func together(all ...func(*forge.Link)) func(*forge.Link) {
	return func(l *forge.Link) {
		for _, do := range all {
			do(l)
		}
	}
}

// withoutOffer and withoutAnswer take extensions out of a hello.
func withoutOffer(types ...messages.ExtensionType) func(*forge.Link) {
	return clientSays(func(m *messages.ClientHello) { remove(&m.Extensions, types) })
}

func withoutAnswer(types ...messages.ExtensionType) func(*forge.Link) {
	return serverSays(func(m *messages.ServerHello) { remove(&m.Extensions, types) })
}

func remove(x *messages.Extensions, types []messages.ExtensionType) {
	for _, one := range types {
		x.Remove(one)
	}
}

// sentinelErased takes the mark of a downgrade out of the server's random.
func sentinelErased(m *messages.ServerHello) { copy(m.Random[24:], "harmless") }

// Codepoints that nobody here knows.
const (
	exportRSA messages.CipherSuite = 0x0003 // TLS_RSA_EXPORT_WITH_RC4_40_MD5
	exportDHE messages.CipherSuite = 0x0014 // TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA
)

func versionAttacks() []attack {
	return []attack{
		// covers 8446/4.1.3/10
		// covers 8446/4.1.3/13
		{
			sentence: "takes supported_versions away", by: events.Client, refusal: "downgrade_sentinel",
			forge: withoutOffer(messages.ExtensionSupportedVersions),
		},
		{
			sentence: "takes TLS 1.3 out of supported_versions", by: events.Client, refusal: "downgrade_sentinel",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsOffer{Versions: []messages.Version{messages.TLS12}})
			}),
		},
		{
			sentence: "takes supported_versions away and erases the sentinel", by: events.Client, refusal: "bad_signature",
			forge: together(withoutOffer(messages.ExtensionSupportedVersions), serverSays(sentinelErased)),
		},
		{
			sentence: "takes supported_versions away, erases the sentinel and leaves the signature out", by: events.Client,
			refusal: "malformed_message",
			forge: together(withoutOffer(messages.ExtensionSupportedVersions), serverSays(sentinelErased),
				instead(events.Server, messages.TypeServerKeyExchange, func(w *forge.Wire, raw []byte) {
					const params = 4 + 4 + 32 // header, curve and share
					raw = slices.Clone(raw[:params])
					raw[3] = byte(len(raw) - messages.HandshakeHeaderLen)
					w.Raw(raw)
				})),
		},
		{
			sentence: "has the client offer TLS 1.1", by: events.Server, refusal: "no_mutual_version",
			forge: clientSays(func(m *messages.ClientHello) {
				m.LegacyVersion = messages.TLS11
				m.Extensions.Remove(messages.ExtensionSupportedVersions)
			}),
		},
		{
			sentence: "has the client offer SSL 3.0", by: events.Server, refusal: "no_mutual_version",
			forge: clientSays(func(m *messages.ClientHello) { m.LegacyVersion = messages.SSL30 }),
		},
		{
			sentence: "lowers legacy_version alone", by: events.Client, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { m.LegacyVersion = messages.TLS11 }),
		},
		{
			sentence: "lowers legacy_version in TLS 1.2", pair: onlyLegacy, by: events.Server, refusal: "no_mutual_version",
			forge: clientSays(func(m *messages.ClientHello) { m.LegacyVersion = messages.TLS10 }),
		},
		{
			sentence: "takes supported_versions away where the server has TLS 1.2 alone", pair: inLegacy,
			by: events.Server, refusal: "bad_record_mac", forge: withoutOffer(messages.ExtensionSupportedVersions),
		},
		// covers 7507/3/1
		{
			sentence: "makes a fallback of a hello", by: events.Server, refusal: "inappropriate_fallback",
			forge: clientSays(func(m *messages.ClientHello) {
				m.Extensions.Remove(messages.ExtensionSupportedVersions)
				m.CipherSuites = append(slices.Clone(m.CipherSuites), messages.TLS_FALLBACK_SCSV)
			}),
		},
		{
			sentence: "has the server answer in TLS 1.2 alone", by: events.Client, refusal: "suite_not_offered",
			forge: withoutAnswer(messages.ExtensionSupportedVersions),
		},
		{
			sentence: "has the server answer in TLS 1.2 with a suite of it", by: events.Client, refusal: "session_not_offered",
			forge: serverSays(func(m *messages.ServerHello) {
				m.CipherSuite, m.Extensions = byECDSA, messages.Extensions{}
			}),
		},
		{
			sentence: "has the server answer as one of TLS 1.2 does", by: events.Client, refusal: "bad_change_cipher_spec",
			forge: serverSays(func(m *messages.ServerHello) {
				m.CipherSuite, m.Extensions, m.SessionID = byECDSA, messages.Extensions{}, nil
			}),
		},
		{
			sentence: "has the server choose TLS 1.2 by supported_versions", by: events.Client, refusal: "version_not_offered",
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS12})
			}),
		},
		{
			sentence: "has the server choose TLS 1.0", pair: inLegacy, by: events.Client, refusal: "no_mutual_version",
			forge: serverSays(func(m *messages.ServerHello) { m.LegacyVersion = messages.TLS10 }),
		},
		{
			sentence: "has a server of TLS 1.2 choose TLS 1.3", pair: inLegacy, by: events.Client, refusal: "session_id_mismatch",
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS13})
			}),
		},
		{
			sentence: "marks the random of a server that has TLS 1.2 alone", pair: inLegacy, by: events.Client, refusal: "downgrade_sentinel",
			forge: serverSays(func(m *messages.ServerHello) {
				mark := messages.DowngradeTLS12()
				copy(m.Random[24:], mark[:])
			}),
		},
	}
}

func suiteAttacks() []attack {
	only := func(suites ...messages.CipherSuite) func(*forge.Link) {
		return clientSays(func(m *messages.ClientHello) { m.CipherSuites = suites })
	}
	chosen := func(suite messages.CipherSuite) func(*forge.Link) {
		return serverSays(func(m *messages.ServerHello) { m.CipherSuite = suite })
	}
	reversed := clientSays(func(m *messages.ClientHello) {
		m.CipherSuites = slices.Clone(m.CipherSuites)
		slices.Reverse(m.CipherSuites)
	})
	return []attack{
		{sentence: "turns the order of suites round", by: events.Client, refusal: "bad_record_mac", forge: reversed},
		{
			sentence: "turns the order of suites round in TLS 1.2", pair: inLegacy,
			by: events.Server, refusal: "bad_record_mac", forge: reversed,
		},
		{
			sentence: "leaves one suite of TLS 1.3", by: events.Client, refusal: "bad_record_mac",
			forge: only(messages.TLS_CHACHA20_POLY1305_SHA256),
		},
		{sentence: "leaves the suites of TLS 1.2", by: events.Server, refusal: "no_mutual_suite", forge: only(byECDSA)},
		{
			sentence: "leaves the weakest suite in TLS 1.2", pair: legacyCBC, by: events.Server, refusal: "bad_record_mac",
			forge: only(messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
		},
		{
			sentence: "leaves suites of export grade", pair: legacyRSA, by: events.Server, refusal: "no_mutual_suite",
			forge: only(exportRSA, exportDHE),
		},
		{
			sentence: "has the client offer no protection", pair: onlyLegacy, by: events.Server, refusal: "no_mutual_suite",
			forge: only(0, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
		},
		{
			sentence: "has the server choose another suite of TLS 1.3", by: events.Client, refusal: "bad_record_mac",
			forge: chosen(messages.TLS_CHACHA20_POLY1305_SHA256),
		},
		{
			sentence: "has the server choose a suite of another hash", by: events.Client, refusal: "bad_record_mac",
			forge: chosen(messages.TLS_AES_256_GCM_SHA384),
		},
		{
			sentence: "has the server choose a suite of TLS 1.2 in TLS 1.3", by: events.Client, refusal: "suite_not_offered",
			forge: chosen(byECDSA),
		},
		{
			sentence: "has a server of TLS 1.2 choose a weaker suite", pair: legacyCBC, by: events.Server, refusal: "bad_record_mac",
			forge: chosen(messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
		},
		{
			sentence: "has a server of TLS 1.2 choose a suite of another hash", pair: onlyLegacy,
			by: events.Server, refusal: "bad_record_mac", forge: chosen(messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
		},
		{
			sentence: "has a server of TLS 1.2 choose a suite of another kind of key", pair: onlyLegacy,
			by: events.Client, refusal: "key_for_other_suite", forge: chosen(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
		},
		{
			sentence: "has the server choose export grade, as FREAK does", pair: legacyRSA,
			by: events.Client, refusal: "suite_not_offered", forge: chosen(exportRSA),
		},
		{
			sentence: "has the server choose export grade, as Logjam does", pair: legacyRSA,
			by: events.Client, refusal: "suite_not_offered", forge: chosen(exportDHE),
		},
		{
			sentence: "has the server choose no protection", pair: onlyLegacy, by: events.Client, refusal: "suite_not_offered",
			forge: chosen(0),
		},
		{
			sentence: "has the server choose static RSA", pair: legacyRSA, by: events.Client, refusal: "suite_not_offered",
			forge: chosen(messages.TLS_RSA_WITH_AES_128_CBC_SHA),
		},
		{
			sentence: "offers compression in the client's name", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { m.CompressionMethods = []byte{1, 0} }),
		},
		{
			sentence: "offers compression in TLS 1.3", by: events.Server, refusal: "compression_not_null",
			forge: clientSays(func(m *messages.ClientHello) { m.CompressionMethods = []byte{1, 0} }),
		},
		{
			sentence: "has the server compress", pair: onlyLegacy, by: events.Client, refusal: "compression_not_null",
			forge: serverSays(func(m *messages.ServerHello) { m.CompressionMethod = 1 }),
		},
		{
			sentence: "changes the client's random", by: events.Client, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { m.Random[0] ^= 1 }),
		},
		{
			sentence: "changes the client's random in TLS 1.2", pair: onlyLegacy, by: events.Client, refusal: "bad_signature",
			forge: clientSays(func(m *messages.ClientHello) { m.Random[0] ^= 1 }),
		},
		{
			sentence: "changes the server's random", by: events.Client, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.ServerHello) { m.Random[0] ^= 1 }),
		},
	}
}

func groupAttacks() []attack {
	onlyP256 := clientSays(func(m *messages.ClientHello) {
		forge.Set(&m.Extensions, &messages.SupportedGroups{Groups: []messages.Group{messages.Secp256r1}})
	})
	share := func(change func(entry *messages.KeyShareEntry)) func(*forge.Link) {
		return serverSays(func(m *messages.ServerHello) {
			var choice messages.KeyShareChoice
			_, _ = m.Extensions.Get(&choice)
			change(&choice.Share)
			forge.Set(&m.Extensions, &choice)
		})
	}
	return []attack{
		{sentence: "leaves the weakest group", by: events.Server, refusal: "group_not_offered", forge: onlyP256},
		{sentence: "leaves the weakest group in TLS 1.2", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac", forge: onlyP256},
		{
			sentence: "takes supported_groups away", by: events.Server, refusal: "missing_extension",
			forge: withoutOffer(messages.ExtensionSupportedGroups),
		},
		{
			sentence: "takes supported_groups away in TLS 1.2", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionSupportedGroups),
		},
		{
			sentence: "takes key_share away", by: events.Server, refusal: "missing_extension",
			forge: withoutOffer(messages.ExtensionKeyShare),
		},
		{
			sentence: "takes the entries out of key_share", by: events.Client, refusal: "retry_group",
			forge: clientSays(func(m *messages.ClientHello) { forge.Set(&m.Extensions, &messages.KeyShareOffer{}) }),
		},
		{
			sentence: "leaves one share of two", by: events.Client, refusal: "retry_group",
			pair: func(p *testkit.Pair) { p.Client.KeyShares = p.Client.Groups },
			forge: clientSays(func(m *messages.ClientHello) {
				var offer messages.KeyShareOffer
				_, _ = m.Extensions.Get(&offer)
				offer.Shares = offer.Shares[1:]
				forge.Set(&m.Extensions, &offer)
			}),
		},
		{
			sentence: "replaces the client's share", by: events.Client, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				var offer messages.KeyShareOffer
				_, _ = m.Extensions.Get(&offer)
				offer.Shares[0].KeyExchange = slices.Repeat([]byte{9}, 32)
				forge.Set(&m.Extensions, &offer)
			}),
		},
		{
			sentence: "replaces the server's share", by: events.Client, refusal: "bad_record_mac",
			forge: share(func(entry *messages.KeyShareEntry) { entry.KeyExchange = slices.Repeat([]byte{9}, 32) }),
		},
		{
			sentence: "has the server share a group that nobody shared", by: events.Client, refusal: "group_not_offered",
			forge: share(func(entry *messages.KeyShareEntry) { entry.Group = messages.Secp256r1 }),
		},
		{
			sentence: "has the server share a group that nobody has", by: events.Client, refusal: "group_not_offered",
			forge: share(func(entry *messages.KeyShareEntry) { entry.Group = messages.Secp521r1 }),
		},
	}
}
