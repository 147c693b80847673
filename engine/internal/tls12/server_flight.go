package tls12

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// takeServerCredential chooses the suite that fits the credential, and begins
// the flight. Without a credential a pre-shared key may still do.
func takeServerCredential(hs *handshake.Context, s *awaitServerCredential12, answer *events.CredentialChosen) (fsm.State, error) {
	c := s.choice
	c.credential = answer.Credential
	var schemes []messages.SignatureScheme
	if c.credential != nil {
		if err := handshake.CheckCredential(c.credential); err != nil {
			return nil, err
		}
		schemes = handshake.Common(c.credential.Schemes, c.hello.Info.Schemes)
	}
	for _, candidate := range c.candidates {
		if candidate.suite.KeyExchange.UsesPSK() {
			c.credential = nil
			return sendPSKFlight(hs, c, candidate)
		}
		if c.credential == nil {
			continue
		}
		if scheme, ok := candidate.fits(c.credential, schemes); ok {
			return sendCertificateFlight(hs, c, candidate, scheme)
		}
	}
	switch {
	case c.credential == nil:
		return nil, refuse.NoCredential
	case len(schemes) == 0:
		return nil, refuse.NoMutualScheme.With("the credential has %v", c.credential.Schemes)
	}
	return nil, noMutualSuite(c.hello)
}

// sendCertificateFlight sends the flight up to the certificate, but for
// supplemental data, which is asked for first.
func sendCertificateFlight(hs *handshake.Context, c choice, chosen candidate, scheme messages.SignatureScheme) (fsm.State, error) {
	c.suite, hs.Credential = chosen.suite, c.credential
	if err := chooseStatus(hs, &c); err != nil {
		return nil, err
	}
	if err := sendServerHello(hs, &c); err != nil {
		return nil, err
	}
	if askSupplement(hs, &c.agreed) {
		return &awaitServerSupplement12{c, chosen.group, scheme}, nil
	}
	return sendIdentity(hs, c, chosen.group, scheme)
}

// takeServerSupplement sends SupplementalData, and goes on with the certificate
// (RFC 4680, Section 3).
func takeServerSupplement(hs *handshake.Context, s *awaitServerSupplement12, answer *events.SupplementalDataProvided) (fsm.State, error) {
	if err := sendSupplement(hs, &s.agreed, answer.Entries); err != nil {
		return nil, err
	}
	return sendIdentity(hs, s.choice, s.group, s.scheme)
}

// sendIdentity sends the certificate, and has the key share signed if there is
// one.
func sendIdentity(hs *handshake.Context, c choice, groupID messages.Group, scheme messages.SignatureScheme) (fsm.State, error) {
	if err := sendServerCertificate(hs, &c); err != nil {
		return nil, err
	}
	f := flight{agreed: c.agreed, hello: c.hello.Message.LegacyVersion, credential: c.credential}
	if c.suite.KeyExchange == secrets.KeyExchangeRSA {
		hs.Align()
		return finishServerFlight(hs, f)
	}
	share, err := f.generate(hs, groupID)
	if err != nil {
		return nil, err
	}
	next := &awaitServerSignature12{flight: f, scheme: scheme}
	var params []byte
	if c.suite.KeyExchange == secrets.KeyExchangeDHE {
		next.dhe = fieldParams(groupID, share)
		params, err = next.dhe.Append(nil)
	} else {
		next.ecdhe = messages.ServerECDHParams{Group: groupID, Public: share}
		params, err = next.ecdhe.Append(nil)
	}
	if err != nil {
		return nil, refuse.Internal.Because(err)
	}
	content := secrets.KeyExchangeInput12(nil, &hs.Randoms, params)
	hs.Ask(func(id events.Asked) events.Question {
		return &events.Sign{Asked: id, Credential: c.credential, Scheme: scheme, Content: content}
	})
	return next, nil
}

// generate makes the server's key share.
func (f *flight) generate(hs *handshake.Context, id messages.Group) (share []byte, err error) {
	group, ok := secrets.LookupGroup(id)
	if !ok {
		return nil, refuse.Internal.With("no group %v", id)
	}
	if f.private, share, err = group.Generate(hs.Policy.Rand); err != nil {
		return nil, refuse.Entropy.Because(err)
	}
	f.group, hs.Connection.Group = id, id
	return share, nil
}

// fieldParams spells a group of RFC 7919 out, as DHE has it.
func fieldParams(group messages.Group, share []byte) messages.ServerDHParams {
	p, g, _ := secrets.FiniteFieldParams(group)
	return messages.ServerDHParams{P: p, G: g, Public: share}
}

// takeServerSignature sends the signed key share and the rest of the flight.
func takeServerSignature(hs *handshake.Context, s *awaitServerSignature12, answer *events.Signature) (fsm.State, error) {
	if err := handshake.CheckSignature(answer); err != nil {
		return nil, err
	}
	hs.Connection.LocalScheme = s.scheme
	var m messages.Message
	if s.suite.KeyExchange == secrets.KeyExchangeDHE {
		m = &messages.ServerKeyExchangeDHE{Params: s.dhe, Scheme: s.scheme, Signature: answer.Signature}
	} else {
		m = &messages.ServerKeyExchangeECDHE{Params: s.ecdhe, Scheme: s.scheme, Signature: answer.Signature}
	}
	if err := hs.Send(m); err != nil {
		return nil, err
	}
	hs.Align()
	return finishServerFlight(hs, s.flight)
}

// finishServerFlight asks for the client's certificate if the policy does, and
// ends the flight.
func finishServerFlight(hs *handshake.Context, f flight) (fsm.State, error) {
	if !hs.Policy.RequestClientCert {
		if err := hs.Send(&messages.ServerHelloDone{}); err != nil {
			return nil, err
		}
		hs.Transcript.Forget()
		return afterCertificates(f), nil
	}
	if err := hs.Send(&messages.CertificateRequest12{
		Types: []messages.ClientCertificateType{
			messages.ClientCertificateECDSASign, messages.ClientCertificateRSASign,
		},
		Schemes: hs.Policy.Offered, Authorities: hs.Policy.Authorities,
	}); err != nil {
		return nil, err
	}
	if hs.Connection.PeerCertificateType == messages.CertificateRawPublicKey {
		return &waitClientRawKey12{f}, hs.Send(&messages.ServerHelloDone{})
	}
	return &waitClientCertificate12{f}, hs.Send(&messages.ServerHelloDone{})
}

// afterCertificates is where a server waits for the client's half of the key
// exchange.
func afterCertificates(f flight) fsm.State {
	switch f.suite.KeyExchange {
	case secrets.KeyExchangeDHE:
		return &waitClientDHE12{f}
	case secrets.KeyExchangeRSA:
		return &waitClientRSA12{f}
	}
	return &waitClientECDHE12{f}
}

// sendPSKFlight sends the whole flight of a handshake under a pre-shared key,
// which has no certificate (RFC 4279, Section 2 and Section 3, and
// RFC 5489, Section 2).
func sendPSKFlight(hs *handshake.Context, c choice, chosen candidate) (fsm.State, error) {
	c.suite = chosen.suite
	if err := sendServerHello(hs, &c); err != nil {
		return nil, err
	}
	hs.Align()
	f := flight{agreed: c.agreed, hello: c.hello.Message.LegacyVersion}
	var share []byte
	if chosen.group != 0 {
		var err error
		if share, err = f.generate(hs, chosen.group); err != nil {
			return nil, err
		}
	}
	hint := hs.Policy.PSKHint
	var m messages.Message
	var next fsm.State
	switch c.suite.KeyExchange {
	case secrets.KeyExchangeDHEPSK:
		m = &messages.ServerKeyExchangeDHEPSK{Hint: hint, Params: fieldParams(chosen.group, share)}
		next = &waitClientDHEPSK12{f}
	case secrets.KeyExchangeECDHEPSK:
		m = &messages.ServerKeyExchangeECDHEPSK{Hint: hint, Params: messages.ServerECDHParams{Group: chosen.group, Public: share}}
		next = &waitClientECDHEPSK12{f}
	default:
		if len(hint) > 0 {
			m = &messages.ServerKeyExchangePSK{Hint: hint}
		}
		next = &waitClientPSK12{f}
	}
	if m != nil {
		if err := hs.Send(m); err != nil {
			return nil, err
		}
	}
	if err := hs.Send(&messages.ServerHelloDone{}); err != nil {
		return nil, err
	}
	hs.Transcript.Forget()
	return next, nil
}
