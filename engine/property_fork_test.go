package engine_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// constant is entropy that serves two forks alike: every byte is the same.
type constant byte

func (c constant) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(c)
	}
	return len(b), nil
}

// tell calls a method, answers the questions, and gives the account.
func tell(e *engine.Engine, answers *testkit.Answers, call func(*engine.Engine, *events.Output, time.Time) error) (account, error) {
	var out events.Output
	var told account
	err := call(e, &out, testkit.Now)
	for event := range out.All() {
		told.add(event)
		if q, ok := event.(events.Question); ok {
			if answer := answers.Answer(testkit.Now, q); answer != nil {
				_ = e.Answer(&out, testkit.Now, answer)
			}
		}
	}
	return told, err
}

func TestAForkStaysEqualAndItsOriginalKnowsNothingOfIt(t *testing.T) {
	inEachVersion(t, forkStaysEqual)
}

func forkStaysEqual(t *testing.T, made madePair) {
	rapid.Check(t, func(t *rapid.T) {
		pair := made("fork")
		withClientCert(pair)
		pair.Client.Rand, pair.Server.Rand = constant(0x21), constant(0x42)
		pieces := rapid.SliceOfN(rapid.IntRange(1, 500), 1, 10).Draw(t, "pieces")
		bad := rapid.IntRange(0, 40).Draw(t, "the piece that a second fork gets changed")
		p := pair.Join()
		ends := [2]*pipe.End{&p.Client, &p.Server}
		answers := [2]*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers}
		start := func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Start(out, now) }
		first, _ := tell(p.Client.Engine, answers[events.Client], start)
		p.Server.Inbox = first.sent
		for round := 0; len(p.Client.Inbox)+len(p.Server.Inbox) > 0; round++ {
			role := events.Server
			if len(p.Server.Inbox) == 0 {
				role = events.Client
			}
			end := ends[role]
			n := min(pieces[round%len(pieces)], len(end.Inbox))
			piece := end.Inbox[:n]
			end.Inbox = slices.Clone(end.Inbox[n:])
			receive := func(change byte) func(*engine.Engine, *events.Output, time.Time) error {
				b := slices.Clone(piece)
				b[len(b)-1] ^= change
				return func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Receive(out, now, b) }
			}
			fork, spoilt := end.Engine.Fork(), end.Engine.Fork()
			if round == bad {
				_, _ = tell(spoilt, answers[role], receive(1))
			}
			got, errFork := tell(fork, answers[role], receive(0))
			want, err := tell(end.Engine, answers[role], receive(0))
			if !want.equal(&got) || (err == nil) != (errFork == nil) || fork.State() != end.Engine.State() {
				t.Fatalf("round %d: the fork of the %v tells %q, the original %q", round, role, got.told, want.told)
			}
			if rapid.Bool().Draw(t, "go on with the fork") {
				end.Engine = fork
			}
			ends[role.Peer()].Inbox = append(ends[role.Peer()].Inbox, want.sent...)
		}
		if !p.Client.Engine.Completed() || !p.Server.Engine.Completed() {
			t.Fatalf("stopped: %v, %v", p.Client.Engine, p.Server.Engine)
		}
	})
}

func TestNothingLeavesAfterAFailure(t *testing.T) {
	calls := map[string]func(*engine.Engine, *events.Output, time.Time) error{
		"Start":       (*engine.Engine).Start,
		"ReceiveEOF":  (*engine.Engine).ReceiveEOF,
		"CloseWrite":  (*engine.Engine).CloseWrite,
		"Advance":     (*engine.Engine).Advance,
		"IssueTicket": (*engine.Engine).IssueTicket,
		"Receive": func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Receive(out, now, []byte("bytes"))
		},
		"Write": func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Write(out, now, []byte("bytes"))
		},
		"UpdateKeys": func(e *engine.Engine, out *events.Output, now time.Time) error { return e.UpdateKeys(out, now, 0) },
		"Abort":      func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Abort(out, now, 80) },
		"Answer": func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Answer(out, now, answersOf(1)["Signature"])
		},
		"Export": func(e *engine.Engine, _ *events.Output, _ time.Time) error {
			_, err := e.Export("label", nil, 32)
			return err
		},
	}
	// covers 8446/6/1
	// covers 8446/6.2/1
	// covers 8446/6.2/2
	for at, resting := range restedStates() {
		e, out := resting.Fork(), &events.Output{}
		failure := e.Abort(out, testkit.Now, 80)
		for name, call := range calls {
			var after events.Output
			if err := call(e, &after, testkit.Now); err != failure || after.Len() != 0 {
				t.Errorf("the %v, after a failure: %s gives %v and %d events", at, name, err, after.Len())
			}
		}
		if e.State() != "failed" || e.Parked() != nil || e.Err() != failure {
			t.Errorf("the %v, after a failure: state %s, question %v, error %v", at, e.State(), e.Parked(), e.Err())
		}
	}
}
