package hello

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// passOverHelloRequest ignores a HelloRequest while the handshake that it asks
// for is under way (RFC 5246, Section 7.4.1.1).
func passOverHelloRequest(hs *handshake.Context, s *waitServerHello, m *messages.HelloRequest) (fsm.State, error) {
	if !hs.Policy.Allows(messages.TLS12) {
		return nil, refuse.UnexpectedMessage.With("%v of TLS 1.2", m.Type())
	}
	return s, tls12.CountRenegotiation(hs)
}

func passOverSecondRequest(hs *handshake.Context, s *waitRenegotiatedServerHello, _ *messages.HelloRequest) (fsm.State, error) {
	return s, tls12.CountRenegotiation(hs)
}

// readHelloRequest begins another handshake, leaves that to the caller, or declines
// to (RFC 5246, Section 7.4.1.1, and RFC 5746, Section 4.2).
func readHelloRequest(hs *handshake.Context, s *tls12.ClientConnected, _ *messages.HelloRequest) (fsm.State, error) {
	if !tls12.MayRenegotiate(hs) {
		return s, tls12.Decline(hs)
	}
	if err := tls12.CountRenegotiation(hs); err != nil {
		return nil, err
	}
	if hs.Policy.Renegotiation == handshake.RenegotiateExplicitly {
		hs.Tell(&events.RenegotiationRequested{})
		return s, nil
	}
	return renegotiate(hs)
}

func startRenegotiation(hs *handshake.Context, _ *tls12.ClientConnected, _ *handshake.Renegotiate) (fsm.State, error) {
	return renegotiate(hs)
}

// renegotiate sends the ClientHello of a handshake that continues the one before
// (RFC 5746, Section 3.5).
func renegotiate(hs *handshake.Context) (fsm.State, error) {
	hs.Align()
	offer, err := newOffer(hs, hs.Restart(), nil)
	if err != nil {
		return nil, err
	}
	if err := send(hs, offer); err != nil {
		return nil, err
	}
	return &waitRenegotiatedServerHello{offer}, nil
}

// readRenegotiatedServerHello takes the answer, which keeps the version.
func readRenegotiatedServerHello(hs *handshake.Context, s *waitRenegotiatedServerHello, m *messages.ServerHello) (fsm.State, error) {
	if m.LegacyVersion != messages.TLS12 || m.Extensions.Has(messages.ExtensionSupportedVersions) {
		return nil, refuse.RenegotiatedVersion.With("the server chose %v", m.LegacyVersion)
	}
	return tls12.AcceptServerHello(hs, s.offer, m)
}

// takeDeclined goes on as before: the server does not want to
// (RFC 5246, Section 7.2.2).
func takeDeclined(hs *handshake.Context, s *waitRenegotiatedServerHello, _ *handshake.RenegotiationDeclined) (fsm.State, error) {
	hs.Connection = s.offer.Previous.Connection
	hs.Tell(&events.RenegotiationDeclined{})
	return &tls12.ClientConnected{}, nil
}
