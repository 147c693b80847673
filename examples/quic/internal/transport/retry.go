package transport

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// A server that is asked to shows its Retry to whoever comes without a token: the next
// Initial packet brings the token back, which says that somebody reads what is sent to
// that address, and where the first packet went. The server remembers nothing
// (RFC 9000, Section 8.1.2).

// retried is what a token says.
type retried struct{ original []byte }

const (
	// tokenLife is how long a token serves.
	tokenLife = 10 * time.Second
	// retryRoom is what a token of a Retry leaves of a datagram for frames, in bytes. A
	// client could say little or nothing behind one that is longer.
	retryRoom = 256
)

// newToken makes a token for a client at an address, whose packets went to original and
// will go to source: the time and original in clear, and a MAC over everything.
func (s *Server) newToken(now time.Time, remote netip.AddrPort, original, source []byte) []byte {
	token := binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli()))
	token = append(token, original...)
	return append(token, s.tokenMAC(remote, token, source)...)
}

// openToken reads a token that is in order.
func (s *Server) openToken(now time.Time, remote netip.AddrPort, token, source []byte) (*retried, bool) {
	const stampLen = 8
	at := len(token) - sha256.Size
	if at < stampLen || !hmac.Equal(token[at:], s.tokenMAC(remote, token[:at], source)) {
		return nil, false
	}
	age := now.Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(token))))
	return &retried{append([]byte{}, token[stampLen:at]...)}, age >= 0 && age <= tokenLife
}

func (s *Server) tokenMAC(remote netip.AddrPort, said, source []byte) []byte {
	mac := hmac.New(sha256.New, s.tokenKey[:])
	for _, part := range [][]byte{[]byte(remote.String()), said, source} {
		mac.Write(appendOpaque(nil, part))
	}
	return mac.Sum(nil)
}

// retryPacket answers an Initial packet by a Retry.
func (s *Server) newRetry(now time.Time, remote netip.AddrPort, p *packet, source []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{longForm | fixedBit | byte(retryPacket)<<kindShift}, uint32(version))
	b = append(append(b, byte(len(p.source))), p.source...)
	b = append(append(b, byte(len(source))), source...)
	b = append(b, s.newToken(now, remote, p.destination, source)...)
	tag, err := secrets.RetryTag(version, p.destination, b)
	if err != nil {
		return nil
	}
	return append(b, tag[:]...)
}

// receiveRetry has a client begin anew with the token of a Retry, under keys of the
// connection ID that it brings. It comes first or not at all, and once
// (RFC 9000, Section 17.2.5.2); it brings another connection ID than the client has chosen
// itself (RFC 9000, Section 17.2.5.1), and a token that a datagram has room for.
func (c *Conn) receiveRetry(p *packet) {
	token, sent := p.token[:len(p.token)-secrets.RetryTagLen], p.token[len(p.token)-secrets.RetryTagLen:]
	if c.role == events.Server || c.firstPeerID != nil || c.retrySource != nil || len(token) == 0 {
		return
	}
	next := packet{kind: initialPacket, destination: p.source, source: c.id, token: token}
	if bytes.Equal(p.source, c.original) || next.headerLen()+tagLen+retryRoom > maxDatagram {
		return
	}
	tag, err := secrets.RetryTag(version, c.original, p.raw[:len(p.raw)-secrets.RetryTagLen])
	if err != nil || string(tag[:]) != string(sent) {
		return
	}
	c.token = append([]byte{}, token...)
	c.retrySource = append([]byte{}, p.source...)
	c.peerIDs.first(c.retrySource)
	c.keys[events.Initial].forget()
	if c.installInitial(c.retrySource) != nil {
		return
	}
	// What was sent has not been read. The numbers of the packets go on.
	c.probe()
	c.probes = 0
}
