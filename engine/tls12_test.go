package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

func TestEveryKindOfKeyAuthenticatesBothEndsInTLS12(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			var session *events.Session
			for _, resumed := range []bool{false, true} {
				pair := testkit.NewPair(kind)
				inLegacy(pair)
				withClientCert(pair)
				pair.Client.Session = session
				pair.ServerAnswers.Identity, pair.ClientAnswers.Identity = testkit.Server(kind), testkit.Client(kind)
				p := established(t, pair)
				client, server := p.Client.Engine.Connection(), p.Server.Engine.Connection()
				if client.Resumed != resumed || server.Resumed != resumed {
					t.Fatalf("resumed: %t and %t, want %t", client.Resumed, server.Resumed, resumed)
				}
				if !bytes.Equal(client.PeerChain[0], testkit.Server(kind).Chain[0]) ||
					!bytes.Equal(server.PeerChain[0], testkit.Client(kind).Chain[0]) {
					t.Error("each end knows the other's chain")
				}
				for _, context := range [][]byte{nil, {}, []byte("context")} {
					ours, err := p.Client.Engine.Export("", context, 20)
					theirs, _ := p.Server.Engine.Export("", context, 20)
					if err != nil || !bytes.Equal(ours, theirs) {
						t.Errorf("both ends export the same: %x, %x, %v", ours, theirs, err)
					}
				}
				session = p.Client.Sessions[0]
			}
		})
	}
}

// helloes runs a handshake and gives both hellos as they were sent.
func helloes(pair *testkit.Pair) (*messages.ClientHello, *messages.ServerHello) {
	var client *messages.ClientHello
	var server *messages.ServerHello
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) { client = m })
	forge.Change(l, events.Server, func(m *messages.ServerHello) { server = m })
	l.Handshake()
	return client, server
}

// covers 5746/3.4/1 5746/3.6/4
// covers 7627/5.2/1 7627/5.2/2
// covers 5077/3.2/1 5077/3.2/3
// covers 8422/5.1/1 8422/5.1.2/3
// covers 7507/4/2
func TestAHelloOfTLS12HasWhatItMustAndNothingOfTLS13(t *testing.T) {
	pair := small("hellos")
	pair.Client.MaxVersion, pair.Server.MinVersion = messages.TLS12, messages.TLS12
	client, server := helloes(pair)
	for _, must := range []messages.ExtensionType{
		messages.ExtensionExtendedMasterSecret, messages.ExtensionRenegotiationInfo, messages.ExtensionECPointFormats,
		messages.ExtensionSessionTicket,
	} {
		if !client.Extensions.Has(must) || !server.Extensions.Has(must) {
			t.Errorf("%v: client %t, server %t", must, client.Extensions.Has(must), server.Extensions.Has(must))
		}
	}
	for _, mustNot := range []messages.ExtensionType{
		messages.ExtensionSupportedVersions, messages.ExtensionKeyShare, messages.ExtensionPSKModes, messages.ExtensionPreSharedKey,
	} {
		if client.Extensions.Has(mustNot) || server.Extensions.Has(mustNot) {
			t.Errorf("%v: client %t, server %t", mustNot, client.Extensions.Has(mustNot), server.Extensions.Has(mustNot))
		}
	}
	if len(client.SessionID) > 0 || slices.Contains(client.CipherSuites, messages.TLS_FALLBACK_SCSV) {
		t.Errorf("session id %x, suites %v", client.SessionID, client.CipherSuites)
	}
	// covers 8446/4.1.3/10
	if sentinel := messages.DowngradeTLS12(); !bytes.Equal(server.Random[24:], sentinel[:]) {
		t.Error("a server that has TLS 1.3 too says so in its random")
	}
}

// covers 5746/3.4/1 8446/4.2.1/1
func TestAHelloOfBothVersionsOffersBoth(t *testing.T) {
	pair := legacy("both")
	client, server := helloes(pair)
	var offer messages.SupportedVersionsOffer
	if _, err := client.Extensions.Get(&offer); err != nil || !slices.Equal(offer.Versions, []messages.Version{messages.TLS13, messages.TLS12}) {
		t.Errorf("the client offers %v, %v", offer.Versions, err)
	}
	if !client.Extensions.Has(messages.ExtensionRenegotiationInfo) || server.Extensions.Has(messages.ExtensionSupportedVersions) {
		t.Error("the client is ready for TLS 1.2, and the server says it by legacy_version")
	}
	if sentinel := messages.DowngradeTLS12(); bytes.Equal(server.Random[24:], sentinel[:]) {
		t.Error("a server without TLS 1.3 sends the sentinel")
	}
}

// covers 5246/7.4.1.2/6 5246/7.4.1.4/1 5077/3.2/4 7627/5.2/3 7627/5.2/4
func TestAServerOfTLS12AnswersNoMoreThanWasOffered(t *testing.T) {
	pair := legacy("bare")
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		var schemes messages.SignatureAlgorithms
		_, _ = m.Extensions.Get(&schemes)
		m.Extensions = messages.Extensions{}
		forge.Set(&m.Extensions, &schemes)
	})
	forge.Change(l, events.Server, func(m *messages.ServerHello) {
		if len(m.Extensions.List) != 0 {
			t.Errorf("extensions %v", m.Extensions.List)
		}
	})
	l.Handshake()
	if !l.Server.Engine.Completed() || !l.Client.Engine.Completed() {
		t.Errorf("the handshake completes all the same: %v, %v", l.Client.Err, l.Server.Err)
	}
}

// covers 7627/5.3/2 7627/5.4/1 7627/5.4/2 7627/5.4/3 7627/5.4/4
func TestWithoutAnExtendedMasterSecretNothingIsExportedOrResumed(t *testing.T) {
	pair := legacy("plain master secret")
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) })
	l.Handshake()
	for _, end := range []*forge.End{l.Client, l.Server} {
		if !end.Engine.Completed() {
			t.Fatalf("the handshake completes: %v", end.Err)
		}
		if _, err := end.Engine.Export("label", nil, 20); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("the %v exports: %v", end.Role, err)
		}
	}
	session := l.Client.Sessions[0]
	pair = legacy("no resumption")
	pair.Client.Session = session
	if p := established(t, pair); p.Client.Engine.Connection().Resumed {
		t.Error("a client resumes without an extended master secret")
	}
	// A client that offers such a session all the same is served in full.
	pair = legacy("no resumption either")
	lied := *session
	lied.ExtendedMaster = true
	pair.Client.Session = &lied
	if p := established(t, pair); p.Client.Engine.Connection().Resumed || p.Server.Engine.Connection().Resumed {
		t.Error("a server resumes without an extended master secret")
	}
}

// covers 5077/3.3/5 5077/3.4/3
func TestAServerLooksUpNoIdentifierBesideATicket(t *testing.T) {
	pair := legacy("ticket and identifier")
	session := *legacySession()
	pair.Client.Session = &session
	pair.Server.Sessions = true
	pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		if open, ok := q.(*events.OpenTicket); ok {
			return open.None()
		}
		return nil
	}
	established(t, pair)
	for _, q := range pair.ServerAnswers.Asked {
		if _, ok := q.(*events.FindSession); ok {
			t.Error("the identifier that the client made up is looked up")
		}
	}
}

// covers 5077/3.3/1
func TestATicketThatWasAnnouncedAndCannotBeHadIsEmpty(t *testing.T) {
	pair := legacy("no ticket")
	pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		if seal, ok := q.(*events.SealTicket); ok {
			return seal.None()
		}
		return nil
	}
	if p := established(t, pair); len(p.Client.Sessions) != 0 {
		t.Errorf("the client keeps %v", p.Client.Sessions[0])
	}
}

// covers 7507/3/1
func TestAFallbackToWhatTheServerHasIsServed(t *testing.T) {
	pair := legacy("fallback")
	pair.Client.MaxVersion = messages.TLS12
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		m.CipherSuites = append(slices.Clone(m.CipherSuites), messages.TLS_FALLBACK_SCSV)
	})
	l.Handshake()
	if !l.Server.Engine.Completed() {
		t.Errorf("the server of TLS 1.2 serves the client: %v", l.Server.Err)
	}
}
