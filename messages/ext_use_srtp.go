package messages

import "github.com/tacitls/tacitls/messages/wire"

// SRTPProfile is a codepoint of the IANA registry "DTLS-SRTP Protection Profiles". RFC 5764, Section 4.1.2.
type SRTPProfile uint16

// The profiles of RFC 5764, Section 4.1.2, and of RFC 7714, Section 14.2.
const (
	SRTP_AES128_CM_HMAC_SHA1_80 SRTPProfile = 1
	SRTP_AES128_CM_HMAC_SHA1_32 SRTPProfile = 2
	SRTP_NULL_HMAC_SHA1_80      SRTPProfile = 5
	SRTP_NULL_HMAC_SHA1_32      SRTPProfile = 6
	SRTP_AEAD_AES_128_GCM       SRTPProfile = 7
	SRTP_AEAD_AES_256_GCM       SRTPProfile = 8
)

// String returns the registry's name; an unknown profile prints as SRTPProfile(0x1234).
func (p SRTPProfile) String() string { return nameOf(srtpProfileNames[:], p, "SRTPProfile") }

// ParseSRTPProfile returns the profile of a registry name, without regard to upper and lower case.
func ParseSRTPProfile(name string) (SRTPProfile, bool) { return valueOf(srtpProfileNames[:], name) }

// UseSRTPOffer lists the profiles a client can protect media with, the preferred first. RFC 5764, Section 4.1.1.
type UseSRTPOffer struct {
	Profiles []SRTPProfile // 1 to 32767
	MKI      []byte        // the master key identifier of its packets, at most 255 bytes; none without it
}

// ExtensionType returns ExtensionUseSRTP.
func (b *UseSRTPOffer) ExtensionType() ExtensionType { return ExtensionUseSRTP }

func (b *UseSRTPOffer) layout(c *wire.Codec) {
	wire.U16List(c, 2, 1<<16-1, &b.Profiles)
	c.Opaque8(0, 1<<8-1, &b.MKI)
}

// UseSRTPChoice is the one profile the server chose. RFC 5764, Section 4.1.1.
type UseSRTPChoice struct {
	Profile SRTPProfile
	MKI     []byte // the client's, or empty where there shall be none
}

// ExtensionType returns ExtensionUseSRTP.
func (b *UseSRTPChoice) ExtensionType() ExtensionType { return ExtensionUseSRTP }

func (b *UseSRTPChoice) layout(c *wire.Codec) {
	c.Vector16(2, 2, func() { wire.U16(c, &b.Profile) })
	c.Opaque8(0, 1<<8-1, &b.MKI)
}

var srtpProfileNames = [...]named[SRTPProfile]{
	{SRTP_AES128_CM_HMAC_SHA1_80, "SRTP_AES128_CM_HMAC_SHA1_80"},
	{SRTP_AES128_CM_HMAC_SHA1_32, "SRTP_AES128_CM_HMAC_SHA1_32"},
	{SRTP_NULL_HMAC_SHA1_80, "SRTP_NULL_HMAC_SHA1_80"},
	{SRTP_NULL_HMAC_SHA1_32, "SRTP_NULL_HMAC_SHA1_32"},
	{SRTP_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM"},
	{SRTP_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM"},
}
