package netconn

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// Dialer makes clients' connections. Its fields may not change once in use; it
// is safe for concurrent use.
type Dialer struct {
	// Net dials the transport, and its Timeout bounds the handshake with it. Nil
	// is the zero net.Dialer.
	Net *net.Dialer
	// Config is that of the clients. Where it has no ServerName, that is the
	// host dialed.
	Config *engine.ClientConfig
	// Answers are those of the clients. Nil is the zero answer.Client.
	Answers answer.Answerer
	// Observe, if there, sees the events of all connections, as those of one by
	// [Conn.Observe]. It must be safe for concurrent use.
	Observe func(events.Event)
}

// Dial is Dialer.Dial with the config and the answers given.
func Dial(network, address string, config *engine.ClientConfig, answers answer.Answerer) (*Conn, error) {
	d := Dialer{Config: config, Answers: answers}
	return d.dial(context.Background(), network, address)
}

// Dial is DialContext without a context.
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialContext dials the address and runs the handshake. It gives a [Conn], which
// ctx has no hold of any more. It suits the DialTLSContext of http.Transport, with
// a config that does not offer h2.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.dial(ctx, network, address)
	if err != nil {
		// Not a nil Conn in an interface.
		return nil, err
	}
	return c, nil
}

// DialEarly is DialContext that sends p, or as much of it as may go, ahead of the
// handshake, as [Conn.WriteEarlyData] does. Taken is how many bytes of p the server
// has: none unless it has accepted. The rest of p is for the caller to write. What was
// sent and not taken somebody may still replay (RFC 8446, Section 8).
func (d *Dialer) DialEarly(ctx context.Context, network, address string, p []byte) (c *Conn, taken int, err error) {
	c, err = d.dialBy(ctx, network, address, func(ctx context.Context, c *Conn) error {
		n, err := c.writeEarlyWithin(ctx, p)
		if err != nil && !errors.Is(err, ErrNoEarlyData) {
			return err
		}
		if err := c.HandshakeContext(ctx); err != nil {
			return err
		}
		accepted, err := c.EarlyDataAccepted()
		if accepted {
			taken = n
		}
		return err
	})
	return c, taken, err
}

func (d *Dialer) dial(ctx context.Context, network, address string) (*Conn, error) {
	return d.dialBy(ctx, network, address, func(ctx context.Context, c *Conn) error { return c.HandshakeContext(ctx) })
}

// dialBy dials the address and has the handshake run by shake.
func (d *Dialer) dialBy(ctx context.Context, network, address string, shake func(context.Context, *Conn) error) (*Conn, error) {
	dialer := d.Net
	if dialer == nil {
		dialer = new(net.Dialer)
	}
	if dialer.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, dialer.Timeout)
		defer cancel()
		ctx = limited
	}
	var config engine.ClientConfig
	if d.Config != nil {
		config = *d.Config
	}
	if config.ServerName == "" {
		config.ServerName = hostOf(address)
	}
	answers := d.Answers
	if answers == nil {
		answers = new(answer.Client)
	}
	transport, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c, err := Client(transport, &config, answers)
	if err != nil {
		_ = transport.Close()
		return nil, err
	}
	c.observe = d.Observe
	if err := shake(ctx, c); err != nil {
		_ = transport.Close()
		return nil, err
	}
	return c, nil
}

// hostOf is the host of an address, without the zone of an IPv6 address, which
// no certificate has.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if strings.Contains(host, ":") {
		host, _, _ = strings.Cut(host, "%")
	}
	return host
}
