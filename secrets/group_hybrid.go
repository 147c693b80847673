package secrets

import (
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"io"

	"github.com/tacitls/tacitls/messages"
)

// hybridGroup is X25519MLKEM768 of draft-ietf-tls-ecdhe-mlkem: both agreements
// side by side, their shares and their secrets concatenated, ML-KEM first.
type hybridGroup struct{}

const (
	x25519Len = 32
	// encapsulationEntropy is what the server draws to encapsulate; the X25519 scalar is
	// drawn after it.
	encapsulationEntropy = 32

	mlkemShared = mlkem.SharedKeySize
	x25519Group = ecdhGroup(messages.X25519)
)

func (hybridGroup) ID() messages.Group { return messages.X25519MLKEM768 }

func (hybridGroup) ClientShareLen() int { return mlkem.EncapsulationKeySize768 + x25519Len }

func (hybridGroup) ServerShareLen() int { return mlkem.CiphertextSize768 + x25519Len }

func (g hybridGroup) Generate(rand io.Reader) (PrivateShare, []byte, error) {
	seed := make([]byte, mlkem.SeedSize)
	defer clear(seed)
	if err := readEntropy(rand, seed); err != nil {
		return nil, nil, err
	}
	kem, err := mlkem.NewDecapsulationKey768(seed)
	if err != nil {
		return nil, nil, ErrEntropy
	}
	key, err := x25519Group.newKey(rand)
	if err != nil {
		return nil, nil, err
	}
	share := make([]byte, 0, g.ClientShareLen())
	share = append(share, kem.EncapsulationKey().Bytes()...)
	share = append(share, key.PublicKey().Bytes()...)
	return hybridShare{kem: kem, ecdh: ecdhShare{group: x25519Group, key: key}}, share, nil
}

func (g hybridGroup) Respond(rand io.Reader, peer []byte) (share, secret []byte, err error) {
	if len(peer) != g.ClientShareLen() {
		return nil, nil, ErrBadShare
	}
	// This is the modulus check of FIPS 203, Section 7.2.
	kem, err := mlkem.NewEncapsulationKey768(peer[:mlkem.EncapsulationKeySize768])
	if err != nil {
		return nil, nil, ErrBadShare
	}
	entropy := make([]byte, encapsulationEntropy)
	defer clear(entropy)
	if err := readEntropy(rand, entropy); err != nil {
		return nil, nil, err
	}
	// Entropy is an input here, and crypto/mlkem draws its own. Its companion for
	// tests is the standard library's one encapsulation from given bytes, over
	// the same implementation; the bytes are as random as the caller's source.
	kemSecret, ciphertext, err := mlkemtest.Encapsulate768(kem, entropy)
	if err != nil {
		return nil, nil, ErrEntropy
	}
	defer clear(kemSecret)
	ecdhPublic, ecdhSecret, err := x25519Group.Respond(rand, peer[mlkem.EncapsulationKeySize768:])
	if err != nil {
		return nil, nil, err
	}
	share = append(make([]byte, 0, g.ServerShareLen()), ciphertext...)
	return append(share, ecdhPublic...), joinSecrets(kemSecret, ecdhSecret), nil
}

type hybridShare struct {
	kem  *mlkem.DecapsulationKey768
	ecdh ecdhShare
}

func (s hybridShare) Agree(peer []byte) ([]byte, error) {
	if len(peer) != (hybridGroup{}).ServerShareLen() {
		return nil, ErrBadShare
	}
	ecdhSecret, err := s.ecdh.Agree(peer[mlkem.CiphertextSize768:])
	if err != nil {
		return nil, err
	}
	// A ciphertext that was tampered with decapsulates to a secret of its own, by
	// design, and fails at the peer's Finished.
	kemSecret, err := s.kem.Decapsulate(peer[:mlkem.CiphertextSize768])
	if err != nil {
		return nil, ErrBadShare
	}
	defer clear(kemSecret)
	return joinSecrets(kemSecret, ecdhSecret), nil
}

func (s hybridShare) Wipe() {}

// joinSecrets concatenates the two secrets and overwrites the second.
func joinSecrets(kem, ecdh []byte) []byte {
	joined := append(make([]byte, 0, mlkemShared+x25519Len), kem...)
	joined = append(joined, ecdh...)
	clear(ecdh)
	return joined
}
