package hello

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/messages"
)

// requestRenegotiation sends a HelloRequest, which belongs to no handshake. The
// client may pass it over (RFC 5246, Section 7.4.1.1).
func requestRenegotiation(hs *handshake.Context, s *tls12.ServerConnected, _ *handshake.Renegotiate) (fsm.State, error) {
	return s, hs.SendUnrecorded(&messages.HelloRequest{})
}

// readRenegotiation takes the ClientHello of another handshake, or declines it
// (RFC 5246, Section 7.4.1.2, and RFC 5746, Section 3.7).
func readRenegotiation(hs *handshake.Context, s *tls12.ServerConnected, m *messages.ClientHello) (fsm.State, error) {
	if !tls12.MayRenegotiate(hs) {
		return s, tls12.Decline(hs)
	}
	if err := tls12.CountRenegotiation(hs); err != nil {
		return nil, err
	}
	hs.Align()
	return begin(hs, m, hs.Restart())
}

// keepVersion goes on in the version of the connection, which the client must
// still allow.
func keepVersion(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	if !slices.Contains(hello.Info.Versions, hs.Connection.Version) {
		return nil, refuse.RenegotiatedVersion.With("the client offers %v", handshake.Few(hello.Info.Versions))
	}
	return tls12.AcceptClientHello(hs, hello)
}
