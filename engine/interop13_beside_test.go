package engine_test

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func besideFeatures() []feature13 {
	cookie := accord{name: "with a cookie", suite: in13, then: wantRetried, openssl: []string{"-stateless"},
		// s_server, which begins anew with the second hello, wants nothing before it.
		config: func(i *interop) { i.pair.Client.NoCompatibility = true }}
	cookie.lacks = lacking{sClient: "tacitls sends none", gnutlsCli: "tacitls sends none", gnutlsServ: "sends none"}
	ofServer := accord{name: "with the server's authorities", suite: in13, client: testkit.P256, config: serverAuthorities, then: checkServerAuthorities}
	ofClient := accord{name: "with the client's authorities", suite: in13, config: clientAuthorities, then: checkClientAuthorities}
	ofClient.lacks = bothOf(gnutlsServ, gnutlsCli, "has it in no hello")
	ours := accord{name: "padded by tacitls", suite: in13, config: func(i *interop) { i.common().Padding = engine.PadTo(padTo) }}
	theirs := accord{name: "padded by the program", suite: in13, openssl: []string{"-record_padding", fmt.Sprint(padTo)},
		config: func(i *interop) { i.common().Trace = true }, then: wantPadded}
	theirs.lacks = bothOf(gnutlsServ, gnutlsCli, "adds none")
	plain := accord{name: "without compatibility", suite: in13, openssl: []string{"-no_middlebox"}, priority: ":%DISABLE_TLS13_COMPAT_MODE",
		config: func(i *interop) { i.common().NoCompatibility = true }}
	srtp := accord{name: "with SRTP", suite: in13, gnutls: []string{"--srtp-profiles", "SRTP_AES128_CM_HMAC_SHA1_80"},
		config: func(i *interop) { i.common().SRTPProfiles = aesAndSHA1 },
		then: func(i *interop, end *endpoint, p *program) {
			if got := end.engine.Connection().SRTPProfile; got != messages.SRTP_AES128_CM_HMAC_SHA1_80 {
				i.t.Errorf("the profile is %v", got)
			}
			p.wait(`SRTP profile: SRTP_AES128_CM_HMAC_SHA1_80`)
		}}
	srtp.lacks = bothOf(sServer, sClient, "refuses it over a stream")
	return []feature13{
		{name: "use_srtp", shown: []accord{srtp}},
		{name: "a cookie", shown: []accord{cookie}},
		{name: "certificate_authorities of the server", shown: []accord{ofServer}},
		{name: "certificate_authorities of the client", shown: []accord{ofClient}},
		{name: "padding of tacitls' records", shown: []accord{ours}},
		{name: "padding of the program's records", shown: []accord{theirs}},
		{name: "no middlebox compatibility mode", shown: []accord{plain}},
	}
}

// padTo is what records are padded to a multiple of, in bytes.
const padTo = 512

// wantPadded checks that all data has come padded, its type included.
func wantPadded(i *interop, end *endpoint, _ *program) {
	const protection = 5 + 16
	if len(end.records) == 0 || slices.ContainsFunc(end.records, func(size int) bool { return (size-protection)%padTo != 0 }) {
		i.t.Errorf("%s sends records of %v bytes", i.program(), end.records)
	}
}

func wantRetried(i *interop, end *endpoint, _ *program) {
	if !end.engine.Connection().Retried {
		i.t.Errorf("%s has asked for no second hello", i.program())
	}
}

// authorityName is the name of the authority, in DER.
func authorityName() []byte { return testkit.Authority().Certificate.RawSubject }

func serverAuthorities(i *interop) {
	i.pair.Server.Authorities = [][]byte{authorityName()}
	if i.program() == gnutlsCli {
		i.arguments = append(i.arguments, "--verbose")
	}
}

// authoritiesNamed are the authorities that the question for tacitls' credential has named.
func authoritiesNamed(answers *testkit.Answers) [][]byte {
	for _, q := range answers.Asked {
		if choose, ok := q.(*events.ChooseCredential); ok {
			return choose.Authorities
		}
	}
	return nil
}

// checkServerAuthorities checks that the client knows whom the server trusts.
func checkServerAuthorities(i *interop, _ *endpoint, p *program) {
	switch i.program() {
	case sClient:
		p.wait(`Acceptable client certificate CA names\nCN = authority\n`)
	case gnutlsCli:
		p.wait(`Server's trusted authorities:\s+\[0\]: CN=authority\n`)
	default:
		if got := authoritiesNamed(i.pair.ClientAnswers); !slices.ContainsFunc(got, func(name []byte) bool { return bytes.Equal(name, authorityName()) }) {
			i.t.Errorf("%s names %d authorities", i.program(), len(got))
		}
	}
}

func clientAuthorities(i *interop) {
	i.pair.Client.Authorities = [][]byte{authorityName()}
	if i.program() == sClient {
		i.arguments = append(i.arguments, "-requestCAfile", i.file("request.pem", certificatePEM(testkit.Authority())))
	}
}

// checkClientAuthorities checks that the server knows whom the client trusts.
func checkClientAuthorities(i *interop, _ *endpoint, p *program) {
	if i.program() == sServer {
		p.wait(`Acceptable server certificate CA names\nCN = authority\n`)
		return
	}
	if got := authoritiesNamed(i.pair.ServerAnswers); len(got) != 1 || !bytes.Equal(got[0], authorityName()) {
		i.t.Errorf("%s names %d authorities", i.program(), len(got))
	}
}
