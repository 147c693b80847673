package engine_test

import (
	"crypto/tls"
	"fmt"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// BenchmarkHandshake12 is BenchmarkHandshake in TLS 1.2: ECDHE by X25519, signed
// with ECDSA P-256; resumed by a ticket.
func BenchmarkHandshake12(b *testing.B) {
	for _, resumed := range []bool{false, true} {
		name := "full"
		if resumed {
			name = "resumed"
		}
		b.Run(name+"/tacitls", func(b *testing.B) {
			h := newHandshakesIn(b, resumed, messages.TLS12)
			b.ReportAllocs()
			for b.Loop() {
				h.run(b)
			}
		})
		b.Run(name+"/crypto-tls", func(b *testing.B) {
			h := newStandardHandshakes(b, resumed).inTLS12()
			b.ReportAllocs()
			for b.Loop() {
				h.run(b)
			}
		})
	}
}

// inTLS12 has both ends have TLS 1.2 and nothing newer, and some suites or those
// by default.
func (h *standardHandshakes) inTLS12(suites ...uint16) *standardHandshakes {
	h.client.MaxVersion, h.server.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	if len(suites) > 0 {
		h.client.CipherSuites, h.server.CipherSuites = suites, suites
	}
	// For the certificate, as in newHandshakesIn.
	h.client.CurvePreferences = append(h.client.CurvePreferences, tls.CurveP256)
	return h
}

// BenchmarkRecords12 is BenchmarkRecords in TLS 1.2. The two differ in the order of
// CBC and MAC: crypto/tls knows no encrypt_then_mac.
func BenchmarkRecords12(b *testing.B) {
	for _, suite := range []struct {
		name string
		id   messages.CipherSuite
	}{
		{"AES-128-GCM", messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		{"ChaCha20-Poly1305", messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256},
		{"AES-128-CBC-SHA256", messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256},
	} {
		for _, size := range recordSizes {
			b.Run(fmt.Sprintf("%s/%dKiB/tacitls", suite.name, size>>10), func(b *testing.B) {
				client, server := connectedUnder(b, suite.id)
				passRecords(b, client, server, size)
			})
			b.Run(fmt.Sprintf("%s/%dKiB/crypto-tls", suite.name, size>>10), func(b *testing.B) {
				client, server := newStandardHandshakes(b, false).inTLS12(uint16(suite.id)).connected(b)
				if got := client.ConnectionState(); got.Version != tls.VersionTLS12 || got.CipherSuite != uint16(suite.id) {
					b.Fatalf("the two have agreed on %x, %x", got.Version, got.CipherSuite)
				}
				passStandardRecords(b, client, server, size)
			})
		}
	}
}

// connectedUnder is a client and a server past a handshake of TLS 1.2.
func connectedUnder(t testing.TB, suite messages.CipherSuite) (client, server *engine.Engine) {
	pair := testkit.NewPair("connected")
	pair.Client.MaxVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12
	pair.Client.CipherSuites = []messages.CipherSuite{suite}
	pair.Server.CipherSuites = pair.Client.CipherSuites
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	return p.Client.Engine, p.Server.Engine
}
