package fuzz

import (
	"crypto/x509"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// scenarios13 are golden handshakes with what TLS 1.3 has beside the certificates
// and the tickets.
func scenarios13() []scenario {
	return []scenario{
		{"cookie", cookie()}, {"external PSK", external()}, {"early data", early()}, {"early data, verified anew", verifiedAnew()},
		{"later authentication", later()}, {"raw keys", rawKeys(newPair())},
		{"delegated credentials", delegated()},
		{"raw keys of TLS 1.2", rawKeys(pair12(messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256))},
		{"stapling and filters", filtered()},
	}
}

// cookie has a server that remembers nothing of a first ClientHello.
func cookie() *testkit.Pair {
	pair := newPair()
	pair.Server.Cookies = engine.CookiesAlways
	return pair
}

// external has a pre-shared key that no ticket gave.
func external() *testkit.Pair {
	pair := newPair()
	pair.Client.PSK, pair.Server.PSK = true, true
	pair.ClientAnswers.PSK, pair.ServerAnswers.PSK = []byte("shared"), []byte("shared")
	return pair
}

// earlyBytes is how many bytes of early data may be sent.
const earlyBytes = 100

// early has a client with early data.
func early() *testkit.Pair {
	pair, first := newPair(), newPair()
	pair.Server.MaxEarlyData, first.Server.MaxEarlyData = earlyBytes, earlyBytes
	pair.Client.Session, pair.Client.EarlyData = sessionOf(first), true
	return pair
}

// verifiedAnew has a client that asks about the server before it sends early data.
func verifiedAnew() *testkit.Pair {
	pair := early()
	pair.Client.ReverifyOnResume = true
	return pair
}

// later has a client that shows its certificate when it is asked afterwards.
func later() *testkit.Pair {
	pair := newPair()
	pair.Client.PostHandshakeAuth = true
	pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
	return pair
}

// delegated has both ends show delegated credentials.
func delegated() *testkit.Pair {
	pair := newPair()
	taken := []messages.SignatureScheme{messages.Ed25519}
	pair.Client.DelegatedSchemes, pair.Server.DelegatedSchemes, pair.Server.ClientAuth = taken, taken, engine.RequireClientCert
	pair.ServerAnswers.Identity = testkit.Delegate(testkit.Server(testkit.P256), testkit.Ed25519, events.Server)
	pair.ClientAnswers.Identity = testkit.Delegate(testkit.Client(testkit.P256), testkit.Ed25519, events.Client)
	return pair
}

// filtered has both ends staple, and the server say which extensions it wants.
func filtered() *testkit.Pair {
	pair := newPair()
	pair.Server.ClientAuth, pair.ClientAnswers.Identity = engine.RequireClientCert, testkit.Client(testkit.Ed25519)
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.RequestOCSP, common.RequestSCTs = true, true
	}
	pair.Server.OIDFilters = []messages.OIDFilter{
		answer.KeyUsageFilter(x509.KeyUsageDigitalSignature), answer.ExtKeyUsageFilter(x509.ExtKeyUsageClientAuth.OID()),
	}
	for _, answers := range []*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers} {
		showing(answers, func(c *events.Credential) {
			c.Chain = [][]byte{c.Chain[0], testkit.Authority().Chain[0]}
			c.OCSP, c.OCSPChain = []byte("a response"), [][]byte{[]byte("another")}
			c.SCTs, c.SCTsChain = [][]byte{[]byte("a timestamp")}, [][][]byte{{[]byte("another")}}
		})
	}
	return pair
}

// rawKeys has both ends show their keys as they are.
func rawKeys(pair *testkit.Pair) *testkit.Pair {
	kinds := []messages.CertificateType{messages.CertificateRawPublicKey}
	pair.Client.PeerCertificateTypes, pair.Client.CertificateTypes, pair.Server.PeerCertificateTypes = kinds, kinds, kinds
	pair.Server.ClientAuth = engine.RequireClientCert
	pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
	pair.ClientAnswers.RawKey, pair.ServerAnswers.RawKey = true, true
	return pair
}
