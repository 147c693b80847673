package engine_test

import (
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// authenticationOffences are those of Certificate, CertificateVerify and
// Finished.
func authenticationOffences() []offence {
	return []offence{
		{
			sentence: "a server has no credential", refusal: "no_credential", by: events.Server,
			pair: func(p *testkit.Pair) { p.ServerAnswers.Identity = nil },
		},
		// covers 8446/4.4.2/5
		{
			sentence: "a server's Certificate has a context", refusal: "certificate_context", by: events.Client,
			forge: serverSays(func(m *messages.Certificate13) { m.Context = []byte{1} }),
		},
		{
			sentence: "a client's Certificate has a context", refusal: "certificate_context", by: events.Server,
			pair:  withClientCert,
			forge: clientSays(func(m *messages.Certificate13) { m.Context = []byte{1} }),
		},
		// covers 8446/4.3.2/3
		{
			sentence: "a CertificateRequest in the handshake has a context", refusal: "certificate_context", by: events.Client,
			pair:  withClientCert,
			forge: serverSays(func(m *messages.CertificateRequest13) { m.Context = []byte{1} }),
		},
		// covers 8446/4.4.2/12
		// covers 8446/4.4.2.4/1
		{
			sentence: "a server's Certificate is empty", refusal: "empty_server_certificate", by: events.Client,
			forge: serverSays(func(m *messages.Certificate13) { m.Entries = nil }),
		},
		{
			sentence: "a client declines where a certificate is required", refusal: "certificate_required", by: events.Server,
			pair: func(p *testkit.Pair) { p.Server.ClientAuth = engine.RequireClientCert },
		},
		// covers 8446/4.4.3/7
		{
			sentence: "a server signs by PKCS #1", refusal: "scheme_not_offered", by: events.Client,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = messages.RSAPKCS1SHA256 }),
		},
		// covers 8446/4.4.3/8
		{
			sentence: "a server signs by SHA-1", refusal: "scheme_not_offered", by: events.Client,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = 0x0203 }),
		},
		{
			sentence: "a client signs by a scheme that was not asked for", refusal: "scheme_not_offered", by: events.Server,
			pair: func(p *testkit.Pair) {
				withClientCert(p)
				p.Server.Schemes = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}
			},
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.Ed25519 }),
		},
		// covers 8446/4.4.3/6
		// covers 8446/4.2.3/1
		{
			sentence: "a server signs by a scheme of another kind of key", refusal: "scheme_for_other_key", by: events.Client,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = messages.Ed25519 }),
		},
		{
			sentence: "a server signs by a scheme of another curve", refusal: "scheme_for_other_key", by: events.Client,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = messages.ECDSASecp384r1SHA384 }),
		},
		// covers 8446/4.4.3/9
		// covers 8446/4.4.3/10
		{
			sentence: "a server's signature is changed", refusal: "bad_signature", by: events.Client,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Signature[len(m.Signature)-1] ^= 1 }),
		},
		{
			sentence: "a server's signature is empty", refusal: "bad_signature", by: events.Client,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Signature = nil }),
		},
		{
			sentence: "a client's signature is changed", refusal: "bad_signature", by: events.Server,
			pair:  withClientCert,
			forge: clientSays(func(m *messages.CertificateVerify) { m.Signature[len(m.Signature)-1] ^= 1 }),
		},
		{
			sentence: "a client signs as a server does", refusal: "bad_signature", by: events.Server,
			pair: func(p *testkit.Pair) {
				withClientCert(p)
				answering(p.ClientAnswers, func(q *events.Sign) events.Answer {
					content := append([]byte(nil), q.Content...)
					copy(content[64:], "TLS 1.3, server CertificateVerify")
					signature, err := p.ClientAnswers.Identity.Sign(q.Scheme, content)
					if err != nil {
						return q.Fail(err)
					}
					return q.Reply(signature)
				})
			},
		},
		// covers 8446/4.4.4/1
		{
			sentence: "a server's Finished is changed", refusal: "bad_finished", by: events.Client,
			forge: serverSays(func(m *messages.Finished) { m.VerifyData[0] ^= 1 }),
		},
		{
			sentence: "a client's Finished is changed", refusal: "bad_finished", by: events.Server,
			forge: clientSays(func(m *messages.Finished) { m.VerifyData[31] ^= 1 }),
		},
		{
			sentence: "a Finished is short", refusal: "bad_finished", by: events.Server,
			forge: clientSays(func(m *messages.Finished) { m.VerifyData = m.VerifyData[:31] }),
		},
		{
			sentence: "a Finished is empty", refusal: "bad_finished", by: events.Client,
			forge: serverSays(func(m *messages.Finished) { m.VerifyData = nil }),
		},
	}
}
