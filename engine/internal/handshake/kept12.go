package handshake

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// Established12 is what a connection of TLS 1.2 keeps of its last handshake.
type Established12 struct {
	// Extended tells that the master secret covers the handshake; without that
	// nothing may be exported (RFC 7627, Section 5.4).
	Extended bool
	Hash     secrets.Hash
	Master   secrets.Secret
	Randoms  secrets.Randoms
	// Verify are the verify_data of the two Finished messages, by sender
	// (RFC 5746, Section 3.1).
	Verify  [2]VerifyData
	Resumed bool
	// Handshakes counts those of the connection.
	Handshakes int
}

// VerifyData is that of a Finished message of TLS 1.2.
type VerifyData [secrets.VerifyDataLen12]byte

// Previous is the handshake that a renegotiation continues (RFC 5746).
type Previous struct {
	Connection  events.Connection
	Established Established12
}

// Keys12 are the secrets of a handshake of TLS 1.2 under way.
type Keys12 struct {
	Master secrets.Secret
	Block  secrets.KeyBlock
}

// Establish12 keeps what outlives a handshake of TLS 1.2: exporters take from it
// (RFC 5705), and a renegotiation continues it.
func (hs *Context) Establish12(hash secrets.Hash, extended bool, verify [2]VerifyData) {
	handshakes := 1
	if last := hs.Established12; last != nil {
		handshakes += last.Handshakes
		last.Master.Wipe()
	}
	hs.Established12 = &Established12{
		Extended: extended, Hash: hash, Master: hs.Keys12.Master, Randoms: hs.Randoms,
		Verify: verify, Resumed: hs.Connection.Resumed, Handshakes: handshakes,
	}
}

// Restart begins another handshake on the connection, and gives the one that it
// continues.
func (hs *Context) Restart() *Previous {
	previous := &Previous{Connection: hs.Connection, Established: *hs.Established12}
	previous.Established.Master.Wipe()
	hs.Unfinished = &Unfinished{Previous: previous}
	hs.Connection = events.Connection{
		Role: hs.Role, Version: previous.Connection.Version, ALPN: previous.Connection.ALPN, Renegotiated: true,
	}
	return previous
}
