package hello

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/tls13"
	"github.com/tacitls/tacitls/events"
)

// The ends of QUIC tell each other their transport parameters. A client has to know
// its own before its first hello (RFC 9001, Section 8.2).

func askClientParameters(hs *handshake.Context) (fsm.State, error) {
	hs.Ask(func(id events.Asked) events.Question { return &events.ProvideTransportParameters{Asked: id} })
	return &awaitClientParameters{}, nil
}

func takeClientParameters(hs *handshake.Context, _ *awaitClientParameters, answer *events.TransportParametersProvided) (fsm.State, error) {
	if err := tls13.KeepParameters(hs, answer); err != nil {
		return nil, err
	}
	return askPSKs(hs)
}
