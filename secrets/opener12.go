package secrets

import "fmt"

// Opener12 removes the protection of the records of one direction of TLS 1.2 under
// one set of keys.
type Opener12 struct{ p protection12 }

// NewOpener12 returns an Opener12 that expects sequence number 0 first. It copies
// the keys. It fails with ErrSuite unless suite came from LookupSuite12, with
// ErrKeyLength unless the keys came from its KeyBlock, and with ErrCBCOrder when
// an AEAD is to encrypt before a MAC.
func NewOpener12(suite *Suite12, keys *RecordKeys, order CBCOrder) (*Opener12, error) {
	o := new(Opener12)
	if err := o.p.init(suite, keys, order); err != nil {
		return nil, err
	}
	return o, nil
}

// Open opens one record, given its header of HeaderLen bytes and the fragment
// behind it, and returns its content, and the content's type, which is the
// header's. The version in the header is covered by the protection, and not looked
// at beyond that.
//
// With a nil dst it decrypts in place: content is a part of fragment. Otherwise
// content starts right behind dst, in its free part when that has room for
// len(fragment) bytes; fragment must not overlap it. Nothing is allocated in place
// or with room.
//
// It fails with ErrOverflow when fragment is longer than MaxProtected12 or what it
// decrypts to longer than MaxContent; with ErrBadMAC when it is not authentic, be
// it the MAC, the padding or the length, and then the sequence number stays and an
// in-place fragment is destroyed; with ErrSequence when the key has no sequence
// number left. RFC 5246, Section 6.2.3.
func (o *Opener12) Open(dst []byte, header, fragment []byte) (content []byte, contentType uint8, err error) {
	switch {
	case len(fragment) > MaxProtected12:
		return nil, 0, ErrOverflow
	case len(header) != HeaderLen:
		return nil, 0, ErrBadMAC
	}
	if err := o.p.ready(); err != nil {
		return nil, 0, err
	}
	covered := recordHeader{o.p.next, header[0], header[1], header[2]}
	if o.p.cbc != nil {
		content, err = o.p.cbc.open(&covered, dst, fragment)
	} else {
		content, err = o.p.open(&covered, dst, fragment)
	}
	if err != nil {
		return nil, 0, ErrBadMAC
	}
	o.p.next++
	if len(content) > MaxContent {
		return nil, 0, ErrOverflow
	}
	return content, covered.contentType, nil
}

// open opens a fragment protected by an AEAD.
func (p *protection12) open(header *recordHeader, dst, fragment []byte) ([]byte, error) {
	explicitLen := p.suite.explicitLen()
	length := len(fragment) - explicitLen - p.suite.aeadTagLen()
	if length < 0 {
		return nil, ErrBadMAC
	}
	ciphertext := fragment[explicitLen:]
	p.setNonce(fragment[:explicitLen])
	header.put(&p.additional, length)
	start := len(dst)
	if dst == nil {
		dst = ciphertext[:0]
	}
	out, err := p.aead.Open(dst, p.nonce[:], ciphertext, p.additional[:])
	if err != nil {
		return nil, ErrBadMAC
	}
	return out[start:len(out):len(out)], nil
}

// Sequence returns the sequence number of the next record.
func (o *Opener12) Sequence() uint64 { return o.p.next }

// Suite returns the suite, or nil after Wipe.
func (o *Opener12) Suite() *Suite12 { return o.p.suite }

// Rest lets the cipher go until the next record makes it anew. The sequence number
// stays.
func (o *Opener12) Rest() { o.p.rest() }

// Fork returns a copy that goes on from the same sequence number.
func (o *Opener12) Fork() *Opener12 { return &Opener12{o.p.fork()} }

// Wipe overwrites the keys. The Opener12 is of no use afterwards: Open fails with
// ErrSuite.
func (o *Opener12) Wipe() { o.p.wipe() }

// Format hides the keys from every verb.
func (o Opener12) Format(f fmt.State, _ rune) { writeHidden(f, "opener", o.p.keyLen()) }
