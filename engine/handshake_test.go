package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

func TestEveryKindOfKeyAuthenticates(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			pair := testkit.NewPair(kind)
			pair.ServerAnswers.Identity = testkit.Server(kind)
			p := pair.Join()
			if err := p.Handshake(); err != nil {
				t.Fatalf("the handshake with a key of kind %s: %v", kind, err)
			}
			if err := p.Write(events.Client, []byte("ping")); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil || string(p.Server.Received) != "ping" {
				t.Fatalf("data after the handshake: %q, %v", p.Server.Received, err)
			}
		})
	}
}

// covers 8422/5.10/6
func TestEd448AuthenticatesBothEndsWhereTheConfigsNameIt(t *testing.T) {
	for _, version := range []messages.Version{messages.TLS12, messages.TLS13} {
		pair := testkit.NewPair("ed448")
		pair.Client.MinVersion, pair.Server.MinVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12, version
		withClientCert(pair)
		pair.ServerAnswers.Identity, pair.ClientAnswers.Identity = testkit.Server(testkit.Ed448), testkit.Client(testkit.Ed448)
		for _, common := range []*[]messages.SignatureScheme{&pair.Client.Schemes, &pair.Server.Schemes} {
			*common = []messages.SignatureScheme{messages.Ed448, messages.ECDSASecp256r1SHA256}
		}
		p := established(t, pair)
		for _, c := range []events.Connection{p.Client.Engine.Connection(), p.Server.Engine.Connection()} {
			if c.Version != version || c.LocalScheme != messages.Ed448 || c.PeerScheme != messages.Ed448 {
				t.Errorf("%v in %v: it signs by %v, its peer by %v", c.Role, c.Version, c.LocalScheme, c.PeerScheme)
			}
		}
	}
	wantNoScheme(t, testkit.Ed448)
}

// wantNoScheme has a server with nothing but a key of a kind that no config names.
func wantNoScheme(t *testing.T, kind string) {
	t.Helper()
	pair := testkit.NewPair("unnamed")
	pair.ServerAnswers.Identity = testkit.Server(kind)
	l := forge.New(pair)
	if l.Handshake(); l.Server.Err == nil || l.Server.Err.Refusal.Name != "no_mutual_scheme" {
		t.Errorf("a server with nothing but %s: %v", kind, l.Server.Err)
	}
}
