package transport

import (
	"bytes"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/secrets"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestIntegersOfVariableLength(t *testing.T) {
	// RFC 9000, Appendix A.1.
	for encoded, want := range map[string]uint64{
		"c2197c5eff14e88c": 151288809941952652, "9d7f3e7d": 494878333, "7bbd": 15293, "25": 37, "4025": 37,
	} {
		r := reader{b: unhex(t, encoded)}
		if got := r.varint(); got != want || r.bad || len(r.b) > 0 {
			t.Errorf("%s is %d, want %d", encoded, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Uint64Range(0, maxVarint).Draw(t, "value")
		b := appendVarint(nil, value)
		r := reader{b: append(b, 1, 2, 3)}
		if got := r.varint(); got != value || len(b) != varintLen(value) || len(r.b) != 3 {
			t.Fatalf("%d becomes %x, and that %d", value, b, got)
		}
		cut := reader{b: b[:len(b)-1]}
		if cut.varint(); !cut.bad {
			t.Fatal("an integer that is cut short is read")
		}
	})
}

func TestPacketNumbersAreCompletedFromTheirEnd(t *testing.T) {
	// RFC 9000, Appendix A.3.
	if got := wholeNumber(0x9b32, 2, 0xa82f30ea+1); got != 0xa82f9b32 {
		t.Errorf("the number is %x", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		// Whatever is less than half a window away is found.
		length := rapid.IntRange(1, 4).Draw(t, "length")
		next := rapid.Uint64Range(0, maxVarint).Draw(t, "next")
		half := uint64(1) << (8*length - 1)
		number := rapid.Uint64Range(next-min(next, half-1), min(maxVarint, next+half-1)).Draw(t, "number")
		if got := wholeNumber(number&(2*half-1), length, next); got != number {
			t.Fatalf("%d, not %d", got, number)
		}
	})
}

func TestSpansAreASetOfNumbers(t *testing.T) {
	const most = 40
	rapid.Check(t, func(t *rapid.T) {
		var s spans
		var model [most]bool
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				from := rapid.IntRange(0, most).Draw(t, "from")
				to := rapid.IntRange(0, most).Draw(t, "to")
				s.add(uint64(from), uint64(to))
				for i := from; i < to; i++ {
					model[i] = true
				}
			},
			"cut": func(t *rapid.T) {
				from := rapid.IntRange(0, most).Draw(t, "from")
				to := rapid.IntRange(0, most).Draw(t, "to")
				s.cut(uint64(from), uint64(to))
				for i := from; i < to; i++ {
					model[i] = false
				}
			},
			"": func(t *rapid.T) {
				for i, in := range model {
					if s.holds(uint64(i)) != in {
						t.Fatalf("%v holds %d: %t", s, i, !in)
					}
				}
				for i, r := range s {
					if r.from >= r.to || i > 0 && s[i-1].to >= r.from {
						t.Fatalf("%v is not in order", s)
					}
				}
			},
		})
	})
}

func TestBytesArriveInTheirOrderWhateverGetsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var out sending
		var in receiving
		var written, got []byte
		var under []piece
		kept := map[piece][]byte{}
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				p := rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "bytes")
				if !out.ended && len(written) < 500 {
					out.write(p)
					written = append(written, p...)
				}
			},
			"finish": func(*rapid.T) { out.finish() },
			"send": func(t *rapid.T) {
				limit := rapid.Uint64Range(0, 500).Draw(t, "limit")
				if p, b, ok := out.next(rapid.IntRange(-1, 20).Draw(t, "room"), limit); ok {
					under = append(under, p)
					kept[p] = bytes.Clone(b)
				}
			},
			"arrive": func(t *rapid.T) {
				if len(under) == 0 {
					return
				}
				p := rapid.SampledFrom(under).Draw(t, "piece")
				if !in.insert(p.from, kept[p], window) {
					t.Fatal("what was sent does not fit")
				}
				in.final = in.final || p.fin
				if rapid.Bool().Draw(t, "acknowledged") {
					out.acknowledge(p)
				}
			},
			"lose":   func(t *rapid.T) { lose(t, &out, under) },
			"rewind": func(*rapid.T) { out.rewind() },
			"read": func(t *rapid.T) {
				b := make([]byte, rapid.IntRange(0, 50).Draw(t, "room"))
				got = append(got, b[:in.take(b)]...)
				if !bytes.HasPrefix(written, got) {
					t.Fatalf("%x comes of %x", got, written)
				}
			},
		})
		// In the end all of it is there.
		out.finish()
		out.rewind()
		for p, b, ok := out.next(100, maxVarint); ok; p, b, ok = out.next(100, maxVarint) {
			in.insert(p.from, b, window)
			in.final = in.final || p.fin
			out.acknowledge(p)
		}
		b := make([]byte, in.ready())
		got = append(got, b[:in.take(b)]...)
		if !bytes.Equal(got, written) || !in.taken() || !out.done() {
			t.Fatalf("%d of %d bytes, taken %t, done %t", len(got), len(written), in.taken(), out.done())
		}
	})
}

func lose(t *rapid.T, out *sending, under []piece) {
	if len(under) > 0 {
		out.lose(rapid.SampledFrom(under).Draw(t, "piece"))
	}
}

func TestWhatComesIsBoundedByAWindowAndByParts(t *testing.T) {
	var in receiving
	if in.insert(window, []byte{1}, window) || !in.insert(window-1, []byte{1}, window) {
		t.Error("the window is not where it is said to be")
	}
	in = receiving{}
	for i := range uint64(maxGaps) {
		if !in.insert(2*i, []byte{1}, window) {
			t.Fatalf("%d parts are too many", i+1)
		}
	}
	if in.insert(2*maxGaps, []byte{1}, window) {
		t.Error("any number of parts is taken")
	}
}

func TestWhatIsTakenInSmallPiecesIsNotCopiedEachTime(t *testing.T) {
	for _, far := range []struct {
		reason string
		at     func(base uint64) uint64 // where bytes come that cannot be taken yet
	}{
		{"none", func(base uint64) uint64 { return base }},
		{"one at the end of the first window", func(uint64) uint64 { return window - 1 }},
		{"one at the end of each window", func(base uint64) uint64 { return base + window - 1 }},
	} {
		var in receiving
		copied, most := 0, 0
		watch := func(dead int, change func()) {
			var first *byte // that stays
			if len(in.data) > dead {
				first = &in.data[dead]
			}
			live := len(in.data) - dead
			change()
			if first != nil && first != &in.data[0] {
				copied += live
			}
			most = max(most, in.dead+cap(in.data))
		}
		for base := range uint64(window / 2) {
			watch(0, func() {
				if at := far.at(base); !in.insert(at, []byte{1}, window) || !in.insert(base, []byte{1}, window) {
					t.Fatalf("%s: a byte at %d or %d has no room", far.reason, at, base)
				}
			})
			watch(1, func() { in.take(make([]byte, 1)) })
		}
		if copied > 8*window || most > 2*window {
			t.Errorf("%s: %d bytes are copied to take %d, and up to %d are held", far.reason, copied, window/2, most)
		}
	}
}

func TestTheHeadersOfSamplePacketsAreRead(t *testing.T) {
	// The packets of RFC 9001, Appendix A.2, Appendix A.4 and of no version at all.
	initial := append(unhex(t, "c000000001088394c8f03e5157080000449e7b9aec34"), make([]byte, 1178)...)
	p, rest, ok := parsePacket(append(initial, 0x40, 1))
	if !ok || p.kind != initialPacket || hex.EncodeToString(p.destination) != "8394c8f03e515708" || len(p.source)+len(p.token) > 0 ||
		p.numberAt != 18 || len(p.raw) != 1200 || len(rest) != 2 {
		t.Errorf("Initial: %+v, %d bytes behind, %t", p, len(rest), ok)
	}
	p, _, ok = parsePacket(unhex(t, "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba"))
	if !ok || p.kind != retryPacket || hex.EncodeToString(p.source) != "f067a5502a4262b5" || string(p.token[:5]) != "token" ||
		len(p.token) != 5+secrets.RetryTagLen {
		t.Errorf("Retry: %+v, %t", p, ok)
	}
	p, _, ok = parsePacket(unhex(t, "8000000000010a020b0c00000001"))
	if !ok || p.kind != negotiationPacket || len(p.token) != 4 {
		t.Errorf("Version Negotiation: %+v, %t", p, ok)
	}
	p, _, ok = parsePacket(unhex(t, "80face0001010a020b0cffff"))
	if !ok || p.kind != foreignPacket || hex.EncodeToString(p.source) != "0b0c" {
		t.Errorf("a version not known: %+v, %t", p, ok)
	}
	for reason, packet := range map[string]string{
		"nothing": "", "a short one without its identifier": "4001", "no fixed bit": "00000102030405060708091011",
		"an identifier that is too long": "c00000000115" + "000102030405060708090a0b0c0d0e0f1011121314" + "00000400000000",
		"a length beyond the datagram":   "c00000000100000041000000", "a token that is cut short": "c000000001000041",
		"a Retry without a tag": "f000000001000000",
	} {
		if p, _, ok := parsePacket(unhex(t, packet)); ok {
			t.Errorf("%s is read as %+v", reason, p)
		}
	}
}
