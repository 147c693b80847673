package answer

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/tacitls/tacitls/events"
)

// ReplayGuard decides about early data such that each ClientHello is taken once
// by this server (RFC 8446, Section 8.2): it remembers the binder of every hello that
// it has taken, for as long as one can be fresh, and takes none that is not. A
// ClientHello is fresh if the age of its ticket by the client and by the server
// differ by no more than Window (RFC 8446, Section 8.3). A guard that begins anew does
// not know what was taken before, and takes nothing for two Windows.
//
// Servers that share ticket keys but not their guard each take a hello once: see
// [SingleUse] for several of them. A clock that goes back has it take none until the
// clock has caught up: what it took at that time before may be forgotten.
//
// The zero value is ready, and safe for concurrent use. It must not be copied once in
// use.
type ReplayGuard struct {
	// Window is how far the ages may differ; 0 means 10 seconds.
	Window time.Duration
	// Max is how many hellos are taken at most in two Windows; beyond that early
	// data is rejected. 0 means 100000, which takes up to 10 MB.
	Max int

	mu sync.Mutex
	// begun is when the first question came: what was taken before is not known, so
	// that nothing is until none of it is fresh any more.
	begun time.Time
	// current and previous are what was taken since turned, and in the two Windows
	// before that.
	current, previous map[[sha256.Size]byte]struct{}
	turned            time.Time
}

const (
	defaultWindow = 10 * time.Second
	defaultGuard  = 100000
)

// Accept tells whether the early data that q asks about is to be taken, and
// remembers that it was.
func (g *ReplayGuard) Accept(now time.Time, q *events.AcceptEarlyData) bool {
	window, most := g.Window, g.Max
	if window == 0 {
		window = defaultWindow
	}
	if most == 0 {
		most = defaultGuard
	}
	// Ages are by the clock on the wall, and so is what is remembered.
	now = now.Round(0)
	if !fresh(q, window) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.begun.IsZero() {
		g.begun, g.turned = now, now
	}
	// A hello is fresh from a Window before its ticket's age to a Window after.
	period := 2 * window
	if now.Before(g.turned) || now.Sub(g.begun) <= period {
		return false
	}
	g.turn(now, period)
	key := sha256.Sum256(q.Binder)
	if _, taken := g.current[key]; taken {
		return false
	}
	if _, taken := g.previous[key]; taken || len(g.current) >= most {
		return false
	}
	if g.current == nil {
		g.current = map[[sha256.Size]byte]struct{}{}
	}
	g.current[key] = struct{}{}
	return true
}

// turn forgets what no fresh hello can repeat: period is how long one can be fresh.
func (g *ReplayGuard) turn(now time.Time, period time.Duration) {
	switch since := now.Sub(g.turned); {
	case since < period:
		return
	case since < 2*period:
		g.previous = g.current
	default:
		g.previous = nil
	}
	g.current, g.turned = nil, now
}

// acceptEarlyData decides about early data.
func (s *Server) acceptEarlyData(now time.Time, q *events.AcceptEarlyData) events.Answer {
	if s.EarlyData == nil || !s.EarlyData(now, q) {
		return q.Reject()
	}
	return q.Accept()
}
