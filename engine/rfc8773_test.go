package engine_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// both wants certificates and a pre-shared key of both ends.
func both(p *testkit.Pair) {
	for _, common := range []*engine.Common{&p.Client.Common, &p.Server.Common} {
		common.PSK, common.CertificateWithPSK = true, true
	}
	p.ClientAnswers.PSK, p.ServerAnswers.PSK = []byte("shared"), []byte("shared")
}

// without is both but for one end's wish for certificates.
func without(role events.Role) func(p *testkit.Pair) {
	return func(p *testkit.Pair) {
		both(p)
		if role == events.Client {
			p.Client.CertificateWithPSK = false
		} else {
			p.Server.CertificateWithPSK = false
		}
	}
}

// pskCertificateOffences are those of RFC 8773.
func pskCertificateOffences() []offence {
	extension := forge.Body(&messages.CertWithExternPSK{})
	content := messages.Extension{Type: messages.ExtensionCertWithExternPSK, Data: []byte{1}}
	return []offence{
		{
			sentence: "a client says something in tls_cert_with_extern_psk", refusal: "malformed_extension", by: events.Server, pair: both,
			forge: clientSays(func(m *messages.ClientHello) { forge.SetExtension(&m.Extensions, content) }),
		},
		{
			sentence: "a server says something in tls_cert_with_extern_psk", refusal: "malformed_extension", by: events.Client, pair: both,
			forge: serverSays(func(m *messages.ServerHello) { forge.SetExtension(&m.Extensions, content) }),
		},
		{
			sentence: "a client does not want certificates beside its key", refusal: "no_certificate_with_psk", by: events.Server,
			pair: without(events.Client),
		},
		{
			sentence: "a server takes the key and shows no certificate", refusal: "no_certificate_with_psk", by: events.Client,
			pair: without(events.Server),
		},
		{
			sentence: "a client has no key beside the certificates", refusal: "no_certificate_with_psk", by: events.Server,
			pair: func(p *testkit.Pair) { both(p); p.Client.CertificateWithPSK, p.Client.PSK = false, false },
		},
		{
			sentence: "a server that wants a key with certificates does not know any", refusal: "psk_not_known", by: events.Server,
			pair: func(p *testkit.Pair) { both(p); p.ServerAnswers.PSK = nil },
		},
		{
			sentence: "a server without the key shows a certificate alone", refusal: "no_certificate_with_psk", by: events.Client,
			pair: func(p *testkit.Pair) { without(events.Server)(p); p.ServerAnswers.PSK = nil },
		},
		{
			sentence: "a retry fixes a suite that no key has the hash of", refusal: "no_certificate_with_psk", by: events.Client,
			pair: func(p *testkit.Pair) {
				both(p)
				retrying(p)
				p.Server.CipherSuites = []messages.CipherSuite{messages.TLS_AES_256_GCM_SHA384}
			},
		},
		{
			sentence: "a ServerHello wants certificates beside no key", refusal: "missing_extension", by: events.Client, pair: both,
			forge: serverSays(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionPreSharedKey) }),
		},
		{
			sentence: "a ServerHello wants certificates beside a key without being asked", refusal: "unsolicited_extension", by: events.Client,
			pair: func(p *testkit.Pair) {
				both(p)
				p.Client.CertificateWithPSK, p.Server.CertificateWithPSK = false, false
			},
			forge: serverSays(func(m *messages.ServerHello) { forge.AddExtension(&m.Extensions, extension) }),
		},
		{
			sentence: "EncryptedExtensions speak of certificates beside a key", refusal: "misplaced_extension", by: events.Client, pair: both,
			forge: func(l *forge.Link) {
				forge.Change(l, events.Server, func(m *messages.EncryptedExtensions) { forge.AddExtension(&m.Extensions, extension) })
			},
		},
		{
			sentence: "a client offers early data with a key and certificates", refusal: "early_data_with_certificate", by: events.Server, pair: both,
			forge: clientSays(func(m *messages.ClientHello) {
				forge.AddExtension(&m.Extensions, forge.Body(&messages.EarlyDataOffer{}))
			}),
		},
		{
			sentence: "a client that wants a key and certificates is given no key", refusal: "bad_answer", by: events.Client,
			pair: func(p *testkit.Pair) { both(p); p.ClientAnswers.PSK = nil },
		},
	}
}

// Both ends have authenticated by certificates, and the keys come from the
// pre-shared one as well (RFC 8773, Section 4).
func TestCertificatesGoWithAnExternalKey(t *testing.T) {
	for _, retries := range []bool{false, true} {
		pair := small("psk and certificates")
		both(pair)
		withClientCert(pair)
		if retries {
			retrying(pair)
		}
		p := pair.Join()
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		client, server := p.Client.Engine.Connection(), p.Server.Engine.Connection()
		if string(client.PSKIdentity) != testkit.PSKIdentity || !bytes.Equal(client.PSKIdentity, server.PSKIdentity) {
			t.Errorf("the identities are %q and %q", client.PSKIdentity, server.PSKIdentity)
		}
		if len(client.PeerChain) == 0 || len(server.PeerChain) == 0 || client.PeerScheme == 0 || server.PeerScheme == 0 {
			t.Error("an end has not authenticated")
		}
		if client.Group == 0 || client.Retried != retries || len(p.Client.Sessions) > 0 {
			t.Errorf("group %v, retried %t, %d sessions", client.Group, client.Retried, len(p.Client.Sessions))
		}
		ours, _ := p.Client.Engine.Export("both", nil, 32)
		theirs, _ := p.Server.Engine.Export("both", nil, 32)
		if !bytes.Equal(ours, theirs) {
			t.Error("the exporters differ")
		}
	}
}

func TestCertificatesWithAKeyTakeTheRightConfig(t *testing.T) {
	for what, change := range map[string]func(c *engine.Common){
		"no keys":                   func(c *engine.Common) { c.PSK = false },
		"TLS 1.2":                   func(c *engine.Common) { c.MinVersion = messages.TLS12 },
		"keys without agreement":    func(c *engine.Common) { c.PSKModes = engine.PSKWithoutAgreement },
		"perhaps without agreement": func(c *engine.Common) { c.PSKModes = engine.PSKEither },
	} {
		config := &engine.ClientConfig{Common: engine.Common{Rand: testkit.Rand("both"), PSK: true, CertificateWithPSK: true}}
		change(&config.Common)
		if _, err := config.Compile(); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
