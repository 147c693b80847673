package handshake

import (
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// What answers bring is checked before it is used: a slip of the caller's is
// refused as such, and never becomes a malformed message.

// CheckCredential checks that a credential can be sent.
func CheckCredential(credential *events.Credential) error {
	if credential.RawPublicKey != nil {
		return checkRawCredential(credential)
	}
	if d := credential.Delegated; d != nil {
		if _, err := d.Append(nil); err != nil || !secrets.SignsDelegated(d.Key.Scheme) || !SignsHandshakes(d.Algorithm) {
			return refuse.BadAnswer.With("a delegated credential for %v, signed by %v", d.Key.Scheme, d.Algorithm)
		}
	}
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
