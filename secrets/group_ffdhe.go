package secrets

import (
	"fmt"
	"io"

	"filippo.io/bigmod"

	"github.com/tacitls/tacitls/messages"
)

// ffdheGroup is Diffie-Hellman in a finite field of RFC 7919, by its codepoint.
// Shares and secrets are numbers below the prime, with as many leading zeros as
// it takes to have the prime's length. RFC 8446, Section 4.2.8.1. and 7.4.1.
//
// The primes are safe: every number from 2 to p-2 generates the quadratic residues
// or the whole group, so that the check of the range is all that a peer's share
// needs, and there is no shared secret to refuse. RFC 7919, Section 5.1.
//
// The modulus is made anew for each use, which costs a fortieth of what follows,
// and keeps a share under way as small as its exponent. What follows grows steeply:
// an exponentiation of the largest group takes as long as a hundred of the smallest.
type ffdheGroup messages.Group

const (
	ffdhe2048 = ffdheGroup(messages.FFDHE2048)
	ffdhe3072 = ffdheGroup(messages.FFDHE3072)
	ffdhe4096 = ffdheGroup(messages.FFDHE4096)
	ffdhe6144 = ffdheGroup(messages.FFDHE6144)
	ffdhe8192 = ffdheGroup(messages.FFDHE8192)

	// ffdheGenerator generates the quadratic residues of all of the groups.
	ffdheGenerator = 2
	// exponentTopBit is set in the first byte of every private exponent: "an m-bit
	// integer where m is at least" what the group asks for. RFC 7919, Section 5.2.
	exponentTopBit = 0x80
)

func (g ffdheGroup) ID() messages.Group { return messages.Group(g) }

func (g ffdheGroup) ClientShareLen() int { return g.parameters().primeLen }

func (g ffdheGroup) ServerShareLen() int { return g.parameters().primeLen }

func (g ffdheGroup) Generate(rand io.Reader) (PrivateShare, []byte, error) {
	exponent, err := g.newExponent(rand)
	if err != nil {
		return nil, nil, err
	}
	p, err := g.modulus()
	if err != nil {
		return nil, nil, err
	}
	return &ffdheShare{g, exponent}, power(generator(p), exponent, p), nil
}

// Respond draws no entropy for a share that is bad.
func (g ffdheGroup) Respond(rand io.Reader, peer []byte) (share, secret []byte, err error) {
	p, err := g.modulus()
	if err != nil {
		return nil, nil, err
	}
	theirs, err := parsePublic(peer, p)
	if err != nil {
		return nil, nil, err
	}
	exponent, err := g.newExponent(rand)
	if err != nil {
		return nil, nil, err
	}
	defer clear(exponent)
	return power(generator(p), exponent, p), power(theirs, exponent, p), nil
}

func (g ffdheGroup) modulus() (*bigmod.Modulus, error) {
	p, err := bigmod.NewModulus(g.prime())
	if err != nil {
		// Out of reach: a prime is a modulus.
		return nil, ErrBadShare
	}
	return p, nil
}

// newExponent draws a private exponent. With its first bit set it is neither 0 nor
// 1, and far below the order of the generator, so that no draw fails.
func (g ffdheGroup) newExponent(rand io.Reader) ([]byte, error) {
	exponent := make([]byte, g.parameters().exponentLen)
	if err := readEntropy(rand, exponent); err != nil {
		clear(exponent)
		return nil, err
	}
	exponent[0] |= exponentTopBit
	return exponent, nil
}

func generator(p *bigmod.Modulus) *bigmod.Nat {
	return bigmod.NewNat().SetUint(ffdheGenerator).ExpandFor(p)
}

// power returns base to the exponent, as long as p. The time it takes depends on
// the lengths alone.
func power(base *bigmod.Nat, exponent []byte, p *bigmod.Modulus) []byte {
	result := bigmod.NewNat().Exp(base, exponent, p)
	defer clear(result.Bits())
	return result.Bytes(p)
}

// parsePublic reads a peer's share, which is of the prime's length and neither 0,
// 1, p-1 nor above: the subgroups of these are all that is small here. RFC 8446,
// Section 4.2.8.1.
func parsePublic(peer []byte, p *bigmod.Modulus) (*bigmod.Nat, error) {
	if len(peer) != p.Size() {
		return nil, ErrBadShare
	}
	public, err := bigmod.NewNat().SetBytes(peer, p)
	if err != nil || public.IsZero()|public.IsOne()|public.IsMinusOne(p) != 0 {
		return nil, ErrBadShare
	}
	return public, nil
}

type ffdheShare struct {
	group    ffdheGroup
	exponent []byte
}

func (s *ffdheShare) Agree(peer []byte) ([]byte, error) {
	if s.exponent == nil {
		return nil, ErrWiped
	}
	p, err := s.group.modulus()
	if err != nil {
		return nil, err
	}
	theirs, err := parsePublic(peer, p)
	if err != nil {
		return nil, err
	}
	return power(theirs, s.exponent, p), nil
}

func (s *ffdheShare) Wipe() {
	clear(s.exponent)
	s.exponent = nil
}

// Format hides the exponent from every verb.
func (s *ffdheShare) Format(f fmt.State, _ rune) { writeHidden(f, "private share", len(s.exponent)) }
