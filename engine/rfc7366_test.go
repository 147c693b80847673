package engine_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// covers 7366/3/1
func TestAServerAgreesOnEncryptThenMACForCBCAlone(t *testing.T) {
	const cbc = messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
	for _, id := range secrets.Suites12() {
		suite, _ := secrets.LookupSuite12(id)
		if suite.KeyExchange != secrets.KeyExchangeECDHE {
			continue
		}
		pair := legacy("encrypt then MAC")
		if strings.Contains(id.String(), "RSA_WITH") {
			pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
		}
		// The client offers the extension for the sake of a suite that is not chosen.
		pair.Client.CipherSuites = append([]messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, id}, cbc)
		if id == cbc {
			pair.Client.CipherSuites = pair.Client.CipherSuites[:2]
		}
		pair.Server.CipherSuites = []messages.CipherSuite{id}
		pair.Client.Trace, pair.Server.Trace = true, true
		p := pair.Join()
		var offered, answered bool
		p.Observe = func(_ events.Role, e events.Event) {
			sent, ok := e.(*events.MessageSent)
			switch {
			case ok && sent.Type == messages.TypeClientHello:
				offered = forge.Decode[messages.ClientHello](sent.Raw).Extensions.Has(messages.ExtensionEncryptThenMAC)
			case ok && sent.Type == messages.TypeServerHello:
				answered = forge.Decode[messages.ServerHello](sent.Raw).Extensions.Has(messages.ExtensionEncryptThenMAC)
			}
		}
		if err := p.Handshake(); err != nil {
			t.Fatalf("%v: %v", id, err)
		}
		if !offered || answered == suite.AEAD() {
			t.Errorf("%v: offered %t, answered %t", id, offered, answered)
		}
	}
}
