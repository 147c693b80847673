package engine_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// order is the order in which an end sends its messages in a handshake.
func order(pair *testkit.Pair, from events.Role) string {
	pair.Client.Trace, pair.Server.Trace = true, true
	l := forge.New(pair)
	l.Handshake()
	var kinds []string
	for _, line := range l.End(from).Log {
		if rest, ok := strings.CutPrefix(line, "message sent, "); ok {
			kind, _, _ := strings.Cut(rest, ",")
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, " ")
}

// covers 8446/4/1
// covers 8446/B/1
// covers 8446/4.3.1/1
// covers 8446/4.3.2/1
// covers 8446/4.4.2/1
// covers 8446/4.4.2/2
// covers 8446/4.4.2/3
// covers 8446/4.4.2/4
// covers 8446/4.4.3/1
// covers 8446/4.4.3/2
// covers 8446/4.4.3/3
// covers 8446/4.5/2
func TestMessagesAreSentInTheOrderOfTheDiagrams(t *testing.T) {
	for what, c := range map[string]struct {
		change func(p *testkit.Pair)
		client string
		server string
	}{
		"a full handshake": {
			func(*testkit.Pair) {},
			"client_hello finished",
			"server_hello encrypted_extensions certificate certificate_verify finished new_session_ticket",
		},
		"a client certificate": {
			withClientCert,
			"client_hello certificate certificate_verify finished",
			"server_hello encrypted_extensions certificate_request certificate certificate_verify finished new_session_ticket",
		},
		"a client that declines": {
			func(p *testkit.Pair) { p.Server.ClientAuth = engine.RequestClientCert },
			"client_hello certificate finished",
			"server_hello encrypted_extensions certificate_request certificate certificate_verify finished new_session_ticket",
		},
		"a resumption": {
			resuming,
			"client_hello finished",
			"server_hello encrypted_extensions finished new_session_ticket",
		},
		// covers 8446/4.3.2/6
		"a resumption where a certificate would be asked for": {
			func(p *testkit.Pair) { resuming(p); p.Server.ClientAuth = engine.RequestClientCert },
			"client_hello finished",
			"server_hello encrypted_extensions finished new_session_ticket",
		},
		"a retry": {
			retrying,
			"client_hello client_hello finished",
			"server_hello server_hello encrypted_extensions certificate certificate_verify finished new_session_ticket",
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

// covers 8446/4.3.2/5
// covers 8446/9.3/5
// covers 8701/4.2/3
func TestAClientIgnoresUnknownExtensionsOfACertificateRequest(t *testing.T) {
	pair := small("request")
	withClientCert(pair)
	l := completes(t, pair, func(l *forge.Link) {
		forge.Change(l, events.Server, func(m *messages.CertificateRequest13) {
			forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a, Data: []byte{1}})
		})
	})
	if len(l.Server.Engine.Connection().PeerChain) != 1 {
		t.Error("the client has shown no certificate")
	}
}

// covers 8446/4.3.2/3
// covers 8446/4.3.2/4
func TestACertificateRequestSaysWhatIsAccepted(t *testing.T) {
	pair := small("accepted")
	withClientCert(pair)
	pair.Server.Authorities = [][]byte{testkit.Authority().Certificate.RawSubject}
	pair.Server.Schemes = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}
	pair.Server.SchemesCert = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.Ed25519}
	m, l := capture[messages.CertificateRequest13](t, pair, events.Server, 1)
	if len(m.Context) != 0 || !m.Extensions.Has(messages.ExtensionSignatureAlgorithms) {
		t.Errorf("context %x, extensions %v", m.Context, types(&m.Extensions))
	}
	var asked *events.ChooseCredential
	for _, q := range l.Client.Answers.Asked {
		if q, ok := q.(*events.ChooseCredential); ok {
			asked = q
		}
	}
	if asked == nil || !slices.Equal(asked.Schemes, pair.Server.Schemes) || !slices.Equal(asked.SchemesCert, pair.Server.SchemesCert) ||
		len(asked.Authorities) != 1 || !bytes.Equal(asked.Authorities[0], testkit.Authority().Certificate.RawSubject) {
		t.Errorf("the client is asked for %+v", asked)
	}
}

// covers 8446/4.4.2/8
// covers 8446/4.4.2/9
func TestAChainOfManyCertificatesIsHandedOnAsItCame(t *testing.T) {
	pair := small("chain")
	identity := *pair.ServerAnswers.Identity
	identity.Chain = append(slices.Clone(identity.Chain), testkit.Authority().Chain[0], testkit.Client(testkit.RSA).Chain[0])
	pair.ServerAnswers.Identity = &identity
	p := established(t, pair)
	if got := p.Client.Engine.Connection().PeerChain; !slices.EqualFunc(got, identity.Chain, bytes.Equal) {
		t.Errorf("%d certificates of %d", len(got), len(identity.Chain))
	}
}

// covers 8446/4.6.1/6
func TestEveryTicketHasANonceAndASecretOfItsOwn(t *testing.T) {
	pair := small("nonces")
	pair.Server.Tickets = 4
	nonces, ages := map[string]bool{}, map[uint32]bool{}
	l := forge.New(pair)
	for range 5 {
		l.On(events.Server, messages.TypeNewSessionTicket, func(w *forge.Wire, raw []byte) {
			m := forge.Decode[messages.NewSessionTicket13](raw)
			nonces[string(m.Nonce)], ages[m.AgeAdd] = true, true
			w.Raw(raw)
		})
	}
	l.Handshake()
	if err := l.Do(events.Server, (*engine.Engine).IssueTicket); err != nil {
		t.Fatal(err)
	}
	l.Run()
	secret := map[string]bool{}
	for _, session := range l.Client.Sessions {
		secret[string(session.Secret.Bytes())] = true
	}
	if len(l.Client.Sessions) != 5 || len(nonces) != 5 || len(secret) != 5 || len(ages) != 5 {
		t.Errorf("%d tickets with %d nonces, %d secrets, %d values of ticket_age_add", len(l.Client.Sessions), len(nonces), len(secret), len(ages))
	}
}

// covers 8446/4.6.1/7
// covers 8446/9.3/5
// covers 8446/4.6.1/5
// covers 9149/6/1
func TestAClientKeepsATicketForSevenDaysAtMost(t *testing.T) {
	l := quietLink(t, nil)
	m := &messages.NewSessionTicket13{Lifetime: 0xffffffff, Ticket: []byte("ticket")}
	forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a, Data: []byte("unknown")})
	forge.Set(&m.Extensions, &messages.EarlyDataLimit{MaxSize: 100})
	l.Wire(events.Server).Message(m)
	wantAlive(t, "a ticket", l)
	if len(l.Client.Sessions) != 1 {
		t.Fatalf("%d sessions", len(l.Client.Sessions))
	}
	session := l.Client.Sessions[0]
	week := 7 * 24 * time.Hour
	if session.Lifetime != 604800 || session.Expired(l.Now.Add(week)) || !session.Expired(l.Now.Add(week+time.Second)) {
		t.Errorf("a lifetime of %d seconds", session.Lifetime)
	}
}

func TestATicketWithoutALifetimeIsNotKept(t *testing.T) {
	l := quietLink(t, nil)
	l.Wire(events.Server).Message(&messages.NewSessionTicket13{Ticket: []byte("ticket")})
	wantAlive(t, "a ticket", l)
	if len(l.Client.Sessions) != 0 {
		t.Error("the ticket is kept")
	}
}

// covers 8446/4.2.11.1/1
// covers 8446/4.6.1/2
func TestASessionThatDoesNotServeIsNotOffered(t *testing.T) {
	for what, change := range map[string]func(s *events.Session){
		"expired":                 func(s *events.Session) { s.Created = testkit.Now.Add(-2 * 24 * time.Hour) },
		"of the future":           func(s *events.Session) { s.Created = testkit.Now.Add(time.Hour) },
		"for another name":        func(s *events.Session) { s.ServerName = "other.example" },
		"of another version":      func(s *events.Session) { s.Version = messages.TLS12 },
		"of an unknown suite":     func(s *events.Session) { s.CipherSuite = 0x7a7a },
		"with a secret too short": func(s *events.Session) { s.CipherSuite = messages.TLS_AES_256_GCM_SHA384 },
		"without a ticket":        func(s *events.Session) { s.Ticket = nil },
	} {
		pair := small("not offered")
		resuming(pair)
		change(pair.Client.Session)
		if m, _ := capture[messages.ClientHello](t, pair, events.Client, 1); m.Extensions.Has(messages.ExtensionPreSharedKey) {
			t.Errorf("a session %s is offered", what)
		}
	}
}

// covers 8446/4.2.11/3
func TestATicketThatDoesNotServeLeadsToAFullHandshake(t *testing.T) {
	for what, change := range map[string]func(s *events.Session){
		"expired":                func(s *events.Session) { s.Created = testkit.Now.Add(-2 * 24 * time.Hour) },
		"of the future":          func(s *events.Session) { s.Created = testkit.Now.Add(time.Hour) },
		"authenticated long ago": func(s *events.Session) { s.Authenticated = testkit.Now.Add(-8 * 24 * time.Hour) },
		"of another version":     func(s *events.Session) { s.Version = messages.TLS12 },
		"of another hash":        func(s *events.Session) { s.CipherSuite = messages.TLS_AES_256_GCM_SHA384 },
		"with a client's chain":  func(s *events.Session) { s.PeerChain = testkit.Client(testkit.P256).Chain },
	} {
		pair := small("not taken")
		resuming(pair)
		answering(pair.ServerAnswers, func(q *events.OpenTicket) events.Answer {
			session, err := events.ParseSession(slices.Clone(q.Tickets[0].Ticket))
			if err != nil {
				t.Fatal(err)
			}
			change(session)
			state, err := session.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			return q.Reply(0, state)
		})
		if p := established(t, pair); p.Server.Engine.Connection().Resumed || p.Client.Engine.Connection().Resumed {
			t.Errorf("a ticket %s is taken", what)
		}
	}
	pair := small("no session")
	resuming(pair)
	answering(pair.ServerAnswers, func(q *events.OpenTicket) events.Answer { return q.Reply(0, []byte("nonsense")) })
	if established(t, pair).Server.Engine.Connection().Resumed {
		t.Error("nonsense is taken for a session")
	}
}

// covers 8446/4.6.1/3
func TestAResumptionTellsTheNameOfItsOwnHello(t *testing.T) {
	pair := small("name")
	resuming(pair)
	l := completes(t, pair, func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			forge.Set(&m.Extensions, &messages.ServerNameOffer{Name: []byte("alias.example")})
		})
	})
	connection := l.Server.Engine.Connection()
	if !connection.Resumed || connection.ServerName != "alias.example" {
		t.Errorf("resumed %t with the name %q", connection.Resumed, connection.ServerName)
	}
}

// covers 8446/4.4.2.2/4
func TestAServerIsAskedForAChainThatTheClientTakes(t *testing.T) {
	type schemes = []messages.SignatureScheme
	for what, c := range map[string]struct{ handshake, chain, asked, askedCert schemes }{
		"one list":  {schemes{messages.ECDSASecp256r1SHA256}, nil, schemes{messages.ECDSASecp256r1SHA256}, schemes{messages.ECDSASecp256r1SHA256}},
		"two lists": {schemes{messages.ECDSASecp256r1SHA256}, schemes{messages.Ed25519}, schemes{messages.ECDSASecp256r1SHA256}, schemes{messages.Ed25519}},
		"a list with schemes for chains": {
			schemes{messages.ECDSASecp256r1SHA256}, schemes{messages.ECDSASecp256r1SHA256, messages.RSAPKCS1SHA256},
			schemes{messages.ECDSASecp256r1SHA256}, schemes{messages.ECDSASecp256r1SHA256, messages.RSAPKCS1SHA256},
		},
	} {
		pair := small("schemes")
		pair.Client.Schemes, pair.Client.SchemesCert = c.handshake, c.chain
		established(t, pair)
		q, ok := pair.ServerAnswers.Asked[0].(*events.ChooseCredential)
		if !ok || !slices.Equal(q.Schemes, c.asked) || !slices.Equal(q.SchemesCert, c.askedCert) {
			t.Errorf("%s: the server is asked %v, for a chain by %v", what, q, q.SchemesCert)
		}
	}
}
