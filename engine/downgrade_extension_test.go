package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

func schemeAttacks() []attack {
	offering := func(schemes ...messages.SignatureScheme) func(*forge.Link) {
		return clientSays(func(m *messages.ClientHello) {
			forge.Set(&m.Extensions, &messages.SignatureAlgorithms{Schemes: schemes})
		})
	}
	requesting := func(change func(m *messages.CertificateRequest12)) func(*forge.Link) { return serverSays(change) }
	clientKey := func(kind string) func(*testkit.Pair) {
		return also(onlyLegacy, withClientCert, func(p *testkit.Pair) { p.ClientAnswers.Identity = testkit.Client(kind) })
	}
	return []attack{
		{
			sentence: "leaves the weakest scheme", by: events.Client, refusal: "bad_record_mac",
			pair:  func(p *testkit.Pair) { p.ServerAnswers.Identity = testkit.Server(testkit.RSA) },
			forge: offering(messages.RSAPSSRSAESHA256),
		},
		{
			sentence: "leaves PKCS #1 in TLS 1.2", pair: legacyRSA, by: events.Server, refusal: "bad_record_mac",
			forge: offering(messages.RSAPKCS1SHA256),
		},
		{
			sentence: "leaves SHA-1, as SLOTH does", pair: legacyRSA, by: events.Server, refusal: "no_mutual_scheme",
			forge: offering(messages.RSAPKCS1SHA1, 0x0101), // the latter is MD5 with RSA
		},
		{
			sentence: "takes signature_algorithms away in TLS 1.2", pair: legacyRSA, by: events.Server, refusal: "no_mutual_scheme",
			forge: withoutOffer(messages.ExtensionSignatureAlgorithms),
		},
		{
			sentence: "takes signature_algorithms away", by: events.Server, refusal: "missing_extension",
			forge: withoutOffer(messages.ExtensionSignatureAlgorithms),
		},
		{
			sentence: "adds schemes for certificates", by: events.Client, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.SignatureAlgorithmsCert{Schemes: []messages.SignatureScheme{messages.RSAPKCS1SHA1}})
			}),
		},
		{
			sentence: "has the server sign by SHA-1", pair: legacyRSA, by: events.Client, refusal: "scheme_not_offered",
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Scheme = messages.RSAPKCS1SHA1 }),
		},
		{
			sentence: "names another scheme of the server's key", pair: legacyRSA, by: events.Client, refusal: "bad_signature",
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Scheme = messages.RSAPKCS1SHA256 }),
		},
		{
			sentence: "has the server request weaker schemes", pair: clientKey(testkit.RSA), by: events.Server, refusal: "bad_signature",
			forge: requesting(func(m *messages.CertificateRequest12) {
				m.Schemes = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
			}),
		},
		{
			sentence: "has the server request SHA-1 alone", pair: clientKey(testkit.RSA), by: events.Client, refusal: "no_mutual_scheme",
			forge: requesting(func(m *messages.CertificateRequest12) {
				m.Schemes = []messages.SignatureScheme{messages.RSAPKCS1SHA1}
			}),
		},
		{
			sentence: "has the server request another kind of certificate", pair: clientKey(testkit.P256),
			by: events.Client, refusal: "no_mutual_scheme",
			forge: requesting(func(m *messages.CertificateRequest12) {
				m.Types = []messages.ClientCertificateType{messages.ClientCertificateRSASign}
			}),
		},
		{
			sentence: "has the server request further kinds of certificates", pair: clientKey(testkit.P256),
			by: events.Server, refusal: "bad_signature",
			forge: requesting(func(m *messages.CertificateRequest12) { m.Types = append(slices.Clone(m.Types), 2) }),
		},
		{
			sentence: "names an authority in the server's request", pair: clientKey(testkit.Ed25519),
			by: events.Server, refusal: "bad_signature",
			forge: requesting(func(m *messages.CertificateRequest12) { m.Authorities = [][]byte{{0x30, 0}} }),
		},
		{
			sentence: "names another scheme of the client's key", pair: clientKey(testkit.RSA),
			by: events.Server, refusal: "bad_signature",
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.RSAPKCS1SHA256 }),
		},
		{
			sentence: "has the client sign by SHA-1", pair: clientKey(testkit.RSA), by: events.Server, refusal: "scheme_not_offered",
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.RSAPKCS1SHA1 }),
		},
	}
}

func extensionAttacks() []attack {
	return []attack{
		// covers 7627/5.3/2
		{
			sentence: "takes extended_master_secret away", pair: onlyLegacy, by: events.Server, refusal: "bad_finished",
			forge: withoutOffer(messages.ExtensionExtendedMasterSecret),
		},
		{
			sentence: "takes extended_master_secret out of the answer", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: withoutAnswer(messages.ExtensionExtendedMasterSecret),
		},
		{
			sentence: "takes extended_master_secret away and puts it into the answer", pair: onlyLegacy,
			by: events.Server, refusal: "bad_record_mac",
			forge: together(withoutOffer(messages.ExtensionExtendedMasterSecret), serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.ExtendedMasterSecret{})
			})),
		},
		{
			sentence: "answers an extension that was not offered", pair: onlyLegacy, by: events.Client, refusal: "unsolicited_extension",
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.EncryptThenMAC{}) }),
		},
		{
			sentence: "takes encrypt_then_mac away where it is wanted", pair: wantingEtM, by: events.Server, refusal: "no_mutual_suite",
			forge: withoutOffer(messages.ExtensionEncryptThenMAC),
		},
		{
			sentence: "takes encrypt_then_mac out of the answer where it is wanted", pair: wantingEtM,
			by: events.Client, refusal: "cbc_without_encrypt_then_mac", forge: withoutAnswer(messages.ExtensionEncryptThenMAC),
		},
		{
			sentence: "takes encrypt_then_mac away", pair: legacyCBC, by: events.Server, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionEncryptThenMAC),
		},
		{
			sentence: "takes encrypt_then_mac and extended_master_secret away", pair: legacyCBC, by: events.Server, refusal: "bad_finished",
			forge: withoutOffer(messages.ExtensionEncryptThenMAC, messages.ExtensionExtendedMasterSecret),
		},
		{
			sentence: "takes encrypt_then_mac out of the answer", pair: legacyCBC, by: events.Server, refusal: "bad_record_mac",
			forge: withoutAnswer(messages.ExtensionEncryptThenMAC),
		},
		{
			sentence: "takes renegotiation_info away", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionRenegotiationInfo),
		},
		{
			sentence: "takes renegotiation_info out of the answer", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: withoutAnswer(messages.ExtensionRenegotiationInfo),
		},
		{
			sentence: "puts the signalling suite in the place of renegotiation_info", pair: onlyLegacy,
			by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				m.Extensions.Remove(messages.ExtensionRenegotiationInfo)
				m.CipherSuites = append(slices.Clone(m.CipherSuites), messages.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
			}),
		},
		{
			sentence: "makes a renegotiation of a client's hello", pair: onlyLegacy, by: events.Server, refusal: "renegotiation_mismatch",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.RenegotiationInfo{Verify: make([]byte, 12)})
			}),
		},
		{
			sentence: "makes a renegotiation of a server's hello", pair: onlyLegacy, by: events.Client, refusal: "renegotiation_mismatch",
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.RenegotiationInfo{Verify: make([]byte, 24)})
			}),
		},
		{
			sentence: "takes session_ticket away", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionSessionTicket),
		},
		{
			sentence: "takes session_ticket out of the answer", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: withoutAnswer(messages.ExtensionSessionTicket),
		},
		{
			sentence: "takes ALPN away", pair: also(onlyLegacy, withALPN), by: events.Server, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionALPN),
		},
		{
			sentence: "takes ALPN out of the answer", pair: also(onlyLegacy, withALPN), by: events.Server, refusal: "bad_record_mac",
			forge: withoutAnswer(messages.ExtensionALPN),
		},
		{
			sentence: "offers another application protocol", pair: also(onlyLegacy, withALPN), by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ALPNOffer{Protocols: [][]byte{[]byte("http/1.1")}})
			}),
		},
		{
			sentence: "chooses another application protocol", pair: also(onlyLegacy, withALPN), by: events.Server, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.ALPNChoice{Protocol: []byte("http/1.1")})
			}),
		},
		{
			sentence: "takes ALPN away in TLS 1.3", pair: withALPN, by: events.Client, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionALPN),
		},
		{
			sentence: "takes status_request away", pair: legacyStapled, by: events.Server, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionStatusRequest),
		},
		{
			sentence: "takes status_request out of the answer", pair: legacyStapled, by: events.Client, refusal: "unexpected_message",
			forge: withoutAnswer(messages.ExtensionStatusRequest),
		},
		{
			sentence: "takes the stapled response away", pair: legacyStapled, by: events.Server, refusal: "bad_record_mac",
			forge: instead(events.Server, messages.TypeCertificateStatus, func(*forge.Wire, []byte) {}),
		},
		{
			sentence: "takes the stapled response away on both ways", pair: legacyStapled, by: events.Server, refusal: "bad_record_mac",
			forge: together(withoutAnswer(messages.ExtensionStatusRequest),
				instead(events.Server, messages.TypeCertificateStatus, func(*forge.Wire, []byte) {})),
		},
		{
			sentence: "replaces the stapled response", pair: legacyStapled, by: events.Server, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.CertificateStatus12) { m.Responses = [][]byte{[]byte("all is well")} }),
		},
		{
			sentence: "changes the server's name", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ServerNameOffer{Name: []byte("another.example")})
			}),
		},
		{
			sentence: "changes the server's name in TLS 1.3", by: events.Client, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ServerNameOffer{Name: []byte("another.example")})
			}),
		},
		{
			sentence: "takes every extension of a hello of TLS 1.2 away", pair: onlyLegacy, by: events.Server, refusal: "no_mutual_scheme",
			forge: clientSays(func(m *messages.ClientHello) { m.Extensions = messages.Extensions{} }),
		},
		{
			sentence: "takes every extension of an answer of TLS 1.2 away", pair: onlyLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions = messages.Extensions{} }),
		},
		{
			sentence: "puts an extension of EncryptedExtensions in the clear", pair: withALPN, by: events.Client, refusal: "misplaced_extension",
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.ALPNChoice{Protocol: []byte("http/1.1")})
			}),
		},
	}
}

func resumptionAttacks() []attack {
	resuming13 := func(p *testkit.Pair) { resuming(p) }
	return []attack{
		// covers 7627/5.3/3
		{
			sentence: "takes extended_master_secret out of a resumption", pair: resumingLegacy,
			by: events.Server, refusal: "resumed_extended_master", forge: withoutOffer(messages.ExtensionExtendedMasterSecret),
		},
		{
			sentence: "takes extended_master_secret out of the answer to a resumption", pair: resumingLegacy,
			by: events.Client, refusal: "resumed_extended_master", forge: withoutAnswer(messages.ExtensionExtendedMasterSecret),
		},
		{
			sentence: "resumes under another suite", pair: resumingLegacy, by: events.Client, refusal: "resumed_suite_changed",
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 }),
		},
		{
			sentence: "takes the ticket away", pair: resumingLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { forge.Set(&m.Extensions, &messages.SessionTicketOffer{}) }),
		},
		{
			sentence: "replaces the ticket by one that opens nowhere", pair: resumingLegacy, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.SessionTicketOffer{Ticket: []byte("none")})
			}),
		},
		{
			sentence: "has the client believe in a resumption", pair: resumingLegacy, by: events.Client, refusal: "unexpected_message",
			forge: func(l *forge.Link) {
				var id []byte
				forge.Change(l, events.Client, func(m *messages.ClientHello) {
					id = slices.Clone(m.SessionID)
					forge.Set(&m.Extensions, &messages.SessionTicketOffer{})
				})
				forge.Change(l, events.Server, func(m *messages.ServerHello) { m.SessionID = id })
			},
		},
		{
			sentence: "has the client believe in a resumption that it did not ask for", pair: inLegacy,
			by: events.Client, refusal: "session_not_offered", forge: echoing,
		},
		{
			sentence: "has the client believe in a full handshake", pair: resumingLegacy, by: events.Client, refusal: "unexpected_message",
			forge: serverSays(func(m *messages.ServerHello) { m.SessionID = nil }),
		},
		{
			sentence: "changes the server's random in a resumption", pair: resumingLegacy, by: events.Client, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.ServerHello) { m.Random[0] ^= 1 }),
		},
		{
			sentence: "changes the client's random in a resumption", pair: resumingLegacy, by: events.Client, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { m.Random[0] ^= 1 }),
		},
		{
			sentence: "takes ALPN out of a resumption", pair: also(resumingLegacy, withALPN), by: events.Client, refusal: "bad_finished",
			forge: withoutOffer(messages.ExtensionALPN),
		},
		{
			sentence: "takes renegotiation_info out of the answer to a resumption", pair: resumingLegacy,
			by: events.Client, refusal: "bad_finished", forge: withoutAnswer(messages.ExtensionRenegotiationInfo),
		},
		{
			sentence: "leads a resumption of TLS 1.3 to TLS 1.2", pair: resuming13, by: events.Client, refusal: "downgrade_sentinel",
			forge: withoutOffer(messages.ExtensionSupportedVersions),
		},
		{
			sentence: "takes pre_shared_key away", pair: resuming13, by: events.Client, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionPreSharedKey),
		},
		{
			sentence: "takes psk_key_exchange_modes away", pair: resuming13, by: events.Server, refusal: "psk_without_modes",
			forge: withoutOffer(messages.ExtensionPSKModes),
		},
		{
			sentence: "asks for a resumption without a key exchange", pair: resuming13, by: events.Client, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.PSKModes{Modes: []messages.PSKMode{messages.PSKModeKE}})
			}),
		},
		{
			sentence: "changes anything under a binder", pair: resuming13, by: events.Server, refusal: "bad_binder",
			forge: withoutOffer(messages.ExtensionServerName),
		},
		{
			sentence: "takes the server's choice of the session away", pair: resuming13, by: events.Client, refusal: "bad_record_mac",
			forge: withoutAnswer(messages.ExtensionPreSharedKey),
		},
		{
			sentence: "has the client believe in a resumption of TLS 1.3", by: events.Client, refusal: "unsolicited_extension",
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.PreSharedKeyChoice{}) }),
		},
		{
			sentence: "takes the server's share out of a resumption", pair: resuming13, by: events.Client, refusal: "missing_extension",
			forge: withoutAnswer(messages.ExtensionKeyShare),
		},
	}
}
