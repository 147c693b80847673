package secrets

import (
	"bytes"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// pair returns both ends of one direction under a fixed traffic secret.
func pair(t interface{ Fatal(...any) }, id int) (*Sealer, *Opener) {
	suite, ok := LookupSuite(Suites13()[id])
	if !ok {
		t.Fatal("no such suite")
	}
	traffic, _ := NewSecret(bytes.Repeat([]byte{byte(id + 1)}, suite.Hash.Size()))
	s, err := NewSealer(suite, &traffic)
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOpener(suite, &traffic)
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

// covers 8446/5.3/1
// covers 8446/5.4/1
// covers 8446/9.1/1
func TestWhatIsSealedOpensWithoutItsPadding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.IntRange(0, len(Suites13())-1).Draw(t, "suite")
		s, o := pair(t, id)
		if s.Sequence() != 0 || o.Sequence() != 0 {
			t.Fatal("a new key does not start at sequence number 0")
		}
		for i := range rapid.IntRange(1, 4).Draw(t, "records") {
			content := rapid.SliceOfN(rapid.Byte(), 0, 500).Draw(t, "content")
			padding := rapid.IntRange(0, 300).Draw(t, "padding")
			contentType := rapid.Uint8Range(1, 255).Draw(t, "type")
			out, err := s.Seal([]byte("before"), contentType, content, padding)
			if err != nil || string(out[:6]) != "before" || len(out) != 6+s.SealedLen(len(content), padding) {
				t.Fatalf("seal: %d bytes, %v", len(out), err)
			}
			record := out[6:]
			if length := int(record[3])<<8 | int(record[4]); record[0] != 23 || record[1] != 3 || record[2] != 3 || length != len(record)-5 {
				t.Fatalf("header %x of %d bytes", record[:5], len(record))
			}
			var dst []byte
			if rapid.Bool().Draw(t, "elsewhere") {
				dst = make([]byte, 3, 1000)
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

// covers 8446/5.2/3
func TestARecordWithAnyBitChangedIsRefusedAndTheSequenceNumberStays(t *testing.T) {
	for id := range Suites13() {
		s, o := pair(t, id)
		record, err := s.Seal(nil, 23, []byte("content"), 2)
		wantError(t, "seal", err, nil)
		for i := range len(record) * 8 {
			bad := bytes.Clone(record)
			bad[i/8] ^= 1 << (i % 8)
			_, _, err := o.Open(nil, bad[:HeaderLen], bad[HeaderLen:])
			wantError(t, "a bit changed", err, ErrBadMAC)
		}
		for n := range len(record) - HeaderLen {
			_, _, err := o.Open([]byte{}, record[:HeaderLen], record[HeaderLen:HeaderLen+n])
			wantError(t, "cut short", err, ErrBadMAC)
		}
		if o.Sequence() != 0 {
			t.Errorf("the sequence number moved to %d", o.Sequence())
		}
		content, _, err := o.Open(nil, record[:HeaderLen], record[HeaderLen:])
		wantError(t, "the true record afterwards", err, nil)
		wantBytes(t, "the true record afterwards", content, []byte("content"))
	}
}

// sealInner protects inner as it is, without a content type added.
func sealInner(s *Sealer, inner []byte) (header, ciphertext []byte) {
	length := len(inner) + s.p.suite.Overhead()
	header = []byte{23, 3, 3, byte(length >> 8), byte(length)}
	if s.p.ready() != nil {
		return nil, nil
	}
	ciphertext = s.p.aead.Seal(nil, s.p.nonce[:], inner, header)
	s.p.next++
	return header, ciphertext
}

// covers 8446/5.4/3
// covers 8446/5.4/4
func TestARecordOfNothingButPaddingIsRefused(t *testing.T) {
	s, o := pair(t, 0)
	for _, n := range []int{0, 1, 7, 8, 9, 100, MaxInner} {
		header, ciphertext := sealInner(s, make([]byte, n))
		_, _, err := o.Open(nil, header, ciphertext)
		wantError(t, "padding alone", err, ErrNoContentType)
	}
}

// covers 8446/5.1/12
// covers 8446/5.1/13
// covers 8446/5.2/1
// covers 8446/5.2/2
// covers 8446/5.2/5
// covers 8446/5.4/5
func TestRecordsLargerThanTheLimitsAreRefused(t *testing.T) {
	for id := range Suites13() {
		s, o := pair(t, id)
		most := MaxProtected - s.Suite().Overhead()
		for _, row := range []struct {
			inner int
			want  error
		}{{MaxInner, nil}, {MaxInner + 1, ErrOverflow}, {most, ErrOverflow}, {most + 1, ErrOverflow}} {
			header, ciphertext := sealInner(s, bytes.Repeat([]byte{23}, row.inner))
			content, _, err := o.Open(nil, header, ciphertext)
			wantError(t, "opening", err, row.want)
			if row.want == nil && len(content) != MaxContent {
				t.Errorf("the largest record opened to %d bytes", len(content))
			}
		}
	}
	s, _ := pair(t, 0)
	content := make([]byte, MaxContent+1)
	for name, row := range map[string]struct {
		contentType      uint8
		content, padding int
		want             error
	}{
		"the largest content":       {23, MaxContent, 0, nil},
		"the most padding":          {23, 0, MaxContent, nil},
		"content too long":          {23, MaxContent + 1, 0, ErrOverflow},
		"padding too long":          {23, 1, MaxContent, ErrOverflow},
		"padding beyond all bounds": {23, 1, math.MaxInt, ErrOverflow},
		"negative padding":          {23, 1, -1, ErrPadding},
		"no content type":           {0, 1, 0, ErrContentType},
	} {
		before := s.Sequence()
		out, err := s.Seal([]byte("x"), row.contentType, content[:row.content], row.padding)
		wantError(t, name, err, row.want)
		if moved := s.Sequence() - before; (err == nil) != (moved == 1) || err != nil && string(out) != "x" {
			t.Errorf("%s: sequence moved by %d, output has %d bytes", name, moved, len(out))
		}
	}
}

// covers 8446/5.3/2
func TestSequenceNumbersNeverWrap(t *testing.T) {
	s, o := pair(t, 2)
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

func TestAKeyExpiresAtTheLimitOfItsAEAD(t *testing.T) {
	for id, limit := range []uint64{23726566, 23726566, math.MaxUint64, 1 << 23, 1 << 23} {
		s, _ := pair(t, id)
		s.p.next = limit - 1
		if s.Expired() {
			t.Error("expired one record early")
		}
		s.p.next = limit
		if !s.Expired() {
			t.Error("did not expire")
		}
	}
}

func TestForksRestsAndWipes(t *testing.T) {
	s, o := pair(t, 1)
	first, err := s.Seal(nil, 23, []byte("first"), 0)
	wantError(t, "seal", err, nil)
	fork := s.Fork()
	s.Rest()
	o.Rest()
	a, errA := s.Seal(nil, 23, []byte("second"), 0)
	b, errB := fork.Seal(nil, 23, []byte("second"), 0)
	wantError(t, "after a rest", errA, nil)
	wantError(t, "the fork", errB, nil)
	wantBytes(t, "a fork goes on from the same number", b, a)
	content, _, err := o.Open(nil, first[:HeaderLen], first[HeaderLen:])
	wantError(t, "opening after a rest", err, nil)
	wantBytes(t, "opening after a rest", content, []byte("first"))
	other := o.Fork()
	o.Wipe()
	s.Wipe()
	_, err = s.Seal(nil, 23, nil, 0)
	wantError(t, "sealing after a wipe", err, ErrSuite)
	_, _, err = o.Open(nil, a[:HeaderLen], bytes.Clone(a[HeaderLen:]))
	wantError(t, "opening after a wipe", err, ErrSuite)
	_, _, err = other.Open(nil, a[:HeaderLen], a[HeaderLen:])
	wantError(t, "the fork outlives the wipe", err, nil)
	_, err = NewSealer(&Suite{Hash: SHA256}, new(Secret))
	wantError(t, "a suite of one's own", err, ErrSuite)
	_, err = NewOpener(nil, new(Secret))
	wantError(t, "no suite", err, ErrSuite)
}

func TestAllLengthsOfPaddingAreStripped(t *testing.T) {
	for padding := range 40 {
		inner := append([]byte{1, 2, 0, 22}, make([]byte, padding)...)
		content, contentType, err := splitInner(inner)
		wantError(t, "split", err, nil)
		wantBytes(t, "content keeps its own zeros", content, []byte{1, 2, 0})
		if contentType != 22 {
			t.Errorf("type %d after %d bytes of padding", contentType, padding)
		}
	}
}
