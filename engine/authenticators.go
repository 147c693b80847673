package engine

import (
	"fmt"
	"io"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// AuthenticatorParameters are what exported authenticators go by beside what
// Export gives (RFC 9261, Section 5). The slices must not be changed.
type AuthenticatorParameters struct {
	Role events.Role
	// Hash is that of the suite in TLS 1.3, and of the PRF in TLS 1.2
	// (RFC 9261, Section 5.1).
	Hash secrets.Hash
	// Schemes are those that this end takes in a CertificateVerify, and SchemesCert
	// those in a chain.
	Schemes, SchemesCert []messages.SignatureScheme
	// Asked lists what a client's ClientHello asked to have beside a certificate: to
	// this much a server may reply that has no other request
	// (RFC 9261, Section 5.2.1). It is nil on a server.
	Asked []messages.ExtensionType
	// MaxMessage bounds a handshake message of the peer's, in bytes with its header.
	MaxMessage int
	// Rand is the config's.
	Rand io.Reader
}

// AuthenticatorParameters gives what package engine/authenticator needs, where there
// may be authenticators at all. It returns [ErrNotReady] before the handshake is
// complete, on a server before the client's Finished (RFC 9261, Section 9), and
// [ErrMisuse] in TLS 1.2 without extended_master_secret (RFC 9261, Section 5.1).
func (e *Engine) AuthenticatorParameters() (*AuthenticatorParameters, error) {
	switch {
	case e.err != nil:
		return nil, e.err
	case !e.completed:
		return nil, ErrNotReady
	}
	policy := e.hs.Policy
	p := &AuthenticatorParameters{
		Role: e.hs.Role, Schemes: policy.Schemes, SchemesCert: policy.SchemesCert,
		MaxMessage: policy.MaxMessage, Rand: policy.Rand,
	}
	if legacy := e.hs.Established12; legacy == nil {
		p.Hash = e.hs.Suite.Hash
	} else if p.Hash = legacy.Hash; !legacy.Extended {
		return nil, fmt.Errorf("%w: there are no authenticators without extended_master_secret", ErrMisuse)
	}
	if policy.RequestOCSP {
		p.Asked = append(p.Asked, messages.ExtensionStatusRequest)
	}
	if policy.RequestSCTs {
		p.Asked = append(p.Asked, messages.ExtensionSCT)
	}
	return p, nil
}
