package engine

import (
	"io"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Common is what both roles can be told. The zero value of every field but
// Rand is the recommended choice. Nothing of a config, its slices included,
// may change once an engine has been made from it; any number of engines may
// share one.
type Common struct {
	// Rand gives the entropy of the connection: required, and crypto/rand's
	// Reader anywhere but in tests. The engine reads bytes of it and nothing
	// else, so that the same bytes give the same handshake. A reader shared by
	// engines must be safe for that.
	Rand io.Reader

	// Profile sets the defaults, and what TLS 1.2 allows.
	Profile Profile
	// MinVersion and MaxVersion bound the protocol version. The default of
	// MaxVersion is TLS 1.3, and that of MinVersion is MaxVersion.
	MinVersion, MaxVersion messages.Version
	// CipherSuites are those to use, most preferred first. The default is
	// TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384,
	// TLS_CHACHA20_POLY1305_SHA256, and the same AEADs with ECDHE for TLS 1.2; or
	// more, by Profile. Those of TLS 1.2 that take a pre-shared key are in no profile:
	// who has one names them, PSK, DHE_PSK or ECDHE_PSK; RSA_PSK is not there.
	CipherSuites []messages.CipherSuite
	// Groups are those to use, most preferred first. The default is
	// X25519MLKEM768, x25519, secp256r1, secp384r1, secp521r1; or more, by Profile.
	// Suites of DHE take one of ffdhe2048 to ffdhe8192 among them; those of ECDHE
	// take a curve, and are left out where there is none.
	Groups []messages.Group
	// Schemes are the signature schemes accepted from the peer, most preferred
	// first; SchemesCert those accepted in its chain. The defaults leave out
	// SHA-1, Ed448 and ML-DSA, which is for TLS 1.3 alone, and take PKCS #1 in
	// chains and in TLS 1.2 only. Where Schemes names
	// rsa_pkcs1_sha1 or ecdsa_sha1, the peer may sign with it in TLS 1.2, for peers
	// that know nothing else, against RFC 9155, Section 4 and Section 5; never in
	// TLS 1.3. In either list these two are offered behind all others, wherever they
	// stand, and those of MD5, SHA-224 and DSA are taken from no config
	// (RFC 8446, Section 4.2.3).
	Schemes     []messages.SignatureScheme
	SchemesCert []messages.SignatureScheme
	// DelegatedSchemes are those by which the key of a delegated credential of the
	// peer's may sign in TLS 1.3, most preferred first. The peer is told, by
	// ClientHello or by CertificateRequest, and one that comes is shown by
	// [events.VerifyPeer]; its certificate's key has to have signed it by one of
	// Schemes. rsa_pss_rsae is not for it. None turns the extension off, which is the
	// default (RFC 9345, Section 4.1).
	DelegatedSchemes []messages.SignatureScheme
	// PeerCertificateTypes are the kinds of certificate taken from the peer, most
	// preferred first: X.509 alone by default, or raw public keys too, or nothing
	// else (RFC 7250). A server takes one where ClientAuth asks for it.
	PeerCertificateTypes []messages.CertificateType
	// RequestOCSP asks the peer to staple OCSP responses to its certificates, and
	// RequestSCTs signed certificate timestamps; what came is in [events.VerifyPeer],
	// unchecked. A server asks where ClientAuth has it ask for a certificate, in
	// TLS 1.3 alone (RFC 6066, Section 8, RFC 6962, Section 3.3.1, and RFC 8446,
	// Section 4.4.2.1).
	RequestOCSP, RequestSCTs bool
	// ALPN lists application protocols, most preferred first; none turns the
	// extension off (RFC 7301).
	ALPN []string

	// SRTPProfiles are for media that is protected by SRTP under keys of this
	// connection, most preferred first; none turns the extension off. What was agreed
	// on is in [events.Connection], and the keys are exported under the label
	// EXTRACTOR-dtls_srtp (RFC 5764, Section 4.1 and Section 4.2).
	SRTPProfiles []messages.SRTPProfile

	// Padding gives how many zero bytes to add to a record that holds length
	// bytes of content of up to room + length; more than room counts as room
	// (RFC 8446, Section 5.4). [PadTo] and [PadRandomly] are two. Nil adds none.
	Padding func(contentType uint8, length, room int) int
	// RecordSize bounds the content of a record sent, in bytes: 1 to 16384,
	// which is the default.
	RecordSize int
	// RecordSizeLimit is how many bytes this end takes in one protected record,
	// content and padding, in either version: 64 to 16384. The peer is told by
	// record_size_limit (RFC 8449, Section 4), and what it sends beyond is refused.
	// With 0 a client does not offer the extension, and a server answers one that
	// was offered by 16384. In TLS 1.3 the extension counts the content type too,
	// so that it has one more; a client that allows both versions cannot know, and
	// takes that byte in TLS 1.2.
	RecordSizeLimit int
	// CertificateCompression are the algorithms for certificates in TLS 1.3, most
	// preferred first. The peer is told that it may compress its own by one of them
	// (RFC 8879, Section 3), and where it has said so too,
	// [events.CompressCertificate] asks for this end's to be compressed. The engine
	// undoes zlib itself, and asks [events.DecompressCertificate] for any other. None
	// turns the extension off, which is the default.
	CertificateCompression []messages.CompressionAlgorithm
	// GREASE has this end send codepoints that mean nothing, drawn from Rand, so
	// that no peer comes to trip over what it does not know: a client in all lists
	// of its ClientHello, a server in CertificateRequest and in the tickets of
	// TLS 1.3 (RFC 8701, Section 3 and Section 4). Received ones are ignored always.
	GREASE bool
	// NoCompatibility turns the middlebox compatibility mode of RFC 8446,
	// Appendix D.4, off. A server then still answers a client that uses it.
	NoCompatibility bool
	// MaxMessage bounds a handshake message of the peer's, in bytes with its
	// header. The default is 65536, the most 16777219.
	MaxMessage int
	// MaxHeld bounds the bytes held while a question is open. The default is
	// 65536.
	MaxHeld int

	// UpdateAfter is how many records one key may protect, the KeyUpdate that
	// changes to the next key included: 2 or more. 0 leaves it to the AEAD's own limit, which a larger
	// number does not move (RFC 8446, Section 5.5).
	UpdateAfter uint64

	// PSK asks, in TLS 1.3, a client by [events.OfferPSKs] for external pre-shared
	// keys to offer, and a server by [events.ChoosePSK] for one of those that a client
	// offers; a connection under one has no certificates, unless CertificateWithPSK wants
	// them (RFC 8446, Section 2.2). In
	// TLS 1.2 the suites say so.
	PSK bool
	// RequirePSK wants one of every peer and leaves certificates out: a server without
	// the client's keys is refused, whatever it shows, and so is a client whose keys
	// the server does not have. A session is resumed if it began under such a key. It
	// takes PSK and TLS 1.3 alone, and asks no client for a certificate
	// (RFC 8446, Section 2.2).
	RequirePSK bool
	// PSKModes says whether a key agreement goes with a pre-shared key in TLS 1.3, be
	// it of a ticket or external.
	PSKModes PSKModes
	// CertificateWithPSK wants both in every handshake: certificates, by which the ends
	// know each other, and an external pre-shared key, which keeps what was recorded
	// from who breaks the key agreement one day (RFC 8773). It takes PSK, TLS 1.3 alone and
	// PSKWithAgreement. A peer without it is refused. There are no tickets, and no
	// session is resumed.
	CertificateWithPSK bool
	// DraftParameters has the transport parameters of QUIC under the number that its
	// drafts gave them, 0xffa5, for peers that know no other.
	DraftParameters bool
	// Renegotiation allows further handshakes of TLS 1.2 on a connection; in TLS 1.3
	// it means nothing. A server that wants a client's certificate in the second alone
	// sets ChooseConfig, and answers the question for it by another config.
	Renegotiation Renegotiation
	// CertificateURLs has a client offer to send the URLs of its credential, and
	// a server take them and ask [events.FetchCertificates], in place of the
	// client's chain in TLS 1.2 (RFC 6066, Section 5).
	CertificateURLs bool
	// Supplemental is what SupplementalData may carry in TLS 1.2.
	Supplemental Supplemental

	// KeyLog asks for [events.SecretDerived].
	KeyLog bool
	// Trace asks for the events about messages and records.
	Trace bool
}

// ClientConfig is a client's config.
type ClientConfig struct {
	Common

	// ServerName is the host name that server_name carries and that
	// [events.VerifyPeer] hands on. No IP address is ever sent
	// (RFC 6066, Section 3). Empty sends none.
	ServerName string
	// KeyShares are the groups to send a share for at once, in the order of
	// Groups. The default is the first of Groups, and the first after it
	// that is not post-quantum if it is. An empty list that is not nil sends
	// none, which costs a round trip.
	KeyShares []messages.Group
	// Session is a session to resume, as [events.TicketReceived] brought it.
	// One that has expired, or that the config no longer allows, is passed
	// over.
	Session *events.Session
	// NoTickets passes over tickets and does not ask for them to be used
	// (RFC 8446, Section 4.2.9).
	NoTickets bool
	// TicketRequest tells a server of TLS 1.3 how many tickets there is use for; nil
	// leaves it to the server (RFC 9149, Section 3).
	TicketRequest *TicketRequest
	// SRTPMKI is the identifier of the SRTP master key to put into the packets, of
	// up to 255 bytes; none without it (RFC 5764, Section 4.1.3).
	SRTPMKI []byte
	// Authorities are distinguished names in DER for certificate_authorities
	// (RFC 8446, Section 4.2.4).
	Authorities [][]byte
	// CertificateTypes are the kinds of certificate that the client can show, most
	// preferred first: X.509 alone by default. The server chooses, and
	// [events.ChooseCredential] tells (RFC 7250, Section 4.1). A server's own
	// kind is that of its credential.
	CertificateTypes []messages.CertificateType
	// PostHandshakeAuth lets a server of TLS 1.3 ask for a certificate at any time
	// after the handshake, as [Engine.RequestClientCertificate] does: the questions
	// are those of the handshake. Data can be written meanwhile, but is read again
	// only once they are answered (RFC 8446, Section 4.6.2).
	PostHandshakeAuth bool
	// RequestOCSPChain asks a server of TLS 1.2 for the responses of the whole
	// chain, which one of TLS 1.3 sends by RequestOCSP (RFC 6961).
	RequestOCSPChain bool
	// FalseStart allows a client of TLS 1.2 to write before the server's Finished
	// has come, where the suite has forward secrecy and an AEAD and an application
	// protocol was agreed on; [events.FalseStarted] tells when (RFC 7918). A dialer that
	// finishes the handshake first has nothing of it. FalseStartWithoutALPN allows it
	// with no protocol agreed on too, where the servers are known to bear it.
	FalseStart, FalseStartWithoutALPN bool
	// Fallback says that a connection with a higher MaxVersion failed before, so
	// that a server which would have had more refuses (RFC 7507).
	Fallback bool
	// MaxFragmentLength asks that no record of either end holds more than so many
	// bytes, the handshake's records in clear included: 512, 1024, 2048 or 4096
	// (RFC 6066, Section 4). 0 does not ask. A server that has record_size_limit
	// passes it over where RecordSizeLimit is set too (RFC 8449, Section 5). Some
	// servers resume a session only with the length that it began with.
	MaxFragmentLength int
	// PadHello makes a ClientHello of 256 to 511 bytes one of 512, for servers
	// that hang on those lengths (RFC 7685, Section 4).
	PadHello bool
	// ShuffleExtensions sends the extensions of a ClientHello in an order drawn from
	// Rand, pre_shared_key last as it must be (RFC 8446, Section 4.2 and
	// Section 4.2.11).
	ShuffleExtensions bool
	// ReverifyOnResume asks [events.VerifyPeer] again about the chain of a
	// session resumed: before the ClientHello where early data goes with it, and
	// once the server has answered where none was taken.
	ReverifyOnResume bool
	// EarlyData allows to write before the server has answered, where the session
	// allows it; [events.EarlyDataOffered] tells when, and [Engine.WriteEarlyData]
	// writes. Early data can be replayed, and has no forward secrecy
	// (RFC 8446, Section 2.3).
	EarlyData bool
}

// PSKModes are the ways to use a pre-shared key (RFC 8446, Section 4.2.9).
type PSKModes uint8

const (
	// PSKWithAgreement always agrees on a key as well: psk_dhe_ke.
	PSKWithAgreement PSKModes = iota
	// PSKEither allows to go without, where the peer has no other way: psk_ke. What
	// is sent then has no forward secrecy.
	PSKEither
	// PSKWithoutAgreement never does: psk_ke alone.
	PSKWithoutAgreement
)

// ClientAuth is what a server wants of a client's certificate
// (RFC 8446, Section 4.3.2).
type ClientAuth uint8

// The kinds of client authentication.
const (
	NoClientCert      ClientAuth = iota // none is asked for
	RequestClientCert                   // asked for; the client may decline
	RequireClientCert                   // asked for; certificate_required without
)

// ServerConfig is a server's config.
type ServerConfig struct {
	Common

	// ChooseConfig asks [events.ChooseConfig] for every client.
	ChooseConfig bool
	// ClientAuth is what is wanted of the client's certificate.
	ClientAuth ClientAuth
	// Authorities are distinguished names in DER that a client's chain should
	// lead to, as a hint (RFC 8446, Section 4.2.4).
	Authorities [][]byte
	// OIDFilters are extensions, at most 256 and each once, that a client's
	// certificate is to have with at least the values given, both in DER. A client of
	// TLS 1.3 is told, wherever ClientAuth or [Engine.RequestClientCertificate] has it
	// asked, and chooses by those that it recognizes; [events.VerifyPeer] shows them in
	// either version, since nobody else holds the certificate to them. None turns the
	// extension off (RFC 8446, Section 4.2.5).
	OIDFilters []messages.OIDFilter
	// NoTickets neither sends nor takes tickets.
	NoTickets bool
	// Tickets is how many to send when a handshake of TLS 1.3 completes; 0 means
	// one, the most is 16. A negative number sends none, but takes those
	// presented. TLS 1.2 has one to a handshake, for a client that asks.
	Tickets int
	// MaxTickets bounds how many are sent to a client that asks for a number: then
	// as many as it asks for, up to this, rather than Tickets. 0 means 4, the most is
	// 16, and a negative number passes the wish over (RFC 9149, Section 3).
	MaxTickets int
	// Sessions asks [events.FindSession] for the sessions of TLS 1.2 that
	// clients name by identifier, and tells of new ones by
	// [events.SessionEstablished].
	Sessions bool
	// TicketLifetime is in seconds, at most 604800. The default is 86400.
	TicketLifetime uint32
	// MaxEarlyData is how many bytes of early data may come on a resumption of
	// TLS 1.3, after [events.AcceptEarlyData] was answered with yes; 0 takes none.
	// Tickets tell it to clients (RFC 8446, Section 4.6.1); under one that tells more,
	// of an earlier config, none is taken.
	MaxEarlyData uint32
	// EarlyDataContext is what else early data depends on, such as the settings of the
	// application protocol: it is taken only under a ticket that was sent with the
	// same (RFC 9001, Section 4.6.3).
	EarlyDataContext []byte
	// NoServerNameAck does not tell a client that its server_name was of use: for a
	// server that has one certificate whatever the name (RFC 6066, Section 3).
	NoServerNameAck bool
	// SRTPTakesMKI agrees to the client's identifier of the SRTP master key, if it has
	// one, rather than to none (RFC 5764, Section 4.1.3).
	SRTPTakesMKI bool
	// PSKHint helps a client of TLS 1.2 to choose its identity; at most 65535
	// bytes, none sends no hint (RFC 4279, Section 5.2).
	PSKHint []byte
	// Cookies says when a server of TLS 1.3 sends what it would remember of a client
	// to that client, in the cookie of a HelloRetryRequest.
	Cookies Cookies
	// ReverifyOnResume asks [events.VerifyPeer] again about the chain of a
	// session resumed.
	ReverifyOnResume bool
}

// Cookies is when a server remembers nothing of a client between its
// HelloRetryRequest and the second ClientHello: [events.SealCookie] and
// [events.OpenCookie] carry it across, be it to another engine, which may have the
// second hello as its first message. Both need configs that agree
// (RFC 8446, Section 4.2.2).
type Cookies uint8

const (
	// NoCookies remembers.
	NoCookies Cookies = iota
	// CookiesOnRetry does not, where a HelloRetryRequest has to be sent.
	CookiesOnRetry
	// CookiesAlways sends one to every client, which costs a round trip: who sees its
	// cookie again knows that the client is where it says. Early data is never taken.
	CookiesAlways
)

// ServerConfig implements [events.ServerConfig].
func (*ServerConfig) ServerConfig() {}
