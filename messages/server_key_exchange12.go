package messages

import "github.com/tacitls/tacitls/messages/wire"

// The ServerKeyExchange of TLS 1.2 has one type of its own for each kind of key exchange, since nothing in the message
// says which it is: the suite does. All of them share TypeServerKeyExchange.

// ServerECDHParams is the server's half of a key agreement on a named curve. RFC 8422, Section 5.4. The deprecated
// types of curves, which spell their parameters out, are refused.
type ServerECDHParams struct {
	Group  Group
	Public []byte // 1 to 255 bytes, in the group's own encoding
}

// Append appends the parameters as they stand in the message to dst: the bytes that are signed, behind both randoms.
// They are the bytes received if the parameters were decoded, for the encoding is unique. On an error, when Public is
// out of its bounds, it returns dst as it was. RFC 8422, Section 5.4.
func (p *ServerECDHParams) Append(dst []byte) ([]byte, error) { return appendPart(dst, p.layout) }

// namedCurve is the one ECCurveType that is left. RFC 8422, Section 5.4.
const namedCurve = 3

func (p *ServerECDHParams) layout(c *wire.Codec) {
	curveType := uint8(namedCurve)
	wire.U8(c, &curveType)
	if curveType != namedCurve {
		c.Fail(wire.ErrValue)
	}
	wire.U16(c, &p.Group)
	c.Opaque8(1, 1<<8-1, &p.Public)
}

// ServerDHParams is the server's half of a key agreement in a finite field that it chose. RFC 5246, Section 7.4.3.
// That the numbers make a group, and one of a decent size, is left to the reader. RFC 7919, Section 3.
type ServerDHParams struct {
	P      []byte // the prime modulus, 1 to 65535 bytes, most significant first; leading zeroes are kept
	G      []byte // the generator, likewise
	Public []byte // the server's public value, likewise
}

// Append appends the parameters as they stand in the message to dst, like ServerECDHParams.Append. RFC 5246,
// Section 7.4.3.
func (p *ServerDHParams) Append(dst []byte) ([]byte, error) { return appendPart(dst, p.layout) }

func (p *ServerDHParams) layout(c *wire.Codec) {
	c.Opaque16(1, 1<<16-1, &p.P)
	c.Opaque16(1, 1<<16-1, &p.G)
	c.Opaque16(1, 1<<16-1, &p.Public)
}

// ServerKeyExchangeECDHE is the ServerKeyExchange of the suites ECDHE_ECDSA and ECDHE_RSA. RFC 8422, Section 5.4.
type ServerKeyExchangeECDHE struct {
	Params    ServerECDHParams
	Scheme    SignatureScheme
	Signature []byte // of the client's random, the server's and Params; at most 65535 bytes
}

// Type returns TypeServerKeyExchange.
func (m *ServerKeyExchangeECDHE) Type() HandshakeType { return TypeServerKeyExchange }

func (m *ServerKeyExchangeECDHE) layout(c *wire.Codec) {
	m.Params.layout(c)
	wire.U16(c, &m.Scheme)
	c.Opaque16(0, 1<<16-1, &m.Signature)
}

// ServerKeyExchangeDHE is the ServerKeyExchange of the suites DHE_RSA and DHE_DSS. RFC 5246, Section 7.4.3.
type ServerKeyExchangeDHE struct {
	Params    ServerDHParams
	Scheme    SignatureScheme
	Signature []byte // of the client's random, the server's and Params; at most 65535 bytes
}

// Type returns TypeServerKeyExchange.
func (m *ServerKeyExchangeDHE) Type() HandshakeType { return TypeServerKeyExchange }

func (m *ServerKeyExchangeDHE) layout(c *wire.Codec) {
	m.Params.layout(c)
	wire.U16(c, &m.Scheme)
	c.Opaque16(0, 1<<16-1, &m.Signature)
}

// ServerKeyExchangePSK is the ServerKeyExchange of the suites PSK and RSA_PSK, which leave it out if there is no hint
// to give. RFC 4279, Section 2. RFC 4279, Section 4.
type ServerKeyExchangePSK struct {
	Hint []byte // helps the client choose its identity; at most 65535 bytes
}

// Type returns TypeServerKeyExchange.
func (m *ServerKeyExchangePSK) Type() HandshakeType { return TypeServerKeyExchange }

func (m *ServerKeyExchangePSK) layout(c *wire.Codec) { c.Opaque16(0, 1<<16-1, &m.Hint) }

// ServerKeyExchangeDHEPSK is the ServerKeyExchange of the suites DHE_PSK: the key itself authenticates it. RFC 4279,
// Section 3.
type ServerKeyExchangeDHEPSK struct {
	Hint   []byte // as in ServerKeyExchangePSK; empty if there is none
	Params ServerDHParams
}

// Type returns TypeServerKeyExchange.
func (m *ServerKeyExchangeDHEPSK) Type() HandshakeType { return TypeServerKeyExchange }

func (m *ServerKeyExchangeDHEPSK) layout(c *wire.Codec) {
	c.Opaque16(0, 1<<16-1, &m.Hint)
	m.Params.layout(c)
}

// ServerKeyExchangeECDHEPSK is the ServerKeyExchange of the suites ECDHE_PSK. RFC 5489, Section 2.
type ServerKeyExchangeECDHEPSK struct {
	Hint   []byte // as in ServerKeyExchangePSK; empty if there is none
	Params ServerECDHParams
}

// Type returns TypeServerKeyExchange.
func (m *ServerKeyExchangeECDHEPSK) Type() HandshakeType { return TypeServerKeyExchange }

func (m *ServerKeyExchangeECDHEPSK) layout(c *wire.Codec) {
	c.Opaque16(0, 1<<16-1, &m.Hint)
	m.Params.layout(c)
}
