package main

import (
	"crypto/x509"
	"fmt"

	mldsax509 "filippo.io/mldsa/x509"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// verifyPeer judges the peer's chain. Whom to trust is the flags' to say; that the leaf can be read and that its key may do what the suite wants is
// looked at in any case, for an engine leaves the certificate's content to its caller.
func (p *endpoint) verifyPeer(q *events.VerifyPeer) events.Answer {
	p.verdicts++
	if len(q.RawKey) > 0 {
		return p.judgeRawKey(q)
	}
	if len(q.Chain) == 0 {
		return q.Reject(messages.AlertInternalError, named("CERTIFICATE_VERIFY_FAILED", "there is no chain to look at"))
	}
	leaf, err := x509.ParseCertificate(q.Chain[0])
	if err != nil {
		return q.Reject(messages.AlertDecodeError, &namedError{reason: "CANNOT_PARSE_LEAF_CERT", err: err})
	}
	o := p.c.options
	p.rejected = o.VerifyFail
	if p.rejected && (o.VerifyPeer || o.RequireAnyClientCertificate || q.Resumed) {
		return q.Reject(rejection(o), named("CERTIFICATE_VERIFY_FAILED", "the flags say no"))
	}
	if refused := p.judgeStaple(q); refused != nil {
		return refused
	}
	key, err := mldsax509.ParsePKIXPublicKey(leaf.RawSubjectPublicKeyInfo)
	if err != nil {
		return q.Reject(messages.AlertUnsupportedCertificate,
			named("UNSUPPORTED_ALGORITHM", fmt.Sprintf("a key of algorithm %v", leaf.PublicKeyAlgorithm)))
	}
	needed := x509.KeyUsageDigitalSignature
	if q.KeyTransport {
		needed = x509.KeyUsageKeyEncipherment
	}
	if leaf.KeyUsage != 0 && leaf.KeyUsage&needed == 0 {
		return q.Reject(messages.AlertIllegalParameter, named("KEY_USAGE_BIT_INCORRECT", "the key may not be used for this suite"))
	}
	return q.Accept(key)
}

// rejection is the alert that a verdict of no comes with.
func rejection(o *options) messages.Alert {
	if o.UseCustomVerifyCallback {
		return messages.AlertCertificateUnknown
	}
	return messages.AlertHandshakeFailure
}

// memory is what a session remembers of the verdict over its peer.
func (p *endpoint) memory() []byte {
	if p.refused() {
		return []byte("refused")
	}
	return nil
}

// refused tells whether the peer's chain was found wanting, now or when the session resumed began.
func (p *endpoint) refused() bool {
	if p.verdicts == 0 && p.completion != nil && p.completion.Resumed && p.resumed != nil {
		return len(p.resumed.Application) > 0
	}
	return p.rejected
}
