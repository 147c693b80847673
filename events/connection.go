package events

import "github.com/tacitls/tacitls/messages"

// Connection is what the two ends agreed on. Fields are set as the handshake
// reaches them; those of slices must not be changed.
type Connection struct {
	Role        Role
	Version     messages.Version
	CipherSuite messages.CipherSuite
	// Group is the key exchange group, 0 if none took part.
	Group messages.Group
	// Resumed tells that the connection continues an earlier session.
	Resumed bool
	// Retried tells that a HelloRetryRequest took place
	// (RFC 8446, Section 4.1.4).
	Retried bool
	// SendLimit and ReceiveLimit are how many bytes of content and padding a
	// protected record holds at the most that this end sends, and that it takes,
	// where the two ends have agreed on that: at most 16384, and 0 where they have
	// not (RFC 8449, Section 4, and RFC 6066, Section 4).
	SendLimit, ReceiveLimit uint16
	// ALPN is the application protocol, empty if none was agreed on.
	ALPN string
	// ServerName is the name the client sent, also on a client.
	ServerName string
	// LocalScheme and PeerScheme are the signature schemes that the ends
	// authenticated with in this handshake, 0 where one did not.
	LocalScheme messages.SignatureScheme
	PeerScheme  messages.SignatureScheme
	// PeerChain is the peer's certificate chain in DER, or nil; on a
	// resumption that of the session resumed.
	PeerChain [][]byte
	// PeerRawKey is the raw public key that the peer has shown in place of a
	// chain, or nil; on a resumption that of the session resumed
	// (RFC 7250, Section 3).
	PeerRawKey []byte
	// PeerDelegated is the delegated credential by whose key the peer has
	// authenticated, or nil; on a resumption that of the session resumed.
	// LocalDelegated is that of this end, in this handshake (RFC 9345).
	PeerDelegated, LocalDelegated *messages.DelegatedCredential
	// OCSP and SCTs are those stapled to the peer's end-entity certificate.
	OCSP []byte
	SCTs [][]byte
	// OCSPChain and SCTsChain are those stapled to the certificates behind it, in
	// the order of PeerChain and at most as many; an empty one is none
	// (RFC 8446, Section 4.4.2.1, and RFC 6961, Section 2.2).
	OCSPChain [][]byte
	SCTsChain [][][]byte
	// LocalChain is this end's own chain, nil if it did not authenticate with
	// one in this handshake.
	LocalChain [][]byte
	// LocalCompression and PeerCompression are the algorithms that the ends'
	// certificates were compressed by, 0 where one came as it is
	// (RFC 8879, Section 4).
	LocalCompression, PeerCompression messages.CompressionAlgorithm
	// TicketsAgreed tells that the client asked for a number of tickets, and
	// TicketsExpected how many the server then said that it would send
	// (RFC 9149, Section 3).
	TicketsAgreed   bool
	TicketsExpected uint8
	// SRTPProfile protects the media, 0 if none was agreed on, and SRTPMKI is the
	// identifier of its master key, or nil (RFC 5764, Section 4.1.1).
	SRTPProfile messages.SRTPProfile
	SRTPMKI     []byte
	// LocalRawKey is this end's own raw public key, nil likewise.
	LocalRawKey []byte
	// LocalCertificateType and PeerCertificateType are the kinds of certificate
	// agreed on for either end, whether or not it shows one
	// (RFC 7250, Section 4.2).
	LocalCertificateType messages.CertificateType
	PeerCertificateType  messages.CertificateType
	// PeerParameters are the peer's transport parameters in QUIC, encoded
	// (RFC 9001, Section 8.2).
	PeerParameters []byte
	// EarlyDataAccepted tells that 0-RTT data was accepted.
	EarlyDataAccepted bool
	// PSKIdentity is the identity of the external pre-shared key in use.
	PSKIdentity []byte
	// ExtendedMasterSecret tells that the keys are bound to the whole handshake:
	// in TLS 1.2 by agreement, in TLS 1.3 always (RFC 7627).
	ExtendedMasterSecret bool
	// EncryptThenMAC tells that the suite's MAC covers what is encrypted
	// (RFC 7366).
	EncryptThenMAC bool
	// SecureRenegotiation tells that a renegotiation would be bound to this
	// handshake (RFC 5746).
	SecureRenegotiation bool
	// Renegotiated tells that this is not the connection's first handshake.
	Renegotiated bool
}
