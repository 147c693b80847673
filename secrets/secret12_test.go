package secrets

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestTheKeysOfTLS12PrintAsTheirLengthUnderEveryVerb(t *testing.T) {
	for _, k := range []kind12{kinds12[0], kinds12[5]} {
		suite := suite12Of(t, k.suite)
		keys := RecordKeys{
			MAC: *secretOf(t, bytes.Repeat([]byte{0xa7}, suite.MACKeyLen())),
			Key: *secretOf(t, bytes.Repeat([]byte{0xa7}, suite.KeyLen())),
			IV:  *secretOf(t, bytes.Repeat([]byte{0xa7}, suite.FixedIVLen())),
		}
		sealer, err := NewSealer12(suite, &keys, k.order, &counter{1})
		wantError(t, "sealer", err, nil)
		opener, err := NewOpener12(suite, &keys, k.order)
		wantError(t, "opener", err, nil)
		for _, holder := range []any{keys, &keys, KeyBlock{Client: keys}, sealer, *sealer, opener, *opener, RecordSealer(sealer), RecordOpener(opener)} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
				if got := fmt.Sprintf(verb, holder); !strings.Contains(got, " bytes)") || leaks(got) {
					t.Errorf("%T under %s prints %q", holder, verb, got)
				}
			}
		}
	}
}

func TestWipedKeysOfTLS12AreGone(t *testing.T) {
	for _, k := range kinds12 {
		s, o := pair12(t, k)
		record, err := s.Seal(nil, 23, []byte("content"), 0)
		wantError(t, "seal", err, nil)
		_, _, err = o.Open([]byte{}, record[:HeaderLen], record[HeaderLen:])
		wantError(t, "open", err, nil)
		left := append(whatOfKeys(&s.p), whatOfKeys(&o.p)...)
		s.Wipe()
		o.Wipe()
		for i, b := range left {
			if len(bytes.Trim(b, "\x00")) != 0 {
				t.Errorf("%v: number %d of what came of the keys is left: %x", k, i, b)
			}
		}
		if s.p != (protection12{}) || o.p != (protection12{}) {
			t.Errorf("%v: fields are left", k)
		}
		_, err = s.Seal(nil, 23, nil, 0)
		wantError(t, "sealing after a wipe", err, ErrSuite)
		_, _, err = o.Open(nil, record[:HeaderLen], record[HeaderLen:])
		wantError(t, "opening after a wipe", err, ErrSuite)
		if s.RecordLimit() != 0 || s.Suite() != nil || o.Suite() != nil || !s.Expired() {
			t.Errorf("%v: a suite is left", k)
		}
	}
}

// whatOfKeys lists the bytes that come from keys and stand outside of a protection
// or in it.
func whatOfKeys(p *protection12) [][]byte {
	left := [][]byte{p.keys.MAC.Bytes(), p.keys.Key.Bytes(), p.keys.IV.Bytes(), p.nonce[:]}
	if p.cbc != nil {
		m := p.cbc.mac
		left = append(left, m.inner, m.outer, m.block[:], m.state[:], m.sum[:])
	}
	if c, ours := p.aead.(*ccm); ours {
		left = append(left, c.mac[:], c.counter[:], c.stream[:])
	}
	return left
}

func TestAWipedKeyBlockHoldsNoKeyOfEitherSide(t *testing.T) {
	for _, id := range Suites12() {
		suite := suite12Of(t, id)
		block := suite.KeyBlock(secretOf(t, bytes.Repeat([]byte{9}, MasterLen)), &Randoms{})
		client, server := block.Client, block.Server
		if block.Client.Key.IsZero() || block.Client.MAC.IsZero() == (suite.MACKeyLen() > 0) {
			t.Errorf("%v: the block lacks keys", id)
		}
		block.Client.Wipe()
		if block.Client != (RecordKeys{}) || block.Server != server {
			t.Errorf("%v: wiping one side went too far or not far enough", id)
		}
		block.Client = client
		block.Wipe()
		if block != (KeyBlock{}) {
			t.Errorf("%v: wiping both left one", id)
		}
	}
}

func TestBothVersionsForkThroughTheirInterfaces(t *testing.T) {
	s13, o13 := pair(t, 0)
	s12, o12 := pair12(t, kinds12[0])
	for name, ends := range map[string]struct {
		s RecordSealer
		o RecordOpener
	}{"TLS 1.3": {s13, o13}, "TLS 1.2": {s12, o12}} {
		if limit := ends.s.RecordLimit(); limit != aesGCMRecords {
			t.Errorf("%s: a limit of %d", name, limit)
		}
		fork := ForkSealer(ends.s)
		a, errA := ends.s.Seal(nil, 23, []byte("x"), 0)
		b, errB := fork.Seal(nil, 23, []byte("x"), 0)
		wantError(t, name, errA, nil)
		wantError(t, name+", forked", errB, nil)
		wantBytes(t, name+": a fork goes on from the same number", b, a)
		for _, o := range []RecordOpener{ForkOpener(ends.o), ends.o} {
			content, contentType, err := o.Open([]byte{}, a[:HeaderLen], a[HeaderLen:])
			wantError(t, name, err, nil)
			wantBytes(t, name, content, []byte("x"))
			if contentType != 23 || o.Sequence() != 1 {
				t.Errorf("%s: type %d, sequence %d", name, contentType, o.Sequence())
			}
		}
	}
	s13.Wipe()
	if s13.RecordLimit() != 0 {
		t.Error("a wiped sealer has a limit")
	}
}
