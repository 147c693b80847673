package secrets

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"encoding/binary"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

// kemParts is what the standard library makes of the parts of a group with ML-KEM.
type kemParts struct {
	group    messages.Group
	curve    ecdh.Curve // nil for ML-KEM on its own
	point    int        // the length of a point
	kemFirst bool
	large    bool // ML-KEM-1024
}

var kemGroups = []kemParts{
	{messages.X25519MLKEM768, ecdh.X25519(), 32, true, false},
	{messages.SecP256r1MLKEM768, ecdh.P256(), 65, false, false},
	{messages.SecP384r1MLKEM1024, ecdh.P384(), 97, false, true},
	{messages.MLKEM768, nil, 0, false, false},
	{messages.MLKEM1024, nil, 0, false, true},
}

// join puts the parts of a share or of a secret into the order of the group.
func (k kemParts) join(kem, ecdh []byte) []byte {
	if k.kemFirst {
		return append(bytes.Clone(kem), ecdh...)
	}
	return append(bytes.Clone(ecdh), kem...)
}

// split undoes join.
func (k kemParts) split(share []byte) (kem, ecdh []byte) {
	if k.kemFirst {
		return share[:len(share)-k.point], share[len(share)-k.point:]
	}
	return share[k.point:], share[:k.point]
}

// agreement is the curve's part of the other side: its share, and the secret.
func (k kemParts) agreement(t *testing.T, peer []byte) (share, secret []byte) {
	t.Helper()
	if k.curve == nil {
		return nil, nil
	}
	key := k.key(t)
	theirs, err := k.curve.NewPublicKey(peer)
	wantError(t, "the point of a share", err, nil)
	secret, err = key.ECDH(theirs)
	wantError(t, "the secret of the curve", err, nil)
	return key.PublicKey().Bytes(), secret
}

func (k kemParts) key(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	scalar := map[int]int{32: 32, 65: 32, 97: 48}[k.point]
	key, err := k.curve.NewPrivateKey(bytes.Repeat([]byte{9}, scalar))
	wantError(t, "the key of the other side", err, nil)
	return key
}

func TestEveryGroupWithMLKEMAgreesWithTheStandardLibraryAsServer(t *testing.T) {
	for _, k := range kemGroups {
		private, share, err := groupOf(t, k.group).Generate(&counter{1})
		wantError(t, k.group.String(), err, nil)
		kem, point := k.split(share)
		var kemSecret, ciphertext []byte
		if k.large {
			key, err := mlkem.NewEncapsulationKey1024(kem)
			wantError(t, k.group.String()+": encapsulation key", err, nil)
			kemSecret, ciphertext = key.Encapsulate()
		} else {
			key, err := mlkem.NewEncapsulationKey768(kem)
			wantError(t, k.group.String()+": encapsulation key", err, nil)
			kemSecret, ciphertext = key.Encapsulate()
		}
		answer, secret := k.agreement(t, point)
		got, err := private.Agree(k.join(ciphertext, answer))
		wantError(t, k.group.String()+": agree", err, nil)
		wantBytes(t, k.group.String()+": secret of the client", got, k.join(kemSecret, secret))
	}
}

func TestEveryGroupWithMLKEMAgreesWithTheStandardLibraryAsClient(t *testing.T) {
	seed := bytes.Repeat([]byte{5}, mlkem.SeedSize)
	small, err := mlkem.NewDecapsulationKey768(seed)
	wantError(t, "decapsulation key", err, nil)
	large, err := mlkem.NewDecapsulationKey1024(seed)
	wantError(t, "decapsulation key", err, nil)
	for _, k := range kemGroups {
		kem, decapsulate := small.EncapsulationKey().Bytes(), small.Decapsulate
		if k.large {
			kem, decapsulate = large.EncapsulationKey().Bytes(), large.Decapsulate
		}
		var point []byte
		if k.curve != nil {
			point = k.key(t).PublicKey().Bytes()
		}
		share, got, err := groupOf(t, k.group).Respond(&counter{2}, k.join(kem, point))
		wantError(t, k.group.String()+": respond", err, nil)
		ciphertext, answer := k.split(share)
		kemSecret, err := decapsulate(ciphertext)
		wantError(t, k.group.String()+": decapsulate", err, nil)
		_, secret := k.agreement(t, answer)
		wantBytes(t, k.group.String()+": secret of the server", got, k.join(kemSecret, secret))
	}
}

func TestTheSharesOfGroupsWithMLKEMHaveTheLengthsOfTheDrafts(t *testing.T) {
	for id, want := range map[messages.Group][2]int{
		messages.X25519MLKEM768:     {1216, 1120},
		messages.SecP256r1MLKEM768:  {1249, 1153},
		messages.SecP384r1MLKEM1024: {1665, 1665},
		messages.MLKEM768:           {1184, 1088},
		messages.MLKEM1024:          {1568, 1568},
	} {
		g := groupOf(t, id)
		if got := [2]int{g.ClientShareLen(), g.ServerShareLen()}; got != want {
			t.Errorf("%v: shares of %d bytes, want %d", id, got, want)
		}
	}
}

func TestAnMLKEMKeyWithACoefficientOutOfRangeIsRefused(t *testing.T) {
	for _, k := range kemGroups {
		g := groupOf(t, k.group)
		_, share, err := g.Generate(&counter{1})
		wantError(t, k.group.String(), err, nil)
		for _, coefficient := range []uint16{3329, 4095} {
			bad := bytes.Clone(share)
			kem, _ := k.split(bad)
			binary.LittleEndian.PutUint16(kem, binary.LittleEndian.Uint16(kem)&0xf000|coefficient)
			_, _, err = g.Respond(&counter{2}, bad)
			wantError(t, k.group.String()+": coefficient out of range", err, ErrBadShare)
		}
	}
}

func TestPartsOfAHybridAreCheckedAsTheGroupsOnTheirOwnAre(t *testing.T) {
	for _, k := range kemGroups {
		if k.curve == nil || k.kemFirst {
			continue
		}
		g := groupOf(t, k.group)
		private, client, err := g.Generate(&counter{1})
		wantError(t, k.group.String(), err, nil)
		server, _, err := g.Respond(&counter{2}, client)
		wantError(t, k.group.String(), err, nil)
		for name, change := range map[string]func(share, point []byte){
			"off the curve":                  func(_, point []byte) { point[len(point)-1] ^= 1 },
			"a compressed point, our length": func(_, point []byte) { point[0] = 2 },
			"the point at infinity":          func(_, point []byte) { clear(point) },
			"the parts the other way round": func(share, point []byte) {
				copy(share, append(bytes.Clone(share[len(point):]), point...))
			},
		} {
			for _, share := range [][]byte{client, server} {
				bad := bytes.Clone(share)
				_, point := k.split(bad)
				change(bad, point)
				if &share[0] == &client[0] {
					_, _, err = g.Respond(&counter{2}, bad)
				} else {
					_, err = private.Agree(bad)
				}
				wantError(t, k.group.String()+": "+name, err, ErrBadShare)
			}
		}
	}
}

func TestATamperedCiphertextGivesAnotherSecretAndNoError(t *testing.T) {
	for _, k := range kemGroups {
		g := groupOf(t, k.group)
		private, share, err := g.Generate(&counter{1})
		wantError(t, k.group.String(), err, nil)
		server, secret, err := g.Respond(&counter{2}, share)
		wantError(t, k.group.String(), err, nil)
		ciphertext, _ := k.split(server)
		ciphertext[0] ^= 1
		got, err := private.Agree(server)
		wantError(t, k.group.String()+": agree", err, nil)
		if bytes.Equal(got, secret) || len(got) != len(secret) {
			t.Errorf("%v: tampering went unnoticed", k.group)
		}
	}
}

func TestABadShareOfMLKEMCostsNoEntropy(t *testing.T) {
	for _, id := range []messages.Group{messages.MLKEM768, messages.MLKEM1024} {
		g := groupOf(t, id)
		_, _, err := g.Respond(nil, bytes.Repeat([]byte{0xff}, g.ClientShareLen()))
		wantError(t, id.String(), err, ErrBadShare)
	}
}
