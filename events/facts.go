package events

import (
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// PeerHelloReceived tells that the peer's hello was understood: on a server
// the ClientHello was decoded, on a client the server's choice was accepted.
type PeerHelloReceived struct {
	// Hello is set on a server.
	Hello *ClientHello
	// Version is the version agreed on; zero on a server, which has not chosen
	// yet.
	Version messages.Version
}

// KeysChanged tells that one direction of a byte stream is under new keys from
// here on; at the level Initial, behind early data, under none again.
type KeysChanged struct {
	Level     Level
	Direction Direction
	Suite     messages.CipherSuite
	// Generation counts the changes of this direction's keys at the level, by key
	// updates or by renegotiations, from 0
	// (RFC 8446, Section 4.6.3).
	Generation uint64
}

// SecretDerived brings a secret with its label for a key log, in the form that
// SSLKEYLOGFILE readers know. It is emitted only where the config asks for it:
// whoever reads it can read the connection.
type SecretDerived struct {
	// Label is such as CLIENT_HANDSHAKE_TRAFFIC_SECRET.
	Label        string
	ClientRandom [32]byte
	Secret       secrets.Secret
}

// HandshakeCompleted tells that this end has verified the peer's Finished and
// sent its own: application data may flow both ways.
type HandshakeCompleted struct {
	Connection Connection
}

// DataReceived brings application data. Bytes aliases the buffer given to
// Receive or the Output, and is valid until the Output's Reset.
type DataReceived struct {
	Bytes []byte
}

// TicketReceived brings a client a session to resume from. Each may be used
// once (RFC 8446, Appendix C.4).
type TicketReceived struct {
	Session *Session
}

// PeerAuthenticated tells a server that the client has answered a request for its
// certificate after the handshake (RFC 8446, Section 4.6.2): the chain was accepted,
// and the client has its key.
type PeerAuthenticated struct {
	// Context is that of the request, as the command gave it.
	Context []byte
	// Declined tells that the client has shown none; what was known of it stays.
	Declined bool
	// Connection has what the client has shown.
	Connection Connection
}

// SessionEstablished brings a server of TLS 1.2 a session to keep under
// SessionID, for [FindSession] to ask for. State holds a secret.
type SessionEstablished struct {
	SessionID []byte
	State     []byte
	// Lifetime is in seconds, at most 604800.
	Lifetime uint32
}

// FalseStarted tells a client of TLS 1.2 that it may write before the server's
// Finished has come: whoever is at the other end has the key of the certificate,
// but what was agreed on is not confirmed yet (RFC 7918, Section 3). It is emitted only
// where the config asks for it.
type FalseStarted struct {
	Connection Connection
}

// SupplementalDataReceived brings what the peer sent in a SupplementalData
// message (RFC 4680, Section 2). Nothing in it is to be believed before the
// handshake is complete, and no more than the peer is.
type SupplementalDataReceived struct {
	Entries []messages.SupplementalDataEntry
	// Protected tells that it came encrypted, in a renegotiation.
	Protected bool
}

// RenegotiationRequested tells a client whose config renegotiates explicitly that
// the server wishes for another handshake, which may be passed over
// (RFC 5246, Section 7.4.1.1).
type RenegotiationRequested struct{}

// RenegotiationDeclined tells that the peer answered no_renegotiation to this
// end's wish, or closed without having heard of it. The connection goes on as
// before (RFC 5746, Section 4.2).
type RenegotiationDeclined struct{}

// PeerClosed tells that the peer sent close_notify: no more data will come,
// and nothing was cut off (RFC 8446, Section 6.1). This end may still write.
type PeerClosed struct{}

// WarningReceived tells of an alert that changes nothing, such as
// user_canceled (RFC 8446, Section 6.1).
type WarningReceived struct {
	Alert messages.Alert
}

// Failed tells that the connection is over. It is the last event of a
// connection; a Send before it may carry the alert.
type Failed struct {
	// Err is the engine's error, the same that the method returned.
	Err error
}

// MessageSent traces a handshake message. Traces are emitted only where the
// config asks for them.
type MessageSent struct {
	Level Level
	Type  messages.HandshakeType
	// Raw is the message with its header. It must not be changed.
	Raw []byte
}

// MessageReceived traces a handshake message of the peer's.
type MessageReceived struct {
	Level Level
	Type  messages.HandshakeType
	// Raw is the message with its header. It must not be changed.
	Raw []byte
}

// RecordSent traces a record.
type RecordSent struct {
	Level Level
	// Type is the content type inside the protection (RFC 8446, Section 5.2).
	Type uint8
	// Size is that of the whole record in bytes, header included.
	Size int
}

// RecordReceived traces a record of the peer's.
type RecordReceived struct {
	Level Level
	// Type is the content type inside the protection (RFC 8446, Section 5.2).
	Type uint8
	// Size is that of the whole record in bytes, header included.
	Size int
}

func (*PeerHelloReceived) event()        {}
func (*KeysChanged) event()              {}
func (*SecretDerived) event()            {}
func (*HandshakeCompleted) event()       {}
func (*DataReceived) event()             {}
func (*TicketReceived) event()           {}
func (*PeerAuthenticated) event()        {}
func (*SessionEstablished) event()       {}
func (*FalseStarted) event()             {}
func (*SupplementalDataReceived) event() {}
func (*RenegotiationRequested) event()   {}
func (*RenegotiationDeclined) event()    {}
func (*PeerClosed) event()               {}
func (*WarningReceived) event()          {}
func (*Failed) event()                   {}
func (*MessageSent) event()              {}
func (*MessageReceived) event()          {}
func (*RecordSent) event()               {}
func (*RecordReceived) event()           {}
