package answer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Signing says how keys sign. The zero value is the recommended choice.
type Signing struct {
	// Rand is what signers are given; nil is the reader of crypto/rand. It must
	// be safe for concurrent use.
	Rand io.Reader
	// Deterministic has ECDSA keys in memory sign as RFC 6979 says, so that the
	// same content gives the same signature.
	Deterministic bool
}

var errForeignCredential = errors.New("the credential is none of this package's")

// answer signs with the key of the credential.
func (s *Signing) answer(q *events.Sign) events.Answer {
	signature, err := s.sign(q)
	if err != nil {
		return q.Fail(fmt.Errorf("answer: %w", err))
	}
	return q.Reply(signature)
}

func (s *Signing) sign(q *events.Sign) ([]byte, error) {
	if q.Credential == nil {
		return nil, errForeignCredential
	}
	certificate, ok := q.Credential.Key.(*Certificate)
	if !ok || certificate == nil {
		return nil, errForeignCredential
	}
	signer, schemes := certificate.signer, q.Credential.Schemes
	if q.Delegated {
		signer, schemes = certificate.delegatedSigner()
	}
	if signer == nil || !slices.Contains(schemes, q.Scheme) {
		return nil, fmt.Errorf("the key does not sign with %v", q.Scheme)
	}
	return s.signBy(signer, q.Scheme, q.Content)
}

// signBy hashes and signs as a scheme says.
func (s *Signing) signBy(signer crypto.Signer, scheme messages.SignatureScheme, content []byte) ([]byte, error) {
	hash, known := secrets.HashOf(scheme)
	if !known {
		return nil, fmt.Errorf("%w: %v", secrets.ErrScheme, scheme)
	}
	digest := content
	if hash != 0 {
		h := hash.New()
		h.Write(content)
		digest = h.Sum(nil)
	}
	signature, err := signer.Sign(s.source(signer), digest, signerOptions(scheme, hash))
	if err == nil && len(signature) == 0 {
		err = errors.New("the signer gave an empty signature")
	}
	return signature, err
}

func (s *Signing) source(signer crypto.Signer) io.Reader {
	// A nil reader is how crypto/ecdsa is told to be deterministic; others would
	// stumble over it.
	if _, local := signer.(*ecdsa.PrivateKey); local && s.Deterministic {
		return nil
	}
	return s.random()
}

func (s *Signing) random() io.Reader {
	if s.Rand != nil {
		return s.Rand
	}
	return rand.Reader
}

// signerOptions are those of a scheme. The salt of PSS is as long as the digest
// (RFC 8446, Section 4.2.3).
func signerOptions(scheme messages.SignatureScheme, hash crypto.Hash) crypto.SignerOpts {
	switch scheme {
	case messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
		messages.RSAPSSPSSSHA256, messages.RSAPSSPSSSHA384, messages.RSAPSSPSSSHA512:
		return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	}
	return hash
}
