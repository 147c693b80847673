package main

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
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
	if len(p.identities) == 0 {
		if p.c.options.Server {
			return q.Refuse(messages.AlertHandshakeFailure, named("NO_CERTIFICATE_SET", "there is no certificate")), nil
		}
		return q.None(), nil
	}
	var reason error
	for _, id := range p.identities {
		credential, err := id.serve(q)
		if err == nil {
			if err := p.staple(id, credential); err != nil {
				return q.Refuse(messages.AlertInternalError, err), nil
			}
			p.selected = id
			return q.Reply(credential), nil
		}
		reason = err
	}
	return q.Refuse(messages.AlertHandshakeFailure, reason), nil
}

// serve gives the identity as a credential, or what is wrong with it for this peer.
func (id *identity) serve(q *events.ChooseCredential) (*events.Credential, error) {
	credential := *id.credential
	credential.Schemes = id.schemes(q)
	if len(credential.Schemes) == 0 {
		return nil, named("NO_COMMON_SIGNATURE_ALGORITHMS", "no scheme that both ends have")
	}
	if id.mustMatchIssuer && !id.issuedByOneOf(q.Authorities) {
		return nil, named("NO_MATCHING_ISSUER", "no issuer that the peer names")
	}
	return &credential, nil
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
