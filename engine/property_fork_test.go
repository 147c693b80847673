package engine_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
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
	inEveryKind(t, forkStaysEqual)
}

// doing is a call of a method.
type doing = func(*engine.Engine, *events.Output, time.Time) error

// receiving is a call that brings bytes, the last of which is changed.
func receiving(piece []byte, change byte) doing {
	b := slices.Clone(piece)
	b[len(b)-1] ^= change
	return func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Receive(out, now, b) }
}

// forked is a pair whose ends are forked before every call.
type forked struct {
	ends    [2]*pipe.End
	answers [2]*testkit.Answers
	round   int
}

// both has an end and its fork do the same, and goes on with one of them.
func (f *forked) both(t *rapid.T, role events.Role, do func() doing) {
	end := f.ends[role]
	fork := end.Engine.Fork()
	got, errFork := tell(fork, f.answers[role], do())
	want, err := tell(end.Engine, f.answers[role], do())
	if !want.equal(&got) || (err == nil) != (errFork == nil) || fork.State() != end.Engine.State() {
		t.Fatalf("round %d: the fork of the %v tells %q, the original %q", f.round, role, got.told, want.told)
	}
	if rapid.Bool().Draw(t, "go on with the fork") {
		end.Engine = fork
	}
	f.ends[role.Peer()].Inbox = append(f.ends[role.Peer()].Inbox, want.sent...)
}

// run goes on until nothing is on the wire.
func (f *forked) run(t *rapid.T, pieces []int, bad int) {
	for ; len(f.ends[0].Inbox)+len(f.ends[1].Inbox) > 0; f.round++ {
		role := events.Server
		if len(f.ends[role].Inbox) == 0 {
			role = events.Client
		}
		end := f.ends[role]
		n := min(pieces[f.round%len(pieces)], len(end.Inbox))
		piece := end.Inbox[:n]
		end.Inbox = slices.Clone(end.Inbox[n:])
		if f.round == bad {
			_, _ = tell(end.Engine.Fork(), f.answers[role], receiving(piece, 1))
		}
		f.both(t, role, func() doing { return receiving(piece, 0) })
	}
}

func forkStaysEqual(t *testing.T, made madePair) {
	rapid.Check(t, func(t *rapid.T) {
		pair := made("fork")
		pair.Client.Rand, pair.Server.Rand = constant(0x21), constant(0x42)
		pieces := rapid.SliceOfN(rapid.IntRange(1, 500), 1, 10).Draw(t, "pieces")
		bad := rapid.IntRange(0, 90).Draw(t, "the piece that a second fork gets changed")
		p := pair.Join()
		f := &forked{
			ends:    [2]*pipe.End{&p.Client, &p.Server},
			answers: [2]*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers},
		}
		f.both(t, events.Client, func() doing { return (*engine.Engine).Start })
		f.run(t, pieces, bad)
		for _, role := range []events.Role{events.Client, events.Server} {
			f.both(t, role, func() doing { return (*engine.Engine).Renegotiate })
			f.run(t, pieces, bad)
		}
		for _, end := range f.ends {
			c := end.Engine.Connection()
			if !end.Engine.Completed() || end.Engine.Renegotiating() || c.Renegotiated != (c.Version == messages.TLS12) {
				t.Fatalf("stopped: %v, %+v", end.Engine, c)
			}
		}
	})
}

// metered is entropy that counts the bytes that were read.
type metered struct {
	io.Reader
	bytes int
}

func (d *metered) Read(b []byte) (int, error) {
	n, err := d.Reader.Read(b)
	d.bytes += n
	return n, err
}

func TestAForkWithEntropyOfItsOwnDrawsNoneOfTheOriginals(t *testing.T) {
	inEveryKind(t, func(t *testing.T, made madePair) {
		pair := made("own entropy")
		theirs, ours := &metered{Reader: pair.Client.Rand}, &metered{Reader: testkit.Rand("fork")}
		pair.Client.Rand = theirs
		e := established(t, pair).Client.Engine
		before := theirs.bytes
		fork, out := e.ForkWith(ours), &events.Output{}
		if err := fork.Write(out, testkit.Now, []byte("data")); err != nil {
			t.Fatal(err)
		}
		if err := fork.Renegotiate(out, testkit.Now); (err == nil) != (e.Connection().Version == messages.TLS12) || (err == nil) != (ours.bytes > 0) {
			t.Fatalf("the fork has drawn %d bytes: %v", ours.bytes, err)
		}
		if theirs.bytes != before {
			t.Errorf("the fork has drawn %d bytes of the original's", theirs.bytes-before)
		}
	})
}

func TestNothingLeavesAfterAFailure(t *testing.T) {
	calls := map[string]doing{
		"Start":       (*engine.Engine).Start,
		"ReceiveEOF":  (*engine.Engine).ReceiveEOF,
		"CloseWrite":  (*engine.Engine).CloseWrite,
		"Advance":     (*engine.Engine).Advance,
		"IssueTicket": (*engine.Engine).IssueTicket,
		"Renegotiate": (*engine.Engine).Renegotiate,
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
		"TLSUnique": func(e *engine.Engine, _ *events.Output, _ time.Time) error {
			_, err := e.TLSUnique()
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
