package engine_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// newModel12 is a connection of TLS 1.2, whose ends renegotiate as they like.
func newModel12(made madePair) *model {
	pair := made("commands")
	pair.Client.Trace, pair.Server.Trace = true, true
	m := &model{pipe: pair.Join()}
	_ = m.pipe.Handshake()
	m.pipe.Observe = m.observe
	return m
}

// observe follows which renegotiations are under way. What a server declines,
// since it has closed, is not.
func (m *model) observe(from events.Role, e events.Event) {
	switch e := e.(type) {
	case *events.MessageSent:
		switch e.Type {
		case messages.TypeClientHello:
			m.underWay[from] = true
			m.silent[from]++
		case messages.TypeHelloRequest:
			m.silent[from]++
			m.requests++
		}
	case *events.MessageReceived:
		switch e.Type {
		case messages.TypeClientHello:
			m.underWay[from] = !m.closed[from]
		case messages.TypeHelloRequest:
			m.requests--
		}
	case *events.HandshakeCompleted, *events.RenegotiationDeclined:
		m.underWay[from] = false
	}
}

// mostRenegotiations is how many the peer may begin or ask for without data, for
// all that an engine minds.
const mostRenegotiations = 4

// renegotiate begins one, unless the peer would have too many. A request has the
// client begin one in its turn.
func (m *model) renegotiate(t *rapid.T) {
	role := drawRole(t)
	if m.silent[role] >= mostRenegotiations || m.silent[events.Client]+m.requests >= mostRenegotiations {
		t.Skip("too many without data")
	}
	busy, closed, deaf := m.underWay[role], m.closed[role], m.end(role).Engine.ReadClosed()
	err := m.pipe.Do(role, (*engine.Engine).Renegotiate)
	switch {
	case closed:
		if err != engine.ErrClosed {
			t.Fatalf("the %v renegotiates after its close: %v", role, err)
		}
	case busy:
		if err != engine.ErrNotReady {
			t.Fatalf("the %v renegotiates twice at once: %v", role, err)
		}
	case deaf:
		if !errors.Is(err, engine.ErrMisuse) {
			t.Fatalf("the %v renegotiates with an end that has closed: %v", role, err)
		}
	case err != nil:
		t.Fatalf("the %v cannot renegotiate: %v", role, err)
	}
}

// newer calls what TLS 1.2 has not.
func (m *model) newer(t *rapid.T) {
	role := drawRole(t)
	update := func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.UpdateKeys(out, now, messages.UpdateRequested)
	}
	want := engine.ErrNotReady
	if m.closed[role] {
		want = engine.ErrClosed
	}
	for _, command := range []doing{update, (*engine.Engine).IssueTicket} {
		if err := m.pipe.Do(role, command); err != want {
			t.Fatalf("the %v in TLS 1.2: %v, want %v", role, err, want)
		}
	}
}

// TestAnyOrderOfCommandsLosesNothingInTLS12 lets both ends write, renegotiate and
// close as they like, and delivers in any pieces. Nobody writes in the middle of a
// renegotiation, which ends if nobody closes.
func TestAnyOrderOfCommandsLosesNothingInTLS12(t *testing.T) {
	inEveryExchange(t, func(t *testing.T, made madePair) {
		rapid.Check(t, func(t *rapid.T) {
			m := newModel12(made)
			t.Repeat(map[string]func(*rapid.T){
				"write": m.write, "renegotiate": m.renegotiate, "newer": m.newer, "close": m.close, "deliver": m.deliver,
				"deliver again": m.deliver, "": m.check,
			})
			m.finish(t)
			ends := [2]*engine.Engine{m.pipe.Client.Engine, m.pipe.Server.Engine}
			for role, e := range ends {
				if e.Renegotiating() != m.underWay[role] || m.underWay[role] && !m.closed[0] && !m.closed[1] {
					t.Fatalf("the %v is in %s at the end", events.Role(role), e.State())
				}
			}
			ours, err := ends[0].TLSUnique()
			theirs, errPeer := ends[1].TLSUnique()
			if m.underWay == [2]bool{} && (err != nil || errPeer != nil || !bytes.Equal(ours, theirs)) {
				t.Fatalf("tls-unique: %x, %v, and %x, %v", ours, err, theirs, errPeer)
			}
		})
	})
}
