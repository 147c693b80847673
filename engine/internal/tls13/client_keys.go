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

	early, session, err := acceptPSK(hs, offer, suite, m)
	if err != nil {
		return nil, err
	}
	shared, err := acceptShare(hs, offer, m)
	if err != nil {
		return nil, err
	}
	schedule := early.Handshake(shared)
	clear(shared)
	hs.Suite = suite
	hs.Connection.CipherSuite = suite.ID
	hs.Connection.ExtendedMasterSecret = true // RFC 8446, Appendix D.
	hs.Connection.Resumed = session != nil
	hs.Tell(&events.PeerHelloReceived{Version: hs.Connection.Version})
	return enterHandshake(hs, offer, agreed{suite: suite, offered: offer.Types, schedule: schedule, session: session}), nil
}

// enterHandshake changes both directions to the keys of the handshake, the
// record for middleboxes before the first of them (RFC 8446, Appendix D.4).
func enterHandshake(hs *handshake.Context, offer *handshake.Offer, a agreed) fsm.State {
	sum := hs.Sum()
	a.client, a.server = a.schedule.ClientTraffic(sum), a.schedule.ServerTraffic(sum)
	hs.LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", &a.client)
	hs.LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", &a.server)
	if !offer.Compatible {
		hs.SendChangeCipherSpec()
	}
	hs.ReadKeys(events.Handshake, a.suite, &a.server)
	hs.WriteKeys(events.Handshake, a.suite, &a.client)
	return &waitEncryptedExtensions{a}
}

// acceptPSK finds whether the server has taken the session offered
// (RFC 8446, Section 4.2.11).
func acceptPSK(hs *handshake.Context, offer *handshake.Offer, suite *secrets.Suite, m *messages.ServerHello) (secrets.Early, *events.Session, error) {
	var choice messages.PreSharedKeyChoice
	present, err := hs.Get(&m.Extensions, &choice)
	if err != nil {
		return secrets.Early{}, nil, err
	}
	if !present {
		return secrets.NewEarly(suite.Hash, nil), nil, nil
	}
	if choice.Selected != 0 {
		return secrets.Early{}, nil, refuse.PSKOutOfRange.With("%d", choice.Selected)
	}
	own, _ := secrets.LookupSuite(offer.Session.CipherSuite)
	if own.Hash != suite.Hash {
		return secrets.Early{}, nil, refuse.PSKHashMismatch.With("%v", suite.ID)
	}
	return offer.Early, offer.Session, nil
}

// acceptShare agrees on the shared secret (RFC 8446, Section 4.2.8).
func acceptShare(hs *handshake.Context, offer *handshake.Offer, m *messages.ServerHello) ([]byte, error) {
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
	shared, err := offer.Shares[at].Private.Agree(choice.Share.KeyExchange)
	if err != nil {
		return nil, refuse.BadKeyShare.Because(err)
	}
	hs.Connection.Group = group
	return shared, nil
}

func readEncryptedExtensions(hs *handshake.Context, s *waitEncryptedExtensions, m *messages.EncryptedExtensions) (fsm.State, error) {
	if err := handshake.CheckReply(&m.Extensions, messages.InEncryptedExtensions, s.offered); err != nil {
		return nil, err
	}
	if err := features.Accept(hs, &m.Extensions); err != nil {
		return nil, err
	}
	if s.session == nil {
		return &waitCertificateOrRequest{s.agreed}, nil
	}
	handshake.RestorePeer(hs, s.session)
	if hs.Policy.Reverify {
		askReverify(hs, s.session)
		return &awaitServerReverified{s.agreed}, nil
	}
	return &waitServerFinished{agreed: s.agreed}, nil
}

func takeServerReverified(_ *handshake.Context, s *awaitServerReverified, _ *events.PeerVerified) (fsm.State, error) {
	return &waitServerFinished{agreed: s.agreed}, nil
}

// askReverify asks about the chain of a resumed session.
func askReverify(hs *handshake.Context, session *events.Session) {
	hs.Ask(func(id events.Asked) events.Question {
		return &events.VerifyPeer{
			Asked: id, Role: hs.Role, ServerName: hs.Policy.PeerName,
			Chain: session.PeerChain, RawKey: session.PeerRawKey, OCSP: session.OCSP, SCTs: session.SCTs,
			SchemesCert: hs.Policy.SchemesCert, Resumed: true,
		}
	})
}
