// Package record is what stands on the wire around the fragments of the record layer. RFC 8446, Section 5.
package record

import "strconv"

// ContentType says what a record carries. RFC 8446, Section 5.1.
type ContentType uint8

// The content types of the IANA registry that a TLS or DTLS endpoint may meet.
const (
	ChangeCipherSpec ContentType = 20
	Alert            ContentType = 21
	Handshake        ContentType = 22
	ApplicationData  ContentType = 23
	Heartbeat        ContentType = 24
)

// String returns the registry's name; an unknown type prints as ContentType(0x2a).
func (t ContentType) String() string {
	switch t {
	case ChangeCipherSpec:
		return "change_cipher_spec"
	case Alert:
		return "alert"
	case Handshake:
		return "handshake"
	case ApplicationData:
		return "application_data"
	case Heartbeat:
		return "heartbeat"
	}
	digits := strconv.FormatUint(uint64(t), 16)
	if len(digits) < 2 {
		digits = "0" + digits
	}
	return "ContentType(0x" + digits + ")"
}

const (
	// HeaderLen is the number of bytes before a record's fragment.
	HeaderLen = 5
	// MaxPlaintext is the largest number of bytes of content in one record. RFC 8446, Section 5.1.
	MaxPlaintext = 1 << 14
	// MaxExpansion13 is how many bytes the fragment of a protected record may exceed MaxPlaintext by in TLS 1.3.
	// RFC 8446, Section 5.2.
	MaxExpansion13 = 256
	// MaxExpansion12 is the same in TLS 1.2. RFC 5246, Section 6.2.3.
	MaxExpansion12 = 2048
)

// Header is what stands before a record's fragment. RFC 8446, Section 5.1.
type Header struct {
	Type    ContentType
	Version uint16 // legacy_record_version, in TLS 1.3 without meaning
	Length  int    // bytes of the fragment, 0 to 65535
}

// ParseHeader reads the first HeaderLen bytes of b; ok is false if b is shorter. It judges neither type, version nor
// length: what is allowed depends on the state of the connection.
func ParseHeader(b []byte) (h Header, ok bool) {
	if len(b) < HeaderLen {
		return Header{}, false
	}
	return Header{
		Type:    ContentType(b[0]),
		Version: uint16(b[1])<<8 | uint16(b[2]),
		Length:  int(b[3])<<8 | int(b[4]),
	}, true
}

// Append appends the HeaderLen bytes of the header to dst. The Length must be within 0 to 65535; only its low 16 bits
// are written.
func (h Header) Append(dst []byte) []byte {
	return append(dst, byte(h.Type), byte(h.Version>>8), byte(h.Version), byte(h.Length>>8), byte(h.Length))
}
