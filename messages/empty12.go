package messages

import "github.com/tacitls/tacitls/messages/wire"

// HelloRequest asks the client to start a handshake anew. It is the one message that no transcript counts. RFC 5246,
// Section 7.4.1.1.
type HelloRequest struct{}

// Type returns TypeHelloRequest.
func (m *HelloRequest) Type() HandshakeType { return TypeHelloRequest }

func (m *HelloRequest) layout(*wire.Codec) {}

// ServerHelloDone ends the server's first flight in TLS 1.2. RFC 5246, Section 7.4.5.
type ServerHelloDone struct{}

// Type returns TypeServerHelloDone.
func (m *ServerHelloDone) Type() HandshakeType { return TypeServerHelloDone }

func (m *ServerHelloDone) layout(*wire.Codec) {}
