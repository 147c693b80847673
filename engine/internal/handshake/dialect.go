package handshake

import "github.com/tacitls/tacitls/messages"

// Dialect is what differs between the protocols that one handshake serves and
// that is a mere constant. What differs in the order of messages is in the
// tables, and what differs in their transport is in the carriers.
type Dialect struct {
	// LegacyVersion stands in the hellos (RFC 8446, Section 4.1.2).
	LegacyVersion messages.Version
	// Compatibility tells that session identifiers and change_cipher_spec
	// records may be used for the sake of middleboxes
	// (RFC 8446, Appendix D.4, and RFC 9001, Section 8.4).
	Compatibility bool
}

// Stream is TLS over a byte stream.
var Stream = &Dialect{LegacyVersion: messages.TLS12, Compatibility: true}
