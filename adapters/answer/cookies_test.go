package answer_test

import (
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/secrets"
)

func TestCookiesAreSealedAndOpened(t *testing.T) {
	for what, tc := range map[string]struct {
		keys    *answer.TicketKeys
		refusal string
	}{
		"keys":    {&answer.TicketKeys{}, ""},
		"no keys": {nil, "answer_refused"},
	} {
		pair := testkit.NewPair("cookies, " + what)
		pair.Server.Cookies = engine.CookiesAlways
		server := &answer.Server{Cookies: tc.keys}
		pair.ServerAnswers.Override = func(q events.Question) events.Answer {
			switch q.(type) {
			case *events.SealCookie, *events.OpenCookie:
				return server.Answer(testkit.Now, q)
			}
			return nil
		}
		p := pair.Join()
		_ = p.Handshake()
		var got string
		if fatal, ok := p.Server.Engine.Err().(*engine.Error); ok {
			got = fatal.Refusal.Name
		}
		if got != tc.refusal || p.Client.Engine.Completed() != (tc.refusal == "") {
			t.Errorf("%s: %q, %v", what, got, p.Client.Err)
		}
	}
}

// Cookies and tickets may share their keys: what one has sealed is nothing to the
// other.
func TestATicketPassesForNoCookie(t *testing.T) {
	keys := &answer.TicketKeys{}
	secret, _ := secrets.NewSecret(make([]byte, 32))
	state, err := (&events.Session{Secret: secret, Created: testkit.Now}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := keys.Seal(testkit.Now, time.Hour, state)
	if err != nil {
		t.Fatal(err)
	}
	pair := testkit.NewPair("a ticket for a cookie")
	pair.Server.Cookies = engine.CookiesAlways
	server := &answer.Server{Cookies: keys}
	pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		switch q := q.(type) {
		case *events.SealCookie:
			return q.Reply(ticket)
		case *events.OpenCookie:
			return server.Answer(testkit.Now, q)
		}
		return nil
	}
	p := pair.Join()
	_ = p.Handshake()
	if fatal, ok := p.Server.Engine.Err().(*engine.Error); !ok || fatal.Refusal.Name != "bad_cookie" {
		t.Errorf("the server has %v", p.Server.Engine.Err())
	}
}

// None opens what was not sealed.
func TestACookieOfNobodysDoesNotOpen(t *testing.T) {
	server := &answer.Server{Cookies: &answer.TicketKeys{}}
	opened, ok := server.Answer(testkit.Now, &events.OpenCookie{Cookie: make([]byte, 100)}).(*events.CookieOpened)
	if !ok || len(opened.State) > 0 {
		t.Errorf("it opens to %v", opened)
	}
}
