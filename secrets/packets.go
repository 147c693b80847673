package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20"
)

// Protection of QUIC's packets, RFC 9001, Section 5.3 and Section 5.4. Unlike records,
// packets say their number, get lost and overtake each other: the number is an
// argument.

const (
	// MaxPacketNumber is the greatest number of a packet. RFC 9000, Section 12.3.
	MaxPacketNumber = 1<<62 - 1
	// HeaderSampleLen is how many bytes of a protected packet header protection looks at,
	// and HeaderMaskLen how many it gives: one for the first byte of the header, and four
	// for the packet number. RFC 9001, Section 5.4.1.
	HeaderSampleLen = 16
	HeaderMaskLen   = 5
)

var (
	// ErrPacketNumber says that a packet number is above MaxPacketNumber.
	ErrPacketNumber = errors.New("secrets: packet number above 2^62-1")
	// ErrPacketLimit says that a key has protected as many packets as its AEAD allows:
	// the key is to be updated, or the connection closed. RFC 9001, Section 6.6.
	ErrPacketLimit = errors.New("secrets: key has protected as many packets as it may")
	// ErrBadPacket says that a packet is not authentic. It is to be passed over, not
	// answered by the end of the connection. RFC 9001, Section 5.5.
	ErrBadPacket = errors.New("secrets: packet not authentic")
	// ErrHeaderSample says that a sample has not HeaderSampleLen bytes.
	ErrHeaderSample = errors.New("secrets: sample of header protection must have 16 bytes")
)

// protectsPackets tells whether QUIC knows how to protect the headers of packets with the
// suite. RFC 9001, Section 5.3.
func (s *Suite) protectsPackets() bool { return s != nil && s.PacketLimit > 0 }

// PacketProtection protects the packets of one direction of QUIC under one traffic
// secret, or removes that protection. Nothing is allocated per packet. It serves one
// goroutine at a time, and must not be copied.
type PacketProtection struct {
	p       protection // its sequence number is that of the packet at hand
	version QUICVersion
	traffic Secret // what the next one is made from
	header  headerProtection
	sealed  uint64
}

// NewPacketProtection returns the protection that a traffic secret gives: one of
// [InitialSecrets], of events.InstallKeys, or of [NextPacketTraffic]. It fails with
// ErrQUICVersion, and with ErrSuite unless suite came from LookupSuite and is one that
// QUIC has header protection for: TLS_AES_128_CCM_8_SHA256 is not.
func NewPacketProtection(v QUICVersion, suite *Suite, traffic *Secret) (*PacketProtection, error) {
	p := &PacketProtection{version: v, traffic: *traffic}
	if err := p.init(suite); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *PacketProtection) init(suite *Suite) error {
	key, iv, header, err := suite.PacketKeys(p.version, &p.traffic)
	if err != nil {
		return err
	}
	p.p.suite = suite
	copy(p.p.key[:], key.Bytes())
	copy(p.p.iv[:], iv.Bytes())
	err = p.header.init(suite, header.Bytes())
	key.Wipe()
	iv.Wipe()
	header.Wipe()
	return err
}

// Next returns the protection after a key update, with the same header protection.
// Before it is used to send, the handshake has to be confirmed, and a packet of the
// keys in use acknowledged. It fails with ErrSuite after Wipe.
// RFC 9001, Section 6.1.
func (p *PacketProtection) Next() (*PacketProtection, error) {
	if p.p.suite == nil {
		return nil, ErrSuite
	}
	traffic, err := NextPacketTraffic(p.version, p.p.suite.Hash, &p.traffic)
	if err != nil {
		return nil, err
	}
	next, err := NewPacketProtection(p.version, p.p.suite, &traffic)
	traffic.Wipe()
	if err == nil {
		next.header = p.header
	}
	return next, err
}

// Seal appends to dst the protected payload of the packet with this number: as many
// bytes as payload has, and Overhead more. Header is the header of the packet as it is
// before header protection, packet number included. To seal in place dst is
// payload[:0]; otherwise payload must not overlap the free part of dst. Nothing is
// allocated where dst has room.
//
// A number must not be used twice under one secret, or the confidentiality of both
// packets is lost. Seal returns dst as it was with ErrPacketNumber, with
// ErrPacketLimit once as many packets as the suite's PacketLimit are sealed, and with
// ErrSuite after Wipe. RFC 9001, Section 5.3 and Section 6.6.
func (p *PacketProtection) Seal(dst []byte, number uint64, header, payload []byte) ([]byte, error) {
	if err := p.ready(number); err != nil {
		return dst, err
	}
	if p.sealed >= p.p.suite.PacketLimit {
		return dst, ErrPacketLimit
	}
	p.sealed++
	return p.p.aead.Seal(dst, p.p.nonce[:], payload, header), nil
}

// Open appends to dst the payload of the packet with this number, whose header is that
// without header protection. To open in place dst is protected[:0]; otherwise protected
// must not overlap the free part of dst. Nothing is allocated where dst has room.
//
// It fails with ErrBadPacket when the packet is not authentic, and an in-place
// protected is destroyed then; such failures count, see the suite's PacketForgeries.
// It fails with ErrPacketNumber, and with ErrSuite after Wipe. RFC 9001, Section 5.3.
func (p *PacketProtection) Open(dst []byte, number uint64, header, protected []byte) ([]byte, error) {
	if err := p.ready(number); err != nil {
		return dst, err
	}
	out, err := p.p.aead.Open(dst, p.p.nonce[:], protected, header)
	if err != nil {
		return dst, ErrBadPacket
	}
	return out, nil
}

// ready makes the nonce of a packet: the IV, with the number added to its last bytes.
func (p *PacketProtection) ready(number uint64) error {
	if number > MaxPacketNumber {
		return ErrPacketNumber
	}
	p.p.next = number
	return p.p.ready()
}

// HeaderMask returns what the header of a packet is hidden by. The sample is the 16
// bytes of the protected packet that begin 4 bytes behind the first byte of the packet
// number. Of the mask's first byte the lowest four bits go onto the first byte of a
// long header, or five of a short one; the other bytes onto as many as the packet
// number has, all by exclusive or. It fails with ErrHeaderSample when the packet was too
// short for one, so that it has to be passed over, and with ErrSuite after Wipe.
// RFC 9001, Section 5.4.1 and Section 5.4.2.
func (p *PacketProtection) HeaderMask(sample []byte) (mask [HeaderMaskLen]byte, err error) {
	switch {
	case p.p.suite == nil:
		return mask, ErrSuite
	case len(sample) != HeaderSampleLen:
		return mask, ErrHeaderSample
	}
	return p.header.mask(sample)
}

// Overhead returns the number of bytes that protection adds to a payload, 16.
func (p *PacketProtection) Overhead() int { return p.p.overhead() }

// Suite returns the suite, or nil after Wipe.
func (p *PacketProtection) Suite() *Suite { return p.p.suite }

// Sealed returns the number of packets that Seal has protected.
func (p *PacketProtection) Sealed() uint64 { return p.sealed }

// Wipe overwrites the keys, and leaves what Next has returned as it is. The
// PacketProtection is of no use afterwards: its methods fail with ErrSuite.
func (p *PacketProtection) Wipe() { *p = PacketProtection{} }

// Format hides the keys from every verb.
func (p PacketProtection) Format(f fmt.State, _ rune) {
	writeHidden(f, "packet protection", p.p.keyLen())
}

// headerProtection makes masks: AES of the sample, or ChaCha20 with the sample for
// counter and nonce. RFC 9001, Section 5.4.3 and Section 5.4.4.
type headerProtection struct {
	block cipher.Block // nil with ChaCha20
	key   [chacha20.KeySize]byte
	room  [aes.BlockSize]byte
}

func (h *headerProtection) init(suite *Suite, key []byte) (err error) {
	if suite.cipher == chaCha20Poly1305 {
		copy(h.key[:], key)
		return nil
	}
	h.block, err = aes.NewCipher(key)
	return err
}

func (h *headerProtection) mask(sample []byte) (mask [HeaderMaskLen]byte, err error) {
	// Room is a field: what is passed to an interface would move to the heap.
	copy(h.room[:], sample)
	if h.block != nil {
		h.block.Encrypt(h.room[:], h.room[:])
		copy(mask[:], h.room[:])
		return mask, nil
	}
	const counterLen = 4
	stream, err := chacha20.NewUnauthenticatedCipher(h.key[:], h.room[counterLen:])
	if err != nil {
		return mask, err
	}
	stream.SetCounter(binary.LittleEndian.Uint32(h.room[:]))
	stream.XORKeyStream(mask[:], mask[:])
	return mask, nil
}
