package answer

import (
	"bytes"
	"container/list"
	"sync"
	"time"

	"github.com/tacitls/tacitls/events"
)

const (
	// DefaultCached is how many sessions a SessionCache holds.
	DefaultCached = 1024
	// maxCachedID is the length in bytes of the longest identifier
	// (RFC 5246, Section 7.4.1.2).
	maxCachedID = 32
)

// SessionCache is a server's store of sessions of TLS 1.2 by identifier, for
// clients that take no tickets. It forgets sessions that have expired, and the
// one least recently used when there are too many: the most it holds is Size
// times [MaxTicketState] bytes. It holds secrets in memory, and only there.
//
// The zero value is ready for use. It is safe for concurrent use, and must not
// be copied. Size may not change once in use.
type SessionCache struct {
	// Size is how many sessions to hold; 0 means DefaultCached.
	Size int

	mu     sync.Mutex
	byID   map[string]*list.Element
	recent list.List // of *cachedSession, the most recently used first
}

type cachedSession struct {
	id      string
	state   []byte
	expires time.Time
}

// Put keeps the state of a session under its identifier for its lifetime from
// now. It copies the state. What has no identifier, or one that is too long, or
// is larger than MaxTicketState is passed over.
func (s *SessionCache) Put(now time.Time, e *events.SessionEstablished) {
	if len(e.SessionID) == 0 || len(e.SessionID) > maxCachedID || len(e.State) > MaxTicketState {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(string(e.SessionID))
	if s.byID == nil {
		s.byID = make(map[string]*list.Element)
	}
	entry := &cachedSession{
		id: string(e.SessionID), state: bytes.Clone(e.State), expires: now.Add(time.Duration(e.Lifetime) * time.Second),
	}
	s.byID[entry.id] = s.recent.PushFront(entry)
	for s.recent.Len() > orDefault(s.Size, DefaultCached) {
		s.drop(s.recent.Back().Value.(*cachedSession).id)
	}
}

// Get gives a copy of the state of the session that goes by an identifier, or
// nil if there is none that has not expired at now.
func (s *SessionCache) Get(now time.Time, id []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, known := s.byID[string(id)]
	if !known {
		return nil
	}
	entry := element.Value.(*cachedSession)
	if now.After(entry.expires) {
		s.drop(entry.id)
		return nil
	}
	s.recent.MoveToFront(element)
	return bytes.Clone(entry.state)
}

// Forget forgets a session, as a fatal alert asks for
// (RFC 5246, Section 7.2.2).
func (s *SessionCache) Forget(id []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(string(id))
}

// Len is the number of sessions kept, those that have expired included.
func (s *SessionCache) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recent.Len()
}

func (s *SessionCache) drop(id string) {
	element, known := s.byID[id]
	if !known {
		return
	}
	clear(element.Value.(*cachedSession).state)
	s.recent.Remove(element)
	delete(s.byID, id)
}
