package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
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
