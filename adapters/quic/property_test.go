package quic_test

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// wild is two connections whose methods are called in any order.
type wild struct {
	t       *rapid.T
	stacks  [2]*stack
	answers [2]answer.Answerer
	corrupt bool
}

// check looks at what a method has returned: every error wraps an alert, and has a code.
func (w *wild) check(what string, err error) {
	var alert quic.AlertError
	if err != nil && (!errors.As(err, &alert) || quic.QUICErrorCode(err) == 0) {
		w.t.Fatalf("%s: %v has no alert", what, err)
	}
}

// step calls one method of one end.
func (w *wild) step() {
	role := rapid.SampledFrom([]events.Role{events.Client, events.Server}).Draw(w.t, "role")
	s, other := w.stacks[role], w.stacks[1-role]
	switch rapid.IntRange(0, 11).Draw(w.t, "call") {
	case 0:
		w.check("Start", s.Start(context.Background()))
	case 1, 2, 3:
		e := s.next()
		if e.kind == quic.QUICWriteData {
			s.outgoing = append(s.outgoing, chunk{e.level, e.data})
		}
		if e.session != nil && rapid.Bool().Draw(w.t, "declines") {
			*e.early = false
			w.check("StoreSession", s.store(e.session))
		}
		w.check("the event", e.err)
	case 4, 5, 6:
		if len(other.outgoing) > 0 {
			w.deliver(other, s)
		}
	case 7:
		s.SetTransportParameters([]byte(s.parameters))
	case 8:
		if q := s.own().Question(); q != nil {
			w.check("Answer", s.own().Answer(w.answers[role].Answer(testkit.Now, q)))
		}
	case 9:
		w.check("SendSessionTicket", s.SendSessionTicket(quic.QUICSessionTicketOptions{EarlyData: true}))
		w.check("ConfirmHandshake", s.own().ConfirmHandshake())
		w.check("Answer", s.own().Answer(&events.Refused{Replied: events.Replied{ID: 1}, Alert: messages.AlertInternalError}))
	case 10:
		s.conn = s.own().ForkWith(testkit.Rand("wild"))
		forked := ours(role, s.own())
		s.next, s.store = forked.next, forked.store
	case 11:
		if rapid.IntRange(0, 9).Draw(w.t, "closes") == 0 {
			w.check("Close", s.Close())
		}
	}
	_ = s.ConnectionState()
}

// deliver hands a piece of what comes first on, which may be changed on its way.
func (w *wild) deliver(from, to *stack) {
	c := &from.outgoing[0]
	n := rapid.IntRange(1, len(c.bytes)).Draw(w.t, "size")
	piece, level := append([]byte{}, c.bytes[:n]...), c.level
	if w.corrupt && rapid.IntRange(0, 19).Draw(w.t, "corrupts") == 0 {
		piece[rapid.IntRange(0, n-1).Draw(w.t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(w.t, "by"))
		level = quic.QUICEncryptionLevel(rapid.IntRange(-1, 4).Draw(w.t, "level"))
	}
	if c.bytes = c.bytes[n:]; len(c.bytes) == 0 {
		from.outgoing = from.outgoing[1:]
	}
	w.check("HandleData", to.HandleData(level, piece))
}

// In whatever order its methods are called, and whatever comes from the peer, a
// connection neither panics nor gives an error without an alert.
func TestMethodsMayBeCalledInAnyOrder(t *testing.T) {
	keys := certificate(t, testkit.Server(testkit.P256))
	rapid.Check(t, func(r *rapid.T) {
		w := &wild{t: r, corrupt: rapid.Bool().Draw(r, "hostile")}
		clientSide, serverSide := clientConfig("wild"), serverConfig(t, "wild")
		serverSide.Answers.(*answer.Server).Certificates = []*answer.Certificate{keys}
		w.answers = [2]answer.Answerer{clientSide.Answers, serverSide.Answers}
		if rapid.Bool().Draw(r, "resumes") {
			client, server := ours(events.Client, quic.QUICClient(clientSide)), ours(events.Server, quic.QUICServer(serverSide))
			server.ticket = &quic.QUICSessionTicketOptions{EarlyData: true}
			if err := connect(client, server); err != nil {
				r.Fatal(err)
			}
		}
		for _, config := range []*quic.QUICConfig{clientSide, serverSide} {
			config.EnableSessionEvents = rapid.Bool().Draw(r, "session events")
			config.EnableKeyEvents = rapid.Bool().Draw(r, "key events")
			late := rapid.Bool().Draw(r, "late")
			config.Answers = &hesitant{config.Answers, func(events.Question) bool { return late }}
		}
		w.stacks = [2]*stack{ours(events.Client, quic.QUICClient(clientSide)), ours(events.Server, quic.QUICServer(serverSide))}
		for range rapid.IntRange(1, 120).Draw(r, "steps") {
			w.step()
		}
	})
}
