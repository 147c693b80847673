package main

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// namedError is an error with the word that the tests know it by.
type namedError struct {
	reason string
	err    error
}

func (e *namedError) Error() string { return ":" + e.reason + ":\n" + e.err.Error() }
func (e *namedError) Unwrap() error { return e.err }

// named is such an error of the shim's own.
func named(reason, text string) error { return &namedError{reason: reason, err: errors.New(text)} }

// answer answers a question. An error means that the shim or the test is at fault, not the peer.
func (p *endpoint) answer(question events.Question) error {
	reply, err := p.replyTo(question)
	if err != nil {
		return err
	}
	if err := p.engine.Answer(&p.out, p.c.now, reply); err != nil && p.engine.Err() == nil {
		return &faultError{what: fmt.Sprintf("the engine did not take an answer: %v", err)}
	}
	return nil
}

func (p *endpoint) replyTo(question events.Question) (events.Answer, error) {
	switch q := question.(type) {
	case *events.ChooseConfig:
		return p.chooseConfig(q)
	case *events.ChooseCredential:
		return p.chooseCredential(q)
	case *events.Sign:
		signature, err := q.Credential.Key.(*identity).sign(q.Scheme, q.Content)
		if err != nil {
			return q.Fail(err), nil
		}
		return q.Reply(signature), nil
	case *events.VerifyPeer:
		return p.verifyPeer(q), nil
	case *events.OpenTicket:
		p.zero.ticket = true
		for i, ticket := range q.Tickets {
			if state, ok := p.tickets.open(ticket.Ticket); ok {
				p.resumed, _ = events.ParseSession(bytes.Clone(state))
				p.skew = skewOf(p.resumed, ticket.ObfuscatedAge, p.c.now)
				return q.Reply(i, state), nil
			}
		}
		return q.None(), nil
	case *events.AcceptEarlyData:
		return decideEarly(q), nil
	case *events.FindSession:
		state, ok := p.kept[string(q.SessionID)]
		if !ok {
			return q.None(), nil
		}
		p.resumed, _ = events.ParseSession(bytes.Clone(state))
		return q.Reply(state), nil
	case *events.SealTicket:
		if p.c.options.SkipTicket {
			return q.None(), nil
		}
		return p.sealTicket(q)
	case *events.ProvideTransportParameters:
		return q.Reply(p.c.options.QUICTransportParams), nil
	case *events.CompressCertificate:
		return compress(q)
	case *events.DecompressCertificate:
		return decompress(q), nil
	}
	return p.replyTo12(question)
}

// skewOf is by how many seconds a ticket is older in the client's eyes than in ours (RFC 8446, Section 8.3).
func skewOf(session *events.Session, obfuscated uint32, now time.Time) int {
	if session == nil {
		return 0
	}
	theirs := time.Duration(obfuscated-session.AgeAdd) * time.Millisecond
	return int((theirs - now.Sub(session.Created)) / time.Second)
}

// sealTicket puts what the shim has to remember into the session, and seals that.
func (p *endpoint) sealTicket(q *events.SealTicket) (events.Answer, error) {
	state, err := p.remember(q.State)
	if err != nil {
		return nil, err
	}
	return q.Reply(p.tickets.seal(state)), nil
}

// remember puts into a session what the shim has to remember with it.
func (p *endpoint) remember(state []byte) ([]byte, error) {
	session, err := events.ParseSession(bytes.Clone(state))
	if err != nil {
		return nil, &faultError{what: err.Error()}
	}
	session.Application = p.memory()
	if state, err = session.Append(nil); err != nil {
		return nil, &faultError{what: err.Error()}
	}
	return state, nil
}

// keepSession keeps a session that has no ticket.
func (p *endpoint) keepSession(event *events.SessionEstablished) error {
	state, err := p.remember(event.State)
	p.kept[string(event.SessionID)], p.cached = state, true
	return err
}

// chooseConfig stands for the hooks that see the ClientHello.
func (p *endpoint) chooseConfig(q *events.ChooseConfig) (events.Answer, error) {
	o := p.c.options
	p.hello = q.Hello
	p.zero.asked = asksEarly(q.Hello)
	switch {
	case o.FailEarlyCallback:
		return q.Refuse(messages.AlertHandshakeFailure, named("CONNECTION_REJECTED", "the early hook refuses")), nil
	case o.FailDDoSCallback:
		return q.Refuse(messages.AlertInternalError, named("CONNECTION_REJECTED", "the load hook refuses")), nil
	case o.RejectALPN && len(q.Hello.ALPN) > 0:
		return q.Refuse(messages.AlertNoApplicationProtocol, named("NO_APPLICATION_PROTOCOL", "the hook refuses every protocol")), nil
	}
	config := chosenConfig(p.server, o, q.Hello)
	check := engine.NewServer
	if o.QUIC {
		check = engine.NewQUICServer
	}
	if _, err := check(config); err != nil {
		if o.SelectEmptyALPN {
			return q.Refuse(messages.AlertInternalError, &namedError{reason: "INVALID_ALPN_PROTOCOL", err: err}), nil
		}
		return nil, &faultError{what: err.Error()}
	}
	return q.Use(config), nil
}
