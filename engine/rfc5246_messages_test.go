package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// declining has the server ask for a certificate, and the client have none.
func declining(p *testkit.Pair) { p.Server.ClientAuth = engine.RequestClientCert }

// covers 5246/7.3/2 5246/7.4/1 5246/7.4.2/1 5246/7.4.7/1 5246/7.4.7/2 5246/7.4.8/1
// covers 8422/3/1
func TestMessagesOfTLS12AreSentInTheOrderOfTheDiagrams(t *testing.T) {
	const proof = "server_hello certificate server_key_exchange "
	for what, c := range map[string]struct {
		change         func(p *testkit.Pair)
		client, server string
	}{
		"a full handshake": {
			inLegacy, "client_hello client_key_exchange finished", proof + "server_hello_done new_session_ticket finished",
		},
		"a client certificate": {
			withLegacyClientCert,
			"client_hello certificate client_key_exchange certificate_verify finished",
			proof + "certificate_request server_hello_done new_session_ticket finished",
		},
		"a client that declines": {
			func(p *testkit.Pair) { inLegacy(p); declining(p) },
			"client_hello certificate client_key_exchange finished",
			proof + "certificate_request server_hello_done new_session_ticket finished",
		},
		"no tickets": {
			func(p *testkit.Pair) { inLegacy(p); p.Server.NoTickets = true },
			"client_hello client_key_exchange finished", proof + "server_hello_done finished",
		},
		"a response to staple": {
			func(p *testkit.Pair) {
				inLegacy(p)
				p.Client.RequestOCSP, p.ServerAnswers.Override = true, stapling(testkit.Server(testkit.P256))
			},
			"client_hello client_key_exchange finished",
			"server_hello certificate certificate_status server_key_exchange server_hello_done new_session_ticket finished",
		},
		"a resumption by ticket":     {resumingLegacy, "client_hello finished", "server_hello new_session_ticket finished"},
		"a resumption by identifier": {resumingIdentified, "client_hello finished", "server_hello finished"},
		"a resumption where a certificate would be asked for": {
			func(p *testkit.Pair) { resumingLegacy(p); declining(p) },
			"client_hello finished", "server_hello new_session_ticket finished",
		},
	} {
		for role, want := range map[events.Role]string{events.Client: c.client, events.Server: c.server} {
			pair := small("order")
			c.change(pair)
			if got := order(pair, role); got != want {
				t.Errorf("%s: the %v sends %s\nwant %s", what, role, got, want)
			}
		}
	}
}

// covers 5246/1.2/2 5246/7.4.6/1
func TestAClientOfTLS12WithoutACertificateSendsAnEmptyList(t *testing.T) {
	pair := legacy("empty list")
	declining(pair)
	m, l := capture[messages.Certificate12](t, pair, events.Client, 1)
	if len(m.Chain) != 0 || len(l.Server.Engine.Connection().PeerChain) != 0 {
		t.Errorf("the list has %d certificates", len(m.Chain))
	}
}

// covers 5246/7.2.2/6 5246/7.2.2/7 5246/7.2.2/8
func TestNoRefusalIsToldByAnAlertThatIsReserved(t *testing.T) {
	const decryptionFailed, noCertificate, exportRestriction = 21, 41, 60
	for _, refusal := range engine.Refusals() {
		switch refusal.Alert {
		case decryptionFailed, noCertificate, exportRestriction:
			t.Errorf("%s is told by %v", refusal.Name, refusal.Alert)
		}
	}
}

// covers 5246/7.2.1/1
func TestInTLS12TheOtherDirectionEndsWhenItsEndCloses(t *testing.T) {
	pair := legacy("close")
	pair.Server.NoTickets = true
	l := forge.New(pair)
	l.Handshake()
	wantAlive(t, "the handshake", l)
	closeNotify := messages.AlertMessage{Level: messages.LevelWarning, Description: messages.AlertCloseNotify}
	if err := l.Do(events.Client, (*engine.Engine).CloseWrite); err != nil {
		t.Fatal(err)
	}
	l.Run()
	if !l.Server.Engine.ReadClosed() || l.Server.Engine.WriteClosed() {
		t.Errorf("the server has read %t, written %t to the end", l.Server.Engine.ReadClosed(), l.Server.Engine.WriteClosed())
	}
	l.Write(events.Server, "what was still to be said")
	if err := l.Do(events.Server, (*engine.Engine).CloseWrite); err != nil {
		t.Fatal(err)
	}
	l.Run()
	if string(l.Client.Received) != "what was still to be said" || !l.Client.Engine.ReadClosed() {
		t.Errorf("the client receives %q, to the end %t", l.Client.Received, l.Client.Engine.ReadClosed())
	}
	for _, end := range []*forge.End{l.Client, l.Server} {
		if len(end.Alerts) != 1 || end.Alerts[0] != closeNotify || end.Err != nil {
			t.Errorf("the %v says %v, %v", end.Role, end.Alerts, end.Err)
		}
	}
}
