package quic_test

import (
	"crypto/tls"
	"fmt"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// scenario is a kind of handshake that both makes can do.
type scenario struct {
	name     string
	retry    bool // the server asks for another share
	auth     bool // the client has a certificate
	preset   bool // parameters are set before Start
	sessions bool // session events are on
	resume   bool // a second connection is the one that counts
	early    bool // the ticket allows 0-RTT
	// declines is who declines 0-RTT at QUICResumeSession, if anybody.
	declines *events.Role
	// taken tells that 0-RTT is to be had.
	taken bool
}

func by(role events.Role) *events.Role { return &role }

var scenarios = []scenario{
	{name: "full"},
	{name: "full, parameters set", preset: true},
	{name: "full, session events", sessions: true},
	{name: "retry", retry: true},
	{name: "retry, parameters set", retry: true, preset: true},
	{name: "client certificate", auth: true},
	{name: "client certificate after a retry", auth: true, retry: true},
	{name: "resumption", resume: true},
	{name: "resumption, parameters set", resume: true, preset: true},
	{name: "resumption, session events", resume: true, sessions: true},
	{name: "resumption after a retry", resume: true, retry: true},
	{name: "resumption with a client certificate", resume: true, auth: true},
	{name: "0-RTT", resume: true, early: true, taken: true},
	{name: "0-RTT, parameters set", resume: true, early: true, preset: true, taken: true},
	{name: "0-RTT, session events", resume: true, early: true, sessions: true, taken: true},
	{name: "0-RTT, session events, parameters set", resume: true, early: true, sessions: true, preset: true, taken: true},
	{name: "0-RTT with a client certificate", resume: true, early: true, auth: true, taken: true},
	{name: "0-RTT declined by the client", resume: true, early: true, sessions: true, declines: by(events.Client)},
	{name: "0-RTT declined by the server", resume: true, early: true, sessions: true, declines: by(events.Server)},
	{name: "0-RTT declined by the server, parameters set", resume: true, early: true, sessions: true, preset: true, declines: by(events.Server)},
}

// A maker makes the stacks of one role for a scenario, of one make; those that it makes
// share tickets and sessions. The second is the one that counts.
type maker func(t *testing.T, s *scenario) func(second bool) *stack

func (s *scenario) groups(second bool) []messages.Group {
	if s.retry && (second || !s.resume) {
		return []messages.Group{messages.Secp256r1}
	}
	return []messages.Group{messages.X25519, messages.Secp256r1}
}

func ourClients(t *testing.T, s *scenario) func(bool) *stack {
	config := clientConfig(s.name)
	config.EnableSessionEvents = s.sessions
	if s.auth {
		config.Answers.(*answer.Client).Certificates = []*answer.Certificate{certificate(t, testkit.Client(testkit.P256))}
	}
	return func(bool) *stack { return s.dress(ours(events.Client, quic.QUICClient(config))) }
}

func ourServers(t *testing.T, s *scenario) func(bool) *stack {
	common := serverConfig(t, s.name)
	return func(second bool) *stack {
		config := &quic.QUICConfig{Answers: common.Answers, Now: common.Now, EnableSessionEvents: s.sessions}
		server := *common.Server
		server.Groups = s.groups(second)
		if s.auth {
			server.ClientAuth = engine.RequireClientCert
		}
		config.Server = &server
		return s.dress(ours(events.Server, quic.QUICServer(config)))
	}
}

func theirCertificate(identity *testkit.Identity) tls.Certificate {
	return tls.Certificate{Certificate: identity.Chain, PrivateKey: identity.Key}
}

func theirClients(_ *testing.T, s *scenario) func(bool) *stack {
	config := &tls.QUICConfig{EnableSessionEvents: s.sessions, TLSConfig: &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: testkit.ServerName, NextProtos: []string{"h3"}, RootCAs: testkit.Roots(),
		Time: now, ClientSessionCache: tls.NewLRUClientSessionCache(1), CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256},
	}}
	if s.auth {
		config.TLSConfig.Certificates = []tls.Certificate{theirCertificate(testkit.Client(testkit.P256))}
	}
	return func(bool) *stack { return s.dress(theirs(events.Client, tls.QUICClient(config))) }
}

func theirServers(_ *testing.T, s *scenario) func(bool) *stack {
	common := &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{"h3"}, Time: now,
		Certificates: []tls.Certificate{theirCertificate(testkit.Server(testkit.P256))},
	}
	common.SetSessionTicketKeys([][32]byte{{1}})
	if s.auth {
		common.ClientAuth, common.ClientCAs = tls.RequireAndVerifyClientCert, testkit.Roots()
	}
	return func(second bool) *stack {
		config := common.Clone()
		for _, group := range s.groups(second) {
			config.CurvePreferences = append(config.CurvePreferences, tls.CurveID(group))
		}
		return s.dress(theirs(events.Server, tls.QUICServer(&tls.QUICConfig{TLSConfig: config, EnableSessionEvents: s.sessions})))
	}
}

// theirServersByDefault makes servers that share one config with nothing set.
func theirServersByDefault() func() *stack {
	config := &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{"h3"}, Time: now,
		Certificates: []tls.Certificate{theirCertificate(testkit.Server(testkit.P256))},
	}
	return func() *stack { return theirs(events.Server, tls.QUICServer(&tls.QUICConfig{TLSConfig: config})) }
}

func theirClientsByDefault() func() *stack {
	config := &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: testkit.ServerName, NextProtos: []string{"h3"}, RootCAs: testkit.Roots(), Time: now,
	}
	return func() *stack { return theirs(events.Client, tls.QUICClient(&tls.QUICConfig{TLSConfig: config})) }
}

// dress has a stack do what the scenario says.
func (s *scenario) dress(made *stack) *stack {
	made.preset = s.preset
	made.ticket = &tls.QUICSessionTicketOptions{EarlyData: s.early, Extra: [][]byte{[]byte("limits of the server")}}
	made.extra = []byte("limits of the client")
	made.resume = func(early *bool, extra [][]byte) {
		if s.declines != nil && *s.declines == made.role {
			*early = false
		}
		want := fmt.Sprintf("limits of the %v", made.role)
		if !slices.ContainsFunc(extra, func(entry []byte) bool { return string(entry) == want }) {
			made.log = append(made.log, fmt.Sprintf("has lost its extra data: %q", extra))
		}
	}
	return made
}

// run connects, twice where there is something to resume, and gives the stacks that
// count.
func (s *scenario) run(t *testing.T, clients, servers maker) (client, server *stack) {
	t.Helper()
	newClient, newServer := clients(t, s), servers(t, s)
	if s.resume {
		first, second := newClient(false), newServer(false)
		if err := connect(first, second); err != nil {
			t.Fatalf("the first connection: %v", err)
		}
		wantAgreement(t, first, second)
	}
	client, server = newClient(true), newServer(true)
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	wantAgreement(t, client, server)
	for _, end := range []*stack{client, server} {
		state := end.ConnectionState()
		if !state.HandshakeComplete || state.DidResume != s.resume || state.HelloRetryRequest != s.retry || state.NegotiatedProtocol != "h3" {
			t.Errorf("the %v is in the state %+v", end.role, state)
		}
	}
	if taken := server.secrets["read Early"] != ""; taken != s.taken {
		t.Errorf("0-RTT is taken: %t", taken)
	}
	if certificates := server.ConnectionState().PeerCertificates; s.auth != (len(certificates) == 1) {
		t.Errorf("the client has shown %d certificates", len(certificates))
	}
	for _, c := range client.ConnectionState().PeerCertificates {
		if !c.Equal(testkit.Server(testkit.P256).Certificate) {
			t.Errorf("the server has shown the certificate of %v", c.Subject)
		}
	}
	return client, server
}

// answerable is the order of crypto/tls but for a server that waits for its
// parameters: it reads early data once it can answer it
// (RFC 9001, Section 4.1.4).
func answerable(log []string) []string {
	early, waits := slices.Index(log, "read Early"), slices.Index(log, "parameters?")
	if early < 0 || waits < early {
		return log
	}
	moved := slices.Delete(slices.Clone(log), early, early+1)
	return slices.Insert(moved, waits, "read Early")
}

func TestEventsComeInTheOrderOfCryptoTLS(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			wantClient, wantServer := s.run(t, theirClients, theirServers)
			for _, row := range []struct {
				what             string
				clients, servers maker
			}{
				{"both of this package", ourClients, ourServers},
				{"a client of this package", ourClients, theirServers},
				{"a server of this package", theirClients, ourServers},
			} {
				client, server := s.run(t, row.clients, row.servers)
				if !slices.Equal(client.log, wantClient.log) {
					t.Errorf("%s: the client says\n%q, with crypto/tls it is\n%q", row.what, client.log, wantClient.log)
				}
				want := wantServer.log
				if server.ours {
					want = answerable(want)
				}
				if !slices.Equal(server.log, want) {
					t.Errorf("%s: the server says\n%q, with crypto/tls it is\n%q", row.what, server.log, want)
				}
			}
		})
	}
}

// A client of crypto/tls makes the binder of its second hello before it takes
// early_data out, so that no server takes it.
func TestARetryRefuses0RTT(t *testing.T) {
	s := &scenario{name: "0-RTT refused by a retry", resume: true, early: true, retry: true}
	want := []string{
		"parameters?", "data Initial", "write Early", "early data rejected", "data Initial", "write Handshake", "read Handshake",
		"parameters", "data Handshake", "write Application", "done", "read Application",
	}
	for what, servers := range map[string]maker{"this package": ourServers, "crypto/tls": theirServers} {
		if client, _ := s.run(t, ourClients, servers); !slices.Equal(client.log, want) {
			t.Errorf("with a server of %s the client says %q", what, client.log)
		}
	}
}
