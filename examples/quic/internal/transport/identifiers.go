package transport

import (
	"bytes"

	"github.com/tacitls/tacitls/secrets"
)

// peerIDs are the connection IDs that the peer has given out for packets to it
// (RFC 9000, Section 5.1). The first is used until the peer retires it; there is no
// other reason to change.
type peerIDs struct {
	known   []peerID // at most maxPeerIDs; the one in use is the first
	before  uint64   // those with a lower sequence number are retired
	retired []uint64 // to be told to the peer
}

type peerID struct {
	sequence uint64
	id       []byte
}

const (
	// maxPeerIDs is the active_connection_id_limit, which has this default.
	maxPeerIDs = 2
	// maxRetired bounds how many are retired that the peer has not heard of.
	maxRetired = 16
)

// first sets the one that the peer begins with.
func (p *peerIDs) first(id []byte) { p.known = []peerID{{0, bytes.Clone(id)}} }

// current is the one in use.
func (p *peerIDs) current() []byte { return p.known[0].id }

// add takes a NEW_CONNECTION_ID (RFC 9000, Section 19.15).
func (p *peerIDs) add(f *frame) error {
	if len(f.data) == 0 || len(f.data) > secrets.MaxConnectionID || f.value > f.id {
		return refuse(codeFrameEncoding, f.kind, "connection ID %d of %d bytes, retiring %d", f.id, len(f.data), f.value)
	}
	if len(p.current()) == 0 {
		return refuse(codeProtocolViolation, f.kind, "the peer has no connection IDs")
	}
	for _, known := range p.known {
		if (known.sequence == f.id) != bytes.Equal(known.id, f.data) {
			return refuse(codeProtocolViolation, f.kind, "connection ID %d is another", f.id)
		}
		if known.sequence == f.id {
			return nil
		}
	}
	p.before = max(p.before, f.value)
	if f.id < p.before {
		p.retire(f.id)
	} else {
		p.known = append(p.known, peerID{f.id, bytes.Clone(f.data)})
	}
	kept := p.known[:0]
	for _, known := range p.known {
		if known.sequence < p.before {
			p.retire(known.sequence)
			continue
		}
		kept = append(kept, known)
	}
	p.known = kept // one at least: whoever moved before brought one that is not below it
	if len(p.known) > maxPeerIDs || len(p.retired) > maxRetired {
		return refuse(codeConnectionIDLimit, f.kind, "%d connection IDs, and %d retired", len(p.known), len(p.retired))
	}
	return nil
}

// retire tells the peer that a connection ID is not used any more.
func (p *peerIDs) retire(sequence uint64) {
	for _, known := range p.retired {
		if known == sequence {
			return
		}
	}
	p.retired = append(p.retired, sequence)
}
