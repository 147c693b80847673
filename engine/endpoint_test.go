package engine_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages/record"
)

// patience bounds every wait for another implementation.
const patience = 15 * time.Second

// endpoint drives an engine over a connection whose other end is another
// implementation.
type endpoint struct {
	engine  *engine.Engine
	answers pipe.Answerer
	conn    net.Conn
	now     time.Time

	received []byte
	early    []byte
	sessions []*events.Session
	// completions counts the handshakes.
	completions int
	// signed counts the signatures, and answered is the last answer to a request
	// for a certificate after the handshake.
	signed   int
	answered *events.PeerAuthenticated
	// changes lists the key changes, in order.
	changes []events.KeysChanged
	// records are the sizes of those received with data, where the config traces.
	records []int

	out events.Output
	buf [32 << 10]byte
}

// newClientEnd and newServerEnd make the ends of a pair. Answers come from the
// pair too.
func newClientEnd(t *testing.T, pair *testkit.Pair, conn net.Conn) *endpoint {
	t.Helper()
	e, err := engine.NewClient(&pair.Client)
	if err != nil {
		t.Fatalf("the client's config: %v", err)
	}
	return &endpoint{engine: e, answers: pair.ClientAnswers, conn: conn, now: testkit.Now}
}

func newServerEnd(t *testing.T, pair *testkit.Pair, conn net.Conn) *endpoint {
	t.Helper()
	e, err := engine.NewServer(&pair.Server)
	if err != nil {
		t.Fatalf("the server's config: %v", err)
	}
	return &endpoint{engine: e, answers: pair.ServerAnswers, conn: conn, now: testkit.Now}
}

// do calls a method of the engine and acts on its events.
func (p *endpoint) do(call func(e *engine.Engine, out *events.Output, now time.Time) error) error {
	err := call(p.engine, &p.out, p.now)
	for event := range p.out.All() {
		switch event := event.(type) {
		case *events.Send:
			if _, writeErr := p.conn.Write(event.Bytes); writeErr != nil && err == nil {
				err = writeErr
			}
		case *events.DataReceived:
			p.received = append(p.received, event.Bytes...)
		case *events.EarlyDataReceived:
			p.early = append(p.early, event.Bytes...)
		case *events.HandshakeCompleted:
			p.completions++
		case *events.TicketReceived:
			p.sessions = append(p.sessions, event.Session)
		case *events.SessionEstablished:
			if keeper, ok := p.answers.(*testkit.Answers); ok {
				keeper.Keep(event)
			}
		case *events.KeysChanged:
			p.changes = append(p.changes, *event)
		case *events.PeerAuthenticated:
			p.answered = event
		case *events.RecordReceived:
			if record.ContentType(event.Type) == record.ApplicationData {
				p.records = append(p.records, event.Size)
			}
		case events.Question:
			if _, signs := event.(*events.Sign); signs {
				p.signed++
			}
			if answer := p.answers.Answer(p.now, event); answer != nil {
				if answerErr := p.engine.Answer(&p.out, p.now, answer); answerErr != nil {
					err = answerErr
				}
			}
		}
	}
	p.out.Reset()
	return err
}

// until starts the engine if it has not begun, and reads until done tells to
// stop.
func (p *endpoint) until(what string, done func() bool) error {
	for !done() {
		n, err := p.conn.Read(p.buf[:])
		if n > 0 {
			if err := p.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
				return e.Receive(out, now, p.buf[:n])
			}); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			if err := p.do((*engine.Engine).ReceiveEOF); err != nil {
				return err
			}
			if !done() {
				return fmt.Errorf("the peer closed before %s", what)
			}
		case err != nil:
			return fmt.Errorf("waiting for %s: %w", what, err)
		}
	}
	return nil
}

func (p *endpoint) handshake() error {
	if err := p.do((*engine.Engine).Start); err != nil {
		return err
	}
	return p.until("the end of the handshake", p.engine.Completed)
}

func (p *endpoint) write(b []byte) error {
	return p.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Write(out, now, b)
	})
}

// read waits for size bytes of data and takes them.
func (p *endpoint) read(size int) ([]byte, error) {
	err := p.until(fmt.Sprintf("%d bytes of data", size), func() bool { return len(p.received) >= size })
	n := min(size, len(p.received))
	taken := p.received[:n]
	p.received = p.received[n:]
	return taken, err
}

// close closes both directions, each with close_notify.
func (p *endpoint) close() error {
	if err := p.do((*engine.Engine).CloseWrite); err != nil {
		return err
	}
	return p.until("close_notify", p.engine.ReadClosed)
}

// updated tells how often the keys of a direction have been updated.
func (p *endpoint) updated(direction events.Direction) uint64 {
	generation := uint64(0)
	for _, change := range p.changes {
		if change.Level == events.Application && change.Direction == direction {
			generation = change.Generation
		}
	}
	return generation
}

// bufferedPipe joins two connections in memory. Each direction buffers without
// bound, so that two ends that both write never wait for each other, and ends
// after patience at the latest.
func bufferedPipe(t *testing.T) (a, b net.Conn) {
	left, right := newBuffer(), newBuffer()
	giveUp := time.AfterFunc(patience, func() { left.close(); right.close() })
	t.Cleanup(func() { giveUp.Stop(); left.close(); right.close() })
	return &bufferedConn{in: left, out: right}, &bufferedConn{in: right, out: left}
}

type bufferedConn struct{ in, out *buffer }

func (c *bufferedConn) Read(b []byte) (int, error)       { return c.in.read(b) }
func (c *bufferedConn) Write(b []byte) (int, error)      { return c.out.write(b) }
func (c *bufferedConn) Close() error                     { c.in.close(); c.out.close(); return nil }
func (c *bufferedConn) LocalAddr() net.Addr              { return &net.UnixAddr{Name: "memory"} }
func (c *bufferedConn) RemoteAddr() net.Addr             { return &net.UnixAddr{Name: "memory"} }
func (c *bufferedConn) SetDeadline(time.Time) error      { return nil }
func (c *bufferedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *bufferedConn) SetWriteDeadline(time.Time) error { return nil }

// buffer is one direction of a bufferedPipe.
type buffer struct {
	mu     sync.Mutex
	grown  *sync.Cond
	bytes  []byte
	closed bool
}

func newBuffer() *buffer {
	b := &buffer{}
	b.grown = sync.NewCond(&b.mu)
	return b
}

func (b *buffer) read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.bytes) == 0 && !b.closed {
		b.grown.Wait()
	}
	if len(b.bytes) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.bytes)
	b.bytes = b.bytes[n:]
	return n, nil
}

func (b *buffer) write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		// Lost, as on a network: what the peer said last is still to be read.
		return len(p), nil
	}
	b.bytes = append(b.bytes, p...)
	b.grown.Broadcast()
	return len(p), nil
}

func (b *buffer) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.grown.Broadcast()
}
