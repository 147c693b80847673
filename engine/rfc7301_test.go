package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// covers 7301/3.2/2 7301/3.2/3
func TestBothEndsAreToldTheProtocolThatWasAnsweredAndNoOther(t *testing.T) {
	offer, choice := []string{"first", "second", "third"}, []string{"third", "second"}
	var session *events.Session
	for _, resumed := range []bool{false, true, true} {
		pair := legacy("protocol")
		pair.Client.ALPN, pair.Server.ALPN, pair.Client.Session = offer, choice, session
		m, l := capture[messages.ServerHello](t, pair, events.Server, 1)
		var answer messages.ALPNChoice
		if _, err := m.Extensions.Get(&answer); err != nil || string(answer.Protocol) != choice[0] {
			t.Errorf("the answer is %q, %v", answer.Protocol, err)
		}
		for _, end := range []*forge.End{l.Client, l.Server} {
			wantProtocol(t, end.Engine, string(answer.Protocol))
			if end.Engine.Connection().Resumed != resumed {
				t.Errorf("the %v: resumed %t", end.Role, !resumed)
			}
		}
		l.Write(events.Client, "data")
		l.Write(events.Server, "data")
		wantProtocol(t, l.Server.Engine, string(answer.Protocol))
		// What the session was made with decides nothing.
		session, choice = l.Client.Sessions[0], []string{"first"}
	}
	pair := legacy("no protocol")
	pair.Client.ALPN, pair.Client.Session = offer, session
	p := established(t, pair)
	wantProtocol(t, p.Client.Engine, "")
	wantProtocol(t, p.Server.Engine, "")
}

func wantProtocol(t *testing.T, e *engine.Engine, want string) {
	t.Helper()
	if got := e.Connection().ALPN; got != want {
		t.Errorf("the protocol is %q, want %q", got, want)
	}
}
