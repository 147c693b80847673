package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// issuing has a server issue a ticket of its own.
func issuing(options engine.TicketOptions) func(*engine.Engine, *events.Output, time.Time) error {
	return func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.IssueTicketWith(out, now, options)
	}
}

func TestATicketHasWhatItIsIssuedWith(t *testing.T) {
	for _, row := range []struct {
		options engine.TicketOptions
		early   bool
	}{
		{engine.TicketOptions{}, true},
		{engine.TicketOptions{NoEarlyData: true}, false},
		{engine.TicketOptions{Application: []byte("limits")}, true},
		{engine.TicketOptions{NoEarlyData: true, Application: make([]byte, engine.MaxTicketApplication)}, false},
	} {
		for transport, join := range map[string]func(*testkit.Pair) *pipe.Pipe{
			"stream": (*testkit.Pair).Join, "quic": (*testkit.Pair).JoinQUIC,
		} {
			pair := small("issue")
			pair.Server.Tickets, pair.Server.MaxEarlyData, pair.Client.EarlyData = -1, 1000, true
			// Large states fit into no ticket: it names one of these.
			var states [][]byte
			pair.ServerAnswers.Override = func(q events.Question) events.Answer {
				switch q := q.(type) {
				case *events.SealTicket:
					states = append(states, q.State)
					return q.Reply([]byte{byte(len(states))})
				case *events.OpenTicket:
					return q.Reply(0, states[q.Tickets[0].Ticket[0]-1])
				}
				return nil
			}
			first := join(pair)
			if err := first.Handshake(); err != nil {
				t.Fatal(err)
			}
			if err := first.Do(events.Server, issuing(row.options)); err != nil {
				t.Fatal(err)
			}
			if err := first.Run(); err != nil || len(first.Client.Sessions) != 1 {
				t.Fatalf("over %s: %d tickets come, %v", transport, len(first.Client.Sessions), err)
			}
			session, err := events.ParseSession(states[0])
			if err != nil || string(session.Application) != string(row.options.Application) {
				t.Errorf("over %s: the ticket holds %d bytes, %v", transport, len(session.Application), err)
			}
			pair.Client.Session = first.Client.Sessions[0]
			second := join(pair)
			if err := second.Handshake(); err != nil {
				t.Fatal(err)
			}
			if c := second.Server.Engine.Connection(); !c.Resumed || c.EarlyDataAccepted != row.early {
				t.Errorf("over %s: resumed %t, early data %t", transport, c.Resumed, c.EarlyDataAccepted)
			}
		}
	}
}

func TestATicketForTooMuchOfTheApplicationsIsMisuse(t *testing.T) {
	p := established(t, small("too much"))
	err := p.Do(events.Server, issuing(engine.TicketOptions{Application: make([]byte, engine.MaxTicketApplication+1)}))
	if !errors.Is(err, engine.ErrMisuse) || len(p.Client.Inbox) > 0 {
		t.Errorf("%v, and %d bytes are sent", err, len(p.Client.Inbox))
	}
}

// What a policy says of a session beforehand is what its clients do.
func TestAPolicyTellsWhichSessionsAreOffered(t *testing.T) {
	quic := small("resumes").JoinQUIC()
	if err := quic.Handshake(); err != nil {
		t.Fatal(err)
	}
	stream := established(t, small("resumes, stream"))
	for what, row := range map[string]struct {
		session *events.Session
		spoil   func(p *testkit.Pair, s *events.Session)
		now     time.Time
		want    bool
	}{
		"the session":        {quic.Client.Sessions[0], nil, testkit.Now, true},
		"its last second":    {quic.Client.Sessions[0], nil, testkit.Now.Add(24 * time.Hour), true},
		"an expired one":     {quic.Client.Sessions[0], nil, testkit.Now.Add(25 * time.Hour), false},
		"one of a stream":    {stream.Client.Sessions[0], nil, testkit.Now, false},
		"one of another":     {quic.Client.Sessions[0], func(p *testkit.Pair, _ *events.Session) { p.Client.ServerName = "other.example" }, testkit.Now, false},
		"without tickets":    {quic.Client.Sessions[0], func(p *testkit.Pair, _ *events.Session) { p.Client.NoTickets = true }, testkit.Now, false},
		"without its ticket": {quic.Client.Sessions[0], func(_ *testkit.Pair, s *events.Session) { s.Ticket = nil }, testkit.Now, false},
		"of another suite":   {quic.Client.Sessions[0], func(_ *testkit.Pair, s *events.Session) { s.CipherSuite = 0x1399 }, testkit.Now, false},
	} {
		pair := small("resumes, " + what)
		pair.Client.ALPN = []string{"tacitls"}
		session := *row.session
		if row.spoil != nil {
			row.spoil(pair, &session)
		}
		policy, err := pair.Client.CompileQUIC()
		if err != nil {
			t.Fatal(err)
		}
		if got := policy.Resumes(row.now, &session); got != row.want {
			t.Errorf("%s: %t", what, got)
		}
		pair.Client.Session = &session
		p := pair.JoinQUIC()
		p.Now = row.now
		asked := false
		p.Observe = func(_ events.Role, e events.Event) { asked = asked || strings.HasPrefix(e.String(), "open ticket?") }
		_ = p.Handshake()
		if asked != row.want {
			t.Errorf("%s: it is offered: %t", what, asked)
		}
	}
	policy, err := quicClientConfig().CompileQUIC()
	if err != nil || policy.Resumes(testkit.Now, nil) {
		t.Errorf("none is offered, %v", err)
	}
}

func quicClientConfig() *engine.ClientConfig {
	pair := small("quic")
	pair.Client.ALPN = []string{"tacitls"}
	return &pair.Client
}
