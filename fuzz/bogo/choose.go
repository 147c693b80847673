package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// chooseCredential takes the first of the identities that serves the peer. With none to choose from, a client shows no certificate; with
// some that all do not serve, the handshake ends with what was wrong about the last.
func (p *endpoint) chooseCredential(q *events.ChooseCredential) (events.Answer, error) {
	o := p.c.options
	if o.FailCertificateCallback {
		return q.Refuse(messages.AlertInternalError, named("CERT_CB_ERROR", "the hook refuses")), nil
	}
	if err := expectAsked(o, q); err != nil {
		return nil, err
	}
	if want := o.ExpectCertificateTypes; len(want) > 0 && !bytes.Equal(p.certificateTypes, want) {
		return nil, mismatch("the certificate types asked for", p.certificateTypes, want)
	}
	if len(p.identities) == 0 {
		if o.Server && !o.given["psk"] {
			return q.Refuse(messages.AlertHandshakeFailure, named("NO_CERTIFICATE_SET", "there is no certificate")), nil
		}
		return q.None(), nil
	}
	var reason error
	for _, id := range p.identities {
		credential, err := id.serve(o, q)
		if err == nil {
			if err := p.staple(id, credential); err != nil {
				return q.Refuse(messages.AlertInternalError, err), nil
			}
			p.selected = id
			return q.Reply(credential), nil
		}
		reason = err
	}
	if o.given["psk"] {
		return q.None(), nil
	}
	return q.Refuse(messages.AlertHandshakeFailure, reason), nil
}

// serve gives the identity as a credential, or what is wrong with it for this peer.
func (id *identity) serve(o *options, q *events.ChooseCredential) (*events.Credential, error) {
	if !q.Takes(id.kind()) {
		return nil, named("UNKNOWN_CERTIFICATE_TYPE", "the peer takes no such kind of certificate")
	}
	credential := *id.credential
	credential.Schemes = id.schemes(q, q.Schemes)
	credential.Decrypts = q.KeyTransport && id.decrypts()
	if err := id.fits(o, q, credential.Schemes); err != nil {
		return nil, err
	}
	if len(credential.Schemes) == 0 && !credential.Decrypts && !id.delegates(q) {
		return nil, named("NO_COMMON_SIGNATURE_ALGORITHMS", "no scheme that both ends have")
	}
	if id.mustMatchIssuer && !id.issuedByOneOf(q.Authorities) {
		return nil, named("NO_MATCHING_ISSUER", "no issuer that the peer names")
	}
	return &credential, nil
}

// fits looks at what TLS 1.2 asks of a credential beside a scheme: of a server's that a suite of the client's is for its key, and that the
// client has the key's curve (RFC 8422, Section 5.1.1); of a client's that the server asks for its kind (RFC 5246, Section 7.4.4).
func (id *identity) fits(o *options, q *events.ChooseCredential, schemes []messages.SignatureScheme) error {
	if q.Version >= messages.TLS13 {
		return nil
	}
	if q.Hello == nil {
		_, tooNew := id.key.Public().(*secrets.MLDSAPublicKey)
		if tooNew || len(schemes) == 0 && len(id.schemes(q, q.SchemesCert)) > 0 {
			return named("UNKNOWN_CERTIFICATE_TYPE", "the server asks for no such key")
		}
		return nil
	}
	if curve, isECDSA := curveOf(id.key.Public()); isECDSA && len(q.Hello.Groups) > 0 && !slices.Contains(q.Hello.Groups, curve) {
		return named("WRONG_CURVE", fmt.Sprintf("the client does not have %v", curve))
	}
	suites, err := suitesOf(o)
	if err != nil {
		return err
	}
	for _, id12 := range suites {
		suite, known := secrets.LookupSuite12(id12)
		if !known || !suite.FitsKey(id.key.Public()) || !slices.Contains(q.Hello.CipherSuites, id12) {
			continue
		}
		if len(schemes) > 0 || q.KeyTransport && suite.KeyExchange.TransportsRSA() {
			return nil
		}
	}
	return named("NO_SHARED_CIPHER", "no suite that both ends have is for this key")
}

// curveOf is the curve of an ECDSA key, as a group.
func curveOf(key crypto.PublicKey) (messages.Group, bool) {
	point, isECDSA := key.(*ecdsa.PublicKey)
	if !isECDSA {
		return 0, false
	}
	switch point.Curve {
	case elliptic.P256():
		return messages.Secp256r1, true
	case elliptic.P384():
		return messages.Secp384r1, true
	case elliptic.P521():
		return messages.Secp521r1, true
	}
	return 0, true
}

func (id *identity) issuedByOneOf(authorities [][]byte) bool {
	for _, issuer := range id.issuers {
		if slices.ContainsFunc(authorities, func(name []byte) bool { return bytes.Equal(name, issuer) }) {
			return true
		}
	}
	return false
}

// expectAsked checks what the peer has said about the certificates it wants.
func expectAsked(o *options, q *events.ChooseCredential) error {
	if want := numbers[messages.SignatureScheme](o.ExpectPeerVerifyPreference); len(want) > 0 {
		got := q.SchemesCert
		if q.Hello != nil {
			got = q.Hello.Schemes
		}
		if !slices.Equal(got, want) {
			return mismatch("the peer's schemes", got, want)
		}
	}
	if o.given["expect-client-ca-list"] {
		want, err := names(o.ExpectClientCAList)
		if err != nil {
			return err
		}
		if !slices.EqualFunc(q.Authorities, want, bytes.Equal) {
			return mismatch("the peer's authorities", q.Authorities, want)
		}
	}
	return nil
}
