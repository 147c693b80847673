package answer

import (
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Server answers for engines of servers. Nothing of it may change once in use;
// it is safe for concurrent use.
type Server struct {
	// Certificates are those to choose from, among all whose key can serve the client,
	// by the name that it asks for and then by what it says of itself, in this order:
	// one that has the name, or a wildcard for it, or is a raw public key, which has
	// every name; of the kind that the client prefers; with the name itself rather than
	// a wildcard; with a chain signed by schemes that the client accepts; which leads to
	// an authority that it names; with a key that signs rather than decrypts; by the
	// scheme that the client prefers. Of those that are alike in all, the first goes
	// (RFC 8446, Section 4.4.2.2).
	Certificates []*Certificate
	// StrictNames refuses a name that no certificate has with
	// unrecognized_name, rather than sending the first (RFC 6066, Section 3).
	// A client that names nobody gets the first all the same.
	StrictNames bool
	// Choose, if there, chooses the certificate in place of Certificates. Nil
	// without an error falls back to them. A [Rejection] as its error names the
	// alert; otherwise it is internal_error. It must be safe for concurrent use.
	Choose func(q *events.ChooseCredential) (*Certificate, error)
	// Signing says how the keys sign.
	Signing Signing

	// Config, if there, gives the *engine.ServerConfig to serve a client with,
	// or nil to keep the one in use, where that has ChooseConfig. A [Rejection]
	// as its error names the alert; otherwise it is internal_error. It must be
	// safe for concurrent use.
	Config func(hello *events.ClientHello) (events.ServerConfig, error)

	// ClientRoots are the authorities that clients' certificates must lead to.
	// Nil accepts any certificate of which the client has the key: it then
	// proves to be the same client again, and nothing more. With RawKeys, nil accepts
	// none.
	ClientRoots *x509.CertPool
	// RawKeys are the raw public keys of clients to trust, where the config takes
	// them by PeerCertificateTypes (RFC 7250). Nil accepts none, but any where
	// ClientRoots is nil too; an empty list is not nil.
	RawKeys RawKeys
	// VerifyPeer is called after a client's chain or raw key has been verified, and a
	// certificate held to the OIDFilters of the config: it has the extensions, and of key
	// usage and extended key usage all that is asked for. Whoever asks for values of
	// others looks at them here. It may refuse the peer still. A [Rejection] as its
	// error names the alert; otherwise it is certificate_unknown. It must be safe for
	// concurrent use.
	VerifyPeer func(now time.Time, p *Peer) error

	// Tickets seals and opens tickets; nil does neither.
	Tickets *TicketKeys
	// Sessions keeps sessions of TLS 1.2 by identifier, where the config has
	// Sessions; nil keeps none. A client without a ticket names one of them.
	Sessions *SessionCache

	// Cookies seals and opens what a server whose config has Cookies remembers of a
	// client; nil does neither, so that such handshakes end. Its keys may be those of
	// Tickets: neither passes for the other. No address is in them.
	Cookies *TicketKeys

	// PSK gives the pre-shared key of an identity, or nil; a nil PSK knows none.
	// [PSKTable.Lookup] is one. It must be safe for concurrent use.
	// In TLS 1.2 the key alone counts, and none that was imported. It must not change
	// a key that it gave. A session under a key is resumed while its identity is known,
	// and by a server without certificates no other is.
	PSK func(identity []byte) *PSK
	// HidePSKIdentities goes on with a random key where an identity is not known,
	// so that the client does not learn which are (RFC 4279, Section 2). In TLS 1.3
	// a server with certificates does not: it serves such a client by one of them,
	// which shows what a random key would hide (RFC 8446, Appendix E.6).
	HidePSKIdentities bool
	// EarlyData decides whether early data is taken, where the config has
	// MaxEarlyData; nil takes none. [SingleUse.Accept] is one, and [ReplayGuard.Accept]
	// another. It must be safe for concurrent use.
	EarlyData func(now time.Time, q *events.AcceptEarlyData) bool
	// Fetch, if there, fetches the certificates of a client that sent URLs, where
	// the config has CertificateURLs. The URLs are a stranger's: it has to bound
	// which schemes and hosts are asked, for how long and for how much, and must
	// follow no redirect (RFC 6066, Section 5 and Section 11.3). It must be safe for
	// concurrent use.
	Fetch func(now time.Time, q *events.FetchCertificates) ([][]byte, error)
	// Compression compresses certificates where the config has
	// CertificateCompression; nil sends them as they are.
	Compression *Compression
	// Supplement, if there, gives what to send as supplemental data, where the
	// config agrees on some. It must be safe for concurrent use.
	Supplement func(q *events.ProvideSupplementalData) []messages.SupplementalDataEntry
}

// Answer implements [Answerer].
func (s *Server) Answer(now time.Time, q events.Question) events.Answer {
	switch q := q.(type) {
	case *events.ChooseConfig:
		return s.chooseConfig(q)
	case *events.OpenTicket:
		return s.openTicket(now, q)
	case *events.ChooseCredential:
		return s.chooseCredential(now, q)
	case *events.Sign:
		return s.Signing.answer(q)
	case *events.VerifyPeer:
		_, answer := s.Verify(now, q)
		return answer
	case *events.SealTicket:
		return s.sealTicket(now, q)
	case *events.SealCookie:
		return s.sealCookie(now, q)
	case *events.OpenCookie:
		return s.openCookie(now, q)
	case *events.FindSession:
		return s.findSession(now, q)
	case *events.CompressCertificate:
		return s.Compression.compress(q)
	case *events.DecompressCertificate:
		return s.Compression.decompress(q)
	}
	if q, ok := q.(*events.AcceptEarlyData); ok {
		return s.acceptEarlyData(now, q)
	}
	return s.answer12(now, q)
}

// answer12 answers the questions of TLS 1.2.
func (s *Server) answer12(now time.Time, q events.Question) events.Answer {
	switch q := q.(type) {
	case *events.Decrypt:
		return s.Signing.decrypt(q)
	case *events.ChoosePSK:
		return s.choosePSK(q)
	case *events.FetchCertificates:
		return s.fetch(now, q)
	case *events.ProvideSupplementalData:
		return supplement(q, s.Supplement)
	}
	return nil
}

// Verify answers q as Answer does, and tells what it found: nil where the answer
// is no acceptance.
func (s *Server) Verify(now time.Time, q *events.VerifyPeer) (*Peer, events.Answer) {
	return s.verification().answer(now, q)
}

func (s *Server) verification() *verification {
	return &verification{
		roots: s.ClientRoots, usage: x509.ExtKeyUsageClientAuth,
		rawKeys: s.RawKeys, skip: s.ClientRoots == nil, rawAlone: s.RawKeys != nil && s.ClientRoots == nil,
		hook: s.VerifyPeer,
	}
}

func (s *Server) chooseConfig(q *events.ChooseConfig) events.Answer {
	if s.Config == nil {
		return q.Keep()
	}
	config, err := s.Config(q.Hello)
	switch {
	case err != nil:
		rejection := rejectionOf(err, messages.AlertInternalError)
		return q.Refuse(rejection.Alert, rejection)
	case config == nil:
		return q.Keep()
	}
	return q.Use(config)
}

var errUnknownName = errors.New("no certificate has the name that the client asks for")

func (s *Server) chooseCredential(now time.Time, q *events.ChooseCredential) events.Answer {
	if s.Choose != nil {
		chosen, err := s.Choose(q)
		if err != nil {
			rejection := rejectionOf(err, messages.AlertInternalError)
			return q.Refuse(rejection.Alert, rejection)
		}
		if chosen != nil {
			return q.Reply(chosen.credentialFor(now, q))
		}
	}
	chosen, named := chooseForClient(now, s.Certificates, q)
	if s.StrictNames && q.ServerName != "" && !named {
		return q.Refuse(messages.AlertUnrecognizedName,
			&Rejection{Alert: messages.AlertUnrecognizedName, Err: errUnknownName})
	}
	if chosen == nil {
		return q.None()
	}
	return q.Reply(chosen.credentialFor(now, q))
}

// openTicket opens the first ticket that is good for this client: sealed by one
// of the keys, for the same server name, and, where the client had a
// certificate or a key, with one that would be accepted today. Anything else is a
// full handshake, so that a ticket never carries a client from one virtual
// server, set of roots or list of filters to another.
func (s *Server) openTicket(now time.Time, q *events.OpenTicket) events.Answer {
	if s.Tickets == nil {
		return q.None()
	}
	wanted := &events.VerifyPeer{SchemesCert: q.SchemesCert, OIDFilters: q.OIDFilters}
	for i, identity := range q.Tickets {
		state, ok := s.Tickets.Open(now, identity.Ticket)
		if ok && s.serves(now, state, q.Hello, wanted) {
			return q.Reply(i, state)
		}
	}
	return q.None()
}

// findSession is openTicket for a session of TLS 1.2 by identifier.
func (s *Server) findSession(now time.Time, q *events.FindSession) events.Answer {
	if s.Sessions == nil {
		return q.None()
	}
	state := s.Sessions.Get(now, q.SessionID)
	wanted := &events.VerifyPeer{SchemesCert: q.SchemesCert, OIDFilters: q.OIDFilters}
	if state == nil || !s.serves(now, state, q.Hello, wanted) {
		return q.None()
	}
	return q.Reply(state)
}

// KeepEstablished implements [EstablishedKeeper].
func (s *Server) KeepEstablished(now time.Time, e *events.SessionEstablished) {
	if s.Sessions != nil {
		s.Sessions.Put(now, e)
	}
}

// ForgetEstablished implements [EstablishedKeeper].
func (s *Server) ForgetEstablished(id []byte) {
	if s.Sessions != nil {
		s.Sessions.Forget(id)
	}
}

// serves tells whether a session may be resumed: its client would be accepted by what
// is wanted of certificates today.
func (s *Server) serves(now time.Time, state []byte, hello *events.ClientHello, wanted *events.VerifyPeer) bool {
	session, err := events.ParseSession(state)
	if err != nil || session.Expired(now) || !strings.EqualFold(session.ServerName, hello.ServerName) {
		return false
	}
	if !s.keeps(session) {
		return false
	}
	if !session.HasPeer() {
		return true
	}
	q := &events.VerifyPeer{
		Role: events.Server, Chain: session.PeerChain, RawKey: session.PeerRawKey, Delegated: session.PeerDelegated, Resumed: true,
		OCSP: session.OCSP, SCTs: session.SCTs, OCSPChain: session.OCSPChain, SCTsChain: session.SCTsChain,
		SchemesCert: wanted.SchemesCert, OIDFilters: wanted.OIDFilters,
	}
	_, _, rejection := s.verification().verify(now, q)
	return rejection == nil
}

func (s *Server) sealTicket(now time.Time, q *events.SealTicket) events.Answer {
	if s.Tickets == nil {
		return q.None()
	}
	ticket, err := s.Tickets.Seal(now, time.Duration(q.Lifetime)*time.Second, q.State)
	if err != nil {
		// A connection without a ticket is better than none.
		return q.None()
	}
	return q.Reply(ticket)
}
