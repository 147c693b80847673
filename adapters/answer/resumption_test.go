package answer_test

import (
	"crypto/x509"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The stories below are of a client that brings a session of one server to another,
// which has the same ticket keys and wants something else.

// visit has a client shake hands, with a session or nil, and gives the session that
// comes of it.
func visit(t *testing.T, client *answer.Client, server *answer.Server, session *events.Session, change func(*testkit.Pair)) (*events.Session, events.Connection, error) {
	t.Helper()
	pair := testkit.NewPair("visit")
	pair.Client.Session = session
	change(pair)
	p := pair.Join()
	p.Client.Answers, p.Server.Answers = client, server
	if err := p.Handshake(); err != nil {
		return nil, events.Connection{}, err
	}
	return p.Client.Sessions[0], p.Server.Engine.Connection(), nil
}

func shown(t *testing.T, identity *testkit.Identity) []*answer.Certificate {
	t.Helper()
	c, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return []*answer.Certificate{c}
}

func inTLS12(p *testkit.Pair) {
	p.Client.MinVersion, p.Client.MaxVersion = messages.TLS12, messages.TLS12
	p.Server.MinVersion, p.Server.MaxVersion = messages.TLS12, messages.TLS12
}

// A session is resumed only by a certificate that a full handshake would take.
func TestNoSessionCarriesACertificatePastTheFilters(t *testing.T) {
	for why, version := range map[string]func(*testkit.Pair){"TLS 1.3": func(*testkit.Pair) {}, "TLS 1.2": inTLS12} {
		client := &answer.Client{Roots: testkit.Roots(), Certificates: shown(t, testkit.Client(testkit.P256))}
		server := &answer.Server{
			Certificates: shown(t, testkit.Server(testkit.P256)), ClientRoots: testkit.Roots(), Tickets: &answer.TicketKeys{},
		}
		wanting := func(purposes ...x509.ExtKeyUsage) func(*testkit.Pair) {
			return func(p *testkit.Pair) {
				version(p)
				p.Server.ClientAuth = engine.RequireClientCert
				for _, purpose := range purposes {
					p.Server.OIDFilters = append(p.Server.OIDFilters, answer.ExtKeyUsageFilter(purpose.OID()))
				}
			}
		}
		session, _, err := visit(t, client, server, nil, wanting())
		if err != nil {
			t.Fatalf("%s: %v", why, err)
		}
		if _, c, err := visit(t, client, server, session, wanting(x509.ExtKeyUsageClientAuth)); err != nil || !c.Resumed {
			t.Errorf("%s: a certificate that satisfies the filters: resumed %t, %v", why, c.Resumed, err)
		}
		if _, c, err := visit(t, client, server, session, wanting(x509.ExtKeyUsageCodeSigning)); err == nil {
			t.Errorf("%s: a certificate that the filters refuse: resumed %t", why, c.Resumed)
		}
	}
}

// A chain is held to the signatures that are taken now.
func TestNoSessionCarriesAChainPastTheSchemesAccepted(t *testing.T) {
	client := &answer.Client{Roots: testkit.Roots(), Certificates: shown(t, testkit.Client(testkit.P256))}
	server := &answer.Server{
		Certificates: shown(t, testkit.Server(testkit.P256)), ClientRoots: testkit.Roots(), Tickets: &answer.TicketKeys{},
	}
	taking := func(schemes ...messages.SignatureScheme) func(*testkit.Pair) {
		return func(p *testkit.Pair) { p.Server.ClientAuth, p.Server.SchemesCert = engine.RequestClientCert, schemes }
	}
	session, _, err := visit(t, client, server, nil, taking())
	if err != nil {
		t.Fatal(err)
	}
	for why, c := range map[string]struct {
		change func(*testkit.Pair)
		want   bool
	}{"the same": {taking(), true}, "others": {taking(messages.Ed25519), false}} {
		if _, got, err := visit(t, client, server, session, c.change); err != nil || got.Resumed != c.want {
			t.Errorf("%s: resumed %t, %v", why, got.Resumed, err)
		}
	}
}

// keyed has both ends use external keys beside certificates.
func keyed(p *testkit.Pair) { p.Client.PSK, p.Server.PSK = true, true }

// keyedInTLS12 is keyed in TLS 1.2, by a suite of each kind.
func keyedInTLS12(p *testkit.Pair) {
	inTLS12(p)
	suites := []messages.CipherSuite{messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
	p.Client.CipherSuites, p.Server.CipherSuites = suites, suites
}

// withoutKey is keyedInTLS12 for a client that has no key.
func withoutKey(p *testkit.Pair) {
	keyedInTLS12(p)
	p.Client.CipherSuites = p.Client.CipherSuites[1:]
}

// Where a key is all that a client is known by, anybody's session is nobody's.
func TestNoSessionOfAnybodyServesWhereAKeyIsWanted(t *testing.T) {
	for why, c := range map[string]struct{ anybody, known func(*testkit.Pair) }{"TLS 1.3": {keyed, keyed}, "TLS 1.2": {withoutKey, keyedInTLS12}} {
		tickets, certificates := &answer.TicketKeys{}, shown(t, testkit.Server(testkit.P256))
		psk := &answer.PSK{Identity: []byte("staff"), Key: []byte("0123456789abcdef")}
		open := &answer.Server{Certificates: certificates, Tickets: tickets}
		staff := &answer.Server{PSK: answer.NewPSKTable(psk).Lookup, Tickets: tickets}
		both := &answer.Server{PSK: staff.PSK, Certificates: certificates, Tickets: tickets}
		anybody, known := &answer.Client{Roots: testkit.Roots()}, &answer.Client{Roots: testkit.Roots(), PSK: psk}
		session, _, err := visit(t, anybody, open, nil, c.anybody)
		if err != nil {
			t.Fatalf("%s: %v", why, err)
		}
		for what, brought := range map[string]*events.Session{"no session": nil, "anybody's session": session} {
			if _, got, err := visit(t, anybody, staff, brought, c.anybody); err == nil {
				t.Errorf("%s: a client with %s is served: resumed %t, by %q", why, what, got.Resumed, got.PSKIdentity)
			}
		}
		if _, got, err := visit(t, anybody, both, session, c.anybody); err != nil || !got.Resumed {
			t.Errorf("%s: anybody's session where anybody is served: resumed %t, %v", why, got.Resumed, err)
		}
		if session, _, err = visit(t, known, staff, nil, c.known); err != nil {
			t.Fatalf("%s: %v", why, err)
		}
		if _, got, err := visit(t, known, staff, session, c.known); err != nil || !got.Resumed || string(got.PSKIdentity) != "staff" {
			t.Errorf("%s: a session under the key: resumed %t by %q, %v", why, got.Resumed, got.PSKIdentity, err)
		}
	}
}

// Who is taken out of the table has no session any more either.
func TestASessionUnderAKeyServesWhileTheKeyIsKnown(t *testing.T) {
	for why, change := range map[string]func(*testkit.Pair){"TLS 1.3": keyed, "TLS 1.2": keyedInTLS12} {
		psk := &answer.PSK{Identity: []byte("sensor 7"), Key: []byte("0123456789abcdef")}
		client := &answer.Client{Roots: testkit.Roots(), PSK: psk}
		server := &answer.Server{
			PSK: answer.NewPSKTable(psk).Lookup, Certificates: shown(t, testkit.Server(testkit.P256)), Tickets: &answer.TicketKeys{},
		}
		session, c, err := visit(t, client, server, nil, change)
		if err != nil || string(c.PSKIdentity) != "sensor 7" {
			t.Fatalf("%s: the key is %q, %v", why, c.PSKIdentity, err)
		}
		// Without its key the client is served by the certificate.
		client = &answer.Client{Roots: testkit.Roots()}
		for _, test := range []struct {
			why  string
			keys func([]byte) *answer.PSK
			want bool
		}{
			{"the key is known", server.PSK, true},
			{"the key is gone", answer.NewPSKTable().Lookup, false},
			{"the key is empty", answer.NewPSKTable(&answer.PSK{Identity: psk.Identity}).Lookup, false},
			{"no key is known", nil, false},
		} {
			again := *server
			again.PSK = test.keys
			_, c, err := visit(t, client, &again, session, func(p *testkit.Pair) {
				change(p)
				slices.Reverse(p.Server.CipherSuites) // the certificate goes first
			})
			if err != nil || c.Resumed != test.want || len(c.PSKIdentity) > 0 != test.want {
				t.Errorf("%s: %s: resumed %t by %q, %v", why, test.why, c.Resumed, c.PSKIdentity, err)
			}
		}
	}
}
