package tls13

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func readCertificateRequest(hs *handshake.Context, s *waitCertificateOrRequest, m *messages.CertificateRequest13) (fsm.State, error) {
	if len(m.Context) != 0 {
		return nil, refuse.CertificateContext
	}
	r, err := readRequest(hs, m)
	if err != nil {
		return nil, err
	}
	return &waitServerCertificate{s.agreed, r}, nil
}

// readRequest reads what the server wants (RFC 8446, Section 4.3.2).
func readRequest(hs *handshake.Context, m *messages.CertificateRequest13) (*request, error) {
	if err := handshake.CheckOffer(&m.Extensions, messages.InCertificateRequest); err != nil {
		return nil, err
	}
	r := &request{}
	var schemes messages.SignatureAlgorithms
	if err := hs.Need(&m.Extensions, &schemes); err != nil {
		return nil, err
	}
	r.schemes, r.schemesCert = schemes.Schemes, schemes.Schemes
	var schemesCert messages.SignatureAlgorithmsCert
	present, err := hs.Get(&m.Extensions, &schemesCert)
	if err != nil {
		return nil, err
	}
	if present {
		r.schemesCert = schemesCert.Schemes
	}
	var authorities messages.CertificateAuthorities
	if _, err := hs.Get(&m.Extensions, &authorities); err != nil {
		return nil, err
	}
	r.authorities = authorities.Authorities
	if r.delegated, err = delegatedSchemes(hs, &m.Extensions); err != nil {
		return nil, err
	}
	if r.filters, err = handshake.ReadOIDFilters(hs, &m.Extensions); err != nil {
		return nil, err
	}
	if r.stapling, err = askedByServer(hs, &m.Extensions); err != nil {
		return nil, err
	}
	if r.compression, err = commonCompression(hs, &m.Extensions); err != nil {
		return nil, err
	}
	return r, nil
}

func readUnrequestedCertificate(hs *handshake.Context, s *waitCertificateOrRequest, m *messages.Certificate13) (fsm.State, error) {
	return acceptServerCertificate(hs, s.agreed, nil, m)
}

func readServerCertificate(hs *handshake.Context, s *waitServerCertificate, m *messages.Certificate13) (fsm.State, error) {
	return acceptServerCertificate(hs, s.agreed, s.request, m)
}

func readUnrequestedCompressed(hs *handshake.Context, s *waitCertificateOrRequest, m *messages.CompressedCertificate) (fsm.State, error) {
	return acceptServerCompressed(hs, s.agreed, nil, m)
}

func readServerCompressed(hs *handshake.Context, s *waitServerCertificate, m *messages.CompressedCertificate) (fsm.State, error) {
	return acceptServerCompressed(hs, s.agreed, s.request, m)
}

// acceptServerCompressed takes a compressed certificate (RFC 8879, Section 4).
func acceptServerCompressed(hs *handshake.Context, a agreed, r *request, m *messages.CompressedCertificate) (fsm.State, error) {
	certificate, waiting, err := decompress(hs, m)
	switch {
	case err != nil:
		return nil, err
	case certificate == nil:
		return &awaitServerDecompressed{a, r, waiting}, nil
	}
	return acceptServerCertificate(hs, a, r, certificate)
}

func takeServerDecompressed(hs *handshake.Context, s *awaitServerDecompressed, answer *events.CertificateDecompressed) (fsm.State, error) {
	certificate, err := decompressed(hs, s.announced, answer.Content)
	if err != nil {
		return nil, err
	}
	return acceptServerCertificate(hs, s.agreed, s.request, certificate)
}

func acceptServerCertificate(hs *handshake.Context, a agreed, r *request, m *messages.Certificate13) (fsm.State, error) {
	if err := handshake.NeedPeerType(hs); err != nil {
		return nil, err
	}
	if len(m.Context) != 0 {
		return nil, refuse.CertificateContext
	}
	if len(m.Entries) == 0 {
		return nil, refuse.EmptyServerCertificate
	}
	if err := acceptChain(hs, m, a.offered); err != nil {
		return nil, err
	}
	return &awaitServerVerdict{a, r}, nil
}

// acceptChain takes the peer's chain and asks whether it is to be trusted.
// Each entry may carry only extensions that were asked for
// (RFC 8446, Section 4.4.2).
func acceptChain(hs *handshake.Context, m *messages.Certificate13, offered []messages.ExtensionType) error {
	if err := checkUnaskedDelegated(m, offered); err != nil {
		return err
	}
	for i := range m.Entries {
		if err := handshake.CheckReply(&m.Entries[i].Extensions, messages.InCertificate, offered); err != nil {
			return err
		}
	}
	if err := takeEntries(hs, m); err != nil {
		return err
	}
	if err := takeDelegated(hs, m); err != nil {
		return err
	}
	if err := takeStapled(hs, m.Entries); err != nil {
		return err
	}
	hs.Ask(func(id events.Asked) events.Question {
		c := &hs.Connection
		q := &events.VerifyPeer{
			Asked: id, Role: hs.Role, Chain: c.PeerChain, RawKey: c.PeerRawKey, Delegated: c.PeerDelegated,
			SchemesCert: hs.Policy.SchemesCert, OIDFilters: hs.Policy.OIDFilters,
			OCSP: c.OCSP, SCTs: c.SCTs, OCSPChain: c.OCSPChain, SCTsChain: c.SCTsChain,
		}
		if hs.Role == events.Client {
			q.ServerName = hs.Policy.PeerName
		}
		return q
	})
	return nil
}

// takeEntries takes the certificates, or the one raw public key where the ends
// have agreed on that (RFC 8446, Section 4.4.2).
func takeEntries(hs *handshake.Context, m *messages.Certificate13) error {
	if hs.Connection.PeerCertificateType == messages.CertificateRawPublicKey {
		if len(m.Entries) > 1 {
			return refuse.SeveralRawKeys.With("%d of them", len(m.Entries))
		}
		return handshake.TakeRawKey(hs, m.Entries[0].Data)
	}
	chain := make([][]byte, len(m.Entries))
	for i := range m.Entries {
		chain[i] = m.Entries[i].Data
	}
	hs.Connection.PeerChain = chain
	return nil
}

func takeServerVerdict(hs *handshake.Context, s *awaitServerVerdict, answer *events.PeerVerified) (fsm.State, error) {
	return &waitServerCertificateVerify{s.agreed, s.request, answer.Key}, nil
}

func readServerCertificateVerify(hs *handshake.Context, s *waitServerCertificateVerify, m *messages.CertificateVerify) (fsm.State, error) {
	if err := verifyProof(hs, hs.Connection.PeerDelegated, s.key, secrets.ServerContext, m); err != nil {
		return nil, err
	}
	return &waitServerFinished{s.agreed, s.request}, nil
}
