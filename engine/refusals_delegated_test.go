package engine_test

import (
	"errors"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// delegating has both ends show delegated credentials of Ed25519, in the handshake.
func delegating(p *testkit.Pair) {
	withClientCert(p)
	p.Client.DelegatedSchemes = []messages.SignatureScheme{messages.Ed25519, messages.ECDSASecp384r1SHA384}
	p.Server.DelegatedSchemes = p.Client.DelegatedSchemes
	p.ServerAnswers.Identity = testkit.Delegate(p.ServerAnswers.Identity, testkit.Ed25519, events.Server)
	p.ClientAnswers.Identity = testkit.Delegate(p.ClientAnswers.Identity, testkit.Ed25519, events.Client)
}

// delegatingOf changes that.
func delegatingOf(more ...func(*testkit.Pair)) func(*testkit.Pair) {
	return func(p *testkit.Pair) {
		delegating(p)
		for _, change := range more {
			change(p)
		}
	}
}

// delegatingLater has the client show one after the handshake.
func delegatingLater(p *testkit.Pair) {
	delegating(p)
	p.Server.ClientAuth, p.Client.PostHandshakeAuth = 0, true
}

// delegatedBecomes changes the delegated credential that a message shows.
func delegatedBecomes(change func(d *messages.DelegatedCredential)) func(m *messages.Certificate13) {
	return func(m *messages.Certificate13) {
		var d messages.DelegatedCredential
		if _, err := m.Entries[0].Extensions.Get(&d); err != nil {
			panic(err)
		}
		change(&d)
		forge.Set(&m.Entries[0].Extensions, &d)
	}
}

// unasked is a delegated credential that comes to whoever takes none.
func unasked(m *messages.Certificate13) {
	d := testkit.Delegate(testkit.Server(testkit.P256), testkit.Ed25519, events.Server).Delegated
	forge.Set(&m.Entries[0].Extensions, d.Credential)
}

// givenDelegated has a server given a credential whose delegated one is changed.
func givenDelegated(change func(c *events.Credential, d *messages.DelegatedCredential)) func(*testkit.Pair) {
	return delegatingOf(serverAnswers(func(q *events.ChooseCredential) events.Answer {
		credential := testkit.Delegate(testkit.Server(testkit.P256), testkit.Ed25519, events.Server).Credential()
		change(credential, credential.Delegated)
		return q.Reply(credential)
	}))
}

// delegatedOffences are those against RFC 9345.
func delegatedOffences() []offence {
	return append([]offence{
		{
			sentence: "a server shows a delegated credential that nobody asked for", refusal: "delegation_not_offered", by: events.Client,
			forge: serverSays(unasked),
		},
		{
			sentence: "a client shows a delegated credential that nobody asked for", refusal: "delegation_not_offered", by: events.Server,
			pair: withClientCert, forge: clientSays(unasked),
		},
		{
			sentence: "an answer shows a delegated credential that nobody asked for", refusal: "delegation_not_offered", by: events.Server,
			pair: later, forge: clientSays(unasked), then: askedLater,
		},
		{
			sentence: "a delegated credential is for a scheme that was not offered", refusal: "delegation_not_valid", by: events.Client,
			pair:  delegating,
			forge: serverSays(delegatedBecomes(func(d *messages.DelegatedCredential) { d.Key.Scheme = messages.ECDSASecp521r1SHA512 })),
		},
		{
			sentence: "a client's delegated credential is for rsaEncryption", refusal: "delegation_not_valid", by: events.Server,
			pair:  delegating,
			forge: clientSays(delegatedBecomes(func(d *messages.DelegatedCredential) { d.Key.Scheme = messages.RSAPSSRSAESHA256 })),
		},
		{
			sentence: "a delegated credential is signed by a scheme that was not offered", refusal: "delegation_not_valid", by: events.Client,
			pair:  delegating,
			forge: serverSays(delegatedBecomes(func(d *messages.DelegatedCredential) { d.Algorithm = messages.Ed448 })),
		},
		{
			sentence: "a client's delegated credential is signed by PKCS #1, which is for chains", refusal: "delegation_not_valid", by: events.Server,
			pair:  delegating,
			forge: clientSays(delegatedBecomes(func(d *messages.DelegatedCredential) { d.Algorithm = messages.RSAPKCS1SHA256 })),
		},
		{
			sentence: "a delegated credential is beside a raw public key", refusal: "delegation_not_valid", by: events.Client,
			pair:  delegatingOf(rawKeys),
			forge: serverSays(unasked),
		},
		{
			sentence: "a delegated credential is cut short", refusal: "malformed_extension", by: events.Client,
			pair: delegating,
			forge: serverSays(func(m *messages.Certificate13) {
				x := &m.Entries[0].Extensions
				data, _ := x.Lookup(messages.ExtensionDelegatedCredential)
				forge.SetExtension(x, messages.Extension{Type: messages.ExtensionDelegatedCredential, Data: data[:len(data)-1]})
			}),
		},
		{
			sentence: "there are two delegated credentials beside a certificate", refusal: "duplicate_extension", by: events.Client,
			pair: delegating,
			forge: serverSays(func(m *messages.Certificate13) {
				list := &m.Entries[0].Extensions.List
				*list = append(*list, (*list)[0])
			}),
		},
		{
			sentence: "a server sends delegated_credential in EncryptedExtensions", refusal: "misplaced_extension", by: events.Client,
			pair: delegating,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.DelegatedCredentialOffer{Schemes: []messages.SignatureScheme{messages.Ed25519}})
			}),
		},
		{
			sentence: "a server of TLS 1.2 sends delegated_credential", refusal: "misplaced_extension", by: events.Client,
			pair: delegatingOf(inLegacy),
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.DelegatedCredentialOffer{Schemes: []messages.SignatureScheme{messages.Ed25519}})
			}),
		},
		{
			sentence: "a client lists half a scheme for delegated credentials", refusal: "malformed_extension", by: events.Server,
			pair: delegating,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionDelegatedCredential, Data: []byte{0, 1, 8}})
			}),
		},
		{
			sentence: "a request lists no scheme for delegated credentials", refusal: "malformed_extension", by: events.Client,
			pair: delegating,
			forge: serverSays(func(m *messages.CertificateRequest13) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionDelegatedCredential, Data: []byte{0, 0}})
			}),
		},
	}, append(delegatedProofs(), delegatedAnswers()...)...)
}

// delegatedProofs are those of CertificateVerify.
func delegatedProofs() []offence {
	return []offence{
		{
			sentence: "a server signs by another scheme than its delegated credential names", refusal: "delegated_scheme_mismatch", by: events.Client,
			pair:  delegating,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = messages.ECDSASecp384r1SHA384 }),
		},
		{
			sentence: "a client signs by another scheme than its delegated credential names", refusal: "delegated_scheme_mismatch", by: events.Server,
			pair:  delegating,
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.ECDSASecp256r1SHA256 }),
		},
		{
			sentence: "an answer is by another scheme than its delegated credential names", refusal: "delegated_scheme_mismatch", by: events.Server,
			pair:  delegatingLater,
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.ECDSASecp256r1SHA256 }),
			then:  askedLater,
		},
		{
			sentence: "the signature of a server's delegated key is changed", refusal: "bad_signature", by: events.Client,
			pair:  delegating,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Signature[0] ^= 1 }),
		},
		{
			sentence: "a server signs with the certificate's key where it has shown a delegated one", refusal: "bad_signature", by: events.Client,
			pair: delegatingOf(func(p *testkit.Pair) {
				identity := testkit.Delegate(testkit.Server(testkit.P384), testkit.P384, events.Server)
				p.ServerAnswers.Identity = identity
				answering(p.ServerAnswers, func(q *events.Sign) events.Answer {
					signature, err := identity.Sign(q.Scheme, q.Content)
					if err != nil {
						return q.Fail(err)
					}
					return q.Reply(signature)
				})
			}),
		},
		{
			sentence: "the key of a delegated credential is another than the scheme is for", refusal: "scheme_for_other_key", by: events.Client,
			pair: delegatingOf(func(p *testkit.Pair) {
				answering(p.ClientAnswers, func(q *events.VerifyPeer) events.Answer {
					return q.Accept(testkit.Server(testkit.RSA).Key.Public())
				})
			}),
		},
		{
			sentence: "a delegated credential is not trusted", refusal: "peer_rejected", by: events.Client, alert: messages.AlertIllegalParameter,
			pair: delegatingOf(func(p *testkit.Pair) {
				answering(p.ClientAnswers, func(q *events.VerifyPeer) events.Answer {
					return q.Reject(messages.AlertIllegalParameter, errors.New("not this one"))
				})
			}),
		},
		{
			sentence: "a client takes no key that a server without its certificate's can sign with", refusal: "no_mutual_scheme", by: events.Server,
			pair: func(p *testkit.Pair) {
				p.ServerAnswers.Override = func(q events.Question) events.Answer {
					if q, ok := q.(*events.ChooseCredential); ok {
						credential := testkit.Delegate(testkit.Server(testkit.P256), testkit.Ed25519, events.Server).Credential()
						credential.Schemes = nil
						return q.Reply(credential)
					}
					return nil
				}
			},
		},
	}
}

// delegatedAnswers are those of answers that bring what cannot be shown.
func delegatedAnswers() []offence {
	given := func(what string, change func(c *events.Credential, d *messages.DelegatedCredential)) offence {
		return offence{sentence: "a server is given a delegated credential " + what, refusal: "bad_answer", by: events.Server, pair: givenDelegated(change)}
	}
	return []offence{
		given("for rsaEncryption", func(_ *events.Credential, d *messages.DelegatedCredential) { d.Key.Scheme = messages.RSAPSSRSAESHA256 }),
		given("that is not signed", func(_ *events.Credential, d *messages.DelegatedCredential) { d.Signature = nil }),
		given("that is signed by PKCS #1", func(_ *events.Credential, d *messages.DelegatedCredential) { d.Algorithm = messages.RSAPKCS1SHA256 }),
		given("that is too large", func(_ *events.Credential, d *messages.DelegatedCredential) { d.Key.PublicKeyInfo = make([]byte, 1<<16) }),
		given("beside a raw public key", func(c *events.Credential, _ *messages.DelegatedCredential) {
			c.Chain, c.RawPublicKey = nil, testkit.PublicKeyInfo(testkit.Server(testkit.P256).Key.Public())
		}),
	}
}
