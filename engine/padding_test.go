package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

func TestPadToGivesMultiples(t *testing.T) {
	for _, multiple := range []int{2, 3, 64, 255, 256, 1000, 16384} {
		pad := engine.PadTo(multiple)
		for length := 0; length <= 16384; length += 7 {
			room := 16384 - length
			added := pad(23, length, room)
			if added < 0 || added > room || added >= multiple || (length+added)%multiple != 0 && added != room {
				t.Fatalf("%d bytes have %d of padding, room for %d, multiple %d", length, added, room, multiple)
			}
		}
	}
	for _, none := range []int{-1, 0, 1} {
		if engine.PadTo(none) != nil {
			t.Errorf("a multiple of %d pads", none)
		}
	}
}

func TestPadRandomlyStaysWithinItsBound(t *testing.T) {
	const most = 9
	seen := map[int]int{}
	pad := engine.PadRandomly(testkit.Rand("padding"), most)
	for range 10000 {
		seen[pad(23, 100, 1000)]++
	}
	if len(seen) != most+1 {
		t.Errorf("%d different lengths", len(seen))
	}
	for added, times := range seen {
		if added < 0 || added > most || times < 800 || times > 1200 {
			t.Errorf("%d bytes come %d times", added, times)
		}
	}
	if got := pad(23, 100, 0); got != 0 {
		t.Errorf("%d bytes where there is no room", got)
	}
	if got := engine.PadRandomly(dry{}, most)(23, 0, 100); got != most {
		t.Errorf("%d bytes without entropy", got)
	}
	if engine.PadRandomly(dry{}, 0) != nil {
		t.Error("no bytes at most, and there is padding")
	}
}

// covers 8446/5.4/1
func TestRecordsArePaddedAsThePolicySays(t *testing.T) {
	pair := small("padded")
	pair.Client.Padding = engine.PadTo(512)
	pair.Server.Padding = engine.PadRandomly(testkit.Rand("padded"), 100)
	p := established(t, pair)
	sizes := map[int]bool{}
	for i := range 20 {
		for _, from := range []events.Role{events.Client, events.Server} {
			if err := p.Write(from, make([]byte, 1+i)); err != nil {
				t.Fatal(err)
			}
			switch {
			case from == events.Server:
				sizes[len(p.Client.Inbox)-i] = true
			case len(p.Server.Inbox) != 5+512+1+16:
				t.Errorf("a record of %d bytes", len(p.Server.Inbox))
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(sizes) < 10 {
		t.Errorf("%d different amounts of padding", len(sizes))
	}
}
