package tls12

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

// AcceptServerHello takes the server's choice of TLS 1.2 and goes on in full,
// or with the session that it resumes (RFC 5246, Section 7.4.1.3).
func AcceptServerHello(hs *handshake.Context, offer *handshake.Offer, m *messages.ServerHello) (fsm.State, error) {
	a, err := acceptHello(hs, offer, m)
	if err != nil {
		return nil, err
	}
	hs.UseTLS12()
	hs.Transcript.Retain()
	hs.Transcript.Use(a.suite.Hash)
	hs.Transcript.Add(hs.Raw)
	hs.Randoms.Server = m.Random
	hs.Connection.CipherSuite = a.suite.ID
	hs.Connection.Resumed = a.session != nil
	hs.Connection.ExtendedMasterSecret, hs.Connection.EncryptThenMAC = a.extended, a.encryptThenMAC
	hs.Tell(&events.PeerHelloReceived{Version: hs.Connection.Version})
	if a.session != nil {
		return resumeClient(hs, a)
	}
	if a.suite.KeyExchange.UsesPSK() {
		if err := checkSamePeer(a.previous, nil); err != nil {
			return nil, err
		}
	}
	switch a.suite.KeyExchange {
	case secrets.KeyExchangePSK:
		return &waitServerPSK12{a}, nil
	case secrets.KeyExchangeDHEPSK:
		return &waitServerDHEPSK12{a}, nil
	case secrets.KeyExchangeECDHEPSK:
		return &waitServerECDHEPSK12{a}, nil
	}
	if err := handshake.NeedPeerType(hs); err != nil {
		return nil, err
	}
	if hs.Connection.PeerCertificateType == messages.CertificateRawPublicKey {
		return &waitServerRawKey12{a}, nil
	}
	return &waitServerCertificate12{a}, nil
}

// acceptHello checks the choice and what was agreed on by extensions.
func acceptHello(hs *handshake.Context, offer *handshake.Offer, m *messages.ServerHello) (agreed, error) {
	if m.CompressionMethod != 0 {
		return agreed{}, refuse.CompressionNotNull.With("%d", m.CompressionMethod)
	}
	suite, known := secrets.LookupSuite12(m.CipherSuite)
	if !known || !slices.Contains(offer.Hello.CipherSuites, m.CipherSuite) {
		return agreed{}, refuse.SuiteNotOffered.With("%v", m.CipherSuite)
	}
	// The signalling value of RFC 5746, Section 3.3, would be an offer too; it
	// is the extension that is sent.
	if err := handshake.CheckReply(&m.Extensions, messages.InServerHello12, offer.Types); err != nil {
		return agreed{}, err
	}
	a := agreed{suite: suite, offered: offer.Types, sessionID: m.SessionID, previous: offer.Previous}
	if err := acceptRenegotiationInfo(hs, a.previous, m); err != nil {
		return agreed{}, err
	}
	x := &m.Extensions
	a.extended = x.Has(messages.ExtensionExtendedMasterSecret)
	a.encryptThenMAC = x.Has(messages.ExtensionEncryptThenMAC)
	a.ticket = x.Has(messages.ExtensionSessionTicket)
	if err := acceptFlags(hs, x); err != nil {
		return agreed{}, err
	}
	var err error
	if a.status, err = acceptedStatus(x); err != nil {
		return agreed{}, err
	}
	if err := acceptCBC(hs, &a); err != nil {
		return agreed{}, err
	}
	if err := checkExtended(&a); err != nil {
		return agreed{}, err
	}
	if err := acceptPointFormats(hs, x); err != nil {
		return agreed{}, err
	}
	if err := features.Accept(hs, x); err != nil {
		return agreed{}, err
	}
	if a.extras, err = acceptExtras(hs, x); err != nil {
		return agreed{}, err
	}
	return a, acceptSession(offer, m, &a)
}

// acceptFlags reads the extensions that are there or not, and what is stapled to
// the ServerHello.
func acceptFlags(hs *handshake.Context, x *messages.Extensions) error {
	for _, body := range [...]messages.ExtensionBody{
		&messages.ExtendedMasterSecret{}, &messages.EncryptThenMAC{}, &messages.StatusRequestAck{},
		&messages.StatusRequestV2Ack{}, &messages.SessionTicketAck{}, &messages.ClientCertificateURL{},
	} {
		if _, err := hs.Get(x, body); err != nil {
			return err
		}
	}
	var stapled messages.SCTList
	if _, err := hs.Get(x, &stapled); err != nil {
		return err
	}
	hs.Connection.SCTs = stapled.SCTs
	return nil
}

// acceptedStatus is the type of CertificateStatus that the server announces. It
// answers one of the two extensions (RFC 6961, Section 2.2).
func acceptedStatus(x *messages.Extensions) (uint8, error) {
	one, multi := x.Has(messages.ExtensionStatusRequest), x.Has(messages.ExtensionStatusRequestV2)
	switch {
	case one && multi:
		return 0, refuse.StatusMismatch.With("both extensions are answered")
	case multi:
		return messages.StatusTypeOCSPMulti, nil
	case one:
		return messages.StatusTypeOCSP, nil
	}
	return 0, nil
}

// acceptCBC checks that encrypt_then_mac is there where it must, and only where
// it may (RFC 7366, Section 3).
func acceptCBC(hs *handshake.Context, a *agreed) error {
	switch {
	case a.encryptThenMAC && a.suite.AEAD():
		return refuse.EncryptThenMACWithoutCBC.With("%v", a.suite.ID)
	case !a.encryptThenMAC && !a.suite.AEAD() && !mayDoWithoutEncryptThenMAC(hs, a.previous):
		return refuse.CBCWithoutEncryptThenMAC.With("%v", a.suite.ID)
	}
	return nil
}

// mayDoWithoutEncryptThenMAC tells whether the policy allows CBC without it, and
// no renegotiation loses it (RFC 7366, Section 3.1).
func mayDoWithoutEncryptThenMAC(hs *handshake.Context, previous *handshake.Previous) bool {
	return hs.Policy.PlainCBC && (previous == nil || !previous.Connection.EncryptThenMAC)
}

// acceptRenegotiationInfo checks that a first handshake is no continuation of
// another's (RFC 5746, Section 3.4), and that a renegotiation continues the one
// before (RFC 5746, Section 3.5).
func acceptRenegotiationInfo(hs *handshake.Context, previous *handshake.Previous, m *messages.ServerHello) error {
	var info messages.RenegotiationInfo
	present, err := hs.Get(&m.Extensions, &info)
	if err != nil {
		return err
	}
	hs.Connection.SecureRenegotiation = present
	return checkRenegotiationInfo(previous, present, info.Verify, secrets.ClientSender, secrets.ServerSender)
}

// acceptPointFormats checks that the server takes uncompressed points
// (RFC 8422, Section 5.1.2).
func acceptPointFormats(hs *handshake.Context, x *messages.Extensions) error {
	var formats messages.ECPointFormats
	present, err := hs.Get(x, &formats)
	if err != nil {
		return err
	}
	if present && !slices.Contains(formats.Formats, messages.PointUncompressed) {
		return refuse.NoUncompressedPoints
	}
	return nil
}

// acceptSession finds whether the server resumes the session offered: then it
// echoes its identifier, and repeats what was agreed on
// (RFC 5246, Section 7.4.1.3, and RFC 7627, Section 5.3).
func acceptSession(offer *handshake.Offer, m *messages.ServerHello, a *agreed) error {
	echoed := len(m.SessionID) > 0 && bytes.Equal(m.SessionID, offer.Hello.SessionID)
	if !echoed {
		return nil
	}
	session := offer.Session
	switch {
	case session == nil:
		return refuse.SessionNotOffered
	case session.Version != messages.TLS12:
		return refuse.SessionNotOffered.With("the session offered is of %v", session.Version)
	case session.CipherSuite != m.CipherSuite:
		return refuse.ResumedSuiteChanged.With("%v", m.CipherSuite)
	case a.extended && !session.ExtendedMaster:
		return refuse.ResumedExtendedMaster.With("the session has none of extended_master_secret")
	case session.ExtendedMaster != a.extended:
		return refuse.ResumedExtendedMaster
	}
	a.session = session
	return nil
}

// resumeClient goes straight to the server's Finished.
func resumeClient(hs *handshake.Context, a agreed) (fsm.State, error) {
	hs.Connection.Group = a.session.Group
	handshake.RestorePeer(hs, a.session)
	if hs.Policy.Reverify && a.session.HasPeer() {
		askReverify(hs)
		return &awaitServerReverified12{a}, nil
	}
	expandKeys(hs, &a, &a.session.Secret)
	return afterFlight(closing{agreed: a}), nil
}

func takeServerReverified(hs *handshake.Context, s *awaitServerReverified12, _ *events.PeerVerified) (fsm.State, error) {
	expandKeys(hs, &s.agreed, &s.session.Secret)
	return afterFlight(closing{agreed: s.agreed}), nil
}

// afterFlight is where a client waits for the server's Finished.
func afterFlight(c closing) fsm.State {
	if c.agreed.ticket {
		return &waitNewSessionTicket12{c}
	}
	return &waitServerChangeCipherSpec12{c}
}
