package engine_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// sending is a message of a handshake: the nth of its kind from an end.
type sending struct {
	from events.Role
	kind messages.HandshakeType
	nth  int
	size int
}

// kindsOfHandshakes are pairs that between them send every message.
var kindsOfHandshakes = map[string]func(*testkit.Pair){
	"full":               func(*testkit.Pair) {},
	"client certificate": withClientCert,
	"retry":              retrying,
	"resumption":         resuming,
}

// kindsInTLS12 do so in TLS 1.2, with every key exchange, and again in a
// renegotiation.
var kindsInTLS12 = func() map[string]func(*testkit.Pair) {
	kinds := map[string]func(*testkit.Pair){
		"TLS 1.2": func(p *testkit.Pair) {
			inLegacy(p)
			p.Client.RequestOCSP = true
			p.ServerAnswers.Override = stapling(p.ServerAnswers.Identity)
		},
		"TLS 1.2 with a client certificate": withLegacyClientCert,
		"TLS 1.2 resumed":                   resumingLegacy,
	}
	for _, suite := range slices.Concat(certifiedSuites, pskSuites) {
		kinds[suite.String()] = func(p *testkit.Pair) { *p = *agreeingOn(suite)("sendings") }
	}
	return kinds
}()

// kindsOfBoth are all of them.
func kindsOfBoth() map[string]func(*testkit.Pair) {
	all := maps.Clone(kindsOfHandshakes)
	maps.Copy(all, kindsInTLS12)
	return all
}

// sendings are all messages of a handshake of a pair.
func sendings(change func(*testkit.Pair)) []sending {
	pair := small("sendings")
	change(pair)
	pair.Client.Trace, pair.Server.Trace = true, true
	pair.Client.ALPN, pair.Server.ALPN = []string{"h2"}, []string{"h2"}
	p := pair.Join()
	var all []sending
	count := map[sending]int{}
	p.Observe = func(from events.Role, e events.Event) {
		if sent, ok := e.(*events.MessageSent); ok {
			key := sending{from: from, kind: sent.Type}
			count[key]++
			all = append(all, sending{from, sent.Type, count[key], len(sent.Raw)})
		}
	}
	_ = p.Handshake()
	renegotiate(p, events.Server)
	_ = p.Run()
	return all
}

// spoil runs a handshake of which one message arrives spoilt, under the right
// keys and with all that follows mended.
func spoil(t interface {
	Fatalf(string, ...any)
}, change func(*testkit.Pair), s sending, do func(w *forge.Wire, raw []byte)) *forge.Link {
	pair := small("sendings")
	change(pair)
	pair.Client.ALPN, pair.Server.ALPN = []string{"h2"}, []string{"h2"}
	l := forge.New(pair)
	l.OnNth(s.from, s.kind, s.nth, do)
	l.Handshake()
	_ = l.Do(events.Server, (*engine.Engine).Renegotiate)
	l.Run()
	_ = l.Do(events.Client, (*engine.Engine).CloseWrite)
	l.Run()
	if !l.Walked() {
		t.Fatalf("the %v sent no %v", s.from, s.kind)
	}
	return l
}

// covers 8446/6/5
func TestAMessageCutShortIsRefused(t *testing.T) {
	for name, change := range kindsOfBoth() {
		for _, s := range sendings(change) {
			cuts := []int{1, 2, (s.size - 4) / 2, s.size - 4}
			if _, legacy := kindsInTLS12[name]; legacy {
				// There messages may be empty, and hellos without extensions.
				cuts = cuts[:min(1, s.size-messages.HandshakeHeaderLen)]
			}
			for _, cut := range cuts {
				l := spoil(t, change, s, func(w *forge.Wire, raw []byte) {
					shorter := slices.Clone(raw[:len(raw)-cut])
					size := len(shorter) - messages.HandshakeHeaderLen
					shorter[1], shorter[2], shorter[3] = byte(size>>16), byte(size>>8), byte(size)
					w.Raw(shorter)
				})
				refuser := l.End(s.from.Peer())
				if refuser.Err == nil || refuser.Err.Received ||
					!slices.Contains([]string{"malformed_message", "bad_finished"}, refuser.Err.Refusal.Name) {
					t.Errorf("%s: %v without its last %d bytes: %v", name, s.kind, cut, refuser.Err)
				}
			}
		}
	}
}

// covers 8446/6/5
func TestAnExtensionCutShortOrTooLongIsRefused(t *testing.T) {
	for name, change := range kindsOfHandshakes {
		for _, s := range sendings(change) {
			for index := range extensionsOf(t, change, s) {
				for _, longer := range []bool{false, true} {
					l := spoil(t, change, s, func(w *forge.Wire, raw []byte) {
						w.Raw(withExtensions(raw, func(x *messages.Extensions) {
							list := slices.Clone(x.List)
							data := slices.Clone(list[index].Data)
							switch {
							case longer:
								data = append(data, 0)
							case len(data) > 0:
								data = data[:len(data)-1]
							}
							list[index].Data = data
							x.List = list
						}))
					})
					kind := extensionsOf(t, change, s)[index]
					if !longer && kind.size == 0 {
						continue // it was left as it is
					}
					refuser := l.End(s.from.Peer())
					want := "malformed_extension"
					if name == "retry" && kind.kind == messages.ExtensionPSKModes && s.nth == 2 {
						continue // it differs from the first
					}
					if refuser.Err == nil || refuser.Err.Refusal.Name != want {
						t.Errorf("%s: %v with a broken %v (longer %t): %v", name, s.kind, kind.kind, longer, refuser.Err)
					}
				}
			}
		}
	}
}

type extension struct {
	kind messages.ExtensionType
	size int
}

// extensionsOf lists the extensions of a message.
func extensionsOf(t *testing.T, change func(*testkit.Pair), s sending) []extension {
	t.Helper()
	var list []extension
	spoil(t, change, s, func(w *forge.Wire, raw []byte) {
		withExtensions(raw, func(x *messages.Extensions) {
			for _, e := range x.List {
				list = append(list, extension{e.Type, len(e.Data)})
			}
		})
		w.Raw(raw)
	})
	return list
}

// withExtensions changes the extensions of the messages that have some.
func withExtensions(raw []byte, change func(x *messages.Extensions)) []byte {
	switch messages.HandshakeType(raw[0]) {
	case messages.TypeClientHello:
		m := forge.Decode[messages.ClientHello](raw)
		change(&m.Extensions)
		return forge.Encode(m)
	case messages.TypeServerHello:
		m := forge.Decode[messages.ServerHello](raw)
		change(&m.Extensions)
		return forge.Encode(m)
	case messages.TypeEncryptedExtensions:
		m := forge.Decode[messages.EncryptedExtensions](raw)
		change(&m.Extensions)
		return forge.Encode(m)
	case messages.TypeCertificateRequest:
		m := forge.Decode[messages.CertificateRequest13](raw)
		change(&m.Extensions)
		return forge.Encode(m)
	}
	return raw
}

// A change of any byte of any message, under the right keys, ends in a refusal
// that the other end is told of, or in a handshake that completes: never in
// silence, and never in a bug.
func TestAChangedMessageIsTakenOrRefusedByName(t *testing.T) {
	all, kinds := map[string][]sending{}, kindsOfBoth()
	for name, change := range kinds {
		all[name] = slices.DeleteFunc(sendings(change), func(s sending) bool { return s.size == messages.HandshakeHeaderLen })
	}
	names := slices.Sorted(maps.Keys(kinds))
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "handshake")
		s := rapid.SampledFrom(all[name]).Draw(t, "message")
		at := rapid.IntRange(messages.HandshakeHeaderLen, s.size-1).Draw(t, "at")
		xor := rapid.ByteMin(1).Draw(t, "xor")
		l := spoil(t, kinds[name], s, func(w *forge.Wire, raw []byte) {
			changed := slices.Clone(raw)
			changed[at] ^= xor
			w.Raw(changed)
		})
		refuser := l.End(s.from.Peer())
		if refuser.Err == nil {
			return
		}
		if refuser.Err.Ours && refuser.Err.Refusal.Name != "no_mutual_scheme" && refuser.Err.Refusal.Name != "no_credential" {
			t.Fatalf("%s: %v changed at %d: %v", name, s.kind, at, refuser.Err)
		}
		if other := l.End(s.from); other.Err == nil || !other.Err.Received && other.Engine.State() != "failed" {
			t.Fatalf("%s: %v changed at %d: %v, and the other end is not told: %v", name, s.kind, at, refuser.Err, other.Engine)
		}
	})
}

// short is entropy that ends after some bytes.
type short struct{ left int }

func (s *short) Read(b []byte) (int, error) {
	n := min(len(b), s.left)
	s.left -= n
	if n == 0 && len(b) > 0 {
		return 0, errReason
	}
	for i := range b[:n] {
		b[i] = 0x5a
	}
	return n, nil
}

func TestEntropyThatEndsAnywhereEndsTheHandshake(t *testing.T) {
	t.Run("retry", func(t *testing.T) {
		entropyEnds(t, func(seed string) *testkit.Pair {
			pair := small(seed)
			retrying(pair)
			return pair
		})
	})
	inEveryKind(t, entropyEnds)
}

// entropyEnds lets a pair begin with ever more entropy at one end, until that
// suffices for the handshake and, where there can be one, for another.
func entropyEnds(t *testing.T, made madePair) {
	for _, role := range []events.Role{events.Client, events.Server} {
		for bytes := 0; ; bytes++ {
			pair := made("entropy")
			if role == events.Client {
				pair.Client.Rand = &short{bytes}
			} else {
				pair.Server.Rand = &short{bytes}
			}
			p := pair.Join()
			end := &p.Client
			if role == events.Server {
				end = &p.Server
			}
			_ = p.Handshake()
			renegotiate(p, role.Peer())
			if err := p.Run(); err == nil {
				if bytes < 64 {
					t.Errorf("the %v makes do with %d bytes of entropy", role, bytes)
				}
				break
			}
			var fatal *engine.Error
			if !errors.As(end.Err, &fatal) || fatal.Refusal.Name != "entropy_failed" || !errors.Is(end.Err, errReason) {
				t.Fatalf("the %v with %d bytes of entropy: %v", role, bytes, end.Err)
			}
		}
	}
}

func TestAnEndThatRestsGoesOnAsBefore(t *testing.T) { inEveryKind(t, rests) }

func rests(t *testing.T, made madePair) {
	p := established(t, made("rest"))
	for i := range 4 {
		p.Client.Engine.Rest()
		p.Server.Engine.Rest()
		if i > 1 {
			renegotiate(p, events.Role(i%2))
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		word := fmt.Sprint("word ", i)
		if err := p.Write(events.Client, []byte(word)); err != nil {
			t.Fatal(err)
		}
		p.Server.Received = nil
		if err := p.Run(); err != nil || string(p.Server.Received) != word {
			t.Fatalf("after a rest: %v, %q", err, p.Server.Received)
		}
	}
}

func TestATicketSealedAfterTheCloseIsNotSent(t *testing.T) {
	pair := small("late ticket")
	pair.ServerAnswers.Hold = func(q events.Question) bool { _, seal := q.(*events.SealTicket); return seal }
	p := established(t, pair)
	if err := p.Do(events.Server, (*engine.Engine).CloseWrite); err != nil {
		t.Fatal(err)
	}
	if err := p.Answer(events.Server, pair.ServerAnswers.Now(p.Server.Open)); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil || len(p.Client.Sessions) != 0 || !p.Client.Engine.ReadClosed() {
		t.Errorf("%v, %d tickets, read closed %t", err, len(p.Client.Sessions), p.Client.Engine.ReadClosed())
	}
}

func TestTheEndOfTheTransportWaitsForTheBytesHeld(t *testing.T) {
	pair := small("held end")
	pair.ServerAnswers.Hold = func(q events.Question) bool { _, seal := q.(*events.SealTicket); return seal }
	for what, closed := range map[string]bool{"after close_notify": true, "without": false} {
		p := established(t, pair)
		_ = p.Write(events.Client, []byte("last words"))
		if closed {
			_ = p.Do(events.Client, (*engine.Engine).CloseWrite)
		}
		held := slices.Clone(p.Server.Inbox)
		if err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return errors.Join(e.Receive(out, now, held), e.ReceiveEOF(out, now))
		}); err != nil {
			t.Fatalf("the end of the transport %s, with a question open: %v", what, err)
		}
		err := p.Answer(events.Server, pair.ServerAnswers.Now(p.Server.Open))
		if string(p.Server.Received) != "last words" || (err == nil) != closed {
			t.Errorf("the end of the transport %s: %v, data %q", what, err, p.Server.Received)
		}
	}
}
