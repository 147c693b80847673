package secrets

import "fmt"

// The key schedule of RFC 8446, Section 7.1. Each stage is a type that offers
// what may be derived there and the step to the next, so that an order the RFC
// does not know does not compile:
//
//	NewEarly ── binders, early traffic, early exporter
//	   │ Handshake(shared)
//	Handshake ─ handshake traffic of both sides
//	   │ Main()
//	Main ────── application traffic of both sides, exporter, resumption
//
// Every argument named transcriptHash is the hash of the messages the RFC lists
// for that secret, as long as the digest of the stage's hash; bytes past 255 are
// not read.

// PSKKind says where a PSK comes from, which its binder is bound to.
type PSKKind uint8

const (
	// ResumptionPSK is a PSK of an earlier connection's ticket.
	ResumptionPSK PSKKind = iota
	// ExternalPSK is a PSK provisioned by other means.
	ExternalPSK
	// ImportedPSK is a PSK made by the importer of RFC 9258.
	ImportedPSK
)

func (k PSKKind) label() string {
	switch k {
	case ExternalPSK:
		return "ext binder"
	case ImportedPSK:
		return "imp binder"
	}
	return "res binder"
}

// stage is what the three stages have in common: a secret and the hash function
// and label prefix it is used with.
type stage struct {
	hash   Hash
	prefix Prefix
	secret Secret
}

func (s *stage) derive(label string, transcriptHash []byte) Secret {
	if len(transcriptHash) > maxContext {
		transcriptHash = transcriptHash[:maxContext]
	}
	return s.hash.deriveSecret(&s.secret, s.prefix, label, transcriptHash)
}

// next extracts the secret of the following stage from ours and new input.
func (s *stage) next(input []byte) stage {
	salt := s.hash.deriveEmpty(&s.secret, s.prefix, "derived")
	n := stage{hash: s.hash, prefix: s.prefix, secret: s.hash.extract(salt.Bytes(), input)}
	salt.Wipe()
	return n
}

// Early is the stage of the Early Secret.
type Early struct{ s stage }

// NewEarly starts the key schedule of TLS and QUIC from psk, or from zeros when
// psk is nil. A psk may be of any length and is not retained.
func NewEarly(h Hash, psk []byte) Early { return NewEarlyFor(TLSPrefix, h, psk) }

// NewEarlyFor is NewEarly with the labels of another protocol.
func NewEarlyFor(p Prefix, h Hash, psk []byte) Early {
	return Early{stage{hash: h, prefix: p, secret: h.extract(nil, psk)}}
}

// BinderMAC appends to dst the binder of the PSK this stage was made from, over
// the hash of the ClientHello up to its binders. RFC 8446, Section 4.2.11.2.
func (e *Early) BinderMAC(kind PSKKind, transcriptHash, dst []byte) []byte {
	base := e.s.hash.deriveEmpty(&e.s.secret, e.s.prefix, kind.label())
	dst = finishedMAC(e.s.hash, e.s.prefix, &base, transcriptHash, dst)
	base.Wipe()
	return dst
}

// ClientTraffic returns client_early_traffic_secret, over ClientHello.
func (e *Early) ClientTraffic(transcriptHash []byte) Secret {
	return e.s.derive("c e traffic", transcriptHash)
}

// Exporter returns early_exporter_master_secret, over ClientHello.
func (e *Early) Exporter(transcriptHash []byte) Secret {
	return e.s.derive("e exp master", transcriptHash)
}

// Handshake moves on with the shared secret of the key exchange, or with zeros
// when shared is nil, as in psk_ke. It is not retained.
func (e *Early) Handshake(shared []byte) Handshake { return Handshake{e.s.next(shared)} }

// Wipe overwrites the secret.
func (e *Early) Wipe() { e.s = stage{} }

// Format hides the secret from every verb.
func (e Early) Format(f fmt.State, _ rune) { writeHidden(f, "early secret", e.s.secret.Len()) }

// Handshake is the stage of the Handshake Secret.
type Handshake struct{ s stage }

// ClientTraffic returns client_handshake_traffic_secret, over ClientHello to
// ServerHello.
func (h *Handshake) ClientTraffic(transcriptHash []byte) Secret {
	return h.s.derive("c hs traffic", transcriptHash)
}

// ServerTraffic returns server_handshake_traffic_secret, over ClientHello to
// ServerHello.
func (h *Handshake) ServerTraffic(transcriptHash []byte) Secret {
	return h.s.derive("s hs traffic", transcriptHash)
}

// Main moves on to the last stage.
func (h *Handshake) Main() Main { return Main{h.s.next(nil)} }

// Wipe overwrites the secret.
func (h *Handshake) Wipe() { h.s = stage{} }

// Format hides the secret from every verb.
func (h Handshake) Format(f fmt.State, _ rune) {
	writeHidden(f, "handshake secret", h.s.secret.Len())
}

// Main is the stage of the Master Secret.
type Main struct{ s stage }

// ClientTraffic returns client_application_traffic_secret_0, over ClientHello to
// server Finished.
func (m *Main) ClientTraffic(transcriptHash []byte) Secret {
	return m.s.derive("c ap traffic", transcriptHash)
}

// ServerTraffic returns server_application_traffic_secret_0, over ClientHello to
// server Finished.
func (m *Main) ServerTraffic(transcriptHash []byte) Secret {
	return m.s.derive("s ap traffic", transcriptHash)
}

// Exporter returns exporter_master_secret, over ClientHello to server Finished.
func (m *Main) Exporter(transcriptHash []byte) Secret {
	return m.s.derive("exp master", transcriptHash)
}

// Resumption returns resumption_master_secret, over ClientHello to client
// Finished.
func (m *Main) Resumption(transcriptHash []byte) Secret {
	return m.s.derive("res master", transcriptHash)
}

// Wipe overwrites the secret.
func (m *Main) Wipe() { m.s = stage{} }

// Format hides the secret from every verb.
func (m Main) Format(f fmt.State, _ rune) { writeHidden(f, "main secret", m.s.secret.Len()) }
