package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// What a profile refuses a full handshake no session brings back: a server that
// takes CBC with encrypt-then-MAC alone resumes nothing for a client that offers
// it no more.
func TestASessionBringsNoPlainCBCBack(t *testing.T) {
	const cbc, aead = messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	pairOf := func(seed string) *testkit.Pair {
		pair := compatible(seed)
		pair.Client.MaxVersion = messages.TLS12
		pair.Client.CipherSuites = []messages.CipherSuite{cbc, aead}
		pair.Server.CipherSuites = pair.Client.CipherSuites
		return pair
	}
	p := established(t, pairOf("with encrypt-then-MAC"))
	if agreed := p.Client.Engine.Connection(); agreed.CipherSuite != cbc || !agreed.EncryptThenMAC {
		t.Fatalf("the first handshake agrees on %v", agreed.CipherSuite)
	}
	pair := pairOf("without")
	pair.Client.Session = p.Client.Sessions[0]
	p = pair.Join()
	p.Client.Engine.SetRewrite(func(m messages.Message, raw []byte) []byte {
		if m.Type() != messages.TypeClientHello {
			return raw
		}
		hello := forge.Decode[messages.ClientHello](raw)
		hello.Extensions.Remove(messages.ExtensionEncryptThenMAC)
		return forge.Encode(hello)
	})
	err := p.Handshake()
	if agreed := p.Server.Engine.Connection(); err != nil || agreed.Resumed || agreed.CipherSuite != aead {
		t.Errorf("the server goes on with %v, resumed %t: %v", agreed.CipherSuite, agreed.Resumed, err)
	}
}
