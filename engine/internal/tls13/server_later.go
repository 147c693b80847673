package tls13

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// A server asks for the client's certificate after the handshake, and goes on
// with whatever else comes until the answer begins (RFC 8446, Section 4.6.2).

// answered is what a server knows while it reads an answer. What the client claims
// is told once it is proved.
type answered struct {
	serverConnected
	context    []byte
	transcript secrets.Transcript // cloned before anything is added
	claimed    *events.Connection // nil if the client declines
}

// RefusesData tells that nothing may come between the messages of an answer.
func (*answered) RefusesData() {}

// underKeyAlone tells of a connection under an external pre-shared key, or of one that
// resumes such, which has no certificates afterwards either. RFC 8446,
// Section 4.3.2, would allow to ask; but nothing then binds the key to the certificate
// but the hope that each pair of ends has a key of its own (RFC 8446, Appendix E.1).
func underKeyAlone(hs *handshake.Context) bool {
	return len(hs.Connection.PSKIdentity) > 0 && !hs.Policy.CertificateWithPSK
}

func requestCertificate(hs *handshake.Context, s *serverConnected, command *handshake.RequestCertificate) (fsm.State, error) {
	m, err := certificateRequest(hs)
	if err != nil {
		return nil, err
	}
	m.Context = command.Context
	raw, err := hs.Marshal(m)
	if err != nil {
		return nil, err
	}
	request := handshake.LaterRequest{
		Context: command.Context, Offered: handshake.Types(&m.Extensions), Transcript: hs.Later.Transcript.Clone(),
	}
	request.Transcript.Add(raw)
	hs.Later.Requests = append(hs.Later.Requests[:len(hs.Later.Requests):len(hs.Later.Requests)], request)
	hs.SendUnrecordedRaw(raw)
	return s, nil
}

// readLaterCertificate begins to read the answer to the request of its context.
func readLaterCertificate(hs *handshake.Context, s *serverConnected, m *messages.Certificate13) (fsm.State, error) {
	if hs.Later == nil || len(hs.Later.Requests) == 0 {
		return nil, refuse.UnexpectedMessage.With("%v without a request", m.Type())
	}
	request, ok := hs.Later.Take(m.Context)
	if !ok {
		return nil, refuse.CertificateContext
	}
	a := answered{serverConnected: *s, context: request.Context, transcript: request.Transcript.Clone()}
	a.transcript.Add(hs.Raw)
	if len(m.Entries) == 0 {
		return &waitLaterFinished{a}, nil
	}
	before := hs.Connection
	hs.Connection.PeerChain, hs.Connection.PeerRawKey = nil, nil
	hs.Connection.PeerCertificateType = hs.LaterType()
	err := acceptChain(hs, m, request.Offered)
	claimed := hs.Connection
	hs.Connection = before // until the client has proved it
	if err != nil {
		return nil, err
	}
	a.claimed = &claimed
	return &awaitLaterVerdict{a}, nil
}

func takeLaterVerdict(_ *handshake.Context, s *awaitLaterVerdict, answer *events.PeerVerified) (fsm.State, error) {
	return &waitLaterCertificateVerify{s.answered, answer.Key}, nil
}

func readLaterCertificateVerify(hs *handshake.Context, s *waitLaterCertificateVerify, m *messages.CertificateVerify) (fsm.State, error) {
	before, authenticated := hs.Connection, hs.Authenticated
	hs.Before = s.transcript.Sum(hs.Before[:0])
	err := verifyProof(hs, s.claimed.PeerDelegated, s.key, secrets.ClientContext, m)
	claimed := *s.claimed
	claimed.PeerScheme = hs.Connection.PeerScheme
	hs.Connection, hs.Authenticated = before, authenticated
	if err != nil {
		return nil, err
	}
	next := s.answered
	next.claimed, next.transcript = &claimed, s.transcript.Clone()
	next.transcript.Add(hs.Raw)
	return &waitLaterFinished{next}, nil
}

// readLaterFinished ends the answer. Its key is of the keys for reading.
func readLaterFinished(hs *handshake.Context, s *waitLaterFinished, m *messages.Finished) (fsm.State, error) {
	hs.Before = s.transcript.Sum(hs.Before[:0])
	if err := verifyFinished(hs, s.suite, &s.read, m); err != nil {
		return nil, err
	}
	fact := &events.PeerAuthenticated{Context: s.context, Declined: s.claimed == nil}
	if s.claimed != nil {
		hs.Connection, hs.Authenticated = *s.claimed, hs.Now
	}
	fact.Connection = hs.Connection
	hs.Tell(fact)
	next := s.serverConnected
	return &next, nil
}

// updateKeysIn puts what is written under new keys in a state that otherwise waits:
// of an answer, or of a server that answers early data at length and has sent its
// Finished (RFC 8446, Section 4.6.3).
func updateKeysIn[S any, P interface {
	*S
	keys() *connected
}](hs *handshake.Context, s *S, command *handshake.UpdateKeys) (fsm.State, error) {
	next := *s
	updated, err := updateKeys(hs, *P(&next).keys(), command)
	*P(&next).keys() = updated
	return &next, err
}

func (c *connected) keys() *connected { return c }
