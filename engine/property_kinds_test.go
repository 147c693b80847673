package engine_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// madePair makes a pair that agrees on a kind of connection: with client
// authentication where certificates are shown, and with renegotiation in TLS 1.2.
type madePair func(seed string) *testkit.Pair

// inEveryKind runs a test with pairs of every version, and in TLS 1.2 of every key
// exchange.
func inEveryKind(t *testing.T, test func(t *testing.T, made madePair)) {
	inEachVersion(t, test)
	inEveryExchange(t, test)
}

// inEachVersion runs a test with the plainest pairs of every version.
func inEachVersion(t *testing.T, test func(t *testing.T, made madePair)) {
	t.Run("TLS 1.3", func(t *testing.T) { test(t, certifying(small)) })
	t.Run("TLS 1.3 with everything", func(t *testing.T) { test(t, certifying(adorned)) })
	t.Run("TLS 1.2", func(t *testing.T) { test(t, certifying(legacy)) })
}

// adorned is a pair of TLS 1.3 with all that extensions can agree on beside the
// handshake.
func adorned(seed string) *testkit.Pair {
	pair := small("adorned, " + seed)
	allOf(greasing, compressing(messages.CompressionZstd, messages.CompressionZlib), profiles(aesAndSHA1, aesAndSHA1),
		wishing(2, 1), taking(2000))(pair)
	pair.Client.PadHello, pair.Client.ShuffleExtensions, pair.Client.SRTPMKI = true, true, []byte{1}
	pair.Client.RequestOCSP, pair.Client.RequestSCTs = true, true
	return pair
}

// certifying has the client of a pair show a certificate.
func certifying(made madePair) madePair {
	return func(seed string) *testkit.Pair {
		pair := made(seed)
		withClientCert(pair)
		return pair
	}
}

// exchangingSuites are suites of TLS 1.2 that have every key exchange between
// them, and every kind of cipher.
var exchangingSuites = []messages.CipherSuite{
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
	messages.TLS_RSA_WITH_AES_256_CBC_SHA,
	messages.TLS_PSK_WITH_AES_128_CCM_8,
	messages.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384,
	messages.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
}

// inEveryExchange runs a test with pairs of every key exchange of TLS 1.2.
func inEveryExchange(t *testing.T, test func(t *testing.T, made madePair)) {
	for _, suite := range exchangingSuites {
		t.Run(suite.String(), func(t *testing.T) { test(t, agreeingOn(suite)) })
	}
}

// agreeingOn makes pairs that agree on a suite.
func agreeingOn(suite messages.CipherSuite) madePair {
	return func(seed string) *testkit.Pair {
		pair := under(suite)
		pair.Client.Rand, pair.Server.Rand = testkit.Rand("client "+seed), testkit.Rand("server "+seed)
		pair.Server.PSKHint = []byte("a hint")
		if !strings.Contains(suite.String(), "PSK") {
			withClientCert(pair)
		}
		return pair
	}
}

// renegotiate has an end begin another handshake, where there can be one.
func renegotiate(p *pipe.Pipe, role events.Role) { _ = p.Do(role, (*engine.Engine).Renegotiate) }
