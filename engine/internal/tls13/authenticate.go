package tls13

import (
	"crypto"
	"errors"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The authentication messages are the same from both ends
// (RFC 8446, Section 4.4).

// signedSize has room for what is signed: 64 spaces, the context string, a
// zero and a hash.
const signedSize = 64 + 33 + 1 + 48

// verifyPossession verifies that the peer has the key of its certificate
// (RFC 8446, Section 4.4.3).
func verifyPossession(hs *handshake.Context, key crypto.PublicKey, signer secrets.SignatureContext, m *messages.CertificateVerify) error {
	if !handshake.SignsHandshakes(m.Scheme) || !slices.Contains(hs.Policy.Schemes, m.Scheme) {
		return refuse.SchemeNotOffered.With("%v", m.Scheme)
	}
	return verifySigned(hs, key, signer, m)
}

// verifySigned verifies the signature by a scheme that was offered.
func verifySigned(hs *handshake.Context, key crypto.PublicKey, signer secrets.SignatureContext, m *messages.CertificateVerify) error {
	content := secrets.VerifyInput13(hs.Room(), signer, hs.Before)
	err := secrets.VerifySignature(secrets.Rules13, key, m.Scheme, content, m.Signature)
	switch {
	case errors.Is(err, secrets.ErrBadSignature):
		return refuse.BadSignature.With("%v", m.Scheme)
	case err != nil:
		return refuse.SchemeForOtherKey.With("%v", m.Scheme)
	}
	hs.Connection.PeerScheme = m.Scheme
	hs.Authenticated = hs.Now
	return nil
}

// certificateOf is a chain, empty without a credential, with what the peer asked to
// have stapled to it.
func certificateOf(hs *handshake.Context, credential *events.Credential, asked stapling) (*messages.Certificate13, error) {
	m := &messages.Certificate13{}
	if credential == nil {
		return m, nil
	}
	if credential.RawPublicKey != nil {
		hs.Connection.LocalRawKey = credential.RawPublicKey
		m.Entries = []messages.CertificateEntry{{Data: credential.RawPublicKey}}
		return m, nil
	}
	m.Entries = make([]messages.CertificateEntry, len(credential.Chain))
	for i, der := range credential.Chain {
		m.Entries[i].Data = der
	}
	hs.Connection.LocalChain = credential.Chain
	return m, asked.staple(m.Entries, credential)
}

// askSign asks for the signature that proves this end's key.
func askSign(hs *handshake.Context, credential *events.Credential, by signing, signer secrets.SignatureContext) {
	askSignOver(hs, credential, by, signer, hs.Sum())
}

// askSignOver asks for the signature over a hash of a transcript.
func askSignOver(hs *handshake.Context, credential *events.Credential, by signing, signer secrets.SignatureContext, sum []byte) {
	content := secrets.VerifyInput13(make([]byte, 0, signedSize), signer, sum)
	hs.Ask(func(id events.Asked) events.Question {
		return &events.Sign{Asked: id, Credential: credential, Scheme: by.scheme, Delegated: by.delegated, Content: content}
	})
}

// sendCertificateVerify sends that signature.
func sendCertificateVerify(hs *handshake.Context, scheme messages.SignatureScheme, answer *events.Signature) error {
	if err := handshake.CheckSignature(answer); err != nil {
		return err
	}
	hs.Connection.LocalScheme = scheme
	return hs.Send(&messages.CertificateVerify{Scheme: scheme, Signature: answer.Signature})
}

// chooseScheme is the credential's most preferred scheme that the peer takes.
func chooseScheme(credential *events.Credential, theirs []messages.SignatureScheme) (messages.SignatureScheme, error) {
	for _, scheme := range credential.Schemes {
		if handshake.SignsHandshakes(scheme) && slices.Contains(theirs, scheme) {
			return scheme, nil
		}
	}
	return 0, refuse.NoMutualScheme.With("the credential has %v", credential.Schemes)
}

// verifyFinished verifies the peer's Finished (RFC 8446, Section 4.4.4).
func verifyFinished(hs *handshake.Context, suite *secrets.Suite, base *secrets.Secret, m *messages.Finished) error {
	var mac [64]byte
	want, _ := secrets.NewSecret(secrets.FinishedMAC(suite.Hash, base, hs.Before, mac[:0]))
	if !want.EqualBytes(m.VerifyData) {
		return refuse.BadFinished
	}
	return nil
}

// sendFinished sends this end's Finished.
func sendFinished(hs *handshake.Context, suite *secrets.Suite, base *secrets.Secret) error {
	var mac [64]byte
	return hs.Send(&messages.Finished{VerifyData: secrets.FinishedMAC(suite.Hash, base, hs.Sum(), mac[:0])})
}
