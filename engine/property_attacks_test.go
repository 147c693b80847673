package engine_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// attacked are the handshakes that an attacker meets, of both versions and of
// every kind.
var attacked = map[string]func(*testkit.Pair){
	"of both versions":        withALPN,
	"of TLS 1.2 by one end":   inLegacy,
	"with a retry":            retrying,
	"resumed":                 func(p *testkit.Pair) { resuming(p) },
	"with certificates":       withClientCert,
	"of TLS 1.2":              also(onlyLegacy, withALPN),
	"of TLS 1.2 by CBC":       legacyCBC,
	"of TLS 1.2 by RSA":       legacyRSA,
	"of TLS 1.2 and stapled":  legacyStapled,
	"of TLS 1.2, resumed":     resumingLegacy,
	"of TLS 1.2 with request": also(onlyLegacy, withClientRequest),
	"with a false start":      startingFalsely,
	"with short records":      limiting,
	"by DHE":                  with(dheSuite, withClientCert),
	"by RSA key transport":    with(rsaSuite),
	"by a pre-shared key":     with(pskSuite, func(p *testkit.Pair) { p.Server.PSKHint = []byte("hint") }),
	"by ECDHE_PSK":            with(ecdhePSKSuite),
}

// sight is a message as an attacker sees it: the nth that an end sends in clear.
type sight struct {
	from events.Role
	raw  []byte
}

// attackedBy has an attacker see every message in clear and pass on what pass
// makes of it, in the place of the nth.
func attackedBy(change func(*testkit.Pair), pass func(nth int, s sight) [][]byte) *forge.Link {
	pair := small("attacked")
	bothVersions(pair)
	change(pair)
	l := forge.NewBlind(pair)
	nth := 0
	for _, from := range []events.Role{events.Client, events.Server} {
		for kind := range allKinds {
			l.OnEvery(from, kind, func(w *forge.Wire, raw []byte) {
				nth++
				w.Raw(pass(nth-1, sight{from, slices.Clone(raw)})...)
			})
		}
	}
	l.Handshake()
	return settled(l)
}

// sights are all messages in clear of a handshake.
func sights(change func(*testkit.Pair)) []sight {
	var all []sight
	attackedBy(change, func(_ int, s sight) [][]byte {
		all = append(all, s)
		return [][]byte{s.raw}
	})
	return all
}

// A message in clear that does not arrive, arrives twice or after the next one
// keeps both ends from completing.
func TestNoMessageInClearCanBeLeftOutRepeatedOrDelayed(t *testing.T) {
	for name, change := range attacked {
		for at, s := range sights(change) {
			kind := messages.HandshakeType(s.raw[0])
			var held []byte
			for how, instead := range map[string]func(nth int, raw []byte) [][]byte{
				"left out": func(nth int, raw []byte) [][]byte {
					if nth == at {
						return nil
					}
					return [][]byte{raw}
				},
				"repeated": func(nth int, raw []byte) [][]byte {
					if nth == at {
						return [][]byte{raw, raw}
					}
					return [][]byte{raw}
				},
				"delayed": func(nth int, raw []byte) [][]byte {
					switch nth {
					case at:
						held = raw
						return nil
					case at + 1:
						return [][]byte{raw, held}
					}
					return [][]byte{raw}
				},
			} {
				l := attackedBy(change, func(nth int, s sight) [][]byte { return instead(nth, s.raw) })
				if l.Client.Engine.Completed() && l.Server.Engine.Completed() {
					t.Errorf("a handshake %s completes with its %v %s", name, kind, how)
				}
				if l.Client.Err == nil && l.Server.Err == nil {
					t.Errorf("a handshake %s with its %v %s is refused by nobody", name, kind, how)
				}
			}
		}
	}
}

// An extension that is taken out of a hello keeps both ends from completing,
// whether anybody needs it or not.
func TestNoExtensionInClearCanBeTakenAway(t *testing.T) {
	for name, change := range attacked {
		for at, s := range sights(change) {
			for _, extension := range listed(s.raw) {
				l := attackedBy(change, func(nth int, s sight) [][]byte {
					if nth != at {
						return [][]byte{s.raw}
					}
					return [][]byte{withExtensions(s.raw, func(x *messages.Extensions) { x.Remove(extension) })}
				})
				if l.Client.Engine.Completed() || l.Server.Engine.Completed() {
					t.Errorf("a handshake %s completes without %v of the %v's hello", name, extension, s.from)
				}
				for _, end := range []*forge.End{l.Client, l.Server} {
					if end.Err == nil || end.Err.Ours {
						t.Errorf("a handshake %s without %v of the %v's hello: the %v says %v", name, extension, s.from, end.Role, end.Err)
					}
				}
			}
		}
	}
}

// listed are the extensions of a hello.
func listed(raw []byte) []messages.ExtensionType {
	var all []messages.ExtensionType
	switch messages.HandshakeType(raw[0]) {
	case messages.TypeClientHello, messages.TypeServerHello:
		withExtensions(raw, func(x *messages.Extensions) {
			for _, e := range x.List {
				all = append(all, e.Type)
			}
		})
	}
	return all
}

// Whatever an attacker makes of the messages in clear, both ends never complete
// with different views of the connection, and never unless every message has
// arrived as it was sent.
func TestNoEditOfMessagesInClearDividesTheViews(t *testing.T) {
	for name, change := range attacked {
		all := sights(change)
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) { editSome(t, change, len(all)) }))
	}
}

func editSome(t *rapid.T, change func(*testkit.Pair), count int) {
	edits := rapid.MapOfN(rapid.IntRange(0, count-1), edited(), 1, 3).Draw(t, "edits")
	intact := true
	l := attackedBy(change, func(nth int, s sight) [][]byte {
		edit, found := edits[nth]
		if !found {
			return [][]byte{s.raw}
		}
		changed := edit.apply(s.raw)
		intact = intact && len(changed) == 1 && bytes.Equal(changed[0], s.raw)
		return changed
	})
	if err := agree(l); err != nil {
		t.Fatalf("both complete, and %v", err)
	}
	if !intact && l.Client.Engine.Completed() && l.Server.Engine.Completed() {
		t.Fatalf("both complete in spite of %+v", edits)
	}
	for _, end := range []*forge.End{l.Client, l.Server} {
		if end.Err != nil && end.Err.Refusal.Name == "internal_error" {
			t.Fatalf("the %v blames itself: %v", end.Role, end.Err)
		}
	}
}

// edit is what an attacker does to a message: some bytes at a place are taken
// out and others put in, or the whole message is left out or sent twice.
type edit struct {
	At, Out int // in thousandths of the message, and in bytes
	In      []byte
	Times   int
}

func edited() *rapid.Generator[edit] {
	return rapid.Custom(func(t *rapid.T) edit {
		return edit{
			At:    rapid.IntRange(0, 999).Draw(t, "at"),
			Out:   rapid.IntRange(0, 4).Draw(t, "out"),
			In:    rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "in"),
			Times: rapid.SampledFrom([]int{1, 1, 1, 1, 1, 1, 0, 2}).Draw(t, "times"),
		}
	})
}

// apply gives the messages that arrive, whose length is what the header says.
func (e edit) apply(raw []byte) [][]byte {
	const header = messages.HandshakeHeaderLen
	body := raw[header:]
	at := e.At * len(body) / 1000
	body = slices.Concat(body[:at], e.In, body[min(len(body), at+e.Out):])
	changed := append(slices.Clone(raw[:header]), body...)
	changed[1], changed[2], changed[3] = byte(len(body)>>16), byte(len(body)>>8), byte(len(body))
	return slices.Repeat([][]byte{changed}, e.Times)
}
