package answer

import (
	"container/list"
	"crypto/x509"
	"strings"
	"sync"
	"time"

	"github.com/tacitls/tacitls/events"
)

const (
	// DefaultNames is how many server names a store of sessions knows.
	DefaultNames = 128
	// DefaultPerName is how many sessions it keeps for one.
	DefaultPerName = 4
)

// Sessions is a client's store of sessions, by server name. It forgets the name
// least recently used when there are too many, and the oldest session of a name.
// With a session of at most 64 KiB, as a handshake message has by default, the
// most it holds is Names times PerName times as much; an ordinary one is a few
// KiB.
//
// The zero value is ready for use. It is safe for concurrent use, and must not
// be copied. Names and PerName may not change once in use.
type Sessions struct {
	// Names is how many server names to know; 0 means DefaultNames.
	Names int
	// PerName is how many sessions to keep for a name; 0 means DefaultPerName.
	PerName int

	mu     sync.Mutex
	byName map[string]*list.Element
	recent list.List // of *namedSessions, the most recently used first
}

type namedSessions struct {
	name     string
	sessions []*events.Session // the newest last
}

// Put keeps a session of a connection to name, which is compared without regard
// to case. The session must not be changed afterwards. Sessions with neither a
// ticket nor an identifier, and an empty name, are passed over.
func (s *Sessions) Put(name string, session *events.Session) {
	name = strings.ToLower(name)
	if name == "" || session == nil || len(session.Ticket)+len(session.SessionID) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	element, known := s.byName[name]
	if !known {
		if s.byName == nil {
			s.byName = make(map[string]*list.Element)
		}
		element = s.recent.PushFront(&namedSessions{name: name})
		s.byName[name] = element
	}
	s.recent.MoveToFront(element)
	entry := element.Value.(*namedSessions)
	entry.sessions = append(entry.sessions, session)
	if excess := len(entry.sessions) - orDefault(s.PerName, DefaultPerName); excess > 0 {
		entry.sessions = append([]*events.Session(nil), entry.sessions[excess:]...)
	}
	for s.recent.Len() > orDefault(s.Names, DefaultNames) {
		s.drop(s.recent.Back())
	}
}

// Take gives the newest session for name that has not expired at now, nor the
// certificate that the server proved or the delegated credential by whose key it did,
// and forgets it: a ticket is presented once, so that nobody can link two
// connections by it (RFC 8446, Appendix C.4). It gives nil if there is none.
func (s *Sessions) Take(now time.Time, name string) *events.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, known := s.byName[strings.ToLower(name)]
	if !known {
		return nil
	}
	s.recent.MoveToFront(element)
	entry := element.Value.(*namedSessions)
	var taken *events.Session
	for taken == nil && len(entry.sessions) > 0 {
		last := len(entry.sessions) - 1
		if session := entry.sessions[last]; !session.Expired(now) && !peerExpired(now, session) {
			taken = session
		}
		entry.sessions[last] = nil
		entry.sessions = entry.sessions[:last]
	}
	if len(entry.sessions) == 0 {
		s.drop(element)
	}
	return taken
}

// peerExpired tells whether the server's certificate, or its delegated credential, has
// run out since it was verified (RFC 9345, Section 7.4).
func peerExpired(now time.Time, session *events.Session) bool {
	if len(session.PeerChain) == 0 {
		return false
	}
	leaf, err := x509.ParseCertificate(session.PeerChain[0])
	if err != nil || now.After(leaf.NotAfter) {
		return true
	}
	return session.PeerDelegated != nil && now.After(expiry(leaf, session.PeerDelegated))
}

// Len is the number of sessions kept.
func (s *Sessions) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for element := s.recent.Front(); element != nil; element = element.Next() {
		total += len(element.Value.(*namedSessions).sessions)
	}
	return total
}

func (s *Sessions) drop(element *list.Element) {
	s.recent.Remove(element)
	delete(s.byName, element.Value.(*namedSessions).name)
}

func orDefault(value, otherwise int) int {
	if value <= 0 {
		return otherwise
	}
	return value
}
