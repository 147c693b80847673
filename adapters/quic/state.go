package quic

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// State is what the two ends have agreed on so far.
func (q *QUICConn) State() events.Connection {
	if q.engine == nil {
		return events.Connection{Role: q.role}
	}
	return q.engine.Connection()
}

// Question is the question that waits for [QUICConn.Answer], or nil.
func (q *QUICConn) Question() events.Question {
	if q.waiting != forAnswer {
		return nil
	}
	return q.open
}

// ConnectionState is State in the form that users of crypto/tls know. The application
// protocol is there as soon as it is agreed on, the peer's certificates once the
// handshake is complete. Chains are in VerifiedChains only where this handshake
// verified them.
//
// Its method ExportKeyingMaterial cannot be made to work and panics: use
// [QUICConn.Export].
func (q *QUICConn) ConnectionState() ConnectionState {
	agreed := q.State()
	state := tls.ConnectionState{
		Version:                     uint16(agreed.Version),
		HandshakeComplete:           q.complete(),
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
	if q.peer == nil {
		// Nobody verified the chain in this handshake, or an answerer did that
		// keeps it to itself.
		q.peer = &answer.Peer{Certificates: parse(agreed.PeerChain), RawKey: agreed.PeerRawKey}
	}
	state.PeerCertificates, state.VerifiedChains = q.peer.Certificates, q.peer.Chains
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

// Export gives length bytes of keying material for an application
// (RFC 8446, Section 7.5), as [engine.Engine.Export] does.
func (q *QUICConn) Export(label string, context []byte, length int) ([]byte, error) {
	if q.engine == nil {
		return nil, engine.ErrNotReady
	}
	return q.engine.Export(label, context, length)
}

// ExportEarly is Export for 0-RTT data, as [engine.Engine.ExportEarly] is.
func (q *QUICConn) ExportEarly(label string, context []byte, length int) ([]byte, error) {
	if q.engine == nil {
		return nil, engine.ErrNotReady
	}
	return q.engine.ExportEarly(label, context, length)
}

// TLSExporter gives the channel binding tls-exporter (RFC 9266, Section 2), as
// [engine.Engine.TLSExporter] does.
func (q *QUICConn) TLSExporter() ([]byte, error) {
	if q.engine == nil {
		return nil, engine.ErrNotReady
	}
	return q.engine.TLSExporter()
}

// Format implements [fmt.Formatter]: no verb prints keys.
func (q *QUICConn) Format(f fmt.State, _ rune) {
	state := "no state"
	if q.engine != nil {
		state = q.engine.State()
	}
	_, _ = fmt.Fprintf(f, "quic(%v, %s)", q.role, state)
}
