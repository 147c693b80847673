package events

import (
	"fmt"
	"strings"
)

// extras is the text of what few connections have.
func (c *Connection) extras() string {
	var b strings.Builder
	if c.LocalCompression != 0 {
		fmt.Fprintf(&b, ", local_compression=%v", c.LocalCompression)
	}
	if c.PeerCompression != 0 {
		fmt.Fprintf(&b, ", peer_compression=%v", c.PeerCompression)
	}
	if c.LocalDelegated != nil {
		fmt.Fprintf(&b, ", local_delegated=%v", c.LocalDelegated.Key.Scheme)
	}
	if c.PeerDelegated != nil {
		fmt.Fprintf(&b, ", peer_delegated=%v", c.PeerDelegated.Key.Scheme)
	}
	if c.TicketsAgreed {
		fmt.Fprintf(&b, ", tickets_expected=%d", c.TicketsExpected)
	}
	if c.SRTPProfile != 0 {
		fmt.Fprintf(&b, ", srtp=%v mki=%x", c.SRTPProfile, c.SRTPMKI)
	}
	return b.String()
}
