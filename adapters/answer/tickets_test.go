package answer_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func seal(t *testing.T, keys *answer.TicketKeys, now time.Time, state string) []byte {
	t.Helper()
	ticket, err := keys.Seal(now, time.Hour, []byte(state))
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func wantOpen(t *testing.T, why string, keys *answer.TicketKeys, now time.Time, ticket []byte, want string) {
	t.Helper()
	state, ok := keys.Open(now, ticket)
	if !ok || string(state) != want {
		t.Errorf("%s: got %q, %t", why, state, ok)
	}
}

func wantShut(t *testing.T, why string, keys *answer.TicketKeys, now time.Time, ticket []byte) {
	t.Helper()
	if state, ok := keys.Open(now, ticket); ok || len(state) != 0 {
		t.Errorf("%s: it opened", why)
	}
}

// covers 5077/5.2/1
// covers 5077/5.7/2
func TestTicketsOpenWithTheirKeysAlone(t *testing.T) {
	ours, theirs := &answer.TicketKeys{}, &answer.TicketKeys{}
	now := testkit.Now
	wantShut(t, "before any key", ours, now, make([]byte, 100))
	ticket := seal(t, ours, now, "state")
	if bytes.Contains(ticket, []byte("state")) {
		t.Error("the state is in clear")
	}
	if bytes.Equal(ticket, seal(t, ours, now, "state")) {
		t.Error("two tickets for one state are the same")
	}
	wantOpen(t, "ours", ours, now, ticket, "state")
	wantOpen(t, "nothing", ours, now, seal(t, ours, now, ""), "")
	seal(t, theirs, now, "x")
	wantShut(t, "theirs", theirs, now, ticket)
	for i := range ticket {
		changed := bytes.Clone(ticket)
		changed[i] ^= 0x40
		wantShut(t, "a changed byte", ours, now, changed)
		wantShut(t, "cut short", ours, now, ticket[:i])
	}
	wantShut(t, "longer", ours, now, append(bytes.Clone(ticket), 0))
	wantShut(t, "far too long", ours, now, append(bytes.Clone(ticket), make([]byte, 1<<17)...))
}

func TestStatesThatAreTooLargeAreNotSealed(t *testing.T) {
	keys := &answer.TicketKeys{}
	most := make([]byte, answer.MaxTicketState)
	ticket, err := keys.Seal(testkit.Now, time.Hour, most)
	if err != nil || len(ticket) > 65000 {
		t.Fatalf("the largest state: %d bytes, %v", len(ticket), err)
	}
	wantOpen(t, "the largest state", keys, testkit.Now, ticket, string(most))
	if _, err := keys.Seal(testkit.Now, time.Hour, append(most, 0)); !errors.Is(err, answer.ErrTicketState) {
		t.Errorf("a larger state: %v", err)
	}
}

func TestKeysRotateAndAreForgotten(t *testing.T) {
	keys := &answer.TicketKeys{Rotation: 24 * time.Hour}
	start := testkit.Now
	name := func(ticket []byte) string { return string(ticket[1:17]) }
	first := seal(t, keys, start, "first")
	later := seal(t, keys, start.Add(23*time.Hour+30*time.Minute), "later")
	if name(first) != name(later) {
		t.Error("the key changed early")
	}
	wantOpen(t, "the key lives on for its last ticket", keys, start.Add(24*time.Hour), first, "first")
	second := seal(t, keys, start.Add(24*time.Hour), "second")
	if name(second) == name(first) {
		t.Error("the key did not change")
	}
	wantOpen(t, "an old key opens", keys, start.Add(24*time.Hour+30*time.Minute), later, "later")
	wantShut(t, "an old key is forgotten", keys, start.Add(24*time.Hour+31*time.Minute), later)
	wantOpen(t, "the new key opens", keys, start.Add(25*time.Hour), second, "second")
	wantShut(t, "for good", keys, start, later)
}

// What was recorded before a clock is set right must not open for as long as it was
// ahead.
func TestAKeyOfAClockThatWasAheadIsForgottenWhenTheClockIsRight(t *testing.T) {
	for _, ahead := range []time.Duration{time.Minute, 20 * 365 * 24 * time.Hour} {
		keys, name := &answer.TicketKeys{}, func(ticket []byte) string { return string(ticket[1:17]) }
		before := seal(t, keys, testkit.Now.Add(ahead), "before")
		wantOpen(t, "clocks differ by seconds", keys, testkit.Now.Add(ahead-10*time.Second), before, "before")
		ticket := seal(t, keys, testkit.Now, "after")
		if name(ticket) == name(before) {
			t.Errorf("a key from %v ahead seals on", ahead)
		}
		wantShut(t, "a ticket from ahead", keys, testkit.Now, before)
		wantShut(t, "even then", keys, testkit.Now.Add(ahead), before)
	}
	keys := &answer.TicketKeys{}
	before := seal(t, keys, testkit.Now.Add(time.Hour), "before")
	wantShut(t, "where nothing is sealed any more", keys, testkit.Now, before)
}

func TestTheNumberOfKeysIsBounded(t *testing.T) {
	keys := &answer.TicketKeys{Rotation: time.Second}
	now := testkit.Now
	first := seal(t, keys, now, "x")
	var last []byte
	for i := range 64 {
		last = seal(t, keys, now.Add(time.Duration(i+1)*time.Second), "x")
	}
	wantShut(t, "the first of 65 keys", keys, now.Add(65*time.Second), first)
	wantOpen(t, "the last of them", keys, now.Add(65*time.Second), last, "x")
}

func TestServersMayShareKeys(t *testing.T) {
	one, two := &answer.TicketKeys{}, &answer.TicketKeys{}
	a, b := [32]byte{1}, [32]byte{2}
	if one.Set(a) != nil || two.Set(b, a) != nil {
		t.Fatal("keys cannot be set")
	}
	ticket := seal(t, one, testkit.Now, "shared")
	wantOpen(t, "shared", two, testkit.Now.Add(1000*time.Hour), ticket, "shared")
	wantShut(t, "not shared", one, testkit.Now, seal(t, two, testkit.Now, "x"))
	if err := one.Set(); err == nil {
		t.Error("no key at all was set")
	}
}

func TestFailingEntropySealsNothing(t *testing.T) {
	keys := &answer.TicketKeys{Rand: bytes.NewReader(nil)}
	if _, err := keys.Seal(testkit.Now, time.Hour, nil); err == nil {
		t.Error("a key was made of nothing")
	}
	keys = &answer.TicketKeys{Rand: bytes.NewReader(make([]byte, 33))}
	if _, err := keys.Seal(testkit.Now, time.Hour, nil); err == nil {
		t.Error("a nonce was made of nothing")
	}
}

func TestKeysServeManyAtOnce(t *testing.T) {
	keys := &answer.TicketKeys{Rotation: 3 * time.Second}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				now := testkit.Now.Add(time.Duration(i*20+j) * 50 * time.Millisecond)
				ticket, err := keys.Seal(now, time.Hour, []byte{byte(j)})
				if err != nil {
					t.Error(err)
				}
				if state, ok := keys.Open(now, ticket); !ok || state[0] != byte(j) {
					t.Error("a ticket did not open")
				}
			}
		})
	}
	all.Wait()
}

// state is what an engine has sealed.
func state(t *testing.T, name string, chain ...[]byte) []byte {
	t.Helper()
	secret, _ := secrets.NewSecret(make([]byte, 32))
	session := &events.Session{
		Version: messages.TLS13, CipherSuite: messages.TLS_AES_128_GCM_SHA256, Secret: secret,
		Created: testkit.Now, Authenticated: testkit.Now, Lifetime: 86400, ServerName: name, PeerChain: chain,
	}
	b, err := session.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestServersOpenTheFirstTicketThatServes(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	stranger := issue(t, "stranger", otherKey(testkit.P384), nil, nil)
	keys := &answer.TicketKeys{}
	server := &answer.Server{Tickets: keys}
	sealed := func(state []byte) []byte {
		q := &events.SealTicket{Asked: events.Asked{ID: 7}, State: state, Lifetime: 86400}
		return server.Answer(testkit.Now, q).(*events.TicketSealed).Ticket
	}
	client := issue(t, "client", key(testkit.P256), root, forClients)
	good, other := sealed(state(t, "server.example")), sealed(state(t, "other.example"))
	proved := sealed(state(t, "server.example", client.der))
	foreign, err := (&answer.TicketKeys{}).Seal(testkit.Now, time.Hour, state(t, "server.example"))
	if err != nil {
		t.Fatal(err)
	}
	junk := sealed([]byte("not a session"))

	open := func(server *answer.Server, now time.Time, tickets ...[]byte) int {
		q := &events.OpenTicket{Asked: events.Asked{ID: 7}, Hello: &events.ClientHello{ServerName: "Server.example"}}
		for _, ticket := range tickets {
			q.Tickets = append(q.Tickets, events.TicketIdentity{Ticket: ticket})
		}
		return server.Answer(now, q).(*events.TicketOpened).Index
	}
	for _, test := range []struct {
		why     string
		server  *answer.Server
		now     time.Time
		tickets [][]byte
		want    int
	}{
		{"one that serves", server, testkit.Now, [][]byte{good}, 0},
		{"the first that serves", server, testkit.Now, [][]byte{foreign, junk, other, good}, 3},
		// covers 6066/3/6
		{"another name", server, testkit.Now, [][]byte{other}, -1},
		{"a client once accepted", &answer.Server{Tickets: keys, ClientRoots: pool(root)}, testkit.Now, [][]byte{proved}, 0},
		{"a client of other roots", &answer.Server{Tickets: keys, ClientRoots: pool(stranger)}, testkit.Now, [][]byte{proved}, -1},
		{"a client whose certificate expired", &answer.Server{Tickets: keys, ClientRoots: pool(root)}, testkit.Now.Add(2 * time.Hour), [][]byte{proved}, -1},
		{"no keys", &answer.Server{}, testkit.Now, [][]byte{good}, -1},
		{"expired", server, testkit.Now.Add(25 * time.Hour), [][]byte{good}, -1},
	} {
		if got := open(test.server, test.now, test.tickets...); got != test.want {
			t.Errorf("%s: ticket %d was opened, want %d", test.why, got, test.want)
		}
	}
}

func TestAStateThatCannotBeSealedIsNoTicket(t *testing.T) {
	for why, server := range map[string]*answer.Server{
		"no keys":   {},
		"too large": {Tickets: &answer.TicketKeys{}},
	} {
		q := &events.SealTicket{State: make([]byte, answer.MaxTicketState+1), Lifetime: 1}
		if sealed := server.Answer(testkit.Now, q).(*events.TicketSealed); sealed.Ticket != nil {
			t.Errorf("%s: there is a ticket", why)
		}
	}
}
