package handshake

import (
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Raw public keys take the place of chains where both ends agree on that
// (RFC 7250).

// maxRawKey bounds a raw public key in bytes, far above what any key in use
// takes.
const maxRawKey = 1 << 14

// CertificateType is the kind of certificate that a credential is.
func CertificateType(credential *events.Credential) messages.CertificateType {
	if credential.RawPublicKey != nil {
		return messages.CertificateRawPublicKey
	}
	return messages.CertificateX509
}

// TakesType tells whether a list of kinds has one of them; none stands for X.509
// alone.
func TakesType(types []messages.CertificateType, kind messages.CertificateType) bool {
	if len(types) == 0 {
		return kind == messages.CertificateX509
	}
	return slices.Contains(types, kind)
}

// OwnType are the kinds that the question for a client's credential names: the
// one agreed on.
func OwnType(hs *Context) []messages.CertificateType {
	kind := agreedType(hs, hs.Connection.LocalCertificateType)
	if kind == messages.CertificateX509 {
		return nil
	}
	return []messages.CertificateType{kind}
}

// CheckType checks that a client's credential is of the kind agreed on.
func CheckType(hs *Context, credential *events.Credential) error {
	agreed := agreedType(hs, hs.Connection.LocalCertificateType)
	if kind := CertificateType(credential); kind != agreed {
		return refuse.BadAnswer.With("a credential of kind %v for one of %v", kind, agreed)
	}
	return nil
}

// agreedType is the kind of a client's certificate that this handshake has agreed
// on. A resumption agrees on none, whatever the session knows, and then it is X.509
// (RFC 8446, Section 4.4.2).
func agreedType(hs *Context, known messages.CertificateType) messages.CertificateType {
	if hs.Connection.Resumed {
		return messages.CertificateX509
	}
	return known
}

// NeedPeerType checks that this end takes the kind of certificate that the
// server is about to show, which it need not have announced if it is X.509.
func NeedPeerType(hs *Context) error {
	if kind := hs.Connection.PeerCertificateType; !slices.Contains(hs.Policy.PeerTypes, kind) {
		return refuse.NoMutualCertificateType.With("the server shows %v", kind)
	}
	return nil
}

// TakeRawKey takes a raw public key of the peer's.
func TakeRawKey(hs *Context, info []byte) error {
	if len(info) > maxRawKey || !isKeyInfo(info) {
		return refuse.MalformedRawKey.With("%d bytes", len(info))
	}
	hs.Connection.PeerRawKey = info
	return nil
}

// isKeyInfo tells whether bytes have the form of a SubjectPublicKeyInfo. What is
// in it is for the answer to VerifyPeer to read.
func isKeyInfo(der []byte) bool {
	input, info := cryptobyte.String(der), cryptobyte.String(nil)
	return input.ReadASN1(&info, asn1.SEQUENCE) && input.Empty() &&
		info.SkipASN1(asn1.SEQUENCE) && info.SkipASN1(asn1.BIT_STRING) && info.Empty()
}

// checkRawCredential checks that a raw public key can be sent.
func checkRawCredential(credential *events.Credential) error {
	stapled := len(credential.OCSP) + len(credential.OCSPChain) + len(credential.SCTs) + len(credential.SCTsChain)
	if len(credential.Chain)+stapled+len(credential.URLs) > 0 || credential.Delegated != nil {
		return refuse.BadAnswer.With("a credential with a raw public key and a chain")
	}
	if len(credential.RawPublicKey) > maxRawKey || !isKeyInfo(credential.RawPublicKey) {
		return refuse.BadAnswer.With("a raw public key of %d bytes that is none", len(credential.RawPublicKey))
	}
	return nil
}

// RestorePeer recalls who the peer of a resumed session was.
func RestorePeer(hs *Context, session *events.Session) {
	hs.Connection.PeerChain, hs.Connection.PeerRawKey = session.PeerChain, session.PeerRawKey
	hs.Connection.PeerDelegated = session.PeerDelegated
	hs.Connection.PeerCertificateType = peerType(session)
	hs.Connection.LocalCertificateType = session.LocalCertificateType
	hs.Connection.OCSP, hs.Connection.SCTs = session.OCSP, session.SCTs
	hs.Connection.OCSPChain, hs.Connection.SCTsChain = session.OCSPChain, session.SCTsChain
	hs.Connection.PSKIdentity = session.PSKIdentity
	hs.Authenticated = session.Authenticated
}

// shownType is the kind of certificate that this end has shown, be it in the session
// resumed. One that was agreed on and not shown is forgotten, as the peer forgets it.
func shownType(hs *Context) messages.CertificateType {
	if hs.Connection.LocalRawKey == nil && !hs.Connection.Resumed {
		return messages.CertificateX509
	}
	return hs.Connection.LocalCertificateType
}

func peerType(session *events.Session) messages.CertificateType {
	if len(session.PeerRawKey) > 0 {
		return messages.CertificateRawPublicKey
	}
	return messages.CertificateX509
}

// TakesKeyOf tells whether the policy lets a session do that began by certificates,
// or wants one that began under an external key.
func (p *Policy) TakesKeyOf(session *events.Session) bool {
	return !p.RequirePSK || len(session.PSKIdentity) > 0
}

// TakesPeer tells whether the policy takes the kind of certificate that the
// session's peer has shown, if it has shown one, and the delegated credential.
func (p *Policy) TakesPeer(session *events.Session) bool {
	if d := session.PeerDelegated; d != nil && !slices.Contains(p.DelegatedSchemes, d.Key.Scheme) {
		return false
	}
	return !session.HasPeer() || slices.Contains(p.PeerTypes, peerType(session))
}
