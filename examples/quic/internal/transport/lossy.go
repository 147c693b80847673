package transport

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
)

// Lossy is a socket that loses some of the datagrams that are sent by it, sends some
// twice, and has some overtaken by the next.
type Lossy struct {
	Socket
	// Percent is how many of a hundred are lost. Half as many are sent twice, and half as
	// many are overtaken.
	Percent int
	// Chance decides; with the same seed it does so alike.
	Chance *rand.Rand

	kept []byte // to be overtaken
	to   netip.AddrPort
}

// WriteToUDPAddrPort implements [Socket].
func (l *Lossy) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	kept, at := l.kept, l.to
	l.kept = nil
	if l.Chance.IntN(100) >= l.Percent {
		if err := l.send(b, to, kept == nil); err != nil {
			return 0, err
		}
	}
	if kept != nil {
		return l.Socket.WriteToUDPAddrPort(kept, at)
	}
	return len(b), nil
}

// send sends once, twice, or behind the next if it may be kept.
func (l *Lossy) send(b []byte, to netip.AddrPort, may bool) error {
	const all = 200
	draw := l.Chance.IntN(all)
	switch {
	case draw < l.Percent && may:
		l.kept, l.to = bytes.Clone(b), to
		return nil
	case draw < 2*l.Percent && draw >= l.Percent:
		if _, err := l.Socket.WriteToUDPAddrPort(b, to); err != nil {
			return err
		}
	}
	_, err := l.Socket.WriteToUDPAddrPort(b, to)
	return err
}
