package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// endpoint is one engine and its socket.
type endpoint struct {
	c          *connection
	engine     *engine.Engine
	quic       *quicTransport       // nil over a byte stream
	server     *engine.ServerConfig // nil on a client
	identities []*identity
	keys       []*sharedKey
	tickets    *sealer
	kept       map[string][]byte // sessions without a ticket, by their identifiers

	out    events.Output
	outbox []byte // to be written
	inbox  []byte // application data that nobody has read yet
	buffer [4096]byte

	open     events.Question // left unanswered for now
	laps     int             // how often it has been put off
	eof      bool            // the transport has ended
	closed   bool            // close_notify has come
	withheld bool            // nothing is written until further notice

	seen
	evidence evidence
}

// seen is what has come to light in the course of a connection, for the checks.
type seen struct {
	hello      *events.ClientHello
	selected   *identity
	key        *sharedKey
	resumed    *events.Session // offered by a client, or opened by a server from a ticket
	skew       int             // of the ticket's age, in seconds
	session    *events.Session // a client's latest ticket
	renewed    bool            // it came on this connection
	cached     bool            // a server was told of a session to keep
	hasty      bool            // before the handshake was complete
	verdicts   int             // how often the peer's chain was looked at
	rejected   bool            // the last verdict was no, though it may not have counted
	read       []byte          // traffic secrets
	write      []byte
	completion *events.Connection // by the first handshake
	early      *events.Connection // the same, where the shim may write before it is complete
	zero       zeroRTT
	checked    bool  // the first handshake has been looked at
	tardy      bool  // a session of TLS 1.2 came after that
	gaveUp     error // why the shim itself ended the connection

	renegotiations   int
	begun            int    // of them, by the shim
	exportedAmidst   bool   // the exporter worked during one
	certificateTypes []byte // asked for in TLS 1.2
}

// do calls the engine and acts on its events, then writes what is to be written.
func (p *endpoint) do(call func(out *events.Output, now time.Time) error) error {
	err := call(&p.out, p.c.now)
	for event := range p.out.All() {
		if answerErr := p.act(event); err == nil {
			err = answerErr
		}
	}
	p.out.Reset()
	p.noteHalfRTT()
	if flushErr := p.flush(); err == nil {
		err = flushErr
	}
	if fatal := p.engine.Err(); fatal != nil && p.gaveUp == nil && !isVerdict(err) {
		return fatal
	}
	return err
}

func (p *endpoint) act(event events.Event) error {
	p.note(event)
	switch event := event.(type) {
	case *events.Send:
		if p.quic != nil {
			p.outbox = append(p.outbox, p.quic.record(quicHandshake, event.Level, event.Bytes)...)
			return nil
		}
		p.outbox = append(p.outbox, event.Bytes...)
	case *events.InstallKeys:
		p.quic.install(event)
	case *events.Failed:
		if p.quic != nil {
			p.failQUIC(event)
		}
	case *events.DataReceived:
		p.inbox = append(p.inbox, event.Bytes...)
	case *events.EarlyDataReceived:
		p.inbox = append(p.inbox, event.Bytes...)
	case *events.EarlyDataOffered, *events.EarlyDataRejected:
		return p.learnEarly(event)
	case *events.HandshakeCompleted:
		return p.complete(event)
	case *events.FalseStarted:
		agreed := event.Connection
		p.early = &agreed
	case *events.PeerHelloReceived:
		if p.completion == nil {
			p.hello = event.Hello
		}
		return p.renegotiable(event)
	case *events.MessageReceived:
		p.watch(event)
	case *events.TicketReceived:
		p.session, p.renewed, p.hasty = event.Session, true, p.completion == nil
		p.tardy = p.checked && p.session.Version < messages.TLS13
		p.session.Application = p.memory()
	case *events.SessionEstablished:
		return p.keepSession(event)
	case *events.SecretDerived:
		p.keep(event)
	case *events.PeerClosed:
		p.closed = true
	case *events.RenegotiationRequested:
		p.begun++
		return p.engine.Renegotiate(&p.out, p.c.now)
	case events.Question:
		switch {
		case p.c.options.Async:
			p.open, p.laps = event, 0
			return nil
		case p.zero.rejected: // for the second attempt to answer
			p.open, p.laps = event, ready
			return nil
		}
		return p.answer(event)
	}
	return nil
}

// flush writes the outbox: in one piece, or byte by byte.
func (p *endpoint) flush() error {
	for len(p.outbox) > 0 && !p.withheld {
		if err := p.writeOnce(); err != nil {
			return err
		}
	}
	return nil
}

func (p *endpoint) writeOnce() error {
	size := len(p.outbox)
	if p.c.options.Async {
		size = 1
	}
	if err := p.c.socket.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return &faultError{what: err.Error()}
	}
	n, err := p.c.socket.Write(p.outbox[:size])
	p.outbox = p.outbox[n:]
	if err != nil {
		p.outbox = nil
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// progress lets one thing happen: a question that was put off, or a read.
func (p *endpoint) progress() error {
	if p.open != nil {
		return p.revisit()
	}
	if p.quic != nil && p.quic.whole() {
		return p.takeQUIC(nil)
	}
	if p.eof {
		return io.EOF
	}
	n, err := p.receive(patience)
	if err != nil {
		return err
	}
	return p.take(n)
}

// take hands n bytes, or the end, to the engine.
func (p *endpoint) take(n int) error {
	switch {
	case p.quic != nil && p.eof && !p.engine.Completed():
		return io.ErrUnexpectedEOF
	case p.quic != nil:
		return p.takeQUIC(p.buffer[:n])
	case p.eof:
		return p.do(p.engine.ReceiveEOF)
	}
	return p.do(func(out *events.Output, now time.Time) error {
		return p.engine.Receive(out, now, p.buffer[:n])
	})
}

// receive reads into the buffer, at most one byte of it with -async. It sets eof instead of returning [io.EOF].
func (p *endpoint) receive(wait time.Duration) (int, error) {
	size := len(p.buffer)
	if p.c.options.Async {
		size = 1
	}
	if err := p.c.socket.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return 0, &faultError{what: err.Error()}
	}
	n, err := p.c.socket.Read(p.buffer[:size])
	if p.quic == nil {
		p.evidence.stream.scan(p.buffer[:n])
	}
	if errors.Is(err, io.EOF) {
		p.eof, err = true, nil
	}
	if err != nil {
		return n, fmt.Errorf("read: %w", err)
	}
	return n, nil
}

// handshake drives the connection until data may be written and no question is open.
func (p *endpoint) handshake() error {
	for p.early == nil && !p.engine.Completed() || p.open != nil {
		if err := p.progress(); err != nil {
			return err
		}
	}
	return nil
}

// finish drives the connection until its handshake is complete.
func (p *endpoint) finish() error {
	for !p.engine.Completed() {
		if err := p.progress(); err != nil {
			return err
		}
	}
	return p.handshake()
}
