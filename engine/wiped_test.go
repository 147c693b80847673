package engine_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// In whatever state a connection ends, its state keeps no secret, and a fork keeps its
// own.
func TestAStateThatIsGivenUpKeepsNoSecret(t *testing.T) {
	hold := 0
	for at, rested := range restedStates() {
		if strings.HasPrefix(at.state, "closed") || rested.Err() != nil {
			continue
		}
		e, fork := rested.Fork(), rested.Fork()
		holds, forkHolds := e.Holds(), fork.Holds()
		before := holds()
		if before > 0 {
			hold++
		}
		_ = e.Abort(new(events.Output), testkit.Now, messages.AlertInternalError)
		if left := holds(); left > 0 {
			t.Errorf("%v: %d of %d secrets are left", at, left, before)
		}
		if forkHolds() != before {
			t.Errorf("%v: the fork has lost its secrets", at)
		}
	}
	if hold < 20 {
		t.Errorf("%d states hold secrets", hold)
	}
}

// A fork with entropy of its own draws from that, whatever config is chosen.
func TestAForkKeepsItsEntropy(t *testing.T) {
	randoms := [2]string{}
	for i, other := range []string{"one", "another"} {
		pair := small("entropy")
		pair.Server.ChooseConfig, pair.Server.Trace = true, true
		config := pair.Server
		config.Rand = testkit.Rand(other)
		pair.ServerAnswers.Override = func(q events.Question) events.Answer {
			if choose, ok := q.(*events.ChooseConfig); ok {
				return choose.Use(&config)
			}
			return nil
		}
		p := pair.Join()
		_ = p.Do(events.Client, (*engine.Engine).Start)
		p.Server.Engine = p.Server.Engine.ForkWith(testkit.Rand("of the fork"))
		p.Observe = func(_ events.Role, e events.Event) {
			if m, ok := e.(*events.MessageSent); ok && m.Type == messages.TypeServerHello {
				randoms[i] = string(m.Raw)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
	}
	if randoms[0] == "" || randoms[0] != randoms[1] {
		t.Errorf("the server says %x, and then %x", randoms[0], randoms[1])
	}
}
