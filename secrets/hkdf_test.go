package secrets

import (
	"crypto/hkdf"
	"crypto/hmac"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawHash(t *rapid.T) Hash { return rapid.SampledFrom([]Hash{SHA256, SHA384}).Draw(t, "hash") }

func drawBytes(t *rapid.T, name string, most int) []byte {
	return rapid.SliceOfN(rapid.Byte(), 0, most).Draw(t, name)
}

func TestMACEqualsTheStandardLibrarysForKeysAndMessagesOfAnyLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHash(t)
		key := drawBytes(t, "key", 200)
		message := drawBytes(t, "message", 2*maxShortMessage)
		reference := hmac.New(h.New, key)
		reference.Write(message)
		got := h.mac(key, message)
		if want := reference.Sum(nil); string(got[:h.Size()]) != string(want) {
			t.Fatalf("got %x, want %x", got[:h.Size()], want)
		}
	})
}

func TestMACChangesItsWayAtTheBoundWithoutASeam(t *testing.T) {
	for _, h := range []Hash{SHA256, SHA384} {
		for _, keyLen := range []int{0, h.blockSize() - 1, h.blockSize(), h.blockSize() + 1} {
			for _, n := range []int{0, maxShortMessage - 1, maxShortMessage, maxShortMessage + 1, 70000} {
				key, message := make([]byte, keyLen), make([]byte, n)
				reference := hmac.New(h.New, key)
				reference.Write(message)
				got := h.mac(key, message)
				wantBytes(t, fmt.Sprintf("%v, key of %d, message of %d", h, keyLen, n), got[:h.Size()], reference.Sum(nil))
			}
		}
	}
}

func TestExtractAndExpandEqualTheStandardLibrarys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHash(t)
		salt := drawBytes(t, "salt", 100)
		key := rapid.SliceOfN(rapid.Byte(), 1, 1000).Draw(t, "key")
		info := drawBytes(t, "info", maxHKDFLabel)
		length := rapid.IntRange(0, 255*h.Size()).Draw(t, "length")

		want, err := hkdf.Extract(h.New, key, salt)
		if err != nil {
			t.Fatal(err)
		}
		got := h.extract(salt, key)
		if string(got.Bytes()) != string(want) {
			t.Fatalf("extract: got %x, want %x", got.Bytes(), want)
		}
		wantOutput, err := hkdf.Expand(h.New, want, string(info), length)
		if err != nil {
			t.Fatal(err)
		}
		output := make([]byte, length)
		h.expand(output, got.Bytes(), info)
		if string(output) != string(wantOutput) {
			t.Fatalf("expand: got %x, want %x", output, wantOutput)
		}
	})
}

func TestExpandLabelEncodesTheLabelAsTheRFCDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHash(t)
		prefix := rapid.SampledFrom([]Prefix{TLSPrefix, DTLSPrefix}).Draw(t, "prefix")
		label := string(rapid.SliceOfN(rapid.Byte(), 1, maxLabel).Draw(t, "label"))
		context := drawBytes(t, "context", maxContext)
		length := rapid.IntRange(0, 600).Draw(t, "length")
		secret := h.extract(nil, drawBytes(t, "secret", 64))

		full := prefix.String() + label
		info := string([]byte{byte(length >> 8), byte(length), byte(len(full))}) + full +
			string([]byte{byte(len(context))}) + string(context)
		want, err := hkdf.Expand(h.New, secret.Bytes(), info, length)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, length)
		if err := h.ExpandLabel(got, &secret, prefix, label, context); err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Fatalf("got %x, want %x", got, want)
		}
	})
}

func TestPublishedHKDFVectors(t *testing.T) {
	// RFC 5869, Appendix A.
	for name, v := range map[string]struct{ key, salt, info, prk, output string }{
		"basic": {
			key: strings.Repeat("0b", 22), salt: "000102030405060708090a0b0c", info: "f0f1f2f3f4f5f6f7f8f9",
			prk:    "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
			output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
		},
		"no salt and no info": {
			key:    strings.Repeat("0b", 22),
			prk:    "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
			output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
		},
	} {
		prk := SHA256.extract(unhex(t, v.salt), unhex(t, v.key))
		wantBytes(t, name, prk.Bytes(), unhex(t, v.prk))
		output := make([]byte, len(v.output)/2)
		SHA256.expand(output, prk.Bytes(), unhex(t, v.info))
		wantBytes(t, name, output, unhex(t, v.output))
	}
}

func TestLabelsContextsAndLengthsOutOfBoundsAreRefused(t *testing.T) {
	secret := secretOf(t, make([]byte, 32))
	long := strings.Repeat("x", maxLabel+1)
	dst := make([]byte, 255*32+1)
	wantError(t, "empty label", SHA256.ExpandLabel(dst[:1], secret, TLSPrefix, "", nil), ErrLabel)
	wantError(t, "long label", SHA256.ExpandLabel(dst[:1], secret, TLSPrefix, long, nil), ErrLabel)
	wantError(t, "long context", SHA256.ExpandLabel(dst[:1], secret, TLSPrefix, "a", make([]byte, 256)), ErrContext)
	wantError(t, "long output", SHA256.ExpandLabel(dst, secret, TLSPrefix, "a", nil), ErrOutputLength)
	wantError(t, "unknown hash", Hash(0).ExpandLabel(dst[:1], secret, TLSPrefix, "a", nil), ErrOutputLength)
	wantError(t, "exporter with an empty label", Export(SHA256, secret, "", nil, dst[:1]), ErrLabel)
	wantError(t, "exporter with a long label", Export(SHA256, secret, long, nil, dst[:1]), ErrLabel)
	wantError(t, "exporter with a long output", Export(SHA256, secret, "a", nil, dst), ErrOutputLength)
	wantError(t, "exporter with the longest of all", Export(SHA256, secret, long[1:], dst, dst[1:]), nil)
	wantBytes(t, "nothing was written", dst[:1], []byte{0})
}
