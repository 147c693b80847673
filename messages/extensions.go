package messages

import (
	"slices"

	"github.com/tacitls/tacitls/messages/wire"
)

// Extension is one extension as it stands on the wire. RFC 8446, Section 4.2.
type Extension struct {
	Type ExtensionType
	Data []byte // at most 65535 bytes
}

// ExtensionBody is what an extension says in one of its roles, such as KeyShareOffer and KeyShareChoice.
type ExtensionBody interface {
	// ExtensionType returns the type the body is filed under.
	ExtensionType() ExtensionType
	// layout walks the extension's data, field by field.
	layout(c *wire.Codec)
}

// Extensions is an ordered list that loses nothing: unknown types and duplicates are kept, since whether they are
// allowed is not a matter of form. Data that was decoded aliases the message's bytes.
//
// A block of 65535 bytes can hold 16383 empty extensions; each takes 32 bytes of List on a 64-bit machine, so decoding
// a block allocates at most eight times its size. Assigning an Extensions shares its parts; a copy that is to be
// changed on its own is made with Clone.
type Extensions struct {
	List []Extension

	arena *arena // holds the Data of what was put, all in one
}

// arena only ever grows, so that Data slices of it stay as they are.
type arena struct {
	coder Coder
	bytes []byte
}

const (
	firstArena = 64 // bytes; all of a reply's but the largest key shares
	firstList  = 3  // of a reply
	helloList  = 12 // of a hello
)

// Lookup returns the data of the first extension of type t.
func (x *Extensions) Lookup(t ExtensionType) (data []byte, present bool) {
	for i := range x.List {
		if x.List[i].Type == t {
			return x.List[i].Data, true
		}
	}
	return nil, false
}

// Has reports whether an extension of type t is in the list.
func (x *Extensions) Has(t ExtensionType) bool {
	_, present := x.Lookup(t)
	return present
}

// Get decodes the first extension of the body's type into b, if there is one. It fails unless all of the data was
// consumed. Slices in b alias the extension's data.
func (x *Extensions) Get(b ExtensionBody) (present bool, err error) { return new(Coder).Get(x, b) }

// Grow makes room for bodies of n bytes in all, so that putting them allocates once.
func (x *Extensions) Grow(n int) {
	if x.arena == nil {
		x.arena = &arena{bytes: make([]byte, 0, max(n, firstArena))}
	}
	if n > firstArena && x.List == nil {
		x.List = make([]Extension, 0, helloList)
	}
}

// Put appends an extension with this body. On an error, when a field is out of its bounds, nothing is appended. It does
// not look for an extension of the same type.
func (x *Extensions) Put(b ExtensionBody) error {
	x.Grow(0)
	a := x.arena
	start := len(a.bytes)
	out, err := a.coder.AppendBody(a.bytes, b)
	if err != nil {
		return err
	}
	if len(out)-start > 0xffff {
		return wire.ErrBounds
	}
	a.bytes = out
	e := Extension{Type: b.ExtensionType()}
	if len(out) > start {
		e.Data = out[start:len(out):len(out)]
	}
	if x.List == nil {
		x.List = make([]Extension, 0, firstList)
	}
	x.List = append(x.List, e)
	return nil
}

// Remove drops every extension of type t. The list is made anew, so copies that shared it keep theirs.
func (x *Extensions) Remove(t ExtensionType) {
	if !x.Has(t) {
		return
	}
	kept := make([]Extension, 0, len(x.List))
	for _, e := range x.List {
		if e.Type != t {
			kept = append(kept, e)
		}
	}
	x.List = kept
}

// Clone returns an Extensions with a list of its own. The bytes of each Data are shared, and so never to be changed.
func (x *Extensions) Clone() Extensions { return Extensions{List: slices.Clone(x.List)} }

// fewExtensions is how many are compared one by one before a bitmap of all types pays.
const fewExtensions = 24

// Duplicate returns the first type, in the order of the list, that stands in it a second time. Its time is
// proportional to the length of the list and it allocates nothing. RFC 8446, Section 4.2.
func (x *Extensions) Duplicate() (t ExtensionType, found bool) {
	if len(x.List) <= fewExtensions {
		for i := range x.List {
			for j := range i {
				if x.List[i].Type == x.List[j].Type {
					return x.List[i].Type, true
				}
			}
		}
		return 0, false
	}
	var seen [1 << 16 / 64]uint64
	for i := range x.List {
		t := x.List[i].Type
		word, bit := t/64, uint64(1)<<(t%64)
		if seen[word]&bit != 0 {
			return t, true
		}
		seen[word] |= bit
	}
	return 0, false
}

// layout is Extension extensions<min..max>.
func (x *Extensions) layout(c *wire.Codec, min, max int) {
	c.Vector16(min, max, func() {
		wire.SizedList(c, &x.List, countExtensions(c.Peek()), layoutExtension)
	})
}

func layoutExtension(c *wire.Codec, e *Extension) {
	wire.U16(c, &e.Type)
	c.Opaque16(0, 0xffff, &e.Data)
}

// countExtensions counts the extensions that begin in block, so that their list is allocated once.
func countExtensions(block []byte) int {
	n := 0
	for len(block) >= 4 {
		n++
		block = block[min(len(block), 4+int(block[2])<<8+int(block[3])):]
	}
	return n
}

// optional is the block at the end of a hello, which TLS 1.2 allows to be left out. RFC 5246, Section 7.4.1.2.
func (x *Extensions) optional(c *wire.Codec, has *bool) {
	if c.Reading() {
		*has = c.More()
		x.List = nil
		if !*has {
			return
		}
	} else if !*has && len(x.List) == 0 {
		return
	}
	x.layout(c, 0, 1<<16-1)
}
