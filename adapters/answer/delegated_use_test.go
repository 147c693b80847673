package answer_test

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// askDelegated is a question for a credential by a peer that takes ECDSA with P-256,
// and delegated keys of Ed25519.
func askDelegated(role events.Role) *events.ChooseCredential {
	q := askCredential("server.example", messages.ECDSASecp256r1SHA256)
	q.Role, q.DelegatedSchemes = role, []messages.SignatureScheme{messages.Ed25519}
	return q
}

// wantDelegated tells whether an answer has the certificate with its credential.
func wantDelegated(t *testing.T, why string, a events.Answer, c *answer.Certificate, delegated bool) {
	t.Helper()
	wantCredential(t, why, a, c)
	if chosen, ok := a.(*events.CredentialChosen); ok && chosen.Credential != nil && (chosen.Credential.Delegated != nil) != delegated {
		t.Errorf("%s: with the delegated credential %t, want %t", why, !delegated, delegated)
	}
}

func TestADelegatedCredentialIsGivenWhileItIsValidAndToItsEnd(t *testing.T) {
	d := newDelegator(t, testkit.P256, delegating)
	signer := otherKey(testkit.Ed25519)
	for _, role := range []events.Role{events.Client, events.Server} {
		credential := d.issue(t, answer.Delegation{Key: signer.Public(), ForClients: role == events.Client})
		both := d.with(t, credential, signer)
		keyless, err := answer.NewDelegated([][]byte{d.leaf.der}, credential, signer)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(c *answer.Certificate, now time.Time, q *events.ChooseCredential) events.Answer {
			if q.Role == events.Client {
				return (&answer.Client{Certificates: []*answer.Certificate{c}}).Answer(now, q)
			}
			hooked := &answer.Server{Choose: func(*events.ChooseCredential) (*answer.Certificate, error) { return c, nil }}
			wantDelegated(t, "by a hook", hooked.Answer(testkit.Now, askDelegated(role)), c, true)
			return (&answer.Server{Certificates: []*answer.Certificate{c}}).Answer(now, q)
		}
		end := testkit.Now.Add(24 * time.Hour)
		wantDelegated(t, "now", ask(both, testkit.Now, askDelegated(role)), both, true)
		wantDelegated(t, "at its end", ask(both, end, askDelegated(role)), both, true)
		wantDelegated(t, "after its end", ask(both, end.Add(time.Second), askDelegated(role)), both, false)
		wantDelegated(t, "at the other end", ask(both, testkit.Now, askDelegated(role.Peer())), both, false)

		wantDelegated(t, "without the certificate's key", ask(keyless, testkit.Now, askDelegated(role)), keyless, true)
		wantDelegated(t, "without it, after its end", ask(keyless, end.Add(time.Second), askDelegated(role)), nil, false)
		q := askDelegated(role)
		q.DelegatedSchemes = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256}
		wantDelegated(t, "without it, to a peer that takes other keys", ask(keyless, testkit.Now, q), nil, false)
		q = askDelegated(role)
		q.Schemes = []messages.SignatureScheme{messages.Ed25519}
		wantDelegated(t, "without it, to a peer that takes other certificates", ask(keyless, testkit.Now, q), nil, false)
		q = askDelegated(role)
		q.Version, q.DelegatedSchemes = messages.TLS12, nil
		wantDelegated(t, "without it, in TLS 1.2", ask(keyless, testkit.Now, q), nil, false)
		wantDelegated(t, "in TLS 1.2", ask(both, testkit.Now, q), both, false)
	}
}

// withEngines runs a handshake of a client and a server that answer by this package.
func withEngines(t *testing.T, now time.Time, d *delegator, client *answer.Client, server *answer.Server, session *events.Session) *pipe.Pipe {
	t.Helper()
	pair := testkit.NewPair("delegated")
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.DelegatedSchemes = []messages.SignatureScheme{messages.Ed25519, messages.MLDSA44}
		common.Groups = []messages.Group{messages.X25519}
	}
	pair.Server.ClientAuth, pair.Client.Session, pair.Client.ReverifyOnResume = engine.RequireClientCert, session, true
	clientEngine, err := engine.NewClient(&pair.Client)
	if err != nil {
		t.Fatal(err)
	}
	serverEngine, err := engine.NewServer(&pair.Server)
	if err != nil {
		t.Fatal(err)
	}
	client.Roots, server.ClientRoots = pool(d.root), pool(d.root)
	p := pipe.New(clientEngine, serverEngine, client, server, now)
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEnginesAuthenticateByDelegatedKeys(t *testing.T) {
	d := newDelegator(t, testkit.RSA, delegating)
	servers, clients := otherKey(testkit.MLDSA44), otherKey(testkit.Ed25519)
	keys := &answer.TicketKeys{Rand: testkit.Rand("tickets")}
	server := &answer.Server{Tickets: keys, Certificates: []*answer.Certificate{
		d.with(t, d.issue(t, answer.Delegation{Key: servers.Public(), Lifetime: time.Hour}), servers),
	}}
	client := &answer.Client{Certificates: []*answer.Certificate{
		d.with(t, d.issue(t, answer.Delegation{Key: clients.Public(), ForClients: true, Lifetime: time.Hour}), clients),
	}}
	first := withEngines(t, testkit.Now, d, client, server, nil)
	ofClient, ofServer := first.Client.Engine.Connection(), first.Server.Engine.Connection()
	if ofClient.PeerScheme != messages.MLDSA44 || ofServer.PeerScheme != messages.Ed25519 || ofClient.PeerDelegated == nil || ofServer.PeerDelegated == nil {
		t.Errorf("the server signs by %v, the client by %v", ofClient.PeerScheme, ofServer.PeerScheme)
	}
	session := first.Client.Sessions[0]
	if p := withEngines(t, testkit.Now.Add(time.Hour), d, client, server, session); !p.Client.Engine.Connection().Resumed {
		t.Error("a session is not resumed while the credentials are valid")
	}
	// Then both have expired: the server does not take the session, and the
	// certificates' own keys sign.
	p := withEngines(t, testkit.Now.Add(2*time.Hour), d, client, server, session)
	if c := p.Server.Engine.Connection(); c.Resumed || c.PeerDelegated != nil || c.PeerScheme != messages.RSAPSSRSAESHA256 {
		t.Errorf("after the credentials' end: resumed %t, the client signs by %v", c.Resumed, c.PeerScheme)
	}
}

// RFC 9345, Section 7.4.
func TestATicketServesWhileTheDelegatedCredentialIsValid(t *testing.T) {
	d := newDelegator(t, testkit.P256, func(c *x509.Certificate) {
		delegating(c)
		forClients(c)
	})
	session := &events.Session{
		Version: messages.TLS13, CipherSuite: messages.TLS_AES_128_GCM_SHA256, Created: testkit.Now, Authenticated: testkit.Now,
		Lifetime: 7200, PeerChain: [][]byte{d.leaf.der},
		PeerDelegated: d.issue(t, answer.Delegation{Key: otherKey(testkit.Ed25519).Public(), ForClients: true, Lifetime: time.Hour}),
	}
	session.Secret, _ = secrets.NewSecret(make([]byte, 32))
	state, err := session.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	server := &answer.Server{ClientRoots: pool(d.root), Sessions: &answer.SessionCache{}}
	server.KeepEstablished(testkit.Now, &events.SessionEstablished{SessionID: []byte("id"), State: state, Lifetime: 7200})
	for after, serves := range map[time.Duration]bool{time.Hour: true, time.Hour + time.Second: false} {
		q := &events.FindSession{SessionID: []byte("id"), Hello: &events.ClientHello{}}
		found := server.Answer(testkit.Now.Add(after), q).(*events.SessionFound)
		if (len(found.State) > 0) != serves {
			t.Errorf("after %v: a session of %d bytes", after, len(found.State))
		}
	}
}

// RFC 9345, Section 7.4.
func TestAStoreGivesASessionWhileTheDelegatedCredentialIsValid(t *testing.T) {
	d := newDelegator(t, testkit.P256, delegating)
	delegated := &events.Session{
		Ticket: []byte("delegated"), Created: testkit.Now, Lifetime: 7200, PeerChain: [][]byte{d.leaf.der},
		PeerDelegated: d.issue(t, answer.Delegation{Key: otherKey(testkit.Ed25519).Public(), Lifetime: time.Hour}),
	}
	plain := &events.Session{Ticket: []byte("plain"), Created: testkit.Now, Lifetime: 7200, PeerChain: [][]byte{d.leaf.der}}
	for after, want := range map[time.Duration]string{time.Hour: "delegated", time.Hour + time.Second: "plain"} {
		var s answer.Sessions
		s.Put("server.example", plain)
		s.Put("server.example", delegated)
		wantSession(t, "after "+after.String(), s.Take(testkit.Now.Add(after), "server.example"), want)
	}
}
