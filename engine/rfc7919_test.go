package engine_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// hello is the first ClientHello of a pair.
func hello(t *testing.T, pair *testkit.Pair) *messages.ClientHello {
	t.Helper()
	var seen *messages.ClientHello
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		seen = &messages.ClientHello{CipherSuites: slices.Clone(m.CipherSuites), Extensions: m.Extensions.Clone()}
	})
	l.Handshake()
	if seen == nil {
		t.Fatal("there is no ClientHello")
	}
	return seen
}

// Curves and finite fields are offered in one list, and nothing of curves by a
// client that has no suites for them.
//
// covers 7919/3/1
// covers 8422/4/2
func TestAClientOffersTheGroupsThatItsSuitesHave(t *testing.T) {
	for _, tc := range []struct {
		suites []messages.CipherSuite
		groups bool
		points bool
	}{
		{[]messages.CipherSuite{messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, dheSuite}, true, true},
		{[]messages.CipherSuite{dheSuite}, true, false},
		{[]messages.CipherSuite{dheSuite, rsaSuite}, true, false},
		{[]messages.CipherSuite{rsaSuite, pskSuite}, false, false},
		{[]messages.CipherSuite{ecdhePSKSuite}, true, true},
	} {
		pair := under(tc.suites[0])
		pair.Client.CipherSuites = tc.suites
		pair.Client.Groups = []messages.Group{messages.FFDHE2048, messages.X25519, messages.FFDHE3072}
		x := hello(t, pair).Extensions
		var offered messages.SupportedGroups
		present, err := x.Get(&offered)
		if err != nil || present != tc.groups || x.Has(messages.ExtensionECPointFormats) != tc.points {
			t.Errorf("%v: groups %t, points %t, %v", tc.suites, present, x.Has(messages.ExtensionECPointFormats), err)
		}
		if present && !slices.Equal(offered.Groups, pair.Client.Groups) {
			t.Errorf("%v: offers %v", tc.suites, offered.Groups)
		}
	}
}

// A server chooses among the fields that a client names, and takes its own for a
// client that names none.
//
// covers 7919/4/3
// covers 7919/4/4
func TestAServerChoosesAFieldThatTheClientNames(t *testing.T) {
	for _, tc := range []struct {
		offered []messages.Group
		want    messages.Group
	}{
		{[]messages.Group{messages.FFDHE3072, messages.FFDHE2048}, messages.FFDHE2048},
		{[]messages.Group{messages.X25519, messages.FFDHE3072}, messages.FFDHE3072},
		{[]messages.Group{messages.X25519}, messages.FFDHE2048},
		{nil, messages.FFDHE2048},
	} {
		pair := under(dheSuite)
		pair.Client.Groups = []messages.Group{messages.X25519, messages.FFDHE2048, messages.FFDHE3072}
		pair.Server.Groups = pair.Client.Groups
		l := completes(t, pair, func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) {
				m.Extensions.Remove(messages.ExtensionSupportedGroups)
				if tc.offered != nil {
					forge.AddExtension(&m.Extensions, forge.Body(&messages.SupportedGroups{Groups: tc.offered}))
				}
			})
		})
		if got := l.Server.Engine.Connection().Group; got != tc.want {
			t.Errorf("to %v the server answers %v, want %v", tc.offered, got, tc.want)
		}
	}
}

// Where no field is common but a curve is, the curve serves.
//
// covers 7919/4/1
func TestAServerWithoutACommonFieldTakesACurve(t *testing.T) {
	pair := under(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
	both := []messages.CipherSuite{dheSuite, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	pair.Client.CipherSuites, pair.Server.CipherSuites = both, both
	pair.Client.Groups = []messages.Group{messages.X25519, messages.FFDHE3072}
	pair.Server.Groups = []messages.Group{messages.X25519, messages.FFDHE2048}
	l := completes(t, pair, func(*forge.Link) {})
	if got := l.Client.Engine.Connection(); got.CipherSuite != messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 {
		t.Errorf("both agree on %v", got.CipherSuite)
	}
}

// A HelloRequest is in no transcript: one that comes in the middle changes
// nothing of the Finished messages.
//
// covers 5246/7.4.1.1/1
func TestAHelloRequestIsInNoTranscript(t *testing.T) {
	for _, kind := range []messages.HandshakeType{
		messages.TypeCertificate, messages.TypeServerKeyExchange, messages.TypeServerHelloDone, messages.TypeNewSessionTicket,
	} {
		pair := legacy("hello request")
		withClientCert(pair)
		completes(t, pair, func(l *forge.Link) {
			l.On(events.Server, kind, func(w *forge.Wire, raw []byte) {
				w.Message(&messages.HelloRequest{})
				w.Raw(raw)
			})
		})
	}
}

// A client starts early only where the suite has forward secrecy and an AEAD,
// and an application protocol was agreed on, or none has to be.
//
// covers 7919/8.9/1
func TestOnlyAStrongChoiceIsWrittenUnderEarly(t *testing.T) {
	for suite, wanted := range map[messages.CipherSuite]bool{
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: true, dheSuite: true,
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: false, rsaSuite: false, pskSuite: false, ecdhePSKSuite: false,
	} {
		for i, protocols := range [][]string{{"h2"}, nil, nil} {
			pair := under(suite)
			pair.Client.FalseStartWithoutALPN = i > 1
			pair.Client.FalseStart, pair.Client.ALPN, pair.Server.ALPN = true, protocols, protocols
			p := pair.Join()
			early := false
			p.Observe = func(_ events.Role, e events.Event) {
				if _, started := e.(*events.FalseStarted); !started {
					return
				}
				early = true
				if p.Client.Engine.Completed() {
					t.Errorf("%v: the client starts when all is done", suite)
				}
			}
			_ = p.Do(events.Client, (*engine.Engine).Start)
			if err := p.Run(); err != nil {
				t.Fatalf("%v: %v", suite, err)
			}
			if early != (wanted && i != 1) {
				t.Errorf("%v with %q, without them %t: an early start is %t", suite, protocols, i > 1, early)
			}
		}
	}
}
