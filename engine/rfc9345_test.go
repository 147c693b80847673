package engine_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

type schemes = []messages.SignatureScheme

// RFC 9345, Section 4.1.1: the client that is willing says so, and nobody is told in
// a version before TLS 1.3.
func TestAClientTakesTheDelegatedSchemesOfItsConfigInTLS13Alone(t *testing.T) {
	for _, c := range []struct {
		taken, offered schemes
		least, most    messages.Version
	}{
		{nil, nil, messages.TLS13, messages.TLS13},
		{schemes{messages.Ed25519}, schemes{messages.Ed25519}, messages.TLS13, messages.TLS13},
		{schemes{messages.MLDSA44, messages.Ed448}, schemes{messages.MLDSA44, messages.Ed448}, messages.TLS12, messages.TLS13},
		{schemes{messages.Ed25519}, nil, messages.TLS12, messages.TLS12},
	} {
		pair := small("offer")
		pair.Client.DelegatedSchemes, pair.Client.MinVersion, pair.Client.MaxVersion = c.taken, c.least, c.most
		pair.Server.MinVersion = messages.TLS12
		m, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
		var offer messages.DelegatedCredentialOffer
		if present, err := m.Extensions.Get(&offer); err != nil || present != (c.offered != nil) || !slices.Equal(offer.Schemes, c.offered) {
			t.Errorf("a client of up to %v that takes %v offers %v, %v", c.most, c.taken, offer.Schemes, err)
		}
	}
}

// RFC 9345, Section 4.1.2: so does the server that asks for a certificate.
func TestAServerAsksForTheDelegatedSchemesOfItsConfig(t *testing.T) {
	for _, taken := range []schemes{nil, {messages.Ed25519, messages.ECDSASecp256r1SHA256}} {
		pair := small("request")
		withClientCert(pair)
		pair.Server.DelegatedSchemes = taken
		m, _ := capture[messages.CertificateRequest13](t, pair, events.Server, 1)
		var offer messages.DelegatedCredentialOffer
		if present, err := m.Extensions.Get(&offer); err != nil || present != (taken != nil) || !slices.Equal(offer.Schemes, taken) {
			t.Errorf("a server that takes %v asks for %v, %v", taken, offer.Schemes, err)
		}
	}
}

// RFC 9345, Section 4.1.1: what signs the handshake has to be in delegated_credential,
// and what has signed the delegated credential in signature_algorithms.
func TestADelegatedCredentialIsShownToWhomBothItsSchemesSuit(t *testing.T) {
	ecdsa, ed25519, rsa := messages.ECDSASecp256r1SHA256, messages.Ed25519, messages.RSAPSSRSAESHA256
	for _, c := range []struct {
		why              string
		taken, delegated schemes
		shown            bool
		signed           messages.SignatureScheme
	}{
		{"both suit", schemes{rsa}, schemes{ed25519}, true, ed25519},
		{"among others", schemes{ecdsa, rsa}, schemes{ecdsa, ed25519}, true, ed25519},
		{"no delegated credential is taken", schemes{rsa, ed25519}, nil, false, rsa},
		{"the schemes are the other way about", schemes{ed25519, messages.RSAPSSRSAESHA384}, schemes{messages.ECDSASecp384r1SHA384}, false, messages.RSAPSSRSAESHA384},
		{"the credential's scheme is not taken", schemes{rsa, ed25519}, schemes{ecdsa}, false, rsa},
		{"the credential's own signature is not taken", schemes{messages.RSAPSSRSAESHA384}, schemes{ed25519}, false, messages.RSAPSSRSAESHA384},
	} {
		for _, shower := range []events.Role{events.Server, events.Client} {
			pair := small(c.why)
			withClientCert(pair)
			taker, answers, identity := &pair.Client.Common, pair.ServerAnswers, testkit.Server(testkit.RSA)
			if shower == events.Client {
				taker, answers, identity = &pair.Server.Common, pair.ClientAnswers, testkit.Client(testkit.RSA)
			}
			taker.Schemes, taker.DelegatedSchemes = c.taken, c.delegated
			answers.Identity = testkit.Delegate(identity, testkit.Ed25519, shower)
			p := established(t, pair)
			own, peers := p.Server.Engine.Connection(), p.Client.Engine.Connection()
			if shower == events.Client {
				own, peers = peers, own
			}
			if (own.LocalDelegated != nil) != c.shown || (peers.PeerDelegated != nil) != c.shown || own.LocalScheme != c.signed || peers.PeerScheme != c.signed {
				t.Errorf("%s: the %v shows %v and signs by %v; its peer sees %v", c.why, shower, own.LocalDelegated, own.LocalScheme, peers.PeerDelegated)
			}
		}
	}
}

func TestTheDelegatedCredentialIsAskedAboutAsItCame(t *testing.T) {
	pair := small("asked about")
	delegating(pair)
	p := established(t, pair)
	for _, end := range []struct {
		answers *testkit.Answers
		want    *messages.DelegatedCredential
		peer    events.Connection
	}{
		{pair.ClientAnswers, pair.ServerAnswers.Identity.Delegated.Credential, p.Client.Engine.Connection()},
		{pair.ServerAnswers, pair.ClientAnswers.Identity.Delegated.Credential, p.Server.Engine.Connection()},
	} {
		want, err := end.want.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range end.answers.Asked {
			q, ok := q.(*events.VerifyPeer)
			if !ok {
				continue
			}
			if got, err := q.Delegated.Append(nil); err != nil || !bytes.Equal(got, want) || q.Delegated != end.peer.PeerDelegated {
				t.Errorf("the %v is asked about %x, %v, want %x", q.Role, got, err, want)
			}
		}
	}
}

// RFC 9345, Section 4.1.1 and Section 4.1.2: a delegated credential beside another
// certificate than the end entity's is ignored.
func TestADelegatedCredentialBesideAnotherCertificateIsPassedOver(t *testing.T) {
	pair := small("beside another")
	pair.Client.DelegatedSchemes = schemes{messages.Ed25519}
	l := forge.New(pair)
	forge.Change(l, events.Server, func(m *messages.Certificate13) {
		m.Entries = append(m.Entries, messages.CertificateEntry{Data: testkit.Authority().Chain[0]})
		forge.SetExtension(&m.Entries[1].Extensions, messages.Extension{Type: messages.ExtensionDelegatedCredential, Data: []byte("no credential")})
	})
	l.Handshake()
	wantAlive(t, "a delegated credential beside the authority's certificate", l)
	if c := l.Client.Engine.Connection(); c.PeerDelegated != nil || len(c.PeerChain) != 2 {
		t.Errorf("the client has taken %v", c.PeerDelegated)
	}
}

// RFC 9345, Section 4.1.1: a server of TLS 1.2 ignores the extension, whatever is in it.
func TestAServerOfTLS12IgnoresDelegatedCredential(t *testing.T) {
	pair := legacy("ignores")
	pair.Client.DelegatedSchemes = schemes{messages.Ed25519}
	pair.ServerAnswers.Identity = testkit.Delegate(pair.ServerAnswers.Identity, testkit.Ed25519, events.Server)
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionDelegatedCredential, Data: []byte("no list")})
	})
	l.Handshake()
	wantAlive(t, "an extension that TLS 1.2 does not have", l)
	if c := l.Server.Engine.Connection(); c.LocalDelegated != nil || c.LocalScheme != messages.ECDSASecp256r1SHA256 {
		t.Errorf("the server has shown %v and signed by %v", c.LocalDelegated, c.LocalScheme)
	}
}

// RFC 9345, Section 7.4: who asks about the chain of a session again is shown its
// delegated credential too.
func TestASessionRemembersTheDelegatedCredentialOfThePeer(t *testing.T) {
	pair := small("first")
	delegating(pair)
	first := established(t, pair)
	for _, takes := range []bool{true, false} {
		again := small("again")
		delegating(again)
		again.Client.Session = first.Client.Sessions[0]
		again.Client.ReverifyOnResume, again.Server.ReverifyOnResume = true, true
		if !takes {
			again.Server.DelegatedSchemes = schemes{messages.ECDSASecp384r1SHA384}
		}
		p := established(t, again)
		if p.Server.Engine.Connection().Resumed != takes {
			t.Errorf("where the server takes the credential %t: resumed %t", takes, !takes)
		}
		for _, answers := range []*testkit.Answers{again.ClientAnswers, again.ServerAnswers} {
			at := slices.IndexFunc(answers.Asked, func(q events.Question) bool { _, ok := q.(*events.VerifyPeer); return ok })
			q := answers.Asked[at].(*events.VerifyPeer)
			if q.Resumed != takes || takes && (q.Delegated == nil || q.Delegated.Key.Scheme != messages.Ed25519) {
				t.Errorf("where the server takes the credential %t, the %v is asked about %+v", takes, q.Role, q.Delegated)
			}
		}
	}
}

func TestALaterAnswerReplacesTheDelegatedCredential(t *testing.T) {
	pair := small("replaced")
	delegatingLater(pair)
	p := established(t, pair)
	authenticate := func() {
		t.Helper()
		if err := p.Do(events.Server, requestCertificate); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
	}
	authenticate()
	if server, client := p.Server.Engine.Connection(), p.Client.Engine.Connection(); server.PeerDelegated == nil || client.LocalDelegated == nil ||
		server.PeerScheme != messages.Ed25519 {
		t.Errorf("with a delegated credential: the server sees %v by %v", server.PeerDelegated, server.PeerScheme)
	}
	pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
	authenticate()
	if server, client := p.Server.Engine.Connection(), p.Client.Engine.Connection(); server.PeerDelegated != nil || client.LocalDelegated != nil ||
		server.PeerScheme != messages.ECDSASecp256r1SHA256 {
		t.Errorf("without one: the server sees %v by %v", server.PeerDelegated, server.PeerScheme)
	}
}
