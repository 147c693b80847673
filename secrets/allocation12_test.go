//go:build !race

// The race detector makes some of what is measured here escape to the heap.

package secrets

import "testing"

func TestRecordsOfTLS12AreSealedAndOpenedWithoutTheHeap(t *testing.T) {
	for _, k := range kinds12 {
		s, o := pair12(t, k)
		buffer, content := make([]byte, 0, 20000), make([]byte, 1000)
		sealed, err := s.Fork().Seal(nil, 23, content, 0)
		wantError(t, "seal", err, nil)
		record := make([]byte, len(sealed))
		for name, f := range map[string]func(){
			"Seal": func() { _, _ = s.Seal(buffer, 23, content, 0) },
			"Open in place": func() {
				o.p.next = 0
				copy(record, sealed)
				if _, _, err := o.Open(nil, record[:HeaderLen], record[HeaderLen:]); err != nil {
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
				t.Errorf("%v: %s allocates %v times", k, name, got)
			}
		}
	}
}

func TestTheDerivationsOfTLS12DoNotAllocate(t *testing.T) {
	master, randoms := secretOf(t, make([]byte, MasterLen)), new(Randoms)
	suite := suite12Of(t, kinds12[9].suite)
	premaster, buffer := make([]byte, 300), make([]byte, 0, 100)
	for name, f := range map[string]func(){
		"MasterSecret":         func() { MasterSecret(SHA384, premaster, randoms) },
		"ExtendedMasterSecret": func() { ExtendedMasterSecret(SHA384, premaster, premaster[:48]) },
		"KeyBlock":             func() { suite.KeyBlock(master, randoms) },
		"FinishedMAC12":        func() { FinishedMAC12(SHA384, master, ServerSender, premaster[:48], buffer) },
		"Export12":             func() { _ = Export12(SHA256, master, randoms, "EXPORTER", premaster, premaster) },
	} {
		if got := testing.AllocsPerRun(100, f); got != 0 {
			t.Errorf("%s allocates %v times", name, got)
		}
	}
}

// BenchmarkRecords12 seals and opens a full record of each kind.
func BenchmarkRecords12(b *testing.B) {
	for _, k := range kinds12 {
		s, o := pair12(b, k)
		content, dst := make([]byte, MaxContent), make([]byte, 0, MaxProtected12+HeaderLen)
		sealed, err := s.Fork().Seal(nil, 23, content, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(k.String()+"/seal", func(b *testing.B) {
			b.SetBytes(MaxContent)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = s.Seal(dst, 23, content, 0)
			}
		})
		b.Run(k.String()+"/open", func(b *testing.B) {
			b.SetBytes(MaxContent)
			b.ReportAllocs()
			for b.Loop() {
				o.p.next = 0
				_, _, _ = o.Open(dst, sealed[:HeaderLen], sealed[HeaderLen:])
			}
		})
	}
}
