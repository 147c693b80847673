// Package link drives an engine over a network connection from one goroutine:
// read, give the bytes to the engine, act on its events in order. It is the
// loop that the documentation of the engine shows, with the ends of a
// connection under exact control.
package link

import (
	"bytes"
	"errors"
	"io"
	"net"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
)

const (
	// bufferSize is that of one read, in bytes: two full records.
	bufferSize = 1 << 15
	// maxWaiting is how much data may come while a renegotiation, or a certificate, is
	// waited for, in bytes.
	maxWaiting = 1 << 20
)

// Link is one end of one connection.
type Link struct {
	Engine *engine.Engine

	conn    net.Conn
	answers answer.Answerer
	observe func(events.Event)

	out      events.Output
	buffer   []byte
	received []byte // application data that Read has not given yet
	writeErr error
	named    []byte // the identifier that a client of TLS 1.2 has named
	known    []byte // that of the session which this connection has, proved
	asked    bool   // for a renegotiation, and no answer has come
	declined bool   // by the peer
	shown    *events.PeerAuthenticated
}

// New joins an engine to a connection. Observe, unless nil, sees every event
// before it is acted on.
func New(e *engine.Engine, conn net.Conn, answers answer.Answerer, observe func(events.Event)) *Link {
	return &Link{Engine: e, conn: conn, answers: answers, observe: observe, buffer: make([]byte, bufferSize)}
}

// Handshake runs until the handshake is complete. When it fails the alert has
// been written.
func (l *Link) Handshake() error {
	if err := l.do(l.Engine.Start); err != nil {
		return err
	}
	return l.complete()
}

// Early is what became of early data.
type Early struct {
	// Taken is how many bytes the server took: none unless it accepted.
	Taken int
	// Rejected tells that some was sent, and that the server took none of it.
	Rejected bool
}

// HandshakeEarly is Handshake for a client that sends p ahead, or as much of it as
// the session to resume has room for, which may be nothing.
func (l *Link) HandshakeEarly(p []byte) (Early, error) {
	if err := l.do(l.Engine.Start); err != nil {
		return Early{}, err
	}
	sent := 0
	err := l.do(func(out *events.Output, now time.Time) (err error) {
		sent, err = l.Engine.WriteEarlyData(out, now, p)
		return err
	})
	if err != nil && !errors.Is(err, engine.ErrNotReady) {
		return Early{}, err
	}
	if err := l.complete(); err != nil {
		return Early{}, err
	}
	if !l.Engine.Connection().EarlyDataAccepted {
		return Early{Rejected: sent > 0}, nil
	}
	return Early{Taken: sent}, nil
}

// complete reads until the handshake is complete.
func (l *Link) complete() error {
	for !l.Engine.Completed() {
		if err := l.read(); err != nil {
			return err
		}
	}
	return nil
}

// Read gives the application data of one read from the network, at least one
// byte, valid until the next call of any method. After close_notify it is
// io.EOF; a connection cut off is the engine's error.
func (l *Link) Read() ([]byte, error) {
	for len(l.received) == 0 {
		if l.Engine.ReadClosed() {
			return nil, io.EOF
		}
		if err := l.read(); err != nil && len(l.received) == 0 {
			return nil, err
		}
	}
	data := l.received
	l.received = l.received[:0]
	return data, nil
}

// Write sends application data, as many records as it takes, in one write.
//
// Where the network takes no more, Read still gives what the peer has said
// before it went, such as an alert, and then the same error. A renegotiation that
// is under way is waited for; what comes meanwhile is kept for Read.
func (l *Link) Write(p []byte) error {
	write := func(out *events.Output, now time.Time) error { return l.Engine.Write(out, now, p) }
	err := l.send(write)
	if !errors.Is(err, engine.ErrNotReady) || !l.Engine.Completed() {
		return err
	}
	// p may be what Read gave, which reading overwrites.
	p = bytes.Clone(p)
	for errors.Is(err, engine.ErrNotReady) {
		if err := l.wait(); err != nil {
			return err
		}
		err = l.send(write)
	}
	return err
}

// The errors of Renegotiate that leave the connection as it is.
var (
	// ErrNoRenegotiation tells that the version has none.
	ErrNoRenegotiation = &flags.Failure{
		Name: "no_renegotiation", Sentence: "TLS 1.3 has no renegotiation", Section: "RFC 8446, Section 4.1.2",
	}
	// ErrDeclined tells that the peer does not want to.
	ErrDeclined = &flags.Failure{
		Name: "renegotiation_declined", Sentence: "the peer does not want to renegotiate", Section: "RFC 5746, Section 4.2",
	}
)

// Renegotiate has another handshake take place, in TLS 1.2, and waits for it. What
// comes meanwhile is kept for Read. A server's client may pass the request over:
// then it ends with the deadline of the transport.
func (l *Link) Renegotiate() error {
	if l.Engine.Connection().Version != messages.TLS12 {
		return ErrNoRenegotiation
	}
	l.asked, l.declined = true, false
	if err := l.send(l.Engine.Renegotiate); err != nil {
		return err
	}
	for l.asked {
		if err := l.wait(); err != nil {
			return err
		}
	}
	if l.declined {
		return ErrDeclined
	}
	return nil
}

// wait reads on behalf of who waits for a renegotiation, or a certificate.
func (l *Link) wait() error {
	if l.Engine.ReadClosed() {
		return io.ErrUnexpectedEOF
	}
	if len(l.received) > maxWaiting {
		return errors.New("too much data comes before what is waited for")
	}
	return l.read()
}

// UpdateKeys changes the keys for writing, and asks the peer to do the same
// (RFC 8446, Section 4.6.3).
func (l *Link) UpdateKeys() error {
	return l.send(func(out *events.Output, now time.Time) error {
		return l.Engine.UpdateKeys(out, now, messages.UpdateRequested)
	})
}

// Authenticate asks for the client's certificate after the handshake, and waits for
// the answer; it tells whether the client has shown one (RFC 8446, Section 4.6.2). What
// comes meanwhile is kept for Read.
func (l *Link) Authenticate() (shown bool, err error) {
	l.shown = nil
	if err := l.send(func(out *events.Output, now time.Time) error {
		_, err := l.Engine.RequestClientCertificate(out, now)
		return err
	}); err != nil {
		return false, err
	}
	for l.shown == nil {
		if l.Engine.ReadClosed() {
			return false, io.EOF
		}
		if err := l.wait(); err != nil {
			return false, err
		}
	}
	return !l.shown.Declined, nil
}

// CloseWrite sends close_notify. The peer may still write.
func (l *Link) CloseWrite() error { return l.send(l.Engine.CloseWrite) }

func (l *Link) send(call func(*events.Output, time.Time) error) error {
	if err := l.do(call); err != nil {
		return err
	}
	return l.writeErr
}

// Finish ends the connection for good: it half-closes the transport and passes
// over what still comes until the peer closes too, for as long as patience
// lasts. To close at once with bytes unread would reset the connection, and
// the reset would overtake the close_notify or the alert sent last.
func (l *Link) Finish(patience time.Duration) {
	defer l.conn.Close()
	if half, ok := l.conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		return
	}
	if l.conn.SetReadDeadline(time.Now().Add(patience)) == nil {
		_, _ = io.CopyBuffer(io.Discard, onlyReader{l.conn}, l.buffer)
	}
}

// onlyReader hides what would let io.CopyBuffer take a buffer of its own.
type onlyReader struct{ io.Reader }

// read takes one read from the network.
func (l *Link) read() error {
	if fatal := l.Engine.Err(); fatal != nil {
		return fatal
	}
	n, err := l.conn.Read(l.buffer)
	if n > 0 {
		if fatal := l.do(func(out *events.Output, now time.Time) error {
			return l.Engine.Receive(out, now, l.buffer[:n])
		}); fatal != nil {
			return fatal
		}
	}
	switch {
	case errors.Is(err, io.EOF):
		return l.do(l.Engine.ReceiveEOF)
	case err != nil && l.writeErr != nil:
		return l.writeErr
	}
	return err
}

// do calls the engine and acts on what it has to say.
func (l *Link) do(call func(*events.Output, time.Time) error) error {
	err := call(&l.out, time.Now())
	for event := range l.out.All() {
		if l.observe != nil {
			l.observe(event)
		}
		l.act(event)
	}
	l.out.Reset()
	if fatal := l.Engine.Err(); fatal != nil {
		return fatal
	}
	return err
}

func (l *Link) act(event events.Event) {
	switch event := event.(type) {
	case *events.Send:
		// A peer that has closed may have said why: go on reading.
		if l.writeErr == nil {
			_, l.writeErr = l.conn.Write(event.Bytes)
		}
	case *events.DataReceived:
		l.received = append(l.received, event.Bytes...)
	case *events.EarlyDataReceived:
		// Read gives it once the handshake is complete: then the client is known to
		// be there, though what it sent may have come before.
		l.received = append(l.received, event.Bytes...)
	case *events.HandshakeCompleted:
		l.asked = false
		if event.Connection.Resumed {
			l.known = l.named
		}
	case *events.WarningReceived:
		if l.asked && event.Alert == messages.AlertNoRenegotiation {
			l.asked, l.declined = false, true
		}
	case *events.PeerAuthenticated:
		l.shown = event
	case *events.SessionEstablished:
		l.known = event.SessionID
		if keeper, ok := l.answers.(answer.EstablishedKeeper); ok {
			keeper.KeepEstablished(time.Now(), event)
		}
	case *events.Failed:
		l.forget(event.Err)
	case events.Question:
		if find, ok := event.(*events.FindSession); ok {
			l.named = find.SessionID
		}
		now := time.Now()
		if given := l.answers.Answer(now, event); given != nil {
			// A refusal is fatal, which do finds; an answer that cannot be is the
			// end all the same.
			if err := l.Engine.Answer(&l.out, now, given); !errors.Is(err, engine.ErrMisuse) {
				return
			}
		}
		_ = l.Engine.Abort(&l.out, now, messages.AlertInternalError)
	}
}

// forget drops a server's session of TLS 1.2 of which a connection has failed,
// unless it was only cut off (RFC 5246, Section 7.2.2).
func (l *Link) forget(err error) {
	var fatal *engine.Error
	keeper, ok := l.answers.(answer.EstablishedKeeper)
	if !ok || l.known == nil || errors.As(err, &fatal) && fatal.Refusal.Name == "truncated" {
		return
	}
	keeper.ForgetEstablished(l.known)
}
