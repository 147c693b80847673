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
// it names looked up, if it names one (RFC 5246, Section 7.4.1.2).
func AcceptClientHello(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	if err := checkHello(hs, hello); err != nil {
		return nil, err
	}
	hs.UseTLS12()
	c := choice{hello: hello}
	x := &hello.Message.Extensions
	c.extended = x.Has(messages.ExtensionExtendedMasterSecret)
	var ticket messages.SessionTicketOffer
	present, err := hs.Get(x, &ticket)
	if err != nil {
		return nil, err
	}
	c.ticket = present && hs.Policy.Tickets
	if c.ticket && len(ticket.Ticket) > 0 {
		hs.Ask(func(id events.Asked) events.Question {
			return &events.OpenTicket{Asked: id, Hello: hello.Info, Tickets: []events.TicketIdentity{{Ticket: ticket.Ticket}}}
		})
		return &awaitFoundSession12{c}, nil
	}
	if hs.Policy.Sessions && len(hello.Message.SessionID) > 0 {
		hs.Ask(func(id events.Asked) events.Question {
			return &events.FindSession{Asked: id, Hello: hello.Info, SessionID: hello.Message.SessionID}
		})
		return &awaitFoundSession12{c}, nil
	}
	return askServerCredential(hs, c)
}

// checkHello checks what a ClientHello of TLS 1.2 must and must not have.
func checkHello(hs *handshake.Context, hello *handshake.Hello) error {
	m := &hello.Message
	if !slices.Contains(m.CompressionMethods, 0) {
		return refuse.CompressionNotNull
	}
	var info messages.RenegotiationInfo
	present, err := hs.Get(&m.Extensions, &info)
	if err != nil {
		return err
	}
	if present && len(info.Verify) != 0 {
		return refuse.RenegotiationMismatch
	}
	var formats messages.ECPointFormats
	present, err = hs.Get(&m.Extensions, &formats)
	if err != nil {
		return err
	}
	if present && !slices.Contains(formats.Formats, messages.PointUncompressed) {
		return refuse.NoUncompressedPoints
	}
	for _, body := range [...]messages.ExtensionBody{&messages.ExtendedMasterSecret{}, &messages.EncryptThenMAC{}} {
		if _, err := hs.Get(&m.Extensions, body); err != nil {
			return err
		}
	}
	return nil
}

func takeOpenedTicket(hs *handshake.Context, s *awaitFoundSession12, answer *events.TicketOpened) (fsm.State, error) {
	if answer.Index != 0 {
		return askServerCredential(hs, s.choice)
	}
	return considerSession(hs, s.choice, answer.State)
}

func takeFoundSession(hs *handshake.Context, s *awaitFoundSession12, answer *events.SessionFound) (fsm.State, error) {
	return considerSession(hs, s.choice, answer.State)
}

// considerSession resumes from a session that serves, or goes on in full. A
// session without an extended master secret never serves: what it vouches for
// may be another's (RFC 7627, Section 5.3).
func considerSession(hs *handshake.Context, c choice, state []byte) (fsm.State, error) {
	session, err := events.ParseSession(slices.Clone(state))
	if err != nil || !handshake.Resumable(hs, session) ||
		!slices.Contains(c.hello.Message.CipherSuites, session.CipherSuite) ||
		!slices.Contains(hs.Policy.Suites12, session.CipherSuite) ||
		session.ServerName != c.hello.Info.ServerName {
		return askServerCredential(hs, c)
	}
	suite, known := secrets.LookupSuite12(session.CipherSuite)
	if !known || session.Secret.Len() != secrets.MasterLen {
		return askServerCredential(hs, c)
	}
	if session.ExtendedMaster && !c.extended {
		return nil, refuse.ResumedExtendedMaster
	}
	if !session.ExtendedMaster {
		return askServerCredential(hs, c)
	}
	c.suite, c.session = suite, session
	restorePeer(hs, session)
	if hs.Policy.Reverify && len(session.PeerChain) > 0 {
		askReverify(hs)
		return &awaitClientReverified12{c}, nil
	}
	return resumeServer(hs, c)
}

func takeClientReverified(hs *handshake.Context, s *awaitClientReverified12, _ *events.PeerVerified) (fsm.State, error) {
	return resumeServer(hs, s.choice)
}

// askServerCredential begins a full handshake.
func askServerCredential(hs *handshake.Context, c choice) (fsm.State, error) {
	info := c.hello.Info
	schemes := info.Schemes
	if len(schemes) == 0 {
		// RFC 5246, Section 7.4.1.4.1: without the extension the client takes
		// SHA-1, which this end does not sign with.
		return nil, refuse.NoMutualScheme.With("the client sent no signature_algorithms")
	}
	suites := handshake.PreferSuites(hs.Policy.Suites12, c.hello.Message.CipherSuites)
	usable := slices.DeleteFunc(slices.Clone(schemes), func(s messages.SignatureScheme) bool {
		return !slices.ContainsFunc(suites, func(id messages.CipherSuite) bool {
			suite, known := secrets.LookupSuite12(id)
			return known && signedBy(suite, s)
		})
	})
	schemesCert := info.SchemesCert
	if schemesCert == nil {
		schemesCert = schemes
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChooseCredential{
			Asked: id, Role: hs.Role, Version: hs.Connection.Version, ServerName: info.ServerName,
			Schemes: usable, SchemesCert: schemesCert, Authorities: info.Authorities, Hello: info,
		}
	})
	return &awaitServerCredential12{c}, nil
}

// chooseSuite chooses the first suite that both ends have, that the
// credential's key can authenticate, and for which there is a group.
func chooseSuite(hs *handshake.Context, hello *handshake.Hello, schemes []messages.SignatureScheme) (*secrets.Suite12, messages.Group, error) {
	offered := hello.Info.Groups
	if !hello.Message.Extensions.Has(messages.ExtensionSupportedGroups) {
		// RFC 8422, Section 4: a client without the extension takes any.
		offered = hs.Policy.Groups
	}
	group, hasGroup := handshake.First(handshake.Classical(hs.Policy.Groups), offered)
	for _, id := range handshake.PreferSuites(hs.Policy.Suites12, hello.Message.CipherSuites) {
		suite, known := secrets.LookupSuite12(id)
		if known && hasGroup && slices.ContainsFunc(schemes, func(s messages.SignatureScheme) bool { return signedBy(suite, s) }) {
			return suite, group, nil
		}
	}
	return nil, 0, refuse.NoMutualSuite.With("the client offers %v", hello.Message.CipherSuites)
}
