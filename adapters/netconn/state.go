package netconn

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// State is what the two ends have agreed on so far.
func (c *Conn) State() events.Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.engine == nil {
		return events.Connection{}
	}
	return c.engine.Connection()
}

// ConnectionState is State in the form that users of crypto/tls know. Chains are
// in VerifiedChains only where this handshake verified them: on a resumption,
// which relies on the first one, only with the config's ReverifyOnResume.
//
// Its method ExportKeyingMaterial cannot be made to work and panics: use
// [Conn.Export].
func (c *Conn) ConnectionState() tls.ConnectionState {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.engine == nil {
		return tls.ConnectionState{}
	}
	agreed := c.engine.Connection()
	state := tls.ConnectionState{
		Version:                     uint16(agreed.Version),
		HandshakeComplete:           c.complete.Load(),
		DidResume:                   agreed.Resumed,
		CipherSuite:                 uint16(agreed.CipherSuite),
		CurveID:                     tls.CurveID(agreed.Group),
		NegotiatedProtocol:          agreed.ALPN,
		ServerName:                  agreed.ServerName,
		SignedCertificateTimestamps: agreed.SCTs,
		OCSPResponse:                agreed.OCSP,
		HelloRetryRequest:           agreed.Retried,
	}
	if !state.HandshakeComplete {
		return state
	}
	if c.peer == nil {
		// Nobody verified the chain in this handshake, or an answerer did that
		// keeps it to itself.
		c.peer = &answer.Peer{Certificates: parse(agreed.PeerChain), RawKey: agreed.PeerRawKey}
	}
	state.PeerCertificates, state.VerifiedChains = c.peer.Certificates, c.peer.Chains
	// None where there is no such thing, as crypto/tls has it.
	state.TLSUnique, _ = c.engine.TLSUnique()
	return state
}

// parse gives the certificates of a chain, none if one cannot be read.
func parse(chain [][]byte) []*x509.Certificate {
	var all []*x509.Certificate
	for _, der := range chain {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil
		}
		all = append(all, certificate)
	}
	return all
}

// Export gives length bytes of keying material for an application (RFC 8446,
// Section 7.5), as [engine.Engine.Export] does.
func (c *Conn) Export(label string, context []byte, length int) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.engine == nil {
		return nil, engine.ErrNotReady
	}
	return c.engine.Export(label, context, length)
}

// AuthenticatorParameters makes a Conn what package engine/authenticator makes its
// Sessions of (RFC 9261), as [engine.Engine.AuthenticatorParameters] does. Contexts that
// nobody gives are drawn from the config's Rand while others may use the engine: it has
// to be safe for concurrent use, as the default is.
func (c *Conn) AuthenticatorParameters() (*engine.AuthenticatorParameters, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.engine == nil {
		return nil, engine.ErrNotReady
	}
	return c.engine.AuthenticatorParameters()
}

// TLSExporter gives the channel binding tls-exporter (RFC 9266, Section 2), as
// [engine.Engine.TLSExporter] does.
func (c *Conn) TLSExporter() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.engine == nil {
		return nil, engine.ErrNotReady
	}
	return c.engine.TLSExporter()
}

// TLSUnique gives the channel binding tls-unique of a connection of TLS 1.2
// (RFC 5929, Section 3.1), as [engine.Engine.TLSUnique] does. A renegotiation
// changes it.
func (c *Conn) TLSUnique() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.engine == nil {
		return nil, engine.ErrNotReady
	}
	return c.engine.TLSUnique()
}
