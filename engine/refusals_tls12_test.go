package engine_test

import (
	"slices"
	"sync"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// inLegacy has a client that allows both versions meet a server of TLS 1.2.
func inLegacy(p *testkit.Pair) {
	p.Client.MinVersion, p.Server.MaxVersion = messages.TLS12, messages.TLS12
}

// legacySession is a session of an earlier connection in TLS 1.2.
var legacySession = sync.OnceValue(func() *events.Session {
	l := forge.New(legacy("earlier"))
	l.Handshake()
	return l.Client.Sessions[0]
})

// resumingLegacy has the client offer that session.
func resumingLegacy(p *testkit.Pair) {
	inLegacy(p)
	session := *legacySession()
	p.Client.Session = &session
}

// withLegacyClientCert is withClientCert in TLS 1.2.
func withLegacyClientCert(p *testkit.Pair) {
	inLegacy(p)
	withClientCert(p)
}

// echoing has the server echo the client's session identifier.
func echoing(l *forge.Link) {
	var id []byte
	forge.Change(l, events.Client, func(m *messages.ClientHello) { id = slices.Clone(m.SessionID) })
	forge.Change(l, events.Server, func(m *messages.ServerHello) { m.SessionID = id })
}

// legacyOffences are those of TLS 1.2.
func legacyOffences() []offence {
	return slices.Concat(legacyVersionOffences(), legacyHelloOffences(), legacyResumptionOffences(),
		legacyServerOffences(), legacyClientOffences(), legacyRecordOffences(), finiteFieldOffences(),
		keyTransportOffences(), sharedKeyOffences(), renegotiationOffences(), supplementOffences())
}

func legacyVersionOffences() []offence {
	both := func(p *testkit.Pair) { p.Client.MinVersion, p.Server.MinVersion = messages.TLS12, messages.TLS12 }
	return []offence{
		// covers 8446/4.1.4/10
		{
			sentence: "a ServerHello has the version 1.2 after a retry", refusal: "retry_changed_version", by: events.Client,
			pair: func(p *testkit.Pair) {
				retrying(p)
				p.Client.MinVersion = messages.TLS12
			},
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Server, 2, func(m *messages.ServerHello) {
					m.Extensions.Remove(messages.ExtensionSupportedVersions)
				})
			},
		},
		// covers 8446/4.1.3/10
		// covers 8446/4.1.3/13
		{
			sentence: "somebody leads both ends to TLS 1.2", refusal: "downgrade_sentinel", by: events.Client, pair: both,
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionSupportedVersions) }),
		},
		// covers 7507/3/1
		{
			sentence: "a client falls back to TLS 1.2 where the server has TLS 1.3", refusal: "inappropriate_fallback", by: events.Server,
			pair: func(p *testkit.Pair) { p.Client.MaxVersion, p.Server.MinVersion = messages.TLS12, messages.TLS12 },
			forge: clientSays(func(m *messages.ClientHello) {
				m.CipherSuites = append(slices.Clone(m.CipherSuites), messages.TLS_FALLBACK_SCSV)
			}),
		},
		// covers 8446/4.2.1/11
		{
			sentence: "a server chooses TLS 1.2 by supported_versions where it may be chosen", refusal: "version_not_offered", by: events.Client,
			pair: both,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS12})
			}),
		},
		// covers 5246/E.1/1
		{
			sentence: "a server of TLS 1.2 chooses TLS 1.1", refusal: "no_mutual_version", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { m.LegacyVersion = messages.TLS11 }),
		},
		// covers 5246/E.1/3
		{
			sentence: "a client has TLS 1.1 at most", refusal: "no_mutual_version", by: events.Server,
			pair:  func(p *testkit.Pair) { p.Client.MaxVersion, p.Server.MaxVersion = messages.TLS12, messages.TLS12 },
			forge: clientSays(func(m *messages.ClientHello) { m.LegacyVersion = messages.TLS11 }),
		},
	}
}

// legacyHelloOffences are those of both hellos.
func legacyHelloOffences() []offence {
	continued := &messages.RenegotiationInfo{Verify: make([]byte, 12)}
	compressed := &messages.ECPointFormats{Formats: []messages.PointFormat{1}}
	return []offence{
		// covers 5746/3.6/3
		{
			sentence: "a client continues another connection", refusal: "renegotiation_mismatch", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) { forge.Set(&m.Extensions, continued) }),
		},
		// covers 5746/3.4/2
		// covers 5746/3.4/3
		{
			sentence: "a server continues another connection", refusal: "renegotiation_mismatch", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, continued) }),
		},
		// covers 8422/5.1.2/2
		{
			sentence: "a client takes compressed points alone", refusal: "no_uncompressed_points", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) { forge.Set(&m.Extensions, compressed) }),
		},
		// covers 8422/5.2/2
		{
			sentence: "a server takes compressed points alone", refusal: "no_uncompressed_points", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, compressed) }),
		},
		// covers 7366/3/2
		{
			sentence: "encrypt_then_mac is agreed on for a suite with a tag", refusal: "encrypt_then_mac_without_cbc", by: events.Client,
			pair: func(p *testkit.Pair) {
				inLegacy(p)
				p.Client.CipherSuites = []messages.CipherSuite{
					messages.TLS_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
					messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
				}
			},
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.EncryptThenMAC{}) }),
		},
		// covers 5246/7.4.1.4/2
		{
			sentence: "a server of TLS 1.2 answers what was not offered", refusal: "unsolicited_extension", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.EncryptThenMAC{}) }),
		},
		// covers 5246/7.4.1.4/3
		{
			sentence: "an extension stands twice in a ServerHello of TLS 1.2", refusal: "duplicate_extension", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.AddExtension(&m.Extensions, forge.Body(&messages.ExtendedMasterSecret{}))
			}),
		},
		{
			sentence: "a server of TLS 1.2 sends a key share", refusal: "misplaced_extension", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionKeyShare})
			}),
		},
		{
			sentence: "extended_master_secret is not empty", refusal: "malformed_extension", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionExtendedMasterSecret, Data: []byte{0}})
			}),
		},
		{
			sentence: "encrypt_then_mac is not empty", refusal: "malformed_extension", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionEncryptThenMAC, Data: []byte{0}})
			}),
		},
		// covers 5246/7.4.1.2/5
		{
			sentence: "a client of TLS 1.2 cannot do without compression", refusal: "compression_not_null", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) { m.CompressionMethods = []byte{1} }),
		},
		{
			sentence: "a server of TLS 1.2 compresses", refusal: "compression_not_null", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { m.CompressionMethod = 1 }),
		},
		{
			sentence: "a server of TLS 1.2 chooses a suite of TLS 1.3", refusal: "suite_not_offered", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_AES_128_GCM_SHA256 }),
		},
		// covers 5246/A.5/1
		{
			sentence: "a server of TLS 1.2 chooses no protection", refusal: "suite_not_offered", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = 0 }),
		},
		{
			sentence: "a server of TLS 1.2 chooses a suite that was not offered", refusal: "suite_not_offered", by: events.Client, pair: inLegacy,
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA }),
		},
		// covers 5246/7.4.3/3
		// covers 8422/4/1
		{
			sentence: "a client's suites all want another kind of key", refusal: "no_mutual_suite", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) {
				m.CipherSuites = []messages.CipherSuite{messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
			}),
		},
		// covers 8422/5.1/2
		// covers 8422/5.1/4
		{
			sentence: "a client of TLS 1.2 has no group of the server's", refusal: "no_mutual_suite", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.SupportedGroups{Groups: []messages.Group{messages.Secp521r1}})
			}),
		},
		// covers 5246/7.4.1.4.1/3
		{
			sentence: "a client of TLS 1.2 takes SHA-1 alone", refusal: "no_mutual_scheme", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionSignatureAlgorithms) }),
		},
		{
			sentence: "a client of TLS 1.2 has no scheme of the server's key", refusal: "no_mutual_scheme", by: events.Server, pair: inLegacy,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.Ed25519}})
			}),
		},
	}
}

// legacyResumptionOffences are those of the abbreviated handshake.
func legacyResumptionOffences() []offence {
	return []offence{
		// covers 5246/7.4.1.3/2
		{
			sentence: "a server resumes what nobody offered", refusal: "session_not_offered", by: events.Client,
			pair: inLegacy, forge: echoing,
		},
		{
			sentence: "a server resumes a session of TLS 1.3 in TLS 1.2", refusal: "session_not_offered", by: events.Client,
			pair: func(p *testkit.Pair) {
				resuming(p)
				inLegacy(p)
			},
			forge: echoing,
		},
		// covers 5246/7.4.1.2/3
		{
			sentence: "a session is resumed under another suite", refusal: "resumed_suite_changed", by: events.Client, pair: resumingLegacy,
			forge: serverSays(func(m *messages.ServerHello) {
				m.CipherSuite = messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
			}),
		},
		// covers 7627/5.3/1
		// covers 7627/5.3/3
		// covers 7627/5.4/5
		{
			sentence: "a client would resume without extended_master_secret", refusal: "resumed_extended_master", by: events.Server,
			pair:  resumingLegacy,
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) }),
		},
		// covers 7627/5.3/6
		// covers 7627/5.4/5
		{
			sentence: "a server resumes without extended_master_secret", refusal: "resumed_extended_master", by: events.Client,
			pair:  resumingLegacy,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) }),
		},
		{
			sentence: "a server goes on in full after it has resumed", refusal: "unexpected_message", by: events.Client,
			pair: resumingLegacy,
			forge: instead(events.Server, messages.TypeNewSessionTicket, func(w *forge.Wire, _ []byte) {
				w.Message(&messages.Certificate12{Chain: testkit.Server(testkit.P256).Chain})
			}),
		},
		// covers 5246/7.4.9/1
		{
			sentence: "a server that resumes has another master secret", refusal: "bad_finished", by: events.Client, pair: resumingLegacy,
			forge: serverSays(func(m *messages.Finished) { m.VerifyData[0] ^= 1 }),
		},
		{
			sentence: "a client that resumes has another master secret", refusal: "bad_finished", by: events.Server, pair: resumingLegacy,
			forge: clientSays(func(m *messages.Finished) { m.VerifyData[11] ^= 1 }),
		},
	}
}
