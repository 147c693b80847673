package transport

import (
	"errors"
	"io"
	"net/netip"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// Config is what connections need beside an engine. It may serve any number of them.
type Config struct {
	// Answers answers the questions of the engines.
	Answers answer.Answerer
	// Rand gives connection IDs.
	Rand io.Reader
	// HandshakeTimeout and IdleTimeout bound the wait for a peer that has gone. 0 means
	// 10 and 30 seconds.
	HandshakeTimeout, IdleTimeout time.Duration
	// InitialRTT is the time for a round trip before one was measured. 0 means a third of
	// a second (RFC 9002, Section 6.2.2).
	InitialRTT time.Duration
	// UpdateAfter is how many packets one key may protect; 0 leaves it to the AEAD.
	UpdateAfter uint64
	// Observe, unless nil, sees every event of an engine before it is acted on.
	Observe func(*Conn, events.Event)
	// Trace, unless nil, is told of every packet.
	Trace func(line string)
}

func (c *Config) withDefaults() *Config {
	filled := *c
	if filled.HandshakeTimeout == 0 {
		filled.HandshakeTimeout = 10 * time.Second
	}
	if filled.IdleTimeout == 0 {
		filled.IdleTimeout = 30 * time.Second
	}
	if filled.InitialRTT == 0 {
		filled.InitialRTT = time.Second / 3
	}
	return &filled
}

// Conn is one end of a connection with one stream of data each way. It must not be
// used by two goroutines at once.
type Conn struct {
	// Remote is the peer's address, for whoever sends the datagrams: it never changes.
	Remote netip.AddrPort

	config *Config
	role   events.Role
	engine *engine.Engine
	out    events.Output

	session     *events.Session
	id          []byte // of this end
	original    []byte // the destination of the client's first packet
	peerIDs     peerIDs
	firstPeerID []byte // the source of the peer's first packet, nil before it
	token       []byte // of a Retry, for the Initial packets of a client
	retrySource []byte // of a Retry, or nil

	spaces [spaceCount]space
	keys   [events.Application + 1]levelKeys
	update keyUpdate
	forged uint64 // packets that were not authentic
	stream stream
	peer   *parameters // nil before they have come
	early  *parameters // those that the session remembers, in a client with early data

	doneDue bool   // HANDSHAKE_DONE
	echo    []byte // of a PATH_CHALLENGE, due

	rtt       roundTrip
	probes    int // timeouts in a row
	inFlight  int // bytes that are to be acknowledged
	sentBytes int
	cameBytes int
	validated bool // the peer is where it says it is

	startAt    time.Time
	idleFrom   time.Time // the last sign of life
	unanswered bool      // something was sent since then that is to be answered
	lastSent   time.Time
	earlyUntil time.Time // when a server forgets the keys of early data

	state    state
	err      error  // why it is over
	verdict  *Error // what the peer is told of it
	closeDue bool
	behind   uint // datagrams that came behind the end
	endAt    time.Time
}

// Dial makes a client, whose engine is new, and begins the handshake. The session is
// that of the engine's config, or nil: where early data is sent under it, the limits
// that it remembers are kept to.
func Dial(now time.Time, config *Config, e *engine.Engine, session *events.Session, remote netip.AddrPort) (*Conn, error) {
	c, err := newConn(now, config, e, events.Client, remote)
	if err != nil {
		return nil, err
	}
	c.session = session
	if c.original, err = c.newID(); err != nil {
		return nil, err
	}
	c.peerIDs.first(c.original)
	c.validated = true
	if err := c.installInitial(c.original); err != nil {
		return nil, err
	}
	c.doTLS(now, c.engine.Start)
	return c, nil
}

// accept makes a server for a client whose first packet is p. The connection IDs of a
// Retry that led to it are nil where there was none.
func accept(now time.Time, config *Config, e *engine.Engine, remote netip.AddrPort, p *packet, retried *retried) (*Conn, error) {
	c, err := newConn(now, config, e, events.Server, remote)
	if err != nil {
		return nil, err
	}
	c.original = append([]byte{}, p.destination...)
	if retried != nil {
		c.original, c.retrySource, c.validated = retried.original, append([]byte{}, p.destination...), true
	}
	c.firstPeerID = append([]byte{}, p.source...)
	c.peerIDs.first(c.firstPeerID)
	return c, c.installInitial(p.destination)
}

func newConn(now time.Time, config *Config, e *engine.Engine, role events.Role, remote netip.AddrPort) (c *Conn, err error) {
	c = &Conn{Remote: remote, config: config.withDefaults(), role: role, engine: e, startAt: now, idleFrom: now}
	c.rtt.guess = c.config.InitialRTT
	c.stream.advertised = window
	c.id, err = c.newID()
	return c, err
}

func (c *Conn) newID() ([]byte, error) {
	id := make([]byte, idLen)
	_, err := io.ReadFull(c.config.Rand, id)
	return id, err
}

func (c *Conn) space(level events.Level) *space { return &c.spaces[spaceOf(level)] }

// Engine is the engine, to ask what was agreed on.
func (c *Conn) Engine() *engine.Engine { return c.engine }

// Completed tells that the handshake is complete.
func (c *Conn) Completed() bool { return c.engine.Completed() }

// Confirmed tells that the peer is known to have completed it too.
func (c *Conn) Confirmed() bool { return c.engine.Confirmed() }

// Done tells that there is nothing left to do, and the connection can be forgotten.
func (c *Conn) Done() bool { return c.state == done }

// Over tells that the connection is over, though something may have to be sent still.
func (c *Conn) Over() bool { return c.state != active }

// Err tells why the connection is over: nil if it is not, or if either end closed it with
// the application's code 0.
func (c *Conn) Err() error {
	var closed *Error
	if errors.As(c.err, &closed) && closed.Application && closed.Code == 0 {
		return nil
	}
	return c.err
}

// Deadline is when Expire is to be called, unless something happens before.
func (c *Conn) Deadline() time.Time {
	if c.state != active {
		return c.endAt
	}
	at := c.idleAt()
	for _, other := range []time.Time{c.handshakeAt(), c.probeAt(), c.earlyUntil} {
		if !other.IsZero() && other.Before(at) {
			at = other
		}
	}
	return at
}

// Expire does what is due by now.
func (c *Conn) Expire(now time.Time) {
	due := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	switch {
	case c.state == done:
	case c.state != active:
		if due(c.endAt) {
			c.state = done
			c.forget()
		}
	case due(c.handshakeAt()):
		c.drop(now, ErrHandshakeLost)
	case due(c.idleAt()):
		c.drop(now, ErrIdle)
	default:
		if due(c.earlyUntil) {
			c.earlyUntil = time.Time{}
			c.discard(events.EarlyData)
		}
		if due(c.probeAt()) {
			c.probe()
		}
	}
}

// handshakeAt is when the wait for the handshake is over.
func (c *Conn) handshakeAt() time.Time {
	if c.Completed() {
		return time.Time{}
	}
	return c.startAt.Add(c.config.HandshakeTimeout)
}

// idleAt is when the wait for a peer that has fallen silent is over
// (RFC 9000, Section 10.1).
func (c *Conn) idleAt() time.Time {
	idle := c.config.IdleTimeout
	if c.peer != nil && c.peer.idle > 0 {
		const longest = uint64(1<<62) / uint64(time.Millisecond)
		idle = min(idle, time.Duration(min(c.peer.idle, longest))*time.Millisecond)
	}
	return c.idleFrom.Add(max(idle, drainTime*c.rtt.timeout()))
}
