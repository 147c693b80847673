package secrets

import "crypto/subtle"

// What of a decrypted CBC record depends on bytes the peer may have forged. None
// of it branches on them or looks anywhere because of them.

// checkPadding returns the number of padding bytes before the last byte, which
// says how many there are, and 1; or 0 and 0 when a byte of it is wrong, or when it
// leaves no room for trailer bytes. At least trailer+1 bytes must be there. RFC 5246,
// Section 6.2.3.2.
func checkPadding(plain []byte, trailer int) (padding, good int) {
	end := len(plain) - 1
	last := plain[end]
	padding = int(last)
	good = subtle.ConstantTimeLessOrEq(padding+1+trailer, len(plain))
	var wrong byte
	for i := range min(maxPadding, len(plain)) {
		wrong |= (plain[end-i] ^ last) & mask(subtle.ConstantTimeLessOrEq(i, padding))
	}
	good &= subtle.ConstantTimeByteEq(wrong, 0)
	return subtle.ConstantTimeSelect(good, padding, 0), good
}

// gatherMAC copies the MAC that starts at, which is no less than least, into the
// beginning of found. It goes over everything from least to the end, and puts the
// bytes where they would belong if the MAC started at least; then it turns the
// circle of them by as much as it started later.
func gatherMAC(found *[maxMACLen]byte, plain []byte, at, least, macLen int) {
	offset, slot := 0, 0
	for i := least; i < len(plain); i++ {
		inside := subtle.ConstantTimeLessOrEq(at, i) & subtle.ConstantTimeLessOrEq(i+1, at+macLen)
		found[slot] |= plain[i] & mask(inside)
		starts := subtle.ConstantTimeEq(int32(i), int32(at))
		offset = subtle.ConstantTimeSelect(starts, slot, offset)
		if slot++; slot == macLen {
			slot = 0
		}
	}
	// A turn by each power of two, taken or not as the bits of the offset say.
	for turn := 1; turn < macLen; turn <<= 1 {
		take := mask(offset & 1)
		offset >>= 1
		before := *found
		for i := range macLen {
			found[i] = before[i]&^take | before[(i+turn)%macLen]&take
		}
	}
}
