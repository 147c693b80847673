package engine_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// A client that authenticates after the handshake shows the kind of certificate that
// this handshake has agreed on. A resumption agrees on none, whatever the session knows,
// and then it is X.509 (RFC 8446, Section 4.4.2).
func TestACertificateAfterTheHandshakeIsOfTheKindThatThisHandshakeHasAgreedOn(t *testing.T) {
	for what, row := range map[string]struct {
		auth           engine.ClientAuth
		shown, resumed bool
		kind           messages.CertificateType
	}{
		"nothing agreed on":                      {auth: engine.NoClientCert, kind: messages.CertificateX509},
		"raw keys agreed on":                     {auth: engine.RequestClientCert, kind: messages.CertificateRawPublicKey},
		"raw keys agreed on and shown":           {auth: engine.RequestClientCert, shown: true, kind: messages.CertificateRawPublicKey},
		"raw keys agreed on before a resumption": {auth: engine.RequestClientCert, resumed: true, kind: messages.CertificateX509},
		"raw keys shown in the session resumed":  {auth: engine.RequestClientCert, shown: true, resumed: true, kind: messages.CertificateX509},
		"nothing agreed on in a session resumed": {auth: engine.NoClientCert, resumed: true, kind: messages.CertificateX509},
	} {
		identity := testkit.Client(testkit.P256)
		pair := small("kinds, " + what)
		pair.Client.CertificateTypes, pair.Server.PeerCertificateTypes = rawFirst, rawFirst
		pair.Client.PostHandshakeAuth, pair.Server.ClientAuth = true, row.auth
		if pair.ClientAnswers.RawKey = true; row.shown {
			pair.ClientAnswers.Identity = identity
		}
		p := established(t, pair)
		if row.resumed {
			pair.Client.Session = p.Client.Sessions[0]
			p = established(t, pair)
		}
		pair.ClientAnswers.Identity = identity
		request(t, p)
		if err := p.Run(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		client, server := p.Client.Engine.Connection(), p.Server.Engine.Connection()
		raw, chain := identity.Certificate.RawSubjectPublicKeyInfo, identity.Chain[0]
		if row.kind == messages.CertificateX509 {
			raw = nil
		} else {
			chain = nil
		}
		if server.Resumed != row.resumed || !bytes.Equal(server.PeerRawKey, raw) || !bytes.Equal(leaf(server.PeerChain), chain) ||
			!bytes.Equal(client.LocalRawKey, raw) || !bytes.Equal(leaf(client.LocalChain), chain) || server.PeerCertificateType != row.kind ||
			client.LocalCertificateType != row.kind {
			t.Errorf("%s: the server sees a key of %d bytes, a chain of %d, the kind %v",
				what, len(server.PeerRawKey), len(server.PeerChain), server.PeerCertificateType)
		}
	}
}

func TestAServerAsksForNoKindOfCertificateThatItDoesNotTake(t *testing.T) {
	pair := small("kind")
	later(pair)
	pair.Client.CertificateTypes, pair.Server.PeerCertificateTypes = rawFirst, rawAlone
	p := established(t, pair)
	if err := p.Do(events.Server, requestCertificate); !errors.Is(err, engine.ErrMisuse) || p.Server.Engine.Err() != nil {
		t.Errorf("a server that takes raw keys alone asks for a certificate: %v", err)
	}
}
