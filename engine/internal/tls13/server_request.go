package tls13

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// A server asks for the client's certificate in the handshake or after it
// (RFC 8446, Section 4.3.2 and Section 4.6.2), by one message.

// sendCertificateRequest asks for the client's certificate in the handshake, and
// gives the types of what an entry of the answer may have beside it.
func sendCertificateRequest(hs *handshake.Context) ([]messages.ExtensionType, error) {
	m, err := certificateRequest(hs)
	if err != nil {
		return nil, err
	}
	// A certificate that is shown after the handshake comes as it is.
	if algorithms := hs.Policy.CertificateCompression; len(algorithms) > 0 {
		if err := handshake.Put(&m.Extensions, &messages.CompressCertificate{Algorithms: algorithms}); err != nil {
			return nil, err
		}
	}
	return handshake.Types(&m.Extensions), hs.Send(m)
}

// certificateRequest says what is accepted (RFC 8446, Section 4.3.2).
func certificateRequest(hs *handshake.Context) (*messages.CertificateRequest13, error) {
	m := &messages.CertificateRequest13{}
	schemes := hs.Policy.Offered
	if hs.Policy.GREASE {
		// RFC 8701, Section 4.1.
		values, err := handshake.Reserved(hs, 2)
		if err != nil {
			return nil, err
		}
		schemes = slices.Insert(slices.Clone(schemes), 0, messages.SignatureScheme(values[0]))
		handshake.PutReserved(&m.Extensions, values[1])
	}
	policy, chain := hs.Policy, hs.Connection.PeerCertificateType == messages.CertificateX509
	for _, put := range [...]struct {
		body   messages.ExtensionBody
		wanted bool
	}{
		{&messages.SignatureAlgorithms{Schemes: schemes}, true},
		{&messages.SignatureAlgorithmsCert{Schemes: policy.SchemesCert}, policy.SeparateSchemesCert()},
		{&messages.CertificateAuthorities{Authorities: policy.Authorities}, len(policy.Authorities) > 0},
		// A raw public key has no extensions, and nothing is stapled to it.
		{&messages.OIDFilters{Filters: policy.OIDFilters}, chain && len(policy.OIDFilters) > 0},
		{&messages.StatusRequestAck{}, chain && policy.RequestOCSP},
		{&messages.SCTOffer{}, chain && policy.RequestSCTs},
	} {
		if !put.wanted {
			continue
		}
		if err := handshake.Put(&m.Extensions, put.body); err != nil {
			return nil, err
		}
	}
	return m, nil
}
