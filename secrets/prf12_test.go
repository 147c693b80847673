package secrets

import (
	"bytes"
	"crypto/hmac"
	"hash"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/messages"
)

// The vectors the TLS working group's list has had since 2009.
func TestThePRFGivesThePublishedBytes(t *testing.T) {
	for h, v := range map[Hash]struct{ secret, seed, want string }{
		SHA256: {"9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c",
			"e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af" +
				"0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
				"87347b66"},
		SHA384: {"b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465",
			"7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0" +
				"e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425" +
				"9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e099070" +
				"3d73e56f"},
	} {
		want := unhex(t, v.want)
		seed := unhex(t, v.seed)
		for n := range len(want) + 1 {
			got := make([]byte, n)
			PRF12(h, got, unhex(t, v.secret), "test label", seed[:7], nil, seed[7:])
			wantBytes(t, h.String(), got, want[:n])
		}
	}
	untouched := []byte("as it was")
	PRF12(0, untouched, nil, "test label")
	wantBytes(t, "no hash function", untouched, []byte("as it was"))
}

// plainPRF is P_hash of RFC 5246, Section 5. word for word.
func plainPRF(h func() hash.Hash, length int, secret, seed []byte) (out []byte) {
	mac := func(data ...[]byte) []byte {
		m := hmac.New(h, secret)
		for _, d := range data {
			m.Write(d)
		}
		return m.Sum(nil)
	}
	for a := mac(seed); len(out) < length; a = mac(a) {
		out = append(out, mac(a, seed)...)
	}
	return out[:length]
}

func TestThePRFTakesSecretsAndSeedsOfAnyLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.SampledFrom([]Hash{SHA256, SHA384}).Draw(t, "hash")
		secret := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "secret")
		seed := rapid.SliceOfN(rapid.Byte(), 0, 900).Draw(t, "seed")
		got := make([]byte, rapid.IntRange(0, 300).Draw(t, "length"))
		PRF12(h, got, secret, "label", seed)
		want := plainPRF(h.New, len(got), secret, append([]byte("label"), seed...))
		if !bytes.Equal(got, want) {
			t.Fatalf("got %x\nwant %x", got, want)
		}
	})
}

func TestWhatIsExportedFromTLS12DependsOnTheContextBeingThere(t *testing.T) {
	master := secretOf(t, bytes.Repeat([]byte{3}, MasterLen))
	randoms := &Randoms{Client: [32]byte{1}, Server: [32]byte{2}}
	seed := append(append([]byte("EXPORTER-x"), randoms.Client[:]...), randoms.Server[:]...)
	long := make([]byte, 1<<16-1)
	for name, row := range map[string]struct{ context, seed []byte }{
		"no context":          {nil, seed},
		"an empty context":    {[]byte{}, append(bytes.Clone(seed), 0, 0)},
		"a context":           {[]byte("abc"), append(bytes.Clone(seed), 0, 3, 'a', 'b', 'c')},
		"the longest context": {long, append(append(bytes.Clone(seed), 0xff, 0xff), long...)},
	} {
		got := make([]byte, 77)
		wantError(t, name, Export12(SHA384, master, randoms, "EXPORTER-x", row.context, got), nil)
		wantBytes(t, name, got, plainPRF(SHA384.New, 77, master.Bytes(), row.seed))
	}
}

func TestNoSecretOfTheHandshakeCanBeExported(t *testing.T) {
	master := secretOf(t, make([]byte, MasterLen))
	dst := []byte("as it was")
	for _, label := range []string{"client finished", "server finished", "master secret", "extended master secret", "key expansion"} {
		err := Export12(SHA256, master, new(Randoms), label, nil, dst)
		wantError(t, label, err, ErrReservedLabel)
	}
	err := Export12(SHA256, master, new(Randoms), "EXPORTER-x", make([]byte, 1<<16), dst)
	wantError(t, "a context too long", err, ErrContextLength)
	wantBytes(t, "untouched", dst, []byte("as it was"))
}

func TestPremasterSecretsOfPSKsHoldBothParts(t *testing.T) {
	psk := []byte{1, 2, 3}
	wantBytes(t, "a PSK alone", AppendPSKPremaster([]byte("x"), nil, psk), []byte{'x', 0, 3, 0, 0, 0, 0, 3, 1, 2, 3})
	wantBytes(t, "with a shared secret", AppendPSKPremaster(nil, []byte{9, 8}, psk), []byte{0, 2, 9, 8, 0, 3, 1, 2, 3})
	wantBytes(t, "an empty shared secret", AppendPSKPremaster(nil, []byte{}, psk), []byte{0, 0, 0, 3, 1, 2, 3})
	long := make([]byte, 1<<16)
	if got := AppendPSKPremaster(nil, long, long); len(got) != 4+2*(1<<16-1) || got[0] != 0xff || got[1] != 0xff {
		t.Errorf("of too long a PSK: %d bytes", len(got))
	}
}

// covers 5246/7.4.7.1/2
// covers 5246/7.4.7.1/4
func TestABadRSAPremasterIsReplacedInSilence(t *testing.T) {
	var fallback [RSAPremasterLen]byte
	copy(fallback[:], "random bytes the client cannot know")
	good := append([]byte{3, 3}, bytes.Repeat([]byte{7}, 46)...)
	for name, row := range map[string]struct {
		offered   messages.Version
		decrypted []byte
		want      []byte
	}{
		"as it should be":      {messages.TLS12, good, good},
		"of another version":   {messages.Version(0x0302), good, fallback[:]},
		"of another major":     {messages.Version(0x0403), good, fallback[:]},
		"a byte short":         {messages.TLS12, good[:47], fallback[:]},
		"a byte too long":      {messages.TLS12, append(bytes.Clone(good), 0), fallback[:]},
		"not decrypted at all": {messages.TLS12, nil, fallback[:]},
	} {
		premaster := RSAPremaster(row.offered, row.decrypted, &fallback)
		wantBytes(t, name, premaster.Bytes(), row.want)
	}
}
