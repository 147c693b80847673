package secrets

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cbcKinds are those of kinds12 that are no AEADs.
var cbcKinds = kinds12[5:]

// plainMAC is the HMAC of a record by crypto/hmac.
func plainMAC(kind macHash, key []byte, h recordHeader, length int, data []byte) []byte {
	hashes := map[macHash]func() hash.Hash{macSHA1: sha1.New, macSHA256: sha256.New, macSHA384: sha512.New384}
	m := hmac.New(hashes[kind], key)
	var header [macHeaderLen]byte
	h.put(&header, length)
	m.Write(header[:])
	m.Write(data)
	return m.Sum(nil)
}

// firstHeader is that of the first record, of application data.
var firstHeader = recordHeader{0, 23, 3, 3}

// encryptPlain is the fragment of a MAC-then-encrypt record that decrypts to plain.
func encryptPlain(t fatal, k kind12, plain []byte) []byte {
	keys := keys12(suite12Of(t, k.suite))
	block, err := aes.NewCipher(keys.Key.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	fragment := append(bytes.Repeat([]byte{0x3c}, cbcBlock), plain...)
	cipher.NewCBCEncrypter(block, fragment[:cbcBlock]).CryptBlocks(fragment[cbcBlock:], plain)
	return fragment
}

// encryptPadded makes a record of content and the padding given, its last byte
// included, in the order of the kind.
func encryptPadded(t fatal, k kind12, content, padding []byte) []byte {
	suite := suite12Of(t, k.suite)
	keys := keys12(suite)
	if k.order == EncryptThenMAC {
		fragment := encryptPlain(t, k, append(bytes.Clone(content), padding...))
		return append(fragment, plainMAC(suite.mac, keys.MAC.Bytes(), firstHeader, len(fragment), fragment)...)
	}
	plain := append(bytes.Clone(content), plainMAC(suite.mac, keys.MAC.Bytes(), firstHeader, len(content), content)...)
	return encryptPlain(t, k, append(plain, padding...))
}

// fill returns the content length that makes padding of n bytes and the length
// byte fit, of more than least bytes.
func fill(k kind12, t fatal, n, least int) int {
	length := least
	for (length+n+1+suite12Of(t, k.suite).MACKeyLen()*int(1-k.order))%cbcBlock != 0 {
		length++
	}
	return length
}

// covers 5246/6.2.3.2/2
// covers 5246/6.2.3.2/4
func TestCBCPaddingOfEveryLengthIsTakenOff(t *testing.T) {
	for _, k := range cbcKinds {
		for n := range 256 {
			for _, least := range []int{0, 40, 300} {
				content := bytes.Repeat([]byte{0xee}, fill(k, t, n, least))
				fragment := encryptPadded(t, k, content, bytes.Repeat([]byte{byte(n)}, n+1))
				_, o := pair12(t, k)
				got, contentType, err := o.Open(nil, []byte{23, 3, 3, 0, 0}, fragment)
				if err != nil || contentType != 23 || !bytes.Equal(got, content) {
					t.Fatalf("%v, padding %d: %d bytes, %v", k, n, len(got), err)
				}
			}
		}
	}
}

// covers 5246/6.2.3.2/3
func TestCBCPaddingWithAnyByteChangedIsABadMAC(t *testing.T) {
	for _, k := range cbcKinds {
		for _, n := range []int{0, 1, 15, 16, 100, 255} {
			content := make([]byte, fill(k, t, n, 20))
			for at := range n + 1 {
				for _, flip := range []byte{1, 0x80, 0xff} {
					padding := bytes.Repeat([]byte{byte(n)}, n+1)
					padding[at] ^= flip
					if k.order == EncryptThenMAC && padding[n] == 0 {
						// No padding, under a MAC that holds: a record like any other.
						continue
					}
					_, o := pair12(t, k)
					_, _, err := o.Open(nil, []byte{23, 3, 3, 0, 0}, encryptPadded(t, k, content, padding))
					wantError(t, fmt.Sprint(k, ", padding byte ", at, " of ", n), err, ErrBadMAC)
				}
			}
		}
	}
}

// steps is a hash that keeps a diary: how much was hashed, and when its state was
// read or put back.
type steps struct {
	stateHash
	diary *strings.Builder
}

func (s steps) Write(b []byte) (int, error) {
	fmt.Fprintf(s.diary, "hash %d\n", len(b))
	return s.stateHash.Write(b)
}

func (s steps) Sum(b []byte) []byte {
	fmt.Fprintln(s.diary, "sum")
	return s.stateHash.Sum(b)
}

func (s steps) AppendBinary(b []byte) ([]byte, error) {
	fmt.Fprintln(s.diary, "read state")
	return s.stateHash.AppendBinary(b)
}

func (s steps) UnmarshalBinary(b []byte) error {
	fmt.Fprintln(s.diary, "put state")
	return s.stateHash.UnmarshalBinary(b)
}

// openSteps opens a first record and returns what the hash was put through.
func openSteps(t *testing.T, k kind12, fragment []byte) (string, error) {
	t.Helper()
	_, o := pair12(t, k)
	wantError(t, "making the cipher", o.p.ready(), nil)
	var diary strings.Builder
	o.p.cbc.mac.running = steps{o.p.cbc.mac.running, &diary}
	_, _, err := o.Open(nil, []byte{23, 3, 3, 0, 0}, fragment)
	if err == nil {
		return diary.String(), nil
	}
	if len(bytes.Trim(fragment[cbcBlock:], "\x00")) != 0 {
		t.Errorf("%v: what was decrypted is left behind", k)
	}
	return diary.String(), err
}

// covers 5246/6.2.3.2/5
func TestAllCBCRecordsOfOneLengthTakeTheSameSteps(t *testing.T) {
	for _, k := range cbcKinds {
		if k.order == EncryptThenMAC {
			continue
		}
		macLen := suite12Of(t, k.suite).MACKeyLen()
		for _, length := range []int{(macLen/cbcBlock + 1) * cbcBlock, 64, 128, 256, 320, 512, 1024} {
			if length < macLen+1 {
				continue
			}
			n := (length - macLen - 1) % 16
			content := make([]byte, length-macLen-1-n)
			want, err := openSteps(t, k, encryptPadded(t, k, content, bytes.Repeat([]byte{byte(n)}, n+1)))
			wantError(t, "a good record", err, nil)
			for last := range 256 {
				bad := bytes.Repeat([]byte{byte(last)}, length)
				for name, plain := range map[string][]byte{
					"good padding, bad MAC": bad,
					"bad padding, bad MAC":  append(make([]byte, length-1), byte(last)),
				} {
					got, err := openSteps(t, k, encryptPlain(t, k, plain))
					wantError(t, name, err, ErrBadMAC)
					if got != want {
						t.Fatalf("%v, %d bytes, %s, last byte %d:\n%swant\n%s", k, length, name, last, got, want)
					}
				}
				if longest := length - macLen - 1; last <= longest {
					good := encryptPadded(t, k, make([]byte, longest-last), bytes.Repeat([]byte{byte(last)}, last+1))
					got, err := openSteps(t, k, good)
					wantError(t, "good padding, good MAC", err, nil)
					if got != want {
						t.Fatalf("%v, %d bytes, good with padding %d:\n%swant\n%s", k, length, last, got, want)
					}
				}
			}
		}
	}
}

// covers 7366/3/2
func TestEncryptThenMACDecryptsNothingUnlessTheMACIsGood(t *testing.T) {
	for _, k := range cbcKinds {
		if k.order == MACThenEncrypt {
			continue
		}
		fragment := encryptPadded(t, k, make([]byte, 20), bytes.Repeat([]byte{11}, 12))
		fragment[len(fragment)-1] ^= 1
		before := bytes.Clone(fragment)
		_, o := pair12(t, k)
		_, _, err := o.Open(nil, []byte{23, 3, 3, 0, 0}, fragment)
		wantError(t, "a bad MAC", err, ErrBadMAC)
		wantBytes(t, "the fragment", fragment, before)
		if o.p.cbc.mode != nil {
			t.Error("the cipher was asked")
		}
	}
}

func TestTheMACOverASecretLengthIsTheMAC(t *testing.T) {
	for _, kind := range []macHash{macSHA1, macSHA256, macSHA384} {
		key := bytes.Repeat([]byte{0x21}, kind.size())
		m, err := newRecordMAC(kind, key)
		wantError(t, "making it", err, nil)
		data := make([]byte, 700)
		_, _ = (&counter{3}).Read(data)
		for _, most := range []int{0, 1, 40, 63, 64, 100, 255, 256, 400, 640} {
			least := max(0, most-255)
			for n := least; n <= most; n++ {
				m.setHeader(&firstHeader, n)
				want := plainMAC(kind, key, firstHeader, n, data[:n])
				wantBytes(t, fmt.Sprint(n, " of ", least, " to ", most), m.sumSecret(data, n, least, most), want)
				wantBytes(t, "in the open", m.sumOpen(data[:n]), want)
			}
		}
	}
	_, err := newRecordMAC(macNone, nil)
	wantError(t, "no hash function", err, ErrSuite)
	_, err = newRecordMAC(macSHA256, make([]byte, 31))
	wantError(t, "a key too short", err, ErrSuite)
}

func TestPaddingIsFoundWhateverFollowsFromIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trailer := rapid.SampledFrom([]int{0, 20, 32, 48}).Draw(t, "trailer")
		plain := rapid.SliceOfN(rapid.Byte(), trailer+1, 400).Draw(t, "plain")
		n := rapid.IntRange(0, 255).Draw(t, "padding")
		for i := range min(n+1, len(plain)) {
			plain[len(plain)-1-i] = byte(n)
		}
		wrong := n + 1 + rapid.IntRange(-n-1, 100).Draw(t, "at")
		if wrong < len(plain) {
			plain[len(plain)-1-wrong] ^= rapid.Byte().Draw(t, "by")
		}
		last := int(plain[len(plain)-1])
		valid := last+1+trailer <= len(plain)
		for i := 0; valid && i <= last; i++ {
			valid = int(plain[len(plain)-1-i]) == last
		}
		padding, good := checkPadding(plain, trailer)
		if valid && (padding != last || good != 1) || !valid && (padding != 0 || good != 0) {
			t.Fatalf("valid %v, last %d: %d, %d", valid, last, padding, good)
		}
	})
}

func TestTheMACIsGatheredFromWhereverItLies(t *testing.T) {
	for _, macLen := range []int{20, 32, 48} {
		plain := make([]byte, macLen+1+400)
		_, _ = (&counter{9}).Read(plain)
		for _, least := range []int{0, 7, 144} {
			for at := least; at <= least+255; at++ {
				var found [maxMACLen]byte
				gatherMAC(&found, plain, at, least, macLen)
				wantBytes(t, fmt.Sprint("at ", at, " from ", least), found[:macLen], plain[at:at+macLen])
			}
		}
	}
}
