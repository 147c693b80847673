package engine_test

import (
	"errors"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// The answer to a question of one connection is none to that of another, though both
// are the same in kind and place: nobody is let in by the verdict over somebody else.
// A fork asks what its original has asked.
func TestAnswersBelongToOneConnection(t *testing.T) {
	var questions [2]events.Question
	var engines [2]*engine.Engine
	for i, seed := range []string{"one", "another"} {
		pair := small(seed)
		withClientCert(pair)
		p := pair.Join()
		p.Observe = func(role events.Role, e events.Event) {
			if verify, ok := e.(*events.VerifyPeer); ok && role == events.Server {
				questions[i], engines[i] = verify, p.Server.Engine.Fork()
			}
		}
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
	}
	other := &testkit.Answers{}
	if err := engines[0].Answer(new(events.Output), testkit.Now, other.Now(questions[1])); !errors.Is(err, engine.ErrNoQuestion) {
		t.Errorf("the answer to another connection's question: %v", err)
	}
	for i, e := range engines {
		if err := e.Answer(new(events.Output), testkit.Now, other.Now(questions[i])); err != nil {
			t.Errorf("the answer to a fork's question: %v", err)
		}
	}
}
