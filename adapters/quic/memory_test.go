//go:build !race

package quic_test

import (
	"runtime"
	"testing"

	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/events"
)

// The race detector adds its own, hence the build constraint. The hello that the server
// has read, of some 1.5 KB, is not kept.
func TestAHalfOpenServerKeepsLittleAndNoGoroutine(t *testing.T) {
	const bound = 2048
	hello, config := firstHello(t), plainServer(t)
	open := func() any {
		s := ours(events.Server, quic.QUICServer(config))
		wantHalfOpen(t, s, hello)
		return s.conn
	}
	open()
	kept := make([]any, 0, halfOpen)
	heap, _, goroutines := footprint()
	for range halfOpen {
		kept = append(kept, open())
	}
	heapAfter, _, goroutinesAfter := footprint()
	if got := (heapAfter - heap) / halfOpen; got > bound {
		t.Errorf("a half-open server keeps %d bytes, of %d allowed", got, bound)
	}
	if goroutinesAfter > goroutines {
		t.Errorf("%d servers have %d goroutines", halfOpen, goroutinesAfter-goroutines)
	}
	runtime.KeepAlive(kept)
}
