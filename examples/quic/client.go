package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/examples/quic/internal/transport"
)

// ticketPatience is how long a client waits for a session behind the answer.
const ticketPatience = 500 * time.Millisecond

// caller is a client's connection and what becomes of it.
type caller struct {
	*clientOptions
	conn     *transport.Conn
	socket   transport.Socket
	by       time.Time
	rest     []byte // of the request
	rejected bool   // early data
	session  *events.Session
	failed   error // to write the session
}

// call sends the request and prints what comes back.
func call(o *clientOptions, stdout io.Writer) error {
	config := &engine.ClientConfig{ServerName: o.serverName, Session: o.resume, EarlyData: o.earlyData, ReverifyOnResume: true}
	o.tls(&config.Common)
	if len(o.groups) > 0 {
		config.KeyShares = o.groups[:1]
	}
	e, err := engine.NewQUICClient(config)
	if err != nil {
		return err
	}
	remote, err := net.ResolveUDPAddr("udp", o.connect)
	if err != nil {
		return err
	}
	bound, err := net.ListenUDP("udp", nil)
	if err != nil {
		return err
	}
	defer bound.Close()
	c := &caller{clientOptions: o, socket: o.socket(bound), rest: o.request}
	answers := &answer.Client{Roots: o.roots, InsecureSkipVerify: o.insecure, Certificates: o.certificates}
	transports := o.transport(answers, c.observe)
	transports.HandshakeTimeout = o.timeout
	if c.conn, err = transport.Dial(time.Now(), transports, e, o.resume, remote.AddrPort()); err != nil {
		return err
	}
	c.by = time.Now().Add(o.timeout)
	return errors.Join(c.exchange(stdout), c.hangUp(), c.failed)
}

// observe keeps the newest session, and whether early data was rejected.
func (c *caller) observe(_ *transport.Conn, e events.Event) {
	switch e := e.(type) {
	case *events.EarlyDataRejected:
		c.rejected = true
	case *events.TicketReceived:
		c.session = e.Session
		if c.clientOptions.session != "" {
			c.failed = flags.WriteSession(c.clientOptions.session, e.Session)
		}
	}
}

// exchange does all that is done over the connection. What is written before the
// handshake is complete goes early, if it can.
func (c *caller) exchange(stdout io.Writer) error {
	if err := c.run(c.conn.Completed); err != nil {
		return err
	}
	text, err := report.Of(c.conn.Engine(), "", c.rejected)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "%s---\n", text); err != nil {
		return err
	}
	if c.keyUpdate {
		c.conn.UpdateKeys()
	}
	var back bytes.Buffer
	err = c.run(func() bool {
		var b [4096]byte
		for n := c.conn.Read(b[:]); n > 0; n = c.conn.Read(b[:]) {
			back.Write(b[:n])
		}
		return c.conn.ReadDone()
	})
	if _, failed := stdout.Write(back.Bytes()); failed != nil {
		return failed
	}
	if err == nil && !bytes.Equal(back.Bytes(), c.request) {
		err = &flags.Failure{Name: "no_echo", Sentence: "what came back is not what was sent", Section: "RFC 9000, Section 2.2"}
	}
	if err == nil && c.clientOptions.session != "" && c.session == nil {
		// A server need not send one.
		err = transport.Run(c.socket, c.conn, time.Now().Add(ticketPatience), func() bool { return c.session != nil })
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
		}
	}
	return err
}

// run goes on until a condition is met, and writes the request meanwhile.
func (c *caller) run(until func() bool) error {
	return transport.Run(c.socket, c.conn, c.by, func() bool {
		if c.rest = c.rest[c.conn.Write(c.rest):]; len(c.rest) == 0 {
			c.conn.CloseWrite()
		}
		return until()
	})
}

// hangUp tells the server that this end is done.
func (c *caller) hangUp() error {
	if c.conn.Over() {
		return nil
	}
	c.conn.Close(time.Now(), 0, "")
	return transport.Run(c.socket, c.conn, c.by, func() bool { return true })
}
