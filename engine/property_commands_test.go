package engine_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// whenever is a time for calls to which it does not matter.
var whenever = testkit.Now

// model is a connection in use with what is known of it.
type model struct {
	pipe *pipe.Pipe
	// written is what each end has written, and closed whether it closed.
	written [2][]byte
	closed  [2]bool
	// silent counts what an end has said since its last data: the peer ends a
	// connection that has only updates and tickets to tell.
	silent  [2]int
	tickets int
	// underWay tells in which ends a renegotiation is, and requests counts those
	// that a server has asked for and of which the client has not heard.
	underWay [2]bool
	requests int
}

func newModel() *model {
	pair := small("commands")
	pair.Client.UpdateAfter, pair.Server.UpdateAfter = 50, 7
	m := &model{pipe: pair.Join()}
	_ = m.pipe.Handshake()
	m.silent[events.Server], m.tickets = 1, 1
	return m
}

func (m *model) end(role events.Role) *pipe.End {
	if role == events.Client {
		return &m.pipe.Client
	}
	return &m.pipe.Server
}

func drawRole(t *rapid.T) events.Role { return events.Role(rapid.IntRange(0, 1).Draw(t, "role")) }

func (m *model) write(t *rapid.T) {
	role := drawRole(t)
	data := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "data")
	if rapid.IntRange(0, 9).Draw(t, "much") == 0 {
		data = bytes.Repeat([]byte{7}, 20000)
	}
	err := m.pipe.Write(role, data)
	if m.closed[role] {
		if err != engine.ErrClosed {
			t.Fatalf("writing after the close: %v", err)
		}
		return
	}
	if m.underWay[role] {
		if err != engine.ErrNotReady {
			t.Fatalf("the %v writes while it renegotiates: %v", role, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("the %v cannot write: %v", role, err)
	}
	if len(data) > 0 {
		m.silent[role] = 0
	}
	m.written[role] = append(m.written[role], data...)
}

func (m *model) update(t *rapid.T) {
	role := drawRole(t)
	request := messages.KeyUpdateRequest(rapid.IntRange(0, 1).Draw(t, "request"))
	if m.silent[role] > 25 {
		t.Skip("too much without data")
	}
	err := m.pipe.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.UpdateKeys(out, now, request)
	})
	if (err == engine.ErrClosed) != m.closed[role] || err != nil && !m.closed[role] {
		t.Fatalf("the %v cannot update its keys: %v", role, err)
	}
	m.silent[role]++
}

func (m *model) ticket(t *rapid.T) {
	if m.silent[events.Server] > 25 {
		t.Skip("too much without data")
	}
	err := m.pipe.Do(events.Server, (*engine.Engine).IssueTicket)
	if m.closed[events.Server] {
		if err != engine.ErrClosed {
			t.Fatalf("a ticket after the close: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatalf("no ticket: %v", err)
	}
	m.silent[events.Server]++
	m.tickets++
}

func (m *model) close(t *rapid.T) {
	role := drawRole(t)
	if rapid.IntRange(0, 5).Draw(t, "really") > 0 {
		t.Skip("later")
	}
	if err := m.pipe.Do(role, (*engine.Engine).CloseWrite); err != nil {
		t.Fatalf("the %v cannot close: %v", role, err)
	}
	m.closed[role] = true
}

func (m *model) deliver(t *rapid.T) {
	m.pipe.Split = func(_ events.Role, waiting []byte) int { return rapid.IntRange(1, len(waiting)).Draw(t, "piece") }
	m.pipe.Step(drawRole(t))
}

func (m *model) check(t *rapid.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		end := m.end(role)
		if end.Err != nil {
			t.Fatalf("the %v has failed: %v", role, end.Err)
		}
		if !bytes.HasPrefix(m.written[role.Peer()], end.Received) {
			t.Fatalf("the %v has received what was not written", role)
		}
		if end.Engine.WriteClosed() != m.closed[role] {
			t.Fatalf("the %v: WriteClosed is %t", role, end.Engine.WriteClosed())
		}
	}
}

// finish delivers all that is under way, and checks that nothing is missing.
func (m *model) finish(t *rapid.T) {
	m.pipe.Split = nil
	if err := m.pipe.Run(); err != nil {
		t.Fatalf("the rest: %v", err)
	}
	m.check(t)
	for _, role := range []events.Role{events.Client, events.Server} {
		end := m.end(role)
		if !bytes.Equal(end.Received, m.written[role.Peer()]) {
			t.Fatalf("the %v has %d of %d bytes", role, len(end.Received), len(m.written[role.Peer()]))
		}
		if end.Engine.ReadClosed() != m.closed[role.Peer()] {
			t.Fatalf("the %v: ReadClosed is %t", role, end.Engine.ReadClosed())
		}
	}
}

// TestAnyOrderOfCommandsLosesNothing lets both ends write, update keys, issue
// tickets and close as they like, and delivers in any pieces.
func TestAnyOrderOfCommandsLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel()
		t.Repeat(map[string]func(*rapid.T){
			"write": m.write, "update": m.update, "ticket": m.ticket, "close": m.close, "deliver": m.deliver,
			"deliver again": m.deliver, "": m.check,
		})
		m.finish(t)
		if got := len(m.pipe.Client.Sessions); got != m.tickets {
			t.Fatalf("%d tickets of %d", got, m.tickets)
		}
	})
}
