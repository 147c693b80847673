package messages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// named is one row of a table of codepoints; tables ascend by value.
type named[T ~uint8 | ~uint16] struct {
	value T
	name  string
}

// nameOf finds the name of a codepoint, or makes one of its kind and its hexadecimal digits.
func nameOf[T ~uint8 | ~uint16](table []named[T], value T, kind string) string {
	i, found := slices.BinarySearchFunc(table, value, func(row named[T], v T) int { return cmp.Compare(row.value, v) })
	if found {
		return table[i].name
	}
	width := 2
	if uint64(^T(0)) > 0xff {
		width = 4
	}
	digits := strconv.FormatUint(uint64(value), 16)
	return kind + "(0x" + strings.Repeat("0", max(0, width-len(digits))) + digits + ")"
}

// valueOf finds the codepoint of a name, without regard to upper and lower case.
func valueOf[T ~uint8 | ~uint16](table []named[T], name string) (T, bool) {
	for _, row := range table {
		if strings.EqualFold(row.name, name) {
			return row.value, true
		}
	}
	return 0, false
}

// IsGREASE reports whether v is one of the sixteen codepoints 0x0a0a, 0x1a1a, ... 0xfafa that mean nothing and are
// sent so that peers keep ignoring what they do not know. It holds for suites, groups, schemes, versions and extension
// types. RFC 8701, Section 2.
func IsGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }
