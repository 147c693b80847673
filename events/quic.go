package events

import (
	"fmt"

	"github.com/tacitls/tacitls/messages"
)

// MaxTransportParameters is how many bytes the transport parameters of an end of
// QUIC may have.
const MaxTransportParameters = 1 << 14

// ProvideTransportParameters asks an end of QUIC for its transport parameters,
// encoded: a client before its first ClientHello, a server before EncryptedExtensions,
// when all but the certificate is agreed on, and known whether early data is taken
// (RFC 9001, Section 8.2, and RFC 9000, Section 7.4.1). The engine carries them and
// reads nothing in them.
type ProvideTransportParameters struct {
	Asked
	// Peer are the client's, on a server.
	Peer []byte
	// Hello is the client's hello on a server and nil on a client.
	Hello *ClientHello
}

// Reply answers with the parameters, of at most [MaxTransportParameters] bytes.
func (q *ProvideTransportParameters) Reply(parameters []byte) Answer {
	return &TransportParametersProvided{Replied: Replied{q.ID}, Parameters: parameters}
}

// Refuse ends the handshake with the alert given; err says why.
func (q *ProvideTransportParameters) Refuse(alert messages.Alert, err error) Answer {
	return refused(q.ID, alert, err)
}

// TransportParametersProvided answers [ProvideTransportParameters].
type TransportParametersProvided struct {
	Replied
	Parameters []byte
}

// TransportParametersReceived brings the peer's transport parameters, encoded. They
// are authenticated only once the handshake is complete (RFC 9001, Section 8.2).
type TransportParametersReceived struct {
	// Parameters must not be changed.
	Parameters []byte
}

// HandshakeConfirmed tells that the peer is known to have completed the handshake
// too: on a server as soon as it is complete, on a client once the caller has heard
// (RFC 9001, Section 4.1.2). Keys may be updated from here on.
type HandshakeConfirmed struct{}

func (q *ProvideTransportParameters) String() string {
	if q.Hello == nil {
		return "provide transport parameters?"
	}
	return fmt.Sprintf("provide transport parameters? the client has %d bytes", len(q.Peer))
}

func (e *TransportParametersReceived) String() string {
	return fmt.Sprintf("transport parameters received, %d bytes", len(e.Parameters))
}

func (e *HandshakeConfirmed) String() string { return "handshake confirmed" }

func (*ProvideTransportParameters) event()  {}
func (*TransportParametersReceived) event() {}
func (*HandshakeConfirmed) event()          {}
