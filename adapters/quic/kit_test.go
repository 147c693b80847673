package quic_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// entropy may be shared by several connections.
func entropy(seed string) io.Reader { return &seeded{r: testkit.Rand(seed)} }

type seeded struct {
	mu sync.Mutex
	r  io.Reader
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

func now() time.Time { return testkit.Now }

func certificate(t testing.TB, identity *testkit.Identity) *answer.Certificate {
	t.Helper()
	c, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// clientConfig is the plainest for a client, with a store of sessions and 0-RTT.
func clientConfig(seed string) *quic.QUICConfig {
	return &quic.QUICConfig{
		Client: &engine.ClientConfig{
			Common: engine.Common{
				Rand: entropy("client " + seed), ALPN: []string{"h3"}, Groups: []messages.Group{messages.X25519, messages.Secp256r1},
			},
			ServerName: testkit.ServerName, EarlyData: true,
		},
		Answers: &answer.Client{Roots: testkit.Roots(), Sessions: &answer.Sessions{}},
		Now:     now,
	}
}

// serverConfig is the plainest for a server, with tickets and 0-RTT.
func serverConfig(t testing.TB, seed string) *quic.QUICConfig {
	t.Helper()
	return &quic.QUICConfig{
		Server: &engine.ServerConfig{
			Common: engine.Common{
				Rand: entropy("server " + seed), ALPN: []string{"h3"}, Groups: []messages.Group{messages.X25519, messages.Secp256r1},
			},
			MaxEarlyData: 1,
		},
		Answers: &answer.Server{
			Certificates: []*answer.Certificate{certificate(t, testkit.Server(testkit.P256))},
			Signing:      answer.Signing{Deterministic: true},
			Tickets:      &answer.TicketKeys{Rand: entropy("tickets " + seed)},
			EarlyData:    func(time.Time, *events.AcceptEarlyData) bool { return true },
		},
		Now: now,
	}
}

// conn is what this package's QUICConn and that of crypto/tls have in common.
type conn interface {
	Start(context.Context) error
	HandleData(level tls.QUICEncryptionLevel, data []byte) error
	SetTransportParameters(params []byte)
	SendSessionTicket(opts tls.QUICSessionTicketOptions) error
	ConnectionState() tls.ConnectionState
	Close() error
}

// event is one of either.
type event struct {
	kind    tls.QUICEventKind
	level   tls.QUICEncryptionLevel
	data    []byte
	suite   uint16
	early   *bool // of the session
	extra   *[][]byte
	session any
	err     error
}

// stack is what a QUIC stack does with its QUICConn, of either make.
type stack struct {
	conn
	next  func() event
	store func(session any) error

	ours       bool
	role       events.Role
	parameters string // to send; set before Start if preset
	preset     bool
	// ticket is what a server sends when it is done, nil for none.
	ticket *tls.QUICSessionTicketOptions
	// extra is what a client keeps with each session, and resume is shown what there
	// is of a session.
	extra  []byte
	resume func(early *bool, extra [][]byte)

	log       []string // kinds and levels
	secrets   map[string]string
	peer      string // the parameters of the peer
	done      bool
	outgoing  []chunk
	questions []events.Question
}

type chunk struct {
	level tls.QUICEncryptionLevel
	bytes []byte
}

// ours is a stack with a QUICConn of this package.
func ours(role events.Role, c *quic.QUICConn) *stack {
	s := &stack{conn: c, ours: true, role: role, parameters: fmt.Sprintf("parameters of the %v", role), secrets: map[string]string{}}
	s.next = func() event {
		e := c.NextEvent()
		got := event{kind: e.Kind, level: e.Level, data: e.Data, suite: e.Suite, err: e.Err}
		if e.SessionState != nil {
			got.session, got.early, got.extra = e.SessionState, &e.SessionState.EarlyData, &e.SessionState.Extra
		}
		if e.Question != nil {
			s.questions = append(s.questions, e.Question)
		}
		return got
	}
	s.store = func(session any) error { return c.StoreSession(session.(*quic.SessionState)) }
	return s
}

// theirs is a stack with a QUICConn of crypto/tls.
func theirs(role events.Role, c *tls.QUICConn) *stack {
	s := &stack{conn: c, role: role, parameters: fmt.Sprintf("parameters of the %v", role), secrets: map[string]string{}}
	s.next = func() event {
		e := c.NextEvent()
		got := event{kind: e.Kind, level: e.Level, data: e.Data, suite: e.Suite, err: e.Err}
		if e.SessionState != nil {
			got.session, got.early, got.extra = e.SessionState, &e.SessionState.EarlyData, &e.SessionState.Extra
		}
		return got
	}
	s.store = func(session any) error { return c.StoreSession(session.(*tls.SessionState)) }
	return s
}

func (s *stack) start() error {
	if s.preset {
		s.SetTransportParameters([]byte(s.parameters))
	}
	if err := s.Start(context.Background()); err != nil {
		return err
	}
	return s.drain()
}

func (s *stack) receive(c chunk) error {
	if err := s.HandleData(c.level, c.bytes); err != nil {
		return err
	}
	return s.drain()
}

// drain acts on events until there are none.
func (s *stack) drain() error {
	for {
		e := s.next()
		if e.kind == tls.QUICNoEvent {
			return nil
		}
		s.log = append(s.log, name(e))
		if err := s.act(e); err != nil {
			return err
		}
	}
}

func (s *stack) act(e event) error {
	switch e.kind {
	case tls.QUICSetReadSecret:
		s.secrets[fmt.Sprint("read ", e.level)] = fmt.Sprintf("%04x %x", e.suite, e.data)
	case tls.QUICSetWriteSecret:
		s.secrets[fmt.Sprint("write ", e.level)] = fmt.Sprintf("%04x %x", e.suite, e.data)
	case tls.QUICWriteData:
		s.outgoing = append(s.outgoing, chunk{e.level, append([]byte{}, e.data...)})
	case tls.QUICTransportParameters:
		s.peer = string(e.data)
	case tls.QUICTransportParametersRequired:
		s.SetTransportParameters([]byte(s.parameters))
	case tls.QUICResumeSession:
		if s.resume != nil {
			s.resume(e.early, *e.extra)
		}
	case tls.QUICStoreSession:
		*e.extra = append(*e.extra, s.extra)
		return s.store(e.session)
	case tls.QUICHandshakeDone:
		s.done = true
		if s.role == events.Server && s.ticket != nil {
			return s.SendSessionTicket(*s.ticket)
		}
	case tls.QUICErrorEvent:
		return e.err
	}
	return nil
}

// name is an event as a line of a log.
func name(e event) string {
	switch e.kind {
	case tls.QUICSetReadSecret:
		return fmt.Sprint("read ", e.level)
	case tls.QUICSetWriteSecret:
		return fmt.Sprint("write ", e.level)
	case tls.QUICWriteData:
		return fmt.Sprint("data ", e.level)
	}
	return map[tls.QUICEventKind]string{
		tls.QUICTransportParameters: "parameters", tls.QUICTransportParametersRequired: "parameters?",
		tls.QUICRejectedEarlyData: "early data rejected", tls.QUICHandshakeDone: "done",
		tls.QUICResumeSession: "resume", tls.QUICStoreSession: "store", tls.QUICErrorEvent: "error",
		quic.QUICQuestion: "question", quic.QUICDiscardKeys: fmt.Sprint("discard ", e.level),
		quic.QUICHandshakeConfirmed: "confirmed", quic.QUICAcceptedEarlyData: "early data accepted",
	}[e.kind]
}

// connect starts two stacks and goes on until nothing is under way.
func connect(client, server *stack) error {
	for _, s := range []*stack{server, client} {
		if err := s.start(); err != nil {
			return fmt.Errorf("%v: %w", s.role, err)
		}
	}
	return settle(client, server)
}

func settle(client, server *stack) error {
	for len(client.outgoing)+len(server.outgoing) > 0 {
		for _, way := range [][2]*stack{{client, server}, {server, client}} {
			waiting := way[0].outgoing
			way[0].outgoing = nil
			for _, c := range waiting {
				if err := way[1].receive(c); err != nil {
					return fmt.Errorf("%v: %w", way[1].role, err)
				}
			}
		}
	}
	return nil
}

// wantAgreement checks that both are done, and have the same secrets and parameters.
func wantAgreement(t *testing.T, client, server *stack) {
	t.Helper()
	if !client.done || !server.done {
		t.Fatalf("done: the client %t, the server %t", client.done, server.done)
	}
	if client.peer != server.parameters || server.peer != client.parameters {
		t.Errorf("the client has heard %q, the server %q", client.peer, server.peer)
	}
	for _, level := range []tls.QUICEncryptionLevel{
		tls.QUICEncryptionLevelEarly, tls.QUICEncryptionLevelHandshake, tls.QUICEncryptionLevelApplication,
	} {
		read, write := fmt.Sprint("read ", level), fmt.Sprint("write ", level)
		if server.secrets[read] != "" && server.secrets[read] != client.secrets[write] || client.secrets[read] != server.secrets[write] {
			t.Errorf("at %v the client has %q and %q, the server %q and %q", level,
				client.secrets[read], client.secrets[write], server.secrets[read], server.secrets[write])
		}
	}
}
