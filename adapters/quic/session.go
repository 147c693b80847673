package quic

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// offer has a client choose a session, show it if that is asked for, and begin. The
// config has been compiled.
func (q *QUICConn) offer() error {
	policy, now := q.config.client.Load(), q.config.now()
	q.session = q.config.Client.Session
	if keeper, name := q.keeper(); q.session == nil && keeper != nil {
		q.session = keeper.TakeSession(now, name)
	}
	if q.session != nil && q.config.EnableSessionEvents && policy.Resumes(now, q.session) {
		q.resuming = newSessionState(q.session)
		q.push(QUICEvent{Kind: QUICResumeSession, SessionState: q.resuming})
		q.waiting = forDrain
		return nil
	}
	return q.launch()
}

// launch has a client send its first hello.
func (q *QUICConn) launch() error {
	session := q.session
	if q.resuming != nil && !q.resuming.EarlyData {
		declined := *session
		declined.MaxEarlyData = 0
		session = &declined
	}
	q.session, q.resuming = nil, nil
	q.engine = q.forked(q.config.client.Load().Resume(session))
	return q.call((*engine.Engine).Start)
}

// resumed shows a server's session, once it is one.
func (q *QUICConn) resumed(opened *events.TicketOpened) {
	if !q.config.EnableSessionEvents || !q.engine.Connection().Resumed {
		return
	}
	session, err := events.ParseSession(slices.Clone(opened.State))
	if err != nil {
		return
	}
	q.resuming = newSessionState(session)
	q.push(QUICEvent{Kind: QUICResumeSession, SessionState: q.resuming})
}

// drained goes on behind a QUICResumeSession that has been acted on.
func (q *QUICConn) drained() {
	q.waiting = nothing
	if q.ended() != nil {
		return
	}
	if q.engine == nil {
		_ = q.launch() // NextEvent tells
		return
	}
	question := q.open.(*events.AcceptEarlyData)
	declines := !q.resuming.EarlyData
	q.resuming = nil
	_ = q.call(func(_ *engine.Engine, out *events.Output, _ time.Time) error {
		if declines {
			q.settle(out, question.Reject())
		} else {
			q.decide(out, question)
		}
		return nil
	})
}

// received keeps a client's session, or has it kept by the stack.
func (q *QUICConn) received(session *events.Session) {
	if q.config.EnableSessionEvents {
		q.push(QUICEvent{Kind: QUICStoreSession, SessionState: newSessionState(session)})
		return
	}
	if keeper, name := q.keeper(); keeper != nil {
		keeper.KeepSession(name, session)
	}
}

// keeper is where a client's sessions are kept, and under which name, or nil.
func (q *QUICConn) keeper() (answer.SessionKeeper, string) {
	config := q.config.Client
	keeper, ok := q.config.Answers.(answer.SessionKeeper)
	if !ok || config == nil || config.NoTickets || config.ServerName == "" {
		return nil, ""
	}
	return keeper, strings.TrimSuffix(config.ServerName, ".") + SessionSuffix
}

// StoreSession keeps a session of a client's where the config's Answers keep
// sessions; otherwise it does nothing. The stack may have changed it before.
func (q *QUICConn) StoreSession(session *SessionState) error {
	if q.role == events.Server {
		return wrap(errors.New("quic: StoreSession is a client's"))
	}
	kept, err := session.Session()
	if err != nil {
		return wrap(err)
	}
	if keeper, name := q.keeper(); keeper != nil {
		keeper.KeepSession(name, kept)
	}
	return nil
}

// SendSessionTicket sends a ticket to the client, once the handshake is complete: as
// QUICWriteData, which comes later where the question for it is left open. Another
// may be sent when one is. It does nothing where the config has no tickets, or the
// client cannot use one.
func (q *QUICConn) SendSessionTicket(opts QUICSessionTicketOptions) error {
	switch {
	case q.err != nil:
		return q.err
	case q.role == events.Client:
		return wrap(errors.New("quic: SendSessionTicket is a server's"))
	case !q.complete():
		return wrap(errNotReady)
	}
	extra, err := appendExtra(opts.Extra)
	if err != nil {
		return wrap(err)
	}
	err = q.call(func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.IssueTicketWith(out, now, engine.TicketOptions{NoEarlyData: !opts.EarlyData, Application: extra})
	})
	if errors.Is(err, engine.ErrMisuse) && q.err == nil {
		return nil
	}
	return err
}
