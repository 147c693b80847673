package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// A server that shares a key with its client asks it for no certificate.
//
// covers 8446/4.3.2/6
func TestUnderAnExternalKeyNoCertificateIsAskedForAfterTheHandshake(t *testing.T) {
	pair := keyed("later")
	pair.Client.PostHandshakeAuth = true
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
		_, err := e.RequestClientCertificate(out, now)
		return err
	})
	if !errors.Is(err, engine.ErrMisuse) || !p.Server.Engine.Completed() {
		t.Errorf("the server asks all the same: %v", err)
	}
}

// Nor may a server that knows no better have the client sign.
//
// covers 8446/4.3.2/6
func TestUnderAnExternalKeyAClientShowsNoCertificate(t *testing.T) {
	pair := keyed("later, asked")
	pair.Client.PostHandshakeAuth, pair.ClientAnswers.Identity = true, testkit.Client(testkit.P256)
	l := forge.New(pair)
	l.Handshake()
	asked := len(pair.ClientAnswers.Asked)
	l.Wire(events.Server).Message(&messages.CertificateRequest13{Context: []byte{1}, Extensions: messages.Extensions{List: []messages.Extension{
		forge.Body(&messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}}),
	}}})
	l.Run()
	if err := l.Client.Err; err == nil || err.Refusal.Name != "unexpected_message" || len(pair.ClientAnswers.Asked) > asked {
		t.Errorf("the client has %v, and was asked %v", err, pair.ClientAnswers.Asked[asked:])
	}
}

// A session of such a connection is as good as the key, and no better.
func TestAResumptionOfAnExternalKeyHasNoCertificatesEither(t *testing.T) {
	first := keyed("later, first").Join()
	if err := first.Handshake(); err != nil {
		t.Fatal(err)
	}
	pair := keyed("later, resumed")
	pair.Client.PostHandshakeAuth, pair.Client.Session = true, first.Client.Sessions[0]
	p := pair.Join()
	if err := p.Handshake(); err != nil || !p.Server.Engine.Connection().Resumed {
		t.Fatal(err)
	}
	if err := p.Do(events.Server, requestCertificate); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("the server asks all the same: %v", err)
	}
}

// A client that wants certificates, and a server that has no keys, go by no session
// that only a key has authenticated.
func TestASessionOfAnExternalKeyServesWithKeysAlone(t *testing.T) {
	first := keyed("keys").Join()
	if err := first.Handshake(); err != nil {
		t.Fatal(err)
	}
	for what, configure := range map[string]func(p *testkit.Pair){
		"the client has no keys": func(p *testkit.Pair) { p.Client.PSK = false },
		"the server has no keys": func(p *testkit.Pair) { p.Server.PSK = false },
		"both have keys":         func(*testkit.Pair) {},
	} {
		pair := keyed("keys, again")
		pair.Client.Session = first.Client.Sessions[0]
		configure(pair)
		p := pair.Join()
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		if got, want := p.Client.Engine.Connection().Resumed, pair.Client.PSK && pair.Server.PSK; got != want {
			t.Errorf("%s: resumed %t", what, got)
		}
	}
}
