package authenticator

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Proof is an authenticator that lacks its signature. It is immutable, holds no keys,
// and waits for as long as it likes.
type Proof struct {
	session     *Session
	request     *Request
	credential  *events.Credential
	scheme      messages.SignatureScheme
	certificate []byte
	content     []byte
}

// Answer begins an authenticator: it puts the credential's chain, and what of its OCSP
// response and SCTs was asked for, into a Certificate message, and chooses the first
// of its Schemes that the peer takes (RFC 9261, Section 5.2.1 and Section 5.2.2). The
// chain has to be one that the peer's SchemesCert allow, which is for whoever chooses
// the credential to see to. A raw public key is misuse.
//
// It is refused as [NoMutualScheme], which [Session.Decline] can tell the peer, and as
// [ContextUsed] if the request has been answered.
func (s *Session) Answer(r *Request, credential *events.Credential) (*Proof, error) {
	p, err := s.answerable(r)
	switch {
	case err != nil:
		return nil, err
	case credential == nil:
		return nil, misuse("there is no credential")
	case credential.RawPublicKey != nil:
		return nil, misuse("a raw public key in place of a chain")
	}
	if err := handshake.CheckCredential(credential); err != nil {
		return nil, misuse("%v", err)
	}
	proof := &Proof{session: s, request: r, credential: credential}
	takes := func(scheme messages.SignatureScheme) bool {
		return handshake.SignsHandshakes(scheme) && slices.Contains(r.options.Schemes, scheme)
	}
	at := slices.IndexFunc(credential.Schemes, takes)
	if at < 0 {
		return nil, NoMutualScheme.with("the credential has %v", credential.Schemes)
	}
	proof.scheme = credential.Schemes[at]
	if proof.certificate, err = certificateOf(r, credential); err != nil {
		return nil, err
	}
	k, err := s.keysOf(p.Role, p.Hash)
	if err != nil {
		return nil, err
	}
	defer k.wipe()
	proof.content = k.signed(r.raw, proof.certificate)
	return proof, nil
}

// answerable checks that a request is one to be answered by this end, and has not
// been.
func (s *Session) answerable(r *Request) (*engine.AuthenticatorParameters, error) {
	p, err := s.connection.AuthenticatorParameters()
	switch {
	case err != nil:
		return nil, err
	case r == nil || r.session != s || r.origin == ours:
		return nil, misuse("the request is none of the peer's in this session")
	}
	return p, s.contexts.check(r.options.Context, r.use())
}

// use is that of the context of a request that has no answer yet.
func (r *Request) use() use {
	switch r.origin {
	case ours:
		return requested
	case peers:
		return asked
	}
	return unused
}

// certificateOf writes the Certificate message.
func certificateOf(r *Request, credential *events.Credential) ([]byte, error) {
	m := &messages.Certificate13{
		Context: r.options.Context, Entries: make([]messages.CertificateEntry, len(credential.Chain)),
	}
	for i, der := range credential.Chain {
		m.Entries[i].Data = der
	}
	stapled := &m.Entries[0].Extensions
	if len(credential.OCSP) > 0 && r.options.RequestOCSP {
		if err := put(stapled, &messages.CertificateStatus{Response: credential.OCSP}); err != nil {
			return nil, err
		}
	}
	if len(credential.SCTs) > 0 && r.options.RequestSCTs {
		if err := put(stapled, &messages.SCTList{SCTs: credential.SCTs}); err != nil {
			return nil, err
		}
	}
	return encode(m)
}

// Sign is the question for the signature, as an engine asks it in a handshake. Its
// Content begins with a context string of authenticators' own, so that no signature
// of theirs is one of a handshake (RFC 9261, Section 5.2.2).
func (p *Proof) Sign() *events.Sign {
	return &events.Sign{Credential: p.credential, Scheme: p.scheme, Content: bytes.Clone(p.content)}
}

// maxSignature is what a CertificateVerify has room for, in bytes.
const maxSignature = 1<<16 - 1

// Finish takes the signature over the Content of Sign, of 1 to 65535 bytes, and gives
// the authenticator to carry to the peer, in a slice of the caller's own. The context
// is used up with that: of several proofs for one request, one can be finished, and
// the others are refused as [ContextUsed]. After a renegotiation of TLS 1.2 it is
// [HandshakeChanged].
func (p *Proof) Finish(signature []byte) ([]byte, error) {
	s, r := p.session, p.request
	parameters, err := s.answerable(r)
	switch {
	case err != nil:
		return nil, err
	case len(signature) == 0 || len(signature) > maxSignature:
		return nil, misuse("a signature of %d bytes", len(signature))
	}
	k, err := s.keysOf(parameters.Role, parameters.Hash)
	if err != nil {
		return nil, err
	}
	defer k.wipe()
	if !bytes.Equal(k.signed(r.raw, p.certificate), p.content) {
		return nil, HandshakeChanged
	}
	proof, err := encode(&messages.CertificateVerify{Scheme: p.scheme, Signature: signature})
	if err != nil {
		return nil, err
	}
	finished, err := encode(&messages.Finished{VerifyData: k.verifyData(r.raw, p.certificate, proof)})
	if err != nil {
		return nil, err
	}
	if err := s.contexts.turn(r.options.Context, r.use(), spent); err != nil {
		return nil, err
	}
	return slices.Concat(p.certificate, proof, finished), nil
}

// Decline gives the empty authenticator, which tells the peer that its request was
// read and that this end shows nothing for it (RFC 9261, Section 6). The context is
// used up with that. It is misuse where the peer has not asked.
func (s *Session) Decline(r *Request) ([]byte, error) {
	p, err := s.answerable(r)
	switch {
	case err != nil:
		return nil, err
	case r.origin != peers:
		return nil, misuse("there is no request to decline")
	}
	certificate, err := encode(&messages.Certificate13{Context: r.options.Context})
	if err != nil {
		return nil, err
	}
	k, err := s.keysOf(p.Role, p.Hash)
	if err != nil {
		return nil, err
	}
	defer k.wipe()
	finished, err := encode(&messages.Finished{VerifyData: k.verifyData(r.raw, certificate, nil)})
	if err != nil {
		return nil, err
	}
	if err := s.contexts.turn(r.options.Context, asked, spent); err != nil {
		return nil, err
	}
	return finished, nil
}
