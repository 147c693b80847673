package secrets

import (
	"hash"
	"slices"
)

// Transcript is the running hash over the handshake messages, RFC 8446, Section
// 4.4.1. Until the hash function is known it keeps the raw bytes; Use replays
// them and lets them go. It retains nothing of what Add is given.
//
// It keeps every byte given before Use: the caller bounds what it adds. The zero
// Transcript is empty and ready. Copy it by Clone alone: plain copies share one
// running hash.
type Transcript struct {
	hash    Hash
	running hash.Hash
	buffer  []byte
	retain  bool // goes on keeping raw bytes after Use
	scratch [maxHashSize]byte
}

// messageHash is the handshake type of the synthetic message of RFC 8446,
// Section 4.4.1.
const messageHash = 254

// Add appends one or more raw handshake messages, headers included, or any part
// of them.
func (t *Transcript) Add(raw []byte) {
	if t.running == nil || t.retain {
		t.buffer = append(t.buffer, raw...)
	}
	if t.running != nil {
		t.running.Write(raw)
	}
}

// Retain has Kept go on after Use, until Forget: a CertificateVerify of TLS 1.2
// signs the messages themselves. RFC 5246, Section 7.4.8.
func (t *Transcript) Retain() { t.retain = true }

// Forget ends what Retain began, and lets the bytes go. Before Use it changes
// nothing that Use needs.
func (t *Transcript) Forget() {
	t.retain = false
	if t.running != nil {
		t.buffer = nil
	}
}

// Use chooses the hash function and replays what was kept. The first choice
// stands: later calls change nothing, and neither does an unknown Hash.
func (t *Transcript) Use(h Hash) {
	if t.running != nil || h.Size() == 0 {
		return
	}
	t.hash = h
	t.running = h.New()
	t.running.Write(t.buffer)
	t.buffer = t.retained()
}

// ordinaryFlight is about what a server's flight in TLS 1.2 takes, in bytes.
const ordinaryFlight = 2 << 10

// retained is the buffer to go on with: with room for a flight, so that it need
// not grow by and by, or none.
func (t *Transcript) retained() []byte {
	if !t.retain {
		return nil
	}
	return slices.Grow(t.buffer, ordinaryFlight)
}

// Hash returns the hash function chosen, and the zero Hash before Use.
func (t *Transcript) Hash() Hash { return t.hash }

// Sum appends the hash of everything added to dst, without allocating when dst
// has room. Before Use it appends nothing.
func (t *Transcript) Sum(dst []byte) []byte {
	if t.running == nil {
		return dst
	}
	return append(dst, t.running.Sum(t.scratch[:0])...)
}

// SumWith appends to dst the hash under h of everything added followed by extra,
// and changes nothing in t. A client needs it before the hash function is chosen:
// each PSK's binder is over the hash of that PSK. RFC 8446, Section 4.2.11.2.
// After Use an h other than the one chosen cannot be had, and appends nothing.
// It allocates one running hash.
func (t *Transcript) SumWith(h Hash, dst []byte, extra ...[]byte) []byte {
	var running hash.Hash
	switch {
	case t.running == nil:
		if running = h.New(); running == nil {
			return dst
		}
		running.Write(t.buffer)
	case t.hash == h:
		running = t.cloneRunning()
	}
	if running == nil {
		return dst
	}
	for _, e := range extra {
		running.Write(e)
	}
	return running.Sum(dst)
}

// Restart replaces everything added by the synthetic message_hash message over
// it, as a HelloRetryRequest asks. RFC 8446, Section 4.4.1. The caller has chosen
// the hash function, which the HelloRetryRequest names, and adds that message
// next. Before Use it changes nothing.
func (t *Transcript) Restart() {
	if t.running == nil {
		return
	}
	t.RestartFrom(t.running.Sum(t.scratch[:0]))
}

// RestartFrom is Restart for who has nothing of the first ClientHello but sum, its
// hash, as a server has that put it into a cookie. RFC 8446, Section 4.2.2. Before
// Use it changes nothing.
func (t *Transcript) RestartFrom(sum []byte) {
	if t.running == nil {
		return
	}
	t.running.Reset()
	t.running.Write([]byte{messageHash, 0, 0, byte(len(sum))})
	t.running.Write(sum)
}

// Clone returns a copy that goes its own way.
func (t *Transcript) Clone() Transcript {
	c := Transcript{hash: t.hash, retain: t.retain}
	if t.running != nil {
		c.running = t.cloneRunning()
	}
	if len(t.buffer) > 0 {
		c.buffer = append([]byte(nil), t.buffer...)
	}
	return c
}

// Kept returns the concatenation of everything added before Use, and after it for
// as long as Retain holds. A CertificateVerify of TLS 1.2 is over these bytes, by
// a hash function that need not be the PRF's. The slice aliases the transcript,
// and is valid until the next Add, Use, Forget or Wipe. RFC 5246, Section 7.4.8.
func (t *Transcript) Kept() []byte { return t.buffer[:len(t.buffer):len(t.buffer)] }

// Wipe forgets everything added and the hash function. The transcript can be
// used anew.
func (t *Transcript) Wipe() {
	clear(t.buffer)
	*t = Transcript{}
}

// cloneRunning copies the running hash. Every hash function of the standard
// library implements hash.Cloner, so nil is out of reach.
func (t *Transcript) cloneRunning() hash.Hash {
	cloner, ok := t.running.(hash.Cloner)
	if !ok {
		return nil
	}
	c, err := cloner.Clone()
	if err != nil {
		return nil
	}
	return c
}
