package secrets

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"
	"testing"
)

// imported is an import as RFC 9258, Section 5.1, writes it, step by step from HMAC.
func imported(of func() hash.Hash, epsk, identity, context []byte, protocol, kdf uint16, length int) (serialized, key []byte) {
	mac := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(of, key)
		for _, part := range parts {
			h.Write(part)
		}
		return h.Sum(nil)
	}
	u16 := func(n int) []byte { return []byte{byte(n >> 8), byte(n)} }
	// struct ImportedIdentity
	serialized = bytes.Join([][]byte{
		u16(len(identity)), identity, u16(len(context)), context, u16(int(protocol)), u16(int(kdf)),
	}, nil)
	digest := of()
	digest.Write(serialized)
	// epskx = HKDF-Extract(0, epsk)
	epskx := mac(make([]byte, of().Size()), epsk)
	// ipskx = HKDF-Expand-Label(epskx, "derived psk", Hash(ImportedIdentity), L), by
	// RFC 8446, Section 7.1, and RFC 5869, Section 2.3
	const label = "tls13 derived psk"
	info := bytes.Join([][]byte{
		u16(length), {byte(len(label))}, []byte(label), {byte(digest.Size())}, digest.Sum(nil),
	}, nil)
	var block []byte
	for i := byte(1); len(key) < length; i++ {
		block = mac(epskx, block, info, []byte{i})
		key = append(key, block...)
	}
	return serialized, key[:length]
}

var importHashes = []struct {
	hash Hash
	of   func() hash.Hash
	kdf  uint16 // RFC 9258, Section 9
}{{SHA256, sha256.New, 1}, {SHA384, sha512.New384, 2}}

// covers 9258/5.1/4
func TestAnImportIsWhatItsStepsComeTo(t *testing.T) {
	epsk := []byte("an external key of some length")
	for _, source := range importHashes {
		for _, target := range importHashes {
			for _, i := range []Import{
				{Identity: []byte("i"), Protocol: 0x0304},
				{Identity: []byte("sensor 7"), Context: []byte("client"), Protocol: 0x0304},
				{Identity: bytes.Repeat([]byte("x"), 300), Context: make([]byte, 1000), Protocol: 0xfefc},
			} {
				i.Target = target.hash
				identity, key, ok := ImportPSK(source.hash, epsk, &i)
				wantIdentity, wantKey := imported(source.of, epsk, i.Identity, i.Context, i.Protocol, target.kdf, target.hash.Size())
				if !ok || !bytes.Equal(identity, wantIdentity) || !bytes.Equal(key.Bytes(), wantKey) {
					t.Errorf("%v to %v, %d bytes of identity: %x and %x, %t, want %x and %x",
						source.hash, target.hash, len(i.Identity), identity, key.Bytes(), ok, wantIdentity, wantKey)
				}
			}
		}
	}
	// A key without a hash is one for SHA-256 (RFC 9258, Section 5.1).
	i := &Import{Identity: []byte("i"), Protocol: 0x0304, Target: SHA384}
	_, none, _ := ImportPSK(0, epsk, i)
	_, named, _ := ImportPSK(SHA256, epsk, i)
	if !none.Equal(&named) {
		t.Error("a key without a hash is not taken for one of SHA-256")
	}
}

// covers 9258/5.1/4
func TestWhatAKeyIsImportedForKeepsKeysApart(t *testing.T) {
	base := Import{Identity: []byte("ab"), Context: []byte("cd"), Protocol: 0x0304, Target: SHA256}
	seen := map[string]string{}
	for name, change := range map[string]func(i *Import){
		"nothing":                          func(*Import) {},
		"the context":                      func(i *Import) { i.Context = []byte("ce") },
		"no context":                       func(i *Import) { i.Context = nil },
		"the protocol":                     func(i *Import) { i.Protocol = 0xfefc },
		"the identity":                     func(i *Import) { i.Identity = []byte("aB") },
		"where identity and context meet":  func(i *Import) { i.Identity, i.Context = []byte("abc"), []byte("d") },
		"the hash function it is for":      func(i *Import) { i.Target = SHA384 },
		"identity and context, each other": func(i *Import) { i.Identity, i.Context = i.Context, i.Identity },
	} {
		i := base
		change(&i)
		identity, key, ok := ImportPSK(SHA256, []byte("an external key"), &i)
		if !ok {
			t.Fatalf("%s: there is no import", name)
		}
		// The beginnings too: a key for SHA-384 is not a longer one for SHA-256.
		for _, value := range []string{string(identity), string(key.Bytes()[:16])} {
			if other, twice := seen[value]; twice {
				t.Errorf("what differs by %s and by %s comes to the same", name, other)
			}
			seen[value] = name
		}
	}
}

// covers 9258/5.1/1
func TestNothingIsImportedOutOfItsBounds(t *testing.T) {
	most := make([]byte, 1<<16-1)
	good := Import{Identity: []byte("i"), Protocol: 0x0304, Target: SHA256}
	for name, change := range map[string]func(i *Import){
		"no identity":                    func(i *Import) { i.Identity = nil },
		"an identity too long":           func(i *Import) { i.Identity = append(most, 0) },
		"a context too long":             func(i *Import) { i.Context = append(most, 0) },
		"both too long for one identity": func(i *Import) { i.Context = most },
		"no hash function":               func(i *Import) { i.Target = 0 },
		"SSL 3":                          func(i *Import) { i.Protocol = 0x0300 },
		"TLS 1.2":                        func(i *Import) { i.Protocol = 0x0303 },
		"DTLS 1.0":                       func(i *Import) { i.Protocol = 0xfeff },
		"DTLS 1.2":                       func(i *Import) { i.Protocol = 0xfefd },
		"no protocol":                    func(i *Import) { i.Protocol = 0 },
	} {
		i := good
		change(&i)
		if identity, key, ok := ImportPSK(SHA256, []byte("key"), &i); ok || identity != nil || key.Len() != 0 {
			t.Errorf("%s: there is an import", name)
		}
	}
	if _, _, ok := ImportPSK(Hash(99), []byte("key"), &good); ok {
		t.Error("a key for an unknown hash function is imported")
	}
	identity, _, ok := ImportPSK(SHA256, []byte("key"), &good)
	if !ok || binary.BigEndian.Uint16(identity) != 1 {
		t.Errorf("what is in its bounds: %x, %t", identity, ok)
	}
}

// A key of nothing is one that everybody has.
func TestNothingIsNotImported(t *testing.T) {
	good := Import{Identity: []byte("x"), Protocol: 0x0304, Target: SHA256}
	if _, key, ok := ImportPSK(0, nil, &good); ok || key.Len() != 0 {
		t.Error("a key of nothing")
	}
}
