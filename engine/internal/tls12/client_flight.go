package tls12

import (
	"errors"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func readServerCertificate(hs *handshake.Context, s *waitServerCertificate12, m *messages.Certificate12) (fsm.State, error) {
	if len(m.Chain) == 0 {
		return nil, refuse.EmptyServerCertificate
	}
	hs.Connection.PeerChain = m.Chain
	return &waitServerECDHE12{s.agreed, s.status}, nil
}

// readCertificateStatus takes a stapled response, which comes at most once
// (RFC 6066, Section 8).
func readCertificateStatus(hs *handshake.Context, s *waitServerECDHE12, m *messages.CertificateStatus12) (fsm.State, error) {
	if !s.status {
		return nil, refuse.UnexpectedMessage.With("%v was not announced", m.Type())
	}
	if m.StatusType != messages.StatusTypeOCSP {
		return nil, refuse.MalformedMessage.With("status of type %d", m.StatusType)
	}
	hs.Connection.OCSP = m.Responses[0]
	return &waitServerECDHE12{agreed: s.agreed}, nil
}

// readServerECDHE takes the server's key share, and has its chain verified
// before anything is made of it.
func readServerECDHE(hs *handshake.Context, s *waitServerECDHE12, m *messages.ServerKeyExchangeECDHE) (fsm.State, error) {
	if !slices.Contains(handshake.Classical(hs.Policy.Groups), m.Params.Group) {
		return nil, refuse.GroupNotOffered.With("%v", m.Params.Group)
	}
	if !slices.Contains(hs.Policy.Offered, m.Scheme) {
		return nil, refuse.SchemeNotOffered.With("%v", m.Scheme)
	}
	askVerdict(hs)
	return &awaitServerVerdict12{s.agreed, m}, nil
}

// takeServerVerdict verifies the signature over the key share
// (RFC 8422, Section 5.4).
func takeServerVerdict(hs *handshake.Context, s *awaitServerVerdict12, answer *events.PeerVerified) (fsm.State, error) {
	if !s.suite.FitsKey(answer.Key) {
		return nil, refuse.KeyForOtherSuite.With("%v", s.suite.ID)
	}
	if err := checkCurve(hs, answer.Key); err != nil {
		return nil, err
	}
	params, err := s.exchange.Params.Append(nil)
	if err != nil {
		return nil, refuse.Internal.Because(err)
	}
	signed := secrets.KeyExchangeInput12(nil, &hs.Randoms, params)
	if err := verifySignature(hs, answer.Key, s.exchange.Scheme, signed, s.exchange.Signature); err != nil {
		return nil, err
	}
	hs.Authenticated = hs.Now
	hs.Connection.Group = s.exchange.Params.Group
	return &waitRequestOrHelloDone12{exchanged{s.agreed, s.exchange.Params.Group, s.exchange.Params.Public}}, nil
}

func readCertificateRequest(_ *handshake.Context, s *waitRequestOrHelloDone12, m *messages.CertificateRequest12) (fsm.State, error) {
	return &waitServerHelloDone12{s.exchanged, m}, nil
}

// readHelloDone sends the client's flight without a certificate.
func readHelloDone(hs *handshake.Context, s *waitRequestOrHelloDone12, _ *messages.ServerHelloDone) (fsm.State, error) {
	hs.Transcript.Forget()
	k, err := sendKeyExchange(hs, &s.exchanged)
	if err != nil {
		return nil, err
	}
	return finishFlight(hs, k)
}

func readRequestedHelloDone(hs *handshake.Context, s *waitServerHelloDone12, _ *messages.ServerHelloDone) (fsm.State, error) {
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChooseCredential{
			Asked: id, Role: hs.Role, Version: hs.Connection.Version, ServerName: hs.Policy.PeerName,
			Schemes: requested(s.request), SchemesCert: s.request.Schemes, Authorities: s.request.Authorities,
		}
	})
	return &awaitClientCredential12{s.exchanged, s.request}, nil
}

// takeClientCredential sends Certificate, empty without a credential, and
// ClientKeyExchange (RFC 5246, Section 7.4.6).
func takeClientCredential(hs *handshake.Context, s *awaitClientCredential12, answer *events.CredentialChosen) (fsm.State, error) {
	m := &messages.Certificate12{}
	var scheme messages.SignatureScheme
	if answer.Credential != nil {
		if err := handshake.CheckCredential(answer.Credential); err != nil {
			return nil, err
		}
		var ok bool
		if scheme, ok = handshake.First(answer.Credential.Schemes, requested(s.request)); !ok {
			return nil, refuse.NoMutualScheme.With("the credential has %v", answer.Credential.Schemes)
		}
		m.Chain = answer.Credential.Chain
		hs.Connection.LocalChain = m.Chain
	}
	if err := hs.Send(m); err != nil {
		return nil, err
	}
	k, err := sendKeyExchange(hs, &s.exchanged)
	if err != nil {
		return nil, err
	}
	if answer.Credential == nil {
		hs.Transcript.Forget()
		return finishFlight(hs, k)
	}
	content := slices.Clone(hs.Transcript.Kept())
	hs.Transcript.Forget()
	hs.Ask(func(id events.Asked) events.Question {
		return &events.Sign{Asked: id, Credential: answer.Credential, Scheme: scheme, Content: content}
	})
	return &awaitClientSignature12{k, scheme}, nil
}

func takeClientSignature(hs *handshake.Context, s *awaitClientSignature12, answer *events.Signature) (fsm.State, error) {
	if err := handshake.CheckSignature(answer); err != nil {
		return nil, err
	}
	hs.Connection.LocalScheme = s.scheme
	if err := hs.Send(&messages.CertificateVerify{Scheme: s.scheme, Signature: answer.Signature}); err != nil {
		return nil, err
	}
	return finishFlight(hs, s.keyed)
}

// sendKeyExchange agrees on the premaster secret and sends the client's half
// (RFC 8422, Section 5.7).
func sendKeyExchange(hs *handshake.Context, e *exchanged) (keyed, error) {
	group, ok := secrets.LookupGroup(e.group)
	if !ok {
		return keyed{}, refuse.Internal.With("no group %v", e.group)
	}
	share, premaster, err := group.Respond(hs.Policy.Rand, e.share)
	if errors.Is(err, secrets.ErrEntropy) {
		return keyed{}, refuse.Entropy.Because(err)
	}
	if err != nil {
		return keyed{}, refuse.BadKeyShare.Because(err)
	}
	if err := hs.Send(&messages.ClientKeyExchangeECDHE{Public: share}); err != nil {
		return keyed{}, err
	}
	return makeMaster(hs, e.agreed, premaster), nil
}

func finishFlight(hs *handshake.Context, k keyed) (fsm.State, error) {
	hs.Align()
	verify, err := sendFinished(hs, &k)
	if err != nil {
		return nil, err
	}
	return afterFlight(closing{keyed: k, verify: verify}), nil
}
