package answer

import (
	"fmt"
	"io"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// PSK is a pre-shared key with the identity that names it (RFC 4279). The key
// should have at least 128 bits of entropy: whoever sees a handshake can try
// guesses (RFC 4279, Section 7.2).
type PSK struct {
	Identity []byte
	Key      []byte
	// Hash is the hash function that the key is for in TLS 1.3, where zero is
	// SHA-256, and Imported tells that it comes of [secrets.ImportPSK].
	Hash     secrets.Hash
	Imported bool
}

// Format hides the key.
func (p PSK) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "psk(%q, %d bytes)", p.Identity, len(p.Key))
}

// PSKTable has the keys of identities, for [Server].PSK. Nothing of it may change once
// in use.
type PSKTable map[string]*PSK

// NewPSKTable is a table of keys by their identities. Of two with one identity it has
// the last.
func NewPSKTable(keys ...*PSK) PSKTable {
	t := PSKTable{}
	for _, key := range keys {
		t[string(key.Identity)] = key
	}
	return t
}

// Lookup gives the key of an identity, or nil.
func (t PSKTable) Lookup(identity []byte) *PSK { return t[string(identity)] }

// Format hides the keys.
func (t PSKTable) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%d psks", len(t)) }

// offerPSKs gives the keys for a server of TLS 1.3, if there are any.
func (c *Client) offerPSKs(q *events.OfferPSKs) events.Answer {
	if c.PSKs != nil {
		var keys []*events.PSK
		for _, psk := range c.PSKs(q) {
			if psk != nil {
				keys = append(keys, psk.event())
			}
		}
		return q.Reply(keys...)
	}
	psk := c.PSK
	if c.ChoosePSK != nil {
		psk = c.ChoosePSK(&events.OfferPSK{ServerName: q.ServerName})
	}
	if psk == nil {
		return q.None()
	}
	return q.Reply(psk.event())
}

// event is the key as an answer has it.
func (p *PSK) event() *events.PSK {
	return &events.PSK{Identity: p.Identity, Key: p.Key, Hash: p.Hash, Imported: p.Imported}
}

// offerPSK gives the key for a server, or ends the handshake.
func (c *Client) offerPSK(q *events.OfferPSK) events.Answer {
	psk := c.PSK
	if c.ChoosePSK != nil {
		psk = c.ChoosePSK(q)
	}
	// What was imported is for TLS 1.3 alone (RFC 9258, Section 5.1).
	if psk == nil || psk.Imported {
		return q.None()
	}
	return q.Reply(psk.Identity, psk.Key)
}

// choosePSK gives the key of the first identity that is known, for the version and by
// a hash function of both ends.
func (s *Server) choosePSK(q *events.ChoosePSK) events.Answer {
	for i, identity := range q.Identities {
		psk := s.known(identity, q.Version)
		if psk == nil || !q.Takes(psk.Hash) {
			continue
		}
		return q.ReplyWith(i, &events.PSK{Identity: identity, Key: psk.Key, Hash: psk.Hash, Imported: psk.Imported})
	}
	if !s.HidePSKIdentities || q.Version == messages.TLS13 && s.hasCertificates() {
		return q.None()
	}
	unknown := &events.PSK{Key: make([]byte, unknownPSKLen)}
	if len(q.Hashes) > 0 {
		unknown.Hash = q.Hashes[0]
	}
	if _, err := io.ReadFull(s.Signing.random(), unknown.Key); err != nil {
		return q.None()
	}
	return q.ReplyWith(0, unknown)
}

// known gives the key of an identity for a version, or nil.
func (s *Server) known(identity []byte, version messages.Version) *PSK {
	if s.PSK == nil {
		return nil
	}
	psk := s.PSK(identity)
	if psk == nil || len(psk.Key) == 0 || psk.Imported && version != messages.TLS13 {
		// What was imported is for TLS 1.3 alone (RFC 9258, Section 5.1).
		return nil
	}
	return psk
}

// keeps tells whether a session is of a client that the keys of today know. One that
// began without a key is good where clients are served without one.
func (s *Server) keeps(session *events.Session) bool {
	if len(session.PSKIdentity) == 0 {
		return s.PSK == nil || s.hasCertificates()
	}
	return s.known(session.PSKIdentity, session.Version) != nil
}

// hasCertificates tells that a client may be served without a key.
func (s *Server) hasCertificates() bool { return len(s.Certificates) > 0 || s.Choose != nil }

// unknownPSKLen is the length in bytes of a key that nobody has.
const unknownPSKLen = 32
