package engine_test

import (
	"encoding/pem"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// openssl 3.0 has no raw public keys.
func TestRawPublicKeysAgreeWithGnuTLS(t *testing.T) {
	for _, kind := range []string{testkit.P256, testkit.RSA, testkit.Ed25519} {
		for _, suite := range []messages.CipherSuite{byECDSA, byRSA, in13} {
			if suite == byECDSA && kind == testkit.RSA || suite == byRSA && kind != testkit.RSA {
				continue
			}
			for _, client := range []bool{false, true} {
				name := kind
				if client {
					name += " and a client's"
				}
				accord{
					name: name, suite: suite, server: kind, priority: ":+CTYPE-SRV-RAWPK:+CTYPE-CLI-RAWPK",
					config: func(i *interop) { showRawKeys(i, kind, client) }, then: checkRawKeys, with: []foreign{gnuTLS{}},
				}.run(t)
			}
		}
	}
}

// showRawKeys has the server show a raw public key, and the client too.
func showRawKeys(i *interop, kind string, client bool) {
	rawKeys(i.pair)
	i.identity = nil
	if client {
		i.requestsCert = true
		i.pair.Server.ClientAuth, i.pair.ClientAnswers.Identity = engine.RequireClientCert, testkit.Client(kind)
	}
	switch {
	case i.role == events.Client:
		i.arguments = append(i.arguments, i.rawKey(testkit.Server(kind))...)
	case client:
		i.arguments = append(i.arguments, i.rawKey(testkit.Client(kind))...)
	}
	if i.role == events.Server {
		// It could only trust on first use.
		i.arguments = append(i.arguments, "--insecure")
	}
}

// rawKey gives gnutls a raw public key.
func (i *interop) rawKey(id *testkit.Identity) []string {
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: testkit.PublicKeyInfo(id.Key.Public())})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: id.PrivateKey()})
	return []string{"--rawpkkeyfile", i.file("key.pem", private), "--rawpkfile", i.file("public.pem", public)}
}

func checkRawKeys(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	p.wait(`-Raw Public Key\)`)
	c := end.engine.Connection()
	showed := i.role == events.Client || i.requestsCert
	if showed != (c.PeerRawKey != nil) || c.PeerChain != nil {
		i.t.Errorf("the peer has shown a key of %d bytes", len(c.PeerRawKey))
	}
}
