package answer

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// PSK is a pre-shared key with the identity that names it (RFC 4279). The key
// should have at least 128 bits of entropy: whoever sees a handshake can try
// guesses (RFC 4279, Section 7.2).
type PSK struct {
	Identity []byte
	Key      []byte
	// Hash is the hash function that the key is for in TLS 1.3, where zero is
	// SHA-256, and Imported tells that it comes of [secrets.ImportPSK].
	Hash     secrets.Hash
	Imported bool
}

// Format hides the key.
func (p PSK) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "psk(%q, %d bytes)", p.Identity, len(p.Key))
}

// PSKTable has the keys of identities, for [Server].PSK.
type PSKTable map[string][]byte

// Lookup gives the key of an identity, or nil.
func (t PSKTable) Lookup(identity []byte) []byte { return t[string(identity)] }

// Format hides the keys.
func (t PSKTable) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%d psks", len(t)) }

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

// offerPSK gives the key for a server, or ends the handshake.
func (c *Client) offerPSK(q *events.OfferPSK) events.Answer {
	psk := c.PSK
	if c.ChoosePSK != nil {
		psk = c.ChoosePSK(q)
	}
	// What was imported is for TLS 1.3 alone (RFC 9258, Section 5.1).
	if psk == nil || psk.Imported {
		return q.None()
	}
	return q.Reply(psk.Identity, psk.Key)
}

// choosePSK gives the key of the first identity that is known.
func (s *Server) choosePSK(q *events.ChoosePSK) events.Answer {
	for i, identity := range q.Identities {
		if s.PSK == nil {
			break
		}
		if key := s.PSK(identity); len(key) > 0 {
			return q.Reply(i, key)
		}
	}
	if !s.HidePSKIdentities {
		return q.None()
	}
	unknown := make([]byte, unknownPSKLen)
	if _, err := io.ReadFull(s.Signing.random(), unknown); err != nil {
		return q.None()
	}
	return q.Reply(0, unknown)
}

// unknownPSKLen is the length in bytes of a key that nobody has.
const unknownPSKLen = 32

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
