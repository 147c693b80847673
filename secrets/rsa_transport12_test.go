package secrets

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"math/big"
	"testing"
)

// primeFrom returns the first prime with the two highest bits set, from where a
// source of fixed bytes says, whose predecessor has no factor 65537.
func primeFrom(t *testing.T, source *counter, bits int) *big.Int {
	t.Helper()
	b := make([]byte, (bits+7)/8)
	_, err := source.Read(b)
	wantError(t, "fixed bytes", err, nil)
	p := new(big.Int).SetBytes(b)
	p.Rsh(p, uint(len(b)*8-bits)).SetBit(p, bits-1, 1).SetBit(p, bits-2, 1).SetBit(p, 0, 1)
	for exponent := big.NewInt(65537); !p.ProbablyPrime(1) || new(big.Int).Mod(p, exponent).Int64() == 1; {
		p.Add(p, big.NewInt(2))
	}
	return p
}

// transportKey returns a key whose modulus has this many bits, always the same.
func transportKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	source := &counter{uint64(bits)}
	p, q := primeFrom(t, source, (bits+1)/2), primeFrom(t, source, bits/2)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	if err := key.Validate(); err != nil || key.N.BitLen() != bits {
		t.Fatalf("a key of %d bits: %v", key.N.BitLen(), err)
	}
	return key
}

// RFC 8017, Section 7.2.1.
func TestTheStandardLibraryDecryptsAnEncryptedPremasterSecret(t *testing.T) {
	premaster := append([]byte{3, 3}, bytes.Repeat([]byte{0, 0x5a}, 23)...)
	for _, bits := range []int{1024, 1025, 1031, 1032, 1536, 2048} {
		key := transportKey(t, bits)
		for seed := range uint64(20) {
			encrypted, err := EncryptPremaster(&counter{seed}, &key.PublicKey, premaster)
			wantError(t, "encrypt", err, nil)
			if len(encrypted) != (bits+7)/8 {
				t.Errorf("%d bits: %d bytes", bits, len(encrypted))
			}
			decrypted, err := key.Decrypt(nil, encrypted, nil)
			wantError(t, "decrypt", err, nil)
			wantBytes(t, "the premaster secret", decrypted, premaster)
			again, err := EncryptPremaster(&counter{seed}, &key.PublicKey, premaster)
			wantError(t, "encrypt again", err, nil)
			wantBytes(t, "the same from the same entropy", again, encrypted)
			other, err := EncryptPremaster(&counter{seed + 1}, &key.PublicKey, premaster)
			wantError(t, "encrypt with other entropy", err, nil)
			if bytes.Equal(other, encrypted) {
				t.Errorf("%d bits: other entropy gives the same bytes", bits)
			}
		}
	}
}

func TestTheBoundsOfEncryptionAreThoseOfPackageBig(t *testing.T) {
	premaster := bytes.Repeat([]byte{7}, RSAPremasterLen)
	modulus := func(bits int) *big.Int {
		n := new(big.Int).Lsh(big.NewInt(1), uint(bits))
		return n.Sub(n, big.NewInt(159))
	}
	for _, key := range []*rsa.PublicKey{
		{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 3}, {N: modulus(1024), E: maxExponent},
		{N: modulus(4096), E: 65537}, {N: modulus(16384), E: maxExponent}, {N: modulus(16384), E: 3},
	} {
		got, err := EncryptPremaster(constant(9), key, premaster)
		wantError(t, "encrypt", err, nil)
		block := append([]byte{0, 2}, bytes.Repeat([]byte{9}, key.Size()-51)...)
		block = append(append(block, 0), premaster...)
		want := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(key.E)), key.N)
		wantBytes(t, "encrypted under a modulus of any size", got, want.FillBytes(make([]byte, key.Size())))
	}

	n := modulus(2048)
	even := new(big.Int).Sub(n, big.NewInt(1))
	tooLong := maxExponent
	tooLong += 2 // wraps to a negative one where an int has 32 bits
	for name, key := range map[string]*rsa.PublicKey{
		"no key":                   nil,
		"no modulus":               {E: 65537},
		"a modulus of 0":           {N: new(big.Int), E: 65537},
		"a negative modulus":       {N: new(big.Int).Neg(n), E: 65537},
		"an even modulus":          {N: even, E: 65537},
		"a modulus of 1023 bits":   {N: modulus(1023), E: 65537},
		"a modulus of 16385 bits":  {N: modulus(16385), E: 65537},
		"no exponent":              {N: n},
		"an exponent of 1":         {N: n, E: 1},
		"an even exponent":         {N: n, E: 65536},
		"a negative exponent":      {N: n, E: -3},
		"an exponent too long":     {N: n, E: tooLong},
		"a modulus of 1 and of e":  {N: big.NewInt(1), E: 65537},
		"an even one of 1024 bits": {N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537},
	} {
		_, err := EncryptPremaster(&counter{1}, key, premaster)
		wantError(t, name, err, ErrKeyMismatch)
	}
	for _, length := range []int{0, 47, 49, 245, 300} {
		_, err := EncryptPremaster(&counter{1}, &rsa.PublicKey{N: n, E: 65537}, make([]byte, length))
		wantError(t, "another length", err, ErrPremasterLength)
	}
}

func TestPaddingHasNoZeroAndTakesWhatEntropyItNeeds(t *testing.T) {
	zeros, ones := make([]byte, 256), bytes.Repeat([]byte{1}, 256)
	b := make([]byte, 4)
	wantError(t, "zeros between", readNonzero(bytes.NewReader([]byte{0, 5, 0, 6, 0, 7, 8, 9}), b), nil)
	wantBytes(t, "each zero drawn again, the rest in order", b, []byte{5, 6, 7, 8})
	wantError(t, "zeros to the last try", readNonzero(bytes.NewReader(append(zeros[:4*(maxTries-1):4*(maxTries-1)], ones...)), b), nil)
	wantError(t, "zeros alone", readNonzero(constant(0), b), ErrEntropy)

	key := &transportKey(t, 1024).PublicKey
	premaster := make([]byte, RSAPremasterLen)
	for name, source := range map[string]*bytes.Reader{
		"no byte": bytes.NewReader(nil), "too few bytes": bytes.NewReader(ones[:76]), "zeros, and then no more": bytes.NewReader(zeros[:200]),
	} {
		if _, err := EncryptPremaster(source, key, premaster); !errors.Is(err, ErrEntropy) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := EncryptPremaster(nil, key, premaster)
	wantError(t, "no source", err, ErrEntropy)
	_, err = EncryptPremaster(bytes.NewReader(ones[:77]), key, premaster)
	wantError(t, "just enough bytes", err, nil)
}

func BenchmarkEncryptPremaster(b *testing.B) {
	n := new(big.Int).SetBit(big.NewInt(1), 2047, 1)
	key, premaster, source := &rsa.PublicKey{N: n, E: 65537}, make([]byte, RSAPremasterLen), &counter{1}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := EncryptPremaster(source, key, premaster); err != nil {
			b.Fatal(err)
		}
	}
}
