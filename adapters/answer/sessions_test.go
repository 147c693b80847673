package answer_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

func session(ticket string, lifetime uint32) *events.Session {
	return &events.Session{Ticket: []byte(ticket), Created: testkit.Now, Lifetime: lifetime}
}

func wantSession(t *testing.T, why string, got *events.Session, want string) {
	t.Helper()
	ticket := ""
	if got != nil {
		ticket = string(got.Ticket)
	}
	if ticket != want {
		t.Errorf("%s: got %q, want %q", why, ticket, want)
	}
}

func TestASessionIsTakenOnceNewestFirst(t *testing.T) {
	var s answer.Sessions
	wantSession(t, "an empty store", s.Take(testkit.Now, "a"), "")
	s.Put("a", session("1", 100))
	s.Put("A", session("2", 100))
	s.Put("b", session("3", 100))
	wantSession(t, "the newest", s.Take(testkit.Now, "a"), "2")
	wantSession(t, "then the older", s.Take(testkit.Now, "A"), "1")
	wantSession(t, "then none", s.Take(testkit.Now, "a"), "")
	wantSession(t, "another name", s.Take(testkit.Now, "b"), "3")
	if s.Len() != 0 {
		t.Errorf("%d sessions are left", s.Len())
	}
}

func TestExpiredSessionsAreForgotten(t *testing.T) {
	var s answer.Sessions
	s.Put("a", session("long", 100))
	s.Put("a", session("short", 10))
	wantSession(t, "the one that has not expired", s.Take(testkit.Now.Add(50*time.Second), "a"), "long")
	if s.Len() != 0 {
		t.Errorf("%d sessions are left", s.Len())
	}
}

// covers 8446/4.6.1/5
func TestNoSessionIsGivenAfterSevenDays(t *testing.T) {
	var s answer.Sessions
	s.Put("a", session("for ever", 1<<31))
	wantSession(t, "after more than a week", s.Take(testkit.Now.Add(7*24*time.Hour+time.Second), "a"), "")
	if s.Len() != 0 {
		t.Error("it is kept all the same")
	}
}

func TestTheStoreIsBounded(t *testing.T) {
	s := answer.Sessions{Names: 2, PerName: 2}
	for i := range 5 {
		s.Put("a", session(fmt.Sprint(i), 100))
	}
	s.Put("b", session("b", 100))
	if s.Len() != 3 {
		t.Errorf("%d sessions are kept, want 2 of a and 1 of b", s.Len())
	}
	wantSession(t, "the newest of a", s.Take(testkit.Now, "a"), "4")
	s.Put("c", session("c", 100))
	wantSession(t, "b was used least recently", s.Take(testkit.Now, "b"), "")
	wantSession(t, "a is there", s.Take(testkit.Now, "a"), "3")
}

func TestWhatCannotBeResumedIsNotKept(t *testing.T) {
	var s answer.Sessions
	s.Put("", session("x", 100))
	s.Put("a", nil)
	s.Put("a", &events.Session{Created: testkit.Now, Lifetime: 100})
	if s.Len() != 0 {
		t.Errorf("%d sessions are kept", s.Len())
	}
}

func TestClientsKeepSessionsIfTheyHaveAStore(t *testing.T) {
	var keeper answer.SessionKeeper = &answer.Client{}
	keeper.KeepSession("a", session("1", 100))
	wantSession(t, "no store", keeper.TakeSession(testkit.Now, "a"), "")
	keeper = &answer.Client{Sessions: &answer.Sessions{}}
	keeper.KeepSession("a", session("1", 100))
	wantSession(t, "a store", keeper.TakeSession(testkit.Now, "a"), "1")
}

func TestTheStoreServesManyAtOnce(t *testing.T) {
	s := answer.Sessions{Names: 3}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				s.Put(fmt.Sprint(j%5), session("x", 100))
				s.Take(testkit.Now, fmt.Sprint((i+j)%5))
			}
		})
	}
	all.Wait()
}
