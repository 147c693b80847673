package handshake

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Dialect is what differs between the protocols that one handshake serves and
// is no more than a constant.
type Dialect struct {
	// Transport is what the connection runs over, which its sessions are bound to.
	Transport events.Transport
	// LegacyVersion stands in the hellos (RFC 8446, Section 4.1.2).
	LegacyVersion messages.Version
	// Compatibility tells that session identifiers and change_cipher_spec
	// records may be used for the sake of middleboxes
	// (RFC 8446, Appendix D.4, and RFC 9001, Section 8.4).
	Compatibility bool
	// Records tells that data goes in records under keys of the handshake's: early
	// data then has an end among the messages (RFC 8446, Section 4.5, and RFC 9001,
	// Section 8.3), and the size of records can be agreed on.
	Records bool
	// Parameters tells that either end has transport parameters
	// (RFC 9001, Section 8.2).
	Parameters bool
	// NeedsProtocol tells that an application protocol has to be agreed on
	// (RFC 9001, Section 8.1).
	NeedsProtocol bool
	// EarlyDataLimit is what every ticket that allows early data has to say, or 0
	// (RFC 9001, Section 4.6.1).
	EarlyDataLimit uint32
}

// Stream is TLS over a byte stream.
var Stream = &Dialect{Transport: events.OverStream, LegacyVersion: messages.TLS12, Compatibility: true, Records: true}

// QUIC is TLS without records (RFC 9001).
var QUIC = &Dialect{
	Transport: events.OverQUIC, LegacyVersion: messages.TLS12,
	Parameters: true, NeedsProtocol: true, EarlyDataLimit: 1<<32 - 1,
}
