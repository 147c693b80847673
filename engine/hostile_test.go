package engine_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// What a reviewer with bad intentions has found once.

func TestALongServerNameIsRememberedLikeAnyOther(t *testing.T) {
	pair := testkit.NewPair("long name")
	line := forge.New(pair)
	name := []byte(strings.Repeat("a", 60000))
	forge.Change(line, events.Client, func(m *messages.ClientHello) {
		m.Extensions.Remove(messages.ExtensionServerName)
		_ = m.Extensions.Put(&messages.ServerNameOffer{Name: name})
	})
	line.Handshake()
	if fatal := line.Server.Err; fatal != nil && fatal.Refusal.Name == "internal_error" {
		t.Errorf("the server blames itself for a long name: %v", fatal)
	}
}

// byValue is an answer that no question gives.
type byValue struct{ events.Replied }

func TestAnAnswerOfNoKindIsMisuse(t *testing.T) {
	pair := testkit.NewPair("odd answers")
	var typedNil *events.CredentialChosen
	pair.ServerAnswers.Override = func(q events.Question) events.Answer { return nil }
	server, err := engine.NewServer(&pair.Server)
	if err != nil {
		t.Fatal(err)
	}
	client, err := engine.NewClient(&pair.Client)
	if err != nil {
		t.Fatal(err)
	}
	var out events.Output
	if err := client.Start(&out, testkit.Now); err != nil {
		t.Fatal(err)
	}
	var hello []byte
	for event := range out.All() {
		if send, ok := event.(*events.Send); ok {
			hello = append(hello, send.Bytes...)
		}
	}
	out.Reset()
	if err := server.Receive(&out, testkit.Now, hello); err != nil {
		t.Fatal(err)
	}
	question := server.Parked()
	for name, answer := range map[string]events.Answer{
		"nil":                nil,
		"a typed nil":        typedNil,
		"a value":            events.Replied{ID: question.Number()},
		"a refusal by value": events.Refused{Replied: events.Replied{ID: question.Number()}},
		"a type of its own":  &byValue{events.Replied{ID: question.Number()}},
	} {
		if err := server.Answer(&out, testkit.Now, answer); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("%s: %v", name, err)
		}
		if server.Parked() != question || server.Err() != nil {
			t.Errorf("%s changed something", name)
		}
	}
}

// panicking is entropy that ends in a panic of the caller's after so many reads.
type panicking struct {
	reads int
	from  interface{ Read([]byte) (int, error) }
}

func (p *panicking) Read(b []byte) (int, error) {
	if p.reads--; p.reads < 0 {
		panic("no entropy")
	}
	return p.from.Read(b)
}

func TestAPanicOfTheCallersLeavesNothingInTheOutput(t *testing.T) {
	pair := testkit.NewPair("panic")
	for reads := range 4 {
		pair.Client.Rand = &panicking{reads, testkit.Rand("panic")}
		client, err := engine.NewClient(&pair.Client)
		if err != nil {
			t.Fatal(err)
		}
		var out events.Output
		func() {
			defer func() { _ = recover() }()
			_ = client.Start(&out, testkit.Now)
		}()
		out.Reset()
		pair.Client.Rand = testkit.Rand("another")
		other, err := engine.NewClient(&pair.Client)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Start(&out, testkit.Now); err != nil {
			t.Fatal(err)
		}
		if got := out.Len(); got != 1 {
			t.Errorf("after a panic at read %d the next engine says %d things", reads, got)
		}
	}
}

func TestATicketThatLeavesNoRoomInAHelloIsPassedOver(t *testing.T) {
	for _, size := range []int{30000, 60000, 64000, 65000, 65400} {
		pair := testkit.NewPair("large ticket")
		line := forge.New(pair)
		forge.Change(line, events.Server, func(m *messages.NewSessionTicket13) { m.Ticket = make([]byte, size) })
		line.Handshake()
		pair.Client.Session = line.Client.Sessions[0]
		client, err := engine.NewClient(&pair.Client)
		if err != nil {
			t.Fatal(err)
		}
		var out events.Output
		if err := client.Start(&out, testkit.Now); err != nil {
			t.Errorf("with a ticket of %d bytes the client does not begin: %v", size, err)
		}
	}
}

func TestAClientAsksForACertificateAgainAfterAWeekOfResumptions(t *testing.T) {
	pair := testkit.NewPair("for ever")
	now := testkit.Now
	resumed := true
	for range 10 {
		p := pair.Join()
		p.Now = now
		// A server that forgets when it was that its client asked.
		pair.ServerAnswers.Override = func(q events.Question) events.Answer {
			open, ok := q.(*events.OpenTicket)
			if !ok {
				return nil
			}
			session, err := events.ParseSession(bytes.Clone(open.Tickets[0].Ticket))
			if err != nil {
				t.Fatal(err)
			}
			session.Authenticated = now
			state, err := session.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			return open.Reply(0, state)
		}
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		resumed = p.Client.Engine.Connection().Resumed
		pair.Client.Session = p.Client.Sessions[0]
		if now.Sub(testkit.Now) > 7*24*time.Hour {
			break
		}
		now = now.Add(20 * time.Hour)
	}
	if resumed {
		t.Error("more than seven days after it saw a certificate the client still resumes")
	}
}

// Whoever is on the way can send one; what comes behind keys of the handshake is
// never more than an end.
func TestAWarningInClearBehindTheKeysEndsTheHandshake(t *testing.T) {
	pair := testkit.NewPair("clear warnings")
	p := pair.Join()
	if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
		t.Fatal(err)
	}
	p.Step(events.Server)
	p.Server.Inbox = append([]byte{21, 3, 3, 0, 2, 1, 90}, p.Server.Inbox...)
	p.Observe = func(from events.Role, e events.Event) {
		if _, warns := e.(*events.WarningReceived); warns {
			t.Errorf("the %v takes it for the client's", from)
		}
	}
	_ = p.Run()
	var fatal *engine.Error
	if !errors.As(p.Server.Err, &fatal) || fatal.Refusal.Name != "peer_alert" || fatal.Alert != messages.AlertUserCanceled {
		t.Errorf("it ends in %v", p.Server.Err)
	}
}

func TestAKeyThatIsNoneIsMisuse(t *testing.T) {
	var typedNil *ecdsa.PublicKey
	for name, key := range map[string]crypto.PublicKey{
		"nil": nil, "a typed nil": typedNil, "no point": &ecdsa.PublicKey{Curve: elliptic.P256()}, "no modulus": &rsa.PublicKey{},
	} {
		pair := testkit.NewPair("no key")
		pair.ClientAnswers.Override = func(q events.Question) events.Answer {
			if verify, ok := q.(*events.VerifyPeer); ok {
				return verify.Accept(key)
			}
			return nil
		}
		p := pair.Join()
		if err := p.Handshake(); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("%s: %v", name, err)
		}
		if p.Client.Engine.Parked() == nil || p.Client.Engine.Err() != nil {
			t.Errorf("%s changed something", name)
		}
	}
}

func TestWhatAPeerHasPrintedIsBounded(t *testing.T) {
	pair := testkit.NewPair("long lists")
	line := forge.New(pair)
	forge.Change(line, events.Client, func(m *messages.ClientHello) {
		m.CipherSuites = make([]messages.CipherSuite, 20000)
		for i := range m.CipherSuites {
			m.CipherSuites[i] = 0xfafa
		}
	})
	line.Handshake()
	if line.Server.Err == nil || len(line.Server.Err.Error()) > 1200 {
		t.Errorf("the error has %d bytes", len(line.Server.Err.Error()))
	}
}

func TestNoHookChangesTheDefaults(t *testing.T) {
	before, err := testkit.NewPair("defaults").Client.Compile()
	if err != nil {
		t.Fatal(err)
	}
	want := before.String()
	pair := testkit.NewPair("defaults")
	pair.ClientAnswers.Override = func(q events.Question) events.Answer {
		if verify, ok := q.(*events.VerifyPeer); ok {
			clear(verify.SchemesCert)
		}
		return nil
	}
	if err := pair.Join().Handshake(); err != nil {
		t.Fatal(err)
	}
	after, err := testkit.NewPair("defaults").Client.Compile()
	if err != nil {
		t.Fatal(err)
	}
	if got := after.String(); got != want {
		t.Errorf("the defaults are now\n%s", got)
	}
}

// covers 8446/4.2.10/9
func TestEarlyDataOfTheCommonestLimitIsPassedOver(t *testing.T) {
	for _, tc := range []struct {
		name    string
		records []int // of content
		passed  bool
	}{
		{"one full record", []int{16384}, true},
		{"many small ones", []int{4096, 4096, 4096, 4096}, true},
		{"a byte more", []int{16384, 1}, false},
		{"more than that", []int{16384, 16384}, false},
		{"empty ones without end", make([]int, 17000), false},
	} {
		pair := testkit.NewPair("skipping")
		pair.Server.Groups = []messages.Group{messages.Secp384r1} // a retry
		line := forge.New(pair)
		forge.Change(line, events.Client, func(m *messages.ClientHello) {
			if share, ok := m.Extensions.Lookup(messages.ExtensionKeyShare); ok && len(share) > 1000 {
				_ = m.Extensions.Put(&messages.EarlyDataOffer{})
			}
		})
		line.OnNth(events.Client, messages.TypeClientHello, 2, func(w *forge.Wire, raw []byte) {
			for _, size := range tc.records {
				size += 17
				w.Bytes(append([]byte{23, 3, 3, byte(size >> 8), byte(size)}, make([]byte, size)...))
			}
			w.Raw(raw)
		})
		line.Handshake()
		if got := line.Server.Err == nil; got != tc.passed {
			t.Errorf("%s: %v", tc.name, line.Server.Err)
		}
	}
}

func TestATicketTooLargeForAHelloIsNotSent(t *testing.T) {
	for _, version := range []messages.Version{messages.TLS12, messages.TLS13} {
		for size, sent := range map[int]bool{32768: true, 32769: false, 65535: false} {
			pair := testkit.NewPair("too large a ticket")
			pair.Client.MinVersion, pair.Server.MinVersion = messages.TLS12, messages.TLS12
			pair.Server.MaxVersion = version
			pair.ServerAnswers.Override = func(q events.Question) events.Answer {
				if seal, ok := q.(*events.SealTicket); ok {
					return seal.Reply(make([]byte, size))
				}
				return nil
			}
			p := pair.Join()
			if err := p.Handshake(); err != nil {
				t.Fatalf("%v with a ticket of %d bytes: %v", version, size, err)
			}
			if got := len(p.Client.Sessions) > 0; got != sent {
				t.Errorf("%v: a ticket of %d bytes is sent: %t", version, size, got)
			}
		}
	}
}

// A connection that both ends have closed keeps nothing that would open what was
// recorded of it.
func TestAClosedConnectionKeepsNoTrafficSecrets(t *testing.T) {
	p := small("closed").Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	fork := p.Client.Engine.Fork()
	for _, role := range []events.Role{events.Client, events.Server} {
		if err := p.Do(role, (*engine.Engine).CloseWrite); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*engine.Engine{p.Client.Engine, p.Server.Engine} {
		if kept := e.TrafficSecrets(); kept != 0 {
			t.Errorf("the %v keeps %d bytes", e.Connection().Role, kept)
		}
	}
	if fork.TrafficSecrets() == 0 {
		t.Error("its fork has lost them too")
	}
}
