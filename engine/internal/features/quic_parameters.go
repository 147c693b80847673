package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// RFC 9001, Section 8.2. Both ends of QUIC have the extension; over a byte stream it
// is refused.
var quicParameters = Feature{
	Type: messages.ExtensionQUICTransportParameters,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if !hs.Dialect.Parameters {
			return nil
		}
		return PutParameters(hs, x)
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, _ *messages.Extensions) error {
		if !hs.Dialect.Parameters && hello.Message.Extensions.Has(messages.ExtensionQUICTransportParameters) {
			return refuse.ParametersOverStream
		}
		// In QUIC they are put in once they are there.
		return nil
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		err := ReadParameters(hs, x)
		TellParameters(hs)
		return err
	},
	Needed: func(hs *handshake.Context) bool { return hs.Dialect.Parameters },
}

// ReadParameters reads the peer's transport parameters, which have to be there.
func ReadParameters(hs *handshake.Context, x *messages.Extensions) error {
	if !hs.Dialect.Parameters {
		return nil
	}
	var parameters []byte
	if hs.Policy.DraftParameters {
		var body messages.QUICTransportParametersDraft
		if err := hs.Need(x, &body); err != nil {
			return err
		}
		parameters = body.Parameters
	} else {
		var body messages.QUICTransportParameters
		if err := hs.Need(x, &body); err != nil {
			return err
		}
		parameters = body.Parameters
	}
	if len(parameters) > events.MaxTransportParameters {
		return refuse.ParametersTooLarge.With("%d bytes", len(parameters))
	}
	// A copy, since the connection keeps them, and not the hello that they came in.
	hs.Connection.PeerParameters = append(make([]byte, 0, len(parameters)), parameters...)
	return nil
}

// TellParameters tells of the peer's transport parameters.
func TellParameters(hs *handshake.Context) {
	if hs.Dialect.Parameters {
		hs.Tell(&events.TransportParametersReceived{Parameters: hs.Connection.PeerParameters})
	}
}

// PutParameters adds this end's.
func PutParameters(hs *handshake.Context, x *messages.Extensions) error {
	if hs.Policy.DraftParameters {
		return handshake.Put(x, &messages.QUICTransportParametersDraft{Parameters: hs.Parameters})
	}
	return handshake.Put(x, &messages.QUICTransportParameters{Parameters: hs.Parameters})
}
