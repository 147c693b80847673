package engine_test

import (
	"errors"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

var errReason = errors.New("a reason of the caller's")

// answering overrides the answer to questions of type Q.
func answering[Q any](answers *testkit.Answers, answer func(q *Q) events.Answer) {
	answers.Override = func(q events.Question) events.Answer {
		if q, ok := any(q).(*Q); ok {
			return answer(q)
		}
		return nil
	}
}

func serverAnswers[Q any](answer func(q *Q) events.Answer) func(*testkit.Pair) {
	return func(p *testkit.Pair) { answering(p.ServerAnswers, answer) }
}

func clientAnswers[Q any](answer func(q *Q) events.Answer) func(*testkit.Pair) {
	return func(p *testkit.Pair) { answering(p.ClientAnswers, answer) }
}

// dry is a source of entropy that has none.
type dry struct{}

func (dry) Read([]byte) (int, error) { return 0, errReason }

// answerOffences are ended by this side: by the caller, its answers, its
// entropy or a bug.
func answerOffences() []offence {
	return []offence{
		{
			sentence: "a handler leads where no row says", refusal: "internal_error", by: events.Client,
			forge: func(l *forge.Link) {
				l.Client.Engine, _ = engine.NewMisdirected(&engine.ClientConfig{Common: engine.Common{Rand: testkit.Rand("lost")}})
			},
		},
		{
			sentence: "the client has no entropy", refusal: "entropy_failed", by: events.Client,
			pair: func(p *testkit.Pair) { p.Client.Rand = dry{} },
		},
		{
			sentence: "the server has no entropy", refusal: "entropy_failed", by: events.Server,
			pair: func(p *testkit.Pair) { p.Server.Rand = dry{} },
		},
		{
			sentence: "the caller gives up before the answer", refusal: "aborted", by: events.Client,
			alert: messages.AlertInternalError,
			forge: func(l *forge.Link) {
				l.On(events.Server, messages.TypeServerHello, func(*forge.Wire, []byte) {
					abort(l, events.Client, messages.AlertInternalError)
				})
			},
		},
		{
			sentence: "the caller gives up a connection in use", refusal: "aborted", by: events.Server,
			alert: messages.AlertInternalError,
			then:  func(l *forge.Link) { abort(l, events.Server, messages.AlertInternalError) },
		},
		{
			sentence: "the config is refused", refusal: "answer_refused", by: events.Server,
			alert: messages.AlertUnrecognizedName,
			pair: func(p *testkit.Pair) {
				p.Server.ChooseConfig = true
				answering(p.ServerAnswers, func(q *events.ChooseConfig) events.Answer {
					return q.Refuse(messages.AlertUnrecognizedName, errReason)
				})
			},
		},
		{
			sentence: "the credential is refused without an alert", refusal: "answer_refused", by: events.Server,
			pair: serverAnswers(func(q *events.ChooseCredential) events.Answer { return q.Refuse(0, errReason) }),
		},
		{
			sentence: "the server's chain is rejected", refusal: "peer_rejected", by: events.Client,
			alert: messages.AlertUnknownCA,
			pair: clientAnswers(func(q *events.VerifyPeer) events.Answer {
				return q.Reject(messages.AlertUnknownCA, errReason)
			}),
		},
		{
			sentence: "the client's chain is rejected", refusal: "peer_rejected", by: events.Server,
			alert: messages.AlertBadCertificate,
			pair: func(p *testkit.Pair) {
				withClientCert(p)
				answering(p.ServerAnswers, func(q *events.VerifyPeer) events.Answer {
					return q.Reject(messages.AlertBadCertificate, errReason)
				})
			},
		},
		{
			sentence: "the signer fails", refusal: "signing_failed", by: events.Server,
			pair: serverAnswers(func(q *events.Sign) events.Answer { return q.Fail(errReason) }),
		},
		{
			sentence: "the client's signer fails", refusal: "signing_failed", by: events.Client,
			pair: func(p *testkit.Pair) {
				withClientCert(p)
				answering(p.ClientAnswers, func(q *events.Sign) events.Answer { return q.Fail(errReason) })
			},
		},
		{
			sentence: "the signature is empty", refusal: "bad_answer", by: events.Server,
			pair: serverAnswers(func(q *events.Sign) events.Answer { return q.Reply(nil) }),
		},
		{
			sentence: "the signature is longer than a message holds", refusal: "bad_answer", by: events.Server,
			pair: serverAnswers(func(q *events.Sign) events.Answer { return q.Reply(make([]byte, 1<<16)) }),
		},
		{
			sentence: "the credential has no chain", refusal: "bad_answer", by: events.Server,
			pair: serverAnswers(func(q *events.ChooseCredential) events.Answer { return q.Reply(&events.Credential{}) }),
		},
		{
			sentence: "the chain has an empty certificate", refusal: "bad_answer", by: events.Server,
			pair: serverAnswers(func(q *events.ChooseCredential) events.Answer {
				return q.Reply(&events.Credential{Chain: [][]byte{{}}})
			}),
		},
		{
			sentence: "the chain is longer than a message holds", refusal: "bad_answer", by: events.Server,
			pair: serverAnswers(func(q *events.ChooseCredential) events.Answer {
				return q.Reply(&events.Credential{Chain: [][]byte{make([]byte, 1<<24)}})
			}),
		},
		{
			sentence: "the ticket opened was not offered", refusal: "bad_answer", by: events.Server,
			pair: func(p *testkit.Pair) {
				resuming(p)
				answering(p.ServerAnswers, func(q *events.OpenTicket) events.Answer { return q.Reply(1, nil) })
			},
		},
	}
}

func abort(l *forge.Link, at events.Role, alert messages.Alert) {
	_ = l.Do(at, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Abort(out, now, alert)
	})
}

// withClientCert has the server require a certificate, and the client have one.
func withClientCert(p *testkit.Pair) {
	p.Server.ClientAuth = engine.RequireClientCert
	p.ClientAnswers.Identity = testkit.Client(testkit.P256)
}
