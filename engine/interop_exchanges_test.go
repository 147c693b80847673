package engine_test

import (
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// exchangeSuites are the suites of the other key exchanges.
var exchangeSuites = []foreignSuite{
	{messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, "DHE-RSA-AES128-GCM-SHA256", "DHE-RSA", "AES-128-GCM", "AEAD"},
	{messages.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA", "AES-256-GCM", "AEAD"},
	{messages.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "DHE-RSA-CHACHA20-POLY1305", "DHE-RSA", "CHACHA20-POLY1305", "AEAD"},
	{messages.TLS_DHE_RSA_WITH_AES_128_CCM, "DHE-RSA-AES128-CCM", "DHE-RSA", "AES-128-CCM", "AEAD"},
	{messages.TLS_DHE_RSA_WITH_AES_256_CCM, "DHE-RSA-AES256-CCM", "DHE-RSA", "AES-256-CCM", "AEAD"},
	{messages.TLS_DHE_RSA_WITH_AES_128_CCM_8, "DHE-RSA-AES128-CCM8", "DHE-RSA", "AES-128-CCM-8", "AEAD"},
	{messages.TLS_DHE_RSA_WITH_AES_256_CCM_8, "DHE-RSA-AES256-CCM8", "DHE-RSA", "AES-256-CCM-8", "AEAD"},
	{messages.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-PSK-CHACHA20-POLY1305", "ECDHE-PSK", "CHACHA20-POLY1305", "AEAD"},
	{messages.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256, "DHE-PSK-AES128-GCM-SHA256", "DHE-PSK", "AES-128-GCM", "AEAD"},
	{messages.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384, "DHE-PSK-AES256-GCM-SHA384", "DHE-PSK", "AES-256-GCM", "AEAD"},
	{messages.TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256, "DHE-PSK-CHACHA20-POLY1305", "DHE-PSK", "CHACHA20-POLY1305", "AEAD"},
	{messages.TLS_DHE_PSK_WITH_AES_128_CCM, "DHE-PSK-AES128-CCM", "DHE-PSK", "AES-128-CCM", "AEAD"},
	{messages.TLS_DHE_PSK_WITH_AES_256_CCM, "DHE-PSK-AES256-CCM", "DHE-PSK", "AES-256-CCM", "AEAD"},
	{messages.TLS_PSK_DHE_WITH_AES_128_CCM_8, "DHE-PSK-AES128-CCM8", "DHE-PSK", "AES-128-CCM-8", "AEAD"},
	{messages.TLS_PSK_DHE_WITH_AES_256_CCM_8, "DHE-PSK-AES256-CCM8", "DHE-PSK", "AES-256-CCM-8", "AEAD"},
	{messages.TLS_PSK_WITH_AES_128_GCM_SHA256, "PSK-AES128-GCM-SHA256", "PSK", "AES-128-GCM", "AEAD"},
	{messages.TLS_PSK_WITH_AES_256_GCM_SHA384, "PSK-AES256-GCM-SHA384", "PSK", "AES-256-GCM", "AEAD"},
	{messages.TLS_PSK_WITH_CHACHA20_POLY1305_SHA256, "PSK-CHACHA20-POLY1305", "PSK", "CHACHA20-POLY1305", "AEAD"},
	{messages.TLS_PSK_WITH_AES_128_CCM, "PSK-AES128-CCM", "PSK", "AES-128-CCM", "AEAD"},
	{messages.TLS_PSK_WITH_AES_256_CCM, "PSK-AES256-CCM", "PSK", "AES-256-CCM", "AEAD"},
	{messages.TLS_PSK_WITH_AES_128_CCM_8, "PSK-AES128-CCM8", "PSK", "AES-128-CCM-8", "AEAD"},
	{messages.TLS_PSK_WITH_AES_256_CCM_8, "PSK-AES256-CCM8", "PSK", "AES-256-CCM-8", "AEAD"},
	{messages.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, "DHE-RSA-AES128-SHA256", "DHE-RSA", "AES-128-CBC", "SHA256"},
	{messages.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, "DHE-RSA-AES256-SHA256", "DHE-RSA", "AES-256-CBC", "SHA256"},
	{messages.TLS_DHE_RSA_WITH_AES_128_CBC_SHA, "DHE-RSA-AES128-SHA", "DHE-RSA", "AES-128-CBC", "SHA1"},
	{messages.TLS_DHE_RSA_WITH_AES_256_CBC_SHA, "DHE-RSA-AES256-SHA", "DHE-RSA", "AES-256-CBC", "SHA1"},
	{messages.TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256, "ECDHE-PSK-AES128-CBC-SHA256", "ECDHE-PSK", "AES-128-CBC", "SHA256"},
	{messages.TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384, "ECDHE-PSK-AES256-CBC-SHA384", "ECDHE-PSK", "AES-256-CBC", "SHA384"},
	{messages.TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA, "ECDHE-PSK-AES128-CBC-SHA", "ECDHE-PSK", "AES-128-CBC", "SHA1"},
	{messages.TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA, "ECDHE-PSK-AES256-CBC-SHA", "ECDHE-PSK", "AES-256-CBC", "SHA1"},
	{messages.TLS_DHE_PSK_WITH_AES_128_CBC_SHA256, "DHE-PSK-AES128-CBC-SHA256", "DHE-PSK", "AES-128-CBC", "SHA256"},
	{messages.TLS_DHE_PSK_WITH_AES_256_CBC_SHA384, "DHE-PSK-AES256-CBC-SHA384", "DHE-PSK", "AES-256-CBC", "SHA384"},
	{messages.TLS_DHE_PSK_WITH_AES_128_CBC_SHA, "DHE-PSK-AES128-CBC-SHA", "DHE-PSK", "AES-128-CBC", "SHA1"},
	{messages.TLS_DHE_PSK_WITH_AES_256_CBC_SHA, "DHE-PSK-AES256-CBC-SHA", "DHE-PSK", "AES-256-CBC", "SHA1"},
	{messages.TLS_PSK_WITH_AES_128_CBC_SHA256, "PSK-AES128-CBC-SHA256", "PSK", "AES-128-CBC", "SHA256"},
	{messages.TLS_PSK_WITH_AES_256_CBC_SHA384, "PSK-AES256-CBC-SHA384", "PSK", "AES-256-CBC", "SHA384"},
	{messages.TLS_PSK_WITH_AES_128_CBC_SHA, "PSK-AES128-CBC-SHA", "PSK", "AES-128-CBC", "SHA1"},
	{messages.TLS_PSK_WITH_AES_256_CBC_SHA, "PSK-AES256-CBC-SHA", "PSK", "AES-256-CBC", "SHA1"},
	{messages.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256", "RSA", "AES-128-GCM", "AEAD"},
	{messages.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384", "RSA", "AES-256-GCM", "AEAD"},
	{messages.TLS_RSA_WITH_AES_128_CCM, "AES128-CCM", "RSA", "AES-128-CCM", "AEAD"},
	{messages.TLS_RSA_WITH_AES_256_CCM, "AES256-CCM", "RSA", "AES-256-CCM", "AEAD"},
	{messages.TLS_RSA_WITH_AES_128_CCM_8, "AES128-CCM8", "RSA", "AES-128-CCM-8", "AEAD"},
	{messages.TLS_RSA_WITH_AES_256_CCM_8, "AES256-CCM8", "RSA", "AES-256-CCM-8", "AEAD"},
	{messages.TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256", "RSA", "AES-128-CBC", "SHA256"},
	{messages.TLS_RSA_WITH_AES_256_CBC_SHA256, "AES256-SHA256", "RSA", "AES-256-CBC", "SHA256"},
	{messages.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", "RSA", "AES-128-CBC", "SHA1"},
	{messages.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", "RSA", "AES-256-CBC", "SHA1"},
}

// exchangesKeys has both ends have what the key exchange of a suite of TLS 1.2
// takes: groups, or a pre-shared key.
func (i *interop) exchangesKeys(suite *foreignSuite) {
	i.common().Profile = engine.Legacy
	row, _ := secrets.LookupSuite12(suite.id)
	if _, isOpenSSL := i.peer.(openSSL); isOpenSSL && i.role == events.Client && row.KeyExchange.FiniteField() {
		i.arguments = append(i.arguments, "-dhparam", i.file("dh.pem", fieldPEM(i.t, messages.FFDHE2048)))
	}
	if !row.KeyExchange.UsesPSK() {
		return
	}
	key := []byte("a key that both ends share")
	i.pair.ClientAnswers.PSK, i.pair.ServerAnswers.PSK = key, key
	i.pair.ServerAnswers.Identity = nil
	i.pair.Server.PSKHint = []byte("for a foreign program")
	switch i.peer.(type) {
	case openSSL:
		i.arguments = append(i.arguments, "-psk", hex.EncodeToString(key), "-psk_identity", testkit.PSKIdentity)
		if i.role == events.Client {
			i.arguments = append(i.arguments, "-nocert", "-psk_hint", "for tacitls")
		}
	case gnuTLS:
		if i.role == events.Client {
			table := testkit.PSKIdentity + ":" + hex.EncodeToString(key) + "\n"
			i.arguments = append(i.arguments, "--pskpasswd", i.file("psk.txt", []byte(table)), "--pskhint", "for tacitls")
		} else {
			i.arguments = append(i.arguments, "--pskusername", testkit.PSKIdentity, "--pskkey", hex.EncodeToString(key))
		}
	}
}

// crashes tells whether a program ends by a fault of its own: gnutls-cli 3.7.9
// does, also against gnutls-serv, when it sums up a connection by Diffie-Hellman
// and a pre-shared key.
func (i *interop) crashes(id messages.CipherSuite) bool {
	_, isGnuTLS := i.peer.(gnuTLS)
	suite, is12 := secrets.LookupSuite12(id)
	return isGnuTLS && is12 && i.role == events.Server && suite.KeyExchange.UsesPSK() && suite.KeyExchange.Ephemeral()
}

// fieldPEM is a group of RFC 7919 as the parameters that openssl reads.
func fieldPEM(t *testing.T, group messages.Group) []byte {
	t.Helper()
	p, g, ok := secrets.FiniteFieldParams(group)
	if !ok {
		t.Fatalf("%v is no finite field", group)
	}
	der, err := asn1.Marshal(struct{ P, G *big.Int }{new(big.Int).SetBytes(p), new(big.Int).SetBytes(g)})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: der})
}

// exchangeAccords are what is agreed on beside the suites themselves.
var exchangeAccords = []accord{
	{name: "with a client's certificate", suite: messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, client: testkit.RSA},
	{name: "with a client's certificate", suite: messages.TLS_RSA_WITH_AES_128_GCM_SHA256, client: testkit.P256},
	{name: "without an extended master secret", suite: messages.TLS_RSA_WITH_AES_128_CBC_SHA, plain: true,
		priority: ":%NO_SESSION_HASH", config: noExtendedMaster},
	{name: "without an extended master secret", suite: messages.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, plain: true,
		priority: ":%NO_SESSION_HASH", config: noExtendedMaster},
	{name: "without encrypt-then-MAC", suite: messages.TLS_RSA_WITH_AES_256_CBC_SHA256,
		openssl: []string{"-no_etm"}, priority: ":%NO_ETM"},
	{name: "without encrypt-then-MAC", suite: messages.TLS_PSK_WITH_AES_256_CBC_SHA384,
		openssl: []string{"-no_etm"}, priority: ":%NO_ETM"},
}

// renegotiates has both ends allow it, and the role given begin it.
func renegotiates(by events.Role) func(i *interop, end *endpoint, p *program) {
	return func(i *interop, end *endpoint, p *program) {
		i.t.Helper()
		_, isGnuTLS := i.peer.(gnuTLS)
		looks := isGnuTLS && i.role == events.Server && by == i.role
		switch {
		case by == i.role:
			i.must(end.do((*engine.Engine).Renegotiate), p)
		case isGnuTLS && i.role == events.Client:
			i.must(end.write([]byte("**REHANDSHAKE**\n")), p)
		default:
			p.say(i.peer.renegotiate(i.role))
		}
		if looks {
			// gnutls-cli looks for a HelloRequest when it writes.
			p.say("<look>\n")
		}
		i.must(end.until("the end of the renegotiation", func() bool { return end.completions > 1 }), p)
		if !end.engine.Connection().Renegotiated {
			i.t.Errorf("the second handshake is a renegotiation: %v", end.engine.Connection())
		}
		switch {
		case looks:
			i.hears(end, p, "<look>\n")
		case isGnuTLS && i.role == events.Client && by != i.role:
			i.hears(end, p, "Successfully executed command\n")
		}
		i.peer.ping(i, end, p, 2)
	}
}

func freelyRenegotiating(i *interop) {
	i.common().Renegotiation = engine.RenegotiateFreely
	if _, isOpenSSL := i.peer.(openSSL); isOpenSSL && i.role == events.Client {
		i.arguments = append(i.arguments, "-client_renegotiation")
	}
}

var renegotiationAccords = []accord{
	{name: "renegotiated by the client", suite: byECDSA, config: freelyRenegotiating, then: renegotiates(events.Client)},
	{name: "renegotiated by the server", suite: byRSA, config: freelyRenegotiating, then: renegotiates(events.Server)},
	{name: "renegotiated by the client, which has a certificate", suite: byRSA, client: testkit.RSA, config: freelyRenegotiating,
		then: renegotiates(events.Client)},
	{name: "renegotiated by the server", suite: messages.TLS_RSA_WITH_AES_128_CBC_SHA, config: freelyRenegotiating, then: renegotiates(events.Server)},
	{name: "renegotiated by the server", suite: messages.TLS_PSK_WITH_AES_128_GCM_SHA256, config: freelyRenegotiating, then: renegotiates(events.Server)},
}

func TestRenegotiationsAgreeWithForeignPrograms(t *testing.T) {
	for _, a := range renegotiationAccords {
		a.run(t)
	}
}

// covers 7919/3/2
func TestEveryKeyExchangeAgreesWithForeignPrograms(t *testing.T) {
	for _, a := range exchangeAccords {
		a.run(t)
	}
	for _, group := range []messages.Group{
		messages.FFDHE2048, messages.FFDHE3072, messages.FFDHE4096, messages.FFDHE6144, messages.FFDHE8192,
	} {
		accord{name: group.String(), suite: messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, with: []foreign{gnuTLS{}},
			priority: ":-GROUP-ALL:+GROUP-" + strings.ToUpper(group.String()),
			config:   func(i *interop) { i.common().Groups = []messages.Group{messages.X25519, group} },
			then: func(i *interop, end *endpoint, _ *program) {
				if got := end.engine.Connection().Group; got != group {
					i.t.Errorf("the group is the one there is: %v", got)
				}
			}}.run(t)
	}
}
