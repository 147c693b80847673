package wire

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// read walks b with a layout and returns the outcome.
func read(b []byte, layout func(c *Codec)) error {
	var c Codec
	c.StartReading(b)
	layout(&c)
	_, err := c.Finish()
	return err
}

// write returns what a layout writes.
func write(layout func(c *Codec)) ([]byte, error) {
	var c Codec
	c.StartWriting(nil)
	layout(&c)
	return c.Finish()
}

// sample has a field of every kind.
type sample struct {
	a       uint8
	b       uint16
	d       uint32
	e       uint32
	f       uint64
	fixed   [3]byte
	opaque  []byte
	opaque2 []byte
	opaque3 []byte
	bytes   []uint8
	words   []uint16
	short   []uint16
	nested  [][]byte
	rest    []byte
}

func (s *sample) layout(c *Codec) {
	U8(c, &s.a)
	U16(c, &s.b)
	U24(c, &s.d)
	U32(c, &s.e)
	U64(c, &s.f)
	c.Fixed(s.fixed[:])
	c.Opaque8(0, 255, &s.opaque)
	c.Opaque16(1, 10, &s.opaque2)
	c.Opaque24(0, 10, &s.opaque3)
	U8List(c, 1, 255, &s.bytes)
	U16List(c, 2, 10, &s.words)
	U16List8(c, 0, 10, &s.short)
	c.Vector24(0, 100, func() {
		List(c, &s.nested, func(c *Codec, b *[]byte) { c.Opaque8(0, 3, b) })
	})
	c.Rest(&s.rest)
}

var (
	sampleValue = sample{
		a: 1, b: 0x0203, d: 0x040506, e: 0x0708090a, f: 0x0b0c0d0e0f101112, fixed: [3]byte{0x13, 0x14, 0x15},
		opaque2: []byte{0x16}, opaque3: []byte{0x17, 0x18}, bytes: []uint8{0x19, 0x1a}, words: []uint16{0x1b1c},
		nested: [][]byte{{0x1d}, nil, {0x1e, 0x1f}}, rest: []byte{0x20, 0x21},
	}
	sampleBytes = []byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15" +
		"\x00" + "\x00\x01\x16" + "\x00\x00\x02\x17\x18" + "\x02\x19\x1a" + "\x00\x02\x1b\x1c" + "\x00" +
		"\x00\x00\x06\x01\x1d\x00\x02\x1e\x1f" + "\x20\x21")
)

func equal(a, b *sample) bool {
	return a.a == b.a && a.b == b.b && a.d == b.d && a.e == b.e && a.f == b.f && a.fixed == b.fixed &&
		bytes.Equal(a.opaque, b.opaque) && bytes.Equal(a.opaque2, b.opaque2) && bytes.Equal(a.opaque3, b.opaque3) &&
		slices.Equal(a.bytes, b.bytes) && slices.Equal(a.words, b.words) && slices.Equal(a.short, b.short) &&
		slices.EqualFunc(a.nested, b.nested, bytes.Equal) && bytes.Equal(a.rest, b.rest)
}

func TestEveryKindOfFieldIsWrittenMostSignificantByteFirst(t *testing.T) {
	value := sampleValue
	got, err := write(value.layout)
	if err != nil || !bytes.Equal(got, sampleBytes) {
		t.Fatalf("wrote %x, %v; want %x", got, err, sampleBytes)
	}
}

func TestEveryKindOfFieldIsReadAsItWasWritten(t *testing.T) {
	var got sample
	if err := read(sampleBytes, got.layout); err != nil || !equal(&got, &sampleValue) {
		t.Fatalf("read %+v, %v; want %+v", got, err, sampleValue)
	}
	if got.opaque != nil || got.short != nil || got.nested[1] != nil {
		t.Errorf("empty fields read as %v %v %v, want nil", got.opaque, got.short, got.nested[1])
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	end := len(sampleBytes) - len(sampleValue.rest)
	for n := range end {
		var got sample
		if err := read(sampleBytes[:n], got.layout); err == nil {
			t.Errorf("the first %d of %d bytes were accepted", n, end)
		}
	}
}

func TestWhatIsReadAliasesTheInputAndNotBeyond(t *testing.T) {
	input := bytes.Clone(sampleBytes)
	var got sample
	if err := read(input, got.layout); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"opaque16": got.opaque2, "opaque24": got.opaque3, "nested": got.nested[2], "rest": got.rest,
	} {
		if cap(b) != len(b) {
			t.Errorf("%s has capacity %d beyond its length %d", name, cap(b), len(b))
		}
	}
	clear(input)
	if got.opaque2[0] != 0 || got.bytes[0] != 0x19 || got.words[0] != 0x1b1c {
		t.Error("want opaque fields to alias the input, and lists of numbers to be copies")
	}
}

func TestWritingNeverAssigns(t *testing.T) {
	// The race detector sees an assignment even of an equal value.
	value := sampleValue
	done := make(chan error)
	for range 2 {
		go func() {
			_, err := write(value.layout)
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if !equal(&value, &sampleValue) {
		t.Errorf("writing changed the value to %+v", value)
	}
}

func TestWritingAppendsBehindWhatIsThere(t *testing.T) {
	var c Codec
	c.StartWriting([]byte("before"))
	b := []byte{7}
	c.Vector16(0, 10, func() { c.Fixed(b) })
	if got, err := c.Finish(); err != nil || string(got) != "before\x00\x01\x07" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBoundsHoldBothWays(t *testing.T) {
	kinds := map[string]struct {
		width  int
		layout func(c *Codec, b *[]byte)
	}{
		"opaque behind one byte":      {1, func(c *Codec, b *[]byte) { c.Opaque8(2, 4, b) }},
		"opaque behind two bytes":     {2, func(c *Codec, b *[]byte) { c.Opaque16(2, 4, b) }},
		"opaque behind three bytes":   {3, func(c *Codec, b *[]byte) { c.Opaque24(2, 4, b) }},
		"vector behind one byte":      {1, func(c *Codec, b *[]byte) { c.Vector8(2, 4, func() { c.Rest(b) }) }},
		"vector behind two bytes":     {2, func(c *Codec, b *[]byte) { c.Vector16(2, 4, func() { c.Rest(b) }) }},
		"vector behind three bytes":   {3, func(c *Codec, b *[]byte) { c.Vector24(2, 4, func() { c.Rest(b) }) }},
		"list of bytes behind one":    {1, func(c *Codec, b *[]byte) { U8List(c, 2, 4, b) }},
		"bounds beyond what one says": {1, func(c *Codec, b *[]byte) { c.Opaque8(2, 1000, b) }},
	}
	for name, kind := range kinds {
		for size := range 300 {
			within := size >= 2 && size <= 4
			if name == "bounds beyond what one says" {
				within = size >= 2 && size <= 255
			}
			value := make([]byte, size)
			_, err := write(func(c *Codec) { kind.layout(c, &value) })
			if within != (err == nil) || !within && !errors.Is(err, ErrBounds) {
				t.Errorf("%s: writing %d bytes: %v", name, size, err)
			}
			if size>>(8*kind.width) > 0 {
				continue
			}
			input := make([]byte, kind.width+size)
			input[kind.width-1] = byte(size)
			if kind.width > 1 {
				input[kind.width-2] = byte(size >> 8)
			}
			err = read(input, func(c *Codec) { kind.layout(c, &value) })
			if within != (err == nil) || !within && !errors.Is(err, ErrBounds) {
				t.Errorf("%s: reading %d bytes: %v", name, size, err)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	var b []byte
	var w []uint16
	var n uint32
	cases := map[string]struct {
		input  string
		layout func(c *Codec)
		want   error
	}{
		"a length beyond the input is short": {"\x02a", func(c *Codec) { c.Opaque8(0, 9, &b) }, ErrShort},
		"a length beyond its own vector is short": {"\x02\x02abc", func(c *Codec) {
			c.Vector8(0, 9, func() { c.Opaque8(0, 9, &b) })
			c.Rest(&b)
		}, ErrShort},
		"a length is judged before the input's": {"\xff\xff\xff", func(c *Codec) { c.Opaque24(0, 9, &b) }, ErrBounds},
		"bytes left in a vector are trailing":   {"\x02ab", func(c *Codec) { c.Vector8(0, 9, func() { c.Fixed(make([]byte, 1)) }) }, ErrTrailing},
		"bytes left in the input are trailing":  {"\x00a", func(c *Codec) { c.Opaque8(0, 9, &b) }, ErrTrailing},
		"a list of pairs of odd length":         {"\x00\x03abc", func(c *Codec) { U16List(c, 0, 9, &w) }, ErrBounds},
		"an element without bytes":              {"\x01a", func(c *Codec) { c.Vector8(0, 9, func() { List(c, &w, func(*Codec, *uint16) {}) }) }, ErrElement},
		"a number cut short":                    {"\x00\x01", func(c *Codec) { U24(c, &n) }, ErrShort},
		"the first error stays": {"\x02a", func(c *Codec) {
			c.Opaque8(0, 9, &b)
			c.Fail(ErrValue)
			c.Vector8(0, 9, func() { t.Error("a body was called after an error") })
			List(c, &w, func(*Codec, *uint16) { t.Error("an element was read after an error") })
			c.Rest(&b)
		}, ErrShort},
		"a nil failure is none": {"", func(c *Codec) { c.Fail(nil) }, nil},
	}
	for name, row := range cases {
		if err := read([]byte(row.input), row.layout); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", name, err, row.want)
		}
	}
}

func TestWritingRefuses(t *testing.T) {
	big, b, w := uint32(1<<24), []byte{1}, []uint16{1}
	cases := map[string]struct {
		layout func(c *Codec)
		want   error
	}{
		"a number of more than three bytes": {func(c *Codec) { U24(c, &big) }, ErrBounds},
		"an element without bytes":          {func(c *Codec) { List(c, &w, func(*Codec, *uint16) {}) }, ErrElement},
		"an error inside a vector": {func(c *Codec) {
			c.Vector8(0, 9, func() { c.Opaque8(2, 3, &b) })
			U8(c, &b[0])
		}, ErrBounds},
	}
	for name, row := range cases {
		if got, err := write(row.layout); !errors.Is(err, row.want) || got != nil {
			t.Errorf("%s: got %x, %v, want %v", name, got, err, row.want)
		}
	}
}

func TestMoreAndPeekSeeTheInnermostVector(t *testing.T) {
	err := read([]byte("\x02ab\x01"), func(c *Codec) {
		c.Vector8(0, 9, func() {
			var b []byte
			if !c.More() || string(c.Peek()) != "ab" {
				t.Errorf("inside, peeked %q", c.Peek())
			}
			c.Rest(&b)
			if c.More() || len(c.Peek()) != 0 {
				t.Errorf("at the end, peeked %q", c.Peek())
			}
		})
		if !c.More() || string(c.Peek()) != "\x01" {
			t.Errorf("outside, peeked %q", c.Peek())
		}
		c.Fail(ErrValue)
		if c.More() || c.Peek() != nil {
			t.Error("input was offered after an error")
		}
	})
	if !errors.Is(err, ErrValue) {
		t.Error(err)
	}
}

func TestACodecIsUsedAgainWithoutAllocating(t *testing.T) {
	c := new(Codec)
	input, room := []byte("\x01a\x00\x01b"), make([]byte, 0, 64)
	var b []byte
	layout := func() {
		c.Opaque8(0, 9, &b)
		c.Vector16(0, 9, func() { c.Rest(&b) })
	}
	got := testing.AllocsPerRun(100, func() {
		c.StartReading(input)
		layout()
		if _, err := c.Finish(); err != nil {
			t.Error(err)
		}
		c.StartWriting(room)
		layout()
		if _, err := c.Finish(); err != nil {
			t.Error(err)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations for a walk each way, want none", got)
	}
}

func TestAListAllocatesOnceIfItsLengthIsKnown(t *testing.T) {
	c := new(Codec)
	input := append([]byte{0, 200}, make([]byte, 200)...)
	got := testing.AllocsPerRun(100, func() {
		var w []uint16
		c.StartReading(input)
		U16List(c, 2, 1<<16-2, &w)
		if _, err := c.Finish(); err != nil || cap(w) != 100 {
			t.Error(err, cap(w))
		}
	})
	if got > 2 { // the list and the variable it is read into
		t.Errorf("%v allocations for a list of a hundred numbers", got)
	}
}

func TestACountNobodyPaysForIsNotBelieved(t *testing.T) {
	var w []uint16
	if err := read([]byte{1, 2}, func(c *Codec) { SizedList(c, &w, 1<<30, U16[uint16]) }); err != nil || cap(w) > 2 {
		t.Errorf("%v, room for %d elements from two bytes", err, cap(w))
	}
}

func TestErrorsAreSentences(t *testing.T) {
	for _, err := range []Error{0, ErrShort, ErrTrailing, ErrBounds, ErrValue, ErrElement} {
		if len(err.Error()) < 10 {
			t.Errorf("%d prints as %q", err, err.Error())
		}
	}
}
