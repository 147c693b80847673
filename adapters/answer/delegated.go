package answer

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Delegated credentials: the holder of a certificate lets another key serve in its
// place for some days, without the authority (RFC 9345).

// MaxDelegation is how far ahead a delegated credential may be valid
// (RFC 9345, Section 4.1.3).
const MaxDelegation = 7 * 24 * time.Hour

// delegated is a delegated credential with the signer of its key.
type delegated struct {
	credential *messages.DelegatedCredential
	signer     crypto.Signer
	holder     events.Role // the end that it is for
	expiry     time.Time
}

// WithDelegated gives a copy of c that shows a delegated credential to peers that
// take it, and signs for them by a signer of its key, which may be remote. For others
// it goes on with the key of c. It keeps the credential, which must not be changed,
// and refuses one that is none of the certificate's or not of the signer's key.
//
// The credential is shown while it is valid, and by the end that it was issued for.
func (c *Certificate) WithDelegated(credential *messages.DelegatedCredential, signer crypto.Signer) (*Certificate, error) {
	switch {
	case c.leaf == nil:
		return nil, errors.New("answer: a raw public key delegates nothing")
	case credential == nil:
		return nil, errors.New("answer: no delegated credential")
	case signer == nil:
		return nil, errors.New("answer: no signer of the delegated key")
	}
	d := &delegated{credential: credential, signer: signer, holder: events.Server, expiry: expiry(c.leaf, credential)}
	key, err := checkDelegation(c.leaf, c.key, credential, d.holder)
	if errors.Is(err, secrets.ErrBadSignature) {
		d.holder = events.Client
		key, err = checkDelegation(c.leaf, c.key, credential, d.holder)
	}
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	if !sameKey(key, signer.Public()) {
		return nil, errors.New("answer: the signer's key is not that of the delegated credential")
	}
	delegating := c.copy()
	delegating.delegated = d
	return delegating, nil
}

// NewDelegated is NewCertificate and [Certificate.WithDelegated] for whoever has the
// delegated key and not the certificate's: peers that do not take the credential see
// nothing of it.
func NewDelegated(chain [][]byte, credential *messages.DelegatedCredential, signer crypto.Signer) (*Certificate, error) {
	c, err := parseCertificate(chain)
	if err != nil {
		return nil, err
	}
	return c.WithDelegated(credential, signer)
}

// withDelegated is c for TLS 1.3.
func (c *Certificate) withDelegated() *events.Credential {
	if c.delegated == nil {
		return &c.current
	}
	credential := c.current
	credential.Delegated = c.delegated.credential
	return &credential
}

// credentialFor is c as an answer to q: without a delegated credential that is not
// valid now, or not for this end.
func (c *Certificate) credentialFor(now time.Time, q *events.ChooseCredential) *events.Credential {
	if c.delegated != nil && !c.delegated.usable(now, q.Role) && q.Version == messages.TLS13 {
		return &c.current
	}
	return c.Credential(q.Version)
}

func (d *delegated) usable(now time.Time, role events.Role) bool {
	return d.holder == role && checkTime(now, d.expiry) == nil
}

// canDelegate tells whether the delegated credential serves the peer.
func (c *Certificate) canDelegate(now time.Time, q *events.ChooseCredential) bool {
	d := c.delegated
	return d != nil && d.usable(now, q.Role) && slices.Contains(q.DelegatedSchemes, d.credential.Key.Scheme) &&
		slices.Contains(q.Schemes, d.credential.Algorithm)
}

// delegatedSigner is the delegated key, with what it signs by.
func (c *Certificate) delegatedSigner() (crypto.Signer, []messages.SignatureScheme) {
	if c.delegated == nil {
		return nil, nil
	}
	return c.delegated.signer, []messages.SignatureScheme{c.delegated.credential.Key.Scheme}
}

// oidDelegationUsage is id-pe-delegationUsage (RFC 9345, Section 4.2).
var oidDelegationUsage = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 44363, 44}

// mayDelegate tells whether a certificate allows delegated credentials: it has the
// extension, whose value is NULL, and a key usage with digitalSignature.
func mayDelegate(leaf *x509.Certificate) error {
	if leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return errors.New("the certificate's key usage has no digitalSignature, so that it delegates nothing")
	}
	for _, extension := range leaf.Extensions {
		if extension.Id.Equal(oidDelegationUsage) && bytes.Equal(extension.Value, asn1.NullBytes) {
			return nil
		}
	}
	return errors.New("the certificate has no DelegationUsage")
}

// delegationContent is what the certificate's key signs.
func delegationContent(certificate []byte, d *messages.DelegatedCredential, holder events.Role) ([]byte, error) {
	signed, err := d.AppendSigned(nil)
	if err != nil {
		return nil, err
	}
	context := secrets.ServerContext
	if holder == events.Client {
		context = secrets.ClientContext
	}
	return secrets.DelegationInput13(nil, context, certificate, signed), nil
}

// checkDelegation checks what does not turn on the time: that the certificate allows
// delegated credentials and its key has signed this one, for an end to show, and
// that the key in it fits its scheme. It gives that key (RFC 9345, Section 4.1.3).
func checkDelegation(leaf *x509.Certificate, key crypto.PublicKey, d *messages.DelegatedCredential, holder events.Role) (crypto.PublicKey, error) {
	if err := mayDelegate(leaf); err != nil {
		return nil, err
	}
	content, err := delegationContent(leaf.Raw, d, holder)
	if err != nil {
		return nil, err
	}
	if err := secrets.VerifySignature(secrets.Rules13, key, d.Algorithm, content, d.Signature); err != nil {
		return nil, fmt.Errorf("the certificate's key has not signed the delegated credential: %w", err)
	}
	own, err := parseKeyInfo(d.Key.PublicKeyInfo)
	if err != nil {
		return nil, err
	}
	if d.Key.Scheme == 0 {
		return nil, errors.New("the delegated credential names no scheme")
	}
	if _, err := delegatedScheme(own, d.Key.Scheme); err != nil {
		return nil, err
	}
	if bits := rsaBits(own); bits != 0 && bits < MinRSABits {
		return nil, fmt.Errorf("the delegated credential has an RSA key of %d bits", bits)
	}
	return own, nil
}

// expiry is when a delegated credential ends.
func expiry(leaf *x509.Certificate, d *messages.DelegatedCredential) time.Time {
	return leaf.NotBefore.Add(time.Duration(d.Key.ValidTime) * time.Second)
}

// checkTime checks that the credential is valid, and not for longer than it may be
// (RFC 9345, Section 4.1.3).
func checkTime(now, expiry time.Time) error {
	switch {
	case now.After(expiry):
		return errors.New("the delegated credential has expired")
	case expiry.After(now.Add(MaxDelegation)):
		return errors.New("the delegated credential is valid for too long")
	}
	return nil
}

// verifyDelegated verifies the delegated credential of a peer whose certificate is
// good, and gives its key in place of the certificate's.
func verifyDelegated(now time.Time, leaf *x509.Certificate, key crypto.PublicKey, q *events.VerifyPeer) (crypto.PublicKey, *Rejection) {
	own, err := checkDelegation(leaf, key, q.Delegated, q.Role.Peer())
	if err == nil {
		err = checkTime(now, expiry(leaf, q.Delegated))
	}
	if err != nil {
		return nil, &Rejection{Alert: messages.AlertIllegalParameter, Err: err}
	}
	return own, nil
}
