package tls13

import (
	"bytes"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// A server says its transport parameters last, in EncryptedExtensions: they may turn
// on whether early data is taken, for which the client keeps to those of the session
// (RFC 9000, Section 7.4.1).

func askServerParameters(hs *handshake.Context, f flight) (fsm.State, error) {
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ProvideTransportParameters{Asked: id, Peer: hs.Connection.PeerParameters, Hello: f.hello.Info}
	})
	return &awaitServerParameters{f}, nil
}

func takeServerParameters(hs *handshake.Context, s *awaitServerParameters, answer *events.TransportParametersProvided) (fsm.State, error) {
	if err := KeepParameters(hs, answer); err != nil {
		return nil, err
	}
	f := s.flight
	f.extensions = &messages.EncryptedExtensions{Extensions: s.extensions.Extensions.Clone()}
	if err := features.PutParameters(hs, &f.extensions.Extensions); err != nil {
		return nil, err
	}
	return sendAgreed(hs, f)
}

// KeepParameters takes the parameters of either end.
func KeepParameters(hs *handshake.Context, answer *events.TransportParametersProvided) error {
	if size := len(answer.Parameters); size > events.MaxTransportParameters {
		return refuse.BadAnswer.With("transport parameters of %d bytes", size)
	}
	hs.Parameters = bytes.Clone(answer.Parameters)
	return nil
}
