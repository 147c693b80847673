package events

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/wire"
	"github.com/tacitls/tacitls/secrets"
)

// MaxSession is the size in bytes of the largest session that ParseSession
// takes.
const MaxSession = 1 << 18

// ErrSession tells that bytes are not a session of this version of the format.
var ErrSession = errors.New("events: not a session")

// Session is what one end remembers of a connection to resume it
// (RFC 8446, Section 2.2). A client keeps it beside the ticket; a server puts
// it into the ticket. It holds a secret, and prints none of it.
type Session struct {
	Version     messages.Version
	CipherSuite messages.CipherSuite
	// Secret is the pre-shared key of the ticket.
	Secret secrets.Secret
	// Ticket is a client's to present; empty in a server's state.
	Ticket []byte
	// SessionID names the session in TLS 1.2 where there is no ticket, at most
	// 32 bytes (RFC 5246, Section 7.4.1.2).
	SessionID []byte
	// ExtendedMaster tells that Secret is an extended master secret of
	// TLS 1.2 (RFC 7627).
	ExtendedMaster bool
	// Created is when the ticket was sent or received. It is kept to the
	// millisecond.
	Created time.Time
	// Authenticated is when the peer last proved its certificate: resumption
	// moves Created and leaves this.
	Authenticated time.Time
	// Lifetime is in seconds from Created, at most 604800.
	Lifetime uint32
	// AgeAdd hides the ticket's age on the wire.
	AgeAdd uint32
	// MaxEarlyData is how many bytes of 0-RTT data the server takes.
	MaxEarlyData uint32
	// Group, ALPN and ServerName are those of the connection.
	Group      messages.Group
	ALPN       string
	ServerName string
	// PeerChain is the chain that the peer authenticated with, and PeerScheme
	// the scheme it signed with.
	PeerChain  [][]byte
	PeerScheme messages.SignatureScheme
	// PeerRawKey is the raw public key that it authenticated with in place of a
	// chain, or nil (RFC 7250).
	PeerRawKey []byte
	// PeerDelegated is the delegated credential by whose key it authenticated, or nil
	// (RFC 9345, Section 7.4).
	PeerDelegated *messages.DelegatedCredential
	// LocalCertificateType is the kind of certificate that this end has shown, X.509
	// if none.
	LocalCertificateType messages.CertificateType
	// OCSP, SCTs, OCSPChain and SCTsChain are what was stapled, as [Connection] has
	// it.
	OCSP      []byte
	SCTs      [][]byte
	OCSPChain [][]byte
	SCTsChain [][][]byte
	// PSKIdentity is that of the external pre-shared key of the connection, or nil.
	PSKIdentity []byte
	// Transport is what the connection ran over: no session moves to another.
	Transport Transport
	// PeerParameters are the transport parameters of the peer in QUIC, which a client
	// keeps to with early data (RFC 9000, Section 7.4.1).
	PeerParameters []byte
	// EarlyDataContext is a server's, see its config; at most 65535 bytes.
	EarlyDataContext []byte
	// Application is the caller's own, at most 65535 bytes.
	Application []byte
}

// sessionFormat changes with the layout, so that an old file or an old ticket
// is a miss rather than a mistake.
const sessionFormat = 5

func (s *Session) layout(c *wire.Codec) {
	format := uint16(sessionFormat)
	wire.U16(c, &format)
	if format != sessionFormat {
		c.Fail(ErrSession)
		return
	}
	wire.U16(c, &s.Version)
	wire.U16(c, &s.CipherSuite)
	secret := s.Secret.Bytes()
	c.Opaque8(1, secrets.MaxSecretLen, &secret)
	c.Opaque16(0, 65535, &s.Ticket)
	c.Opaque8(0, 32, &s.SessionID)
	marks := s.marks()
	wire.U8(c, &marks)
	if marks > markExtendedMaster|markDelegated {
		c.Fail(ErrSession)
	}
	if c.Reading() {
		s.ExtendedMaster = marks&markExtendedMaster != 0
	}
	moment(c, &s.Created)
	moment(c, &s.Authenticated)
	wire.U32(c, &s.Lifetime)
	wire.U32(c, &s.AgeAdd)
	wire.U32(c, &s.MaxEarlyData)
	wire.U16(c, &s.Group)
	text(c, &s.ALPN)
	text(c, &s.ServerName)
	c.Vector24(0, MaxSession, func() { wire.List(c, &s.PeerChain, opaque24) })
	wire.U16(c, &s.PeerScheme)
	c.Opaque24(0, MaxSession, &s.PeerRawKey)
	if marks&markDelegated != 0 {
		delegated(c, &s.PeerDelegated)
	}
	wire.U8(c, &s.LocalCertificateType)
	c.Opaque24(0, MaxSession, &s.OCSP)
	c.Vector24(0, MaxSession, func() { wire.List(c, &s.SCTs, opaque24) })
	c.Vector24(0, MaxSession, func() { wire.List(c, &s.OCSPChain, opaque24) })
	c.Vector24(0, MaxSession, func() { wire.List(c, &s.SCTsChain, listed24) })
	c.Opaque16(0, 65535, &s.PSKIdentity)
	wire.U8(c, &s.Transport)
	c.Opaque16(0, MaxTransportParameters, &s.PeerParameters)
	c.Opaque16(0, 65535, &s.EarlyDataContext)
	c.Opaque16(0, 65535, &s.Application)
	if c.Reading() {
		if len(s.PeerRawKey) == 0 {
			s.PeerRawKey = nil
		}
		s.Secret, _ = secrets.NewSecret(secret)
	}
}

func opaque24(c *wire.Codec, b *[]byte) { c.Opaque24(0, MaxSession, b) }

func listed24(c *wire.Codec, list *[][]byte) {
	c.Vector24(0, MaxSession, func() { wire.List(c, list, opaque24) })
}

// The marks of a session are bits for what most have not.
const (
	markExtendedMaster = 1 << iota
	markDelegated
)

func (s *Session) marks() (marks uint8) {
	if s.ExtendedMaster {
		marks |= markExtendedMaster
	}
	if s.PeerDelegated != nil {
		marks |= markDelegated
	}
	return marks
}

// delegated is the credential as it stands on the wire.
func delegated(c *wire.Codec, credential **messages.DelegatedCredential) {
	var raw []byte
	var err error
	if !c.Reading() {
		raw, err = (*credential).Append(nil)
	}
	c.Opaque24(1, MaxSession, &raw)
	if c.Reading() && c.Err() == nil {
		*credential = new(messages.DelegatedCredential)
		err = (*credential).Decode(raw)
	}
	c.Fail(err)
}

func text(c *wire.Codec, s *string) {
	b := []byte(*s)
	c.Opaque16(0, 65535, &b)
	if c.Reading() {
		*s = string(b)
	}
}

func moment(c *wire.Codec, t *time.Time) {
	milliseconds := uint64(t.UnixMilli())
	wire.U64(c, &milliseconds)
	if c.Reading() {
		*t = time.UnixMilli(int64(milliseconds))
	}
}

// sessionOverhead is about the size of a session without its slices, in bytes.
const sessionOverhead = 160

// Append appends the session to dst in a form that ParseSession reads. It
// holds the secret in clear: encrypt it, or guard it like a key.
func (s *Session) Append(dst []byte) ([]byte, error) {
	size := sessionOverhead + len(s.Ticket) + len(s.ALPN) + len(s.ServerName) + len(s.OCSP) + len(s.Application) + len(s.PeerRawKey)
	for _, certificate := range s.PeerChain {
		size += 3 + len(certificate)
	}
	dst = slices.Grow(dst, size)
	var c wire.Codec
	c.StartWriting(dst)
	s.layout(&c)
	return c.Finish()
}

// ParseSession reads what Append wrote. The session keeps slices of b, which
// must not be changed afterwards. It refuses anything else with [ErrSession].
func ParseSession(b []byte) (*Session, error) {
	if len(b) > MaxSession {
		return nil, ErrSession
	}
	s := new(Session)
	var c wire.Codec
	c.StartReading(b)
	s.layout(&c)
	if _, err := c.Finish(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSession, err)
	}
	return s, nil
}

// HasPeer tells whether the peer has authenticated by a chain or a raw public
// key.
func (s *Session) HasPeer() bool { return len(s.PeerChain) > 0 || len(s.PeerRawKey) > 0 }

// Expired tells whether the session may no longer be offered or accepted at
// now (RFC 8446, Section 4.6.1).
func (s *Session) Expired(now time.Time) bool {
	age := now.Sub(s.Created)
	return age > time.Duration(s.Lifetime)*time.Second || age > 7*24*time.Hour
}

// Format implements [fmt.Formatter]: no verb prints the secret.
func (s *Session) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// String names the session without its secret.
func (s *Session) String() string {
	return fmt.Sprintf("session(%v, %v, %s, ticket of %d bytes, lifetime %ds)",
		s.Version, s.CipherSuite, s.ServerName, len(s.Ticket), s.Lifetime)
}
