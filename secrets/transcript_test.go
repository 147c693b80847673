package secrets

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTheTranscriptIsTheSameWheneverTheHashIsChosen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHash(t)
		parts := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 0, 6).Draw(t, "messages")
		at := rapid.IntRange(0, len(parts)).Draw(t, "chosen before message")
		forkAt := rapid.IntRange(0, len(parts)).Draw(t, "forked before message")
		var transcript, fork Transcript
		var all []byte
		for i := 0; i <= len(parts); i++ {
			if i == at {
				transcript.Use(h)
			}
			if i == forkAt {
				fork = transcript.Clone()
			}
			if i < len(parts) {
				transcript.Add(parts[i])
				all = append(all, parts[i]...)
			}
		}
		want := h.Sum(all)
		if got := transcript.Sum(nil); string(got) != string(want) {
			t.Fatalf("got %x, want %x", got, want)
		}
		fork.Use(h)
		for _, p := range parts[forkAt:] {
			fork.Add(p)
		}
		if got := fork.Sum(nil); string(got) != string(want) {
			t.Fatalf("the fork differs: got %x, want %x", got, want)
		}
	})
}

func TestSumWithLeavesTheTranscriptAsItWas(t *testing.T) {
	for _, chosen := range []bool{false, true} {
		var transcript Transcript
		transcript.Add([]byte("one"))
		if chosen {
			transcript.Use(SHA384)
		}
		got := transcript.SumWith(SHA384, []byte("kept"), []byte("two"), []byte("three"))
		wantBytes(t, "with more", got, append([]byte("kept"), SHA384.Sum([]byte("onetwothree"))...))
		transcript.Use(SHA384)
		wantBytes(t, "afterwards", transcript.Sum(nil), SHA384.Sum([]byte("one")))
		wantBytes(t, "under another hash", transcript.SumWith(SHA256, nil, []byte("two")), nil)
	}
}

func TestRestartPutsTheMessageHashInPlaceOfTheFirstHello(t *testing.T) {
	var transcript Transcript
	transcript.Add([]byte("hello"))
	transcript.Restart()
	transcript.Use(SHA384)
	transcript.Restart()
	transcript.Add([]byte("retry"))
	synthetic := append([]byte{254, 0, 0, 48}, SHA384.Sum([]byte("hello"))...)
	wantBytes(t, "after a restart", transcript.Sum(nil), SHA384.Sum(synthetic, []byte("retry")))
}

func TestTheTranscriptKeepsNothingOfItsInput(t *testing.T) {
	var transcript Transcript
	raw := []byte("message")
	transcript.Add(raw)
	clear(raw)
	transcript.Use(SHA256)
	wantBytes(t, "input overwritten", transcript.Sum(nil), SHA256.Sum([]byte("message")))
}

func TestATranscriptWithoutHashHasNoSum(t *testing.T) {
	var transcript Transcript
	transcript.Use(Hash(9))
	transcript.Add([]byte("x"))
	wantBytes(t, "no hash", transcript.Sum([]byte("kept")), []byte("kept"))
	transcript.Use(SHA256)
	transcript.Use(SHA384)
	if transcript.Hash() != SHA256 {
		t.Error("the first choice did not stand")
	}
	transcript.Wipe()
	if transcript.Hash() != 0 || transcript.Sum(nil) != nil {
		t.Error("something survived Wipe")
	}
}
