package engine_test

import (
	"crypto"
	"crypto/sha1"
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// signingWithSHA1 has both ends show a certificate of a kind, and sign by the scheme
// of SHA-1 for it alone.
func signingWithSHA1(kind string, scheme messages.SignatureScheme) *testkit.Pair {
	pair := legacy(scheme.String())
	withClientCert(pair)
	pair.ServerAnswers.Identity, pair.ClientAnswers.Identity = testkit.Server(kind), testkit.Client(kind)
	for _, answers := range []*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers} {
		answers.Override = func(q events.Question) events.Answer {
			switch q := q.(type) {
			case *events.ChooseCredential:
				credential := *answers.Identity.Credential()
				credential.Schemes = []messages.SignatureScheme{scheme}
				return q.Reply(&credential)
			case *events.Sign:
				digest := sha1.Sum(q.Content)
				signature, err := answers.Identity.Key.Sign(nil, digest[:], crypto.SHA1)
				if err != nil {
					return q.Fail(err)
				}
				return q.Reply(signature)
			}
			return nil
		}
	}
	return pair
}

// sha1Kinds are the kinds of keys with their schemes of SHA-1.
var sha1Kinds = map[string]messages.SignatureScheme{
	testkit.RSA: messages.RSAPKCS1SHA1, testkit.P256: messages.ECDSASHA1,
}

func TestSHA1SignsAHandshakeOfTLS12WhereTheConfigNamesIt(t *testing.T) {
	for kind, scheme := range sha1Kinds {
		pair := signingWithSHA1(kind, scheme)
		named := []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.RSAPSSRSAESHA256, scheme}
		pair.Client.Schemes, pair.Server.Schemes = named, named
		p := established(t, pair)
		if got := p.Client.Engine.Connection().PeerScheme; got != scheme {
			t.Errorf("the server signed by %v, want %v", got, scheme)
		}
		if got := p.Server.Engine.Connection().PeerScheme; got != scheme {
			t.Errorf("the client signed by %v, want %v", got, scheme)
		}
	}
}

// A chain may be signed by what must not sign the handshake
// (RFC 9155, Section 4 and Section 5).
func TestSHA1InAChainAloneSignsNoHandshakeOfTLS12(t *testing.T) {
	for kind, scheme := range sha1Kinds {
		for _, server := range []bool{false, true} {
			pair := signingWithSHA1(kind, scheme)
			strict, lenient := &pair.Client.Common, &pair.Server.Common
			if server {
				strict, lenient = lenient, strict
			}
			ours := []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.RSAPSSRSAESHA256}
			lenient.Schemes = append(slices.Clone(ours), scheme)
			strict.Schemes, strict.SchemesCert = ours, lenient.Schemes
			p := pair.Join()
			_ = p.Handshake()
			refused := p.Client.Engine.Err()
			if server {
				refused = p.Server.Engine.Err()
			}
			var fatal *engine.Error
			if !errors.As(refused, &fatal) || fatal.Refusal.Name != "scheme_not_offered" || fatal.Alert != messages.AlertIllegalParameter {
				t.Errorf("%v, signed by the client: %t: got %v", scheme, server, refused)
			}
		}
	}
}

// covers 8446/4.4.3/8
func TestSHA1SignsNoHandshakeOfTLS13WhateverTheConfigNames(t *testing.T) {
	for kind, scheme := range sha1Kinds {
		pair := signingWithSHA1(kind, scheme)
		named := []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.RSAPSSRSAESHA256, scheme}
		pair.Client.Schemes, pair.Server.Schemes = named, named
		pair.Server.MinVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS13
		p := pair.Join()
		_ = p.Handshake()
		if p.Server.Engine.Completed() || p.Server.Engine.Err() == nil {
			t.Errorf("%v: the server signed", scheme)
		}
	}
}

// covers 8446/4.2.3/10
func TestSchemesOfSHA1AreOfferedBehindAllOthers(t *testing.T) {
	type list = []messages.SignatureScheme
	const p256, ed25519, pkcs1 = messages.ECDSASecp256r1SHA256, messages.Ed25519, messages.RSAPKCS1SHA256
	const rsaSHA1, ecdsaSHA1 = messages.RSAPKCS1SHA1, messages.ECDSASHA1
	for _, c := range []struct{ schemes, chain, offered, offeredCert list }{
		{list{ecdsaSHA1, p256}, nil, list{p256, ecdsaSHA1}, nil},
		{list{p256, rsaSHA1, ed25519, ecdsaSHA1, pkcs1}, nil, list{p256, ed25519, pkcs1, rsaSHA1, ecdsaSHA1}, nil},
		{list{p256}, list{rsaSHA1, p256, pkcs1}, list{p256, pkcs1, rsaSHA1}, nil},
		{list{p256, ecdsaSHA1}, list{p256, pkcs1}, list{p256, pkcs1, ecdsaSHA1}, list{p256, pkcs1}},
		{list{p256, ed25519}, list{ecdsaSHA1, p256}, list{p256, ed25519, ecdsaSHA1}, list{p256, ecdsaSHA1}},
	} {
		for _, greased := range []bool{false, true} {
			pair := small("order of schemes")
			pair.Client.MinVersion, pair.Client.GREASE = messages.TLS12, greased
			pair.Client.Schemes, pair.Client.SchemesCert = c.schemes, c.chain
			m, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
			var offered messages.SignatureAlgorithms
			var offeredCert messages.SignatureAlgorithmsCert
			for _, body := range []messages.ExtensionBody{&offered, &offeredCert} {
				if _, err := m.Extensions.Get(body); err != nil {
					t.Fatal(err)
				}
			}
			got := offered.Schemes
			if greased {
				got = got[1:]
			}
			if !slices.Equal(got, c.offered) || !slices.Equal(offeredCert.Schemes, c.offeredCert) {
				t.Errorf("of %v and %v is offered %v and %v", c.schemes, c.chain, got, offeredCert.Schemes)
			}
		}
	}
	// The order of a config is its own where a server asks by it, but for these.
	pair := legacy("order of schemes of a server")
	withClientCert(pair)
	pair.Server.Schemes = list{ecdsaSHA1, ed25519, p256}
	if m, _ := capture[messages.CertificateRequest12](t, pair, events.Server, 1); !slices.Equal(m.Schemes, list{ed25519, p256, ecdsaSHA1}) {
		t.Errorf("a server asks for %v", m.Schemes)
	}
}
