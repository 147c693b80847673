package handshake

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Policy is a config compiled: nothing is nil that is needed, defaults are
// resolved, and nothing changes any more. Machines see only this.
type Policy struct {
	Role events.Role
	Rand io.Reader

	MinVersion, MaxVersion messages.Version
	Suites                 []messages.CipherSuite // all, as offered
	Suites13, Suites12     []messages.CipherSuite // those of each version
	Groups                 []messages.Group
	Curves, FiniteFields   []messages.Group // those of ECDHE and DHE in TLS 1.2
	Schemes, SchemesCert   []messages.SignatureScheme
	Offered                []messages.SignatureScheme // by signature_algorithms
	ALPN                   []string

	Padding       func(contentType uint8, length, room int) int
	RecordSize    int
	Compatibility bool
	MaxMessage    int
	MaxHeld       int
	UpdateAfter   uint64
	KeyLog, Trace bool

	GREASE                      bool                         // sends codepoints that mean nothing
	PadHello, ShuffleExtensions bool                         // of a client
	TicketRequest               *messages.TicketRequestOffer // of a client, or nil

	SRTPProfiles []messages.SRTPProfile
	SRTPMKI      []byte // a client's
	SRTPTakesMKI bool   // of a server

	// DelegatedSchemes are those of delegated credentials that this end takes.
	DelegatedSchemes []messages.SignatureScheme
	// CertificateCompression is what this end undoes, and may use.
	CertificateCompression []messages.CompressionAlgorithm

	// RecordSizeLimit is of content and padding, in either version; 0 offers
	// none, and answers by the most that there can be.
	RecordSizeLimit int

	// PSK asks for external pre-shared keys, and PSKModes are the ways to use one of
	// either kind, most preferred first.
	PSK      bool
	PSKModes []messages.PSKMode
	// RequirePSK wants one of every peer, and no certificates.
	RequirePSK bool
	// CertificateWithPSK wants both of every peer (RFC 8773).
	CertificateWithPSK bool
	// EarlyData is how many bytes of it a server takes, or 1 where a client writes
	// some, or 0.
	EarlyData uint32
	// PeerTypes are the kinds of certificate taken from the peer, OwnTypes those
	// that a client can show.
	PeerTypes, OwnTypes []messages.CertificateType

	// RequestOCSP and RequestSCTs ask for what the peer may staple.
	RequestOCSP, RequestSCTs bool

	Authorities [][]byte
	Tickets     bool // offers, takes or sends them
	Reverify    bool

	// DraftParameters has the transport parameters of QUIC under the number of its
	// drafts.
	DraftParameters bool

	// Of TLS 1.2.
	PlainCBC         bool // CBC without encrypt_then_mac
	ResumeWithoutEMS bool // sessions without extended_master_secret
	Renegotiation    Renegotiation
	CertificateURLs  bool // sent or taken in place of a client's chain
	Supplemental     Supplemental

	// Of a client: what server_name says, and the name that the peer shall
	// prove, which may be an IP address.
	ServerName        string
	PeerName          string
	KeyShares         []messages.Group
	RequestOCSPChain  bool // by status_request_v2
	PostHandshakeAuth bool
	FalseStart        bool
	FalseStartBare    bool // without an application protocol
	Fallback          bool // says so by TLS_FALLBACK_SCSV
	// MaxFragmentLength is what is asked for, or 0.
	MaxFragmentLength messages.FragmentLength

	// Of a server.
	ChooseConfig      bool
	RequestClientCert bool
	RequireClientCert bool
	OIDFilters        []messages.OIDFilter
	TicketCount       int
	MaxTickets        uint8 // for clients that ask for a number; 0 does not listen
	Sessions          bool  // kept by identifier, for TLS 1.2
	TicketLifetime    uint32
	PSKHint           []byte
	Cookies           Cookies
	EarlyDataContext  []byte
	NoServerNameAck   bool
}

// Cookies is when a server puts into a cookie what it would remember of a client
// (RFC 8446, Section 4.2.2).
type Cookies uint8

// The ways to use cookies.
const (
	CookiesNever Cookies = iota
	CookiesOnRetry
	CookiesAlways
)

func (c Cookies) String() string {
	return [...]string{"never", "on_retry", "always"}[min(c, CookiesAlways)]
}

// Renegotiation is how many handshakes may follow the first on a connection.
type Renegotiation uint8

// The kinds of renegotiation.
const (
	RenegotiateNever Renegotiation = iota
	RenegotiateOnce
	RenegotiateFreely
	RenegotiateExplicitly
)

func (r Renegotiation) String() string {
	return [...]string{"never", "once", "freely", "explicitly"}[min(r, RenegotiateExplicitly)]
}

// Supplemental is what may be agreed on for SupplementalData (RFC 4680).
type Supplemental struct {
	UserMappings []messages.UserMappingType
	ClientAuthz  []messages.AuthzFormat
	ServerAuthz  []messages.AuthzFormat
	// InClear agrees on it in a first handshake too.
	InClear bool
}

// Any tells whether there is anything to agree on.
func (s *Supplemental) Any() bool {
	return len(s.UserMappings)+len(s.ClientAuthz)+len(s.ServerAuthz) > 0
}

// Allows tells whether the policy has version.
func (p *Policy) Allows(version messages.Version) bool {
	return p.MinVersion <= version && version <= p.MaxVersion
}

// HasCBC tells whether some suite protects records by CBC and a MAC.
func (p *Policy) HasCBC() bool {
	return p.has(func(suite *secrets.Suite12) bool { return !suite.AEAD() })
}

// HasFiniteField tells whether some suite of TLS 1.2 agrees on keys by DHE.
func (p *Policy) HasFiniteField() bool {
	return p.has(func(suite *secrets.Suite12) bool { return suite.KeyExchange.FiniteField() })
}

// HasCurves tells whether some suite of TLS 1.2 agrees on keys by ECDHE.
func (p *Policy) HasCurves() bool {
	return p.has(func(suite *secrets.Suite12) bool { return suite.KeyExchange.Curves() })
}

func (p *Policy) has(wanted func(*secrets.Suite12) bool) bool {
	return slices.ContainsFunc(p.Suites12, func(id messages.CipherSuite) bool {
		suite, known := secrets.LookupSuite12(id)
		return known && wanted(suite)
	})
}

// String is the policy as text, a line a field, for the golden files that show
// a changed default.
func (p *Policy) String() string {
	var b strings.Builder
	line := func(name string, value any) { fmt.Fprintf(&b, "%-16s %v\n", name, value) }
	line("role", p.Role)
	line("versions", fmt.Sprintf("%v to %v", p.MinVersion, p.MaxVersion))
	line("cipher_suites", list(p.Suites))
	line("groups", list(p.Groups))
	if p.Role == events.Client {
		line("key_shares", list(p.KeyShares))
		line("post_handshake", p.PostHandshakeAuth)
		if p.Allows(messages.TLS12) {
			line("ocsp_chain", p.RequestOCSPChain)
			line("false_start", p.FalseStart)
			line("start_bare", p.FalseStartBare)
			line("fallback", p.Fallback)
		}
		asked := "none"
		if r := p.TicketRequest; r != nil {
			asked = fmt.Sprintf("%d %d", r.NewSession, r.Resumption)
		}
		line("ticket_request", asked)
		line("pad_hello", p.PadHello)
		line("shuffle", p.ShuffleExtensions)
		length, _ := p.MaxFragmentLength.Bytes()
		line("fragment_length", length)
	}
	line("schemes", list(p.Schemes))
	line("schemes_cert", list(p.SchemesCert))
	line("peer_types", list(p.PeerTypes))
	if p.Role == events.Client {
		line("own_types", list(p.OwnTypes))
	}
	line("request_ocsp", p.RequestOCSP)
	line("request_scts", p.RequestSCTs)
	line("alpn", list(p.ALPN))
	line("record_size", p.RecordSize)
	line("record_limit", p.RecordSizeLimit)
	line("padding", p.Padding != nil)
	line("srtp", list(p.SRTPProfiles))
	line("grease", p.GREASE)
	line("compression", list(p.CertificateCompression))
	line("compatibility", p.Compatibility)
	line("max_message", p.MaxMessage)
	line("max_held", p.MaxHeld)
	line("tickets", p.Tickets)
	line("reverify", p.Reverify)
	if p.Allows(messages.TLS13) {
		line("psk", p.PSK)
		line("psk_required", p.RequirePSK)
		line("psk_modes", list(p.PSKModes))
		line("psk_certificate", p.CertificateWithPSK)
		line("early_data", p.EarlyData)
		line("delegated", list(p.DelegatedSchemes))
	}
	if p.Allows(messages.TLS12) {
		line("plain_cbc", p.PlainCBC)
		line("resume_without_ems", p.ResumeWithoutEMS)
		line("renegotiation", p.Renegotiation)
		line("certificate_urls", p.CertificateURLs)
		line("supplemental", p.Supplemental.Any())
	}
	if p.Role == events.Server {
		line("request_client", p.RequestClientCert)
		line("require_client", p.RequireClientCert)
		line("oid_filters", len(p.OIDFilters))
		line("server_name_ack", !p.NoServerNameAck)
		line("ticket_count", p.TicketCount)
		line("max_tickets", p.MaxTickets)
		line("ticket_lifetime", p.TicketLifetime)
		if p.Allows(messages.TLS13) {
			line("cookies", p.Cookies)
		}
		if p.Allows(messages.TLS12) {
			line("sessions", p.Sessions)
			line("psk_hint", len(p.PSKHint) > 0)
		}
	}
	return b.String()
}

func list[T any](values []T) string {
	if len(values) == 0 {
		return "none"
	}
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = fmt.Sprint(v)
	}
	return strings.Join(names, " ")
}
