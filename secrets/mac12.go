package secrets

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding"
	"encoding/binary"
	"hash"
)

// The HMAC of CBC records, RFC 5246, Section 6.2.3.1. One running hash serves a
// direction for good: the states after the inner and the outer key block are kept
// and put back, so that a record costs no allocation and no compression of keys.
//
// Where the MAC was encrypted, the length of what it is over is known only from
// padding the peer may have forged, and must not show in the time this takes. See
// sumSecret.

// macHash names the hash function of a MAC. SHA-1 stays confined to it.
type macHash uint8

const (
	macNone macHash = iota
	macSHA1
	macSHA256
	macSHA384
)

const (
	maxMACLen = sha512.Size384
	// maxMACState is the longest marshaled state: a magic number, the chaining
	// value, a block, and the number of bytes so far.
	maxMACState = stateMagicLen + sha512.Size + sha512.BlockSize + 8
	// stateMagicLen is the length of what stands before the chaining value.
	stateMagicLen = 4
	// macHeaderLen is the length of what is authenticated ahead of the content:
	// sequence number, type, version and length. RFC 5246, Section 6.2.3.1.
	macHeaderLen = 13
)

// size returns the length of a MAC, and of its key.
func (m macHash) size() int {
	switch m {
	case macSHA1:
		return sha1.Size
	case macSHA256:
		return sha256.Size
	case macSHA384:
		return sha512.Size384
	}
	return 0
}

// shape returns the length of a block and that of the length field at the end of
// the last.
func (m macHash) shape() (block, lengthLen int) {
	if m == macSHA384 {
		return sha512.BlockSize, 16
	}
	return sha256.BlockSize, 8
}

func (m macHash) running() hash.Hash {
	switch m {
	case macSHA1:
		return sha1.New()
	case macSHA256:
		return sha256.New()
	case macSHA384:
		return sha512.New384()
	}
	return nil
}

// stateHash is a running hash whose state can be read and put back. The ones of
// the standard library promise to read the states of its earlier releases, so
// their form is fixed: the chaining value stands behind a magic number.
type stateHash interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// recordMAC computes the MACs of one direction.
type recordMAC struct {
	kind    macHash
	running stateHash
	inner   []byte
	outer   []byte

	// What passes through the interface lives here, off the stack of each call.
	header [macHeaderLen]byte
	block  [maxHashBlock]byte
	state  [maxMACState]byte
	sum    [maxMACLen]byte
}

// newRecordMAC fails with ErrSuite for a kind that is none, and for a key of
// another length than its size.
func newRecordMAC(kind macHash, key []byte) (*recordMAC, error) {
	running, ok := kind.running().(stateHash)
	if !ok || len(key) != kind.size() {
		return nil, ErrSuite
	}
	m := &recordMAC{kind: kind, running: running}
	blockLen, _ := kind.shape()
	pad := m.block[:blockLen]
	defer clear(pad)
	copy(pad, key)
	flip(pad, innerPad)
	var err error
	if m.inner, err = m.after(pad); err != nil {
		return nil, err
	}
	flip(pad, innerPad^outerPad)
	if m.outer, err = m.after(pad); err != nil {
		return nil, err
	}
	return m, nil
}

// after returns the state behind one block.
func (m *recordMAC) after(block []byte) ([]byte, error) {
	m.running.Reset()
	m.running.Write(block)
	return m.running.AppendBinary(nil)
}

// restore puts a state of after back, which cannot fail.
func (m *recordMAC) restore(state []byte) { _ = m.running.UnmarshalBinary(state) }

// recordHeader is what a record's protection covers beside its content.
type recordHeader struct {
	sequence                uint64
	contentType             uint8
	versionHigh, versionLow uint8
}

// put writes the header and the length of the content, RFC 5246, Section 6.2.3.3.
// It does the same whatever the length.
func (h *recordHeader) put(dst *[macHeaderLen]byte, length int) {
	binary.BigEndian.PutUint64(dst[:], h.sequence)
	dst[8], dst[9], dst[10] = h.contentType, h.versionHigh, h.versionLow
	dst[11], dst[12] = byte(length>>8), byte(length)
}

// setHeader prepares the next MAC.
func (m *recordMAC) setHeader(h *recordHeader, length int) { h.put(&m.header, length) }

// sumOpen returns the MAC over header and data, of a length anybody may know. It
// is valid until the next call.
func (m *recordMAC) sumOpen(data []byte) []byte {
	m.restore(m.inner)
	m.running.Write(m.header[:])
	m.running.Write(data)
	return m.finish(m.running.Sum(m.sum[:0]))
}

// finish is the outer half of HMAC.
func (m *recordMAC) finish(inner []byte) []byte {
	m.restore(m.outer)
	m.running.Write(inner)
	return m.running.Sum(m.sum[:0])
}

// sumSecret returns the MAC over header and the first n bytes of data, without
// showing n by what it does: anything from least to most could have been n, and
// the steps follow from those bounds alone. It is valid until the next call.
//
// All that surely belongs to the message is hashed as usual. Every block behind it,
// up to where the hash could end at the latest, is put together by masks from the
// data, the padding of the hash and its length field, and hashed; the chaining value
// behind the true last one is kept, by a mask again. The others are hashed for
// nothing.
func (m *recordMAC) sumSecret(data []byte, n, least, most int) []byte {
	blockLen, lengthLen := m.kind.shape()
	size := m.kind.size()
	message := macHeaderLen + n
	// A shift where a division by a secret could take its time.
	shift := 6
	if blockLen == sha512.BlockSize {
		shift = 7
	}
	last := (message + lengthLen) >> shift
	var bits [8]byte
	binary.BigEndian.PutUint64(bits[:], uint64(blockLen+message)*8)

	m.restore(m.inner)
	first := (macHeaderLen + least) >> shift
	if first > 0 {
		m.running.Write(m.header[:])
		m.running.Write(data[:first<<shift-macHeaderLen])
	}
	clear(m.sum[:])
	for i := first; i <= (macHeaderLen+most+lengthLen)>>shift; i++ {
		block := m.block[:blockLen]
		for j := range block {
			at := i<<shift + j
			block[j] = m.byteAt(data, at)&mask(subtle.ConstantTimeLessOrEq(at+1, message)) |
				0x80&mask(subtle.ConstantTimeEq(int32(at), int32(message)))
		}
		isLast := mask(subtle.ConstantTimeEq(int32(i), int32(last)))
		for j, b := range bits {
			block[blockLen-len(bits)+j] |= b & isLast
		}
		m.running.Write(block)
		m.keepState(size, isLast)
	}
	return m.finish(m.sum[:size])
}

// byteAt returns a byte of the header or of the data behind it, and 0 past both.
// Where to look is no secret.
func (m *recordMAC) byteAt(data []byte, at int) byte {
	switch {
	case at < macHeaderLen:
		return m.header[at]
	case at-macHeaderLen < len(data):
		return data[at-macHeaderLen]
	}
	return 0
}

// keepState copies the chaining value into m.sum when keep is all ones.
func (m *recordMAC) keepState(size int, keep byte) {
	state, err := m.running.AppendBinary(m.state[:0])
	if err != nil || len(state) < stateMagicLen+size {
		// Out of reach: no MAC then fits.
		return
	}
	for j, b := range state[stateMagicLen : stateMagicLen+size] {
		m.sum[j] |= b & keep
	}
}

// mask turns 1 into eight ones and 0 into none.
func mask(bit int) byte { return byte(-bit) }

// wipe overwrites everything that came from the key.
func (m *recordMAC) wipe() {
	clear(m.inner)
	clear(m.outer)
	clear(m.block[:])
	clear(m.state[:])
	clear(m.sum[:])
	m.running.Reset()
}
