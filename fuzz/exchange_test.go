package fuzz

import (
	"bytes"
	"crypto/rsa"
	"errors"
	"math/big"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// What a peer says of its keys goes straight into arithmetic. Whatever it is, it
// is refused for what it is or it serves: nothing else is said of it, nothing
// panics, and both sides of an agreement arrive at one secret.

// quickGroups are those whose arithmetic lets a fuzzer try many inputs.
func quickGroups() []messages.Group {
	return []messages.Group{
		messages.X25519, messages.X448, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1,
		messages.FFDHE2048, messages.FFDHE3072,
		messages.X25519MLKEM768, messages.SecP256r1MLKEM768, messages.SecP384r1MLKEM1024, messages.MLKEM768, messages.MLKEM1024,
	}
}

func FuzzShares(f *testing.F) {
	for i, id := range quickGroups() {
		group, _ := secrets.LookupGroup(id)
		_, client, err := group.Generate(testkit.Rand("client"))
		if err != nil {
			f.Fatal(err)
		}
		server, _, err := group.Respond(testkit.Rand("server"), client)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), client)
		f.Add(byte(i), server)
		f.Add(byte(i), bytes.Repeat([]byte{0xff}, len(client)))
	}
	f.Fuzz(func(t *testing.T, choice byte, peer []byte) {
		id := quickGroups()[int(choice)%len(quickGroups())]
		group, _ := secrets.LookupGroup(id)
		before := bytes.Clone(peer)
		share, secret, err := group.Respond(testkit.Rand("server"), peer)
		wantVerdict(t, id, len(peer) == group.ClientShareLen(), err)
		if err == nil && (len(share) != group.ServerShareLen() || len(secret) == 0) {
			t.Errorf("%v: a share of %d bytes and a secret of %d", id, len(share), len(secret))
		}
		private, _, err := group.Generate(testkit.Rand("client"))
		if err != nil {
			t.Fatal(err)
		}
		first, err := private.Agree(peer)
		wantVerdict(t, id, len(peer) == group.ServerShareLen(), err)
		if second, again := private.Agree(peer); !bytes.Equal(first, second) || again != err {
			t.Errorf("%v: agreeing again gives another secret", id)
		}
		if !bytes.Equal(peer, before) {
			t.Errorf("%v: the peer's share was written to", id)
		}
		if padded, ok := secrets.PadPublic(id, peer); ok && len(padded) != group.ClientShareLen() {
			t.Errorf("%v: padded to %d bytes", id, len(padded))
		}
		if found, ok := secrets.LookupFiniteField(peer, []byte{2}); ok != secrets.IsFiniteField(found) {
			t.Errorf("a prime is found to be that of %v", found)
		}
	})
}

// wantVerdict lets only the errors pass that Group documents, and none for lengths
// alone.
func wantVerdict(t *testing.T, id messages.Group, rightLength bool, err error) {
	t.Helper()
	if err != nil && err != secrets.ErrBadShare && err != secrets.ErrZeroSecret || err != secrets.ErrBadShare && !rightLength {
		t.Errorf("%v: %v, where the length is right: %v", id, err, rightLength)
	}
}

// FuzzPublicKeys makes keys from what the fuzzer says.
func FuzzPublicKeys(f *testing.F) {
	f.Add([]byte{0x30, 0x43, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71, 0x03, 0x3a, 0x00}, 3)
	f.Add(append([]byte{1}, make([]byte, 57+114-1)...), 65537)
	f.Add(append(bytes.Repeat([]byte{0xff}, 128), make([]byte, 171)...), 65537)
	f.Add(testkit.PublicKeyInfo(testkit.Server(testkit.MLDSA44).Key.Public()), 3)
	f.Fuzz(func(t *testing.T, material []byte, exponent int) {
		if key, ok := secrets.ParseEd448(material); ok && !bytes.HasSuffix(material, key) {
			t.Errorf("%x has the key %x", material, key)
		}
		if key, ok := secrets.ParseMLDSA(material); ok && !bytes.Equal(secrets.MLDSAInfo(key), material) {
			t.Errorf("%x is a key of ML-DSA with another encoding", material)
		}
		const keyLen = 57
		if len(material) >= keyLen {
			err := secrets.VerifySignature(secrets.Rules13, secrets.Ed448PublicKey(material[:keyLen]), messages.Ed448, nil, material[keyLen:])
			if err != nil && err != secrets.ErrBadSignature {
				t.Errorf("a signature of Ed448: %v", err)
			}
		}
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(material), E: exponent}
		encrypted, err := secrets.EncryptPremaster(testkit.Rand("padding"), key, make([]byte, secrets.RSAPremasterLen))
		if err == nil && len(encrypted) != key.Size() || err != nil && !errors.Is(err, secrets.ErrKeyMismatch) {
			t.Errorf("%d bytes under a modulus of %d bits: %v", len(encrypted), key.N.BitLen(), err)
		}
	})
}
