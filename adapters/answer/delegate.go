package answer

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Delegation says what a delegated credential shall be.
type Delegation struct {
	// Key is the public key that shall serve, of a kind that
	// [events.VerifyPeer.Accept] lists, but for those of RSA (RFC 9345, Section 4).
	Key crypto.PublicKey
	// Scheme is the one that the key signs handshakes by; 0 is the recommended of
	// those that fit it.
	Scheme messages.SignatureScheme
	// Algorithm is what the certificate's key signs the credential by, which peers have
	// to take too; 0 is the recommended of those that fit it.
	Algorithm messages.SignatureScheme
	// ForClients makes it one for a client to show, and not for a server.
	ForClients bool
	// Lifetime is how long the credential is valid from now on, in whole seconds; 0 is
	// a day, [MaxDelegation] the most. It ends with the certificate at the latest.
	Lifetime time.Duration
	// Signing says how the certificate's key signs.
	Signing Signing
}

// Delegate issues a delegated credential, signed by the key of c, which has to be
// there. The certificate has to allow it, by the extension DelegationUsage and a key
// usage of digitalSignature, and to be valid at now (RFC 9345, Section 4.2). Nothing
// revokes the credential but the certificate's revocation. The caller owns it.
func (c *Certificate) Delegate(now time.Time, d Delegation) (*messages.DelegatedCredential, error) {
	if c.leaf == nil || c.signer == nil {
		return nil, errors.New("answer: there is no certificate, or not its key, to delegate with")
	}
	if err := mayDelegate(c.leaf); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	credential := &messages.DelegatedCredential{Algorithm: d.Algorithm}
	if credential.Algorithm == 0 && len(c.current.Schemes) > 0 {
		credential.Algorithm = c.current.Schemes[0]
	}
	var err error
	if credential.Key.ValidTime, err = validTime(now, c.leaf, d.Lifetime); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	if credential.Key.Scheme, err = delegatedScheme(d.Key, d.Scheme); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	if credential.Key.PublicKeyInfo, err = keyInfo(d.Key); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	holder := events.Server
	if d.ForClients {
		holder = events.Client
	}
	content, err := delegationContent(c.leaf.Raw, credential, holder)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	if len(common(c.current.Schemes, []messages.SignatureScheme{credential.Algorithm})) == 0 {
		return nil, fmt.Errorf("answer: the certificate's key does not sign with %v", credential.Algorithm)
	}
	if credential.Signature, err = d.Signing.signBy(c.signer, credential.Algorithm, content); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return credential, nil
}

// usualDelegation is how long a credential is valid that is issued for no time.
const usualDelegation = 24 * time.Hour

// validTime is in seconds from the beginning of the certificate's validity.
func validTime(now time.Time, leaf *x509.Certificate, lifetime time.Duration) (uint32, error) {
	if lifetime == 0 {
		lifetime = usualDelegation
	}
	end := now.Add(lifetime)
	seconds := int64(end.Sub(leaf.NotBefore) / time.Second)
	switch {
	case lifetime < time.Second || lifetime > MaxDelegation:
		return 0, fmt.Errorf("a delegated credential for %v", lifetime)
	case now.Before(leaf.NotBefore) || end.After(leaf.NotAfter):
		return 0, errors.New("the delegated credential would be valid outside of its certificate's time")
	case seconds > math.MaxUint32:
		return 0, errors.New("the certificate is too old for a delegated credential")
	}
	return uint32(seconds), nil
}

// delegatedScheme is what a key signs by: the scheme wanted, or any if that is 0.
func delegatedScheme(key crypto.PublicKey, wanted messages.SignatureScheme) (messages.SignatureScheme, error) {
	for _, scheme := range secrets.SchemesFor(secrets.Rules13, key) {
		if secrets.SignsDelegated(scheme) && (wanted == 0 || wanted == scheme) {
			return scheme, nil
		}
	}
	return 0, fmt.Errorf("a key of type %T does not sign as a delegated one, or not by %v", key, wanted)
}
