package engine_test

import (
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// keyed is a small pair with an external pre-shared key in TLS 1.3.
func keyed(seed string) *testkit.Pair {
	pair := small("psk, " + seed)
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.PSK = true
	}
	pair.ClientAnswers.PSK, pair.ServerAnswers.PSK = []byte("shared"), []byte("shared")
	return pair
}

// visitKeyed visits every kind of handshake with an external key.
func visitKeyed(rested map[place]*engine.Engine) {
	for _, configure := range []func(p *testkit.Pair){
		func(*testkit.Pair) {},
		func(p *testkit.Pair) { p.Server.NoTickets = true },
		func(p *testkit.Pair) { p.Server.NoTickets, p.Server.ChooseConfig = true, true },
		func(p *testkit.Pair) { p.Server.NoTickets = true; retrying(p) },
		func(p *testkit.Pair) { p.ServerAnswers.PSK = nil },
		func(p *testkit.Pair) {
			p.Client.PSKModes, p.Server.PSKModes = engine.PSKWithoutAgreement, engine.PSKEither
		},
	} {
		pair := keyed("visit")
		configure(pair)
		visit(pair, rested)
	}
}

// early is a pair whose client resumes a session that allows early data.
func early(configure ...func(p *testkit.Pair)) *testkit.Pair {
	first := small("early, first")
	first.Server.MaxEarlyData = maxEarly
	for _, c := range configure {
		c(first)
	}
	p := first.Join()
	_ = p.Handshake()
	pair := small("early, second")
	pair.Client.EarlyData, pair.Server.MaxEarlyData = true, maxEarly
	for _, c := range configure {
		c(pair)
	}
	pair.Client.Session = p.Client.Sessions[0]
	return pair
}

// maxEarly is how many bytes of early data the tickets of tests allow.
const maxEarly = 1000

// visitEarly visits every kind of handshake with early data.
func visitEarly(rested map[place]*engine.Engine) {
	for _, pair := range []*testkit.Pair{
		early(),
		early(func(p *testkit.Pair) { p.ServerAnswers.RejectEarly = true }),
		early(func(p *testkit.Pair) { p.Client.ReverifyOnResume = true }),
		early(func(p *testkit.Pair) {
			p.Client.PSK, p.Client.ReverifyOnResume = true, true
		}),
		early(func(p *testkit.Pair) { withClientCert(p); p.Server.ReverifyOnResume = true }),
	} {
		visit(pair, rested)
	}
}

// writeEarly has a client write early data.
func writeEarly(data string) func(*engine.Engine, *events.Output, time.Time) error {
	return func(e *engine.Engine, out *events.Output, now time.Time) error {
		_, err := e.WriteEarlyData(out, now, []byte(data))
		return err
	}
}
