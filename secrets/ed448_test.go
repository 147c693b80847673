package secrets

import (
	"bytes"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/sign/ed448"

	"github.com/tacitls/tacitls/messages"
)

// ed448Vector is a row of testdata/rfc8032.txt.
type ed448Vector struct{ seed, public, message, context, signature []byte }

func ed448Vectors(t *testing.T) (vectors []ed448Vector) {
	t.Helper()
	file, err := os.ReadFile("testdata/rfc8032.txt")
	wantError(t, "the file of vectors", err, nil)
	for line := range strings.Lines(string(file)) {
		words := strings.Fields(line)
		if words[0] == "#" {
			continue
		}
		var fields [5][]byte
		for i, word := range words {
			fields[i] = unhex(t, strings.Trim(word, "-"))
		}
		vectors = append(vectors, ed448Vector{fields[0], fields[1], fields[2], fields[3], fields[4]})
	}
	if len(vectors) != 9 {
		t.Fatalf("%d vectors", len(vectors))
	}
	return vectors
}

// covers 8422/5.10/5
// covers 8422/5.10/6
func TestThePublishedSignaturesOfEd448VerifyWithAnEmptyContextAlone(t *testing.T) {
	for _, v := range ed448Vectors(t) {
		public := Ed448PublicKey(v.public)
		want := error(nil)
		if len(v.context) > 0 {
			want = ErrBadSignature
		}
		wantError(t, "of the RFC", VerifySignature(Rules13, public, messages.Ed448, v.message, v.signature), want)
		wantError(t, "of the RFC, in TLS 1.2", VerifySignature(Rules12, public, messages.Ed448, v.message, v.signature), want)

		signer := ed448.NewKeyFromSeed(v.seed)
		if !public.Equal(signer.Public()) {
			t.Error("the public key is another")
		}
		signature := signAs(t, signer, messages.Ed448, 0, v.message)
		if want == nil {
			wantBytes(t, "our signature", signature, v.signature)
		}
		wantError(t, "ours", VerifySignature(Rules13, public, messages.Ed448, v.message, signature), nil)

		for name, signature := range map[string][]byte{
			"nothing": nil, "a byte less": signature[:113], "a byte more": append(slices.Clip(signature), 0), "zeros": make([]byte, 114),
			"another first byte": changedAt(signature, 0), "another last byte of R": changedAt(signature, 56),
			"another S": changedAt(signature, 57), "another last byte": changedAt(signature, 113),
			"S plus the order": addOrder(t, signature),
		} {
			wantError(t, name, VerifySignature(Rules13, public, messages.Ed448, v.message, signature), ErrBadSignature)
		}
		wantError(t, "another message", VerifySignature(Rules13, public, messages.Ed448, append(slices.Clip(v.message), 0), signature), ErrBadSignature)
	}
}

func changedAt(b []byte, at int) []byte {
	c := bytes.Clone(b)
	c[at] ^= 1
	return c
}

// addOrder adds the order of the base point to S, which stands for the same number
// and must not verify. RFC 8032, Section 5.2.7.
func addOrder(t *testing.T, signature []byte) []byte {
	t.Helper()
	order, _ := new(big.Int).SetString("3fffffffffffffffffffffffffffffffffffffffffffffffffffffff7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844f3", 16)
	s := bytes.Clone(signature[57:])
	slices.Reverse(s)
	s = order.Add(order, new(big.Int).SetBytes(s)).FillBytes(s)
	slices.Reverse(s)
	return append(bytes.Clone(signature[:57]), s...)
}

func TestKeysOfEd448AreReadFromTheirOneEncoding(t *testing.T) {
	// RFC 8410, Section 4., for an Ed448 key.
	info := unhex(t, "3043300506032b6571033a00"+
		"05683dda144fcea10b067f923429ae2048c0f639c06c9be570cb83b40b031e836cf8f5b877a309b705959e9146f1f2265a3d31346449f28900")
	key, ok := ParseEd448(info)
	if !ok {
		t.Fatal("no key")
	}
	wantBytes(t, "the key", key, info[12:])
	if got := SchemesFor(Rules13, key); !slices.Equal(got, []messages.SignatureScheme{messages.Ed448}) {
		t.Errorf("the key signs with %v", got)
	}
	clear(key)
	if info[12] != 0x05 {
		t.Error("the key is the certificate's slice")
	}
	for name, bad := range map[string][]byte{
		"nothing": nil, "a byte less": info[:len(info)-1], "a byte more": append(slices.Clip(info), 0), "the prefix alone": info[:12],
		"another length": changedAt(info, 1), "X448": changedAt(info, 8), "unused bits": changedAt(info, 11),
		"parameters": slices.Concat(unhex(t, "3045300706032b65710500033a00"), info[12:]),
	} {
		if _, ok := ParseEd448(bad); ok {
			t.Errorf("%s: a key", name)
		}
	}
}

func TestKeysOfEd448ThatAreNoneAreRefused(t *testing.T) {
	for name, key := range map[string]Ed448PublicKey{"nothing": nil, "a byte less": make([]byte, 56), "a byte more": make([]byte, 58)} {
		wantError(t, name, VerifySignature(Rules13, key, messages.Ed448, nil, make([]byte, 114)), ErrKeyMismatch)
	}
	offCurve := append([]byte{2}, make([]byte, 56)...)
	outOfRange := append(bytes.Repeat([]byte{0xff}, 56), 0)
	for name, key := range map[string]Ed448PublicKey{
		"off the curve": offCurve, "out of range": outOfRange, "a bit too many": append(make([]byte, 56), 1),
	} {
		wantError(t, name, VerifySignature(Rules13, key, messages.Ed448, nil, make([]byte, 114)), ErrBadSignature)
	}
}
