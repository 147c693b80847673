package netconn

import (
	"crypto/tls"
	"crypto/x509"
	"io"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
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

// ExportEarly is Export for early data, before the handshake is complete, as
// [engine.Engine.ExportEarly] does.
func (c *Conn) ExportEarly(label string, context []byte, length int) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.engine == nil {
		return nil, engine.ErrNotReady
	}
	return c.engine.ExportEarly(label, context, length)
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

// note takes the events that change what the connection is. The caller holds mu.
func (c *Conn) note(event events.Event) {
	c.noteEarly(event)
	switch event := event.(type) {
	case *events.FalseStarted:
		c.mayWrite.Store(true)
	case *events.HandshakeCompleted:
		c.completed(event)
	case *events.PeerAuthenticated:
		c.authenticated(event)
	case *events.RenegotiationDeclined:
		c.settle(ErrRenegotiationDeclined)
	case *events.PeerClosed:
		c.ended = io.EOF
		if c.awaited != nil {
			c.settle(c.awaited.cut)
		}
	case *events.Failed:
		if c.ended == nil {
			c.ended = readError(event.Err)
		}
		c.settle(event.Err)
	}
}

// completed takes what a handshake has come to.
func (c *Conn) completed(event *events.HandshakeCompleted) {
	c.peer, c.verified = c.verified, nil
	c.legacy = event.Connection.Version == messages.TLS12
	if c.legacy && event.Connection.Resumed {
		c.known = c.named
	}
	c.settle(nil)
}
