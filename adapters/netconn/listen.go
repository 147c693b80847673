package netconn

import (
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// DefaultPatience is how long the handshake of an accepted connection may take,
// unless told otherwise.
const DefaultPatience = 15 * time.Second

// Listener accepts connections as servers.
type Listener struct {
	// Patience bounds the handshake of each connection, from its first Read,
	// Write or Handshake on: a client that is slower is cut off. The time between
	// two calls that early data parts does not count. 0 means DefaultPatience, less
	// than 0 no bound. It may not change once in use.
	Patience time.Duration
	// Observe, if there, sees the events of all connections, as those of one by
	// [Conn.Observe]. It must be safe for concurrent use, and may not change once
	// in use.
	Observe func(events.Event)

	inner   net.Listener
	policy  *engine.ServerPolicy
	answers answer.Answerer
}

// NewListener accepts over inner, which it owns from then on. The config must
// not change any more. The error is one of misuse: the config cannot be.
func NewListener(inner net.Listener, config *engine.ServerConfig, answers answer.Answerer) (*Listener, error) {
	if answers == nil {
		return nil, errNoAnswers
	}
	policy, err := serverEntropy(config).Compile()
	if err != nil {
		return nil, fmt.Errorf("netconn: %w", err)
	}
	return &Listener{inner: inner, policy: policy, answers: answers}, nil
}

// Listen is NewListener over net.Listen.
func Listen(network, address string, config *engine.ServerConfig, answers answer.Answerer) (*Listener, error) {
	inner, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	listener, err := NewListener(inner, config, answers)
	if err != nil {
		_ = inner.Close()
		return nil, err
	}
	return listener, nil
}

// Accept waits for the next transport and gives a [Conn] over it, whose
// handshake is still to be done.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.accept()
	if err != nil {
		// Not a nil Conn in an interface.
		return nil, err
	}
	return c, nil
}

func (l *Listener) accept() (*Conn, error) {
	transport, err := l.inner.Accept()
	if err != nil {
		return nil, err
	}
	c := server(transport, l.policy, l.answers)
	c.observe = l.Observe
	c.patience = max(l.Patience, 0)
	if l.Patience == 0 {
		c.patience = DefaultPatience
	}
	return c, nil
}

// Close closes the inner listener; connections accepted stay.
func (l *Listener) Close() error { return l.inner.Close() }

// Addr is that of the inner listener.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// HTTP is l for net/http's Server: the ConnectionState of its connections runs
// the handshake first, since that server makes Request.TLS of what it finds
// before it reads.
func (l *Listener) HTTP() net.Listener { return &httpListener{l} }

type httpListener struct{ *Listener }

func (l *httpListener) Accept() (net.Conn, error) {
	c, err := l.accept()
	if err != nil {
		return nil, err
	}
	return &httpConn{c}, nil
}

type httpConn struct{ *Conn }

func (c *httpConn) ConnectionState() tls.ConnectionState {
	// If it fails, the server's first Read tells why.
	_ = c.Handshake()
	return c.Conn.ConnectionState()
}
