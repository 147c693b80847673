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
	"github.com/tacitls/tacitls/secrets"
)

// covers 5246/7.4.1.2/1
func TestAnIdentifierOfASessionSaysNothingOfIt(t *testing.T) {
	seen := map[string]bool{}
	for _, seed := range []string{"one", "another", "a third"} {
		pair := legacy("identifier " + seed)
		pair.Server.NoTickets, pair.Server.Sessions = true, true
		p := pair.Join()
		var kept *events.SessionEstablished
		p.Observe = func(_ events.Role, e events.Event) {
			if session, ok := e.(*events.SessionEstablished); ok {
				kept = session
			}
		}
		if err := p.Handshake(); err != nil || kept == nil {
			t.Fatalf("%v, %v", kept, err)
		}
		if len(kept.SessionID) != 32 || seen[string(kept.SessionID)] {
			t.Errorf("the identifier %x has been seen", kept.SessionID)
		}
		seen[string(kept.SessionID)] = true
		// No four bytes of it are any of the session.
		session := slices.Concat(kept.State, p.Client.Sessions[0].Secret.Bytes())
		for i := range len(kept.SessionID) - 3 {
			if bytes.Contains(session, kept.SessionID[i:i+4]) {
				t.Errorf("%x is a part of the session", kept.SessionID[i:i+4])
			}
		}
	}
}

// covers 5246/7.4.1.2/1
func TestAnIdentifierThatNobodyGaveLeadsToAFullHandshake(t *testing.T) {
	for _, fake := range [][]byte{{0}, make([]byte, 32), bytes.Repeat([]byte{0xff}, 32), []byte("../../etc/passwd")} {
		pair := small("fake")
		resumingIdentified(pair)
		l := completes(t, pair, func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) { m.SessionID = fake })
			forge.Change(l, events.Server, func(m *messages.ServerHello) {
				if bytes.Equal(m.SessionID, fake) {
					t.Errorf("%x is echoed", fake)
				}
			})
		})
		if !asked[*events.FindSession](l.Server) || l.Server.Engine.Connection().Resumed {
			t.Errorf("%x: resumed %t", fake, l.Server.Engine.Connection().Resumed)
		}
	}
}

// covers 5246/7.4.1.2/2
func TestAServerOfTLS12PassesOverSuitesThatItDoesNotKnow(t *testing.T) {
	want := messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
	l := completes(t, legacy("unknown suites"), func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			m.CipherSuites = []messages.CipherSuite{
				0x7a7a, 0x0000, 0x00ff, messages.TLS_RSA_WITH_AES_128_CBC_SHA, 0xc0ff, want, 0xffff, messages.TLS_AES_128_GCM_SHA256,
			}
		})
	})
	if got := l.Server.Engine.Connection().CipherSuite; got != want {
		t.Errorf("the suite is %v", got)
	}
}

// covers 5246/7.4.1.2/4
func TestASessionIsOfferedTogetherWithItsSuite(t *testing.T) {
	for what, resume := range map[string]func(p *testkit.Pair){"by ticket": resumingLegacy, "by identifier": resumingIdentified} {
		for _, has := range []bool{true, false} {
			pair := small("with its suite")
			resume(pair)
			own := pair.Client.Session.CipherSuite
			pair.Client.CipherSuites = []messages.CipherSuite{
				messages.TLS_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
			}
			if has {
				pair.Client.CipherSuites = append(pair.Client.CipherSuites, own)
			}
			m, l := capture[messages.ClientHello](t, pair, events.Client, 1)
			if slices.Contains(m.CipherSuites, own) != has || l.Client.Engine.Connection().Resumed != has {
				t.Errorf("%s: suites %v, resumed %t", what, m.CipherSuites, l.Client.Engine.Connection().Resumed)
			}
			if !has && bytes.Equal(m.SessionID, pair.Client.Session.SessionID) && len(m.SessionID) > 0 {
				t.Errorf("%s: the session is named all the same", what)
			}
		}
	}
}

// covers 5246/7.4.1.3/1
func TestTheServersRandomIsItsOwn(t *testing.T) {
	seen := map[[32]byte]bool{}
	for _, clients := range []string{"a", "b"} {
		for _, servers := range []string{"c", "d"} {
			pair := legacy("random")
			pair.Client.Rand, pair.Server.Rand = testkit.Rand(clients), testkit.Rand(servers)
			client, server := helloes(pair)
			if seen[server.Random] != (clients == "b") {
				t.Errorf("the random depends on the client's")
			}
			seen[server.Random] = true
			for i := range len(client.Random) - 3 {
				if bytes.Contains(server.Random[:], client.Random[i:i+4]) {
					t.Errorf("%x is in both randoms", client.Random[i:i+4])
				}
			}
		}
	}
}

// covers 5246/7.4.1.4.1/1 5246/7.4.1.4.1/2
func TestSignatureAlgorithmsAreAlwaysOfferedAndNeverAnonymous(t *testing.T) {
	alone := func(p *testkit.Pair) { p.Client.MaxVersion, p.Server.MaxVersion = messages.TLS12, messages.TLS12 }
	for _, change := range []func(p *testkit.Pair){inLegacy, alone, resumingLegacy, withLegacyClientCert} {
		pair := small("schemes")
		change(pair)
		m, l := capture[messages.ClientHello](t, pair, events.Client, 1)
		var offer messages.SignatureAlgorithms
		if present, err := m.Extensions.Get(&offer); !present || err != nil {
			t.Fatalf("present %t, %v", present, err)
		}
		for _, scheme := range append(offer.Schemes, askedSchemes(l)...) {
			if anonymous := scheme&0xff == 0; anonymous {
				t.Errorf("%v is offered", scheme)
			}
		}
	}
	for _, scheme := range []messages.SignatureScheme{0x0000, 0x0400, 0x0600} {
		for what, c := range map[string]engine.Common{
			"handshakes": {Schemes: []messages.SignatureScheme{messages.Ed25519, scheme}},
			"chains":     {SchemesCert: []messages.SignatureScheme{scheme}},
		} {
			c.Rand, c.MaxVersion = testkit.Rand("anonymous"), messages.TLS12
			if _, err := engine.NewClient(&engine.ClientConfig{Common: c}); !errors.Is(err, engine.ErrMisuse) {
				t.Errorf("a config with %v for %s: %v", scheme, what, err)
			}
		}
	}
}

// askedSchemes are those that a client's certificate was asked for by.
func askedSchemes(l *forge.Link) []messages.SignatureScheme {
	for _, q := range l.Client.Answers.Asked {
		if choose, ok := q.(*events.ChooseCredential); ok {
			return append(slices.Clone(choose.Schemes), choose.SchemesCert...)
		}
	}
	return nil
}

// covers 5246/7.4.1.4.1/5 5246/7.4.1.4.1/6
func TestAServerReadsSignatureAlgorithmsAndNeverAnswersThem(t *testing.T) {
	for _, scheme := range []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384} {
		pair := legacy("no answer")
		pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1}
		kind := map[messages.SignatureScheme]string{
			messages.ECDSASecp256r1SHA256: testkit.P256, messages.ECDSASecp384r1SHA384: testkit.P384,
		}[scheme]
		pair.ServerAnswers.Identity = testkit.Server(kind)
		pair.Client.Schemes = []messages.SignatureScheme{scheme}
		m, l := capture[messages.ServerHello](t, pair, events.Server, 1)
		if m.Extensions.Has(messages.ExtensionSignatureAlgorithms) || l.Client.Engine.Connection().PeerScheme != scheme {
			t.Errorf("extensions %v, scheme %v", types(&m.Extensions), l.Client.Engine.Connection().PeerScheme)
		}
	}
	l := forge.New(legacy("an answer"))
	forge.Change(l, events.Server, func(m *messages.ServerHello) {
		forge.Set(&m.Extensions, &messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.Ed25519}})
	})
	l.Handshake()
	wantRefusal(t, "an answer to signature_algorithms", l.Client, "misplaced_extension")
}

// covers 5246/A.5/2
func TestNoSuiteWithoutAuthenticationCanBeHad(t *testing.T) {
	anonymous := []messages.CipherSuite{
		0x0017, 0x0018, 0x0019, 0x001a, 0x001b, 0x0034, 0x003a, 0x0046, 0x006c, 0x006d, 0x0089, 0x009b, 0x00a6, 0x00a7,
		0x00bf, 0x00c5, 0xc015, 0xc016, 0xc017, 0xc018, 0xc019,
	}
	for _, suite := range anonymous {
		if _, known := secrets.LookupSuite12(suite); known {
			t.Errorf("%v is there", suite)
		}
		config := &engine.ServerConfig{Common: engine.Common{
			Rand: testkit.Rand("anonymous"), MaxVersion: messages.TLS12, CipherSuites: []messages.CipherSuite{suite},
		}}
		if _, err := engine.NewServer(config); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a config with %v: %v", suite, err)
		}
	}
	l := forge.New(legacy("anonymous"))
	forge.Change(l, events.Client, func(m *messages.ClientHello) { m.CipherSuites = anonymous })
	l.Handshake()
	wantRefusal(t, "an offer of nothing else", l.Server, "no_mutual_suite")
}
