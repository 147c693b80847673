package secrets

import (
	"crypto/ecdh"
	"io"

	"github.com/tacitls/tacitls/messages"
)

// ecdhGroup is X25519 or a NIST curve, by its codepoint. Shares are as RFC 8446,
// Section 4.2.8.2. says: 32 bytes for X25519, uncompressed points for the others.
type ecdhGroup messages.Group

// maxTries bounds the draws of a scalar. One draw of P-256 fails with a chance of
// 2^-32 and of the larger curves far more rarely, so only a broken source fails
// so often.
const maxTries = 16

// curve returns the curve, the length of its shares and that of its scalars.
func (g ecdhGroup) curve() (curve ecdh.Curve, share, scalar int) {
	switch messages.Group(g) {
	case messages.Secp256r1:
		return ecdh.P256(), 65, 32
	case messages.Secp384r1:
		return ecdh.P384(), 97, 48
	case messages.Secp521r1:
		return ecdh.P521(), 133, 66
	}
	return ecdh.X25519(), 32, 32
}

func (g ecdhGroup) ID() messages.Group { return messages.Group(g) }

func (g ecdhGroup) ClientShareLen() int {
	_, share, _ := g.curve()
	return share
}

func (g ecdhGroup) ServerShareLen() int { return g.ClientShareLen() }

func (g ecdhGroup) Generate(rand io.Reader) (PrivateShare, []byte, error) {
	key, err := g.newKey(rand)
	if err != nil {
		return nil, nil, err
	}
	return ecdhShare{group: g, key: key}, g.shareOf(key), nil
}

func (g ecdhGroup) Respond(rand io.Reader, peer []byte) (share, secret []byte, err error) {
	// The peer's share comes first: a bad one then costs no entropy.
	peerKey, err := g.parse(peer)
	if err != nil {
		return nil, nil, err
	}
	key, err := g.newKey(rand)
	if err != nil {
		return nil, nil, err
	}
	secret, err = key.ECDH(peerKey)
	if err != nil {
		return nil, nil, ErrZeroSecret
	}
	return g.shareOf(key), secret, nil
}

// newKey makes a private key from bytes alone: GenerateKey of the standard
// library may draw from a source of its own.
func (g ecdhGroup) newKey(rand io.Reader) (*ecdh.PrivateKey, error) {
	curve, _, size := g.curve()
	seed := make([]byte, size)
	defer clear(seed)
	for range maxTries {
		if err := readEntropy(rand, seed); err != nil {
			return nil, err
		}
		if messages.Group(g) == messages.Secp521r1 {
			// A scalar has 521 bits; without this, 127 draws of 128 would fail.
			seed[0] &= 1
		}
		if key, err := curve.NewPrivateKey(seed); err == nil {
			return key, nil
		}
	}
	return nil, ErrEntropy
}

// shareOf returns the public share in a slice of just its length: what Bytes
// returns has room for the longest of all curves, and stays on the stack here.
func (g ecdhGroup) shareOf(key *ecdh.PrivateKey) []byte {
	return append(make([]byte, 0, g.ClientShareLen()), key.PublicKey().Bytes()...)
}

// parse reads a peer's share. NewPublicKey refuses points off the curve and the
// point at infinity; the length alone refuses compressed points.
func (g ecdhGroup) parse(peer []byte) (*ecdh.PublicKey, error) {
	curve, size, _ := g.curve()
	if len(peer) != size {
		return nil, ErrBadShare
	}
	key, err := curve.NewPublicKey(peer)
	if err != nil {
		return nil, ErrBadShare
	}
	return key, nil
}

type ecdhShare struct {
	group ecdhGroup
	key   *ecdh.PrivateKey
}

func (s ecdhShare) Agree(peer []byte) ([]byte, error) {
	peerKey, err := s.group.parse(peer)
	if err != nil {
		return nil, err
	}
	// On the NIST curves every point parse lets through has the order of the
	// curve, so that this fails for X25519 alone.
	secret, err := s.key.ECDH(peerKey)
	if err != nil {
		return nil, ErrZeroSecret
	}
	return secret, nil
}

func (s ecdhShare) Wipe() {}
