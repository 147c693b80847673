package secrets

import (
	"crypto/subtle"
	"fmt"
	"io"

	"github.com/cloudflare/circl/dh/x448"

	"github.com/tacitls/tacitls/messages"
)

// x448Group is X448. Shares, secrets and private keys have 56 bytes, and any 56
// bytes are a share and a private key. RFC 7748, Section 5. and 6.2. RFC 8446,
// Section 4.2.8.2.
type x448Group struct{}

func (x448Group) ID() messages.Group { return messages.X448 }

func (x448Group) ClientShareLen() int { return x448.Size }

func (x448Group) ServerShareLen() int { return x448.Size }

func (g x448Group) Generate(rand io.Reader) (PrivateShare, []byte, error) {
	private := new(x448Share)
	if err := readEntropy(rand, private.key[:]); err != nil {
		private.Wipe()
		return nil, nil, err
	}
	private.held = true
	return private, private.public(), nil
}

func (g x448Group) Respond(rand io.Reader, peer []byte) (share, secret []byte, err error) {
	// A bad share costs no entropy; one of small order does, since it takes a key
	// to tell.
	if len(peer) != x448.Size {
		return nil, nil, ErrBadShare
	}
	private, share, err := g.Generate(rand)
	if err != nil {
		return nil, nil, err
	}
	defer private.Wipe()
	secret, err = private.Agree(peer)
	if err != nil {
		return nil, nil, err
	}
	return share, secret, nil
}

type x448Share struct {
	key  x448.Key
	held bool
}

func (s *x448Share) public() []byte {
	var public x448.Key
	x448.KeyGen(&public, &s.key)
	return public[:]
}

// Agree makes the check of RFC 8446, Section 7.4.2.: a secret of zeros comes of a
// share of small order and of nothing else.
func (s *x448Share) Agree(peer []byte) ([]byte, error) {
	switch {
	case !s.held:
		return nil, ErrWiped
	case len(peer) != x448.Size:
		return nil, ErrBadShare
	}
	var secret, zeros x448.Key
	public := x448.Key(peer)
	if !x448.Shared(&secret, &s.key, &public) || subtle.ConstantTimeCompare(secret[:], zeros[:]) == 1 {
		return nil, ErrZeroSecret
	}
	return secret[:], nil
}

func (s *x448Share) Wipe() { *s = x448Share{} }

// Format hides the key from every verb.
func (s *x448Share) Format(f fmt.State, _ rune) { writeHidden(f, "private share", len(s.key)) }
