package tls12

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// AcceptClientHello takes a ClientHello for TLS 1.2, and has the session that
// it names looked up, if it names one (RFC 5246, Section 7.4.1.2). A renegotiation
// is always in full.
func AcceptClientHello(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	c := choice{hello: hello}
	c.previous = hello.Previous
	if err := checkHello(hs, hello); err != nil {
		return nil, err
	}
	hs.UseTLS12()
	x := &hello.Message.Extensions
	c.extended = x.Has(messages.ExtensionExtendedMasterSecret)
	if err := checkExtended(&c.agreed); err != nil {
		return nil, err
	}
	var ticket messages.SessionTicketOffer
	present, err := hs.Get(x, &ticket)
	if err != nil {
		return nil, err
	}
	c.ticket = present && hs.Policy.Tickets
	if hello.Previous != nil {
		return beginInFull(hs, c)
	}
	if c.ticket && len(ticket.Ticket) > 0 {
		hs.Ask(func(id events.Asked) events.Question {
			return &events.OpenTicket{
				Asked: id, Hello: hello.Info, Tickets: []events.TicketIdentity{{Ticket: ticket.Ticket}},
				SchemesCert: hs.Policy.SchemesCert, OIDFilters: hs.Policy.OIDFilters,
			}
		})
		return &awaitFoundSession12{c}, nil
	}
	if hs.Policy.Sessions && len(hello.Message.SessionID) > 0 {
		hs.Ask(func(id events.Asked) events.Question {
			return &events.FindSession{
				Asked: id, Hello: hello.Info, SessionID: hello.Message.SessionID,
				SchemesCert: hs.Policy.SchemesCert, OIDFilters: hs.Policy.OIDFilters,
			}
		})
		return &awaitFoundSession12{c}, nil
	}
	return beginInFull(hs, c)
}

// checkHello checks what a ClientHello of TLS 1.2 must and must not have.
func checkHello(hs *handshake.Context, hello *handshake.Hello) error {
	m := &hello.Message
	if !slices.Contains(m.CompressionMethods, 0) {
		return refuse.CompressionNotNull
	}
	if err := readRenegotiationInfo(hs, hello); err != nil {
		return err
	}
	var formats messages.ECPointFormats
	present, err := hs.Get(&m.Extensions, &formats)
	if err != nil {
		return err
	}
	if present && !slices.Contains(formats.Formats, messages.PointUncompressed) {
		return refuse.NoUncompressedPoints
	}
	for _, body := range [...]messages.ExtensionBody{
		&messages.ExtendedMasterSecret{}, &messages.EncryptThenMAC{}, &messages.ClientCertificateURL{},
	} {
		if _, err := hs.Get(&m.Extensions, body); err != nil {
			return err
		}
	}
	return nil
}

// readRenegotiationInfo reads the extension, or the signal that stands for an
// empty one in a first handshake (RFC 5746, Section 3.6 and Section 3.7).
func readRenegotiationInfo(hs *handshake.Context, hello *handshake.Hello) error {
	var info messages.RenegotiationInfo
	present, err := hs.Get(&hello.Message.Extensions, &info)
	if err != nil {
		return err
	}
	signal := slices.Contains(hello.Message.CipherSuites, messages.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
	if signal && hello.Previous != nil {
		return refuse.RenegotiationMismatch.With("the signal of a first handshake came")
	}
	hs.Connection.SecureRenegotiation = present || signal
	return checkRenegotiationInfo(hello.Previous, present, info.Verify, secrets.ClientSender)
}

func takeOpenedTicket(hs *handshake.Context, s *awaitFoundSession12, answer *events.TicketOpened) (fsm.State, error) {
	if answer.Index != 0 {
		return beginInFull(hs, s.choice)
	}
	return considerSession(hs, s.choice, answer.State)
}

func takeFoundSession(hs *handshake.Context, s *awaitFoundSession12, answer *events.SessionFound) (fsm.State, error) {
	return considerSession(hs, s.choice, answer.State)
}

// considerSession resumes from a session that serves, or goes on in full. A
// session without an extended master secret serves only if the policy and the
// client know no better: what it vouches for may be another's
// (RFC 7627, Section 5.3).
func considerSession(hs *handshake.Context, c choice, state []byte) (fsm.State, error) {
	session, err := events.ParseSession(slices.Clone(state))
	if err != nil || !handshake.Resumable(hs, session) ||
		!slices.Contains(c.hello.Message.CipherSuites, session.CipherSuite) ||
		!slices.Contains(hs.Policy.Suites12, session.CipherSuite) ||
		session.ServerName != c.hello.Info.ServerName {
		return beginInFull(hs, c)
	}
	suite, known := secrets.LookupSuite12(session.CipherSuite)
	if !known || session.Secret.Len() != secrets.MasterLen || !suite.AEAD() && !mayUseCBC(hs, c.hello) {
		return beginInFull(hs, c)
	}
	if session.ExtendedMaster && !c.extended {
		return nil, refuse.ResumedExtendedMaster
	}
	if !session.ExtendedMaster && (c.extended || !hs.Policy.ResumeWithoutEMS) {
		return beginInFull(hs, c)
	}
	c.suite, c.session = suite, session
	handshake.RestorePeer(hs, session)
	if hs.Policy.Reverify && session.HasPeer() {
		askReverify(hs)
		return &awaitClientReverified12{c}, nil
	}
	return resumeServer(hs, c)
}

func takeClientReverified(hs *handshake.Context, s *awaitClientReverified12, _ *events.PeerVerified) (fsm.State, error) {
	return resumeServer(hs, s.choice)
}
