// Package answer holds the ordinary answers to the questions of an engine:
// verification by X.509, signing by a crypto.Signer, the choice of a
// certificate by name, ticket keys, and a client's store of sessions. It alone
// verifies certificates.
//
// A [Client] answers for engines of clients, a [Server] for those of servers.
// Their zero values are safe: a client trusts the system's roots and checks the
// name, a server has no certificate and refuses.
//
//	answers := &answer.Client{}
//	for event := range out.All() {
//		if question, ok := event.(events.Question); ok {
//			engine.Answer(&out, now, answers.Answer(now, question))
//		}
//	}
package answer

import (
	"time"

	"github.com/tacitls/tacitls/events"
)

// Answerer answers the questions of engines. An answer depends on now and the
// question alone: it may be had at once or later, and by any goroutine.
//
// Implementations are safe for concurrent use and keep nothing of a connection.
// An answer may take as long as the signers and hooks behind it. It is nil for a
// question of a kind the implementation does not know; the caller should then
// abort the connection.
type Answerer interface {
	Answer(now time.Time, q events.Question) events.Answer
}

// SessionKeeper keeps a client's sessions between connections. [Client] is one.
type SessionKeeper interface {
	// TakeSession gives a session for a connection to name, or nil. It gives
	// each session once (RFC 8446, Appendix C.4); one of TLS 1.2 that serves
	// again is kept again.
	TakeSession(now time.Time, name string) *events.Session
	// KeepSession keeps a session of a connection to name.
	KeepSession(name string, session *events.Session)
}

// EstablishedKeeper keeps the sessions of TLS 1.2 that a server's clients name
// by identifier. [Server] is one.
type EstablishedKeeper interface {
	// KeepEstablished keeps a session that was established at now.
	KeepEstablished(now time.Time, e *events.SessionEstablished)
	// ForgetEstablished forgets a session of which a connection has failed
	// (RFC 5246, Section 7.2.2).
	ForgetEstablished(id []byte)
}
