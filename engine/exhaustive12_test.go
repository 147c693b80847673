package engine_test

import (
	"strings"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// legacy is a small pair that agrees on TLS 1.2.
func legacy(seed string) *testkit.Pair {
	pair := small("TLS 1.2, " + seed)
	pair.Client.MinVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12
	pair.Client.Renegotiation, pair.Server.Renegotiation = engine.RenegotiateFreely, engine.RenegotiateFreely
	return pair
}

// under is a pair that agrees on one suite, whatever it takes.
func under(suite messages.CipherSuite) *testkit.Pair {
	pair := legacy(suite.String())
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.Profile, common.CipherSuites, common.MaxVersion = engine.Legacy, []messages.CipherSuite{suite}, messages.TLS12
		common.Groups = append(common.Groups[:2:2], messages.FFDHE2048)
	}
	if strings.Contains(suite.String(), "_RSA_") {
		pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
	}
	if strings.Contains(suite.String(), "PSK") {
		pair.ServerAnswers.Identity = nil
	}
	pair.ClientAnswers.PSK, pair.ServerAnswers.PSK = []byte("shared"), []byte("shared")
	return pair
}

// The suites that stand for the kinds of key exchange.
var (
	signedSuites = []messages.CipherSuite{
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
	}
	certifiedSuites = append(signedSuites[:2:2], messages.TLS_RSA_WITH_AES_128_GCM_SHA256)
	pskSuites       = []messages.CipherSuite{
		messages.TLS_PSK_WITH_AES_128_GCM_SHA256, messages.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256,
		messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
	}
)

// visitTLS12 visits every kind of handshake of TLS 1.2.
func visitTLS12(rested map[place]*engine.Engine) {
	pair := legacy("full")
	pair.Server.NoTickets = true
	renegotiateBoth(visit(pair, rested), rested)
	pair = legacy("client certificate")
	withClientCert(pair)
	certified := visit(pair, rested)
	for _, reverify := range []bool{false, true} {
		pair = legacy("resumed")
		withClientCert(pair)
		pair.Client.Session = certified.Client.Sessions[0]
		pair.Client.ReverifyOnResume, pair.Server.ReverifyOnResume = reverify, reverify
		visit(pair, rested)
	}
	for _, suite := range certifiedSuites {
		visitCertified(suite, rested)
	}
	for _, suite := range pskSuites {
		visitPSK(suite, rested)
	}
}

// renegotiateBoth has either end begin another handshake.
func renegotiateBoth(p *pipe.Pipe, rested map[place]*engine.Engine) {
	for _, role := range []events.Role{events.Server, events.Client} {
		_ = p.Do(role, (*engine.Engine).Renegotiate)
		note(p, rested)
		goOn(p, rested)
	}
}

// visitCertified visits what a suite with certificates can lead to: with a status,
// supplemental data, and a client's certificate, or without.
func visitCertified(suite messages.CipherSuite, rested map[place]*engine.Engine) {
	for _, configure := range []func(pair *testkit.Pair){
		func(*testkit.Pair) {},
		func(pair *testkit.Pair) {
			pair.Client.RequestOCSP = true
			pair.ServerAnswers.Override = stapling(pair.ServerAnswers.Identity)
		},
		withClientCert,
		func(pair *testkit.Pair) { pair.Server.ClientAuth = engine.RequestClientCert },
		supplemented,
		func(pair *testkit.Pair) { supplemented(pair); pair.Server.NoTickets = true },
		func(pair *testkit.Pair) { supplemented(pair); withClientCert(pair) },
		func(pair *testkit.Pair) {
			withClientCert(pair)
			pair.Client.CertificateURLs, pair.Server.CertificateURLs = true, true
			pair.ClientAnswers.Override = byURLs(testkit.Client(testkit.P256), false)
			pair.ServerAnswers.Pages = pages("")
		},
		func(pair *testkit.Pair) {
			pair.Server.ChooseConfig = true
		},
		func(pair *testkit.Pair) { rawKeys(pair); withClientCert(pair) },
		func(pair *testkit.Pair) { rawKeys(pair); pair.Server.ClientAuth = engine.RequestClientCert },
		func(pair *testkit.Pair) { rawKeys(pair); withClientCert(pair); supplemented(pair) },
	} {
		pair := under(suite)
		configure(pair)
		visit(pair, rested)
	}
}

// rawKeys has both ends show their keys as they are, if they show any.
func rawKeys(pair *testkit.Pair) {
	raw := []messages.CertificateType{messages.CertificateRawPublicKey}
	pair.Client.PeerCertificateTypes, pair.Server.PeerCertificateTypes, pair.Client.CertificateTypes = raw, raw, raw
	pair.ClientAnswers.RawKey, pair.ServerAnswers.RawKey = true, true
}

// supplemented has both ends send what they have to add, in clear.
func supplemented(pair *testkit.Pair) {
	supplement(true, &pair.Client.Common, pair.ClientAnswers, "mapping,server-authz")
	supplement(false, &pair.Server.Common, pair.ServerAnswers, "mapping,server-authz,authz-data")
	pair.Client.Supplemental.InClear, pair.Server.Supplemental.InClear = true, true
}

// visitPSK visits every way to a handshake under a pre-shared key.
func visitPSK(suite messages.CipherSuite, rested map[place]*engine.Engine) {
	first := visit(under(suite), rested)
	renegotiateBoth(first, rested)
	unknown := *first.Client.Sessions[0]
	unknown.Ticket = []byte("unknown")
	pair := under(suite)
	pair.Client.Session = &unknown
	visit(pair, rested)

	byIdentifier := unknown
	byIdentifier.Ticket, byIdentifier.SessionID = nil, []byte("unknown")
	pair = under(suite)
	pair.Client.Session, pair.Server.NoTickets, pair.Server.Sessions = &byIdentifier, true, true
	visit(pair, rested)

	pair = under(suite)
	pair.Server.ChooseConfig, pair.Server.NoTickets, pair.Server.PSKHint = true, true, []byte("hint")
	renegotiateBoth(visit(pair, rested), rested)

	// The server would rather show a certificate, and has none.
	pair = under(suite)
	both := []messages.CipherSuite{messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, suite}
	pair.Client.CipherSuites, pair.Server.CipherSuites = both, both
	visit(pair, rested)
}

// stray moves forks of the engines by what no engine of ours sends there: a
// HelloRequest in the middle of a handshake, and no status where one was
// announced.
func stray(rested map[place]*engine.Engine) {
	for at, resting := range rested {
		if at.role == events.Client && resting.Parked() == nil {
			_ = resting.Fork().Inject(&events.Output{}, testkit.Now, []byte{byte(messages.TypeHelloRequest), 0, 0, 0})
		}
		if at.state == "waitRenegotiatedServerHello" {
			_ = resting.Fork().Declined(&events.Output{}, testkit.Now)
		}
	}
	request, err := messages.Append(nil, &messages.CertificateRequest12{
		Types:   []messages.ClientCertificateType{messages.ClientCertificateECDSASign},
		Schemes: []messages.SignatureScheme{messages.ECDSASecp256r1SHA256},
	})
	if err != nil {
		panic(err)
	}
	done := []byte{byte(messages.TypeServerHelloDone), 0, 0, 0}
	for _, configure := range []func(pair *testkit.Pair){
		func(*testkit.Pair) {},
		func(pair *testkit.Pair) { pair.Server.NoTickets = true },
		supplemented,
	} {
		pair := under(messages.TLS_RSA_WITH_AES_128_GCM_SHA256)
		configure(pair)
		pair.Client.RequestOCSP = true
		pair.ServerAnswers.Override = stapling(pair.ServerAnswers.Identity)
		for _, raw := range [][]byte{request, done} {
			waiting := map[place]*engine.Engine{}
			visit(pair, waiting)
			e, out := waiting[place{events.Client, "waitServerRSA12"}], &events.Output{}
			_ = e.Inject(out, testkit.Now, raw)
			_ = e.Answer(out, testkit.Now, pair.ClientAnswers.Now(e.Parked()))
		}
	}
}
