package answer_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"io"
	"math/big"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// counted is entropy that counts the bytes taken from it.
type counted struct {
	io.Reader
	taken int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.taken += n
	return n, err
}

func entropy(seed string) *counted { return &counted{Reader: testkit.Rand(seed)} }

func askDecrypt(c *answer.Certificate, ciphertext []byte) *events.Decrypt {
	return &events.Decrypt{Asked: events.Asked{ID: 7}, Credential: c.Credential(messages.TLS12), Ciphertext: ciphertext}
}

func decrypted(t *testing.T, why string, a events.Answer) []byte {
	t.Helper()
	got, ok := a.(*events.Decrypted)
	if !ok || got.Question() != 7 {
		t.Fatalf("%s: got %s", why, describe(a))
	}
	return got.Premaster
}

func TestAPremasterSecretComesBackAsItWasEncrypted(t *testing.T) {
	public := testkit.Server(testkit.RSA).Key.Public().(*rsa.PublicKey)
	want := make([]byte, events.PremasterLen)
	random := testkit.Rand("premaster secrets")
	for range 8 {
		_, _ = random.Read(want)
		ciphertext, err := secrets.EncryptPremaster(random, public, want)
		if err != nil {
			t.Fatal(err)
		}
		got := decrypted(t, "encrypted", (&answer.Server{}).Answer(testkit.Now, askDecrypt(certificate(t, testkit.RSA), ciphertext)))
		if !bytes.Equal(got, want) {
			t.Errorf("%x comes back as %x", want, got)
		}
	}
}

// covered is what an RSA key makes of a block as long as its modulus, padded well
// or not.
func covered(key *rsa.PublicKey, block []byte) []byte {
	power := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(key.E)), key.N)
	return power.FillBytes(make([]byte, key.Size()))
}

// padded is a premaster secret behind a padding of the type given
// (RFC 8017, Section 7.2.1).
func padded(size int, kind byte, premaster []byte) []byte {
	block := bytes.Repeat([]byte{0xa5}, size-len(premaster))
	block[0], block[1], block[len(block)-1] = 0, kind, 0
	return append(block, premaster...)
}

// covers 5246/7.4.7.1/3 5246/7.4.7.1/4
func TestABadPaddingGivesARandomPremasterSecretByTheSameSteps(t *testing.T) {
	identity := testkit.Server(testkit.RSA)
	public := identity.Key.Public().(*rsa.PublicKey)
	c := certificate(t, testkit.RSA)
	want := bytes.Repeat([]byte{3}, events.PremasterLen)
	answered := func(why string, block []byte) ([]byte, int) {
		random := entropy(why)
		server := &answer.Server{Signing: answer.Signing{Rand: random}}
		if len(block) == public.Size() {
			block = covered(public, block)
		}
		premaster := decrypted(t, why, server.Answer(testkit.Now, askDecrypt(c, block)))
		return premaster, random.taken
	}
	size := public.Size()
	got, taken := answered("a good padding", padded(size, 2, want))
	if !bytes.Equal(got, want) {
		t.Fatalf("a good padding gives %x", got)
	}
	begun := padded(size, 2, want)
	begun[0] = 1
	endless := padded(size, 2, want)
	endless[size-len(want)-1] = 1
	short := padded(size, 2, want)
	short[4] = 0
	seen := map[string]bool{string(want): true}
	for why, block := range map[string][]byte{
		"a block that does not begin with 0": begun,
		"a block of the type for signatures": padded(size, 1, want),
		"a padding without an end":           endless,
		"a padding of two bytes":             short,
		"a secret of 47 bytes":               padded(size, 2, want[:47]),
		"a secret of 49 bytes":               padded(size, 2, append(want, 3)),
		"a ciphertext of nothing":            nil,
		"a ciphertext that is too short":     {1, 2, 3},
	} {
		premaster, read := answered(why, block)
		if len(premaster) != events.PremasterLen || seen[string(premaster)] {
			t.Errorf("%s gives %x, want 48 bytes that nobody knows", why, premaster)
		}
		if read != taken {
			t.Errorf("%s takes %d bytes of entropy, a good one %d", why, read, taken)
		}
		seen[string(premaster)] = true
	}
}

// aloof is a signer that decrypts nothing; broken says that it would, and fails.
type (
	aloof  struct{ crypto.Signer }
	broken struct{ crypto.Signer }
)

func (broken) Decrypt(io.Reader, []byte, crypto.DecrypterOpts) ([]byte, error) {
	return nil, errOutOfReach
}

func TestWhatCannotBeDecryptedIsNotToldToThePeer(t *testing.T) {
	identity := testkit.Server(testkit.RSA)
	public := identity.Key.Public().(*rsa.PublicKey)
	good := covered(public, padded(public.Size(), 2, make([]byte, events.PremasterLen)))
	wrap := func(signer crypto.Signer) *answer.Certificate {
		c, err := answer.NewCertificate(identity.Chain, signer)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	foreign := askDecrypt(certificate(t, testkit.RSA), good)
	foreign.Credential = &events.Credential{Key: 1}
	nobody := askDecrypt(certificate(t, testkit.RSA), good)
	nobody.Credential = nil
	for why, q := range map[string]*events.Decrypt{
		"more than the modulus":            askDecrypt(certificate(t, testkit.RSA), append([]byte{1}, good...)),
		"a number above the modulus":       askDecrypt(certificate(t, testkit.RSA), bytes.Repeat([]byte{0xff}, public.Size())),
		"a key that signs and no more":     askDecrypt(wrap(aloof{identity.Key}), good),
		"a key of another kind":            askDecrypt(certificate(t, testkit.P256), good),
		"a key out of reach":               askDecrypt(wrap(broken{identity.Key}), good),
		"a credential of somebody else's":  foreign,
		"a credential that is not there":   nobody,
		"a credential of a nil certficate": {Asked: events.Asked{ID: 7}, Credential: &events.Credential{Key: (*answer.Certificate)(nil)}},
	} {
		if premaster := decrypted(t, why, (&answer.Server{}).Answer(testkit.Now, q)); len(premaster) != 0 {
			t.Errorf("%s gives %x", why, premaster)
		}
	}
	dry := &answer.Server{Signing: answer.Signing{Rand: bytes.NewReader(nil)}}
	if premaster := decrypted(t, "no entropy", dry.Answer(testkit.Now, askDecrypt(certificate(t, testkit.RSA), good))); len(premaster) != 0 {
		t.Errorf("without entropy there is %x", premaster)
	}
}
