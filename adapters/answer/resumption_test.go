package answer_test

import (
	"crypto/x509"
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
