package handshake

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Start is the command that begins a client's handshake.
type Start struct{}

// UpdateKeys is the command that puts what is written under new keys
// (RFC 8446, Section 4.6.3).
type UpdateKeys struct{ Request messages.KeyUpdateRequest }

// IssueTicket is the command that has a server send another ticket.
type IssueTicket struct {
	NoEarlyData bool
	Application []byte
}

// RequestCertificate is the command that has a server ask for a certificate
// after the handshake (RFC 8446, Section 4.6.2).
type RequestCertificate struct{ Context []byte }

// Renegotiate is the command that begins another handshake of TLS 1.2
// (RFC 5246, Section 7.4.1.1).
type Renegotiate struct{}

// RenegotiationDeclined is the alert of the peer's that says so
// (RFC 5246, Section 7.2.2).
type RenegotiationDeclined struct{}

// ChangeCipherSpec is the record of that type, which TLS 1.2 counts as an input
// of the machine (RFC 5246, Section 7.1).
type ChangeCipherSpec struct{}

// ConfigChosen is the answer to events.ChooseConfig with its config compiled;
// nil keeps the policy.
type ConfigChosen struct {
	events.Replied
	Policy *Policy
}
