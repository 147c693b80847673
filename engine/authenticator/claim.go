package authenticator

import (
	"bytes"
	"crypto"
	"errors"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Claim is an authenticator of the peer's that was made on this connection, and whose
// chain and signature are still to be verified. It is immutable and holds no keys.
type Claim struct {
	session     *Session
	request     *Request // nil without one
	role        events.Role
	certificate []byte
	content     []byte // what is signed
	signature   []byte
	schemesCert []messages.SignatureScheme
	identity    Identity
}

// Identity is what a peer has proved. Its slices must not be changed.
type Identity struct {
	// Context is that of the request, or the server's own where it was not asked.
	Context []byte
	// Chain is in DER, the end-entity certificate first, as the peer sent it.
	Chain [][]byte
	// Scheme is the one that the peer signed with.
	Scheme messages.SignatureScheme
	// OCSP and SCTs are those stapled to the end-entity certificate, unchecked, or
	// nil. There are none that were not asked for.
	OCSP []byte
	SCTs [][]byte
}

// Read reads what the peer has sent for a request of this session's, or, on a client,
// with a nil request, an authenticator that the server has made of its own accord. It
// copies the bytes. It verifies the Finished before it looks into the other messages,
// so that a claim is surely of the other end of this connection, and refuses what
// answers another request or has been verified before (RFC 9261, Section 7.4).
//
// An empty authenticator is refused as [Declined]: the peer has answered, and the
// request is used up. Whatever else is refused leaves the request as it was.
func (s *Session) Read(r *Request, authenticator []byte) (*Claim, error) {
	p, err := s.connection.AuthenticatorParameters()
	switch {
	case err != nil:
		return nil, err
	case r == nil && p.Role == events.Server:
		return nil, Unrequested
	case r != nil && (r.session != s || r.origin != ours):
		return nil, misuse("the request is none of this end's in this session")
	}
	in, err := split(authenticator, p.MaxMessage)
	if err != nil {
		return nil, err
	}
	k, err := s.keysOf(p.Role.Peer(), p.Hash)
	if err != nil {
		return nil, err
	}
	defer k.wipe()
	if in.certificate == nil {
		return nil, s.readEmpty(r, k, in.finished)
	}
	if err := k.verifies(in.finished, bytesOf(r), in.certificate, in.proof); err != nil {
		return nil, err
	}
	c := &Claim{session: s, request: r, role: p.Role, certificate: bytes.Clone(in.certificate)}
	if err := c.read(p, bytes.Clone(in.proof)); err != nil {
		return nil, err
	}
	if err := s.contexts.check(c.identity.Context, c.use()); err != nil {
		return nil, err
	}
	c.content = k.signed(bytesOf(r), c.certificate)
	return c, nil
}

// bytesOf is a request as it stands in the transcript: not at all where there is none.
func bytesOf(r *Request) []byte {
	if r == nil {
		return nil
	}
	return r.raw
}

// use is that of the claim's context until it is verified.
func (c *Claim) use() use {
	if c.request == nil {
		return unused
	}
	return c.request.use()
}

// readEmpty takes the empty authenticator for what it is (RFC 9261, Section 6).
func (s *Session) readEmpty(r *Request, k *keys, finished []byte) error {
	if r == nil {
		return Unrequested
	}
	certificate, err := encode(&messages.Certificate13{Context: r.options.Context})
	if err != nil {
		return err
	}
	if err := k.verifies(finished, r.raw, certificate, nil); err != nil {
		return err
	}
	if err := s.contexts.turn(r.options.Context, requested, spent); err != nil {
		return err
	}
	return Declined
}

// read reads Certificate and CertificateVerify by what was asked for, which without a
// request is what this client said in its hello (RFC 9261, Section 5.2.1 and
// Section 5.2.2).
func (c *Claim) read(p *engine.AuthenticatorParameters, proof []byte) error {
	schemes, stapled := p.Schemes, p.Asked
	c.schemesCert = p.SchemesCert
	if c.request != nil {
		o := &c.request.options
		schemes, stapled, c.schemesCert = o.Schemes, o.asked(), o.SchemesCert
	}
	var m messages.Certificate13
	if err := decode(c.certificate, &m); err != nil {
		return err
	}
	c.identity.Context = m.Context
	switch {
	case c.request != nil && !bytes.Equal(m.Context, c.request.options.Context):
		return WrongContext
	case len(m.Entries) == 0:
		return NoCertificate
	}
	for i := range m.Entries {
		if err := checkEntry(&m.Entries[i].Extensions, stapled); err != nil {
			return err
		}
		c.identity.Chain = append(c.identity.Chain, m.Entries[i].Data)
	}
	if err := c.identity.readStapled(&m.Entries[0].Extensions); err != nil {
		return err
	}
	var verify messages.CertificateVerify
	if err := decode(proof, &verify); err != nil {
		return err
	}
	if !handshake.SignsHandshakes(verify.Scheme) || !slices.Contains(schemes, verify.Scheme) {
		return SchemeNotOffered.with("%v", verify.Scheme)
	}
	c.identity.Scheme, c.signature = verify.Scheme, verify.Signature
	return nil
}

// checkEntry checks the extensions of a certificate: there are none that were not
// asked for (RFC 9261, Section 5.2.1). What is asked for here may all stand there.
func checkEntry(x *messages.Extensions, asked []messages.ExtensionType) error {
	if t, twice := x.Duplicate(); twice {
		return DuplicateExtension.with("%v", t)
	}
	for _, e := range x.List {
		if !slices.Contains(asked, e.Type) {
			return UnsolicitedExtension.with("%v", e.Type)
		}
	}
	return nil
}

func (id *Identity) readStapled(x *messages.Extensions) error {
	var status messages.CertificateStatus
	if _, err := get(x, &status); err != nil {
		return err
	}
	var timestamps messages.SCTList
	if _, err := get(x, &timestamps); err != nil {
		return err
	}
	id.OCSP, id.SCTs = status.Response, timestamps.SCTs
	return nil
}

// VerifyPeer is the question whether the chain is to be trusted, as an engine asks it
// in a handshake. Its ServerName is the one that a client's request has, and is empty
// otherwise: who asked for none has to know what names are welcome. Its OIDFilters are
// those of the request.
func (c *Claim) VerifyPeer() *events.VerifyPeer {
	q := &events.VerifyPeer{
		Role: c.role, Chain: c.identity.Chain, SchemesCert: c.schemesCert,
		OCSP: c.identity.OCSP, SCTs: c.identity.SCTs,
	}
	if c.request != nil {
		o := &c.request.options
		q.ServerName, q.Requested, q.OIDFilters = o.ServerName, o.ServerName != "", o.OIDFilters
	}
	return q
}

// Verify verifies that the peer has the key of the certificate, which whoever accepted
// the chain has taken from it, of a kind that [events.VerifyPeer.Accept] takes. What it
// gives is proved for this connection. The context is used up with that: of several
// claims with one context, one is verified, and the others are refused as
// [ContextUsed]. After a renegotiation of TLS 1.2 it is [HandshakeChanged].
func (c *Claim) Verify(key crypto.PublicKey) (*Identity, error) {
	s := c.session
	p, err := s.connection.AuthenticatorParameters()
	switch {
	case err != nil:
		return nil, err
	case !handshake.WholeKey(key):
		return nil, misuse("there is no key, or one without its parts")
	}
	k, err := s.keysOf(p.Role.Peer(), p.Hash)
	if err != nil {
		return nil, err
	}
	defer k.wipe()
	if !bytes.Equal(k.signed(bytesOf(c.request), c.certificate), c.content) {
		return nil, HandshakeChanged
	}
	err = secrets.VerifySignature(secrets.Rules13, key, c.identity.Scheme, c.content, c.signature)
	switch {
	case errors.Is(err, secrets.ErrBadSignature):
		return nil, BadSignature.with("%v", c.identity.Scheme)
	case err != nil:
		return nil, SchemeForOtherKey.with("%v", c.identity.Scheme)
	}
	if err := s.contexts.turn(c.identity.Context, c.use(), spent); err != nil {
		return nil, err
	}
	identity := c.identity
	return &identity, nil
}
