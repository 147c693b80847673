// Package netconn makes a net.Conn of an engine over any net.Conn.
//
// [Client] and [Server] wrap a transport, [Dialer] and [Listener] make the
// transports too. A config without a Rand gets that of crypto/rand here. The handshake runs with the first Read or Write, or when
// asked for:
//
//	listener, err := netconn.Listen("tcp", ":443",
//		&engine.ServerConfig{},
//		&answer.Server{Certificates: certificates, Tickets: &answer.TicketKeys{}})
//
// # With net/http
//
// A server serves HTTP/1.1 with Serve(listener.HTTP()): net/http takes
// Request.TLS from the state of a connection before it reads from it, and the
// connections of [Listener.HTTP] finish the handshake then. A client sets
// DialTLSContext of http.Transport to [Dialer.DialContext]. What cannot be had,
// because net/http asks for a *tls.Conn there: HTTP/2 in http.Server and
// http.Transport, and Response.TLS. golang.org/x/net/http2 takes any net.Conn.
package netconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// Conn is one end of a TLS connection. Its methods may be called by any number
// of goroutines at once: a Write that waits for the network keeps no Read from
// going on, nor the other way round.
//
// Deadlines harm nothing: a Read that ran into one has lost no data, and a
// handshake or a Write can be gone on with once there is a new deadline.
type Conn struct {
	transport net.Conn
	answers   answer.Answerer
	// start makes the engine when the handshake begins.
	start func(now time.Time) *engine.Engine
	// name is that of the server to a client's store of sessions.
	name string
	// client tells that this end is a client's.
	client bool
	// patience bounds the handshake, or the rest of it; 0 means it has no bound of its
	// own. patienceEnds is set by the first call of the handshake, or of the rest. Both
	// belong to who runs it.
	patience     time.Duration
	patienceEnds time.Time
	observe      func(events.Event)

	// Locks are taken in the order in which they stand here. mu is held for calls
	// of the engine alone, never while waiting for the network or an answer.
	shaking  chan struct{} // full while a handshake runs
	calls    sync.Mutex    // a whole Write, or another call that writes
	reading  chan struct{} // full while somebody reads from the transport
	writing  sync.Mutex    // who writes to the transport, and sending
	sending  []byte        // what of outgoing is still to be written
	outgoing []byte
	owed     bool       // sending has data that a Write counted
	mu       sync.Mutex // everything up to the next comment
	engine   *engine.Engine
	queued   []byte // from the engine, to be written after sending
	received []byte // plaintext that nobody has read yet
	arrived  []byte // the buffer that received is the rest of
	ended    error  // what Read returns after that
	broken   error  // what the transport refused to write with
	shaken   error  // what the handshake failed with for good
	legacy   bool   // a handshake of TLS 1.2 is complete
	peer     *answer.Peer
	verified *answer.Peer    // in a handshake that is not complete
	awaited  *exchange       // what a Write, or a Renegotiate, waits for
	behind   bool            // a goroutine is about to write what is queued
	late     bool            // that ran into a deadline
	room     chan struct{}   // closed when what is queued is less
	resumes  *events.Session // that a client took from its store
	named    []byte          // the identifier that a client of TLS 1.2 has named
	known    []byte          // that of the session which this connection has, proved

	complete atomic.Bool // the handshake is
	mayWrite atomic.Bool // data may go before that
	closed   atomic.Bool
	large    atomic.Bool // the last read filled its buffer
	early    early

	deadlines deadlines
}

var errNoAnswers = fmt.Errorf("netconn: %w: a connection needs an Answerer", engine.ErrMisuse)

// Client makes a client's end over transport, which it owns from then on. The
// config must not change any more. The error is one of misuse: the config
// cannot be.
//
// Answers that are an [answer.SessionKeeper] keep the sessions of the server
// that the config names, and give one to resume, unless the config has one.
func Client(transport net.Conn, config *engine.ClientConfig, answers answer.Answerer) (*Conn, error) {
	if answers == nil {
		return nil, errNoAnswers
	}
	config = clientEntropy(config)
	policy, err := config.Compile()
	if err != nil {
		return nil, fmt.Errorf("netconn: %w", err)
	}
	c := newConn(transport, answers)
	c.client = true
	keeper, keeps := answers.(answer.SessionKeeper)
	if keeps && !config.NoTickets {
		c.name = strings.TrimSuffix(config.ServerName, ".")
	}
	c.start = func(now time.Time) *engine.Engine {
		if c.name != "" && config.Session == nil {
			c.resumes = keeper.TakeSession(now, c.name)
			return policy.Resume(c.resumes)
		}
		return policy.New()
	}
	return c, nil
}

// Server makes a server's end over transport, which it owns from then on. The
// config must not change any more. The error is one of misuse: the config
// cannot be.
//
// Tickets leave with the first data that is written.
func Server(transport net.Conn, config *engine.ServerConfig, answers answer.Answerer) (*Conn, error) {
	if answers == nil {
		return nil, errNoAnswers
	}
	policy, err := serverEntropy(config).Compile()
	if err != nil {
		return nil, fmt.Errorf("netconn: %w", err)
	}
	return server(transport, policy, answers), nil
}

func server(transport net.Conn, policy *engine.ServerPolicy, answers answer.Answerer) *Conn {
	c := newConn(transport, answers)
	c.start = func(time.Time) *engine.Engine { return policy.New() }
	return c
}

func newConn(transport net.Conn, answers answer.Answerer) *Conn {
	return &Conn{transport: transport, answers: answers, shaking: make(chan struct{}, 1), reading: make(chan struct{}, 1)}
}

// Observe has every event of the engine shown to see, the secrets for a key log
// among them where the config asks for those. It must be called before anything
// else. see must keep neither the bytes of a Send or DataReceived nor its time,
// and must not use the Conn.
func (c *Conn) Observe(see func(events.Event)) { c.observe = see }

// Read reads application data, after the handshake if that is still to be done.
// It returns io.EOF when the peer has closed its direction properly, and an
// error that is io.ErrUnexpectedEOF and an [engine.Error] when the transport
// ended before that. The errors of the transport, timeouts among them, are
// returned as they are. Where the peer asks for more than it reads the answers to, Read
// waits until it reads, once about 64 KiB of them wait to be written.
func (c *Conn) Read(p []byte) (int, error) {
	if err := c.Handshake(); err != nil {
		return 0, err
	}
	if err := c.unheard(); err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	// There may be something though another reads.
	if n, err := c.take(p); n > 0 || err != nil {
		return n, err
	}
	c.reading <- struct{}{}
	defer func() { <-c.reading }()
	for {
		n, err := c.take(p)
		if n > 0 || err != nil {
			return n, err
		}
		n, err = c.fill(p)
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// take takes plaintext that has arrived already, or the end of it.
func (c *Conn) take(p []byte) (int, error) {
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	if c.deadlines.readPassed(time.Now()) {
		return 0, os.ErrDeadlineExceeded
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writeBehind()
	if len(c.received) == 0 {
		return 0, c.ended
	}
	n := copy(p, c.received)
	c.received = c.received[n:]
	c.stir()
	if len(c.received) == 0 {
		clear(c.arrived[:cap(c.arrived)])
		giveBack(c.arrived)
		c.arrived, c.received = nil, nil
	}
	return n, nil
}

// sealAtOnce is how many bytes are turned into a record before it is written to
// the transport: the peer can open one while the next is sealed. It bounds what
// a Write can leave behind.
const sealAtOnce = 1 << 14

// Write writes application data, after the handshake if that is still to be
// done. The bytes it counts are on their way: all have been turned into records,
// and after an error that is a timeout the rest of these, at most about 16 KiB,
// goes out before anything else with the next Write, an empty one too, or with
// Close. To go on after a timeout, write what was not counted. Any other error
// of the transport is the end of writing.
//
// A client whose config has FalseStart writes as soon as [events.FalseStarted] has
// come, if it is Write that runs the handshake. Read, or Handshake, then completes
// it. The transport has to have buffers, as sockets have: the server may write too
// before it reads.
//
// A server whose [Conn.ReadEarlyData] was given some writes before the handshake is
// complete too: who has sent that again cannot read the answer.
//
// During a renegotiation Write waits for its end: see [Conn.Renegotiate].
func (c *Conn) Write(p []byte) (int, error) {
	if err := c.readyToWrite(); err != nil {
		return 0, err
	}
	if err := c.unheard(); err != nil {
		return 0, err
	}
	c.calls.Lock()
	defer c.calls.Unlock()
	total := 0
	for {
		n, before, err := c.writeUntil(p[total:], c.seal)
		total += n
		if before == nil {
			return total, err
		}
		err = c.await(context.Background(), before)
		switch {
		case c.closed.Load():
			return total, net.ErrClosed
		case err != nil && !errors.Is(err, ErrRenegotiationDeclined):
			return total, err
		}
	}
}

// writeUntil writes what seal makes of data, piece by piece, or as much of it as goes
// before a renegotiation, which is to be waited for.
func (c *Conn) writeUntil(p []byte, seal func([]byte) (int, *exchange, error)) (total int, before *exchange, err error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.closed.Load() {
		return 0, nil, net.ErrClosed
	}
	for {
		if err := c.flush(); err != nil {
			return total, nil, c.writeError(err)
		}
		c.owed = false
		if total == len(p) {
			return total, nil, nil
		}
		if c.deadlines.writePassed(time.Now()) {
			return total, nil, os.ErrDeadlineExceeded
		}
		n, before, err := seal(p[total:min(total+sealAtOnce, len(p))])
		if before != nil || err != nil {
			return total, before, err
		}
		if err := c.flush(); err != nil {
			err = c.writeError(err)
			if isTimeout(err) {
				c.owed = true
				total += n
			}
			return total, nil, err
		}
		total += n
	}
}

// writeError is what a failed flush means: a deadline is one to wait out only
// while the connection stands, and another error may be the end that came of
// Close.
func (c *Conn) writeError(err error) error {
	if c.closed.Load() {
		return net.ErrClosed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if fatal := c.engine.Err(); fatal != nil {
		return fatal
	}
	return err
}

// LocalAddr is that of the transport.
func (c *Conn) LocalAddr() net.Addr { return c.transport.LocalAddr() }

// RemoteAddr is that of the transport.
func (c *Conn) RemoteAddr() net.Addr { return c.transport.RemoteAddr() }

// NetConn is the transport. Reading from it, writing to it, or setting its
// deadlines breaks the connection.
func (c *Conn) NetConn() net.Conn { return c.transport }

// Format implements [fmt.Formatter]: no verb prints keys or data.
func (c *Conn) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "conn(%v, %v)", c.LocalAddr(), c.RemoteAddr())
}

// isTimeout tells of a deadline of the transport's. What an engine failed with is
// none, whatever its cause.
func isTimeout(err error) bool {
	var fatal *engine.Error
	if errors.As(err, &fatal) {
		return false
	}
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
