package secrets

import (
	"encoding/binary"
	"fmt"
)

// Opener removes the protection of the records of one direction under one
// traffic secret.
type Opener struct{ p protection }

// NewOpener returns an Opener that expects sequence number 0 first. It fails
// with ErrSuite unless suite came from LookupSuite.
func NewOpener(suite *Suite, traffic *Secret) (*Opener, error) {
	o := new(Opener)
	if err := o.p.init(suite, traffic); err != nil {
		return nil, err
	}
	return o, nil
}

// Open opens one record, given its header and the encrypted_record behind it, and
// returns its content without padding, and the content's type.
//
// With a nil dst it decrypts in place: content is a part of ciphertext. Otherwise
// content starts right behind dst, in its free part when that has room for the
// whole TLSInnerPlaintext, len(ciphertext) without the suite's Overhead;
// ciphertext must not overlap it. Nothing is allocated in place or with room.
//
// It fails with ErrOverflow when ciphertext is longer than MaxProtected or what
// it decrypts to longer than MaxInner; with ErrBadMAC when it is not authentic,
// and then the sequence number stays and an in-place ciphertext is destroyed;
// with ErrNoContentType when there is nothing but padding; with ErrSequence when
// the key has no sequence number left.
func (o *Opener) Open(dst []byte, header, ciphertext []byte) (content []byte, contentType uint8, err error) {
	switch {
	case len(ciphertext) > MaxProtected:
		return nil, 0, ErrOverflow
	case len(ciphertext) < o.p.overhead():
		return nil, 0, ErrBadMAC
	}
	if err := o.p.ready(); err != nil {
		return nil, 0, err
	}
	start := len(dst)
	if dst == nil {
		dst = ciphertext[:0]
	}
	out, err := o.p.aead.Open(dst, o.p.nonce[:], ciphertext, header)
	if err != nil {
		return nil, 0, ErrBadMAC
	}
	o.p.next++
	return splitInner(out[start:])
}

// splitInner parts a TLSInnerPlaintext into content and type, RFC 8446, Section
// 5.4. What it scans has been authenticated, so the time it takes tells the peer
// what it wrote itself.
func splitInner(inner []byte) (content []byte, contentType uint8, err error) {
	if len(inner) > MaxInner {
		return nil, 0, ErrOverflow
	}
	n := len(inner)
	for n >= 8 && binary.NativeEndian.Uint64(inner[n-8:n]) == 0 {
		n -= 8
	}
	for n > 0 && inner[n-1] == 0 {
		n--
	}
	if n == 0 {
		return nil, 0, ErrNoContentType
	}
	return inner[: n-1 : n-1], inner[n-1], nil
}

// Sequence returns the sequence number of the next record.
func (o *Opener) Sequence() uint64 { return o.p.next }

// Suite returns the suite, or nil after Wipe.
func (o *Opener) Suite() *Suite { return o.p.suite }

// Rest lets the cipher go, some hundreds of bytes, until the next record makes it
// anew. The sequence number stays.
func (o *Opener) Rest() { o.p.aead = nil }

// Fork returns a copy that goes on from the same sequence number.
func (o *Opener) Fork() *Opener {
	return &Opener{o.p.fork()}
}

// Wipe overwrites key and IV. The Opener is of no use afterwards: Open fails
// with ErrSuite.
func (o *Opener) Wipe() { o.p = protection{} }

// Format hides the key from every verb.
func (o Opener) Format(f fmt.State, _ rune) { writeHidden(f, "opener", o.p.keyLen()) }
