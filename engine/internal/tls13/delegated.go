package tls13

import (
	"crypto"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Either end may show a delegated credential beside its certificate, and sign with
// the key of that, where the other has said that it takes it (RFC 9345). The engine
// looks at the schemes; whether the certificate's key has signed the credential, and
// until when it is valid, is for the answer to VerifyPeer to find.

// signing is how an end signs.
type signing struct {
	scheme messages.SignatureScheme
	// delegated tells that the key is that of the delegated credential.
	delegated bool
}

// chooseSigning takes the delegated credential where the peer takes its scheme and
// the algorithm that it is signed by, and the certificate's own key otherwise
// (RFC 9345, Section 4.1.1 and Section 4.1.2).
func chooseSigning(credential *events.Credential, theirs, delegated []messages.SignatureScheme) (signing, error) {
	if d := credential.Delegated; d != nil && slices.Contains(delegated, d.Key.Scheme) && slices.Contains(theirs, d.Algorithm) {
		return signing{d.Key.Scheme, true}, nil
	}
	scheme, err := chooseScheme(credential, theirs)
	return signing{scheme: scheme}, err
}

// showDelegated puts the delegated credential beside the end-entity certificate, if
// it is to sign.
func showDelegated(hs *handshake.Context, by signing, credential *events.Credential, m *messages.Certificate13) error {
	if !by.delegated {
		return nil
	}
	if err := m.Entries[0].Extensions.Put(credential.Delegated); err != nil {
		return refuse.BadAnswer.With("a delegated credential that does not fit into its extension")
	}
	hs.Connection.LocalDelegated = credential.Delegated
	return nil
}

// delegatedSchemes are those of the peer's request for a certificate.
func delegatedSchemes(hs *handshake.Context, x *messages.Extensions) ([]messages.SignatureScheme, error) {
	var offer messages.DelegatedCredentialOffer
	_, err := hs.Get(x, &offer)
	return offer.Schemes, err
}

// checkUnaskedDelegated refuses a delegated credential that was not asked for, which
// has an alert of its own (RFC 9345, Section 4.1.1 and Section 4.1.2).
func checkUnaskedDelegated(m *messages.Certificate13, asked []messages.ExtensionType) error {
	if slices.Contains(asked, messages.ExtensionDelegatedCredential) {
		return nil
	}
	for i := range m.Entries {
		if m.Entries[i].Extensions.Has(messages.ExtensionDelegatedCredential) {
			return refuse.DelegationNotOffered
		}
	}
	return nil
}

// takeDelegated takes the credential beside the end-entity certificate. Those beside
// others are passed over (RFC 9345, Section 4.1.1).
func takeDelegated(hs *handshake.Context, m *messages.Certificate13) error {
	hs.Connection.PeerDelegated = nil
	var d messages.DelegatedCredential
	present, err := hs.Get(&m.Entries[0].Extensions, &d)
	if err != nil || !present {
		return err
	}
	policy := hs.Policy
	switch {
	case hs.Connection.PeerCertificateType == messages.CertificateRawPublicKey:
		return refuse.DelegationNotValid.With("it is beside a raw public key")
	case !slices.Contains(policy.DelegatedSchemes, d.Key.Scheme):
		return refuse.DelegationNotValid.With("its key signs by %v", d.Key.Scheme)
	case !handshake.SignsHandshakes(d.Algorithm) || !slices.Contains(policy.Schemes, d.Algorithm):
		return refuse.DelegationNotValid.With("it is signed by %v", d.Algorithm)
	}
	hs.Connection.PeerDelegated = &d
	return nil
}

// verifyProof verifies that the peer has the key of its delegated credential, by the
// scheme that the credential names, or that of its certificate
// (RFC 9345, Section 4.1.3).
func verifyProof(hs *handshake.Context, d *messages.DelegatedCredential, key crypto.PublicKey, signer secrets.SignatureContext,
	m *messages.CertificateVerify) error {
	if d == nil {
		return verifyPossession(hs, key, signer, m)
	}
	if m.Scheme != d.Key.Scheme {
		return refuse.DelegatedSchemeMismatch.With("%v, the credential is for %v", m.Scheme, d.Key.Scheme)
	}
	return verifySigned(hs, key, signer, m)
}
