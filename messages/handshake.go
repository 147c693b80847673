package messages

import "github.com/tacitls/tacitls/messages/wire"

// HandshakeType says what a handshake message is. RFC 8446, Section 4.
type HandshakeType uint8

// The handshake types of the IANA registry.
const (
	TypeHelloRequest          HandshakeType = 0
	TypeClientHello           HandshakeType = 1
	TypeServerHello           HandshakeType = 2
	TypeHelloVerifyRequest    HandshakeType = 3
	TypeNewSessionTicket      HandshakeType = 4
	TypeEndOfEarlyData        HandshakeType = 5
	TypeHelloRetryRequest     HandshakeType = 6 // reserved: a retry is sent as a ServerHello
	TypeEncryptedExtensions   HandshakeType = 8
	TypeRequestConnectionID   HandshakeType = 9
	TypeNewConnectionID       HandshakeType = 10
	TypeCertificate           HandshakeType = 11
	TypeServerKeyExchange     HandshakeType = 12
	TypeCertificateRequest    HandshakeType = 13
	TypeServerHelloDone       HandshakeType = 14
	TypeCertificateVerify     HandshakeType = 15
	TypeClientKeyExchange     HandshakeType = 16
	TypeClientCertRequest     HandshakeType = 17
	TypeFinished              HandshakeType = 20
	TypeCertificateURL        HandshakeType = 21
	TypeCertificateStatus     HandshakeType = 22
	TypeSupplementalData      HandshakeType = 23
	TypeKeyUpdate             HandshakeType = 24
	TypeCompressedCertificate HandshakeType = 25
	TypeEKTKey                HandshakeType = 26
	TypeNextProtocol          HandshakeType = 67
	TypeEncryptedChannelID    HandshakeType = 203
	TypeMessageHash           HandshakeType = 254
)

// String returns the registry's name; an unknown type prints as HandshakeType(0x2a).
func (t HandshakeType) String() string { return nameOf(handshakeTypeNames[:], t, "HandshakeType") }

// Message is a handshake message of this package.
type Message interface {
	// Type returns the type that stands in the message's header.
	Type() HandshakeType
	// layout walks the body, field by field.
	layout(c *wire.Codec)
}

const (
	// HandshakeHeaderLen is the number of bytes before the body of a handshake message. RFC 8446, Section 4.
	HandshakeHeaderLen = 4
	// MaxHandshakeLen is the largest body the header can announce, in bytes.
	MaxHandshakeLen = 1<<24 - 1
)

// ParseHandshakeHeader reads the first HandshakeHeaderLen bytes of b: the type, and how many bytes of body follow. It
// is not ok if b is shorter. The length is what the peer claims, up to MaxHandshakeLen; the caller bounds it.
func ParseHandshakeHeader(b []byte) (t HandshakeType, bodyLen int, ok bool) {
	if len(b) < HandshakeHeaderLen {
		return 0, 0, false
	}
	return HandshakeType(b[0]), int(b[1])<<16 | int(b[2])<<8 | int(b[3]), true
}

// Append appends the message, header and body, to dst. On an error, when a field is out of its bounds, it returns dst
// as it was.
func Append(dst []byte, m Message) ([]byte, error) { return new(Coder).Append(dst, m) }

// Decode reads the body of a message, without its header, into m and fails unless all of it was consumed. Slices in m
// alias body. On an error the fields of m are unspecified; errors are of type wire.Error.
func Decode(body []byte, m Message) error { return new(Coder).Decode(body, m) }

// Coder encodes and decodes like the functions of the same names, without an allocation for the walk itself. The zero
// Coder is ready; it keeps nothing between calls and must not be used by two goroutines at once.
type Coder struct{ c wire.Codec }

// Append is Append.
func (k *Coder) Append(dst []byte, m Message) ([]byte, error) {
	k.c.StartWriting(dst)
	t := m.Type()
	wire.U8(&k.c, &t)
	k.c.Vector24(0, MaxHandshakeLen, func() { m.layout(&k.c) })
	return k.finish(dst)
}

// Decode is Decode.
func (k *Coder) Decode(body []byte, m Message) error {
	k.c.StartReading(body)
	m.layout(&k.c)
	_, err := k.c.Finish()
	return err
}

// AppendBody appends an extension's data, without type and length, to dst. On an error it returns dst as it was.
func (k *Coder) AppendBody(dst []byte, b ExtensionBody) ([]byte, error) {
	k.c.StartWriting(dst)
	b.layout(&k.c)
	return k.finish(dst)
}

// DecodeBody reads an extension's data into b and fails unless all of it was consumed. Slices in b alias data.
func (k *Coder) DecodeBody(data []byte, b ExtensionBody) error {
	k.c.StartReading(data)
	b.layout(&k.c)
	_, err := k.c.Finish()
	return err
}

// Get is Extensions.Get.
func (k *Coder) Get(x *Extensions, b ExtensionBody) (present bool, err error) {
	data, present := x.Lookup(b.ExtensionType())
	if !present {
		return false, nil
	}
	return true, k.DecodeBody(data, b)
}

func (k *Coder) finish(dst []byte) ([]byte, error) {
	out, err := k.c.Finish()
	if err != nil {
		return dst, err
	}
	return out, nil
}

var handshakeTypeNames = [...]named[HandshakeType]{
	{TypeHelloRequest, "hello_request"},
	{TypeClientHello, "client_hello"},
	{TypeServerHello, "server_hello"},
	{TypeHelloVerifyRequest, "hello_verify_request"},
	{TypeNewSessionTicket, "new_session_ticket"},
	{TypeEndOfEarlyData, "end_of_early_data"},
	{TypeHelloRetryRequest, "hello_retry_request"},
	{TypeEncryptedExtensions, "encrypted_extensions"},
	{TypeRequestConnectionID, "request_connection_id"},
	{TypeNewConnectionID, "new_connection_id"},
	{TypeCertificate, "certificate"},
	{TypeServerKeyExchange, "server_key_exchange"},
	{TypeCertificateRequest, "certificate_request"},
	{TypeServerHelloDone, "server_hello_done"},
	{TypeCertificateVerify, "certificate_verify"},
	{TypeClientKeyExchange, "client_key_exchange"},
	{TypeClientCertRequest, "client_certificate_request"},
	{TypeFinished, "finished"},
	{TypeCertificateURL, "certificate_url"},
	{TypeCertificateStatus, "certificate_status"},
	{TypeSupplementalData, "supplemental_data"},
	{TypeKeyUpdate, "key_update"},
	{TypeCompressedCertificate, "compressed_certificate"},
	{TypeEKTKey, "ekt_key"},
	{TypeNextProtocol, "next_protocol"},
	{TypeEncryptedChannelID, "encrypted_channel_id"},
	{TypeMessageHash, "message_hash"},
}
