package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
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

// What comes behind close_notify is ignored by whoever reads it; nothing is sent.
func TestNothingOfARenegotiationFollowsCloseNotify(t *testing.T) {
	for _, closes := range []events.Role{events.Client, events.Server} {
		pair := legacy("closes in the midst")
		pair.Client.Trace, pair.Server.Trace = true, true
		p := established(t, pair)
		sent := 0
		p.Observe = func(at events.Role, e events.Event) {
			if _, ok := e.(*events.RecordSent); ok && at == closes {
				sent++
			}
		}
		if err := p.Do(events.Client, (*engine.Engine).Renegotiate); err != nil {
			t.Fatal(err)
		}
		if closes == events.Server {
			p.Step(events.Server) // the ClientHello arrives, and is answered
		}
		if err := p.Do(closes, (*engine.Engine).CloseWrite); err != nil {
			t.Fatal(err)
		}
		sent = 0
		_ = p.Run()
		if sent != 0 {
			t.Errorf("the %v sends %d records after close_notify", closes, sent)
		}
	}
}

// A peer that reads nothing cannot have this end write without bound, whatever
// data it sends between its wishes to renegotiate.
func TestWishesToRenegotiateAreDeclinedSoOften(t *testing.T) {
	const most = 64
	for _, asks := range []events.Role{events.Client, events.Server} {
		pair := legacy("asks for good")
		declines := &pair.Client.Common
		if asks == events.Client {
			declines = &pair.Server.Common
		}
		declines.Renegotiation = engine.RenegotiateNever
		l := forge.New(pair)
		l.Handshake()
		end := l.End(asks.Peer())
		for range most {
			_ = l.Do(asks, (*engine.Engine).Renegotiate)
			l.Run()
			l.Write(asks, "x")
			l.Write(asks.Peer(), "y") // so many warnings in a row would end the other's patience
		}
		if end.Err != nil || len(end.Received) != most {
			t.Fatalf("the %v gives up at once, after %d bytes: %v", end.Role, len(end.Received), end.Err)
		}
		_ = l.Do(asks, (*engine.Engine).Renegotiate)
		l.Run()
		if end.Err == nil || end.Err.Refusal.Name != "too_many_renegotiations" {
			t.Errorf("the %v goes on to decline: %v", end.Role, end.Err)
		}
	}
}
