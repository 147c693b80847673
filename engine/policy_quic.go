package engine

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/carrier"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/hello"
	"github.com/tacitls/tacitls/engine/internal/tls13"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// CompileQUIC is Compile for connections over QUIC, which have TLS 1.3 alone and an
// application protocol always, and nothing that is about records
// (RFC 9001, Section 4.2 and Section 8.1). NoCompatibility goes without saying.
func (c *ClientConfig) CompileQUIC() (*ClientPolicy, error) {
	compiled, err := c.Compile()
	if err != nil {
		return nil, err
	}
	if c.MaxFragmentLength != 0 || c.PostHandshakeAuth {
		return nil, invalid("MaxFragmentLength or PostHandshakeAuth over QUIC")
	}
	if err := c.Common.compileQUIC(compiled.policy); err != nil {
		return nil, err
	}
	compiled.dialect = handshake.QUIC
	return compiled, nil
}

// CompileQUIC is Compile for connections over QUIC, see [ClientConfig.CompileQUIC].
// Any MaxEarlyData but 0 stands for 4294967295, which QUIC wants: its own limits
// bound early data (RFC 9001, Section 4.6.1).
func (c *ServerConfig) CompileQUIC() (*ServerPolicy, error) {
	compiled, err := c.Compile()
	if err != nil {
		return nil, err
	}
	if err := c.Common.compileQUIC(compiled.policy); err != nil {
		return nil, err
	}
	if compiled.policy.EarlyData != 0 {
		compiled.policy.EarlyData = handshake.QUIC.EarlyDataLimit
	}
	compiled.dialect = handshake.QUIC
	return compiled, nil
}

func (c *Common) compileQUIC(p *handshake.Policy) error {
	switch {
	case p.MinVersion < messages.TLS13:
		return invalid("%v over QUIC", p.MinVersion)
	case len(p.ALPN) == 0:
		return invalid("no ALPN over QUIC")
	case c.RecordSize != 0 || c.RecordSizeLimit != 0 || c.Padding != nil || c.UpdateAfter != 0:
		return invalid("RecordSize, RecordSizeLimit, Padding or UpdateAfter over QUIC, which has no records")
	case slices.Contains(c.CipherSuites, messages.TLS_AES_128_CCM_8_SHA256):
		// RFC 9001, Section 5.3.
		return invalid("%v over QUIC", messages.TLS_AES_128_CCM_8_SHA256)
	}
	p.Compatibility = false
	return nil
}

// NewQUICClient makes a client over QUIC: it compiles the config and makes one engine.
// The error is one of misuse: the config cannot be.
func NewQUICClient(config *ClientConfig) (*Engine, error) {
	policy, err := config.CompileQUIC()
	if err != nil {
		return nil, err
	}
	return policy.New(), nil
}

// NewQUICServer makes a server over QUIC: it compiles the config and makes one engine.
// The error is one of misuse: the config cannot be.
func NewQUICServer(config *ServerConfig) (*Engine, error) {
	policy, err := config.CompileQUIC()
	if err != nil {
		return nil, err
	}
	return policy.New(), nil
}

// The machines are the tables without what is about records.
var (
	quicClientMachine = fsm.New(hello.ClientRows(), hello.ClientCryptoRows(), tls13.ClientRows(), tls13.ClientCryptoRows())
	quicServerMachine = fsm.New(hello.ServerRows(), tls13.ServerRows(), tls13.ServerCryptoRows())
)

// machineOf is the machine of a role in a dialect.
func machineOf(role events.Role, dialect *handshake.Dialect) *fsm.Machine[*handshake.Context] {
	switch {
	case dialect == handshake.QUIC && role == events.Client:
		return quicClientMachine
	case dialect == handshake.QUIC:
		return quicServerMachine
	case role == events.Client:
		return clientMachine
	}
	return serverMachine
}

// carry gives an engine the carrier of its dialect.
func (e *Engine) carry(options *carrier.Options) {
	if e.hs.Dialect.Records {
		e.stream = carrier.NewStream(options)
		e.carrier = e.stream
		return
	}
	e.crypto = carrier.NewCrypto(options)
	e.carrier = e.crypto
}

// reconfigure tells the carrier of another policy.
func (e *Engine) reconfigure(policy *handshake.Policy) {
	if e.stream != nil {
		e.stream.Reconfigure(carrierOptions(policy))
		return
	}
	e.crypto.Reconfigure(carrierOptions(policy))
}

// compile compiles a config for the transport of the engine.
func (e *Engine) compile(config *ServerConfig) (*ServerPolicy, error) {
	if e.stream != nil {
		return config.Compile()
	}
	return config.CompileQUIC()
}
