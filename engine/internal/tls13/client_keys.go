package tls13

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// CheckServerHello checks what a ServerHello and a HelloRetryRequest have in
// common, and gives the suite chosen (RFC 8446, Section 4.1.3).
func CheckServerHello(hs *handshake.Context, offer *handshake.Offer, m *messages.ServerHello) (*secrets.Suite, error) {
	if m.LegacyVersion != hs.Dialect.LegacyVersion {
		return nil, refuse.LegacyVersion.With("%v", m.LegacyVersion)
	}
	if !bytes.Equal(m.SessionID, offer.Hello.SessionID) {
		return nil, refuse.SessionIDMismatch
	}
	if m.CompressionMethod != 0 {
		return nil, refuse.CompressionNotNull.With("%d", m.CompressionMethod)
	}
	suite, known := secrets.LookupSuite(m.CipherSuite)
	if !known || !slices.Contains(offer.Hello.CipherSuites, m.CipherSuite) {
		return nil, refuse.SuiteNotOffered.With("%v", m.CipherSuite)
	}
	return suite, nil
}

// AcceptServerHello takes the server's choice and changes to the keys of the
// handshake.
func AcceptServerHello(hs *handshake.Context, offer *handshake.Offer, m *messages.ServerHello) (fsm.State, error) {
	suite, err := CheckServerHello(hs, offer, m)
	if err != nil {
		return nil, err
	}
	if offer.Retry == nil {
		hs.Transcript.Use(suite.Hash)
	} else if offer.Retry.Suite.ID != suite.ID {
		return nil, refuse.RetryChangedSuite.With("%v", suite.ID)
	}
	if err := handshake.CheckReply(&m.Extensions, messages.InServerHello, offer.Types); err != nil {
		return nil, err
	}
	hs.Transcript.Add(hs.Raw)

	psk, err := acceptPSK(hs, offer, suite, m)
	if err != nil {
		return nil, err
	}
	shared, err := acceptShare(hs, offer, psk, m)
	if err != nil {
		return nil, err
	}
	certified, err := hs.Get(&m.Extensions, &messages.CertWithExternPSK{})
	if err != nil {
		return nil, err
	}
	if err := checkCertified(hs, psk, certified); err != nil {
		return nil, err
	}
	early := secrets.NewEarly(suite.Hash, nil)
	if psk != nil {
		early = psk.Early
	}
	a := agreed{suite: suite, offered: offer.Types, schedule: early.Handshake(shared), psk: psk, certified: certified || psk == nil}
	clear(shared)
	hs.Suite = suite
	hs.Connection.CipherSuite = suite.ID
	hs.Connection.ExtendedMasterSecret = true // RFC 8446, Appendix D.
	hs.Connection.Resumed = psk != nil && psk.Session != nil
	hs.Tell(&events.PeerHelloReceived{Version: hs.Connection.Version})
	return enterHandshake(hs, offer, a), nil
}

// enterHandshake changes both directions to the keys of the handshake, the
// record for middleboxes before the first of them (RFC 8446, Appendix D.4). What is
// written in records stays under the keys of early data until the server has said
// whether it takes that.
func enterHandshake(hs *handshake.Context, offer *handshake.Offer, a agreed) fsm.State {
	sum := hs.Sum()
	a.client, a.server = a.schedule.ClientTraffic(sum), a.schedule.ServerTraffic(sum)
	hs.LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", &a.client)
	hs.LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", &a.server)
	if !offer.Compatible {
		hs.SendChangeCipherSpec()
	}
	s := &waitEncryptedExtensions{agreed: a}
	if offer.EarlyData > 0 {
		s.early = &offer.PSKs[0]
	}
	if s.early == nil || !hs.Dialect.Records {
		hs.WriteKeys(events.Handshake, a.suite, &a.client)
	}
	hs.ReadKeys(events.Handshake, a.suite, &a.server)
	return s
}

// acceptPSK finds which of the keys offered the server has taken, if any
// (RFC 8446, Section 4.2.11).
func acceptPSK(hs *handshake.Context, offer *handshake.Offer, suite *secrets.Suite, m *messages.ServerHello) (*handshake.OfferedPSK, error) {
	var choice messages.PreSharedKeyChoice
	present, err := hs.Get(&m.Extensions, &choice)
	if err == nil && !present && hs.Policy.RequirePSK {
		return nil, refuse.PSKRequired
	}
	if err != nil || !present {
		return nil, err
	}
	if int(choice.Selected) >= len(offer.PSKs) {
		return nil, refuse.PSKOutOfRange.With("%d", choice.Selected)
	}
	psk := &offer.PSKs[choice.Selected]
	if psk.Hash != suite.Hash {
		return nil, refuse.PSKHashMismatch.With("%v", suite.ID)
	}
	if psk.Session == nil {
		hs.Connection.PSKIdentity = psk.Identity
	}
	return psk, nil
}

// checkCertified checks that certificates come with a pre-shared key if, and only
// if, this end wants them to (RFC 8773, Section 4).
func checkCertified(hs *handshake.Context, psk *handshake.OfferedPSK, certified bool) error {
	switch {
	case certified && psk == nil:
		return refuse.MissingExtension.With("%v", messages.ExtensionPreSharedKey)
	case !certified && hs.Policy.CertificateWithPSK:
		return refuse.NoCertificateWithPSK
	}
	return nil
}

// acceptShare agrees on the shared secret (RFC 8446, Section 4.2.8). There is none
// under a pre-shared key alone, if that was offered (RFC 8446, Section 4.2.9).
func acceptShare(hs *handshake.Context, offer *handshake.Offer, psk *handshake.OfferedPSK, m *messages.ServerHello) ([]byte, error) {
	shared := m.Extensions.Has(messages.ExtensionKeyShare)
	if psk != nil && !shared && slices.Contains(hs.Policy.PSKModes, messages.PSKModeKE) {
		return nil, nil
	}
	if psk != nil && shared && !slices.Contains(hs.Policy.PSKModes, messages.PSKModeDHEKE) {
		return nil, refuse.PSKModeNotOffered
	}
	var choice messages.KeyShareChoice
	if err := hs.Need(&m.Extensions, &choice); err != nil {
		return nil, err
	}
	group := choice.Share.Group
	if offer.Retry != nil && offer.Retry.Group != 0 && offer.Retry.Group != group {
		return nil, refuse.RetryChangedGroup.With("%v", group)
	}
	at := slices.IndexFunc(offer.Shares, func(s handshake.Share) bool { return s.Group == group })
	if at < 0 {
		return nil, refuse.GroupNotOffered.With("%v", group)
	}
	secret, err := offer.Shares[at].Private.Agree(choice.Share.KeyExchange)
	if err != nil {
		return nil, refuse.BadKeyShare.Because(err)
	}
	hs.Connection.Group = group
	return secret, nil
}

func readEncryptedExtensions(hs *handshake.Context, s *waitEncryptedExtensions, m *messages.EncryptedExtensions) (fsm.State, error) {
	if err := handshake.CheckReply(&m.Extensions, messages.InEncryptedExtensions, s.offered); err != nil {
		return nil, err
	}
	if s.early != nil {
		features.UnlimitEarlyData(hs)
	}
	if err := features.Accept(hs, &m.Extensions); err != nil {
		return nil, err
	}
	a := s.agreed
	if s.early != nil {
		if err := acceptEarlyData(hs, s, &a, m); err != nil {
			return nil, err
		}
	}
	if a.certified {
		return &waitCertificateOrRequest{a}, nil
	}
	if session := a.psk.Session; session != nil {
		handshake.RestorePeer(hs, session)
		if hs.Policy.Reverify && session.HasPeer() && !a.early {
			// Where early data is taken it was asked about before.
			AskReverify(hs, session)
			return &awaitServerReverified{a}, nil
		}
	}
	return &waitServerFinished{agreed: a}, nil
}

// acceptEarlyData finds whether the server takes the early data, which it may only
// with the key, the suite and the application protocol that it was written under
// (RFC 8446, Section 4.2.10). Otherwise nothing more of it is written.
func acceptEarlyData(hs *handshake.Context, s *waitEncryptedExtensions, a *agreed, m *messages.EncryptedExtensions) error {
	accepted, err := hs.Get(&m.Extensions, &messages.EarlyDataAck{})
	if err != nil {
		return err
	}
	if !accepted {
		if hs.Dialect.Records {
			hs.WriteKeys(events.Handshake, a.suite, &a.client)
		}
		hs.Tell(&events.EarlyDataRejected{})
		return nil
	}
	session := s.early.Session
	switch {
	case a.psk != s.early:
		return refuse.EarlyDataMismatch.With("the session is not resumed")
	case session.CipherSuite != a.suite.ID:
		return refuse.EarlyDataMismatch.With("the suite %v after %v", a.suite.ID, session.CipherSuite)
	case session.ALPN != hs.Connection.ALPN:
		return refuse.EarlyDataMismatch.With("the protocol %q after %q", hs.Connection.ALPN, session.ALPN)
	}
	a.early = true
	hs.Connection.EarlyDataAccepted = true
	hs.Tell(&events.EarlyDataAccepted{})
	return nil
}

func takeServerReverified(_ *handshake.Context, s *awaitServerReverified, _ *events.PeerVerified) (fsm.State, error) {
	return &waitServerFinished{agreed: s.agreed}, nil
}

// AskReverify asks about the chain of a session.
func AskReverify(hs *handshake.Context, session *events.Session) {
	hs.Ask(func(id events.Asked) events.Question {
		return &events.VerifyPeer{
			Asked: id, Role: hs.Role, ServerName: hs.Policy.PeerName,
			Chain: session.PeerChain, RawKey: session.PeerRawKey, Delegated: session.PeerDelegated,
			OCSP: session.OCSP, SCTs: session.SCTs, OCSPChain: session.OCSPChain, SCTsChain: session.SCTsChain,
			SchemesCert: hs.Policy.SchemesCert, OIDFilters: hs.Policy.OIDFilters, Resumed: true,
		}
	})
}
