package secrets

import (
	"crypto/cipher"
	"strconv"
	"testing"
)

func TestTheWaysWalkedOftenDoNotAllocate(t *testing.T) {
	s, o := pair(t, 0)
	secret := secretOf(t, make([]byte, 48))
	var transcript Transcript
	transcript.Use(SHA384)
	buffer := make([]byte, 0, 20000)
	record := make([]byte, 0, 20000)
	content, sum := make([]byte, 1000), make([]byte, 48)
	early := NewEarly(SHA384, nil)
	sealed, _ := s.Fork().Seal(nil, 23, content, 0)
	for name, f := range map[string]func(){
		"ExpandLabel":    func() { _ = SHA384.ExpandLabel(sum, secret, TLSPrefix, "c hs traffic", sum) },
		"FinishedMAC":    func() { FinishedMAC(SHA384, secret, sum, buffer) },
		"BinderMAC":      func() { early.BinderMAC(ResumptionPSK, sum, buffer) },
		"NextTraffic":    func() { NextTraffic(SHA384, secret) },
		"the schedule":   func() { h := early.Handshake(sum); m := h.Main(); m.Resumption(sum) },
		"Export":         func() { _ = Export(SHA384, secret, "EXPORTER", content, sum) },
		"Transcript.Add": func() { transcript.Add(content) },
		"Transcript.Sum": func() {
			var room [48]byte
			transcript.Sum(room[:0])
		},
		"AppendSum":     func() { SHA384.AppendSum(buffer, content) },
		"VerifyInput13": func() { VerifyInput13(buffer, ServerContext, sum) },
		"Seal":          func() { _, _ = s.Seal(buffer, 23, content, 10) },
		"Open in place": func() {
			o.p.next = 0
			copy(record[:len(sealed)], sealed)
			if _, _, err := o.Open(nil, record[:HeaderLen], record[HeaderLen:len(sealed)]); err != nil {
				t.Fatal(err)
			}
		},
		"Open elsewhere": func() {
			o.p.next = 0
			if _, _, err := o.Open(buffer, sealed[:HeaderLen], sealed[HeaderLen:]); err != nil {
				t.Fatal(err)
			}
		},
	} {
		if got := testing.AllocsPerRun(100, f); got != 0 {
			t.Errorf("%s allocates %v times", name, got)
		}
	}
}

func BenchmarkExpandLabel(b *testing.B) {
	secret, _ := NewSecret(make([]byte, 32))
	dst := make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		_ = SHA256.ExpandLabel(dst, &secret, TLSPrefix, "c hs traffic", dst)
	}
}

// BenchmarkSeal and BenchmarkOpen run the bare AEAD beside the record, over the
// same content: the share of its speed is the number to watch.
func BenchmarkSeal(b *testing.B) {
	benchmarkSuites(b, func(b *testing.B, s *Sealer, _ *Opener, bare cipher.AEAD, content []byte) {
		dst := make([]byte, 0, MaxProtected+HeaderLen)
		b.Run("record", func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if _, err := s.Seal(dst, 23, content, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("bare", func(b *testing.B) {
			nonce, header := make([]byte, nonceLen), make([]byte, HeaderLen)
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				bare.Seal(dst, nonce, content, header)
			}
		})
	})
}

func BenchmarkOpen(b *testing.B) {
	benchmarkSuites(b, func(b *testing.B, s *Sealer, o *Opener, bare cipher.AEAD, content []byte) {
		dst := make([]byte, 0, MaxProtected+HeaderLen)
		b.Run("record", func(b *testing.B) {
			sealed, err := s.Seal(nil, 23, content, 0)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				o.p.next = s.p.next - 1
				if _, _, err := o.Open(dst, sealed[:HeaderLen], sealed[HeaderLen:]); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("bare", func(b *testing.B) {
			nonce, header := make([]byte, nonceLen), make([]byte, HeaderLen)
			sealed := bare.Seal(nil, nonce, content, header)
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if _, err := bare.Open(dst, nonce, sealed, header); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

func benchmarkSuites(b *testing.B, run func(*testing.B, *Sealer, *Opener, cipher.AEAD, []byte)) {
	for id, name := range Suites13() {
		for _, size := range []int{1 << 10, 1 << 14} {
			b.Run(name.String()+"/"+strconv.Itoa(size), func(b *testing.B) {
				s, o := pair(b, id)
				bare, err := s.p.suite.newAEAD(s.p.key[:s.p.suite.keyLen])
				if err != nil {
					b.Fatal(err)
				}
				run(b, s, o, bare, make([]byte, size))
			})
		}
	}
}
