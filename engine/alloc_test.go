//go:build !race

package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// Allocations are exact, so they are asserted; the race detector adds its own,
// hence the build constraint. The bounds are for both ends together, X.509
// parsing and the signature included.
func TestHandshakesStayWithinTheirAllocations(t *testing.T) {
	for _, tc := range []struct {
		name    string
		version messages.Version
		resumed bool
		bound   float64
	}{
		{"full", messages.TLS13, false, 300},
		{"resumed", messages.TLS13, true, 250},
		{"full TLS 1.2", messages.TLS12, false, 280},
		{"resumed TLS 1.2", messages.TLS12, true, 125},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHandshakesIn(t, tc.resumed, tc.version)
			h.run(t)
			if got := testing.AllocsPerRun(20, func() { h.run(t) }); got > tc.bound {
				t.Errorf("a %s handshake made %.0f allocations, of %.0f allowed", tc.name, got, tc.bound)
			}
		})
	}
}

func TestASteadyConnectionAllocatesNothing(t *testing.T) {
	t.Run("TLS 1.3", func(t *testing.T) {
		client, server := connected(t)
		allocatesNothing(t, client, server)
	})
	// Every kind of cipher, and every MAC.
	for _, suite := range append([]messages.CipherSuite{
		messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
	}, exchangingSuites...) {
		t.Run(suite.String(), func(t *testing.T) {
			p := established(t, under(suite))
			allocatesNothing(t, p.Client.Engine, p.Server.Engine)
		})
	}
}

// allocatesNothing has a client write and a server read, over and over.
func allocatesNothing(t *testing.T, client, server *engine.Engine) {
	var out, in events.Output
	content := make([]byte, 3000)
	exchange := func() {
		if err := client.Write(&out, testkit.Now, content); err != nil {
			t.Fatal(err)
		}
		for event := range out.All() {
			b := event.(*events.Send).Bytes
			// In two pieces, so that a partial record is kept once.
			for _, piece := range [][]byte{b[:1000], b[1000:]} {
				if err := server.Receive(&in, testkit.Now, piece); err != nil {
					t.Fatal(err)
				}
				for range in.All() {
				}
				in.Reset()
			}
		}
		out.Reset()
	}
	exchange()
	if got := testing.AllocsPerRun(100, exchange); got != 0 {
		t.Errorf("writing and reading a record made %.0f allocations, want none", got)
	}
}
