package tls12

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// verifySignature verifies a signature of the peer's
// (RFC 5246, Section 7.4.1.4.1).
func verifySignature(hs *handshake.Context, key crypto.PublicKey, scheme messages.SignatureScheme, signed, signature []byte) error {
	err := secrets.VerifySignature(rules(hs, scheme), key, scheme, signed, signature)
	switch {
	case errors.Is(err, secrets.ErrBadSignature):
		return refuse.BadSignature.With("%v", scheme)
	case errors.Is(err, secrets.ErrScheme):
		return refuse.SchemeNotOffered.With("%v", scheme)
	case err != nil:
		return refuse.SchemeForOtherKey.With("%v", scheme)
	}
	hs.Connection.PeerScheme = scheme
	return nil
}

// rules have SHA-1 only where the config's Schemes name the scheme: that it may
// stand in a chain is not enough (RFC 9155, Section 4 and Section 5).
func rules(hs *handshake.Context, scheme messages.SignatureScheme) secrets.Rules {
	if slices.Contains(hs.Policy.Schemes, scheme) {
		return secrets.Rules12Legacy
	}
	return secrets.Rules12
}

// ecdsaSign tells whether a scheme is of the kind that TLS 1.2 calls
// ecdsa_sign, EdDSA included (RFC 8422, Section 3).
func ecdsaSign(scheme messages.SignatureScheme) bool {
	switch scheme {
	case messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512,
		messages.ECDSASHA1, messages.Ed25519, messages.Ed448:
		return true
	}
	return false
}

// tooNew tells whether a scheme is of TLS 1.3 alone, as those of ML-DSA are by
// draft-ietf-tls-mldsa.
func tooNew(scheme messages.SignatureScheme) bool {
	return scheme == messages.MLDSA44 || scheme == messages.MLDSA65 || scheme == messages.MLDSA87
}

// requested are the schemes of a CertificateRequest whose kind of key it takes
// as well (RFC 5246, Section 7.4.4).
func requested(m *messages.CertificateRequest12) []messages.SignatureScheme {
	var schemes []messages.SignatureScheme
	for _, scheme := range m.Schemes {
		if tooNew(scheme) {
			continue
		}
		kind := messages.ClientCertificateRSASign
		if ecdsaSign(scheme) {
			kind = messages.ClientCertificateECDSASign
		}
		if slices.Contains(m.Types, kind) {
			schemes = append(schemes, scheme)
		}
	}
	return schemes
}

// checkCurve checks that an ECDSA key is on a curve that this end supports: in
// TLS 1.2 supported_groups speaks for certificates too
// (RFC 8422, Section 5.3, and RFC 5246, Section 7.4.6).
func checkCurve(hs *handshake.Context, key crypto.PublicKey) error {
	point, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return nil
	}
	for _, group := range hs.Policy.Groups {
		if curve, known := curves(group); known && point.Curve == curve {
			return nil
		}
	}
	return refuse.KeyOnOtherCurve.With("%s", point.Curve.Params().Name)
}

func curves(group messages.Group) (elliptic.Curve, bool) {
	switch group {
	case messages.Secp256r1:
		return elliptic.P256(), true
	case messages.Secp384r1:
		return elliptic.P384(), true
	case messages.Secp521r1:
		return elliptic.P521(), true
	}
	return nil, false
}

// askVerdict asks whether the peer's chain is to be trusted.
func askVerdict(hs *handshake.Context) { ask(hs, false) }

// askReverify asks about the chain of a resumed session.
func askReverify(hs *handshake.Context) { ask(hs, true) }

func ask(hs *handshake.Context, resumed bool) {
	hs.Ask(func(id events.Asked) events.Question {
		q := &events.VerifyPeer{
			Asked: id, Role: hs.Role, Chain: hs.Connection.PeerChain, OCSP: hs.Connection.OCSP, SCTs: hs.Connection.SCTs,
			OCSPChain:   hs.Connection.OCSPChain,
			RawKey:      hs.Connection.PeerRawKey,
			SchemesCert: hs.Policy.SchemesCert, OIDFilters: hs.Policy.OIDFilters, Resumed: resumed,
		}
		if hs.Role == events.Client {
			q.ServerName = hs.Policy.PeerName
			suite, known := secrets.LookupSuite12(hs.Connection.CipherSuite)
			q.KeyTransport = known && suite.KeyExchange.TransportsRSA()
		}
		return q
	})
}
