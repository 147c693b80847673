package secrets

import (
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"io"

	"github.com/tacitls/tacitls/messages"
)

// mlkemGroup is ML-KEM-768 or ML-KEM-1024 by its codepoint, as
// draft-ietf-tls-mlkem uses it: the client's share is an encapsulation key, the
// server's the ciphertext.
type mlkemGroup messages.Group

// encapsulationEntropy is what the server draws to encapsulate.
const encapsulationEntropy = 32

func (g mlkemGroup) ID() messages.Group { return messages.Group(g) }

func (g mlkemGroup) ClientShareLen() int {
	if messages.Group(g) == messages.MLKEM1024 {
		return mlkem.EncapsulationKeySize1024
	}
	return mlkem.EncapsulationKeySize768
}

func (g mlkemGroup) ServerShareLen() int {
	if messages.Group(g) == messages.MLKEM1024 {
		return mlkem.CiphertextSize1024
	}
	return mlkem.CiphertextSize768
}

func (g mlkemGroup) Generate(rand io.Reader) (PrivateShare, []byte, error) {
	seed := make([]byte, mlkem.SeedSize)
	defer clear(seed)
	if err := readEntropy(rand, seed); err != nil {
		return nil, nil, err
	}
	if messages.Group(g) == messages.MLKEM1024 {
		key, err := mlkem.NewDecapsulationKey1024(seed)
		if err != nil {
			return nil, nil, ErrEntropy
		}
		return mlkemShare{group: g, key: key}, key.EncapsulationKey().Bytes(), nil
	}
	key, err := mlkem.NewDecapsulationKey768(seed)
	if err != nil {
		return nil, nil, ErrEntropy
	}
	return mlkemShare{group: g, key: key}, key.EncapsulationKey().Bytes(), nil
}

// Respond draws no entropy for a share that is bad.
func (g mlkemGroup) Respond(rand io.Reader, peer []byte) (share, secret []byte, err error) {
	encapsulate, err := g.parse(peer)
	if err != nil {
		return nil, nil, err
	}
	entropy := make([]byte, encapsulationEntropy)
	defer clear(entropy)
	if err := readEntropy(rand, entropy); err != nil {
		return nil, nil, err
	}
	secret, share, err = encapsulate(entropy)
	if err != nil {
		return nil, nil, ErrEntropy
	}
	return share, secret, nil
}

// parse reads an encapsulation key and returns how to encapsulate to it. It makes
// the modulus check of FIPS 203, Section 7.2.
//
// Entropy is an input here, and crypto/mlkem draws its own. Its companion for
// tests is the standard library's one encapsulation from given bytes, over the
// same implementation; the bytes are as random as the caller's source.
func (g mlkemGroup) parse(peer []byte) (func(entropy []byte) (secret, ciphertext []byte, err error), error) {
	if len(peer) != g.ClientShareLen() {
		return nil, ErrBadShare
	}
	if messages.Group(g) == messages.MLKEM1024 {
		key, err := mlkem.NewEncapsulationKey1024(peer)
		if err != nil {
			return nil, ErrBadShare
		}
		return func(entropy []byte) ([]byte, []byte, error) { return mlkemtest.Encapsulate1024(key, entropy) }, nil
	}
	key, err := mlkem.NewEncapsulationKey768(peer)
	if err != nil {
		return nil, ErrBadShare
	}
	return func(entropy []byte) ([]byte, []byte, error) { return mlkemtest.Encapsulate768(key, entropy) }, nil
}

type mlkemShare struct {
	group mlkemGroup
	key   interface {
		Decapsulate(ciphertext []byte) (secret []byte, err error)
	}
}

// Agree decapsulates. A ciphertext that was tampered with gives a secret of its
// own, by design, and fails at the peer's Finished.
func (s mlkemShare) Agree(peer []byte) ([]byte, error) {
	if len(peer) != s.group.ServerShareLen() {
		return nil, ErrBadShare
	}
	secret, err := s.key.Decapsulate(peer)
	if err != nil {
		return nil, ErrBadShare
	}
	return secret, nil
}

func (s mlkemShare) Wipe() {}
