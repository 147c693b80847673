package answer

import (
	"container/heap"
	"crypto/hkdf"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/tacitls/tacitls/events"
)

// SingleUse decides about early data such that each ticket brings some once
// (RFC 8446, Section 8.1), for as many servers as share its Store. A ticket goes on
// to resume without early data. Where TicketKeys are shared and the Store is not,
// each server takes a replay once.
//
// Nothing of it may change once in use; it is safe for concurrent use.
type SingleUse struct {
	// Store remembers which tickets have been used; nil takes no early data.
	Store OnceStore
	// Window is how far the ages of the ticket by the client and by the server may
	// differ, so that no hello is taken that was kept back (RFC 8446, Section 8.3).
	// 0 means 10 seconds, and less than 0 does not look at the ages.
	Window time.Duration
}

// OnceStore remembers which tickets have been used for early data. [OnceMemory] is
// one for a single process; a database that all servers ask is another: a row that
// can be inserted once.
type OnceStore interface {
	// Take tells whether this is the first use of the ticket, and remembers it
	// until the ticket expires, or longer. Of any number of calls for one Key, at
	// the same time too, at most one is told so. A store that does not know, because
	// it is full, out of reach, or younger than the ticket, says no: the client goes
	// on without early data. The handshake waits for Take, which has to bound how
	// long it waits itself. It must be safe for concurrent use.
	Take(now time.Time, use TicketUse) (first bool)
}

// TicketUse is a use of a ticket for early data.
type TicketUse struct {
	// Key stands for the ticket: no two tickets have the same. It is no secret.
	Key [sha256.Size]byte
	// Issued and Expires are the ticket's, by the clock of the server that sealed
	// it, to the millisecond. They are at most 7 days apart.
	Issued, Expires time.Time
}

// Accept tells whether the early data that q asks about is to be taken, and has the
// store remember that it was.
func (s *SingleUse) Accept(now time.Time, q *events.AcceptEarlyData) bool {
	if s.Store == nil || q.Session == nil || s.Window >= 0 && !fresh(q, s.Window) {
		return false
	}
	// The secret is the ticket's alone, and the binder has proved it
	// (RFC 8446, Section 8.2).
	key, err := hkdf.Expand(sha256.New, q.Session.Secret.Bytes(), "tacitls ticket used", sha256.Size)
	if err != nil {
		return false
	}
	use := TicketUse{
		Key:     [sha256.Size]byte(key),
		Issued:  q.Session.Created,
		Expires: q.Session.Created.Add(time.Duration(q.Session.Lifetime) * time.Second),
	}
	return s.Store.Take(now, use)
}

// fresh tells whether the ages of a ticket by the client and by the server differ by
// no more than window, or the default for 0 (RFC 8446, Section 8.3).
func fresh(q *events.AcceptEarlyData, window time.Duration) bool {
	if window == 0 {
		window = defaultWindow
	}
	return (q.TicketAge - q.RealAge).Abs() <= window
}

// DefaultUses is how many tickets an OnceMemory remembers.
const DefaultUses = 100000

// OnceMemory is a [OnceStore] in memory, for one process: any number of listeners and
// servers in it. It forgets a ticket when that has expired. When it holds Max it
// takes no others until then. A process that begins anew has forgotten all, so that
// tickets from before Since are not taken.
//
// A clock that goes back harms nothing: what expires before the latest time that it
// has seen is not taken.
//
// The zero value is ready, and safe for concurrent use. It must not be copied once in
// use, and its fields may not change then.
type OnceMemory struct {
	// Max is how many tickets to remember; 0 means DefaultUses, which takes up to
	// 15 MB.
	Max int
	// Since is from when on tickets were issued that nobody can have used without
	// this memory knowing. A server whose TicketKeys are as new as the memory sets
	// the time of its start, or any before that; the zero time means that of the
	// first question. Tickets know the millisecond that they were issued in, so that
	// those of the one that Since is in the midst of are from before it.
	Since time.Time

	mu       sync.Mutex
	used     map[[sha256.Size]byte]struct{}
	byExpiry uses
	since    time.Time
	latest   time.Time // what expires before may be forgotten
}

// Take implements [OnceStore].
func (m *OnceMemory) Take(now time.Time, use TicketUse) (first bool) {
	// Tickets tell the time by the clock on the wall.
	now = now.Round(0)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.used == nil {
		m.used, m.since = map[[sha256.Size]byte]struct{}{}, m.Since
		if m.since.IsZero() {
			m.since = now
		}
	}
	if now.After(m.latest) {
		m.latest = now
	}
	for len(m.byExpiry) > 0 && m.byExpiry[0].expires.Before(m.latest) {
		delete(m.used, heap.Pop(&m.byExpiry).(usedTicket).key)
	}
	if use.Issued.Before(m.since) || use.Expires.Before(m.latest) || len(m.used) >= orDefault(m.Max, DefaultUses) {
		return false
	}
	if _, used := m.used[use.Key]; used {
		return false
	}
	m.used[use.Key] = struct{}{}
	heap.Push(&m.byExpiry, usedTicket{use.Key, use.Expires})
	return true
}

// Len is the number of tickets remembered, those that have expired since the last
// question included.
func (m *OnceMemory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.used)
}

type usedTicket struct {
	key     [sha256.Size]byte
	expires time.Time
}

// uses is a heap, the first to expire on top.
type uses []usedTicket

func (u uses) Len() int           { return len(u) }
func (u uses) Less(i, j int) bool { return u[i].expires.Before(u[j].expires) }
func (u uses) Swap(i, j int)      { u[i], u[j] = u[j], u[i] }

// Push implements [heap.Interface].
func (u *uses) Push(x any) { *u = append(*u, x.(usedTicket)) }

// Pop implements [heap.Interface].
func (u *uses) Pop() any {
	last := len(*u) - 1
	x := (*u)[last]
	*u = (*u)[:last]
	return x
}
