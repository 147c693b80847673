package messages

import "github.com/tacitls/tacitls/messages/wire"

// Finished authenticates the handshake and its keys. RFC 8446, Section 4.4.4. RFC 5246,
// Section 7.4.9.
type Finished struct {
	VerifyData []byte // as long as the suite's hash in TLS 1.3, 12 bytes in TLS 1.2; whoever compares it checks the length
}

// Type returns TypeFinished.
func (m *Finished) Type() HandshakeType { return TypeFinished }

func (m *Finished) layout(c *wire.Codec) { c.Rest(&m.VerifyData) }

// EndOfEarlyData says that the client's early data ended. RFC 8446, Section 4.5.
type EndOfEarlyData struct{}

// Type returns TypeEndOfEarlyData.
func (m *EndOfEarlyData) Type() HandshakeType { return TypeEndOfEarlyData }

func (m *EndOfEarlyData) layout(*wire.Codec) {}

// MessageHash stands for the first ClientHello in the transcript after a retry; it is never sent. RFC 8446,
// Section 4.4.1.
type MessageHash struct {
	Hash []byte // of the ClientHello, header included
}

// Type returns TypeMessageHash.
func (m *MessageHash) Type() HandshakeType { return TypeMessageHash }

func (m *MessageHash) layout(c *wire.Codec) { c.Rest(&m.Hash) }
