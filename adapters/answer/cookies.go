package answer

import (
	"errors"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// cookieLifetime is how long the keys of cookies open them at the least. The engine
// has a bound of its own, below this one (RFC 8446, Section 4.2.2).
const cookieLifetime = 5 * time.Minute

var errNoCookies = errors.New("no keys for cookies")

func (s *Server) sealCookie(now time.Time, q *events.SealCookie) events.Answer {
	if s.Cookies == nil {
		return q.Refuse(messages.AlertInternalError, errNoCookies)
	}
	cookie, err := s.Cookies.Seal(now, cookieLifetime, q.State)
	if err != nil {
		return q.Refuse(messages.AlertInternalError, err)
	}
	return q.Reply(cookie)
}

func (s *Server) openCookie(now time.Time, q *events.OpenCookie) events.Answer {
	if s.Cookies == nil {
		return q.None()
	}
	state, ok := s.Cookies.Open(now, q.Cookie)
	if !ok {
		return q.None()
	}
	return q.Reply(state)
}
