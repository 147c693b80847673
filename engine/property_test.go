package engine_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The same cases are drawn every time; -rapid.seed=0 draws others.
var _ = flag.Set("rapid.seed", "20260314")

// account is what one end has sent and told, whatever the pieces in which the
// bytes came: sends in a row are one.
type account struct {
	sent []byte
	told []string
}

func (a *account) add(e events.Event) {
	switch e := e.(type) {
	case *events.Send:
		a.sent = append(a.sent, e.Bytes...)
	case *events.DataReceived:
		a.told = append(a.told, fmt.Sprintf("data %q", e.Bytes))
	default:
		a.told = append(a.told, e.String())
	}
}

// observed keeps the accounts of both ends of a pipe.
func observed(p *pipe.Pipe) *[2]account {
	accounts := &[2]account{}
	p.Observe = func(from events.Role, e events.Event) { accounts[from].add(e) }
	return accounts
}

// madePair makes a pair that agrees on a version.
type madePair func(seed string) *testkit.Pair

// adorned is a pair of TLS 1.3 with all that extensions can agree on beside the
// handshake.
func adorned(seed string) *testkit.Pair {
	pair := small("adorned, " + seed)
	allOf(greasing, compressing(messages.CompressionZstd, messages.CompressionZlib), profiles(aesAndSHA1, aesAndSHA1),
		wishing(2, 1), taking(2000))(pair)
	pair.Client.PadHello, pair.Client.ShuffleExtensions, pair.Client.SRTPMKI = true, true, []byte{1}
	pair.Client.RequestOCSP, pair.Client.RequestSCTs = true, true
	return pair
}

// inEachVersion runs a test with pairs of every version.
func inEachVersion(t *testing.T, test func(t *testing.T, made madePair)) {
	t.Run("TLS 1.3", func(t *testing.T) { test(t, small) })
	t.Run("TLS 1.3 with everything", func(t *testing.T) { test(t, adorned) })
	t.Run("TLS 1.2", func(t *testing.T) { test(t, legacy) })
}

// conversation is a handshake with client authentication, data, key updates
// and the close of both directions. It runs to quiet between the steps.
func conversation(made madePair, seed string, split func(events.Role, []byte) int) (*pipe.Pipe, *[2]account) {
	pair := made(seed)
	withClientCert(pair)
	pair.Server.Tickets = 2
	p := pair.Join()
	p.Split = split
	accounts := observed(p)
	_ = p.Handshake()
	for _, step := range []func(){
		func() { _ = p.Write(events.Client, []byte("the first words")) },
		func() {
			_ = p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
				return e.UpdateKeys(out, now, messages.UpdateRequested)
			})
		},
		func() { _ = p.Write(events.Server, []byte("an answer")) },
		func() { _ = p.Write(events.Client, []byte("the last words")) },
		func() { _ = p.Do(events.Client, (*engine.Engine).CloseWrite) },
		func() { _ = p.Do(events.Server, (*engine.Engine).CloseWrite) },
	} {
		step()
		_ = p.Run()
	}
	return p, accounts
}

func (a *account) equal(b *account) bool {
	return bytes.Equal(a.sent, b.sent) && slices.Equal(a.told, b.told)
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) { inEachVersion(t, sameSeed) }

func sameSeed(t *testing.T, made madePair) {
	_, first := conversation(made, "seed", nil)
	_, second := conversation(made, "seed", nil)
	for role := range first {
		if !first[role].equal(&second[role]) {
			t.Errorf("the %v goes two ways on the same inputs", events.Role(role))
		}
	}
	_, other := conversation(made, "another seed", nil)
	if first[0].equal(&other[0]) {
		t.Error("another seed gives the same bytes")
	}
}

func TestEverySplitGivesTheSameEvents(t *testing.T) { inEachVersion(t, everySplit) }

func everySplit(t *testing.T, made madePair) {
	_, want := conversation(made, "split", nil)
	check := func(t interface{ Errorf(string, ...any) }, how string, got *[2]account) {
		for role := range want {
			if !want[role].equal(&got[role]) {
				t.Errorf("%s: the %v gives %d bytes and\n%s\nwant %d bytes and\n%s", how, events.Role(role),
					len(got[role].sent), strings.Join(got[role].told, "\n"), len(want[role].sent), strings.Join(want[role].told, "\n"))
			}
		}
	}
	for _, size := range []int{1, 2, 3, 5, 7, 64} {
		_, got := conversation(made, "split", func(events.Role, []byte) int { return size })
		check(t, fmt.Sprintf("pieces of %d bytes", size), got)
	}
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.IntRange(1, 600), 1, 40).Draw(t, "pieces")
		next := 0
		_, got := conversation(made, "split", func(events.Role, []byte) int {
			next++
			return pieces[next%len(pieces)]
		})
		check(t, "random pieces", got)
	})
}

// The peer of a patient server writes on while a question is open.
func TestAnswersMayComeAtAnyTime(t *testing.T) { inEachVersion(t, lateAnswers) }

func lateAnswers(t *testing.T, made madePair) {
	_, want := conversation(made, "late", nil)
	rapid.Check(t, func(t *rapid.T) {
		wait := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 20).Draw(t, "steps to wait before each answer")
		pair := made("late")
		withClientCert(pair)
		pair.Server.Tickets = 2
		hold := func(events.Question) bool { return true }
		pair.ClientAnswers.Hold, pair.ServerAnswers.Hold = hold, hold
		p := pair.Join()
		p.Split = func(events.Role, []byte) int { return 50 }
		accounts := observed(p)
		_ = p.Do(events.Client, (*engine.Engine).Start)
		for round := 0; round < 400 && !(quiet(p) && p.Client.Open == nil && p.Server.Open == nil); round++ {
			for range wait[round%len(wait)] {
				forceStep(t, p, events.Client)
				forceStep(t, p, events.Server)
			}
			for role, end := range map[events.Role]*pipe.End{events.Client: &p.Client, events.Server: &p.Server} {
				if end.Open != nil && round%2 == int(role) {
					_ = p.Answer(role, end.Answers.(*testkit.Answers).Now(end.Open))
				}
			}
			p.Step(events.Client)
			p.Step(events.Server)
		}
		if !p.Client.Engine.Completed() || !p.Server.Engine.Completed() {
			t.Fatalf("stopped: %v, %v", p.Client.Engine, p.Server.Engine)
		}
		for role := range want {
			if got := accounts[role].told; !slices.Equal(got, want[role].told[:len(got)]) {
				t.Errorf("the %v tells\n%s\nwant\n%s", events.Role(role), strings.Join(got, "\n"), strings.Join(want[role].told, "\n"))
			}
		}
	})
}

func quiet(p *pipe.Pipe) bool { return len(p.Client.Inbox) == 0 && len(p.Server.Inbox) == 0 }

// forceStep gives an end whose question is open up to 30 bytes all the same.
func forceStep(t *rapid.T, p *pipe.Pipe, role events.Role) {
	end := &p.Client
	if role == events.Server {
		end = &p.Server
	}
	if end.Open == nil || len(end.Inbox) == 0 {
		return
	}
	n := min(30, len(end.Inbox))
	piece := slices.Clone(end.Inbox[:n])
	end.Inbox = slices.Clone(end.Inbox[n:])
	if err := p.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Receive(out, now, piece)
	}); err != nil {
		t.Fatalf("the %v does not hold %d bytes: %v", role, n, err)
	}
}

func TestAParkedEndHoldsUpToItsBoundAndThenChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.IntRange(1, 300).Draw(t, "MaxHeld")
		pair := small("parked")
		pair.Server.MaxHeld = bound
		pair.ServerAnswers.Hold = func(events.Question) bool { return true }
		p := pair.Join()
		_ = p.Handshake()
		e := p.Server.Engine
		if e.Parked() == nil {
			t.Fatal("no question is open")
		}
		held := 0
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 200), 1, 20).Draw(t, "pieces") {
			out, before := &events.Output{}, e.Held()
			err := e.Receive(out, testkit.Now, make([]byte, n))
			switch {
			case held+n <= bound:
				if err != nil {
					t.Fatalf("%d bytes of %d: %v", held+n, bound, err)
				}
				held += n
			case !errors.Is(err, engine.ErrParked) || e.Held() != before:
				t.Fatalf("%d bytes of %d: %v, %d held", held+n, bound, err, e.Held())
			}
			if out.Len() != 0 || e.Held() != held {
				t.Fatalf("%d events and %d bytes held, want %d", out.Len(), e.Held(), held)
			}
		}
	})
}
