package quic_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// hesitant leaves questions open that hold says so of.
type hesitant struct {
	answers answer.Answerer
	hold    func(q events.Question) bool
}

func (h *hesitant) Answer(now time.Time, q events.Question) events.Answer {
	if h.hold(q) {
		return nil
	}
	return h.answers.Answer(now, q)
}

func (h *hesitant) TakeSession(now time.Time, name string) *events.Session {
	return h.answers.(*answer.Client).TakeSession(now, name)
}

func (h *hesitant) KeepSession(name string, session *events.Session) {
	h.answers.(*answer.Client).KeepSession(name, session)
}

// world is what two connections in a row are made of, the second of which may resume.
type world struct {
	early, events, auth, preset bool
	hold                        func(q events.Question) bool
	// watch sees the stacks before anything is delivered to one.
	watch func(to *stack, c chunk)

	client, server *quic.QUICConfig
}

// run connects twice and gives the stacks of the second connection.
func (w *world) run(t testing.TB) (client, server *stack, err error) {
	w.client, w.server = clientConfig("world"), serverConfig(t, "world")
	if w.auth {
		w.client.Answers.(*answer.Client).Certificates = []*answer.Certificate{certificate(t, testkit.Client(testkit.Ed25519))}
		w.server.Server.ClientAuth = engine.RequireClientCert
	}
	for _, config := range []*quic.QUICConfig{w.client, w.server} {
		config.EnableSessionEvents, config.EnableKeyEvents = w.events, true
		config.Answers = &hesitant{config.Answers, w.hold}
	}
	for range 2 {
		client, server = ours(events.Client, quic.QUICClient(w.client)), ours(events.Server, quic.QUICServer(w.server))
		client.preset, server.preset = w.preset, w.preset
		server.ticket = &quic.QUICSessionTicketOptions{EarlyData: w.early}
		for _, s := range []*stack{server, client} {
			if err := s.start(); err != nil {
				return nil, nil, err
			}
		}
		if err := w.settle(client, server); err != nil {
			return nil, nil, err
		}
	}
	return client, server, nil
}

// settle delivers what is under way. Questions are answered when nothing is.
func (w *world) settle(client, server *stack) error {
	for {
		if err := w.deliver(client, server); err != nil {
			return err
		}
		open := false
		for _, s := range []*stack{client, server} {
			q := s.own().Question()
			if q == nil {
				continue
			}
			open = true
			if err := s.own().Answer(w.late(s.role, q)); err != nil {
				return err
			}
			if err := s.drain(); err != nil {
				return err
			}
		}
		if !open && len(client.outgoing)+len(server.outgoing) == 0 {
			return nil
		}
	}
}

func (w *world) late(role events.Role, q events.Question) events.Answer {
	config := w.client
	if role == events.Server {
		config = w.server
	}
	return config.Answers.(*hesitant).answers.Answer(testkit.Now, q)
}

func (w *world) deliver(client, server *stack) error {
	for _, way := range [][2]*stack{{client, server}, {server, client}} {
		waiting := way[0].outgoing
		way[0].outgoing = nil
		for _, c := range waiting {
			if w.watch != nil {
				w.watch(way[1], c)
			}
			if err := way[1].receive(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func prompt(events.Question) bool { return false }

// Whatever is answered late, the stack hears the same, and the question beside.
func TestQuestionsMayBeAnsweredLate(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := &world{
			early: rapid.Bool().Draw(r, "0-RTT"), events: rapid.Bool().Draw(r, "session events"),
			auth: rapid.Bool().Draw(r, "client certificate"), preset: rapid.Bool().Draw(r, "parameters set"), hold: prompt,
		}
		wantClient, wantServer, err := w.run(t)
		if err != nil {
			r.Fatal(err)
		}
		held := map[reflect.Type]bool{}
		w.hold = func(q events.Question) bool {
			kind := reflect.TypeOf(q)
			if _, drawn := held[kind]; !drawn {
				held[kind] = rapid.Bool().Draw(r, kind.String())
			}
			return held[kind]
		}
		client, server, err := w.run(t)
		if err != nil {
			r.Fatal(err)
		}
		wantAgreement(t, client, server)
		for _, pair := range [][2]*stack{{client, wantClient}, {server, wantServer}} {
			heard := slices.DeleteFunc(pair[0].log, func(line string) bool { return line == "question" })
			if !slices.Equal(heard, pair[1].log) {
				r.Errorf("the %v hears\n%q, promptly answered\n%q", pair[0].role, heard, pair[1].log)
			}
		}
	})
}

func TestAQuestionWaitsForItsAnswerAlone(t *testing.T) {
	config := serverConfig(t, "late")
	answers := config.Answers
	config.Answers = &hesitant{answers, func(q events.Question) bool { _, signs := q.(*events.Sign); return signs }}
	client, server := ours(events.Client, quic.QUICClient(clientConfig("late"))), ours(events.Server, quic.QUICServer(config))
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	sign, ok := server.own().Question().(*events.Sign)
	if !ok || len(server.questions) != 1 || server.questions[0] != events.Question(sign) || client.own().Question() != nil {
		t.Fatalf("the question is %v", server.own().Question())
	}
	for what, reply := range map[string]events.Answer{
		"nothing": nil, "another kind": &events.TicketSealed{Replied: events.Replied{ID: sign.ID}},
		"another number": &events.Signature{Replied: events.Replied{ID: sign.ID + 1}},
	} {
		if err := server.own().Answer(reply); err == nil {
			t.Errorf("an answer by %s is taken", what)
		}
	}
	// It may be answered from elsewhere: what is in it stays.
	if err := server.own().Answer(answers.Answer(testkit.Now, sign)); err != nil {
		t.Fatal(err)
	}
	if err := server.drain(); err != nil {
		t.Fatal(err)
	}
	if err := settle(client, server); err != nil {
		t.Fatal(err)
	}
	wantAgreement(t, client, server)
}

// While a question is open bytes wait, up to a bound. Nothing is lost beyond it.
func TestAParkedConnectionTakesTheSameBytesLater(t *testing.T) {
	config := serverConfig(t, "parked")
	config.Server.MaxHeld = 100
	answers := config.Answers
	config.Answers = &hesitant{answers, func(q events.Question) bool { _, signs := q.(*events.Sign); return signs }}
	client, server := ours(events.Client, quic.QUICClient(clientConfig("parked"))), ours(events.Server, quic.QUICServer(config))
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	err := server.HandleData(quic.QUICEncryptionLevelHandshake, make([]byte, 101))
	wantAlert(t, "too much", err, messages.AlertInternalError)
	if !errors.Is(err, engine.ErrParked) || quic.QUICErrorCode(err) != 0x0d {
		t.Errorf("%v, code %#x", err, quic.QUICErrorCode(err))
	}
	if err := server.own().Answer(answers.Answer(testkit.Now, server.own().Question())); err != nil {
		t.Fatal(err)
	}
	if err := server.drain(); err != nil {
		t.Fatal(err)
	}
	if err := settle(client, server); err != nil {
		t.Fatal(err)
	}
	wantAgreement(t, client, server)
}

func TestAnAnswerComesTooLateForItsContext(t *testing.T) {
	config := serverConfig(t, "too late")
	config.Answers = &hesitant{config.Answers, func(events.Question) bool { return true }}
	ctx, cancel := context.WithCancel(context.Background())
	server := quic.QUICServer(config)
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := server.HandleData(quic.QUICEncryptionLevelInitial, firstHello(t)); err != nil || server.Question() == nil {
		t.Fatalf("%v, the question is %v", err, server.Question())
	}
	cancel()
	wantAlert(t, "an answer", server.Answer(nil), messages.AlertCloseNotify)
	if server.Question() != nil {
		t.Error("the question is still open")
	}
}

// A connection without Answers asks the stack everything.
func TestAStackMayAnswerEverythingItself(t *testing.T) {
	w := &world{auth: true, early: true, hold: func(events.Question) bool { return true }}
	client, server, err := w.run(t)
	if err != nil {
		t.Fatal(err)
	}
	wantAgreement(t, client, server)
	if len(server.questions) < 3 {
		t.Errorf("%d questions", len(server.questions))
	}
	bare := quic.QUICServer(&quic.QUICConfig{Server: w.server.Server, Now: now})
	bare.SetTransportParameters(nil)
	asking := ours(events.Server, bare)
	if err := asking.start(); err != nil {
		t.Fatal(err)
	}
	if err := asking.receive(chunk{bytes: firstHello(t)}); err != nil || bare.Question() == nil {
		t.Errorf("without Answers: %v, %v", err, bare.Question())
	}
}

// script is all that a stack has been told, to the byte.
func script(s *stack) (lines []string) {
	next := s.next
	s.next = func() event {
		e := next()
		lines = append(lines, fmt.Sprintf("%s %04x %x", name(e), e.suite, e.data))
		return e
	}
	_ = s.drain()
	s.next = next
	return lines
}

// Two forks that are given the same hear the same, wherever they were forked, and the
// connection that they are of hears nothing of it.
func TestForksGoTheSameWay(t *testing.T) {
	for _, w := range []*world{
		{hold: prompt}, {hold: prompt, early: true, events: true}, {hold: prompt, auth: true, preset: true},
	} {
		steps := 0
		w.watch = func(to *stack, c chunk) {
			var told [2][]string
			for i := range told {
				fork := ours(to.role, to.own().ForkWith(testkit.Rand("fork")))
				if err := fork.HandleData(c.level, c.bytes); err != nil {
					t.Fatal(err)
				}
				told[i] = script(fork)
			}
			if !slices.Equal(told[0], told[1]) {
				t.Errorf("the %v: one fork hears\n%q, the other\n%q", to.role, told[0], told[1])
			}
			steps++
		}
		client, server, err := w.run(t)
		if err != nil {
			t.Fatal(err)
		}
		wantAgreement(t, client, server)
		if steps < 8 {
			t.Errorf("%d steps", steps)
		}
	}
}

// A client can be forked before it has an engine, with events still to be read.
func TestForksAreMadeOfEventsToo(t *testing.T) {
	w := &world{hold: prompt, early: true, events: true}
	if _, _, err := w.run(t); err != nil {
		t.Fatal(err)
	}
	client := quic.QUICClient(w.client)
	asked := client.Fork()
	for _, c := range []*quic.QUICConn{client, asked} {
		c.SetTransportParameters([]byte("parameters of the client"))
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	fork, declining := client.ForkWith(testkit.Rand("fork")), client.ForkWith(testkit.Rand("fork"))
	resuming := declining.NextEvent()
	if resuming.Kind != quic.QUICResumeSession || !resuming.SessionState.EarlyData {
		t.Fatalf("the first event is %v", resuming)
	}
	resuming.SessionState.EarlyData = false
	wantKinds(t, "a fork that declines", declining, quic.QUICWriteData)
	same := fork.Fork()
	first := wantKinds(t, "a fork", fork, quic.QUICResumeSession, quic.QUICWriteData, quic.QUICSetWriteSecret)
	_ = wantKinds(t, "a fork of that", same, quic.QUICResumeSession, quic.QUICWriteData, quic.QUICSetWriteSecret)
	original := wantKinds(t, "the original", client, quic.QUICResumeSession, quic.QUICWriteData, quic.QUICSetWriteSecret)
	if slices.Equal(first[2].Data, original[2].Data) {
		t.Error("with other entropy there is the same secret")
	}
}

// The same inputs give the same events, to the byte.
func TestAConnectionCanBeReplayed(t *testing.T) {
	var told [2][]string
	for i := range told {
		w := &world{hold: prompt, early: true, events: true, auth: true}
		w.watch = func(to *stack, c chunk) {
			told[i] = append(told[i], fmt.Sprintf("%v %v %x", to.role, c.level, c.bytes))
		}
		client, server, err := w.run(t)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*stack{client, server} {
			told[i] = append(told[i], fmt.Sprint(s.log, s.secrets))
		}
	}
	if !slices.Equal(told[0], told[1]) {
		t.Errorf("once it is\n%q, then\n%q", told[0], told[1])
	}
}
