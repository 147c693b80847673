package messages

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tacitls/tacitls/messages/wire"
)

func TestPutAppendsInOrderAndLookupFindsTheFirst(t *testing.T) {
	var x Extensions
	fatal(t, "a body is put", x.Put(&SupportedVersionsChoice{TLS13}))
	fatal(t, "an empty body is put", x.Put(&EarlyDataAck{}))
	fatal(t, "a second body of a type is put", x.Put(&SupportedVersionsChoice{TLS12}))
	if len(x.List) != 3 || x.List[1].Type != ExtensionEarlyData || x.List[1].Data != nil {
		t.Errorf("the list is %+v", x.List)
	}
	if data, present := x.Lookup(ExtensionSupportedVersions); !present || !bytes.Equal(data, []byte{3, 4}) {
		t.Errorf("found %x, %v", data, present)
	}
	if data, present := x.Lookup(ExtensionCookie); present || data != nil || x.Has(ExtensionCookie) {
		t.Errorf("found a cookie %x that is not there", data)
	}
}

func TestWhatWasPutStaysWhileTheArenaGrows(t *testing.T) {
	var x Extensions
	const bodies = 40
	for i := range bodies {
		fatal(t, "a body is put", x.Put(&SessionTicketOffer{bytes.Repeat([]byte{byte(i)}, 30)}))
	}
	for i, e := range x.List {
		if len(e.Data) != 30 || cap(e.Data) != 30 || e.Data[0] != byte(i) || e.Data[29] != byte(i) {
			t.Errorf("the body put as number %d became %x", i, e.Data)
		}
	}
}

func TestAPutThatFailsAddsNothing(t *testing.T) {
	var x Extensions
	fatal(t, "a body is put", x.Put(&Cookie{[]byte("first")}))
	for reason, b := range map[string]ExtensionBody{
		"an empty cookie":              &Cookie{},
		"more than an extension holds": &SessionTicketOffer{make([]byte, 1<<16)},
		"more with its own length":     &Cookie{make([]byte, 1<<16-2)},
	} {
		if err := x.Put(b); !errors.Is(err, wire.ErrBounds) {
			t.Errorf("%s: %v", reason, err)
		}
	}
	fatal(t, "a body is put", x.Put(&Cookie{[]byte("second")}))
	if len(x.List) != 2 || string(x.List[0].Data[2:]) != "first" || string(x.List[1].Data[2:]) != "second" {
		t.Errorf("the list is %q", x.List)
	}
}

func TestGetSaysWhetherTheExtensionIsThereAndWhole(t *testing.T) {
	x := Extensions{List: []Extension{{ExtensionSupportedVersions, []byte{3, 4}}, {ExtensionCookie, []byte{0, 1, 7, 8}}}}
	var version SupportedVersionsChoice
	if present, err := x.Get(&version); !present || err != nil || version.Version != TLS13 {
		t.Errorf("supported_versions: %v, %v, %v", version, present, err)
	}
	if present, err := x.Get(&Cookie{}); !present || !errors.Is(err, wire.ErrTrailing) {
		t.Errorf("a cookie with a byte too many: %v, %v", present, err)
	}
	if present, err := x.Get(&PSKModes{}); present || err != nil {
		t.Errorf("an extension that is not there: %v, %v", present, err)
	}
}

func TestRemoveDropsEveryOneOfItsTypeAndSparesCopies(t *testing.T) {
	x := Extensions{List: []Extension{{Type: 1}, {Type: 2}, {Type: 1}, {Type: 3}}}
	copied := x
	x.Remove(1)
	x.Remove(9)
	if len(x.List) != 2 || x.List[0].Type != 2 || x.List[1].Type != 3 {
		t.Errorf("left are %v", x.List)
	}
	if len(copied.List) != 4 || copied.List[0].Type != 1 || copied.List[3].Type != 3 {
		t.Errorf("the copy became %v", copied.List)
	}
}

func TestAClonePutsOnItsOwn(t *testing.T) {
	var x Extensions
	fatal(t, "a body is put", x.Put(&Cookie{[]byte("shared")}))
	y := x.Clone()
	fatal(t, "the first goes on", x.Put(&Cookie{[]byte("x")}))
	fatal(t, "the clone goes on", y.Put(&Cookie{[]byte("y")}))
	if string(x.List[1].Data[2:]) != "x" || string(y.List[1].Data[2:]) != "y" || string(y.List[0].Data[2:]) != "shared" {
		t.Errorf("got %q and %q", x.List, y.List)
	}
}

// covers 8446/4.2/5
func TestDuplicateFindsTheFirstTypeThatStandsTwice(t *testing.T) {
	many := func(n int, last ...ExtensionType) *Extensions {
		x := new(Extensions)
		for i := range n {
			x.List = append(x.List, Extension{Type: ExtensionType(i * 4)})
		}
		for _, t := range last {
			x.List = append(x.List, Extension{Type: t})
		}
		return x
	}
	cases := map[string]struct {
		x     *Extensions
		want  ExtensionType
		found bool
	}{
		"none in an empty list":           {many(0), 0, false},
		"none in a short list":            {many(fewExtensions), 0, false},
		"none in a list just beyond":      {many(fewExtensions + 1), 0, false},
		"none in the longest list":        {many(1<<14 - 1), 0, false},
		"one in a short list":             {many(3, 4), 4, true},
		"the first of two in a short one": {many(3, 8, 4), 8, true},
		"the type zero in a short list":   {many(3, 0), 0, true},
		"one in a long list":              {many(100, 12), 12, true},
		"the first of two in a long one":  {many(100, 16, 12), 16, true},
		"the type zero in a long list":    {many(100, 0), 0, true},
		"the last type there is":          {many(100, 0xffff, 0xffff), 0xffff, true},
	}
	for name, row := range cases {
		if got, found := row.x.Duplicate(); got != row.want || found != row.found {
			t.Errorf("%s: got %d, %v", name, got, found)
		}
	}
}

func TestDecodingKeepsUnknownAndDoubleExtensions(t *testing.T) {
	var m EncryptedExtensions
	fatal(t, "an odd block decodes", Decode(fromHex(t, "000d 1a1a 0001 00 0000 0000 1a1a 0000"), &m))
	if len(m.Extensions.List) != 3 || m.Extensions.List[2].Type != 0x1a1a {
		t.Errorf("got %+v", m.Extensions.List)
	}
	if dup, found := m.Extensions.Duplicate(); dup != 0x1a1a || !found {
		t.Errorf("the duplicate is %v, %v", dup, found)
	}
}

func TestABlockOfManyExtensionsTakesAListOfItsLength(t *testing.T) {
	block := append([]byte{0xff, 0xfc}, make([]byte, 0xfffc)...)
	var m EncryptedExtensions
	fatal(t, "the longest block decodes", Decode(block, &m))
	if n := len(m.Extensions.List); n != 0xfffc/4 || cap(m.Extensions.List) != n {
		t.Errorf("%d extensions in room for %d", n, cap(m.Extensions.List))
	}
}

// covers 8446/4.1.2/13
func TestAHelloMayEndBeforeItsExtensionsButNotInside(t *testing.T) {
	start := fromHex(t, "0303"+string(bytes.Repeat([]byte("ab"), 32))+"00 0002 1301 01 00")
	cases := map[string]struct {
		tail    string
		refused bool
		has     bool
	}{
		"no block":                      {"", false, false},
		"an empty block":                {"0000", false, true},
		"a block":                       {"0004 0017 0000", false, true},
		"half a length":                 {"00", true, false},
		"a block cut short":             {"0004 0017 00", true, false},
		"an extension beyond the block": {"0004 0017 0001 00", true, false},
		"data behind the block":         {"0000 00", true, false},
	}
	for name, row := range cases {
		body := append(bytes.Clone(start), fromHex(t, row.tail)...)
		m := ClientHello{HasExtensions: true, Extensions: Extensions{List: make([]Extension, 3)}}
		if err := Decode(body, &m); (err != nil) != row.refused {
			t.Errorf("%s: %v", name, err)
		} else if err == nil && (m.HasExtensions != row.has || !row.has && m.Extensions.List != nil) {
			t.Errorf("%s: decoded as %+v", name, m)
		}
	}
}
