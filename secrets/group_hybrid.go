package secrets

import (
	"io"

	"github.com/tacitls/tacitls/messages"
)

// hybridGroup is a group of draft-ietf-tls-ecdhe-mlkem, by its codepoint: two
// agreements side by side, their shares and their secrets concatenated in one
// order. Entropy is drawn in that order too.
type hybridGroup messages.Group

// parts returns the two agreements in the order of the wire. The curves of NIST
// come before ML-KEM, and X25519 comes after it.
func (g hybridGroup) parts() (first, second Group) {
	switch messages.Group(g) {
	case messages.SecP256r1MLKEM768:
		return ecdhGroup(messages.Secp256r1), mlkemGroup(messages.MLKEM768)
	case messages.SecP384r1MLKEM1024:
		return ecdhGroup(messages.Secp384r1), mlkemGroup(messages.MLKEM1024)
	}
	return mlkemGroup(messages.MLKEM768), ecdhGroup(messages.X25519)
}

func (g hybridGroup) ID() messages.Group { return messages.Group(g) }

func (g hybridGroup) ClientShareLen() int {
	first, second := g.parts()
	return first.ClientShareLen() + second.ClientShareLen()
}

func (g hybridGroup) ServerShareLen() int {
	first, second := g.parts()
	return first.ServerShareLen() + second.ServerShareLen()
}

func (g hybridGroup) Generate(rand io.Reader) (PrivateShare, []byte, error) {
	first, second := g.parts()
	firstKey, firstShare, err := first.Generate(rand)
	if err != nil {
		return nil, nil, err
	}
	secondKey, secondShare, err := second.Generate(rand)
	if err != nil {
		return nil, nil, err
	}
	return hybridShare{group: g, first: firstKey, second: secondKey}, concatenate(firstShare, secondShare), nil
}

func (g hybridGroup) Respond(rand io.Reader, peer []byte) (share, secret []byte, err error) {
	if len(peer) != g.ClientShareLen() {
		return nil, nil, ErrBadShare
	}
	first, second := g.parts()
	cut := first.ClientShareLen()
	firstShare, firstSecret, err := first.Respond(rand, peer[:cut])
	if err != nil {
		return nil, nil, err
	}
	defer clear(firstSecret)
	secondShare, secondSecret, err := second.Respond(rand, peer[cut:])
	if err != nil {
		return nil, nil, err
	}
	defer clear(secondSecret)
	return concatenate(firstShare, secondShare), concatenate(firstSecret, secondSecret), nil
}

type hybridShare struct {
	group         hybridGroup
	first, second PrivateShare
}

func (s hybridShare) Agree(peer []byte) ([]byte, error) {
	if len(peer) != s.group.ServerShareLen() {
		return nil, ErrBadShare
	}
	first, _ := s.group.parts()
	cut := first.ServerShareLen()
	firstSecret, err := s.first.Agree(peer[:cut])
	if err != nil {
		return nil, err
	}
	defer clear(firstSecret)
	secondSecret, err := s.second.Agree(peer[cut:])
	if err != nil {
		return nil, err
	}
	defer clear(secondSecret)
	return concatenate(firstSecret, secondSecret), nil
}

func (s hybridShare) Wipe() {
	s.first.Wipe()
	s.second.Wipe()
}

// concatenate returns a and b in a slice of just their length, which shares memory
// with neither.
func concatenate(a, b []byte) []byte {
	return append(append(make([]byte, 0, len(a)+len(b)), a...), b...)
}
