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
	// Tickets is how many may come in a row: where data goes in records, without data
	// between them.
	Tickets int
}

const (
	// MaxTickets is how many tickets may come without data between them.
	MaxTickets = 32
	// MaxTicketsQUIC is how many may come on a connection of QUIC, whose data nobody
	// here sees.
	MaxTicketsQUIC = 256
)

// Stream is TLS over a byte stream.
var Stream = &Dialect{Transport: events.OverStream, LegacyVersion: messages.TLS12, Compatibility: true, Records: true, Tickets: MaxTickets}

// QUIC is TLS without records (RFC 9001).
var QUIC = &Dialect{
	Transport: events.OverQUIC, LegacyVersion: messages.TLS12,
	Parameters: true, NeedsProtocol: true, EarlyDataLimit: 1<<32 - 1, Tickets: MaxTicketsQUIC,
}
