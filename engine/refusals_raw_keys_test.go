package engine_test

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// rawKeysOf has both ends show raw public keys, in either version.
func rawKeysOf(more ...func(*testkit.Pair)) func(*testkit.Pair) {
	return func(p *testkit.Pair) {
		rawKeys(p)
		withClientCert(p)
		for _, change := range more {
			change(p)
		}
	}
}

// rawKeyOffences are those against RFC 7250.
func rawKeyOffences() []offence {
	x509 := []messages.CertificateType{messages.CertificateX509}
	notAKey := testkit.Server(testkit.P256).Chain[0]
	return []offence{
		// covers 7250/4.1/4
		{
			sentence: "a client takes X.509, and says so", refusal: "default_certificate_type_alone", by: events.Server,
			pair: rawKeysOf(),
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ServerCertificateTypeOffer{Types: x509})
			}),
		},
		// covers 7250/4.1/2
		{
			sentence: "a client can show X.509, and says so", refusal: "default_certificate_type_alone", by: events.Server,
			pair: rawKeysOf(inLegacy),
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ClientCertificateTypeOffer{Types: x509})
			}),
		},
		{
			sentence: "a client takes a raw key alone, and the server has none", refusal: "no_mutual_certificate_type", by: events.Server,
			pair: rawKeysOf(func(p *testkit.Pair) { p.ServerAnswers.RawKey = false }),
		},
		{
			sentence: "a client of TLS 1.2 takes a raw key alone, and the server has none", refusal: "no_mutual_certificate_type", by: events.Server,
			pair: rawKeysOf(inLegacy, func(p *testkit.Pair) { p.ServerAnswers.RawKey = false }),
		},
		// covers 7250/4.2/4
		{
			sentence: "a client can show a certificate alone, and the server takes raw keys", refusal: "no_mutual_certificate_type", by: events.Server,
			pair: rawKeysOf(func(p *testkit.Pair) { p.Client.CertificateTypes = nil }),
		},
		{
			sentence: "a client can show something unknown", refusal: "no_mutual_certificate_type", by: events.Server,
			pair: rawKeysOf(inLegacy),
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ClientCertificateTypeOffer{Types: []messages.CertificateType{5}})
			}),
		},
		{
			sentence: "a server goes on by a certificate where raw keys alone are taken", refusal: "no_mutual_certificate_type", by: events.Client,
			pair: rawKeysOf(),
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				m.Extensions.Remove(messages.ExtensionServerCertificateType)
			}),
		},
		{
			sentence: "a server of TLS 1.2 goes on by a certificate where raw keys alone are taken", refusal: "no_mutual_certificate_type", by: events.Client,
			pair: rawKeysOf(inLegacy),
			forge: serverSays(func(m *messages.ServerHello) {
				m.Extensions.Remove(messages.ExtensionServerCertificateType)
			}),
		},
		{
			sentence: "a server shows a kind of certificate that was not offered", refusal: "certificate_type_not_offered", by: events.Client,
			pair: rawKeysOf(),
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.ServerCertificateTypeChoice{Chosen: messages.CertificateX509})
			}),
		},
		// covers 8446/4.4.2/11
		{
			sentence: "a server shows an OpenPGP certificate", refusal: "certificate_type_not_offered", by: events.Client,
			pair: rawKeysOf(),
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.ServerCertificateTypeChoice{Chosen: messages.CertificateOpenPGP})
			}),
		},
		// covers 7250/4.2/2
		{
			sentence: "a server asks for a kind of certificate that was not offered", refusal: "certificate_type_not_offered", by: events.Client,
			pair: rawKeysOf(inLegacy),
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.ClientCertificateTypeChoice{Chosen: messages.CertificateX509})
			}),
		},
		{
			sentence: "a server chooses a kind of certificate that nobody offered", refusal: "unsolicited_extension", by: events.Client,
			pair: withClientCert,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.ClientCertificateTypeChoice{Chosen: messages.CertificateRawPublicKey})
			}),
		},
		// covers 7250/3/1
		{
			sentence: "a server's raw key is a certificate", refusal: "malformed_raw_key", by: events.Client,
			pair:  rawKeysOf(),
			forge: serverSays(func(m *messages.Certificate13) { m.Entries[0].Data = notAKey }),
		},
		{
			sentence: "a client's raw key is cut short", refusal: "malformed_raw_key", by: events.Server,
			pair:  rawKeysOf(inLegacy),
			forge: clientSays(func(m *messages.RawPublicKey12) { m.SubjectPublicKeyInfo = m.SubjectPublicKeyInfo[:40] }),
		},
		{
			sentence: "a server's raw key of TLS 1.2 has something behind it", refusal: "malformed_raw_key", by: events.Client,
			pair:  rawKeysOf(inLegacy),
			forge: serverSays(func(m *messages.RawPublicKey12) { m.SubjectPublicKeyInfo = append(m.SubjectPublicKeyInfo, 0) }),
		},
		// covers 8446/4.4.2/10
		{
			sentence: "a server sends two raw keys", refusal: "several_raw_keys", by: events.Client,
			pair:  rawKeysOf(),
			forge: serverSays(func(m *messages.Certificate13) { m.Entries = append(m.Entries, m.Entries[0]) }),
		},
		{
			sentence: "a server of TLS 1.2 sends no raw key", refusal: "empty_server_certificate", by: events.Client,
			pair:  rawKeysOf(inLegacy),
			forge: serverSays(func(m *messages.RawPublicKey12) { m.SubjectPublicKeyInfo = nil }),
		},
		{
			sentence: "a client of TLS 1.2 sends no raw key where one is required", refusal: "certificate_required", by: events.Server,
			pair:  rawKeysOf(inLegacy, func(p *testkit.Pair) { p.ClientAnswers.Identity = nil }),
			alert: messages.AlertHandshakeFailure,
		},
		{
			sentence: "a client is given a certificate to show for a raw key", refusal: "bad_answer", by: events.Client,
			pair: rawKeysOf(func(p *testkit.Pair) { p.ClientAnswers.RawKey = false }),
		},
		{
			sentence: "a server is given both to show", refusal: "bad_answer", by: events.Server,
			pair: rawKeysOf(serverAnswers(func(q *events.ChooseCredential) events.Answer {
				credential := testkit.Server(testkit.P256).Credential()
				credential.RawPublicKey = testkit.PublicKeyInfo(testkit.Server(testkit.P256).Key.Public())
				return q.Reply(credential)
			})),
		},
		{
			sentence: "a server is given no key to show", refusal: "bad_answer", by: events.Server,
			pair: rawKeysOf(inLegacy, serverAnswers(func(q *events.ChooseCredential) events.Answer {
				credential := testkit.Server(testkit.P256).RawCredentialIn(messages.TLS12)
				credential.RawPublicKey = []byte("no key")
				return q.Reply(credential)
			})),
		},
		{
			sentence: "a server shows another raw key in a renegotiation", refusal: "certificate_changed", by: events.Client,
			pair: rawKeysOf(freely),
			then: func(l *forge.Link) {
				l.Server.Answers.Identity = testkit.Server(testkit.P384)
				renegotiated(l)
			},
		},
		{
			sentence: "a server shows a certificate for a raw key in a renegotiation", refusal: "certificate_changed", by: events.Client,
			pair: rawKeysOf(freely, func(p *testkit.Pair) {
				p.Client.PeerCertificateTypes = []messages.CertificateType{messages.CertificateRawPublicKey, messages.CertificateX509}
			}),
			then: func(l *forge.Link) {
				l.Server.Answers.RawKey = false
				renegotiated(l)
			},
		},
	}
}
