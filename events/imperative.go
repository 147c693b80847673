package events

import (
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Send asks the caller to give Bytes to the transport, in the order of the
// events. Bytes belongs to the [Output] and is valid until its Reset.
type Send struct {
	// Level is the level of the bytes. Over a byte stream records are
	// protected already and Level tells nothing that the caller needs.
	Level Level
	Bytes []byte
}

// InstallKeys asks the caller to protect one direction of one level with keys
// made from Secret, from here on in the stream of events (RFC 9001, Section 4.1.4).
// Only engines whose transport protects packets emit it; an engine over a byte
// stream changes its own keys and tells of it by [KeysChanged].
type InstallKeys struct {
	Level     Level
	Direction Direction
	Suite     messages.CipherSuite
	Secret    secrets.Secret
}

// DiscardKeys asks the caller to forget the keys of a level in both directions
// (RFC 9001, Section 4.9).
type DiscardKeys struct {
	Level Level
}

func (*Send) event()        {}
func (*InstallKeys) event() {}
func (*DiscardKeys) event() {}
