package engine

import (
	"encoding/binary"
	"io"
)

// PadTo gives a policy for [Common.Padding]: content and padding of a record are a
// multiple of so many bytes, or as long as a record may be. Whoever watches learns
// the length by that many bytes and no better. Less than 2 adds none
// (RFC 8446, Section 5.4 and Appendix E.3).
func PadTo(multiple int) func(contentType uint8, length, room int) int {
	if multiple < 2 {
		return nil
	}
	return func(_ uint8, length, room int) int {
		return min((multiple-length%multiple)%multiple, room)
	}
}

// PadRandomly gives a policy for [Common.Padding]: each record has 0 to most bytes
// of padding, all as likely, from entropy of its own, which may be the reader of
// [Common.Rand] and must be safe for concurrent use where engines share the
// config. The average of many records of one length tells that length:
// [PadTo] hides more. Where no entropy comes there is as much padding as there may
// be. Less than 1 adds none (RFC 8446, Section 5.4 and Appendix E.3).
func PadRandomly(entropy io.Reader, most int) func(contentType uint8, length, room int) int {
	if most < 1 {
		return nil
	}
	return func(_ uint8, _, room int) int {
		var drawn [4]byte
		if _, err := io.ReadFull(entropy, drawn[:]); err != nil {
			return min(most, room)
		}
		return min(int(uint64(binary.BigEndian.Uint32(drawn[:]))*uint64(most+1)>>32), room)
	}
}
