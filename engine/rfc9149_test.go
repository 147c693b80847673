package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// wishing has the client say how many tickets it has use for.
func wishing(newSession, resumption uint8) func(*testkit.Pair) {
	return func(p *testkit.Pair) {
		p.Client.TicketRequest = &engine.TicketRequest{NewSession: newSession, Resumption: resumption}
	}
}

// covers 9149/3/1
func TestAServerSendsAsManyTicketsAsItSaysItWill(t *testing.T) {
	for what, row := range map[string]struct {
		set     func(*testkit.Pair)
		server  engine.ServerConfig
		agreed  bool
		tickets int
	}{
		"no wish":                         {func(*testkit.Pair) {}, engine.ServerConfig{Tickets: 2}, false, 2},
		"more than usual":                 {wishing(3, 1), engine.ServerConfig{}, true, 3},
		"less than usual":                 {wishing(1, 5), engine.ServerConfig{Tickets: 4}, true, 1},
		"none":                            {wishing(0, 5), engine.ServerConfig{}, true, 0},
		"more than there are":             {wishing(32, 0), engine.ServerConfig{}, true, 4},
		"more than the config's bound":    {wishing(32, 0), engine.ServerConfig{MaxTickets: 16}, true, 16},
		"after a resumption":              {allOf(resuming, wishing(1, 2)), engine.ServerConfig{}, true, 2},
		"a resumption with none":          {allOf(resuming, wishing(5, 0)), engine.ServerConfig{}, true, 0},
		"a server that does not listen":   {wishing(3, 3), engine.ServerConfig{MaxTickets: -1}, false, 1},
		"a server that sends none":        {wishing(3, 3), engine.ServerConfig{Tickets: -1}, false, 0},
		"a server without tickets":        {wishing(3, 3), engine.ServerConfig{NoTickets: true}, false, 0},
		"a server of TLS 1.2":             {allOf(inLegacy, wishing(3, 3)), engine.ServerConfig{}, false, 1},
		"a client that takes no tickets":  {allOf(wishing(3, 3), func(p *testkit.Pair) { p.Client.NoTickets = true }), engine.ServerConfig{}, false, 0},
		"a second hello repeats the wish": {allOf(retrying, wishing(2, 0)), engine.ServerConfig{}, true, 2},
	} {
		pair := small("tickets")
		row.set(pair)
		pair.Server.Tickets, pair.Server.MaxTickets, pair.Server.NoTickets = row.server.Tickets, row.server.MaxTickets, row.server.NoTickets
		p := established(t, pair)
		c, s := p.Client.Engine.Connection(), p.Server.Engine.Connection()
		if got := len(p.Client.Sessions); got != row.tickets {
			t.Errorf("%s: %d tickets come, want %d", what, got, row.tickets)
		}
		if c.TicketsAgreed != row.agreed || s.TicketsAgreed != row.agreed || c.TicketsExpected != s.TicketsExpected {
			t.Errorf("%s: the client says %v, the server %v", what, &c, &s)
		}
		if row.agreed && int(c.TicketsExpected) != row.tickets {
			t.Errorf("%s: %d tickets are announced, %d come", what, c.TicketsExpected, row.tickets)
		}
	}
}

// covers 9149/3/2
func TestAServerSaysInEncryptedExtensionsHowManyTicketsThereWillBe(t *testing.T) {
	pair := small("where")
	allOf(retrying, wishing(2, 2), withClientCert)(pair)
	pair.Server.Trace = true
	p := pair.Join()
	where := map[messages.HandshakeType]int{}
	p.Observe = func(_ events.Role, e events.Event) {
		sent, ok := e.(*events.MessageSent)
		if !ok {
			return
		}
		var x messages.Extensions
		switch sent.Type {
		case messages.TypeServerHello:
			x = forge.Decode[messages.ServerHello](sent.Raw).Extensions
		case messages.TypeEncryptedExtensions:
			x = forge.Decode[messages.EncryptedExtensions](sent.Raw).Extensions
		case messages.TypeCertificateRequest:
			x = forge.Decode[messages.CertificateRequest13](sent.Raw).Extensions
		case messages.TypeNewSessionTicket:
			x = forge.Decode[messages.NewSessionTicket13](sent.Raw).Extensions
		}
		if x.Has(messages.ExtensionTicketRequest) {
			where[sent.Type]++
		}
	}
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	if len(where) != 1 || where[messages.TypeEncryptedExtensions] != 1 {
		t.Errorf("ticket_request stands in %v", where)
	}
}

// covers 9149/3/4 9149/3/5
func TestASecondHelloHasTheSameWishForTickets(t *testing.T) {
	for _, wish := range []func(*testkit.Pair){wishing(7, 9), func(*testkit.Pair) {}} {
		pair := small("again")
		allOf(retrying, wish)(pair)
		hellos := hellosOf(t, pair)
		if len(hellos) != 2 {
			t.Fatalf("there are %d hellos", len(hellos))
		}
		first, asked := hellos[0].Extensions.Lookup(messages.ExtensionTicketRequest)
		second, again := hellos[1].Extensions.Lookup(messages.ExtensionTicketRequest)
		if asked != again || string(first) != string(second) || asked != (pair.Client.TicketRequest != nil) {
			t.Errorf("the first hello has %x, the second %x", first, second)
		}
	}
}

// ticketOffences are those of ticket_request.
func ticketOffences() []offence {
	wish, hint := wishing(1, 1), &messages.TicketRequestHint{Expected: 1}
	return []offence{
		// covers 9149/3/3
		{
			sentence: "a ServerHello says how many tickets there will be", refusal: "misplaced_extension", by: events.Client,
			pair: wish, forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, hint) }),
		},
		// covers 9149/3/3
		{
			sentence: "a HelloRetryRequest says how many tickets there will be", refusal: "misplaced_extension", by: events.Client,
			pair: allOf(retrying, wish), forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, hint) }),
		},
		{
			sentence: "a CertificateRequest says how many tickets there will be", refusal: "misplaced_extension", by: events.Client,
			pair:  allOf(withClientCert, wish),
			forge: serverSays(func(m *messages.CertificateRequest13) { forge.Set(&m.Extensions, hint) }),
		},
		{
			sentence: "a ticket says how many tickets there will be", refusal: "misplaced_extension", by: events.Client,
			pair: wish, forge: serverSays(func(m *messages.NewSessionTicket13) { forge.Set(&m.Extensions, hint) }),
		},
		{
			sentence: "a server says unasked how many tickets there will be", refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.EncryptedExtensions) { forge.Set(&m.Extensions, hint) }),
		},
		{
			sentence: "a server of TLS 1.2 says how many tickets there will be", refusal: "misplaced_extension", by: events.Client,
			pair: allOf(inLegacy, wish), forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, hint) }),
		},
		{
			sentence: "a server announces two numbers of tickets", refusal: "malformed_extension", by: events.Client,
			pair: wish, forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionTicketRequest, Data: []byte{1, 1}})
			}),
		},
		{
			sentence: "a client wants one number of tickets", refusal: "malformed_extension", by: events.Server,
			pair: wish, forge: clientSays(func(m *messages.ClientHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionTicketRequest, Data: []byte{1}})
			}),
		},
		// covers 9149/3/5
		{
			sentence: "a second hello wants another number of tickets", refusal: "retried_hello_changed", by: events.Server,
			pair: allOf(retrying, wish), forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.ClientHello) {
					forge.Set(&m.Extensions, &messages.TicketRequestOffer{NewSession: 2})
				})
			},
		},
		// covers 9149/3/4
		{
			sentence: "a second hello has no wish for tickets any more", refusal: "retried_hello_changed", by: events.Server,
			pair: allOf(retrying, wish), forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionTicketRequest) })
			},
		},
	}
}
