package answer_test

import (
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// question is one about early data with a binder, of a ticket that is a minute old.
func question(binder string, late time.Duration) *events.AcceptEarlyData {
	return &events.AcceptEarlyData{Binder: []byte(binder), RealAge: time.Minute + late, TicketAge: time.Minute}
}

// covers 8446/8/2
// covers 9001/9.2/1
// covers 8446/4.2.10/3
func TestAGuardTakesAHelloOnceAndOnlyIfItIsFresh(t *testing.T) {
	var g answer.ReplayGuard
	now := testkit.Now
	if g.Accept(now, question("first", 0)) {
		t.Error("a guard that has just begun knows what was taken before")
	}
	now = now.Add(20 * time.Second)
	if g.Accept(now, question("a", 10*time.Second)) {
		t.Error("what was taken as a Window too early is fresh for two of them")
	}
	now = now.Add(time.Second)
	for _, step := range []struct {
		binder string
		later  time.Duration // since the step before
		late   time.Duration
		want   bool
	}{
		{"a", 0, 0, true},
		{"a", 0, 0, false},
		{"b", 0, 0, true},
		{"a", 9 * time.Second, 9 * time.Second, false},
		{"c", 0, 11 * time.Second, false}, // kept back
		{"c", 0, -11 * time.Second, false},
		{"c", 0, 10 * time.Second, true},
		{"b", 15 * time.Second, 24 * time.Second, false},
		{"a", 5 * time.Second, 29 * time.Second, false},
		{"d", time.Hour, 0, true},
		{"a", 0, 0, true}, // long forgotten, and no hello of then is fresh any more
	} {
		now = now.Add(step.later)
		if got := g.Accept(now, question(step.binder, step.late)); got != step.want {
			t.Errorf("%s after %v, %v late: %t", step.binder, step.later, step.late, got)
		}
	}
}

// covers 8446/8.2/1
func TestAGuardRemembersNoMoreThanItsBound(t *testing.T) {
	g := answer.ReplayGuard{Max: 2}
	_ = g.Accept(testkit.Now, question("begin", 0))
	now := testkit.Now.Add(time.Minute)
	for i, want := range []bool{true, true, false, false} {
		if got := g.Accept(now, question(string(rune('a'+i)), 0)); got != want {
			t.Errorf("hello %d: %t", i, got)
		}
	}
	if !g.Accept(now.Add(time.Minute), question("later", 0)) {
		t.Error("there is room again")
	}
}

// A clock that goes back shows hellos fresh that were taken, and forgotten, before:
// none is taken until it has caught up.
func TestAGuardWhoseClockGoesBackTakesNoneUntilItHasCaughtUp(t *testing.T) {
	var g answer.ReplayGuard
	_ = g.Accept(testkit.Now, question("begin", 0))
	for _, step := range []struct {
		at     time.Duration // since the beginning
		binder string
		want   bool
	}{
		{time.Hour, "a", true},
		{2 * time.Hour, "b", true}, // and "a" is forgotten
		{time.Hour, "a", false},
		{time.Hour + time.Minute, "c", false},
		{-time.Hour, "c", false},
		{2 * time.Hour, "b", false}, // which is remembered still
		{2*time.Hour + time.Second, "c", true},
	} {
		if got := g.Accept(testkit.Now.Add(step.at), question(step.binder, 0)); got != step.want {
			t.Errorf("%s at %v: %t", step.binder, step.at, got)
		}
	}
}
