package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// renewed is a link of TLS 1.2 whose client has renegotiated, with the changes
// of a forger.
func renewed(t *testing.T, pair *testkit.Pair, changes ...func(l *forge.Link)) *forge.Link {
	t.Helper()
	l := forge.New(pair)
	for _, change := range changes {
		change(l)
	}
	l.Handshake()
	renegotiated(l)
	for _, end := range []*forge.End{l.Client, l.Server} {
		if end.Err != nil || !end.Engine.Connection().Renegotiated || !end.Engine.Completed() {
			t.Fatalf("the %v does not renegotiate: it is in state %s, %v", end.Role, end.Engine.State(), end.Err)
		}
	}
	l.Write(events.Client, "ping")
	l.Write(events.Server, "pong")
	if string(l.Server.Received) != "ping" || string(l.Client.Received) != "pong" {
		t.Fatalf("after a renegotiation arrive %q and %q", l.Server.Received, l.Client.Received)
	}
	return l
}

// A renegotiation names the Finished messages of the handshake before: the
// client's in the ClientHello, and both in the ServerHello. The signal of a first
// handshake is not in it.
//
// covers 5746/3.5/1 5746/3.5/2 5746/3.7/4
// covers 5746/3.5/4 5746/3.7/3
func TestARenegotiationNamesTheHandshakeBefore(t *testing.T) {
	var finished [2][]byte
	note := func(from events.Role) func(l *forge.Link) {
		return func(l *forge.Link) {
			forge.Change(l, from, func(m *messages.Finished) { finished[from] = slices.Clone(m.VerifyData) })
		}
	}
	info := func(x *messages.Extensions) []byte {
		body := messages.RenegotiationInfo{}
		if present, err := x.Get(&body); !present || err != nil {
			t.Errorf("there is no renegotiation_info: %v", err)
		}
		return body.Verify
	}
	renewed(t, legacy("names"), note(events.Client), note(events.Server),
		renewedHello(func(m *messages.ClientHello) {
			if got := info(&m.Extensions); !bytes.Equal(got, finished[events.Client]) {
				t.Errorf("the ClientHello continues %x, want %x", got, finished[events.Client])
			}
			if slices.Contains(m.CipherSuites, messages.TLS_EMPTY_RENEGOTIATION_INFO_SCSV) {
				t.Error("the ClientHello has the signal of a first handshake")
			}
		}),
		renewedChoice(func(m *messages.ServerHello) {
			want := slices.Concat(finished[events.Client], finished[events.Server])
			if got := info(&m.Extensions); !bytes.Equal(got, want) {
				t.Errorf("the ServerHello continues %x, want %x", got, want)
			}
		}))
}

// A client that would have TLS 1.3 in a renegotiation gets the version of the
// connection.
//
// covers 8446/4.1.2/4 8446/4.1.2/5
func TestARenegotiationKeepsTheVersion(t *testing.T) {
	pair := legacy("keeps the version")
	pair.Server.MinVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS13
	pair.Client.MaxVersion = messages.TLS12
	l := renewed(t, pair, renewedHello(func(m *messages.ClientHello) {
		forge.Set(&m.Extensions, &messages.SupportedVersionsOffer{Versions: []messages.Version{messages.TLS13, messages.TLS12}})
	}))
	if got := l.Server.Engine.Connection().Version; got != messages.TLS12 {
		t.Errorf("the renegotiation is in %v", got)
	}
}

// Every kind of key exchange renegotiates, and into every other.
func TestEveryKindOfKeyExchangeRenegotiates(t *testing.T) {
	all := slices.Concat([]messages.CipherSuite{messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, certifiedSuites[1:], pskSuites)
	for _, first := range all {
		for _, second := range all {
			pair := under(first)
			both := []messages.CipherSuite{first, second}
			if first == second {
				both = both[:1]
			}
			pair.Client.CipherSuites, pair.Server.CipherSuites = both, both
			pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
			l := forge.New(pair)
			l.OnNth(events.Client, messages.TypeClientHello, 2, func(w *forge.Wire, raw []byte) {
				m := forge.Decode[messages.ClientHello](raw)
				m.CipherSuites = []messages.CipherSuite{second}
				w.Message(m)
			})
			l.Handshake()
			renegotiated(l)
			certified := !slices.Contains(pskSuites, first)
			loses := certified && slices.Contains(pskSuites, second)
			if completed := l.Server.Err == nil && l.Server.Engine.Connection().Renegotiated && l.Client.Err == nil; completed == loses {
				t.Errorf("from %v to %v: completed %t, %v, %v", first, second, completed, l.Client.Err, l.Server.Err)
			}
		}
	}
}

// What a peer sends before it has heard of the renegotiation arrives, and what
// is held while a question is open arrives too.
//
// covers 5246/6.2.1/4
func TestDataArrivesDuringARenegotiation(t *testing.T) {
	pair := legacy("data")
	l := forge.New(pair)
	l.Handshake()
	if err := l.Do(events.Client, (*engine.Engine).Renegotiate); err != nil {
		t.Fatal(err)
	}
	l.Write(events.Server, "under way") // before the ClientHello has arrived
	if string(l.Client.Received) != "under way" || !l.Client.Engine.Connection().Renegotiated {
		t.Errorf("the client has received %q, and is in state %s: %v", l.Client.Received, l.Client.Engine.State(), l.Client.Err)
	}
}

// An end that has closed cannot answer. Nobody begins a renegotiation with it, and
// a client whose ClientHello has crossed the close goes on as before.
func TestNobodyWaitsForTheAnswerOfAnEndThatHasClosed(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		p := established(t, legacy("closed"))
		_ = p.Do(role.Peer(), (*engine.Engine).CloseWrite)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if err := p.Do(role, (*engine.Engine).Renegotiate); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("the %v renegotiates with an end that has closed: %v", role, err)
		}
	}
	p := established(t, legacy("crossing"))
	_ = p.Do(events.Client, (*engine.Engine).Renegotiate)
	_ = p.Do(events.Server, (*engine.Engine).CloseWrite)
	if err := p.Run(); err != nil || p.Client.Engine.Renegotiating() || p.Client.Engine.Connection().Renegotiated {
		t.Fatalf("the client is in %s, %v", p.Client.Engine.State(), err)
	}
	if err := p.Write(events.Client, []byte("the last words")); err != nil {
		t.Fatalf("the client does not write: %v", err)
	}
	if err := p.Run(); err != nil || string(p.Server.Received) != "the last words" {
		t.Errorf("the server has received %q, %v", p.Server.Received, err)
	}
}

// Once encrypt-then-MAC is in use, no renegotiation does without it, whatever the
// profile allows a first handshake.
//
// covers 7366/3.1/1
func TestARenegotiationKeepsEncryptThenMAC(t *testing.T) {
	without := func(_ messages.Message, raw []byte) []byte {
		switch messages.HandshakeType(raw[0]) {
		case messages.TypeClientHello:
			m := forge.Decode[messages.ClientHello](raw)
			m.Extensions.Remove(messages.ExtensionEncryptThenMAC)
			return forge.Encode(m)
		case messages.TypeServerHello:
			m := forge.Decode[messages.ServerHello](raw)
			m.Extensions.Remove(messages.ExtensionEncryptThenMAC)
			return forge.Encode(m)
		}
		return raw
	}
	for offender, refusal := range map[events.Role]string{events.Client: "no_mutual_suite", events.Server: "cbc_without_encrypt_then_mac"} {
		p := under(messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256).Join()
		_ = p.Do(events.Client, (*engine.Engine).Start)
		if err := p.Run(); err != nil || !p.Client.Engine.Connection().EncryptThenMAC {
			t.Fatalf("the first handshake has no encrypt-then-MAC: %v", err)
		}
		ends := map[events.Role]*engine.Engine{events.Client: p.Client.Engine, events.Server: p.Server.Engine}
		ends[offender].SetRewrite(without)
		_ = p.Do(events.Client, (*engine.Engine).Renegotiate)
		_ = p.Run()
		var fatal *engine.Error
		if err := ends[offender.Peer()].Err(); !errors.As(err, &fatal) || fatal.Refusal.Name != refusal {
			t.Errorf("the %v is refused by %v, want %s", offender, err, refusal)
		}
	}
}
