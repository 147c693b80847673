package messages

// Version is a protocol version as it stands on the wire. The numbers of DTLS descend as versions grow, so two
// versions are compared only within one family.
type Version uint16

// The versions of TLS and DTLS.
const (
	SSL30  Version = 0x0300
	TLS10  Version = 0x0301
	TLS11  Version = 0x0302
	TLS12  Version = 0x0303
	TLS13  Version = 0x0304
	DTLS13 Version = 0xfefc
	DTLS12 Version = 0xfefd
	DTLS10 Version = 0xfeff
)

// String returns the usual name, such as "TLS 1.3"; an unknown version prints as Version(0x1234).
func (v Version) String() string { return nameOf(versionNames[:], v, "Version") }

var versionNames = [...]named[Version]{
	{SSL30, "SSL 3.0"},
	{TLS10, "TLS 1.0"},
	{TLS11, "TLS 1.1"},
	{TLS12, "TLS 1.2"},
	{TLS13, "TLS 1.3"},
	{DTLS13, "DTLS 1.3"},
	{DTLS12, "DTLS 1.2"},
	{DTLS10, "DTLS 1.0"},
}
