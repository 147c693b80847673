package engine_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// openSSL is openssl s_server and s_client.
type openSSL struct{}

func (openSSL) found(t *testing.T) bool {
	t.Helper()
	return foundProgram(t, "openssl", "TACITLS_NEED_OPENSSL")
}

func (openSSL) named(role events.Role) string {
	if role == events.Client {
		return sServer
	}
	return sClient
}

func withOpenSSL(t *testing.T, test func(i *interop)) { withForeign(t, openSSL{}, test) }

// base are the arguments that openssl always has.
func (openSSL) base(i *interop, more []string) []string {
	arguments := []string{
		i.version, "-attime", fmt.Sprint(testkit.Now.Unix()),
		"-CAfile", i.file("ca.pem", certificatePEM(testkit.Authority())), "-verify_return_error",
		"-keymatexport", exporterLabel, "-keymatexportlen", fmt.Sprint(exporterLength),
	}
	if i.identity != nil {
		cert, key := i.certificate(i.identity)
		arguments = append(arguments, "-cert", cert, "-key", key)
	}
	switch {
	case i.role == events.Server:
	case i.wantsCert:
		arguments = append(arguments, "-Verify", "1")
	case i.requestsCert:
		arguments = append(arguments, "-verify", "1")
	}
	return append(append(arguments, i.arguments...), more...)
}

func (o openSSL) serve(i *interop, more []string) (*program, string) {
	server := i.start("openssl", append([]string{"s_server", "-accept", "127.0.0.1:0"}, o.base(i, more)...)...)
	return server, server.wait(`ACCEPT (127\.0\.0\.1:\d+)`)
}

func (o openSSL) call(i *interop, address string, more []string) *program {
	arguments := []string{
		"s_client", "-connect", address, "-servername", testkit.ServerName, "-verify_hostname", testkit.ServerName,
	}
	return i.start("openssl", append(arguments, o.base(i, more)...)...)
}

func (openSSL) exported(material []byte) string {
	return "Keying material: " + strings.ToUpper(hex.EncodeToString(material))
}

// agreed is what openssl reports: s_client all of it, s_server not much.
func (openSSL) agreed(i *interop, c *events.Connection, suite *foreignSuite) []string {
	cipher := regexp.QuoteMeta(suite.openssl)
	if i.role == events.Client {
		said := []string{`CIPHER is ` + cipher + `\n`}
		if c.Resumed {
			said = append(said, `Reused session-id\n`)
		}
		return said
	}
	said := []string{`New, \S+, Cipher is ` + cipher + `\n`}
	if c.Version == messages.TLS12 {
		// The version before the suite is the oldest that has the suite.
		said = append(said, `Protocol  : TLSv1\.2\n`)
	}
	if c.Resumed || c.Version == messages.TLS13 && len(c.PSKIdentity) > 0 {
		said[0] = `Reused, \S+, Cipher is ` + cipher + `\n`
		return said
	}
	if group := openSSLKeys[c.Group]; group != "" {
		said = append(said, `Server Temp Key: `+group+`, `)
	}
	if scheme, ok := foreignSchemes[c.LocalScheme]; ok {
		said = append(said, `Peer signature type: `+scheme.openSSLType()+`\n`)
	}
	return said
}

// openSSLKeys are the groups as s_client spells them.
var openSSLKeys = map[messages.Group]string{
	messages.X25519: "X25519", messages.Secp256r1: "ECDH, prime256v1", messages.Secp384r1: "ECDH, secp384r1",
	messages.Secp521r1: "ECDH, secp521r1",
}

func (openSSL) renegotiate(role events.Role) string {
	if role == events.Client {
		return "r\n" // of s_server
	}
	return "R\n"
}

func (openSSL) updates() []string { return []string{"k\n", "K\n"} }

func (openSSL) end(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	i.must(end.close(), p)
}

func (openSSL) ping(i *interop, end *endpoint, p *program, number int) {
	i.t.Helper()
	ping, pong := lines(number)
	i.must(end.write([]byte(ping)), p)
	p.wait(ping)
	p.say(pong)
	i.hears(end, p, pong)
}

func TestEverySuiteAgreesWithOpenSSL(t *testing.T) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
	} {
		t.Run(suite.String(), func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.arguments = []string{"-ciphersuites", suite.String()}
				end, _ := i.exchange(1)
				if got := end.engine.Connection().CipherSuite; got != suite {
					i.t.Errorf("the suite is the one that openssl has: %v", got)
				}
			})
		})
	}
}

func TestEveryGroupAgreesWithOpenSSL(t *testing.T) {
	for group, name := range openSSLGroups {
		t.Run(name, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.arguments = []string{"-groups", name}
				i.common().Groups = []messages.Group{group}
				end, _ := i.exchange(1)
				if got := end.engine.Connection(); got.Group != group || got.Retried {
					i.t.Errorf("the group is the one there is, without a retry: %v, %v", got.Group, got.Retried)
				}
			})
		})
	}
}

var openSSLGroups = map[messages.Group]string{
	messages.X25519: "X25519", messages.Secp256r1: "P-256", messages.Secp384r1: "P-384", messages.Secp521r1: "P-521",
	messages.X448: "X448", messages.FFDHE2048: "ffdhe2048", messages.FFDHE3072: "ffdhe3072", messages.FFDHE4096: "ffdhe4096",
	messages.FFDHE6144: "ffdhe6144", messages.FFDHE8192: "ffdhe8192",
}

func TestARetryAgreesWithOpenSSL(t *testing.T) {
	for group, name := range openSSLGroups {
		t.Run(name, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				if i.role == events.Client {
					i.arguments = []string{"-groups", name}
					i.pair.Client.Groups = []messages.Group{messages.X25519MLKEM768, group}
					i.pair.Client.KeyShares = []messages.Group{messages.X25519MLKEM768}
				} else {
					first := "ffdhe2048" // what openssl shares
					if name == first {
						first = "P-256"
					}
					i.arguments = []string{"-groups", first + ":" + name}
					i.pair.Server.Groups = []messages.Group{group}
				}
				end, _ := i.exchange(1)
				if got := end.engine.Connection(); got.Group != group || !got.Retried {
					i.t.Errorf("the group is agreed on after a retry: %v, %v", got.Group, got.Retried)
				}
			})
		})
	}
}

func TestEveryKindOfKeyServesAServerAgainstOpenSSL(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				if i.role == events.Client {
					i.identity = testkit.Server(kind)
				}
				i.pair.ServerAnswers.Identity = testkit.Server(kind)
				i.exchange(1)
			})
		})
	}
}

func TestEveryKindOfKeyServesAClientAgainstOpenSSL(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		t.Run(kind, func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.pair.ClientAnswers.Identity = testkit.Client(kind)
				i.pair.Server.ClientAuth = engine.RequireClientCert
				if i.role == events.Client {
					i.wantsCert = true
				} else {
					i.identity = testkit.Client(kind)
				}
				end, _ := i.exchange(1)
				got := end.engine.Connection()
				if i.role == events.Client && got.LocalScheme == 0 {
					i.t.Error("tacitls has proved its certificate")
				}
				if i.role == events.Server && (len(got.PeerChain) == 0 || !bytes.Equal(got.PeerChain[0], i.identity.Chain[0])) {
					i.t.Error("tacitls knows the certificate that openssl has proved")
				}
			})
		})
	}
}
