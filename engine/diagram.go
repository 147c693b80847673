package engine

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
)

// Diagram is the machine of a role over a transport as a Mermaid state diagram: every
// edge that there is.
func Diagram(role events.Role, transport events.Transport) string {
	dialect := handshake.Stream
	if transport == events.OverQUIC {
		dialect = handshake.QUIC
	}
	return machineOf(role, dialect).Diagram()
}
