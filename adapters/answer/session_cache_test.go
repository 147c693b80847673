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

func established(id, state string, lifetime uint32) *events.SessionEstablished {
	return &events.SessionEstablished{SessionID: []byte(id), State: []byte(state), Lifetime: lifetime}
}

func wantCached(t *testing.T, why string, got []byte, want string) {
	t.Helper()
	if string(got) != want {
		t.Errorf("%s: got %q, want %q", why, got, want)
	}
}

func TestACachedSessionIsFoundUntilItExpires(t *testing.T) {
	var s answer.SessionCache
	wantCached(t, "an empty cache", s.Get(testkit.Now, []byte("a")), "")
	e := established("a", "state", 100)
	s.Put(testkit.Now, e)
	e.State[0] = 'x'
	wantCached(t, "a copy is kept", s.Get(testkit.Now, []byte("a")), "state")
	s.Get(testkit.Now, []byte("a"))[0] = 'x'
	wantCached(t, "a copy is given, again and again", s.Get(testkit.Now.Add(100*time.Second), []byte("a")), "state")
	s.Put(testkit.Now, established("a", "other", 100))
	wantCached(t, "the newer", s.Get(testkit.Now, []byte("a")), "other")
	wantCached(t, "after its lifetime", s.Get(testkit.Now.Add(101*time.Second), []byte("a")), "")
	if s.Len() != 0 {
		t.Errorf("%d sessions are left", s.Len())
	}
}

// covers 5246/7.2/1 5246/7.2.2/1 5246/7.2.2/2
func TestACachedSessionCanBeForgotten(t *testing.T) {
	var s answer.SessionCache
	s.Put(testkit.Now, established("a", "state", 100))
	s.Forget([]byte("b"))
	s.Forget([]byte("a"))
	wantCached(t, "forgotten", s.Get(testkit.Now, []byte("a")), "")
}

func TestACacheIsBounded(t *testing.T) {
	s := answer.SessionCache{Size: 2}
	for _, id := range []string{"a", "b"} {
		s.Put(testkit.Now, established(id, id, 100))
	}
	s.Get(testkit.Now, []byte("a"))
	s.Put(testkit.Now, established("c", "c", 100))
	wantCached(t, "the one least recently used", s.Get(testkit.Now, []byte("b")), "")
	wantCached(t, "one used since", s.Get(testkit.Now, []byte("a")), "a")
	s.Put(testkit.Now, established("", "state", 100))
	s.Put(testkit.Now, established("an identifier of more than 32 bytes", "state", 100))
	s.Put(testkit.Now, established("d", string(make([]byte, answer.MaxTicketState+1)), 100))
	if s.Len() != 2 {
		t.Errorf("%d sessions are kept, want 2", s.Len())
	}
}

func TestACacheServesManyAtOnce(t *testing.T) {
	s := answer.SessionCache{Size: 8}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range 200 {
				id := fmt.Sprint(i % 16)
				s.Put(testkit.Now, established(id, id, 100))
				if got := s.Get(testkit.Now, []byte(id)); got != nil && string(got) != id {
					t.Errorf("worker %d: %q under %q", worker, got, id)
				}
				s.Forget([]byte(id))
			}
		}()
	}
	all.Wait()
	if s.Len() != 0 {
		t.Errorf("%d sessions are left", s.Len())
	}
}
