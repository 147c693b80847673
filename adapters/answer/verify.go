package answer

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

const (
	// MaxChain is how many certificates a peer may send.
	MaxChain = 32
	// MinRSABits and MaxRSABits bound the RSA keys of a verified chain: fewer
	// bits are too weak, and more are work a peer may not impose.
	MinRSABits = 2048
	MaxRSABits = 8192
)

// Peer is what is known of a peer whose chain was accepted. Its slices must not
// be changed.
type Peer struct {
	// Role is that of the end that verified: events.Client where the peer is a
	// server.
	Role events.Role
	// Name is the name that was checked, empty if none was.
	Name string
	// RawKey is the raw public key, a SubjectPublicKeyInfo in DER, of a peer that
	// has shown one in place of certificates, or nil.
	RawKey []byte
	// Certificates are those the peer sent, the end-entity certificate first.
	Certificates []*x509.Certificate
	// Chains are the ways from the end-entity certificate to a root. None
	// means that the chain was not verified, because the answerer was told so.
	Chains [][]*x509.Certificate
	// Delegated is the delegated credential whose key the peer has to prove in place
	// of the certificate's, or nil. It is verified, also where the chain is not.
	Delegated *messages.DelegatedCredential
	// OCSP and SCTs are those stapled to the end-entity certificate, unchecked.
	OCSP []byte
	SCTs [][]byte
	// OCSPChain and SCTsChain are those stapled to the certificates behind it,
	// unchecked, in the order of Certificates and at most as many; an empty one is
	// none (RFC 8446, Section 4.4.2.1, and RFC 6961, Section 2.2).
	OCSPChain [][]byte
	SCTsChain [][][]byte
	// Resumed tells that the chain is that of a session resumed.
	Resumed bool
}

// verification says how a chain is to be verified.
type verification struct {
	roots *x509.CertPool
	name  string
	usage x509.ExtKeyUsage
	// rawKeys are those known; nil takes any where skip is set.
	rawKeys RawKeys
	// skip leaves the chain, the name and the usages unchecked; rawAlone takes no
	// chain.
	skip, rawAlone bool
	hook           func(now time.Time, p *Peer) error
}

// answer verifies and answers.
func (v *verification) answer(now time.Time, q *events.VerifyPeer) (*Peer, events.Answer) {
	peer, key, rejection := v.verify(now, q)
	if rejection != nil {
		return nil, q.Reject(rejection.Alert, rejection)
	}
	return peer, q.Accept(key)
}

func (v *verification) verify(now time.Time, q *events.VerifyPeer) (*Peer, crypto.PublicKey, *Rejection) {
	peer, key, rejection := v.find(now, q)
	if rejection != nil {
		return nil, nil, rejection
	}
	if v.hook != nil {
		if err := v.hook(now, peer); err != nil {
			return nil, nil, rejectionOf(err, messages.AlertCertificateUnknown)
		}
	}
	return peer, key, nil
}

func (v *verification) find(now time.Time, q *events.VerifyPeer) (*Peer, crypto.PublicKey, *Rejection) {
	if len(q.RawKey) > 0 {
		return v.verifyRaw(q)
	}
	return v.verifyChain(now, q)
}

func (v *verification) verifyChain(now time.Time, q *events.VerifyPeer) (*Peer, crypto.PublicKey, *Rejection) {
	if v.rawAlone {
		return nil, nil, reject(messages.AlertUnknownCA, "raw public keys are known, and no authority")
	}
	certificates, rejection := parseChain(q.Chain)
	if rejection != nil {
		return nil, nil, rejection
	}
	peer := &Peer{
		Role: q.Role, Certificates: certificates,
		OCSP: q.OCSP, SCTs: q.SCTs, OCSPChain: q.OCSPChain, SCTsChain: q.SCTsChain, Resumed: q.Resumed,
	}
	if !v.skip {
		peer.Name = v.name
		peer.Chains, rejection = v.build(now, certificates, q)
		if rejection != nil {
			return nil, nil, rejection
		}
	}
	if rejection := checkFilters(certificates[0], q.OIDFilters); rejection != nil {
		return nil, nil, rejection
	}
	key, err := publicKeyOf(certificates[0])
	if err != nil {
		return nil, nil, &Rejection{Alert: messages.AlertUnsupportedCertificate, Err: err}
	}
	if bits := rsaBits(key); !v.skip && bits != 0 && bits < MinRSABits {
		return nil, nil, reject(messages.AlertBadCertificate, "the certificate has an RSA key of %d bits", bits)
	}
	if q.Delegated != nil {
		peer.Delegated = q.Delegated
		if key, rejection = verifyDelegated(now, certificates[0], key, q); rejection != nil {
			return nil, nil, rejection
		}
	}
	return peer, key, nil
}

func parseChain(chain [][]byte) ([]*x509.Certificate, *Rejection) {
	switch {
	case len(chain) == 0:
		return nil, reject(messages.AlertDecodeError, "the peer sent no certificate")
	case len(chain) > MaxChain:
		return nil, reject(messages.AlertBadCertificate, "the peer sent %d certificates", len(chain))
	}
	certificates := make([]*x509.Certificate, len(chain))
	for i, der := range chain {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, reject(messages.AlertBadCertificate, "certificate %d: %w", i, err)
		}
		certificates[i] = certificate
	}
	return certificates, nil
}

// build finds the chains from the end-entity certificate to a root whose keys
// and signatures are good enough. The others that the peer sent may stand in
// any order, and may be extraneous (RFC 8446, Section 4.4.2).
func (v *verification) build(now time.Time, sent []*x509.Certificate, q *events.VerifyPeer) ([][]*x509.Certificate, *Rejection) {
	if rejection := checkLeaf(sent[0], q.KeyTransport); rejection != nil {
		return nil, rejection
	}
	options := x509.VerifyOptions{
		DNSName:       v.name,
		Roots:         v.roots,
		Intermediates: x509.NewCertPool(),
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{v.usage},
	}
	for _, certificate := range sent[1:] {
		// Before any signature is verified under it.
		if bits := rsaBits(certificate.PublicKey); bits > MaxRSABits {
			return nil, reject(messages.AlertBadCertificate, "the chain has an RSA key of %d bits", bits)
		}
		options.Intermediates.AddCert(certificate)
	}
	found, err := sent[0].Verify(options)
	if err != nil {
		rejection := rejectionByCause(err)
		if rejection.Alert == messages.AlertUnknownCA && brokenSignature(sent) {
			rejection.Alert = messages.AlertBadCertificate
		}
		return nil, rejection
	}
	var good [][]*x509.Certificate
	var last *Rejection
	for _, chain := range found {
		if rejection := checkAlgorithms(chain, q.SchemesCert); rejection != nil {
			last = rejection
			continue
		}
		good = append(good, chain)
	}
	if len(good) == 0 {
		return nil, last
	}
	return good, nil
}

// oidKeyUsage is id-ce-keyUsage (RFC 5280, Section 4.2.1.3).
var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

// checkLeaf checks what only TLS asks of an end-entity certificate: the key
// signs, or decrypts where that is what it is for (RFC 8446, Section 4.4.2.2, and
// RFC 5246, Section 7.4.2).
func checkLeaf(leaf *x509.Certificate, transport bool) *Rejection {
	switch {
	case leaf.Version != 3:
		return reject(messages.AlertUnsupportedCertificate, "the certificate is of X.509 version %d, not 3", leaf.Version)
	case transport && !mayDecrypt(leaf):
		return reject(messages.AlertUnsupportedCertificate, "the certificate's key usage does not allow key transport")
	case !transport && !maySign(leaf):
		return reject(messages.AlertUnsupportedCertificate, "the certificate's key usage does not allow signatures")
	}
	return nil
}

// maySign tells whether the key usage, if there is one, has digitalSignature.
func maySign(leaf *x509.Certificate) bool { return allows(leaf, x509.KeyUsageDigitalSignature) }

// mayDecrypt tells whether the key usage, if there is one, has keyEncipherment.
func mayDecrypt(leaf *x509.Certificate) bool { return allows(leaf, x509.KeyUsageKeyEncipherment) }

func allows(leaf *x509.Certificate, usage x509.KeyUsage) bool {
	restricted := false
	for _, extension := range leaf.Extensions {
		restricted = restricted || extension.Id.Equal(oidKeyUsage)
	}
	return !restricted || leaf.KeyUsage&usage != 0
}

// brokenSignature tells whether the reason for which no root was found is in
// the certificates sent: a signature by MD5 or SHA-1 (RFC 8446,
// Section 4.4.2.4), or one that its issuer did not make.
func brokenSignature(sent []*x509.Certificate) bool {
	leaf := sent[0]
	for _, certificate := range sent {
		selfIssued := bytes.Equal(certificate.RawIssuer, certificate.RawSubject)
		if weak(certificate.SignatureAlgorithm) && (!selfIssued || certificate == leaf) {
			return true
		}
	}
	issuers, genuine := 0, 0
	for _, issuer := range sent[1:] {
		if !bytes.Equal(leaf.RawIssuer, issuer.RawSubject) {
			continue
		}
		issuers++
		if leaf.CheckSignatureFrom(issuer) == nil {
			genuine++
		}
	}
	return issuers > 0 && genuine == 0
}
