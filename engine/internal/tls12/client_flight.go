package tls12

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

func readCertificateRequest(_ *handshake.Context, s *waitRequestOrHelloDone12, m *messages.CertificateRequest12) (fsm.State, error) {
	return &waitServerHelloDone12{s.exchanged, m}, nil
}

// readHelloDone begins the client's flight without a certificate.
func readHelloDone(hs *handshake.Context, s *waitRequestOrHelloDone12, _ *messages.ServerHelloDone) (fsm.State, error) {
	hs.Transcript.Forget()
	if askSupplement(hs, &s.agreed) {
		return &awaitClientSupplement12{s.exchanged, nil}, nil
	}
	return sendUnsigned(hs, &s.exchanged)
}

func readRequestedHelloDone(hs *handshake.Context, s *waitServerHelloDone12, _ *messages.ServerHelloDone) (fsm.State, error) {
	if askSupplement(hs, &s.agreed) {
		return &awaitClientSupplement12{s.exchanged, s.request}, nil
	}
	return askClientCredential(hs, &s.exchanged, s.request)
}

// takeClientSupplement sends SupplementalData before all else of the flight
// (RFC 4680, Section 3).
func takeClientSupplement(hs *handshake.Context, s *awaitClientSupplement12, answer *events.SupplementalDataProvided) (fsm.State, error) {
	if err := sendSupplement(hs, &s.agreed, answer.Entries); err != nil {
		return nil, err
	}
	if s.request == nil {
		return sendUnsigned(hs, &s.exchanged)
	}
	return askClientCredential(hs, &s.exchanged, s.request)
}

func askClientCredential(hs *handshake.Context, e *exchanged, request *messages.CertificateRequest12) (fsm.State, error) {
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChooseCredential{
			Asked: id, Role: hs.Role, Version: hs.Connection.Version, ServerName: hs.Policy.PeerName,
			Schemes: requested(request), SchemesCert: request.Schemes, Authorities: request.Authorities,
			CertificateTypes: handshake.OwnType(hs),
		}
	})
	return &awaitClientCredential12{*e, request}, nil
}

// takeClientCredential sends Certificate, empty without a credential, and
// ClientKeyExchange (RFC 5246, Section 7.4.6).
func takeClientCredential(hs *handshake.Context, s *awaitClientCredential12, answer *events.CredentialChosen) (fsm.State, error) {
	credential := answer.Credential
	if credential == nil {
		if err := sendNoCertificate(hs); err != nil {
			return nil, err
		}
		hs.Transcript.Forget()
		return sendUnsigned(hs, &s.exchanged)
	}
	if err := handshake.CheckCredential(credential); err != nil {
		return nil, err
	}
	if err := handshake.CheckType(hs, credential); err != nil {
		return nil, err
	}
	scheme, ok := handshake.First(credential.Schemes, requested(s.request))
	if !ok {
		return nil, refuse.NoMutualScheme.With("the credential has %v", credential.Schemes)
	}
	if err := sendClientCertificate(hs, &s.agreed, credential); err != nil {
		return nil, err
	}
	if err := sendKeyExchange(hs, &s.exchanged, nil); err != nil {
		return nil, err
	}
	content := slices.Clone(hs.Transcript.Kept())
	hs.Transcript.Forget()
	hs.Ask(func(id events.Asked) events.Question {
		return &events.Sign{Asked: id, Credential: credential, Scheme: scheme, Content: content}
	})
	return &awaitClientSignature12{s.agreed, scheme}, nil
}

// sendClientCertificate sends the chain, or where to find it if the server
// agreed to that (RFC 6066, Section 5).
func sendClientCertificate(hs *handshake.Context, a *agreed, credential *events.Credential) error {
	if credential.RawPublicKey != nil {
		return sendRawKey(hs, credential)
	}
	hs.Connection.LocalChain = credential.Chain
	if a.extras == nil || !a.extras.urls || len(credential.URLs) == 0 {
		return hs.Send(&messages.Certificate12{Chain: credential.Chain})
	}
	m := &messages.CertificateURL{ChainType: messages.ChainIndividualCerts, URLs: credential.URLs}
	if credential.URLsArePath {
		m.ChainType = messages.ChainPkiPath
	}
	raw, err := hs.Marshal(m)
	if err != nil {
		return refuse.BadAnswer.With("%d URLs", len(credential.URLs))
	}
	hs.SendRaw(raw)
	return nil
}

func takeClientSignature(hs *handshake.Context, s *awaitClientSignature12, answer *events.Signature) (fsm.State, error) {
	if err := handshake.CheckSignature(answer); err != nil {
		return nil, err
	}
	hs.Connection.LocalScheme = s.scheme
	if err := hs.Send(&messages.CertificateVerify{Scheme: s.scheme, Signature: answer.Signature}); err != nil {
		return nil, err
	}
	return finishFlight(hs, s.agreed)
}

// sendUnsigned sends ClientKeyExchange with nothing to sign behind it.
func sendUnsigned(hs *handshake.Context, e *exchanged) (fsm.State, error) {
	if err := sendKeyExchange(hs, e, nil); err != nil {
		return nil, err
	}
	return finishFlight(hs, e.agreed)
}

// finishFlight sends ChangeCipherSpec and Finished, and tells where the client
// need not wait for the server's (RFC 7918, Section 3).
func finishFlight(hs *handshake.Context, a agreed) (fsm.State, error) {
	hs.Align()
	c := closing{agreed: a}
	if err := sendFinished(hs, &c); err != nil {
		return nil, err
	}
	if mayFalseStart(hs, &a) {
		hs.Tell(&events.FalseStarted{Connection: hs.Connection})
	}
	return afterFlight(c), nil
}

// mayFalseStart tells whether what was agreed on is strong enough that an
// attacker gains nothing by having chosen it (RFC 7918, Section 5).
func mayFalseStart(hs *handshake.Context, a *agreed) bool {
	return hs.Policy.FalseStart && a.previous == nil && a.suite.AEAD() && a.suite.KeyExchange.Signed() &&
		(hs.Connection.ALPN != "" || hs.Policy.FalseStartBare)
}
