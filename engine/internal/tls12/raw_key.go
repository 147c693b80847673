package tls12

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// A raw public key in place of a chain has a Certificate message of another form,
// and so states of its own (RFC 7250, Section 3).

func readServerRawKey(hs *handshake.Context, s *waitServerRawKey12, m *messages.RawPublicKey12) (fsm.State, error) {
	if len(m.SubjectPublicKeyInfo) == 0 {
		return nil, refuse.EmptyServerCertificate
	}
	if err := checkSameKey(s.previous, m.SubjectPublicKeyInfo); err != nil {
		return nil, err
	}
	if err := handshake.TakeRawKey(hs, m.SubjectPublicKeyInfo); err != nil {
		return nil, err
	}
	a := s.agreed
	a.status = 0 // of a certificate
	return afterServerCertificate(hs, a), nil
}

// readClientRawKey takes the client's key. One that has none to show sends an
// empty one, for which the document has no form.
func readClientRawKey(hs *handshake.Context, s *waitClientRawKey12, m *messages.RawPublicKey12) (fsm.State, error) {
	f := withoutSupplement(s.flight)
	if err := checkSameKey(f.previous, m.SubjectPublicKeyInfo); err != nil {
		return nil, err
	}
	if len(m.SubjectPublicKeyInfo) == 0 {
		return withoutClientCertificate(hs, f)
	}
	if err := handshake.TakeRawKey(hs, m.SubjectPublicKeyInfo); err != nil {
		return nil, err
	}
	askVerdict(hs)
	return &awaitClientVerdict12{f}, nil
}

// withoutClientCertificate goes on with a client that declines, unless the policy
// requires a certificate.
func withoutClientCertificate(hs *handshake.Context, f flight) (fsm.State, error) {
	if hs.Policy.RequireClientCert {
		// certificate_required is an alert of TLS 1.3.
		return nil, refuse.CertificateRequired.Alerting(messages.AlertHandshakeFailure)
	}
	hs.Transcript.Forget()
	return afterCertificates(f), nil
}

// sendRawKey sends this end's raw public key.
func sendRawKey(hs *handshake.Context, credential *events.Credential) error {
	hs.Connection.LocalRawKey = credential.RawPublicKey
	return hs.Send(&messages.RawPublicKey12{SubjectPublicKeyInfo: credential.RawPublicKey})
}

// sendNoCertificate declines, in the form agreed on.
func sendNoCertificate(hs *handshake.Context) error {
	if hs.Connection.LocalCertificateType == messages.CertificateRawPublicKey {
		return hs.Send(&messages.RawPublicKey12{})
	}
	return hs.Send(&messages.Certificate12{})
}

func readSupplementBeforeServerKey(hs *handshake.Context, s *waitServerRawKey12, m *messages.SupplementalData) (fsm.State, error) {
	next := *s
	return &next, takeSupplement(hs, &next.agreed, m)
}

func readSupplementBeforeClientKey(hs *handshake.Context, s *waitClientRawKey12, m *messages.SupplementalData) (fsm.State, error) {
	next := *s
	return &next, takeSupplement(hs, &next.agreed, m)
}
