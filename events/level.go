package events

// Level is an encryption level: which keys protect a byte
// (RFC 8446, Section 7.1, and RFC 9001, Section 4).
type Level uint8

// The encryption levels in the order in which a connection reaches them.
const (
	Initial     Level = iota // no keys, or those of the transport
	EarlyData                // 0-RTT keys
	Handshake                // handshake traffic keys
	Application              // application traffic keys
)

func (l Level) String() string {
	switch l {
	case Initial:
		return "initial"
	case EarlyData:
		return "early_data"
	case Handshake:
		return "handshake"
	case Application:
		return "application"
	}
	return "level(?)"
}

// Direction tells reading from writing, seen from the engine.
type Direction uint8

// The two directions of a connection.
const (
	Read Direction = iota
	Write
)

func (d Direction) String() string {
	if d == Write {
		return "write"
	}
	return "read"
}

// Role tells the client from the server (RFC 8446, Section 1.1).
type Role uint8

// The two ends of a connection.
const (
	Client Role = iota
	Server
)

func (r Role) String() string {
	if r == Server {
		return "server"
	}
	return "client"
}

// Peer is the other role.
func (r Role) Peer() Role { return 1 - r }
