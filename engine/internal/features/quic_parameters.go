package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// RFC 9001, Section 8.2. Over a byte stream the extension is refused.
var quicParameters = Feature{
	Type: messages.ExtensionQUICTransportParameters,
	Answer: func(_ *handshake.Context, hello *handshake.Hello, _ *messages.Extensions) error {
		if hello.Message.Extensions.Has(messages.ExtensionQUICTransportParameters) {
			return refuse.ParametersOverStream
		}
		return nil
	},
}
