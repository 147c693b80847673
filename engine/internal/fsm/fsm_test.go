package fsm_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/messages"
)

// A turnstile: a coin opens it, and a push closes it. A KeyUpdate, the only
// message here, changes nothing.
type (
	locked struct{ coins int }
	open   struct{ coins int }
	stuck  struct{}
	coin   struct{ worth int }
	push   struct{}
)

func insert(limit int, s *locked, c *coin) (fsm.State, error) {
	if s.coins+c.worth > limit {
		return &stuck{}, nil
	}
	return &open{s.coins + c.worth}, nil
}

func pass(_ int, s *open, _ *push) (fsm.State, error) { return &locked{s.coins}, nil }

func update(_ int, s *open, _ *messages.KeyUpdate) (fsm.State, error) { return &open{s.coins}, nil }

func turnstile() *fsm.Machine[int] {
	return fsm.New(
		[]fsm.Block[int]{fsm.In(locked{}, fsm.On(insert, open{})), fsm.In(open{}, fsm.On(pass, locked{}))},
		[]fsm.Block[int]{fsm.In(open{}, fsm.On(update, open{}))},
	)
}

func TestARowIsFoundByStateAndInput(t *testing.T) {
	m := turnstile()
	for _, c := range []struct {
		state fsm.State
		input any
		want  string
	}{
		{&locked{}, &coin{}, "insert"},
		{&locked{}, &push{}, ""},
		{&open{}, &push{}, "pass"},
		{&open{}, &messages.KeyUpdate{}, "update"},
		{&open{}, &messages.Finished{}, ""},
		{&stuck{}, &push{}, ""},
		{nil, &push{}, ""},
	} {
		row, ok := m.Find(c.state, fsm.InputOf(c.input))
		got := ""
		if ok {
			got = row.Handler
		}
		if got != c.want {
			t.Errorf("in %s on %v: %q, want %q", fsm.Name(c.state), fsm.InputOf(c.input), got, c.want)
		}
	}
}

func TestAStepTellsWhetherItsSuccessorWasDeclared(t *testing.T) {
	m := turnstile()
	from := &locked{1}
	row, _ := m.Find(from, fsm.InputOf(&coin{}))
	next, declared, err := row.Step(10, from, &coin{2})
	if s, ok := next.(*open); !ok || s.coins != 3 || !declared || err != nil {
		t.Errorf("a coin leads to %+v, declared %t, %v", next, declared, err)
	}
	next, declared, err = row.Step(2, from, &coin{2})
	if _, ok := next.(*stuck); !ok || declared || err != nil {
		t.Errorf("a coin too many leads to %+v, declared %t, %v", next, declared, err)
	}
	if from.coins != 1 {
		t.Error("the old state was edited")
	}
}

func TestTablesThatSpeakOfOneStateAreJoined(t *testing.T) {
	m := turnstile()
	if got := len(m.Rows()); got != 3 {
		t.Errorf("%d rows, want 3", got)
	}
	want := "stateDiagram-v2\n    locked --> open : coin\n    open --> locked : push\n    open --> open : key_update\n"
	if got := m.Diagram(); got != want {
		t.Errorf("the diagram is\n%s\nwant\n%s", got, want)
	}
	if m.Reads(&locked{}) || !m.Reads(&open{}) || m.Reads(&stuck{}) || m.Reads(nil) {
		t.Error("only an open turnstile reads messages")
	}
}

func TestACopyOfAStateIsAnotherState(t *testing.T) {
	m := turnstile()
	from := &open{1}
	copied := m.Copy(from).(*open)
	copied.coins = 9
	if from.coins != 1 {
		t.Error("the copy is the state itself")
	}
	if m.Copy(nil) != nil {
		t.Error("there is a copy of nothing")
	}
	if s := &(stuck{}); m.Copy(s) != fsm.State(s) {
		t.Error("a state of no machine is copied")
	}
}

func TestNamesLeaveThePackageOut(t *testing.T) {
	for state, want := range map[fsm.State]string{nil: "none", locked{}: "locked"} {
		if got := fsm.Name(state); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := fsm.Name(&open{}); got != "open" || strings.Contains(got, ".") {
		t.Errorf("%q, want open", got)
	}
}
