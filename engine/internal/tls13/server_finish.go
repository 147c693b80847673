package tls13

import (
	"encoding/binary"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func readClientCertificate(hs *handshake.Context, s *waitClientCertificate, m *messages.Certificate13) (fsm.State, error) {
	return acceptClientCertificate(hs, s.sent, m)
}

// readClientCompressed takes a compressed certificate (RFC 8879, Section 4).
func readClientCompressed(hs *handshake.Context, s *waitClientCertificate, m *messages.CompressedCertificate) (fsm.State, error) {
	certificate, waiting, err := decompress(hs, m)
	switch {
	case err != nil:
		return nil, err
	case certificate == nil:
		return &awaitClientDecompressed{s.sent, waiting}, nil
	}
	return acceptClientCertificate(hs, s.sent, certificate)
}

func takeClientDecompressed(hs *handshake.Context, s *awaitClientDecompressed, answer *events.CertificateDecompressed) (fsm.State, error) {
	certificate, err := decompressed(hs, s.announced, answer.Content)
	if err != nil {
		return nil, err
	}
	return acceptClientCertificate(hs, s.sent, certificate)
}

// acceptClientCertificate takes the client's chain, which may be empty unless
// the policy requires one (RFC 8446, Section 4.4.2.4).
func acceptClientCertificate(hs *handshake.Context, s sent, m *messages.Certificate13) (fsm.State, error) {
	if len(m.Context) != 0 {
		return nil, refuse.CertificateContext
	}
	if len(m.Entries) == 0 {
		if hs.Policy.RequireClientCert {
			return nil, refuse.CertificateRequired
		}
		return &waitClientFinished{s}, nil
	}
	if err := acceptChain(hs, m, s.requested); err != nil {
		return nil, err
	}
	return &awaitClientVerdict{s}, nil
}

func takeClientVerdict(hs *handshake.Context, s *awaitClientVerdict, answer *events.PeerVerified) (fsm.State, error) {
	return &waitClientCertificateVerify{s.sent, answer.Key}, nil
}

func readClientCertificateVerify(hs *handshake.Context, s *waitClientCertificateVerify, m *messages.CertificateVerify) (fsm.State, error) {
	if err := verifyProof(hs, hs.Connection.PeerDelegated, s.key, secrets.ClientContext, m); err != nil {
		return nil, err
	}
	return &waitClientFinished{s.sent}, nil
}

// readClientFinished completes the handshake and goes on to the tickets.
func readClientFinished(hs *handshake.Context, s *waitClientFinished, m *messages.Finished) (fsm.State, error) {
	if err := verifyFinished(hs, s.suite, &s.client, m); err != nil {
		return nil, err
	}
	c := s.connected
	main := s.main
	c.resumption = main.Resumption(hs.Sum())
	if underKeyAlone(hs) {
		hs.Later = nil
	}
	if hs.Later != nil {
		hs.Later.Transcript = hs.Transcript.Clone()
	}
	hs.ReadKeys(events.Application, c.suite, &c.read)
	if hs.Authenticated.IsZero() {
		hs.Authenticated = hs.Now
	}
	hs.Tell(&events.HandshakeCompleted{Connection: hs.Connection})
	if !hs.TicketsServe {
		return &serverConnected{connected: c}, nil
	}
	count := hs.Policy.TicketCount
	if hs.Connection.TicketsAgreed {
		count = int(hs.Connection.TicketsExpected)
	}
	return sealTickets(hs, c, 0, count, &handshake.IssueTicket{})
}

func issueTicket(hs *handshake.Context, s *serverConnected, command *handshake.IssueTicket) (fsm.State, error) {
	return sealTickets(hs, s.connected, s.nonce, 1, command)
}

// sealTickets asks for the next of count tickets to be sealed, if any are left
// to send. Every ticket has a nonce, and so a secret, of its own
// (RFC 8446, Section 4.6.1).
func sealTickets(hs *handshake.Context, c connected, nonce uint64, count int, options *handshake.IssueTicket) (fsm.State, error) {
	if count == 0 {
		return &serverConnected{c, nonce}, nil
	}
	session := newSession(hs, c, ticketNonce(nonce))
	session.Lifetime = hs.Policy.TicketLifetime
	var add [4]byte
	if err := hs.Random(add[:]); err != nil {
		return nil, err
	}
	session.AgeAdd = binary.BigEndian.Uint32(add[:])
	if !options.NoEarlyData {
		session.MaxEarlyData = hs.Policy.EarlyData
	}
	session.Application = options.Application
	state, err := session.Append(nil)
	if err != nil {
		// What the client made too large to remember, its chain above all, is
		// not remembered.
		return &serverConnected{c, nonce}, nil
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.SealTicket{Asked: id, State: state, Lifetime: session.Lifetime}
	})
	return &awaitSealedTicket{connected: c, nonce: nonce, session: session, more: count - 1}, nil
}

func ticketNonce(nonce uint64) []byte { return binary.BigEndian.AppendUint64(nil, nonce) }

// takeSealedTicket sends the ticket.
func takeSealedTicket(hs *handshake.Context, s *awaitSealedTicket, answer *events.TicketSealed) (fsm.State, error) {
	if len(answer.Ticket) > 0 && len(answer.Ticket) <= maxTicket {
		m := &messages.NewSessionTicket13{
			Lifetime: s.session.Lifetime,
			AgeAdd:   s.session.AgeAdd,
			Nonce:    ticketNonce(s.nonce),
			Ticket:   answer.Ticket,
		}
		if s.session.MaxEarlyData > 0 {
			if err := handshake.Put(&m.Extensions, &messages.EarlyDataLimit{MaxSize: s.session.MaxEarlyData}); err != nil {
				return nil, err
			}
		}
		if err := greaseTicket(hs, m); err != nil {
			return nil, err
		}
		if err := hs.SendUnrecorded(m); err != nil {
			return nil, err
		}
	}
	return sealTickets(hs, s.connected, s.nonce+1, s.more, &handshake.IssueTicket{})
}

// greaseTicket puts an extension in that means nothing (RFC 8701, Section 4.1).
func greaseTicket(hs *handshake.Context, m *messages.NewSessionTicket13) error {
	if !hs.Policy.GREASE {
		return nil
	}
	values, err := handshake.Reserved(hs, 1)
	if err != nil {
		return err
	}
	handshake.PutReserved(&m.Extensions, values[0])
	return nil
}

// maxTicket leaves room for the rest of a ClientHello's extensions, which
// have 65535 bytes between them, within what servers take for a message. A larger
// one, which a client may bring about by a long chain, is not sent.
const maxTicket = 32768
