package hello

import (
	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/engine/internal/tls13"
	"github.com/tacitls/tacitls/events"
)

// The ends of QUIC tell each other their transport parameters, which a client has
// to know before its first hello, and a server chooses knowing the client's
// (RFC 9001, Section 8.2).

func askClientParameters(hs *handshake.Context) (fsm.State, error) {
	hs.Ask(func(id events.Asked) events.Question { return &events.ProvideTransportParameters{Asked: id} })
	return &awaitClientParameters{}, nil
}

func takeClientParameters(hs *handshake.Context, _ *awaitClientParameters, answer *events.TransportParametersProvided) (fsm.State, error) {
	if err := keepParameters(hs, answer); err != nil {
		return nil, err
	}
	return askPSKs(hs)
}

// acceptClientHello goes on in TLS 1.3, once the server's parameters are there.
func acceptClientHello(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	if !hs.Dialect.Parameters {
		return tls13.AcceptClientHello(hs, hello)
	}
	if err := features.ReadParameters(hs, &hello.Message.Extensions); err != nil {
		return nil, err
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ProvideTransportParameters{Asked: id, Peer: hs.Connection.PeerParameters, Hello: hello.Info}
	})
	return &awaitServerParameters{hello}, nil
}

func takeServerParameters(hs *handshake.Context, s *awaitServerParameters, answer *events.TransportParametersProvided) (fsm.State, error) {
	if err := keepParameters(hs, answer); err != nil {
		return nil, err
	}
	return tls13.AcceptClientHello(hs, s.hello)
}

func keepParameters(hs *handshake.Context, answer *events.TransportParametersProvided) error {
	if size := len(answer.Parameters); size > events.MaxTransportParameters {
		return refuse.BadAnswer.With("transport parameters of %d bytes", size)
	}
	hs.Parameters = answer.Parameters
	return nil
}
