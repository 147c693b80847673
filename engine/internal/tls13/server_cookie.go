package tls13

import (
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/wire"
	"github.com/tacitls/tacitls/secrets"
)

// A server that puts what it would remember into the cookie of its
// HelloRetryRequest remembers nothing: the second ClientHello may as well come to
// another engine, as its first message (RFC 8446, Section 4.2.2).

// MaxCookieAge is how long after its HelloRetryRequest a cookie serves, in seconds.
const MaxCookieAge = 120

// cookieState is what a cookie has in it: with what was fixed, the hash of the
// first ClientHello, with which the transcript begins (RFC 8446, Section 4.4.1).
type cookieState struct {
	retried
	sum []byte
}

// cookieFormat changes with the layout. It is none that a session has, so that no
// ticket passes for a cookie under the same keys.
const cookieFormat = 0xc001

func (s *cookieState) layout(c *wire.Codec) {
	format := uint16(cookieFormat)
	wire.U16(c, &format)
	if format != cookieFormat {
		c.Fail(events.ErrSession)
		return
	}
	wire.U16(c, &s.suite)
	wire.U16(c, &s.group)
	milliseconds := uint64(s.sent.UnixMilli())
	wire.U64(c, &milliseconds)
	if c.Reading() {
		s.sent = time.UnixMilli(int64(milliseconds))
	}
	for i := range s.fields {
		c.Fixed(s.fields[i][:])
	}
	c.Opaque8(1, secrets.MaxSecretLen, &s.sum)
	c.Vector16(0, maxRetriedIdentities*identityDigest, func() {
		wire.List(c, &s.identities, func(c *wire.Codec, digest *[identityDigest]byte) { c.Fixed(digest[:]) })
	})
}

// askSealCookie has the state of a retry sealed into a cookie.
func askSealCookie(hs *handshake.Context, c choice, r *retried) (fsm.State, error) {
	state := cookieState{retried: *r, sum: hs.Transcript.SumWith(c.suite.Hash, nil, c.hello.Raw)}
	var w wire.Codec
	w.StartWriting(nil)
	state.layout(&w)
	content, err := w.Finish()
	if err != nil {
		return nil, refuse.Internal.Because(err)
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.SealCookie{Asked: id, Hello: c.hello.Info, State: content}
	})
	return &awaitSealedCookie{c.hello, r}, nil
}

// takeSealedCookie sends the HelloRetryRequest, and remembers nothing.
func takeSealedCookie(hs *handshake.Context, s *awaitSealedCookie, answer *events.CookieSealed) (fsm.State, error) {
	if len(answer.Cookie) == 0 || len(answer.Cookie) > events.MaxCookie {
		return nil, refuse.BadAnswer.With("a cookie of %d bytes", len(answer.Cookie))
	}
	m, err := s.message(hs, s.hello, answer.Cookie)
	if err != nil {
		return nil, err
	}
	if err := hs.SendUnrecorded(m); err != nil {
		return nil, err
	}
	endRetry(hs, s.hello)
	return &waitCookie{}, nil
}

// readCookie takes the second ClientHello of a client of which nothing is
// remembered, on the connection that the first came on.
func readCookie(hs *handshake.Context, _ *waitCookie, m *messages.ClientHello) (fsm.State, error) {
	hello, err := handshake.ReadHello(hs, m)
	if err != nil {
		return nil, err
	}
	if err := checkHello(hs, hello); err != nil {
		return nil, err
	}
	return askOpenCookie(hs, hello)
}

func askOpenCookie(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	var cookie messages.Cookie
	if err := hs.Need(&hello.Message.Extensions, &cookie); err != nil {
		return nil, err
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.OpenCookie{Asked: id, Hello: hello.Info, Cookie: cookie.Cookie}
	})
	return &awaitOpenedCookie{hello, cookie.Cookie}, nil
}

// takeOpenedCookie goes on where the HelloRetryRequest left off, which the
// transcript begins with.
func takeOpenedCookie(hs *handshake.Context, s *awaitOpenedCookie, answer *events.CookieOpened) (fsm.State, error) {
	state, err := parseCookie(hs, answer.State)
	if err != nil {
		return nil, err
	}
	suite, known := secrets.LookupSuite(state.suite)
	if !known || !slices.Contains(hs.Policy.Suites13, state.suite) || len(state.sum) != suite.Hash.Size() {
		return nil, refuse.BadCookie.With("the suite %v serves no more", state.suite)
	}
	if state.group != 0 && !slices.Contains(hs.Policy.Groups, state.group) {
		return nil, refuse.BadCookie.With("the group %v serves no more", state.group)
	}
	m, err := state.message(hs, s.hello, s.cookie)
	if err != nil {
		return nil, err
	}
	raw, err := hs.Marshal(m)
	if err != nil {
		return nil, err
	}
	hs.Transcript.Use(suite.Hash)
	hs.Transcript.RestartFrom(state.sum)
	hs.Transcript.Add(raw)
	hs.Connection.Retried = true
	return acceptRetried(hs, s.hello, &state.retried)
}

// parseCookie reads what a cookie opened to. What is no state of ours, or is too
// old, came from the client that sends it.
func parseCookie(hs *handshake.Context, content []byte) (*cookieState, error) {
	if len(content) == 0 {
		return nil, refuse.BadCookie.With("it does not open")
	}
	state := new(cookieState)
	var r wire.Codec
	r.StartReading(slices.Clone(content))
	state.layout(&r)
	if _, err := r.Finish(); err != nil {
		return nil, refuse.BadCookie.With("it opens to %d bytes that are no state", len(content))
	}
	if age := hs.Now.Sub(state.sent); age.Abs() > MaxCookieAge*time.Second {
		return nil, refuse.BadCookie.With("it is %v old", age)
	}
	return state, nil
}
