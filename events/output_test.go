package events_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
)

func sent(out *events.Output, level events.Level, b string) {
	out.Sent(level, append(out.Tail(), b...))
}

func sends(out *events.Output) []string {
	var all []string
	for event := range out.All() {
		if send, ok := event.(*events.Send); ok {
			all = append(all, string(send.Bytes))
		}
	}
	return all
}

func TestConsecutiveBytesOfALevelAreOneSend(t *testing.T) {
	var out events.Output
	sent(&out, events.Initial, "one")
	sent(&out, events.Initial, "two")
	sent(&out, events.Handshake, "three")
	out.Append(&events.PeerClosed{})
	sent(&out, events.Handshake, "four")
	if got, want := sends(&out), []string{"onetwo", "three", "four"}; !slices.Equal(got, want) {
		t.Errorf("sends are %q, want %q", got, want)
	}
}

func TestASendThatSomebodyHasSeenGrowsNoMore(t *testing.T) {
	var out events.Output
	sent(&out, events.Initial, "seen")
	var first *events.Send
	for event := range out.All() {
		first = event.(*events.Send)
	}
	sent(&out, events.Initial, "later")
	if got := sends(&out); string(first.Bytes) != "seen" || !slices.Equal(got, []string{"later"}) {
		t.Errorf("the first is %q, then come %q", first.Bytes, got)
	}
}

func TestBytesStayWhereTheArenaGrows(t *testing.T) {
	var out events.Output
	var all []*events.Send
	for i := range 100 {
		sent(&out, events.Level(i%2), string(slices.Repeat([]byte{byte(i)}, 1000)))
		for event := range out.All() {
			all = append(all, event.(*events.Send))
		}
	}
	for i, send := range all {
		if len(send.Bytes) != 1000 || send.Bytes[0] != byte(i) || send.Bytes[999] != byte(i) {
			t.Fatalf("send %d holds other bytes", i)
		}
	}
}

func TestLeavingTheLoopLosesNothing(t *testing.T) {
	var out events.Output
	out.Append(&events.PeerClosed{})
	out.Received([]byte("data"))
	for range out.All() {
		break
	}
	if out.Len() != 1 {
		t.Fatalf("%d events are left", out.Len())
	}
	for event := range out.All() {
		if data, ok := event.(*events.DataReceived); !ok || string(data.Bytes) != "data" {
			t.Errorf("the next event is %v", event)
		}
	}
}

func TestEventsAppendedInTheLoopAreYielded(t *testing.T) {
	var out events.Output
	out.Append(&events.PeerClosed{})
	seen := 0
	for range out.All() {
		if seen++; seen < 5 {
			out.Append(&events.PeerClosed{})
		}
	}
	if seen != 5 {
		t.Errorf("the loop saw %d events, want 5", seen)
	}
}

func TestResetForgetsEverythingAndKeepsTheMemory(t *testing.T) {
	var out events.Output
	round := func() {
		sent(&out, events.Application, "some bytes")
		out.Received([]byte("data"))
		for range out.All() {
		}
		out.Reset()
	}
	round()
	if out.Len() != 0 || len(out.Tail()) != 0 {
		t.Error("something is left after Reset")
	}
	if got := testing.AllocsPerRun(100, round); got > 1 {
		t.Errorf("a round makes %.0f allocations, want none but the test's", got)
	}
}

func TestABufferIsLentToOneAtATime(t *testing.T) {
	var out events.Output
	first, second := out.Borrow(100), out.Borrow(100)
	first, second = append(first, 'a'), append(second, 'b')
	if first[0] != 'a' || second[0] != 'b' {
		t.Error("two borrowers share memory")
	}
	out.Return(first)
	if again := out.Borrow(50); len(again) != 0 || cap(again) < 100 {
		t.Errorf("the buffer given back is not lent again: %d of %d", len(again), cap(again))
	}
}
