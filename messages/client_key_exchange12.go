package messages

import "github.com/tacitls/tacitls/messages/wire"

// The ClientKeyExchange of TLS 1.2 has a type for each kind of key exchange, like the server's. All of them share
// TypeClientKeyExchange.

// ClientKeyExchangeECDHE is the ClientKeyExchange of the suites ECDHE_ECDSA and ECDHE_RSA. RFC 8422, Section 5.7.
type ClientKeyExchangeECDHE struct {
	Public []byte // 1 to 255 bytes, in the group's own encoding
}

// Type returns TypeClientKeyExchange.
func (m *ClientKeyExchangeECDHE) Type() HandshakeType { return TypeClientKeyExchange }

func (m *ClientKeyExchangeECDHE) layout(c *wire.Codec) { c.Opaque8(1, 1<<8-1, &m.Public) }

// ClientKeyExchangeDHE is the ClientKeyExchange of the suites DHE_RSA and DHE_DSS. The empty form, for clients whose
// certificate holds their public value, is refused. RFC 5246, Section 7.4.7.2.
type ClientKeyExchangeDHE struct {
	Public []byte // the client's public value, 1 to 65535 bytes, most significant first; leading zeroes are kept
}

// Type returns TypeClientKeyExchange.
func (m *ClientKeyExchangeDHE) Type() HandshakeType { return TypeClientKeyExchange }

func (m *ClientKeyExchangeDHE) layout(c *wire.Codec) { c.Opaque16(1, 1<<16-1, &m.Public) }

// ClientKeyExchangeRSA is the ClientKeyExchange of the suites RSA. RFC 5246, Section 7.4.7.1.
type ClientKeyExchangeRSA struct {
	EncryptedPreMasterSecret []byte // to the key in the server's certificate; at most 65535 bytes
}

// Type returns TypeClientKeyExchange.
func (m *ClientKeyExchangeRSA) Type() HandshakeType { return TypeClientKeyExchange }

func (m *ClientKeyExchangeRSA) layout(c *wire.Codec) {
	c.Opaque16(0, 1<<16-1, &m.EncryptedPreMasterSecret)
}

// ClientKeyExchangePSK is the ClientKeyExchange of the suites PSK. RFC 4279, Section 2.
type ClientKeyExchangePSK struct {
	Identity []byte // names the key; at most 65535 bytes
}

// Type returns TypeClientKeyExchange.
func (m *ClientKeyExchangePSK) Type() HandshakeType { return TypeClientKeyExchange }

func (m *ClientKeyExchangePSK) layout(c *wire.Codec) { c.Opaque16(0, 1<<16-1, &m.Identity) }

// ClientKeyExchangeDHEPSK is the ClientKeyExchange of the suites DHE_PSK. RFC 4279, Section 3.
type ClientKeyExchangeDHEPSK struct {
	Identity []byte // as in ClientKeyExchangePSK
	Public   []byte // as in ClientKeyExchangeDHE
}

// Type returns TypeClientKeyExchange.
func (m *ClientKeyExchangeDHEPSK) Type() HandshakeType { return TypeClientKeyExchange }

func (m *ClientKeyExchangeDHEPSK) layout(c *wire.Codec) {
	c.Opaque16(0, 1<<16-1, &m.Identity)
	c.Opaque16(1, 1<<16-1, &m.Public)
}

// ClientKeyExchangeECDHEPSK is the ClientKeyExchange of the suites ECDHE_PSK. RFC 5489, Section 2.
type ClientKeyExchangeECDHEPSK struct {
	Identity []byte // as in ClientKeyExchangePSK
	Public   []byte // as in ClientKeyExchangeECDHE
}

// Type returns TypeClientKeyExchange.
func (m *ClientKeyExchangeECDHEPSK) Type() HandshakeType { return TypeClientKeyExchange }

func (m *ClientKeyExchangeECDHEPSK) layout(c *wire.Codec) {
	c.Opaque16(0, 1<<16-1, &m.Identity)
	c.Opaque8(1, 1<<8-1, &m.Public)
}
