package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// greasing has both ends send codepoints that mean nothing.
func greasing(p *testkit.Pair) { p.Client.GREASE, p.Server.GREASE = true, true }

// greaseIn lists where a hello has such codepoints.
func greaseIn(t *testing.T, m *messages.ClientHello) map[string][]uint16 {
	t.Helper()
	found := map[string][]uint16{}
	add := func(where string, value uint16) {
		if messages.IsGREASE(value) {
			found[where] = append(found[where], value)
		}
	}
	for _, suite := range m.CipherSuites {
		add("suites", uint16(suite))
	}
	for _, e := range m.Extensions.List {
		add("extensions", uint16(e.Type))
	}
	var versions messages.SupportedVersionsOffer
	var groups messages.SupportedGroups
	var schemes messages.SignatureAlgorithms
	var shares messages.KeyShareOffer
	for _, body := range []messages.ExtensionBody{&versions, &groups, &schemes, &shares} {
		if _, err := m.Extensions.Get(body); err != nil {
			t.Errorf("%v: %v", body.ExtensionType(), err)
		}
	}
	for _, v := range versions.Versions {
		add("versions", uint16(v))
	}
	for _, g := range groups.Groups {
		add("groups", uint16(g))
	}
	for _, s := range schemes.Schemes {
		add("schemes", uint16(s))
	}
	for _, s := range shares.Shares {
		add("shares", uint16(s.Group))
	}
	return found
}

// hellosOf runs a handshake and gives the hellos that the client sent.
func hellosOf(t *testing.T, pair *testkit.Pair) []*messages.ClientHello {
	t.Helper()
	pair.Client.Trace = true
	p := pair.Join()
	var hellos []*messages.ClientHello
	p.Observe = func(_ events.Role, e events.Event) {
		if sent, ok := e.(*events.MessageSent); ok && sent.Type == messages.TypeClientHello {
			hellos = append(hellos, forge.Decode[messages.ClientHello](sent.Raw))
		}
	}
	if err := p.Handshake(); err != nil {
		t.Fatalf("the handshake: %v", err)
	}
	return hellos
}

// covers 8701/5/1
// covers 8701/3.2/2 8701/3.2/3
func TestAGreasedHelloObeysTheRulesOfAnyOther(t *testing.T) {
	seen := map[uint16]bool{}
	for i := range 40 {
		pair := small(fmt.Sprint("grease ", i))
		greasing(pair)
		resuming(pair)
		hello := hellosOf(t, pair)[0]
		found := greaseIn(t, hello)
		for _, where := range []string{"suites", "versions", "groups", "schemes", "shares"} {
			if len(found[where]) != 1 {
				t.Errorf("%s: %x", where, found[where])
			}
		}
		if !slices.Equal(found["shares"], found["groups"]) {
			t.Errorf("a share of %x beside groups %x (RFC 8446, Section 4.2.8)", found["shares"], found["groups"])
		}
		if e := found["extensions"]; len(e) != 2 || e[0] == e[1] {
			t.Errorf("the extensions %x", e)
		}
		if twice, is := hello.Extensions.Duplicate(); is {
			t.Errorf("%v stands twice", twice)
		}
		if last := hello.Extensions.List[len(hello.Extensions.List)-1]; last.Type != messages.ExtensionPreSharedKey {
			t.Errorf("the last extension is %v", last.Type)
		}
		for _, values := range found {
			for _, value := range values {
				seen[value] = true
			}
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d of 16 codepoints are drawn", len(seen))
	}
}

func TestNothingIsGreasedUnasked(t *testing.T) {
	for _, made := range []madePair{small, legacy} {
		pair := made("plain")
		pair.Server.GREASE = true
		if found := greaseIn(t, hellosOf(t, pair)[0]); len(found) != 0 {
			t.Errorf("a hello has %x", found)
		}
	}
}

func TestAHelloOfTLS12IsGreasedToo(t *testing.T) {
	pair := small("legacy grease")
	onlyLegacy(pair)
	greasing(pair)
	found := greaseIn(t, hellosOf(t, pair)[0])
	for _, where := range []string{"suites", "groups", "schemes"} {
		if len(found[where]) != 1 {
			t.Errorf("%s: %x", where, found[where])
		}
	}
	if len(found["versions"])+len(found["shares"]) != 0 {
		t.Errorf("the hello has %x", found)
	}
}

// covers 8446/4.1.2/1
func TestASecondHelloKeepsTheGreaseOfTheFirst(t *testing.T) {
	pair := small("second")
	greasing(pair)
	retrying(pair)
	hellos := hellosOf(t, pair)
	first, second := greaseIn(t, hellos[0]), greaseIn(t, hellos[1])
	delete(first, "shares") // replaced by the one asked for
	if len(second["shares"]) != 0 {
		t.Errorf("the second hello has shares of %x", second["shares"])
	}
	if fmt.Sprint(first) != fmt.Sprint(second) {
		t.Errorf("the first has %x, the second %x", first, second)
	}
}

func TestAHelloThatShallHaveNoSharesHasNoneForNothing(t *testing.T) {
	pair := small("no shares")
	greasing(pair)
	pair.Client.KeyShares = []messages.Group{}
	if found := greaseIn(t, hellosOf(t, pair)[0]); len(found["shares"]) != 0 {
		t.Errorf("there are shares of %x", found["shares"])
	}
}

// covers 8701/3.2/1
func TestAServerTakesGreaseForAnyUnknownValue(t *testing.T) {
	for _, unknown := range []uint16{0x1a1a, 0xfafa, 0x7777, 0xfe00} {
		completes(t, small("unknown"), func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) {
				m.CipherSuites = append([]messages.CipherSuite{messages.CipherSuite(unknown)}, m.CipherSuites...)
				forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionType(unknown), Data: []byte{1}})
			})
		})
	}
}

// covers 8701/4.2/1 8701/4.2/2 8701/4.2/3
func TestAClientIgnoresWhatItDoesNotKnowOfAServer(t *testing.T) {
	pair := small("server")
	withClientCert(pair)
	greasing(pair)
	var requested, ticketed bool
	l := completes(t, pair, func(l *forge.Link) {
		forge.Change(l, events.Server, func(m *messages.CertificateRequest13) {
			var schemes messages.SignatureAlgorithms
			_, _ = m.Extensions.Get(&schemes)
			requested = messages.IsGREASE(uint16(m.Extensions.List[0].Type)) && messages.IsGREASE(uint16(schemes.Schemes[0]))
			forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7777, Data: []byte{1}})
		})
		forge.Change(l, events.Server, func(m *messages.NewSessionTicket13) {
			ticketed = len(m.Extensions.List) == 1 && messages.IsGREASE(uint16(m.Extensions.List[0].Type))
			forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7777, Data: []byte{1}})
		})
	})
	if !requested || !ticketed {
		t.Errorf("the request is greased: %t; the ticket: %t", requested, ticketed)
	}
	if len(l.Client.Sessions) != 1 || len(l.Server.Engine.Connection().PeerChain) == 0 {
		t.Error("the client has no ticket, or has shown no certificate")
	}
}
