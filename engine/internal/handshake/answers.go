package handshake

import (
	"time"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
)

// What answers bring is checked before it is used: a slip of the caller's is
// refused as such, and never becomes a malformed message.

// CheckCredential checks that a credential can be sent.
func CheckCredential(credential *events.Credential) error {
	if len(credential.Chain) == 0 {
		return refuse.BadAnswer.With("a credential without a certificate")
	}
	total := 0
	for _, der := range credential.Chain {
		total += 3 + len(der) + 2
		if len(der) == 0 {
			return refuse.BadAnswer.With("an empty certificate")
		}
	}
	if total > 1<<24-1 {
		return refuse.BadAnswer.With("a chain of %d bytes", total)
	}
	return nil
}

// CheckSignature checks that a signature can be sent.
func CheckSignature(answer *events.Signature) error {
	if len(answer.Signature) == 0 || len(answer.Signature) > 1<<16-1 {
		return refuse.BadAnswer.With("a signature of %d bytes", len(answer.Signature))
	}
	return nil
}

// maxSessionAge is how long after the last authentication a session serves at
// the most (RFC 8446, Section 4.6.1).
const maxSessionAge = 7 * 24 * time.Hour

// clockSkew is how far the clocks of servers that share tickets may differ.
const clockSkew = 10 * time.Second

// Resumable tells whether a server may resume from a session, as far as no
// version has rules of its own: it is for this version, not too old, and has
// the client authentication that the policy wants.
func Resumable(hs *Context, session *events.Session) bool {
	if session.Version != hs.Connection.Version || session.Expired(hs.Now) || session.Created.After(hs.Now.Add(clockSkew)) ||
		hs.Now.Sub(session.Authenticated) > maxSessionAge {
		return false
	}
	if len(session.PeerChain) > 0 {
		return hs.Policy.RequestClientCert
	}
	return !hs.Policy.RequireClientCert
}
