package secrets

import (
	"bytes"
	"crypto/aes"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

// ccmSuites are the places of the suites of AES-CCM in Suites13.
var ccmSuites = []int{3, 4}

func TestSuitesOfCCMHaveTheTagsAndLimitsOfTheirAEAD(t *testing.T) {
	for id, want := range map[messages.CipherSuite]struct {
		overhead           int
		records, forgeries uint64
	}{
		messages.TLS_AES_128_CCM_SHA256:   {16, 1 << 23, 11863283},
		messages.TLS_AES_128_CCM_8_SHA256: {8, 1 << 23, 1 << 7},
	} {
		suite := suiteOf(t, uint16(id))
		if suite.Overhead() != want.overhead || suite.RecordLimit != want.records || suite.ForgeryLimit != want.forgeries {
			t.Errorf("%v: a tag of %d bytes, limits of %d and %d", id, suite.Overhead(), suite.RecordLimit, suite.ForgeryLimit)
		}
		if suite.KeyLen() != 16 || suite.Hash != SHA256 {
			t.Errorf("%v: a key of %d bytes and %v", id, suite.KeyLen(), suite.Hash)
		}
	}
}

func TestARecordOfCCMIsWhatTheAEADMakesOfIt(t *testing.T) {
	for _, id := range ccmSuites {
		s, _ := pair(t, id)
		traffic, _ := NewSecret(bytes.Repeat([]byte{byte(id + 1)}, 32))
		key, iv := s.Suite().TrafficKeys(&traffic)
		bare, err := newCCM(key.Bytes(), len(iv.Bytes()), s.Suite().Overhead())
		wantError(t, "the bare AEAD", err, nil)
		for sequence := range byte(3) {
			record, err := s.Seal(nil, 23, []byte("content"), 2)
			wantError(t, "seal", err, nil)
			if want := HeaderLen + 10 + s.Suite().Overhead(); len(record) != want || s.SealedLen(7, 2) != want {
				t.Fatalf("a record of %d bytes, %d foretold, want %d", len(record), s.SealedLen(7, 2), want)
			}
			nonce := bytes.Clone(iv.Bytes())
			nonce[11] ^= sequence
			inner, err := bare.Open(nil, nonce, record[HeaderLen:], record[:HeaderLen])
			wantError(t, "open", err, nil)
			wantBytes(t, "the TLSInnerPlaintext", inner, []byte("content\x17\x00\x00"))
		}
	}
}

func TestRecordsWithoutRoomForATagAreRefusedByTheTagOfTheSuite(t *testing.T) {
	for id := range Suites13() {
		_, o := pair(t, id)
		for n := range o.Suite().Overhead() + 1 {
			_, _, err := o.Open(nil, []byte{23, 3, 3, 0, byte(n)}, make([]byte, n))
			wantError(t, "no room for a tag and a byte", err, ErrBadMAC)
		}
	}
}

func TestForksOfCCMServeGoroutinesOfTheirOwn(t *testing.T) {
	content := bytes.Repeat([]byte("content "), 2000)
	for _, id := range ccmSuites {
		s, o := pair(t, id)
		first, err := s.Seal(nil, 23, content, 0)
		wantError(t, "seal", err, nil)
		_, _, err = o.Open([]byte{}, first[:HeaderLen], first[HeaderLen:])
		wantError(t, "open", err, nil)

		sealed, opened := make(chan []byte), make(chan []byte)
		for _, fork := range []*Sealer{s, s.Fork()} {
			go func() {
				record, err := fork.Seal(nil, 23, content, 0)
				if err != nil {
					record = nil
				}
				sealed <- record
			}()
		}
		record, other := <-sealed, <-sealed
		wantBytes(t, "both seal the same", record, other)
		for _, fork := range []*Opener{o, o.Fork()} {
			go func() {
				got, _, err := fork.Open([]byte{}, record[:HeaderLen], record[HeaderLen:])
				if err != nil {
					got = nil
				}
				opened <- got
			}()
		}
		wantBytes(t, "the one opens", <-opened, content)
		wantBytes(t, "the other opens", <-opened, content)
	}
}

func TestNothingOfARecordStaysInACipherOfCCM(t *testing.T) {
	for _, id := range ccmSuites {
		s, o := pair(t, id)
		record, err := s.Seal(nil, 23, []byte("content"), 0)
		wantError(t, "seal", err, nil)
		for _, bad := range []byte{1, 0} {
			record[len(record)-1] ^= bad
			body := bytes.Clone(record[HeaderLen:])
			_, _, err = o.Open(nil, record[:HeaderLen], body)
			if bad != 0 {
				wantError(t, "a tag changed", err, ErrBadMAC)
				wantBytes(t, "what is left of it", body[:8], make([]byte, 8))
				record[len(record)-1] ^= bad
			} else {
				wantError(t, "the true record", err, nil)
			}
			for name, p := range map[string]*protection{"sealer": &s.p, "opener": &o.p} {
				cipher, ok := p.aead.(*ccm)
				if !ok {
					t.Fatalf("the %s has no cipher of CCM", name)
				}
				wantBytes(t, name+": MAC", cipher.mac[:], make([]byte, aes.BlockSize))
				wantBytes(t, name+": key stream", cipher.stream[:], make([]byte, aes.BlockSize))
			}
		}
	}
}

func TestRecordsOfEverySuiteDoNotAllocate(t *testing.T) {
	content := make([]byte, 1000)
	for id, name := range Suites13() {
		s, o := pair(t, id)
		buffer := make([]byte, 0, 2000)
		exchange := func() {
			record, err := s.Seal(buffer, 23, content, 0)
			if err == nil {
				_, _, err = o.Open(nil, record[:HeaderLen], record[HeaderLen:])
			}
			wantError(t, name.String(), err, nil)
		}
		exchange()
		if got := testing.AllocsPerRun(50, exchange); got != 0 {
			t.Errorf("%v: a record allocates %v times", name, got)
		}
	}
}
