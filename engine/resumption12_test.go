package engine_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// compatible is a pair of TLS 1.2 that resumes sessions without
// extended_master_secret.
func compatible(seed string) *testkit.Pair {
	pair := legacy(seed)
	pair.Client.Profile, pair.Server.Profile = engine.Compatible, engine.Compatible
	return pair
}

// covers 7627/5.3/5
func TestAServerThatAgreesToExtendedMasterSecretForASessionWithoutItIsRefused(t *testing.T) {
	withhold := func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) }
	l := forge.New(compatible("a plain session"))
	forge.Change(l, events.Client, withhold)
	l.Handshake()
	pair := compatible("resumed by another kind of secret")
	pair.Client.Session = l.Client.Sessions[0]
	l = forge.New(pair)
	forge.Change(l, events.Client, withhold)
	forge.Change(l, events.Server, func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.ExtendedMasterSecret{}) })
	l.Handshake()
	err := l.Client.Err
	if err == nil || err.Refusal.Name != "resumed_extended_master" || !strings.Contains(err.Detail, "none") {
		t.Errorf("the client: %v", err)
	}
}

func TestARefusedEchoTellsTheVersionOfTheSessionOffered(t *testing.T) {
	l := forge.New(small("a session of TLS 1.3"))
	l.Handshake()
	l.Write(events.Server, "data")
	pair := legacy("echoed in TLS 1.2")
	pair.Client.Session = l.Client.Sessions[0]
	l = forge.New(pair)
	echoing(l)
	l.Handshake()
	err := l.Client.Err
	if err == nil || err.Refusal.Name != "session_not_offered" || !strings.Contains(err.Detail, messages.TLS13.String()) {
		t.Errorf("the client: %v", err)
	}
}

// RFC 8446, Appendix D: implementations of both versions should say so.
func TestEveryConnectionOfTLS13IsBoundToItsHandshake(t *testing.T) {
	p := established(t, small("bound"))
	for role, e := range map[string]*engine.Engine{"client": p.Client.Engine, "server": p.Server.Engine} {
		if !e.Connection().ExtendedMasterSecret {
			t.Errorf("the %s says that it is not", role)
		}
	}
}

func TestARenegotiationLeavesNoSessionBehind(t *testing.T) {
	p := established(t, legacy("renegotiated"))
	named := 0
	p.Server.Engine.SetRewrite(func(m messages.Message, raw []byte) []byte {
		hello, ok := m.(*messages.ServerHello)
		if !ok {
			return raw
		}
		named++
		hello.SessionID = make([]byte, 32)
		raw, err := messages.Append(nil, hello)
		if err != nil {
			t.Error(err)
		}
		return raw
	})
	before := len(p.Client.Sessions)
	if err := p.Do(events.Client, (*engine.Engine).Renegotiate); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if !p.Client.Engine.Connection().Renegotiated || named != 1 {
		t.Fatal("the client has not renegotiated, or was told of no identifier")
	}
	if got := len(p.Client.Sessions); got != before {
		t.Errorf("the client was told of %d sessions, before of %d", got, before)
	}
}
