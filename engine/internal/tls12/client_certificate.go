package tls12

import (
	"crypto/rsa"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// readServerCertificate takes the server's chain. Where a key share comes, the
// question about the chain waits for it; with RSA key transport it waits for the
// status alone.
func readServerCertificate(hs *handshake.Context, s *waitServerCertificate12, m *messages.Certificate12) (fsm.State, error) {
	if len(m.Chain) == 0 {
		return nil, refuse.EmptyServerCertificate
	}
	if err := checkSamePeer(s.previous, m.Chain); err != nil {
		return nil, err
	}
	hs.Connection.PeerChain = m.Chain
	return afterServerCertificate(hs, s.agreed), nil
}

// afterServerCertificate is where a client waits for the server's half of the
// key exchange, if there is one.
func afterServerCertificate(hs *handshake.Context, a agreed) fsm.State {
	switch a.suite.KeyExchange {
	case secrets.KeyExchangeDHE:
		return &waitServerDHE12{a}
	case secrets.KeyExchangeRSA:
		if a.status != 0 {
			return &waitServerRSA12{a}
		}
		askVerdict(hs)
		return &awaitServerVerdict12{exchanged: exchanged{agreed: a}}
	}
	return &waitServerECDHE12{a}
}

// takeStatus takes a stapled status, which comes at most once and in the form
// that was announced (RFC 6066, Section 8, and RFC 6961, Section 2.2).
func takeStatus(hs *handshake.Context, a agreed, m *messages.CertificateStatus12) (agreed, error) {
	switch {
	case a.status == 0:
		return a, refuse.UnexpectedMessage.With("%v was not announced", m.Type())
	case m.StatusType > a.status:
		return a, refuse.StatusMismatch.With("type %d", m.StatusType)
	case len(m.Responses) > len(hs.Connection.PeerChain):
		return a, refuse.StatusMismatch.With("%d responses", len(m.Responses))
	}
	if len(m.Responses[0]) > 0 {
		hs.Connection.OCSP = m.Responses[0]
	}
	if len(m.Responses) > 1 {
		hs.Connection.OCSPChain = m.Responses[1:]
	}
	a.status = 0
	return a, nil
}

func readStatusBeforeECDHE(hs *handshake.Context, s *waitServerECDHE12, m *messages.CertificateStatus12) (fsm.State, error) {
	a, err := takeStatus(hs, s.agreed, m)
	return &waitServerECDHE12{a}, err
}

func readStatusBeforeDHE(hs *handshake.Context, s *waitServerDHE12, m *messages.CertificateStatus12) (fsm.State, error) {
	a, err := takeStatus(hs, s.agreed, m)
	return &waitServerDHE12{a}, err
}

func readStatusOfRSA(hs *handshake.Context, s *waitServerRSA12, m *messages.CertificateStatus12) (fsm.State, error) {
	a, err := takeStatus(hs, s.agreed, m)
	if err != nil {
		return nil, err
	}
	askVerdict(hs)
	return &awaitServerVerdict12{exchanged: exchanged{agreed: a}}, nil
}

// readRequestOfRSA and readHelloDoneOfRSA go on without the status that was
// announced, which is the server's right.
func readRequestOfRSA(hs *handshake.Context, s *waitServerRSA12, m *messages.CertificateRequest12) (fsm.State, error) {
	askVerdict(hs)
	return &awaitServerVerdict12{exchanged: exchanged{agreed: s.agreed}, request: m}, nil
}

func readHelloDoneOfRSA(hs *handshake.Context, s *waitServerRSA12, m *messages.ServerHelloDone) (fsm.State, error) {
	askVerdict(hs)
	return &awaitServerVerdict12{exchanged: exchanged{agreed: s.agreed}, done: m}, nil
}

// takeServerVerdict verifies the signature over the key share
// (RFC 5246, Section 7.4.3, and RFC 8422, Section 5.4). With RSA key transport the key
// proves itself by the server's Finished.
func takeServerVerdict(hs *handshake.Context, s *awaitServerVerdict12, answer *events.PeerVerified) (fsm.State, error) {
	if !s.suite.FitsKey(answer.Key) {
		return nil, refuse.KeyForOtherSuite.With("%v", s.suite.ID)
	}
	if err := checkCurve(hs, answer.Key); err != nil {
		return nil, err
	}
	next := s.exchanged
	if s.params != nil {
		if !slices.Contains(hs.Policy.Offered, s.proof.scheme) {
			return nil, refuse.SchemeNotOffered.With("%v", s.proof.scheme)
		}
		signed := secrets.KeyExchangeInput12(hs.Room(), &hs.Randoms, s.params)
		if err := verifySignature(hs, answer.Key, s.proof.scheme, signed, s.proof.signature); err != nil {
			return nil, err
		}
	} else if key, ok := answer.Key.(*rsa.PublicKey); ok {
		next.key = key
	}
	hs.Authenticated = hs.Now
	switch {
	case s.request != nil:
		return &waitServerHelloDone12{next, s.request}, nil
	case s.done != nil:
		return readHelloDone(hs, &waitRequestOrHelloDone12{next}, s.done)
	}
	return &waitRequestOrHelloDone12{next}, nil
}
