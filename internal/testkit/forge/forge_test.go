package forge_test

import (
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

func talk(t *testing.T, l *forge.Link) {
	t.Helper()
	l.Handshake()
	for _, end := range []*forge.End{l.Client, l.Server} {
		if end.Err != nil || !end.Engine.Completed() {
			t.Fatalf("%v: %v in state %s", end.Role, end.Err, end.Engine.State())
		}
	}
	l.Write(events.Client, "ping")
	l.Write(events.Server, "pong")
	if got := string(l.Server.Received) + string(l.Client.Received); got != "pingpong" {
		t.Fatalf("data through the forger: %q", got)
	}
}

func TestAForgerWhoChangesNothingIsNotNoticed(t *testing.T) {
	talk(t, forge.New(testkit.NewPair("idle forger")))
}

func TestAHandshakeCompletesInSpiteOfAnAllowedChange(t *testing.T) {
	pair := testkit.NewPair("allowed change")
	pair.Server.ClientAuth = 2
	pair.ClientAnswers.Identity = testkit.Client(testkit.Ed25519)
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a, Data: []byte("unknown")})
	})
	talk(t, l)
	if !l.Walked() {
		t.Fatal("the hook did not act")
	}

	pair = testkit.NewPair("allowed change again")
	pair.Client.Session = l.Client.Sessions[0]
	l = forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
	})
	talk(t, l)
	if l.Client.Engine.Connection().Resumed {
		t.Fatal("a server that asks for no certificate resumes no session with one")
	}
}

func TestAResumptionIsBoundAnew(t *testing.T) {
	first := forge.New(testkit.NewPair("bind"))
	talk(t, first)
	pair := testkit.NewPair("bind again")
	pair.Client.Session = first.Client.Sessions[0]
	l := forge.New(pair)
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
	})
	talk(t, l)
	if !l.Client.Engine.Connection().Resumed {
		t.Fatal("the session was not resumed")
	}
}

func TestAForgerOfTLS12IsNotNoticedAndMendsWhatIsAllowed(t *testing.T) {
	var session *events.Session
	for _, resumed := range []bool{false, true} {
		pair := testkit.NewPair("legacy")
		pair.Client.MinVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12
		withClient(pair)
		pair.Client.Session = session
		l := forge.New(pair)
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
		})
		talk(t, l)
		if l.Client.Engine.Connection().Resumed != resumed {
			t.Fatalf("resumed: %t, want %t", !resumed, resumed)
		}
		session = l.Client.Sessions[0]
	}
}

func withClient(pair *testkit.Pair) {
	pair.Server.ClientAuth = 2
	pair.ClientAnswers.Identity = testkit.Client(testkit.Ed25519)
}

func TestABlindForgerIsNotNoticedUnlessItWrites(t *testing.T) {
	for _, version := range []messages.Version{messages.TLS12, messages.TLS13} {
		pair := testkit.NewPair("blind")
		pair.Client.MinVersion, pair.Server.MinVersion = messages.TLS12, messages.TLS12
		pair.Server.MaxVersion = version
		withClient(pair)
		talk(t, forge.NewBlind(pair))

		l := forge.NewBlind(pair)
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a})
		})
		l.Handshake()
		if l.Client.Engine.Completed() || l.Server.Engine.Completed() || !l.Walked() {
			t.Errorf("%v: an extension more is found out", version)
		}
	}
}
