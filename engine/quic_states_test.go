package engine_test

import (
	"sync"
	"testing"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// restedOverQUIC has an engine in every state that there is over QUIC. Fork before
// use.
var restedOverQUIC = sync.OnceValue(visitQUIC)

// visitQUIC visits every kind of handshake over QUIC.
func visitQUIC() map[place]*engine.Engine {
	rested := map[place]*engine.Engine{}
	sessions := map[string]*events.Session{}
	for _, kind := range []struct {
		name      string
		configure func(p *testkit.Pair)
	}{
		{"full", func(p *testkit.Pair) { p.Server.MaxEarlyData = 1 }},
		{"retry", retrying},
		{"cookie", func(p *testkit.Pair) { retrying(p); always(p) }},
		{"cookie, no ticket", func(p *testkit.Pair) { always(p); p.Server.NoTickets = true }},
		{"cookie, psk", func(p *testkit.Pair) { *p = *keyed("quic"); always(p); p.Server.NoTickets = true }},
		{"client certificate", func(p *testkit.Pair) { withClientCert(p); p.Server.MaxEarlyData = 1 }},
		{"client declines", func(p *testkit.Pair) { p.Server.ClientAuth = engine.RequestClientCert; p.Server.NoTickets = true }},
		{"choose config", func(p *testkit.Pair) { p.Server.ChooseConfig = true }},
		{"tickets", func(p *testkit.Pair) { p.Server.Tickets = 2 }},
		{"psk", func(p *testkit.Pair) { *p = *keyed("quic") }},
		{"psk, no tickets", func(p *testkit.Pair) { *p = *keyed("quic"); p.Server.NoTickets = true }},
		{"psk, retry", func(p *testkit.Pair) { *p = *keyed("quic"); retrying(p); p.Server.NoTickets = true }},
		{"psk unknown", func(p *testkit.Pair) { *p = *keyed("quic"); p.ServerAnswers.PSK = nil }},
		{"psk and certificate", func(p *testkit.Pair) { both(p) }},
		{"psk without agreement", func(p *testkit.Pair) {
			*p = *keyed("quic")
			p.Client.PSKModes, p.Server.PSKModes = engine.PSKWithoutAgreement, engine.PSKEither
		}},
		{"resumed", func(p *testkit.Pair) { p.Client.Session = sessions["full"]; p.Client.ReverifyOnResume = true }},
		{"resumed, retry", func(p *testkit.Pair) { retrying(p); p.Client.Session = sessions["full"] }},
		{"early data", func(p *testkit.Pair) {
			p.Client.Session, p.Client.EarlyData, p.Server.MaxEarlyData = sessions["full"], true, 1
		}},
		{"early data, verified anew", func(p *testkit.Pair) {
			p.Client.Session, p.Client.EarlyData, p.Server.MaxEarlyData = sessions["full"], true, 1
			p.Client.ReverifyOnResume = true
		}},
		{"early data, a key, verified anew", func(p *testkit.Pair) {
			p.Client.Session, p.Client.EarlyData, p.Server.MaxEarlyData = sessions["full"], true, 1
			p.Client.PSK, p.Client.ReverifyOnResume = true, true
		}},
		{"early data, client certificate", func(p *testkit.Pair) {
			withClientCert(p)
			p.Client.Session, p.Client.EarlyData, p.Server.MaxEarlyData = sessions["client certificate"], true, 1
			p.Server.ReverifyOnResume = true
		}},
		{"resumed, client certificate", func(p *testkit.Pair) {
			withClientCert(p)
			p.Client.Session, p.Server.ReverifyOnResume = sessions["client certificate"], true
		}},
		{"early data rejected", func(p *testkit.Pair) {
			p.Client.Session, p.Client.EarlyData, p.Server.MaxEarlyData = sessions["full"], true, 1
			p.ServerAnswers.RejectEarly = true
		}},
		{"compressed", func(p *testkit.Pair) { withClientCert(p); compressing(messages.CompressionZstd)(p) }},
	} {
		pair := small("quic, " + kind.name)
		kind.configure(pair)
		p := visitOverQUIC(pair, rested)
		if len(p.Client.Sessions) > 0 {
			sessions[kind.name] = p.Client.Sessions[0]
		}
	}
	return rested
}

// visitOverQUIC is visit over QUIC, a byte at a time.
func visitOverQUIC(pair *testkit.Pair, rested map[place]*engine.Engine) *pipe.Pipe {
	p := pair.JoinQUIC()
	look := func() { note(p, rested) }
	look()
	p.Observe = func(events.Role, events.Event) { look() }
	p.Split = func(events.Role, []byte) int { return 1 }
	_ = p.Do(events.Client, (*engine.Engine).Start)
	goOn(p, rested)
	return p
}

func TestEveryStateOverQUICIsReachedAndNoOther(t *testing.T) {
	rested := restedOverQUIC()
	declared := map[place]bool{}
	for _, role := range []events.Role{events.Client, events.Server} {
		for _, edge := range engine.QUICEdges(role) {
			declared[place{role, edge.From}], declared[place{role, edge.To}] = true, true
		}
	}
	for at := range declared {
		if rested[at] == nil {
			t.Errorf("no handshake brings the %v", at)
		}
	}
	for at := range rested {
		if !declared[at] {
			t.Errorf("the %v, of which no row speaks", at)
		}
	}
}

// covers 9001/6/1
func TestEveryMessageOverQUICIsDeclaredOrRefusedInEveryState(t *testing.T) {
	for at, resting := range restedOverQUIC() {
		for kind := range 256 {
			e, out := resting.Fork(), &events.Output{}
			err := e.Inject(out, testkit.Now, []byte{byte(kind), 0, 0, 0})
			fatal, refused := err.(*engine.Error)
			switch {
			case err == nil:
			case !refused:
				t.Errorf("%v: message %d: %v", at, kind, err)
			case fatal.Refusal.Name == "internal":
				t.Errorf("%v: message %d: %v", at, kind, err)
			}
		}
	}
}
