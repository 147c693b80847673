package engine

import (
	"time"

	"github.com/tacitls/tacitls/engine/internal/carrier"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/hello"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/engine/internal/tls13"
	"github.com/tacitls/tacitls/events"
)

// The machines are the tables of the versions joined.
var (
	clientMachine = fsm.New(hello.ClientRows(), tls13.ClientRows(), tls13.ClientStreamRows(), hello.ClientRows12(), tls12.ClientRows())
	serverMachine = fsm.New(hello.ServerRows(), tls13.ServerRows(), tls13.ServerStreamRows(), hello.ServerRows12(), tls12.ServerRows())
)

// ClientPolicy is a ClientConfig compiled: checked, and with every default
// resolved. Any number of engines and goroutines may share one.
type ClientPolicy struct {
	policy  *handshake.Policy
	options *carrier.Options
	dialect *handshake.Dialect
	session *events.Session
}

// ServerPolicy is a ServerConfig compiled: checked, and with every default
// resolved. Any number of engines and goroutines may share one.
type ServerPolicy struct {
	policy  *handshake.Policy
	options *carrier.Options
	dialect *handshake.Dialect
}

// Compile checks a config. The error is one of misuse: the config cannot be.
func (c *ClientConfig) Compile() (*ClientPolicy, error) {
	if c == nil {
		return nil, invalid("there is none")
	}
	policy, err := c.compile()
	if err != nil {
		return nil, err
	}
	return &ClientPolicy{policy, carrierOptions(policy), handshake.Stream, c.Session}, nil
}

// Compile checks a config. The error is one of misuse: the config cannot be.
func (c *ServerConfig) Compile() (*ServerPolicy, error) {
	if c == nil {
		return nil, invalid("there is none")
	}
	policy, err := c.compile()
	if err != nil {
		return nil, err
	}
	return &ServerPolicy{policy, carrierOptions(policy), handshake.Stream}, nil
}

// String is the policy as text, a line a field.
func (p *ClientPolicy) String() string { return p.policy.String() }

// String is the policy as text, a line a field.
func (p *ServerPolicy) String() string { return p.policy.String() }

// New makes a client that would resume the config's Session, if there is one.
func (p *ClientPolicy) New() *Engine { return p.Resume(p.session) }

// Resume makes a client that would resume session, or none if it is nil.
func (p *ClientPolicy) Resume(session *events.Session) *Engine {
	e := newEngine(p.policy, p.options, p.dialect, &hello.ClientStart{})
	e.hs.Session = session
	return e
}

// Resumes tells whether a client would offer session at now: one that has expired,
// is of another server or transport, or is not allowed by the config any more is
// passed over.
func (p *ClientPolicy) Resumes(now time.Time, session *events.Session) bool {
	hs := handshake.Context{Policy: p.policy, Dialect: p.dialect, Workspace: &handshake.Workspace{Now: now}}
	return hello.Usable(&hs, session)
}

// New makes a server.
func (p *ServerPolicy) New() *Engine {
	return newEngine(p.policy, p.options, p.dialect, &hello.ServerStart{})
}

// NewClient makes a client: it compiles the config and makes one engine. The
// error is one of misuse: the config cannot be.
func NewClient(config *ClientConfig) (*Engine, error) {
	policy, err := config.Compile()
	if err != nil {
		return nil, err
	}
	return policy.New(), nil
}

// NewServer makes a server: it compiles the config and makes one engine. The
// error is one of misuse: the config cannot be.
func NewServer(config *ServerConfig) (*Engine, error) {
	policy, err := config.Compile()
	if err != nil {
		return nil, err
	}
	return policy.New(), nil
}

func newEngine(policy *handshake.Policy, options *carrier.Options, dialect *handshake.Dialect, start fsm.State) *Engine {
	e := &Engine{machine: machineOf(policy.Role, dialect), state: start}
	e.hs.Role, e.hs.Policy, e.hs.Dialect = policy.Role, policy, dialect
	e.hs.Connection.Role = policy.Role
	e.hs.Unfinished = new(handshake.Unfinished)
	e.carry(options)
	return e
}

func carrierOptions(policy *handshake.Policy) *carrier.Options {
	return &carrier.Options{
		Role:        policy.Role,
		MaxMessage:  policy.MaxMessage,
		MaxHeld:     policy.MaxHeld,
		RecordSize:  policy.RecordSize,
		Padding:     policy.Padding,
		UpdateAfter: policy.UpdateAfter,
		Trace:       policy.Trace,
		Stateless:   policy.Cookies != handshake.CookiesNever,
		Rand:        policy.Rand,
	}
}
