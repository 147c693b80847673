package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// What QUIC makes of secrets: the keys of packets, those of Initial packets too, and
// the tag of a Retry packet (RFC 9001, Section 5). Packets themselves are the
// transport's.

// QUICVersion is a version of QUIC, as the header of a packet has it. Versions differ
// in the constants that keys are made with.
type QUICVersion uint32

// The versions of QUIC.
const (
	// QUIC1 is version 1 (RFC 9000, Section 15).
	QUIC1 QUICVersion = 0x00000001
	// QUIC2 is version 2 (RFC 9369, Section 3.1).
	QUIC2 QUICVersion = 0x6b3343cf
)

const (
	// MaxConnectionID is the most bytes of a connection ID in the versions known here
	// (RFC 9000, Section 17.2).
	MaxConnectionID = 20
	// RetryTagLen is the length in bytes of the tag at the end of a Retry packet.
	RetryTagLen = 16
)

var (
	// ErrQUICVersion says that a version of QUIC is not known.
	ErrQUICVersion = errors.New("secrets: unknown version of QUIC")
	// ErrConnectionID says that a connection ID is longer than MaxConnectionID.
	ErrConnectionID = errors.New("secrets: connection ID must have at most 20 bytes")
)

// quicConstants are what sets the keys of one version apart from those of another.
type quicConstants struct {
	version              QUICVersion
	salt                 string // of initial secrets
	key, iv, hp, ku      string // labels
	retryKey, retryNonce string
}

// quicVersions is the table of the versions. Nothing writes to it.
var quicVersions = [...]quicConstants{
	{
		// RFC 9001, Section 5.2, Section 5.1, Section 6.1 and Section 5.8.
		version: QUIC1,
		salt:    "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a",
		key:     "quic key", iv: "quic iv", hp: "quic hp", ku: "quic ku",
		retryKey:   "\xbe\x0c\x69\x0b\x9f\x66\x57\x5a\x1d\x76\x6b\x54\xe3\x68\xc8\x4e",
		retryNonce: "\x46\x15\x99\xd3\x5d\x63\x2b\xf2\x23\x98\x25\xbb",
	},
	{
		// RFC 9369, Section 3.3.
		version: QUIC2,
		salt:    "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9",
		key:     "quicv2 key", iv: "quicv2 iv", hp: "quicv2 hp", ku: "quicv2 ku",
		retryKey:   "\x8f\xb4\xb0\x1b\x56\xac\x48\xe2\x60\xfb\xcb\xce\xad\x7c\xcc\x92",
		retryNonce: "\xd8\x69\x69\xbc\x2d\x7c\x6d\x99\x90\xef\xb0\x4a",
	},
}

// constants gives the constants of a version, or nil.
func (v QUICVersion) constants() *quicConstants {
	for i := range quicVersions {
		if quicVersions[i].version == v {
			return &quicVersions[i]
		}
	}
	return nil
}

// String names the version.
func (v QUICVersion) String() string {
	switch v {
	case QUIC1:
		return "QUIC 1"
	case QUIC2:
		return "QUIC 2"
	}
	return fmt.Sprintf("QUIC(0x%08x)", uint32(v))
}

// InitialSecrets returns the secrets under which the two ends send Initial packets:
// what TLS_AES_128_GCM_SHA256 protects them with is made from these. The connection ID
// is the destination of the client's first Initial packet, or the source of the Retry
// packet that came in answer; it may have no bytes. Whoever has seen it has the
// secrets too. It fails with ErrQUICVersion, and with ErrConnectionID.
// RFC 9001, Section 5.2.
func InitialSecrets(v QUICVersion, connectionID []byte) (client, server Secret, err error) {
	c := v.constants()
	switch {
	case c == nil:
		return Secret{}, Secret{}, ErrQUICVersion
	case len(connectionID) > MaxConnectionID:
		return Secret{}, Secret{}, ErrConnectionID
	}
	// Nil would stand for zeros.
	initial := SHA256.extract([]byte(c.salt), append([]byte{}, connectionID...))
	client = SHA256.deriveSecret(&initial, TLSPrefix, "client in", nil)
	server = SHA256.deriveSecret(&initial, TLSPrefix, "server in", nil)
	initial.Wipe()
	return client, server, nil
}

// PacketKeys derives from a traffic secret what protects packets: key and IV of the
// AEAD, and the key of header protection, which has the length of the AEAD's. It is for
// whoever protects packets elsewhere than by a [PacketProtection]. It fails with
// ErrQUICVersion, and with ErrSuite for a suite that QUIC has no header protection for.
// RFC 9001, Section 5.1 and Section 5.4.
func (s *Suite) PacketKeys(v QUICVersion, traffic *Secret) (key, iv, header Secret, err error) {
	c := v.constants()
	switch {
	case c == nil:
		return Secret{}, Secret{}, Secret{}, ErrQUICVersion
	case !s.protectsPackets():
		return Secret{}, Secret{}, Secret{}, ErrSuite
	}
	key.n, iv.n, header.n = s.keyLen, nonceLen, s.keyLen
	s.Hash.expandLabel(key.b[:key.n], traffic, TLSPrefix, c.key, nil)
	s.Hash.expandLabel(iv.b[:iv.n], traffic, TLSPrefix, c.iv, nil)
	s.Hash.expandLabel(header.b[:header.n], traffic, TLSPrefix, c.hp, nil)
	return key, iv, header, nil
}

// NextPacketTraffic returns the traffic secret that follows s after a key update of
// QUIC. The key of header protection stays that of the first secret. It fails with
// ErrQUICVersion. RFC 9001, Section 6.1.
func NextPacketTraffic(v QUICVersion, h Hash, s *Secret) (Secret, error) {
	c := v.constants()
	if c == nil {
		return Secret{}, ErrQUICVersion
	}
	return h.deriveSecret(s, TLSPrefix, c.ku, nil), nil
}

// RetryTag returns the tag that ends a Retry packet: retry is the packet up to it, and
// original the destination of the client's Initial packet that it answers. Anybody who
// has seen that packet can make one; it is no secret, and may be compared like any
// bytes. It fails with ErrQUICVersion, and with ErrConnectionID.
// RFC 9001, Section 5.8.
func RetryTag(v QUICVersion, original, retry []byte) (tag [RetryTagLen]byte, err error) {
	c := v.constants()
	switch {
	case c == nil:
		return tag, ErrQUICVersion
	case len(original) > MaxConnectionID:
		return tag, ErrConnectionID
	}
	block, err := aes.NewCipher([]byte(c.retryKey))
	if err != nil {
		return tag, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return tag, err
	}
	pseudo := make([]byte, 0, 1+len(original)+len(retry))
	pseudo = append(pseudo, byte(len(original)))
	pseudo = append(pseudo, original...)
	pseudo = append(pseudo, retry...)
	aead.Seal(tag[:0], []byte(c.retryNonce), nil, pseudo)
	return tag, nil
}
