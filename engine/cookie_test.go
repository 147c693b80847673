package engine_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// always has a server send a cookie to every client.
func always(p *testkit.Pair) { p.Server.Cookies = engine.CookiesAlways }

// visitCookies visits every kind of handshake with a cookie.
func visitCookies(rested map[place]*engine.Engine) {
	for _, configure := range []func(p *testkit.Pair){
		always, retrying,
		func(p *testkit.Pair) { retrying(p); p.Server.Cookies = engine.CookiesOnRetry },
		func(p *testkit.Pair) { p.Server.NoTickets, p.Server.ChooseConfig = true, true; always(p) },
	} {
		pair := small("cookie")
		configure(pair)
		visit(pair, rested)
	}
}

// rewriteCookie opens cookies to a state with two bytes of it replaced.
func rewriteCookie(at int, first, second byte) func(events.Question) events.Answer {
	return func(q events.Question) events.Answer {
		open, ok := q.(*events.OpenCookie)
		if !ok {
			return nil
		}
		state := slices.Clone(open.Cookie[len("cookie"):])
		state[at], state[at+1] = first, second
		return open.Reply(state)
	}
}

// cookieOffences are those of cookies.
func cookieOffences() []offence {
	return []offence{
		{
			sentence: "a cookie was changed", refusal: "bad_cookie", by: events.Server, pair: always,
			forge: secondHello(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.Cookie{Cookie: []byte("cookie of another kitchen")})
			}),
		},
		{
			sentence: "a cookie is of no key of the server's", refusal: "bad_cookie", by: events.Server,
			pair: func(p *testkit.Pair) {
				always(p)
				p.ServerAnswers.Override = func(q events.Question) events.Answer {
					if open, ok := q.(*events.OpenCookie); ok {
						return open.None()
					}
					return nil
				}
			},
		},
		{
			sentence: "a cookie names a suite that is no more there", refusal: "bad_cookie", by: events.Server,
			pair: func(p *testkit.Pair) {
				always(p)
				p.ServerAnswers.Override = rewriteCookie(2, 0x13, 0x05)
			},
		},
		{
			sentence: "a cookie names a group that nobody knows", refusal: "bad_cookie", by: events.Server,
			pair: func(p *testkit.Pair) {
				retrying(p)
				p.Server.Cookies = engine.CookiesOnRetry
				p.ServerAnswers.Override = rewriteCookie(4, 0x0a, 0x02)
			},
			forge: secondHello(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.KeyShareOffer{Shares: []messages.KeyShareEntry{{Group: 0x0a02, KeyExchange: []byte{1}}}})
			}),
		},
		{
			sentence: "a cookie names a group that the config no longer has", refusal: "bad_cookie", by: events.Server,
			pair: func(p *testkit.Pair) {
				retrying(p)
				p.Server.Cookies, p.Server.Groups = engine.CookiesOnRetry, []messages.Group{messages.Secp256r1}
				p.ServerAnswers.Override = rewriteCookie(4, 0, byte(messages.X25519))
			},
		},
		{
			sentence: "a second ClientHello does not bring the cookie back", refusal: "missing_extension", by: events.Server,
			pair: always, forge: secondHello(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionCookie) }),
		},
		{
			sentence: "a second ClientHello has another random than the cookie's", refusal: "retried_hello_changed", by: events.Server,
			pair: always, forge: secondHello(func(m *messages.ClientHello) { m.Random[0] ^= 1 }),
		},
		{
			sentence: "a second ClientHello has other shares though none were asked for", refusal: "retried_hello_changed", by: events.Server,
			pair: always, forge: secondHello(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.KeyShareOffer{
					Shares: []messages.KeyShareEntry{{Group: messages.X25519, KeyExchange: slices.Repeat([]byte{9}, 32)}},
				})
			}),
		},
		{
			sentence: "a second ClientHello offers a pre-shared key more", refusal: "retried_hello_changed", by: events.Server,
			pair: func(p *testkit.Pair) {
				*p = *keyed("more keys")
				always(p)
			},
			forge: secondHello(func(m *messages.ClientHello) {
				var psk messages.PreSharedKeyOffer
				_, _ = m.Extensions.Get(&psk)
				psk.Identities[0].Identity = []byte("a new one")
				forge.Set(&m.Extensions, &psk)
			}),
		},
		{
			sentence: "a server seals an empty cookie", refusal: "bad_answer", by: events.Server,
			pair: func(p *testkit.Pair) {
				always(p)
				p.ServerAnswers.Override = func(q events.Question) events.Answer {
					if seal, ok := q.(*events.SealCookie); ok {
						return seal.Reply(nil)
					}
					return nil
				}
			},
		},
	}
}

// Whoever has the second ClientHello alone goes on as if it had read the first: the
// secrets are the same.
//
// covers 8446/4.2.2/3
func TestAServerThatHasHeardNothingGoesOnFromACookie(t *testing.T) {
	for _, version := range []engine.Cookies{engine.CookiesOnRetry, engine.CookiesAlways} {
		pair := small("cookie, another server")
		retrying(pair)
		pair.Server.Cookies = version
		p := pair.Join()
		_ = p.Do(events.Client, (*engine.Engine).Start)
		p.Step(events.Server)
		if got := p.Server.Engine.State(); got != "waitCookie" {
			t.Fatalf("the server is in %s", got)
		}
		p.Step(events.Client)
		if p.Server.Inbox[0] != 20 {
			t.Fatalf("a record of type %d comes first", p.Server.Inbox[0])
		}
		another, err := engine.NewServer(&pair.Server)
		if err != nil {
			t.Fatal(err)
		}
		p.Server.Engine = another
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		ours, err := p.Client.Engine.Export("cookie", nil, 32)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := another.Export("cookie", nil, 32)
		if err != nil || !slices.Equal(ours, theirs) {
			t.Errorf("%v: the ends export %x and %x, %v", version, ours, theirs, err)
		}
		if !another.Connection().Retried {
			t.Error("the server does not tell that it retried")
		}
	}
}

// A server without cookies has no use for change_cipher_spec before a hello, and one
// with them bears a bounded number.
func TestChangeCipherSpecComesFirstToStatelessServersAlone(t *testing.T) {
	record := []byte{20, 3, 3, 0, 1, 1}
	for cookies, refusal := range map[engine.Cookies]string{
		engine.NoCookies: "bad_change_cipher_spec", engine.CookiesOnRetry: "too_many_empty_records",
	} {
		pair := small("early change_cipher_spec")
		pair.Server.Cookies = cookies
		p := pair.Join()
		p.Server.Inbox = slices.Repeat(record, 1000)
		p.Step(events.Server)
		fatal, _ := p.Server.Engine.Err().(*engine.Error)
		if fatal == nil || fatal.Refusal.Name != refusal {
			t.Errorf("%v: %v", cookies, p.Server.Engine.Err())
		}
	}
}
