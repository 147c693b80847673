package fuzz

import (
	"crypto/sha1"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// scenarios12 are golden handshakes of TLS 1.2 that between them come to rest in
// every state of it.
func scenarios12() []scenario {
	return []scenario{
		{"ECDHE", signed()}, {"RSA", encrypted()}, {"DHE", finite()},
		{"PSK", shared(messages.TLS_PSK_WITH_AES_128_CCM_8)},
		{"DHE PSK", shared(messages.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384)},
		{"ECDHE PSK", shared(messages.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256)},
		{"by ticket", byTicket()}, {"by identifier", byIdentifier()}, {"fragments", fragments()},
	}
}

// pair12 is a pair that agrees on TLS 1.2 and one suite of it.
func pair12(suite messages.CipherSuite) *testkit.Pair {
	pair := newPair()
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.MinVersion, common.MaxVersion, common.Profile = messages.TLS12, messages.TLS12, engine.Legacy
		common.CipherSuites = []messages.CipherSuite{suite}
		common.Groups = append(common.Groups, messages.FFDHE2048)
		common.Renegotiation = engine.RenegotiateFreely
	}
	return pair
}

// signed has nearly all that can come before and beside the keys.
func signed() *testkit.Pair {
	pair := pair12(messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
	pair.Client.ALPN, pair.Server.ALPN = []string{"h2", "http/1.1"}, []string{"http/1.1"}
	pair.Client.MaxVersion, pair.Client.CipherSuites = messages.TLS13, nil
	pair.Client.FalseStart, pair.Client.RequestSCTs, pair.Client.RequestOCSPChain = true, true, true
	pair.Server.ChooseConfig, pair.Server.ClientAuth = true, engine.RequireClientCert
	pair.ClientAnswers.Identity = testkit.Client(testkit.Ed25519)
	supplement(pair)
	stapling(pair)
	return pair
}

// encrypted has the client's chain fetched.
func encrypted() *testkit.Pair {
	pair := pair12(messages.TLS_RSA_WITH_AES_128_CBC_SHA)
	pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
	pair.Client.RequestOCSP, pair.Server.NoTickets = true, true
	stapling(pair)
	pair.Server.ClientAuth = engine.RequestClientCert
	pair.ClientAnswers.Identity = testkit.Client(testkit.RSA)
	pair.Client.CertificateURLs, pair.Server.CertificateURLs = true, true
	const url = "http://example/client.der"
	identity := pair.ClientAnswers.Identity
	pair.ServerAnswers.Pages = map[string][]byte{url: identity.Chain[0]}
	showing(pair.ClientAnswers, func(c *events.Credential) {
		c.URLs = []messages.URLAndHash{{URL: []byte(url), SHA1: sha1.Sum(identity.Chain[0])}}
	})
	return pair
}

// finite has a client that declines to show a certificate.
func finite() *testkit.Pair {
	pair := pair12(messages.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256)
	pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
	pair.Server.ClientAuth = engine.RequestClientCert
	return pair
}

// shared has a pre-shared key, and a certificate for no suite.
func shared(suite messages.CipherSuite) *testkit.Pair {
	pair := pair12(suite)
	pair.ServerAnswers.Identity, pair.Server.PSKHint = nil, []byte("a hint")
	pair.ClientAnswers.PSK, pair.ServerAnswers.PSK = []byte("shared"), []byte("shared")
	return pair
}

// known is a pair that remembers the certificates, and asks about them again.
func known() *testkit.Pair {
	pair := pair12(messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256)
	pair.Client.Renegotiation, pair.Server.Renegotiation = engine.RenegotiateNever, engine.RenegotiateNever
	pair.Client.ReverifyOnResume, pair.Server.ReverifyOnResume = true, true
	pair.Server.ClientAuth = engine.RequireClientCert
	pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
	return pair
}

func byTicket() *testkit.Pair {
	pair := known()
	pair.Client.Session = sessionOf(known())
	return pair
}

func byIdentifier() *testkit.Pair {
	pair, first := known(), known()
	for _, p := range []*testkit.Pair{pair, first} {
		p.Server.NoTickets, p.Server.Sessions = true, true
	}
	pair.Client.Session = sessionOf(first)
	pair.ServerAnswers.Sessions = first.ServerAnswers.Sessions
	return pair
}

// fragments has a plain handshake in small records.
func fragments() *testkit.Pair {
	pair := pair12(messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)
	pair.Client.Renegotiation, pair.Server.Renegotiation = engine.RenegotiateNever, engine.RenegotiateNever
	pair.Client.MaxFragmentLength = 512
	return pair
}

// showing changes what an end shows.
func showing(answers *testkit.Answers, change func(c *events.Credential)) {
	identity := answers.Identity
	answers.Override = func(q events.Question) events.Answer {
		choose, ok := q.(*events.ChooseCredential)
		if !ok {
			return nil
		}
		credential := identity.CredentialIn(choose.Version)
		change(credential)
		return choose.Reply(credential)
	}
}

// stapling has the server show its authority too, and responses for both.
func stapling(pair *testkit.Pair) {
	showing(pair.ServerAnswers, func(c *events.Credential) {
		c.Chain = [][]byte{c.Chain[0], testkit.Authority().Chain[0]}
		c.OCSP, c.OCSPChain, c.SCTs = []byte("a response"), [][]byte{[]byte("another")}, [][]byte{[]byte("a timestamp")}
	})
}

// supplement has both ends send supplemental data, in clear at first.
func supplement(pair *testkit.Pair) {
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.Supplemental = engine.Supplemental{
			UserMappings: []messages.UserMappingType{messages.UserMappingUPNDomainHint},
			ServerAuthz:  []messages.AuthzFormat{messages.AuthzX509AttributeCert},
			InClear:      true,
		}
	}
	pair.ClientAnswers.Supplement = []messages.SupplementalDataEntry{{Type: messages.SupplementalUserMapping, Data: []byte("a hint")}}
	pair.ServerAnswers.Supplement = []messages.SupplementalDataEntry{{Type: messages.SupplementalAuthz, Data: []byte("may enter")}}
}
