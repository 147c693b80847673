package handshake

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Offer is what a client has offered, kept until the server has chosen. It is
// not changed once it is in a state.
type Offer struct {
	// Hello is the message as sent, but for pre_shared_key.
	Hello *messages.ClientHello
	// Types are those of all extensions sent.
	Types  []messages.ExtensionType
	Shares []Share
	// Session is the one offered to resume, or nil.
	Session *events.Session
	// PSKs are the keys of pre_shared_key, in order, that of the session first.
	PSKs []OfferedPSK
	// EarlyData is how many bytes of it may be written, or 0.
	EarlyData uint32
	// Retry is what a HelloRetryRequest has fixed, or nil.
	Retry *Retry
	// Compatible tells that change_cipher_spec has been sent, or will not be.
	Compatible bool
	// Previous is the handshake that this one continues, or nil.
	Previous *Previous
}

// OfferedPSK is a pre-shared key offered.
type OfferedPSK struct {
	Identity []byte
	Hash     secrets.Hash
	Kind     secrets.PSKKind
	Early    secrets.Early
	// Session is that of a ticket, nil for an external key.
	Session *events.Session
}

// Share is a key share offered.
type Share struct {
	Group   messages.Group
	Private secrets.PrivateShare
}

// Retry is what a HelloRetryRequest has fixed (RFC 8446, Section 4.1.4).
type Retry struct {
	Suite *secrets.Suite
	// Group is 0 if the retry was for a cookie alone.
	Group messages.Group
}

// Hello is a ClientHello that a server has received and taken apart. It is not
// changed once it is in a state.
type Hello struct {
	Raw     []byte
	Message messages.ClientHello
	// Info is what questions show of it.
	Info *events.ClientHello
	// Previous is the handshake that this one continues, or nil.
	Previous *Previous
}

// Compatible tells whether a server sends change_cipher_spec: it must where the
// client uses the middlebox compatibility mode, and may otherwise
// (RFC 8446, Appendix D.4).
func (h *Hello) Compatible(hs *Context) bool {
	return hs.Dialect.Compatibility && (hs.Policy.Compatibility || len(h.Message.SessionID) > 0)
}
