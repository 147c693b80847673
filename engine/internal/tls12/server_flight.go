package tls12

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// takeServerCredential chooses the suite that fits the credential, sends the
// flight up to the certificate, and has the key share signed.
func takeServerCredential(hs *handshake.Context, s *awaitServerCredential12, answer *events.CredentialChosen) (fsm.State, error) {
	if answer.Credential == nil {
		return nil, refuse.NoCredential
	}
	if err := handshake.CheckCredential(answer.Credential); err != nil {
		return nil, err
	}
	schemes := handshake.Common(answer.Credential.Schemes, s.hello.Info.Schemes)
	if len(schemes) == 0 {
		return nil, refuse.NoMutualScheme.With("the credential has %v", answer.Credential.Schemes)
	}
	c := s.choice
	suite, groupID, err := chooseSuite(hs, c.hello, schemes)
	if err != nil {
		return nil, err
	}
	c.suite = suite
	c.status = len(answer.Credential.OCSP) > 0 && c.hello.Message.Extensions.Has(messages.ExtensionStatusRequest)
	if c.hello.Message.Extensions.Has(messages.ExtensionSCT) {
		c.scts = answer.Credential.SCTs
	}
	if err := sendServerHello(hs, &c); err != nil {
		return nil, err
	}
	if err := sendServerCertificate(hs, &c, answer.Credential); err != nil {
		return nil, err
	}
	group, ok := secrets.LookupGroup(groupID)
	if !ok {
		return nil, refuse.Internal.With("no group %v", groupID)
	}
	private, share, err := group.Generate(hs.Policy.Rand)
	if err != nil {
		return nil, refuse.Entropy.Because(err)
	}
	hs.Connection.Group = groupID
	params := messages.ServerECDHParams{Group: groupID, Public: share}
	raw, err := params.Append(nil)
	if err != nil {
		return nil, refuse.Internal.Because(err)
	}
	content := secrets.KeyExchangeInput12(nil, &hs.Randoms, raw)
	scheme := schemes[slices.IndexFunc(schemes, func(s messages.SignatureScheme) bool { return signedBy(suite, s) })]
	hs.Ask(func(id events.Asked) events.Question {
		return &events.Sign{Asked: id, Credential: answer.Credential, Scheme: scheme, Content: content}
	})
	f := flight{agreed: c.agreed, version: c.hello.Message.LegacyVersion, private: private}
	return &awaitServerSignature12{f, answer.Credential, scheme, params}, nil
}

// sendServerHello sends what was agreed on (RFC 5246, Section 7.4.1.3).
func sendServerHello(hs *handshake.Context, c *choice) error {
	hs.Transcript.Retain()
	hs.Transcript.Use(c.suite.Hash)
	hs.Transcript.Add(c.hello.Raw)
	m := &messages.ServerHello{LegacyVersion: hs.Connection.Version, CipherSuite: c.suite.ID, SessionID: c.sessionID}
	if err := hs.Random(m.Random[:]); err != nil {
		return err
	}
	if hs.Policy.Allows(messages.TLS13) {
		// RFC 8446, Section 4.1.3.
		sentinel := messages.DowngradeTLS12()
		copy(m.Random[24:], sentinel[:])
	}
	hs.Randoms.Server = m.Random
	if c.session == nil && hs.Policy.Sessions && !c.ticket {
		c.sessionID = make([]byte, 32)
		if err := hs.Random(c.sessionID); err != nil {
			return err
		}
		m.SessionID = c.sessionID
	}
	hs.Connection.CipherSuite = c.suite.ID
	offered := &c.hello.Message.Extensions
	c.encryptThenMAC = !c.suite.AEAD() && offered.Has(messages.ExtensionEncryptThenMAC)
	secure := offered.Has(messages.ExtensionRenegotiationInfo) ||
		slices.Contains(c.hello.Message.CipherSuites, messages.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
	for _, put := range [...]struct {
		body   messages.ExtensionBody
		wanted bool
	}{
		{&messages.RenegotiationInfo{}, secure},
		{&messages.ExtendedMasterSecret{}, c.extended},
		{&messages.EncryptThenMAC{}, c.encryptThenMAC},
		{&messages.SessionTicketOffer{}, c.ticket},
		{&messages.StatusRequestAck{}, c.status},
		{&messages.ECPointFormats{Formats: []messages.PointFormat{messages.PointUncompressed}},
			offered.Has(messages.ExtensionECPointFormats)},
	} {
		if !put.wanted {
			continue
		}
		if err := handshake.Put(&m.Extensions, put.body); err != nil {
			return err
		}
	}
	if len(c.scts) > 0 {
		// RFC 6962, Section 3.3.1.
		if err := m.Extensions.Put(&messages.SCTList{SCTs: c.scts}); err != nil {
			return refuse.BadAnswer.With("%d signed certificate timestamps", len(c.scts))
		}
	}
	if err := features.Answer(hs, c.hello, &m.Extensions); err != nil {
		return err
	}
	return hs.Send(m)
}

func sendServerCertificate(hs *handshake.Context, c *choice, credential *events.Credential) error {
	hs.Connection.LocalChain = credential.Chain
	if err := hs.Send(&messages.Certificate12{Chain: credential.Chain}); err != nil {
		return err
	}
	if !c.status {
		return nil
	}
	return hs.Send(&messages.CertificateStatus12{
		StatusType: messages.StatusTypeOCSP, Responses: [][]byte{credential.OCSP},
	})
}

// takeServerSignature sends the rest of the flight.
func takeServerSignature(hs *handshake.Context, s *awaitServerSignature12, answer *events.Signature) (fsm.State, error) {
	if err := handshake.CheckSignature(answer); err != nil {
		return nil, err
	}
	hs.Connection.LocalScheme = s.scheme
	if err := hs.Send(&messages.ServerKeyExchangeECDHE{
		Params: s.params, Scheme: s.scheme, Signature: answer.Signature,
	}); err != nil {
		return nil, err
	}
	hs.Align()
	if !hs.Policy.RequestClientCert {
		if err := hs.Send(&messages.ServerHelloDone{}); err != nil {
			return nil, err
		}
		hs.Transcript.Forget()
		return &waitClientECDHE12{flight: s.flight}, nil
	}
	if err := hs.Send(&messages.CertificateRequest12{
		Types: []messages.ClientCertificateType{
			messages.ClientCertificateECDSASign, messages.ClientCertificateRSASign,
		},
		Schemes: hs.Policy.Offered, Authorities: hs.Policy.Authorities,
	}); err != nil {
		return nil, err
	}
	return &waitClientCertificate12{s.flight}, hs.Send(&messages.ServerHelloDone{})
}

// readClientCertificate takes the client's chain, which may be empty unless
// the policy requires one (RFC 5246, Section 7.4.6).
func readClientCertificate(hs *handshake.Context, s *waitClientCertificate12, m *messages.Certificate12) (fsm.State, error) {
	if len(m.Chain) == 0 {
		if hs.Policy.RequireClientCert {
			// certificate_required is an alert of TLS 1.3.
			return nil, refuse.CertificateRequired.Alerting(messages.AlertHandshakeFailure)
		}
		hs.Transcript.Forget()
		return &waitClientECDHE12{flight: s.flight}, nil
	}
	hs.Connection.PeerChain = m.Chain
	askVerdict(hs)
	return &awaitClientVerdict12{s.flight}, nil
}

func takeClientVerdict(hs *handshake.Context, s *awaitClientVerdict12, answer *events.PeerVerified) (fsm.State, error) {
	if err := checkCurve(hs, answer.Key); err != nil {
		return nil, err
	}
	return &waitClientECDHE12{s.flight, answer.Key}, nil
}

// readClientECDHE agrees on the master secret (RFC 8422, Section 5.7).
func readClientECDHE(hs *handshake.Context, s *waitClientECDHE12, m *messages.ClientKeyExchangeECDHE) (fsm.State, error) {
	premaster, err := s.private.Agree(m.Public)
	if err != nil {
		return nil, refuse.BadKeyShare.Because(err)
	}
	k := makeMaster(hs, s.agreed, premaster)
	if s.key == nil {
		return &waitClientChangeCipherSpec12{closing{keyed: k}}, nil
	}
	return &waitClientCertificateVerify12{k, s.key}, nil
}
