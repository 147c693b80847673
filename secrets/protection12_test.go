package secrets

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/messages"
)

// fatal is what *testing.T, *testing.B and *rapid.T have in common.
type fatal interface{ Fatal(...any) }

// kind12 is a way to protect records of TLS 1.2.
type kind12 struct {
	suite messages.CipherSuite
	order CBCOrder
}

// kinds12 are all there are, one suite for each.
var kinds12 = []kind12{
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, EncryptThenMAC},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, EncryptThenMAC},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, MACThenEncrypt},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, EncryptThenMAC},
}

func (k kind12) String() string {
	if k.order == EncryptThenMAC {
		return k.suite.String() + ", MAC last"
	}
	return k.suite.String()
}

func suite12Of(t fatal, id messages.CipherSuite) *Suite12 {
	suite, ok := LookupSuite12(id)
	if !ok {
		t.Fatal("no suite", id)
	}
	return suite
}

// keys12 derives the keys of a client from a fixed master secret.
func keys12(suite *Suite12) RecordKeys {
	master, _ := NewSecret(bytes.Repeat([]byte{0x5a}, MasterLen))
	block := suite.KeyBlock(&master, &Randoms{Client: [32]byte{1}, Server: [32]byte{2}})
	return block.Client
}

// pair12 returns both ends of one direction under fixed keys.
func pair12(t fatal, k kind12) (*Sealer12, *Opener12) {
	suite := suite12Of(t, k.suite)
	keys := keys12(suite)
	s, err := NewSealer12(suite, &keys, k.order, &counter{7})
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOpener12(suite, &keys, k.order)
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

// covers 5246/6.1/2
// covers 5246/6.1/3
func TestWhatIsSealedForTLS12Opens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(kinds12).Draw(t, "kind")
		var s RecordSealer
		var o RecordOpener
		s, o = pair12(t, k)
		for i := range rapid.IntRange(1, 4).Draw(t, "records") {
			if rapid.Bool().Draw(t, "rest") {
				s.Rest()
				o.Rest()
			}
			if rapid.Bool().Draw(t, "fork") {
				s, o = ForkSealer(s), ForkOpener(o)
			}
			content := rapid.SliceOfN(rapid.Byte(), 0, 700).Draw(t, "content")
			contentType := rapid.Uint8Range(1, 255).Draw(t, "type")
			out, err := s.Seal([]byte("before"), contentType, content, 0)
			if err != nil || string(out[:6]) != "before" || len(out) != 6+s.SealedLen(len(content), 0) {
				t.Fatalf("seal: %d bytes, %v", len(out), err)
			}
			record := out[6:]
			if length := int(record[3])<<8 | int(record[4]); record[0] != contentType || record[1] != 3 || record[2] != 3 || length != len(record)-5 {
				t.Fatalf("header %x of %d bytes", record[:5], len(record))
			}
			var dst []byte
			if rapid.Bool().Draw(t, "elsewhere") {
				dst = make([]byte, 3, rapid.SampledFrom([]int{3, 1000}).Draw(t, "room"))
			}
			got, gotType, err := o.Open(dst, record[:HeaderLen], record[HeaderLen:])
			if err != nil || gotType != contentType || !bytes.Equal(got, content) {
				t.Fatalf("open: type %d, %x, %v", gotType, got, err)
			}
			if s.Sequence() != uint64(i+1) || o.Sequence() != uint64(i+1) {
				t.Fatal("sequence numbers did not move by one")
			}
		}
	})
}

// covers 5246/6.2.3.2/3
// covers 5246/6.2.3.3/3
// covers 7366/3/3
func TestARecordOfTLS12WithAnyBitChangedIsRefused(t *testing.T) {
	for _, k := range kinds12 {
		s, o := pair12(t, k)
		record, err := s.Seal(nil, 23, []byte("content"), 0)
		wantError(t, "seal", err, nil)
		// The length in the header frames the record and is not Open's to read.
		for i := range len(record) * 8 {
			if i/8 == 3 || i/8 == 4 {
				continue
			}
			bad := bytes.Clone(record)
			bad[i/8] ^= 1 << (i % 8)
			_, _, err := o.Open(nil, bad[:HeaderLen], bad[HeaderLen:])
			wantError(t, k.String()+": a bit changed", err, ErrBadMAC)
		}
		for n := range len(record) - HeaderLen {
			_, _, err := o.Open([]byte{}, record[:HeaderLen], record[HeaderLen:HeaderLen+n])
			wantError(t, k.String()+": cut short", err, ErrBadMAC)
		}
		for n := range 40 {
			_, _, err := o.Open([]byte{}, record[:HeaderLen], append(bytes.Clone(record[HeaderLen:]), make([]byte, n+1)...))
			wantError(t, k.String()+": made longer", err, ErrBadMAC)
		}
		for n := range HeaderLen {
			_, _, err := o.Open([]byte{}, record[:n], record[HeaderLen:])
			wantError(t, k.String()+": no header", err, ErrBadMAC)
		}
		if o.Sequence() != 0 {
			t.Errorf("%v: the sequence number moved to %d", k, o.Sequence())
		}
		content, _, err := o.Open(nil, record[:HeaderLen], bytes.Clone(record[HeaderLen:]))
		wantError(t, k.String()+": the true record afterwards", err, nil)
		wantBytes(t, k.String()+": the true record afterwards", content, []byte("content"))
		_, _, err = o.Open(nil, record[:HeaderLen], record[HeaderLen:])
		wantError(t, k.String()+": the same record again", err, ErrBadMAC)
	}
}

// covers 5246/6.2.1/1
// covers 5246/6.2.3/1
func TestRecordsOfTLS12LargerThanTheLimitsAreRefused(t *testing.T) {
	for _, k := range kinds12 {
		s, o := pair12(t, k)
		out, err := s.Seal([]byte("x"), 23, make([]byte, MaxContent+1), 0)
		wantError(t, "content too long", err, ErrOverflow)
		wantBytes(t, "what was there before", out, []byte("x"))
		_, _, err = o.Open(nil, make([]byte, HeaderLen), make([]byte, MaxProtected12+1))
		wantError(t, "a record too long", err, ErrOverflow)
		_, _, err = o.Open(nil, make([]byte, HeaderLen), make([]byte, MaxProtected12))
		wantError(t, "the longest record, which is none", err, ErrBadMAC)

		record, err := s.Seal(nil, 23, make([]byte, MaxContent), 0)
		wantError(t, "the largest content", err, nil)
		content, _, err := o.Open(nil, record[:HeaderLen], record[HeaderLen:])
		if err != nil || len(content) != MaxContent {
			t.Errorf("%v: the largest content opened to %d bytes, %v", k, len(content), err)
		}

		// A peer that seals more than it may.
		room := make([]byte, 0, 2*MaxContent)
		header := recordHeader{s.p.next, 23, 3, 3}
		fragment, err := s.p.seal(&header, room, make([]byte, MaxContent+1))
		wantError(t, "sealing below the checks", err, nil)
		_, _, err = o.Open(nil, []byte{23, 3, 3, 0, 0}, fragment)
		wantError(t, "authentic, and too long", err, ErrOverflow)
	}
}

func TestSequenceNumbersOfTLS12NeverWrap(t *testing.T) {
	for _, k := range kinds12 {
		s, o := pair12(t, k)
		s.p.next, o.p.next = math.MaxUint64-1, math.MaxUint64-1
		record, err := s.Seal(nil, 23, []byte("last"), 0)
		wantError(t, "the last record", err, nil)
		_, _, err = o.Open(nil, record[:HeaderLen], record[HeaderLen:])
		wantError(t, "the last record", err, nil)
		_, err = s.Seal(nil, 23, []byte("one more"), 0)
		wantError(t, "one more", err, ErrSequence)
		_, _, err = o.Open(nil, record[:HeaderLen], record[HeaderLen:])
		wantError(t, "one more", err, ErrSequence)
		if s.Sequence() != math.MaxUint64 || !s.Expired() {
			t.Error("the counter moved on")
		}
	}
}

func TestMisuseOfTheProtectionOfTLS12IsRefused(t *testing.T) {
	gcm, cbc := suite12Of(t, kinds12[0].suite), suite12Of(t, kinds12[5].suite)
	gcmKeys, cbcKeys := keys12(gcm), keys12(cbc)
	for name, row := range map[string]struct {
		suite *Suite12
		keys  *RecordKeys
		order CBCOrder
		want  error
	}{
		"no suite":                 {nil, &gcmKeys, MACThenEncrypt, ErrSuite},
		"a suite of one's own":     {&Suite12{Hash: SHA256}, &gcmKeys, MACThenEncrypt, ErrSuite},
		"an AEAD before a MAC":     {gcm, &gcmKeys, EncryptThenMAC, ErrCBCOrder},
		"an order that is none":    {cbc, &cbcKeys, EncryptThenMAC + 1, ErrCBCOrder},
		"keys of another suite":    {gcm, &cbcKeys, MACThenEncrypt, ErrKeyLength},
		"keys of the other suite":  {cbc, &gcmKeys, MACThenEncrypt, ErrKeyLength},
		"no keys":                  {cbc, &RecordKeys{}, MACThenEncrypt, ErrKeyLength},
		"all that is needed (GCM)": {gcm, &gcmKeys, MACThenEncrypt, nil},
		"all that is needed (CBC)": {cbc, &cbcKeys, EncryptThenMAC, nil},
	} {
		_, err := NewSealer12(row.suite, row.keys, row.order, &counter{1})
		wantError(t, "sealer, "+name, err, row.want)
		_, err = NewOpener12(row.suite, row.keys, row.order)
		wantError(t, "opener, "+name, err, row.want)
	}
	_, err := NewSealer12(cbc, &cbcKeys, MACThenEncrypt, nil)
	wantError(t, "no entropy for CBC", err, ErrEntropy)
	s, err := NewSealer12(gcm, &gcmKeys, MACThenEncrypt, nil)
	wantError(t, "no entropy for an AEAD", err, nil)
	_, err = s.Seal(nil, 0, nil, 0)
	wantError(t, "no content type", err, ErrContentType)
	_, err = s.Seal(nil, 23, nil, 1)
	wantError(t, "padding", err, ErrNoPadding)
	s.Wipe()
	_, err = s.Seal(nil, 23, nil, 0)
	wantError(t, "sealing after a wipe", err, ErrSuite)

	s, _ = NewSealer12(cbc, &cbcKeys, MACThenEncrypt, bytes.NewReader(make([]byte, 20)))
	_, err = s.Seal(nil, 23, nil, 0)
	wantError(t, "entropy for one IV", err, nil)
	out, err := s.Seal([]byte("x"), 23, nil, 0)
	if !errors.Is(err, ErrEntropy) || string(out) != "x" || s.Sequence() != 1 {
		t.Errorf("entropy ran out: %x, %v, sequence %d", out, err, s.Sequence())
	}
}

// covers 5246/6.2.3.2/1
func TestEveryCBCRecordHasAnIVOfItsOwn(t *testing.T) {
	s, _ := pair12(t, kinds12[5])
	var entropy [32]byte
	_, _ = (&counter{7}).Read(entropy[:])
	for i := range 2 {
		record, err := s.Seal(nil, 23, []byte("the same"), 0)
		wantError(t, "seal", err, nil)
		wantBytes(t, "the IV is what entropy gave", record[HeaderLen:HeaderLen+16], entropy[i*16:i*16+16])
	}
}

// covers 5246/6.2.3.3/1
func TestExplicitNoncesAreTheSequenceNumbers(t *testing.T) {
	for _, k := range []kind12{kinds12[0], kinds12[3]} {
		s, _ := pair12(t, k)
		for i := range byte(3) {
			record, err := s.Seal(nil, 23, nil, 0)
			wantError(t, "seal", err, nil)
			wantBytes(t, "nonce", record[HeaderLen:HeaderLen+8], []byte{0, 0, 0, 0, 0, 0, 0, i})
		}
	}
}

func TestNoFragmentIsTooOddToBeRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(kinds12).Draw(t, "kind")
		_, o := pair12(t, k)
		fragment := rapid.SliceOfN(rapid.Byte(), 0, 700).Draw(t, "fragment")
		if rapid.Bool().Draw(t, "whole blocks") {
			fragment = fragment[:len(fragment)/cbcBlock*cbcBlock]
		}
		var dst []byte
		if rapid.Bool().Draw(t, "elsewhere") {
			dst = make([]byte, 0, 10)
		}
		header := rapid.SliceOfN(rapid.Byte(), HeaderLen, HeaderLen).Draw(t, "header")
		if content, _, err := o.Open(dst, header, fragment); err != ErrBadMAC || content != nil || o.Sequence() != 0 {
			t.Fatalf("opened to %x, %v", content, err)
		}
	})
}
