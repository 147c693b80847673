package messages

import "strings"

// Group is a codepoint of the IANA registry "TLS Supported Groups": a way to agree on a key. RFC 8446, Section 4.2.7.
type Group uint16

// Elliptic curves. RFC 8422, Section 5.1.1. RFC 8446, Section 4.2.7. RFC 8734, Section 2. RFC 8998, Section 2.
const (
	Secp256k1            Group = 0x0016
	Secp256r1            Group = 0x0017
	Secp384r1            Group = 0x0018
	Secp521r1            Group = 0x0019
	BrainpoolP256r1      Group = 0x001a
	BrainpoolP384r1      Group = 0x001b
	BrainpoolP512r1      Group = 0x001c
	X25519               Group = 0x001d
	X448                 Group = 0x001e
	BrainpoolP256r1TLS13 Group = 0x001f
	BrainpoolP384r1TLS13 Group = 0x0020
	BrainpoolP512r1TLS13 Group = 0x0021
	GC256A               Group = 0x0022
	GC256B               Group = 0x0023
	GC256C               Group = 0x0024
	GC256D               Group = 0x0025
	GC512A               Group = 0x0026
	GC512B               Group = 0x0027
	GC512C               Group = 0x0028
	CurveSM2             Group = 0x0029
)

// Finite fields. RFC 7919, Appendix A.
const (
	FFDHE2048 Group = 0x0100
	FFDHE3072 Group = 0x0101
	FFDHE4096 Group = 0x0102
	FFDHE6144 Group = 0x0103
	FFDHE8192 Group = 0x0104
)

// ML-KEM alone, and joined with an elliptic curve.
const (
	MLKEM512           Group = 0x0200
	MLKEM768           Group = 0x0201
	MLKEM1024          Group = 0x0202
	SecP256r1MLKEM768  Group = 0x11eb
	X25519MLKEM768     Group = 0x11ec
	SecP384r1MLKEM1024 Group = 0x11ed
)

// String returns the registry's name; an unknown group prints as Group(0x1234).
func (g Group) String() string { return nameOf(groupNames[:], g, "Group") }

// ParseGroup returns the group of a registry name or of one of the aliases P-256, P-384, P-521, prime256v1 and
// Curve25519, without regard to upper and lower case.
func ParseGroup(name string) (Group, bool) {
	switch strings.ToLower(name) {
	case "p-256", "p256", "prime256v1":
		return Secp256r1, true
	case "p-384", "p384":
		return Secp384r1, true
	case "p-521", "p521":
		return Secp521r1, true
	case "curve25519":
		return X25519, true
	}
	return valueOf(groupNames[:], name)
}

var groupNames = [...]named[Group]{
	{Secp256k1, "secp256k1"},
	{Secp256r1, "secp256r1"},
	{Secp384r1, "secp384r1"},
	{Secp521r1, "secp521r1"},
	{BrainpoolP256r1, "brainpoolP256r1"},
	{BrainpoolP384r1, "brainpoolP384r1"},
	{BrainpoolP512r1, "brainpoolP512r1"},
	{X25519, "x25519"},
	{X448, "x448"},
	{BrainpoolP256r1TLS13, "brainpoolP256r1tls13"},
	{BrainpoolP384r1TLS13, "brainpoolP384r1tls13"},
	{BrainpoolP512r1TLS13, "brainpoolP512r1tls13"},
	{GC256A, "GC256A"},
	{GC256B, "GC256B"},
	{GC256C, "GC256C"},
	{GC256D, "GC256D"},
	{GC512A, "GC512A"},
	{GC512B, "GC512B"},
	{GC512C, "GC512C"},
	{CurveSM2, "curveSM2"},
	{FFDHE2048, "ffdhe2048"},
	{FFDHE3072, "ffdhe3072"},
	{FFDHE4096, "ffdhe4096"},
	{FFDHE6144, "ffdhe6144"},
	{FFDHE8192, "ffdhe8192"},
	{MLKEM512, "MLKEM512"},
	{MLKEM768, "MLKEM768"},
	{MLKEM1024, "MLKEM1024"},
	{SecP256r1MLKEM768, "SecP256r1MLKEM768"},
	{X25519MLKEM768, "X25519MLKEM768"},
	{SecP384r1MLKEM1024, "SecP384r1MLKEM1024"},
}
