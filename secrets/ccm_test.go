package secrets

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// ccmVectors are the examples 1 to 3 of NIST SP 800-38C, Appendix C, packet
// vectors of RFC 3610, Section 8., the first of Wycheproof, and three of the shape
// of records made with OpenSSL 3.
var ccmVectors = map[string]struct {
	key, nonce, additional, plaintext, want string
	tagLen                                  int
}{
	"SP 800-38C, example 1": {"404142434445464748494a4b4c4d4e4f", "10111213141516", "0001020304050607",
		"20212223", "7162015b4dac255d", 4},
	"SP 800-38C, example 2": {"404142434445464748494a4b4c4d4e4f", "1011121314151617", "000102030405060708090a0b0c0d0e0f",
		"202122232425262728292a2b2c2d2e2f", "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd", 6},
	"SP 800-38C, example 3": {"404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213",
		"202122232425262728292a2b2c2d2e2f3031323334353637", "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", 8},
	"RFC 3610, packet 1": {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000003020100a0a1a2a3a4a5", "0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e", "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0", 8},
	"RFC 3610, packet 2": {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000004030201a0a1a2a3a4a5", "0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916", 8},
	"RFC 3610, packet 3": {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000005040302a0a1a2a3a4a5", "0001020304050607",
		"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", "51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5", 8},
	"RFC 3610, packet 4": {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000006050403a0a1a2a3a4a5", "000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e", "a28c6865939a9a79faaa5c4c2a9d4a91cdac8c96c861b9c9e61ef1", 8},
	"RFC 3610, packet 5": {"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000007060504a0a1a2a3a4a5", "000102030405060708090a0b",
		"0c0d0e0f101112131415161718191a1b1c1d1e1f", "dcf1fb7b5d9e23fb9d4e131253658ad86ebdca3e51e83f077d9c2d93", 8},
	"Wycheproof, case 1": {"bedcfb5a011ebc84600fcb296c15af0d", "438a547a94ea88dce46c6c85", "", "",
		"25d1a38495a7dea45bda049705627d10", 16},
	"a record, AES-256": {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "404142434445464748494a4b",
		"000102030405060708090a0b0c", "6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495",
		"9de97623e3858920e0e4a7afbfea1b6e3c997a58b0c6ff272c121bad0186dfe54b1e8b7ec30ef3fd420d69d6a76c243cb6bb0ef76f2b4de8a7059b7bb23cb35784e1", 16},
	"a record, AES-256, a short tag": {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "404142434445464748494a4b",
		"000102030405060708090a0b0c", "6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283",
		"9de97623e3858920e0e4a7afbfea1b6e3c997a58b0c6ff272c121bad0186dfe5dd300fd887c7aa35", 8},
	"two blocks of additional data": {"000102030405060708090a0b0c0d0e0f", "404142434445464748494a4b",
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445",
		"708eaf2d9bbc2e3397ce6e062d04e59390abba9f959645be27d0cdc0fb3cd2110b2acbfd1d8fffa4712c048237bc370db2c595812ccf5af78737832b6bf1a12acccfeefe2bd12040b2801b7ebdf59fe8e532b4b2a876", 16},
}

func TestCCMGivesThePublishedCiphertexts(t *testing.T) {
	for name, v := range ccmVectors {
		nonce, additional := unhex(t, v.nonce), unhex(t, v.additional)
		plaintext, want := unhex(t, v.plaintext), unhex(t, v.want)
		aead, err := newCCM(unhex(t, v.key), len(nonce), v.tagLen)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantBytes(t, name, aead.Seal([]byte("x"), nonce, plaintext, additional), append([]byte("x"), want...))
		got, err := aead.Open([]byte("x"), nonce, want, additional)
		wantError(t, name, err, nil)
		wantBytes(t, name, got, append([]byte("x"), plaintext...))
		for i := range len(want) * 8 {
			bad := bytes.Clone(want)
			bad[i/8] ^= 1 << (i % 8)
			_, err := aead.Open(nil, nonce, bad, additional)
			wantError(t, name+": a bit changed", err, ErrBadMAC)
		}
		for i := range len(want) {
			_, err := aead.Open(nil, nonce, want[:i], additional)
			wantError(t, name+": cut short", err, ErrBadMAC)
		}
	}
}

func TestCCMWorksInPlaceAndDestroysWhatItRefuses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		aead, err := newCCM(make([]byte, 16), nonceLen, rapid.SampledFrom([]int{8, 16}).Draw(t, "tag"))
		if err != nil || aead.NonceSize() != nonceLen {
			t.Fatal(err)
		}
		nonce := rapid.SliceOfN(rapid.Byte(), nonceLen, nonceLen).Draw(t, "nonce")
		additional := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "additional")
		plaintext := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "plaintext")
		buffer := append(make([]byte, 0, 200), plaintext...)
		sealed := aead.Seal(buffer[:0], nonce, buffer, additional)
		if !bytes.Equal(sealed, aead.Seal(nil, nonce, plaintext, additional)) || len(sealed) != len(plaintext)+aead.Overhead() {
			t.Fatal("sealing in place differs")
		}
		bad := bytes.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= 0x40
		if _, err := aead.Open(bad[:0], nonce, bad, additional); err != ErrBadMAC || !bytes.Equal(bad[:len(plaintext)], make([]byte, len(plaintext))) {
			t.Fatalf("forged: %v, %x left", err, bad)
		}
		opened, err := aead.Open(sealed[:0], nonce, sealed, additional)
		if err != nil || !bytes.Equal(opened, plaintext) {
			t.Fatalf("open: %x, %v", opened, err)
		}
	})
}

func TestCCMRefusesWhatItIsNotMadeFor(t *testing.T) {
	for name, row := range map[string]struct{ key, nonce, tag int }{
		"a key of 15 bytes":        {15, 12, 16},
		"a nonce of 6 bytes":       {16, 6, 16},
		"a nonce of 14 bytes":      {16, 14, 16},
		"a tag of 2 bytes":         {16, 12, 2},
		"a tag of 18 bytes":        {16, 12, 18},
		"a tag of an odd number":   {16, 12, 9},
		"a tag of negative length": {16, 12, -8},
	} {
		_, err := newCCM(make([]byte, row.key), row.nonce, row.tag)
		wantError(t, name, err, ErrSuite)
	}
	aead, err := newCCM(make([]byte, 16), 13, 16)
	wantError(t, "the shortest lengths", err, nil)
	nonce := make([]byte, 13)
	for name, out := range map[string][]byte{
		"a message too long":        aead.Seal([]byte("x"), nonce, make([]byte, 1<<16), nil),
		"too much additional data":  aead.Seal([]byte("x"), nonce, nil, make([]byte, maxCCMAdditional+1)),
		"a nonce of another length": aead.Seal([]byte("x"), nonce[:12], nil, nil),
	} {
		wantBytes(t, name, out, []byte("x"))
	}
	_, err = aead.Open(nil, nonce, make([]byte, 1<<16+16), nil)
	wantError(t, "a message too long", err, ErrBadMAC)
	_, err = aead.Open(nil, nonce[:12], make([]byte, 16), nil)
	wantError(t, "a nonce of another length", err, ErrBadMAC)
}
