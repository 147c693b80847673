package answer

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// decrypt decrypts a premaster secret with the key of the credential. What does
// not decrypt gives 48 random bytes, in the same time (RFC 5246,
// Section 7.4.7.1).
func (s *Signing) decrypt(q *events.Decrypt) events.Answer {
	if q.Credential == nil {
		return q.Fail()
	}
	certificate, ok := q.Credential.Key.(*Certificate)
	if !ok || certificate == nil {
		return q.Fail()
	}
	decrypter, ok := certificate.signer.(crypto.Decrypter)
	if !ok {
		return q.Fail()
	}
	premaster, err := decrypter.Decrypt(s.source(certificate.signer), q.Ciphertext, premasterOptions())
	if err != nil {
		return q.Fail()
	}
	return q.Reply(premaster)
}

// premasterOptions have a key decrypt by PKCS #1 v1.5, and give random bytes of
// that length for what does not decrypt.
//
// Deprecated: This kind of encryption is for RSA key transport in TLS 1.2 alone,
// which has no other, and which nobody gets without asking for it
// (RFC 9325, Section 4.1).
func premasterOptions() crypto.DecrypterOpts {
	return &rsa.PKCS1v15DecryptOptions{SessionKeyLen: events.PremasterLen}
}

var errNoFetch = errors.New("answer: nothing fetches the certificates of clients")

// fetch has the certificates of a client fetched.
func (s *Server) fetch(now time.Time, q *events.FetchCertificates) events.Answer {
	if s.Fetch == nil {
		return q.Fail(errNoFetch)
	}
	found, err := s.Fetch(now, q)
	if err != nil {
		return q.Fail(err)
	}
	return q.Reply(found)
}

// supplement gives what a hook has to send.
func supplement(q *events.ProvideSupplementalData, hook func(*events.ProvideSupplementalData) []messages.SupplementalDataEntry) events.Answer {
	if hook == nil {
		return q.None()
	}
	return q.Reply(hook(q))
}
