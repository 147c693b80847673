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
	hs.Tell(&events.PeerHelloReceived{Version: hs.Connection.Version})
	if a.session == nil {
		return &waitServerCertificate12{a}, nil
	}
	return resumeClient(hs, a)
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
	if err := acceptRenegotiationInfo(hs, m); err != nil {
		return agreed{}, err
	}
	a := agreed{suite: suite, offered: offer.Types, sessionID: m.SessionID}
	x := &m.Extensions
	a.extended = x.Has(messages.ExtensionExtendedMasterSecret)
	a.encryptThenMAC = x.Has(messages.ExtensionEncryptThenMAC)
	a.ticket = x.Has(messages.ExtensionSessionTicket)
	a.status = x.Has(messages.ExtensionStatusRequest)
	for _, body := range [...]messages.ExtensionBody{
		&messages.ExtendedMasterSecret{}, &messages.EncryptThenMAC{}, &messages.StatusRequestAck{},
		&messages.SessionTicketAck{},
	} {
		if _, err := hs.Get(x, body); err != nil {
			return agreed{}, err
		}
	}
	var stapled messages.SCTList
	if _, err := hs.Get(x, &stapled); err != nil {
		return agreed{}, err
	}
	hs.Connection.SCTs = stapled.SCTs
	if a.encryptThenMAC && suite.AEAD() {
		return agreed{}, refuse.EncryptThenMACWithoutCBC.With("%v", suite.ID)
	}
	if err := acceptPointFormats(hs, x); err != nil {
		return agreed{}, err
	}
	if err := features.Accept(hs, x); err != nil {
		return agreed{}, err
	}
	return a, acceptSession(offer, m, &a)
}

// acceptRenegotiationInfo checks that a first handshake is no continuation of
// another's (RFC 5746, Section 3.4).
func acceptRenegotiationInfo(hs *handshake.Context, m *messages.ServerHello) error {
	var info messages.RenegotiationInfo
	present, err := hs.Get(&m.Extensions, &info)
	if err != nil {
		return err
	}
	if present && len(info.Verify) != 0 {
		return refuse.RenegotiationMismatch
	}
	return nil
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
	case session == nil || session.Version != messages.TLS12:
		return refuse.SessionNotOffered
	case session.CipherSuite != m.CipherSuite:
		return refuse.ResumedSuiteChanged.With("%v", m.CipherSuite)
	case session.ExtendedMaster != a.extended:
		return refuse.ResumedExtendedMaster
	}
	a.session = session
	return nil
}

// resumeClient goes straight to the server's Finished.
func resumeClient(hs *handshake.Context, a agreed) (fsm.State, error) {
	hs.Connection.Group = a.session.Group
	restorePeer(hs, a.session)
	if hs.Policy.Reverify {
		askReverify(hs)
		return &awaitServerReverified12{a}, nil
	}
	return afterFlight(closing{keyed: expandKeys(hs, a, a.session.Secret)}), nil
}

func takeServerReverified(hs *handshake.Context, s *awaitServerReverified12, _ *events.PeerVerified) (fsm.State, error) {
	return afterFlight(closing{keyed: expandKeys(hs, s.agreed, s.session.Secret)}), nil
}

// afterFlight is where a client waits for the server's Finished.
func afterFlight(c closing) fsm.State {
	if c.keyed.agreed.ticket {
		return &waitNewSessionTicket12{c}
	}
	return &waitServerChangeCipherSpec12{c}
}
