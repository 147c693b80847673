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
