package events

import (
	"crypto"
	"slices"

	"github.com/tacitls/tacitls/messages"
)

// ClientHello is what a server learns from a client's first message, for the
// questions that turn on it. Its slices must not be changed.
type ClientHello struct {
	// ServerName is the host name asked for, in lower case as sent, or empty
	// (RFC 6066, Section 3).
	ServerName string
	// ALPN lists the client's application protocols in its order
	// (RFC 7301, Section 3.1).
	ALPN []string
	// Versions, CipherSuites, Groups and Schemes are the client's lists with
	// GREASE and unknown values included.
	Versions     []messages.Version
	CipherSuites []messages.CipherSuite
	Groups       []messages.Group
	// Schemes is signature_algorithms, SchemesCert is signature_algorithms_cert
	// or nil where the client sent none (RFC 8446, Section 4.2.3).
	Schemes     []messages.SignatureScheme
	SchemesCert []messages.SignatureScheme
	// Authorities are distinguished names in DER that the client trusts
	// (RFC 8446, Section 4.2.4).
	Authorities [][]byte
	// Renegotiation tells that it comes on a connection of TLS 1.2 in use.
	Renegotiation bool
	// ServerCertificateTypes are the kinds of certificate that the client takes,
	// and ClientCertificateTypes those that it can show, in its order and with
	// unknown ones included; none means X.509 alone (RFC 7250, Section 4.1).
	ServerCertificateTypes []messages.CertificateType
	ClientCertificateTypes []messages.CertificateType
	// Raw is the whole message with its four-byte header.
	Raw []byte
}

// ServerConfig is implemented by *engine.ServerConfig alone.
type ServerConfig interface{ ServerConfig() }

// ChooseConfig asks a server's caller whether another config shall serve this
// client. It comes before anything is negotiated, and only where the config
// asks for it; before a renegotiation it comes again, if the config in use asks for
// it, and its Hello says so.
type ChooseConfig struct {
	Asked
	Hello *ClientHello
}

// Keep answers that the config stays.
func (q *ChooseConfig) Keep() Answer { return &ConfigChosen{Replied: Replied{q.ID}} }

// Use answers that the rest of the connection follows config, which must be an
// *engine.ServerConfig.
func (q *ChooseConfig) Use(config ServerConfig) Answer {
	return &ConfigChosen{Replied: Replied{q.ID}, Config: config}
}

// Refuse ends the handshake with the alert given; err says why.
func (q *ChooseConfig) Refuse(alert messages.Alert, err error) Answer {
	return refused(q.ID, alert, err)
}

// ConfigChosen answers [ChooseConfig]. A nil Config keeps the one in use.
type ConfigChosen struct {
	Replied
	Config ServerConfig
}

// Credential is a certificate chain, or a raw public key, and what the key can
// sign. It holds no private key: signing is a question of its own. Neither it nor its slices may
// be changed once it has been given to an engine.
type Credential struct {
	// Chain is in DER, the end-entity certificate first.
	Chain [][]byte
	// RawPublicKey is a SubjectPublicKeyInfo in DER, which stands in place of
	// Chain and of all that is stapled to it (RFC 7250, Section 3).
	RawPublicKey []byte
	// Schemes lists what the key can sign with, most preferred first.
	Schemes []messages.SignatureScheme
	// OCSP is a response to staple, in DER, or nil (RFC 6066, Section 8).
	OCSP []byte
	// OCSPChain are responses for the certificates of Chain behind the first, in
	// its order; a nil one says that there is none. In TLS 1.3 they go wherever OCSP
	// goes, in TLS 1.2 to clients that ask for those of the chain
	// (RFC 8446, Section 4.4.2.1, and RFC 6961, Section 2.2).
	OCSPChain [][]byte
	// SCTs are signed certificate timestamps to send, or nil
	// (RFC 6962, Section 3.3).
	SCTs [][]byte
	// SCTsChain are those of the certificates behind the first, as OCSPChain, for
	// TLS 1.3 alone.
	SCTsChain [][][]byte
	// Delegated is a delegated credential for the first certificate of Chain, or
	// nil. In TLS 1.3 it is shown, and its key signs, where the peer takes it: its
	// scheme, and the algorithm that the certificate's key has signed it by. A peer
	// that does not sees the certificate alone, whose own key signs by one of
	// Schemes; there need not be any (RFC 9345, Section 4.1.1).
	Delegated *messages.DelegatedCredential
	// Decrypts tells that the key is one of RSA that answers [Decrypt], for the
	// suites of RSA key transport (RFC 5246, Section 7.4.7.1).
	Decrypts bool
	// URLs say where the chain can be fetched. A client that has them sends them
	// in place of Chain where its config offers that and the server agrees
	// (RFC 6066, Section 5).
	URLs []messages.URLAndHash
	// URLsArePath tells that URLs is a single one, which leads to the whole chain
	// as a PkiPath, and not one for each certificate.
	URLsArePath bool
	// Key is the caller's own handle, handed back in [Sign]. The engine does
	// not look at it.
	Key any
}

// ChooseCredential asks which credential shall authenticate this end: on a
// server after the parameters are agreed on, on a client when the server has
// asked for a certificate (RFC 8446, Section 4.4.2.2 and Section 4.4.2.3).
type ChooseCredential struct {
	Asked
	// Role is the end that asks.
	Role Role
	// Version is the protocol version agreed on.
	Version messages.Version
	// ServerName is the name the client asked for.
	ServerName string
	// Schemes are those that both the peer and this engine accept in this
	// version, in the order that the peer prefers; SchemesCert are those that the peer
	// accepts in the chain.
	Schemes     []messages.SignatureScheme
	SchemesCert []messages.SignatureScheme
	// DelegatedSchemes are those by which the peer lets the key of a delegated
	// credential sign, most preferred first and with unknown ones included; none
	// means that it takes no such credential, as in TLS 1.2
	// (RFC 9345, Section 4.1.1 and Section 4.1.2).
	DelegatedSchemes []messages.SignatureScheme
	// KeyTransport tells that a key which decrypts would serve as well, even
	// without any of Schemes (RFC 5246, Section 7.4.7.1).
	KeyTransport bool
	// Authorities are the distinguished names, in DER, that the peer trusts;
	// none means that it did not say.
	Authorities [][]byte
	// OIDFilters are what a server of TLS 1.3, or a request for an authenticator, wants
	// of the end-entity certificate, at most 256, each object identifier and the values
	// in DER. A certificate has to have all that the answer recognizes; the others are
	// to be passed over (RFC 8446, Section 4.2.5).
	OIDFilters []messages.OIDFilter
	// CertificateTypes are the kinds of certificate that the peer takes, in its
	// order and with unknown ones included; none means X.509 alone
	// (RFC 7250, Section 4.2).
	CertificateTypes []messages.CertificateType
	// Hello is the client's hello on a server and nil on a client.
	Hello *ClientHello
}

// Takes tells whether the peer takes a kind of certificate.
func (q *ChooseCredential) Takes(kind messages.CertificateType) bool {
	if len(q.CertificateTypes) == 0 {
		return kind == messages.CertificateX509
	}
	return slices.Contains(q.CertificateTypes, kind)
}

// Reply answers with a credential. The engine signs with the key of its Delegated
// if the peer takes that, and with the first of its Schemes that the peer accepts
// otherwise.
func (q *ChooseCredential) Reply(c *Credential) Answer {
	return &CredentialChosen{Replied: Replied{q.ID}, Credential: c}
}

// None answers that there is no suitable credential. A client goes on without
// one, and the server decides; a server refuses the handshake.
func (q *ChooseCredential) None() Answer {
	return &CredentialChosen{Replied: Replied{q.ID}}
}

// Refuse ends the handshake with the alert given; err says why.
func (q *ChooseCredential) Refuse(alert messages.Alert, err error) Answer {
	return refused(q.ID, alert, err)
}

// CredentialChosen answers [ChooseCredential].
type CredentialChosen struct {
	Replied
	Credential *Credential
}

// Sign asks for a signature over Content with the key of Credential
// (RFC 8446, Section 4.4.3). The signer hashes Content as Scheme says.
type Sign struct {
	Asked
	Credential *Credential
	Scheme     messages.SignatureScheme
	// Delegated tells that the key is that of Credential.Delegated, and not that of
	// the certificate.
	Delegated bool
	// Content is what is to be signed, unhashed.
	Content []byte
}

// Reply answers with the signature. The engine keeps it until it is sent.
func (q *Sign) Reply(signature []byte) Answer {
	return &Signature{Replied: Replied{q.ID}, Signature: signature}
}

// Fail answers that no signature can be had; the handshake ends with
// internal_error.
func (q *Sign) Fail(err error) Answer { return refused(q.ID, messages.AlertInternalError, err) }

// Signature answers [Sign].
type Signature struct {
	Replied
	Signature []byte
}

// VerifyPeer asks whether the peer's certificate chain is to be trusted
// (RFC 8446, Section 4.4.2.4). The engine has looked at none of it: it checks the peer's
// possession of the key that the answer brings, and nothing else.
type VerifyPeer struct {
	Asked
	// Role is the end that asks: a client verifies a server.
	Role Role
	// ServerName is the name that a client expects; empty on a server.
	ServerName string
	// Requested tells that a request for an authenticator asks for ServerName, so that
	// no other name stands in for it (RFC 9261, Section 4).
	Requested bool
	// Chain is in DER as the peer sent it, the end-entity certificate first;
	// extraneous certificates and any order of the others are to be expected.
	Chain [][]byte
	// RawKey is the SubjectPublicKeyInfo in DER that the peer sent in place of a
	// chain, or nil. The engine has looked at its outer form. Whose key it is has
	// to be known from elsewhere (RFC 7250, Section 6).
	RawKey []byte
	// Delegated is the delegated credential that came with the end-entity
	// certificate, or nil. The engine has looked at its schemes, which this end has
	// said it takes, and at nothing else: who accepts has verified the rest of
	// RFC 9345, Section 4.1.3, and gives its key in place of the certificate's. Its
	// Append gives the bytes that came. It must not be changed.
	Delegated *messages.DelegatedCredential
	// OCSP and SCTs are those stapled to the end-entity certificate, or nil.
	OCSP []byte
	SCTs [][]byte
	// OCSPChain and SCTsChain are those stapled to the certificates behind it, in
	// the order of Chain and at most as many, or nil; an empty one is none
	// (RFC 8446, Section 4.4.2.1, and RFC 6961, Section 2.2).
	OCSPChain [][]byte
	SCTsChain [][][]byte
	// SchemesCert are the schemes that this end said it accepts in a chain.
	SchemesCert []messages.SignatureScheme
	// OIDFilters are those of a server's config, or of a request for an authenticator,
	// which the peer was told, but in TLS 1.2, and may not have recognized: a certificate that does not satisfy them may be
	// rejected by unsupported_certificate (RFC 8446, Section 4.2.5).
	OIDFilters []messages.OIDFilter
	// KeyTransport tells that the server's key is to decrypt rather than to sign,
	// which its key usage has to allow (RFC 5246, Section 7.4.2).
	KeyTransport bool
	// Resumed tells that the chain is that of the session resumed, and that
	// the peer will not sign again.
	Resumed bool
}

// Accept answers that the chain or the raw key is good and gives the public key
// that the peer has to prove, that of the delegated credential where there is one
// and of the end entity otherwise: *ecdsa.PublicKey, ed25519.PublicKey,
// secrets.Ed448PublicKey, *secrets.MLDSAPublicKey, *rsa.PublicKey for
// rsaEncryption, or secrets.PSSPublicKey for id-RSASSA-PSS.
func (q *VerifyPeer) Accept(key crypto.PublicKey) Answer {
	return &PeerVerified{Replied: Replied{q.ID}, Key: key}
}

// Reject ends the handshake with the alert given, one of those of
// RFC 8446, Section 6.2, that speak of certificates; err says why.
func (q *VerifyPeer) Reject(alert messages.Alert, err error) Answer {
	return refused(q.ID, alert, err)
}

// PeerVerified answers [VerifyPeer].
type PeerVerified struct {
	Replied
	Key crypto.PublicKey
}

// TicketIdentity is one identity of a client's pre_shared_key extension
// (RFC 8446, Section 4.2.11).
type TicketIdentity struct {
	Ticket []byte
	// ObfuscatedAge is in milliseconds, as sent.
	ObfuscatedAge uint32
}

// OpenTicket asks a server's caller to open a client's tickets. At most
// [MaxTicketIdentities] are asked about, the first ones.
//
// The engine binds a ticket to the hash of the cipher suite, to its lifetime and
// to whether a client certificate is wanted. Who serves several names, several sets
// of roots, several OIDFilters, or clients of external keys alone under the same ticket
// keys has to bind it to those, by what the state says: [ParseSession] reads it.
type OpenTicket struct {
	Asked
	Hello   *ClientHello
	Tickets []TicketIdentity
	// SchemesCert and OIDFilters are what [VerifyPeer] would have for this client.
	SchemesCert []messages.SignatureScheme
	OIDFilters  []messages.OIDFilter
}

// MaxTicketIdentities is how many of a client's tickets a server considers.
const MaxTicketIdentities = 8

// Reply answers with the plaintext of Tickets[index], as once given by
// [SealTicket].State. The engine copies what it keeps.
func (q *OpenTicket) Reply(index int, state []byte) Answer {
	return &TicketOpened{Replied: Replied{q.ID}, Index: index, State: state}
}

// None answers that no ticket could be opened; the handshake goes on in full.
func (q *OpenTicket) None() Answer { return &TicketOpened{Replied: Replied{q.ID}, Index: -1} }

// TicketOpened answers [OpenTicket]. A negative Index means none.
type TicketOpened struct {
	Replied
	Index int
	State []byte
}

// FindSession asks a server's caller for the session that a client of TLS 1.2
// names by its identifier (RFC 5246, Section 7.4.1.2).
type FindSession struct {
	Asked
	Hello     *ClientHello
	SessionID []byte
	// SchemesCert and OIDFilters are as in [OpenTicket].
	SchemesCert []messages.SignatureScheme
	OIDFilters  []messages.OIDFilter
}

// Reply answers with the state, as once given by [SessionEstablished].State.
// The engine copies what it keeps.
func (q *FindSession) Reply(state []byte) Answer {
	return &SessionFound{Replied: Replied{q.ID}, State: state}
}

// None answers that there is no such session; the handshake goes on in full.
func (q *FindSession) None() Answer { return &SessionFound{Replied: Replied{q.ID}} }

// SessionFound answers [FindSession]. An empty State means none.
type SessionFound struct {
	Replied
	State []byte
}

// SealTicket asks a server's caller to turn State into a ticket that only it
// can open (RFC 8446, Section 4.6.1, and RFC 5077, Section 4). State holds a secret: it
// must be encrypted and authenticated, or kept and named by an identifier.
type SealTicket struct {
	Asked
	State []byte
	// Lifetime is in seconds, at most 604800.
	Lifetime uint32
}

// Reply answers with the ticket, of 1 to 32768 bytes; a larger one is not sent.
func (q *SealTicket) Reply(ticket []byte) Answer {
	return &TicketSealed{Replied: Replied{q.ID}, Ticket: ticket}
}

// None answers that no ticket shall be sent.
func (q *SealTicket) None() Answer { return &TicketSealed{Replied: Replied{q.ID}} }

// TicketSealed answers [SealTicket].
type TicketSealed struct {
	Replied
	Ticket []byte
}

// Refused answers any question with an end of the handshake.
type Refused struct {
	Replied
	// Alert is what the peer is told.
	Alert messages.Alert
	// Err says why; it is found in the engine's error by errors.As.
	Err error
}

func refused(id uint64, alert messages.Alert, err error) Answer {
	return &Refused{Replied: Replied{id}, Alert: alert, Err: err}
}

func (*ChooseConfig) event()     {}
func (*ChooseCredential) event() {}
func (*Sign) event()             {}
func (*VerifyPeer) event()       {}
func (*OpenTicket) event()       {}
func (*FindSession) event()      {}
func (*SealTicket) event()       {}
