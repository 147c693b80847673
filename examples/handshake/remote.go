package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/messages"
)

const (
	// patience is how long to wait for more of an answer.
	patience = time.Second
	// maxReply is how much of an answer to print, in bytes.
	maxReply = 1 << 14
)

// overTCP meets a real server.
func (o *options) overTCP(n *account) error {
	config := &engine.ClientConfig{ServerName: o.serverName}
	o.configure(&config.Common)
	config.PSKModes = o.legacy.PSKModes(true)
	if o.retry {
		config.KeyShares = []messages.Group{}
	}
	e, err := engine.NewClient(config)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(o.timeout)
	conn, err := (&net.Dialer{Deadline: deadline}).Dial("tcp", o.connect)
	if err != nil {
		return err
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	answers := &answer.Client{Roots: o.roots, InsecureSkipVerify: o.insecure, PSK: o.legacy.PSK}
	l := link.New(e, conn, &witness{answers, events.Client, n}, func(e events.Event) { n.event(events.Client, e) })
	defer l.Finish(patience)
	if err := o.shake(l, n); err != nil {
		return err
	}
	// A server that takes no more may have said why.
	_ = l.Write([]byte(o.request()))
	text, failed := readReply(conn, l, deadline)
	if failed != nil {
		return failed
	}
	// Whether a server that has closed still hears this is its own affair.
	_ = l.CloseWrite()
	n.finish()
	n.reply(text)
	return nil
}

// shake runs the handshake, and another one if that is asked for.
func (o *options) shake(l *link.Link, n *account) error {
	if err := l.Handshake(); err != nil {
		return err
	}
	if o.legacy.Renegotiation == engine.RenegotiateNever {
		return nil
	}
	n.finish()
	n.again()
	return l.Renegotiate()
}

// configure sets what the flags say of either end.
func (o *options) configure(c *engine.Common) {
	c.Rand, c.Trace, c.ALPN, c.CipherSuites = rand.Reader, true, o.alpn, o.suites
	c.MinVersion, c.MaxVersion = o.versions.Min, o.versions.Max
	o.legacy.Configure(c)
}

func (o *options) request() string {
	if o.send != "" {
		return o.send + "\n"
	}
	return fmt.Sprintf("GET / HTTP/1.0\r\nHost: %s\r\n\r\n", o.serverName)
}

// readReply reads what comes until the server closes, or has said something
// and then no more.
func readReply(conn net.Conn, l *link.Link, deadline time.Time) ([]byte, error) {
	var text []byte
	for len(text) < maxReply {
		data, err := l.Read()
		text = append(text, data...)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded) && len(text) > 0:
			return text, nil
		case err != nil:
			return text, err
		}
		if soon := time.Now().Add(patience); soon.Before(deadline) {
			if err := conn.SetReadDeadline(soon); err != nil {
				return text, err
			}
		}
	}
	return text[:maxReply], nil
}
