package events

// Transport is what a connection runs over.
type Transport uint8

// The transports.
const (
	// OverStream is a byte stream: TLS in records (RFC 8446, Section 5).
	OverStream Transport = iota
	// OverQUIC is QUIC, which protects packets itself (RFC 9001).
	OverQUIC
)

func (t Transport) String() string {
	if t == OverQUIC {
		return "quic"
	}
	return "stream"
}
