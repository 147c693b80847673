package handshake

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"reflect"

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

// WholeKey tells whether a key is there: a nil one, or an ECDSA key without a point,
// is a slip of the answer's rather than the peer's fault.
func WholeKey(key crypto.PublicKey) bool {
	switch key := key.(type) {
	case nil:
		return false
	case *rsa.PublicKey:
		return key != nil && key.N != nil
	case *ecdsa.PublicKey:
		if key == nil || key.Curve == nil {
			return false
		}
		// The standard library takes a key without coordinates for a bug, and
		// panics; it has deprecated the fields, hence the look from outside.
		point := reflect.ValueOf(key).Elem()
		return !point.FieldByName("X").IsNil() && !point.FieldByName("Y").IsNil()
	}
	return true
}
