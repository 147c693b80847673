package authenticator_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// offence is something that a client is given, or does, and how it is refused. The
// client has asked for nothing to be stapled, by a context of its own.
type offence struct {
	sentence string
	refusal  authenticator.Refusal
	try      func(t *testing.T, o *offended) error
}

// offended is a client that has asked, and a server that can make anything.
type offended struct {
	*ends
	request *authenticator.Request
	id      *testkit.Identity
	forger  *reference
}

func offend(t *testing.T) *offended {
	t.Helper()
	pair := pairIn(messages.TLS12, t.Name())
	pair.Client.Renegotiation, pair.Server.Renegotiation = engine.RenegotiateFreely, engine.RenegotiateFreely
	c := connect(t, pair)
	return &offended{
		ends: c, id: testkit.Server(testkit.P256), forger: referenceOf(t, c.server.engine, events.Server),
		request: must(c.client.session.Request(authenticator.Options{Context: []byte("asked")}))(t, "the client asks"),
	}
}

// good is what the server should answer.
func (o *offended) good(t *testing.T) []byte {
	return o.changed(t, func(*messages.Certificate13) {})
}

// changed is that with another Certificate, which is signed and finished.
func (o *offended) changed(t *testing.T, change func(m *messages.Certificate13)) []byte {
	t.Helper()
	m := chainOf([]byte("asked"), o.id)
	change(m)
	return o.forger.make(t, o.request.Bytes(), m, messages.ECDSASecp256r1SHA256, o.id)
}

// reads gives the client an answer. What is refused claims nothing.
func (o *offended) reads(t *testing.T, answer []byte) error {
	t.Helper()
	claim, err := o.client.session.Read(o.request, answer)
	if err != nil && claim != nil {
		t.Errorf("refused as %v, it claims %v", err, claim)
	}
	return err
}

// asks gives the client a request of the server's with these extensions.
func (o *offended) asks(t *testing.T, extensions ...messages.Extension) error {
	t.Helper()
	m := &messages.CertificateRequest13{Context: []byte("of the server")}
	if err := m.Extensions.Put(&messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.Ed25519}}); err != nil {
		t.Fatal(err)
	}
	m.Extensions.List = append(m.Extensions.List, extensions...)
	_, err := o.client.session.ReadRequest(written(t, m))
	return err
}

// filters has the client read a request with filters.
func (o *offended) filters(t *testing.T, list []messages.OIDFilter) error {
	t.Helper()
	var x messages.Extensions
	if err := x.Put(&messages.OIDFilters{Filters: list}); err != nil {
		t.Fatal(err)
	}
	return o.asks(t, x.List...)
}

// finished is any messages with the right Finished behind them.
func (o *offended) finished(parts ...[]byte) []byte {
	return slices.Concat(slices.Concat(parts...), o.forger.finish(append([][]byte{o.request.Bytes()}, parts...)...))
}

// renegotiate has both ends shake hands again.
func (o *offended) renegotiate(t *testing.T) {
	t.Helper()
	if err := o.pipe.Do(events.Client, (*engine.Engine).Renegotiate); err != nil {
		t.Fatal(err)
	}
	if err := o.pipe.Run(); err != nil || !o.client.engine.Connection().Renegotiated {
		t.Fatalf("the ends were to renegotiate: %v", err)
	}
}

// cutOff are messages that announce more than there is.
func cutOff() []offence {
	return []offence{
		{"nothing at all", authenticator.MalformedMessage, func(t *testing.T, o *offended) error { return o.reads(t, nil) }},
		{"half a header", authenticator.MalformedMessage, func(t *testing.T, o *offended) error { return o.reads(t, o.good(t)[:3]) }},
		{"half a Certificate", authenticator.MalformedMessage, func(t *testing.T, o *offended) error {
			return o.reads(t, o.good(t)[:99])
		}},
		{"no Finished", authenticator.MalformedMessage, func(t *testing.T, o *offended) error {
			whole := o.good(t)
			return o.reads(t, whole[:len(whole)-36])
		}},
		{"half a request", authenticator.MalformedMessage, func(_ *testing.T, o *offended) error {
			_, err := o.server.session.ReadRequest(o.request.Bytes()[:20])
			return err
		}},
		{"half a context", authenticator.MalformedMessage, func(_ *testing.T, o *offended) error {
			_, err := o.server.session.Context(message(messages.TypeCertificate, []byte{9, 1}))
			return err
		}},
		{"a context of a message without any body", authenticator.MalformedMessage, func(_ *testing.T, o *offended) error {
			_, err := o.server.session.Context(message(messages.TypeCertificate, nil))
			return err
		}},
		{"a request that does not decode", authenticator.MalformedMessage, func(_ *testing.T, o *offended) error {
			_, err := o.client.session.ReadRequest(message(messages.TypeCertificateRequest, []byte{0, 0, 9}))
			return err
		}},
		{"a Certificate that does not decode", authenticator.MalformedMessage, func(t *testing.T, o *offended) error {
			return o.reads(t, o.finished(message(messages.TypeCertificate, []byte{0}), message(messages.TypeCertificateVerify, nil)))
		}},
		{"a CertificateVerify that does not decode", authenticator.MalformedMessage, func(t *testing.T, o *offended) error {
			return o.reads(t, o.finished(written(t, chainOf([]byte("asked"), o.id)), message(messages.TypeCertificateVerify, []byte{4})))
		}},
		{"an answer of another length", authenticator.MessageTooLarge, func(t *testing.T, o *offended) error {
			return o.reads(t, message(messages.TypeCertificate, make([]byte, 1<<16)))
		}},
		{"a request of another length", authenticator.MessageTooLarge, func(_ *testing.T, o *offended) error {
			_, err := o.server.session.ReadRequest(message(messages.TypeClientCertRequest, make([]byte, 1<<16)))
			return err
		}},
		{"a length that is announced alone", authenticator.MessageTooLarge, func(_ *testing.T, o *offended) error {
			_, err := o.server.session.Context([]byte{byte(messages.TypeCertificate), 0xff, 0xff, 0xff})
			return err
		}},
	}
}

// misplaced are messages in another order.
func misplaced() []offence {
	return []offence{
		{"a request where an answer was expected", authenticator.UnexpectedMessage, func(t *testing.T, o *offended) error {
			return o.reads(t, o.request.Bytes())
		}},
		{"a Finished in place of CertificateVerify", authenticator.UnexpectedMessage, func(t *testing.T, o *offended) error {
			return o.reads(t, o.finished(written(t, chainOf([]byte("asked"), o.id))))
		}},
		{"bytes behind the answer", authenticator.UnexpectedMessage, func(t *testing.T, o *offended) error {
			return o.reads(t, append(o.good(t), 0))
		}},
		{"bytes behind an empty answer", authenticator.UnexpectedMessage, func(t *testing.T, o *offended) error {
			return o.reads(t, append(o.forger.finish(), 0))
		}},
		{"bytes behind a request", authenticator.UnexpectedMessage, func(_ *testing.T, o *offended) error {
			_, err := o.server.session.ReadRequest(append(slices.Clone(o.request.Bytes()), 0))
			return err
		}},
		{"a client's request to a client", authenticator.UnexpectedMessage, func(_ *testing.T, o *offended) error {
			_, err := o.client.session.ReadRequest(o.request.Bytes())
			return err
		}},
		{"a server's request to a server", authenticator.UnexpectedMessage, func(t *testing.T, o *offended) error {
			_, err := o.server.session.ReadRequest(must(o.server.session.Request(authenticator.Options{}))(t, "it asks").Bytes())
			return err
		}},
		{"the context of another message", authenticator.UnexpectedMessage, func(_ *testing.T, o *offended) error {
			_, err := o.client.session.Context(message(messages.TypeKeyUpdate, []byte{0}))
			return err
		}},
		{"the context of an empty answer", authenticator.NoContext, func(_ *testing.T, o *offended) error {
			_, err := o.client.session.Context(o.forger.finish())
			return err
		}},
		{"a server that was not asked declines", authenticator.Unrequested, func(t *testing.T, o *offended) error {
			_, err := o.client.session.Read(nil, o.forger.finish(written(t, &messages.Certificate13{})))
			return err
		}},
		{"a client answers that was not asked", authenticator.Unrequested, func(t *testing.T, o *offended) error {
			_, err := o.server.session.Read(nil, o.good(t))
			return err
		}},
		{"the server declines", authenticator.Declined, func(t *testing.T, o *offended) error {
			return o.reads(t, o.forger.finish(o.request.Bytes(), written(t, &messages.Certificate13{Context: []byte("asked")})))
		}},
		{"a chain of no certificates", authenticator.NoCertificate, func(t *testing.T, o *offended) error {
			return o.reads(t, o.changed(t, func(m *messages.Certificate13) { m.Entries = nil }))
		}},
	}
}

// extended are messages with other extensions.
func extended() []offence {
	ocsp := messages.Extension{Type: messages.ExtensionStatusRequest, Data: []byte{1, 0, 0, 1, 7}}
	return []offence{
		{"schemes that do not decode", authenticator.MalformedExtension, func(t *testing.T, o *offended) error {
			return o.asks(t, messages.Extension{Type: messages.ExtensionSignatureAlgorithmsCert, Data: []byte{0, 3, 8, 7, 8}})
		}},
		{"a wish for a status that does not decode", authenticator.MalformedExtension, func(t *testing.T, o *offended) error {
			return o.asks(t, messages.Extension{Type: messages.ExtensionStatusRequest, Data: []byte{1}})
		}},
		{"a wish for timestamps that brings some", authenticator.MalformedExtension, func(t *testing.T, o *offended) error {
			return o.asks(t, messages.Extension{Type: messages.ExtensionSCT, Data: []byte{0}})
		}},
		{"an object identifier in two filters", authenticator.MalformedExtension, func(t *testing.T, o *offended) error {
			return o.filters(t, append(manyFilters(2), manyFilters(1)...))
		}},
		{"more filters than anybody needs", authenticator.MalformedExtension, func(t *testing.T, o *offended) error {
			return o.filters(t, manyFilters(257))
		}},
		{"a stapled response that does not decode", authenticator.MalformedExtension, func(t *testing.T, o *offended) error {
			o.request = must(o.client.session.Request(authenticator.Options{Context: []byte("stapled"), RequestOCSP: true}))(t, "it asks")
			return o.reads(t, o.changed(t, func(m *messages.Certificate13) {
				m.Context, m.Entries[0].Extensions.List = []byte("stapled"), []messages.Extension{{Type: ocsp.Type, Data: []byte{2}}}
			}))
		}},
		{"stapled timestamps that do not decode", authenticator.MalformedExtension, func(t *testing.T, o *offended) error {
			o.request = must(o.client.session.Request(authenticator.Options{Context: []byte("stapled"), RequestSCTs: true}))(t, "it asks")
			return o.reads(t, o.changed(t, func(m *messages.Certificate13) {
				m.Context, m.Entries[0].Extensions.List = []byte("stapled"), []messages.Extension{{Type: messages.ExtensionSCT}}
			}))
		}},
		{"a request with one extension twice", authenticator.DuplicateExtension, func(t *testing.T, o *offended) error {
			return o.asks(t, messages.Extension{Type: 0xfabc}, messages.Extension{Type: 0xfabc})
		}},
		{"a certificate with one extension twice", authenticator.DuplicateExtension, func(t *testing.T, o *offended) error {
			return o.reads(t, o.changed(t, func(m *messages.Certificate13) { m.Entries[0].Extensions.List = []messages.Extension{ocsp, ocsp} }))
		}},
		{"a request with an extension of hellos", authenticator.MisplacedExtension, func(t *testing.T, o *offended) error {
			return o.asks(t, messages.Extension{Type: messages.ExtensionKeyShare})
		}},
		{"a server that asks for a name", authenticator.MisplacedExtension, func(t *testing.T, o *offended) error {
			return o.asks(t, messages.Extension{Type: messages.ExtensionServerName, Data: []byte{0, 4, 0, 0, 1, 'a'}})
		}},
		{"a request without signature_algorithms", authenticator.MissingExtension, func(t *testing.T, o *offended) error {
			_, err := o.client.session.ReadRequest(message(messages.TypeCertificateRequest, []byte{0, 0, 4, 0, 18, 0, 0}))
			return err
		}},
		{"a response that nobody asked for", authenticator.UnsolicitedExtension, func(t *testing.T, o *offended) error {
			return o.reads(t, o.changed(t, func(m *messages.Certificate13) { m.Entries[0].Extensions.List = []messages.Extension{ocsp} }))
		}},
		{"an extension of the second certificate that nobody asked for", authenticator.UnsolicitedExtension, func(t *testing.T, o *offended) error {
			return o.reads(t, o.changed(t, func(m *messages.Certificate13) {
				m.Entries = append(m.Entries, m.Entries[0])
				m.Entries[1].Extensions.List = []messages.Extension{{Type: 0xfabc}}
			}))
		}},
	}
}

// reused are contexts that serve twice, and too many of them.
func reused() []offence {
	return []offence{
		{"an answer that was verified comes again", authenticator.ContextUsed, func(t *testing.T, o *offended) error {
			must(o.client.verify(t, o.request, o.good(t)))(t, "it comes once")
			return o.reads(t, o.good(t))
		}},
		{"another answer to the same request", authenticator.ContextUsed, func(t *testing.T, o *offended) error {
			must(o.client.verify(t, o.request, o.good(t)))(t, "the first one")
			o.id = testkit.Server(testkit.P521)
			return o.reads(t, o.forger.make(t, o.request.Bytes(), chainOf([]byte("asked"), o.id), messages.ECDSASecp521r1SHA512, o.id))
		}},
		{"two claims with one context, of which one is verified", authenticator.ContextUsed, func(t *testing.T, o *offended) error {
			one := must(o.client.session.Read(o.request, o.good(t)))(t, "the first is read")
			two := must(o.client.session.Read(o.request, o.good(t)))(t, "the second is read")
			must(one.Verify(keyOf(t, one)))(t, "the first is verified")
			_, err := two.Verify(keyOf(t, two))
			return err
		}},
		{"a claim that is verified twice", authenticator.ContextUsed, func(t *testing.T, o *offended) error {
			claim := must(o.client.session.Read(o.request, o.good(t)))(t, "it is read")
			must(claim.Verify(keyOf(t, claim)))(t, "it is verified")
			_, err := claim.Verify(keyOf(t, claim))
			return err
		}},
		{"an answer that was not asked for, with the context of a request", authenticator.ContextUsed, func(t *testing.T, o *offended) error {
			_, err := o.client.session.Read(nil, o.forger.make(t, nil, chainOf([]byte("asked"), o.id), messages.ECDSASecp256r1SHA256, o.id))
			return err
		}},
		{"two proofs with one context, of which one is finished", authenticator.ContextUsed, func(t *testing.T, o *offended) error {
			read := must(o.server.session.ReadRequest(o.request.Bytes()))(t, "the request is read")
			one := must(o.server.session.Answer(read, o.id.Credential()))(t, "the first is begun")
			two := must(o.server.session.Answer(read, o.id.Credential()))(t, "the second is begun")
			must(one.Finish([]byte("signature")))(t, "the first is finished")
			_, err := two.Finish([]byte("signature"))
			return err
		}},
		{"a context drawn while there is no room for it", authenticator.TooManyContexts, func(t *testing.T, o *offended) error {
			for range authenticator.MaxContexts - 1 { // the first stands for itself
				must(o.client.session.Request(authenticator.Options{}))(t, "there is room")
			}
			_, err := o.client.session.Request(authenticator.Options{})
			return err
		}},
		{"a request of the peer's while there is no room for it", authenticator.TooManyContexts, func(t *testing.T, o *offended) error {
			for range authenticator.MaxContexts {
				must(o.server.session.Request(authenticator.Options{}))(t, "there is room")
			}
			_, err := o.server.session.ReadRequest(o.request.Bytes())
			return err
		}},
		{"the answer to another request", authenticator.WrongContext, func(t *testing.T, o *offended) error {
			return o.reads(t, o.changed(t, func(m *messages.Certificate13) { m.Context = []byte("asked by another") }))
		}},
	}
}

// unproved are signatures and Finished messages that do not hold.
func unproved() []offence {
	return []offence{
		{"a credential without a scheme that the peer takes", authenticator.NoMutualScheme, func(t *testing.T, o *offended) error {
			credential := o.id.Credential()
			credential.Schemes = []messages.SignatureScheme{messages.Ed448, messages.RSAPKCS1SHA256}
			_, err := o.server.session.Answer(must(o.server.session.ReadRequest(o.request.Bytes()))(t, "it is read"), credential)
			return err
		}},
		{"a scheme that was not asked for", authenticator.SchemeNotOffered, func(t *testing.T, o *offended) error {
			return o.reads(t, o.forger.make(t, o.request.Bytes(), chainOf([]byte("asked"), o.id), messages.Ed448, o.id))
		}},
		{"a key of another kind than the scheme", authenticator.SchemeForOtherKey, func(t *testing.T, o *offended) error {
			_, err := must(o.client.session.Read(o.request, o.good(t)))(t, "it is read").Verify(testkit.Server(testkit.P384).Key.Public())
			return err
		}},
		{"the signature of another key", authenticator.BadSignature, func(t *testing.T, o *offended) error {
			_, err := must(o.client.session.Read(o.request, o.good(t)))(t, "it is read").Verify(testkit.Client(testkit.P256).Key.Public())
			return err
		}},
		{"a Finished with another byte", authenticator.BadFinished, func(t *testing.T, o *offended) error {
			made := o.good(t)
			made[len(made)-1] ^= 1
			return o.reads(t, made)
		}},
		{"a Finished of the right beginning alone", authenticator.BadFinished, func(t *testing.T, o *offended) error {
			made := o.good(t)
			made[len(made)-33]--
			return o.reads(t, made[:len(made)-1])
		}},
		{"an empty Finished", authenticator.BadFinished, func(t *testing.T, o *offended) error {
			return o.reads(t, message(messages.TypeFinished, nil))
		}},
		{"a refusal of another request", authenticator.BadFinished, func(t *testing.T, o *offended) error {
			return o.reads(t, o.forger.finish(o.request.Bytes(), written(t, &messages.Certificate13{Context: []byte("another")})))
		}},
		{"the client's own answer is sent back to it", authenticator.BadFinished, func(t *testing.T, o *offended) error {
			o.forger = referenceOf(t, o.client.engine, events.Client)
			return o.reads(t, o.good(t))
		}},
		{"a proof that was begun before a renegotiation", authenticator.HandshakeChanged, func(t *testing.T, o *offended) error {
			read := must(o.server.session.ReadRequest(o.request.Bytes()))(t, "it is read")
			proof := must(o.server.session.Answer(read, o.id.Credential()))(t, "it is begun")
			o.renegotiate(t)
			_, err := proof.Finish([]byte("signature"))
			return err
		}},
		{"a claim that was read before a renegotiation", authenticator.HandshakeChanged, func(t *testing.T, o *offended) error {
			claim := must(o.client.session.Read(o.request, o.good(t)))(t, "it is read")
			o.renegotiate(t)
			_, err := claim.Verify(keyOf(t, claim))
			return err
		}},
		{"an answer that was made before a renegotiation", authenticator.BadFinished, func(t *testing.T, o *offended) error {
			made := o.good(t)
			o.renegotiate(t)
			return o.reads(t, made)
		}},
	}
}
