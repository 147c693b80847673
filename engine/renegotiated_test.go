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

// What a connection is for does not change in its midst. A client that offers the
// protocol no more, as well-known ones do, keeps it.
func TestARenegotiationKeepsTheApplicationProtocol(t *testing.T) {
	agreeing := func() *testkit.Pair {
		pair := legacy("protocols")
		pair.Client.ALPN, pair.Server.ALPN = []string{"b", "a"}, []string{"a", "b"}
		return pair
	}
	kept := func(t *testing.T, l *forge.Link) {
		t.Helper()
		for _, end := range []*forge.End{l.Client, l.Server} {
			if got := end.Engine.Connection().ALPN; got != "a" {
				t.Errorf("the %v speaks %q", end.Role, got)
			}
		}
	}
	t.Run("offered no more", func(t *testing.T) {
		kept(t, renewed(t, agreeing(), renewedHello(func(m *messages.ClientHello) {
			if m.Extensions.Has(messages.ExtensionALPN) {
				t.Error("the client offers it again")
			}
		})))
	})
	t.Run("another is offered too", func(t *testing.T) {
		kept(t, renewed(t, agreeing(), renewedHello(func(m *messages.ClientHello) {
			forge.Set(&m.Extensions, &messages.ALPNOffer{Protocols: [][]byte{[]byte("b"), []byte("a")}})
		}), renewedChoice(func(m *messages.ServerHello) {
			var choice messages.ALPNChoice
			if _, err := m.Extensions.Get(&choice); err != nil || string(choice.Protocol) != "a" {
				t.Errorf("the server answers %q: %v", choice.Protocol, err)
			}
			m.Extensions.Remove(messages.ExtensionALPN) // this client has not offered it
		})))
	})
	t.Run("there was none", func(t *testing.T) {
		l := renewed(t, legacy("no protocols"), renewedHello(func(m *messages.ClientHello) {
			forge.Set(&m.Extensions, &messages.ALPNOffer{Protocols: [][]byte{[]byte("b")}})
		}))
		if got := l.Server.Engine.Connection().ALPN; got != "" {
			t.Errorf("the server speaks %q", got)
		}
	})
}

// A client that renegotiates explicitly is told of a HelloRequest, goes on as before,
// and begins the handshake when its caller does, or never (RFC 5246, Section 7.4.1.1).
func TestAClientRenegotiatesWhenItsCallerSays(t *testing.T) {
	explicit := func() *forge.Link {
		pair := legacy("explicitly")
		pair.Client.Renegotiation, pair.Server.Renegotiation = engine.RenegotiateExplicitly, engine.RenegotiateExplicitly
		l := forge.New(pair)
		l.Handshake()
		return l
	}
	ask := func(l *forge.Link) {
		if err := l.Do(events.Server, (*engine.Engine).Renegotiate); err != nil {
			t.Fatal(err)
		}
		l.Run()
	}
	requested := (&events.RenegotiationRequested{}).String()

	l := explicit()
	ask(l)
	l.Write(events.Client, "ping")
	l.Write(events.Server, "pong")
	if c := l.Client.Engine.Connection(); !slices.Contains(l.Client.Log, requested) || c.Renegotiated || l.Client.Err != nil {
		t.Fatalf("a client that was asked: %v, %v, told %q", &c, l.Client.Err, l.Client.Log)
	}
	if string(l.Server.Received) != "ping" || string(l.Client.Received) != "pong" {
		t.Errorf("behind the request arrive %q and %q", l.Server.Received, l.Client.Received)
	}
	for range 2 {
		renegotiated(l)
		for _, end := range []*forge.End{l.Client, l.Server} {
			if !end.Engine.Connection().Renegotiated || !end.Engine.Completed() || end.Err != nil {
				t.Fatalf("the %v is in state %s, %v", end.Role, end.Engine.State(), end.Err)
			}
		}
		l.Write(events.Server, "more")
	}

	l = explicit()
	for range 4 {
		ask(l)
	}
	if l.Client.Err != nil {
		t.Fatalf("a client that was asked four times: %v", l.Client.Err)
	}
	ask(l)
	if fatal := l.Client.Err; fatal == nil || fatal.Refusal.Name != "too_many_renegotiations" {
		t.Errorf("a client that was asked five times: %v", l.Client.Err)
	}
}

// A server that is led to another of its configs by a renegotiation keeps what
// the connection is for.
func TestAnotherConfigKeepsTheApplicationProtocol(t *testing.T) {
	pair := legacy("another config")
	pair.Client.ALPN, pair.Server.ALPN = []string{"a", "b"}, []string{"a"}
	pair.Server.ChooseConfig = true
	other := pair.Server
	other.ALPN, other.ClientAuth = []string{"b"}, engine.RequireClientCert
	asked := 0
	pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		choose, ok := q.(*events.ChooseConfig)
		if asked++; !ok || asked == 1 {
			return nil
		}
		return choose.Use(&other)
	}
	pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
	p := established(t, pair)
	if err := p.Do(events.Client, (*engine.Engine).Renegotiate); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if agreed := p.Server.Engine.Connection(); agreed.ALPN != "a" || len(agreed.PeerChain) == 0 {
		t.Errorf("the server speaks %q with a client of %d certificates", agreed.ALPN, len(agreed.PeerChain))
	}
}
