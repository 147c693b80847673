package tls12

import (
	"crypto/sha1"
	"crypto/subtle"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// readClientCertificate takes the client's chain, which may be empty unless
// the policy requires one (RFC 5246, Section 7.4.6).
func readClientCertificate(hs *handshake.Context, s *waitClientCertificate12, m *messages.Certificate12) (fsm.State, error) {
	f := withoutSupplement(s.flight)
	if err := checkSamePeer(f.previous, m.Chain); err != nil {
		return nil, err
	}
	if len(m.Chain) == 0 {
		return withoutClientCertificate(hs, f)
	}
	hs.Connection.PeerChain = m.Chain
	askVerdict(hs)
	return &awaitClientVerdict12{f}, nil
}

// maxURLs is how many places a client may have looked at before it has proved
// anything: a chain has fewer certificates.
const maxURLs = 16

// readClientCertificateURL has the chain fetched (RFC 6066, Section 5).
func readClientCertificateURL(hs *handshake.Context, s *waitClientCertificate12, m *messages.CertificateURL) (fsm.State, error) {
	if s.extras == nil || !s.extras.urls {
		return nil, refuse.UnexpectedMessage.With("%v was not agreed on", m.Type())
	}
	if m.ChainType > messages.ChainPkiPath || m.ChainType == messages.ChainPkiPath && len(m.URLs) != 1 || len(m.URLs) > maxURLs {
		return nil, refuse.BadCertificatePath.Alerting(messages.AlertIllegalParameter)
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.FetchCertificates{Asked: id, ChainType: m.ChainType, URLs: m.URLs}
	})
	return &awaitFetchedChain12{withoutSupplement(s.flight), m}, nil
}

// takeFetchedChain checks that what was found is what the client meant.
func takeFetchedChain(hs *handshake.Context, s *awaitFetchedChain12, answer *events.CertificatesFetched) (fsm.State, error) {
	if len(answer.Found) != len(s.sent.URLs) {
		return nil, refuse.BadAnswer.With("%d certificates for %d URLs", len(answer.Found), len(s.sent.URLs))
	}
	for i, found := range answer.Found {
		sum := sha1.Sum(found) // the one hash of this message (RFC 6066, Section 5)
		if subtle.ConstantTimeCompare(sum[:], s.sent.URLs[i].SHA1[:]) != 1 {
			return nil, refuse.BadCertificateHash.With("of URL %d", i)
		}
	}
	chain := slices.Clone(answer.Found)
	if s.sent.ChainType == messages.ChainPkiPath {
		var ok bool
		if chain, ok = splitPath(answer.Found[0]); !ok {
			return nil, refuse.BadCertificatePath
		}
	}
	if err := checkSamePeer(s.previous, chain); err != nil {
		return nil, err
	}
	hs.Connection.PeerChain = chain
	askVerdict(hs)
	return &awaitClientVerdict12{s.flight}, nil
}

// maxPath is how many certificates of a PkiPath are considered.
const maxPath = 64

// splitPath takes a PkiPath apart, which begins at the authority's end, into a
// chain that begins at the client's (RFC 6066, Section 10.1).
func splitPath(der []byte) (chain [][]byte, ok bool) {
	path, sequence := cryptobyte.String(der), cryptobyte.String(nil)
	if !path.ReadASN1(&sequence, asn1.SEQUENCE) || !path.Empty() {
		return nil, false
	}
	for !sequence.Empty() {
		var certificate cryptobyte.String
		if len(chain) == maxPath || !sequence.ReadASN1Element(&certificate, asn1.SEQUENCE) {
			return nil, false
		}
		chain = append(chain, certificate)
	}
	slices.Reverse(chain)
	return chain, len(chain) > 0
}

func takeClientVerdict(hs *handshake.Context, s *awaitClientVerdict12, answer *events.PeerVerified) (fsm.State, error) {
	if err := checkCurve(hs, answer.Key); err != nil {
		return nil, err
	}
	f := s.flight
	f.key = answer.Key
	return afterCertificates(f), nil
}

// withoutSupplement has the time for supplemental data be over: it comes first in
// the client's flight (RFC 4680, Section 3).
func withoutSupplement(f flight) flight {
	if f.extras != nil && len(f.extras.takes) > 0 {
		rest := *f.extras
		rest.takes = nil
		f.extras = &rest
	}
	return f
}

func readSupplementBeforeCertificate(hs *handshake.Context, s *waitClientCertificate12, m *messages.SupplementalData) (fsm.State, error) {
	next := *s
	return &next, takeSupplement(hs, &next.agreed, m)
}

func readSupplementBeforeECDHE(hs *handshake.Context, s *waitClientECDHE12, m *messages.SupplementalData) (fsm.State, error) {
	next := *s
	return &next, takeSupplement(hs, &next.agreed, m)
}

func readSupplementBeforeDHE(hs *handshake.Context, s *waitClientDHE12, m *messages.SupplementalData) (fsm.State, error) {
	next := *s
	return &next, takeSupplement(hs, &next.agreed, m)
}

func readSupplementBeforeRSA(hs *handshake.Context, s *waitClientRSA12, m *messages.SupplementalData) (fsm.State, error) {
	next := *s
	return &next, takeSupplement(hs, &next.agreed, m)
}
