package engine_test

import (
	"fmt"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

// withBoth runs a test with openssl and with gnutls, in both roles and in a version.
func withBoth(t *testing.T, suite messages.CipherSuite, test func(i *interop)) {
	for _, peer := range []foreign{openSSL{}, gnuTLS{}} {
		withForeign(t, peer, func(i *interop) {
			accord{suite: suite}.prepare(i)
			test(i)
		})
	}
}

// Everything that a hello may have in it which means nothing to the other end.
func TestOtherProgramsTakeDressedHellos(t *testing.T) {
	for _, suite := range []messages.CipherSuite{in13, byECDSA} {
		t.Run(suite.String(), func(t *testing.T) {
			withBoth(t, suite, func(i *interop) {
				greasing(i.pair)
				compressing(messages.CompressionZlib, messages.CompressionBrotli)(i.pair)
				if i.peer != foreign(openSSL{}) {
					// OpenSSL refuses it over anything but datagrams.
					profiles(aesAndSHA1, aesAndSHA1)(i.pair)
				}
				wishing(2, 1)(i.pair)
				i.pair.Client.PadHello, i.pair.Client.ShuffleExtensions = true, true
				i.common().Padding = engine.PadTo(64)
				end, p := i.exchange(1)
				if c := end.engine.Connection(); c.CipherSuite != suite {
					i.t.Errorf("with %s: %v", p.name, &c)
				}
			})
		})
	}
}

// Both programs export with no context, which TLS 1.3 does not tell from an empty
// one (RFC 8446, Section 7.5).
func TestTLSExporterIsThatOfOtherPrograms(t *testing.T) {
	withBoth(t, in13, func(i *interop) {
		const label = "EXPORTER-Channel-Binding"
		i.arguments = append(i.arguments, map[foreign][]string{
			openSSL{}: {"-keymatexport", label}, gnuTLS{}: {"--keymatexport", label},
		}[i.peer]...)
		end, p := i.connect()
		i.must(end.handshake(), p)
		i.peer.ping(i, end, p, 1)
		binding, err := end.engine.TLSExporter()
		i.must(err, p)
		p.wait(i.peer.exported(binding))
		if i.program() == gnutlsServ { // which has a name for it
			p.wait(fmt.Sprintf("'tls-exporter': %x", binding))
		}
		i.peer.end(i, end, p)
		_ = end.conn.Close()
	})
}
