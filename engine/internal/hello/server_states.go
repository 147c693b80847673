package hello

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/engine/internal/tls13"
)

// The server's first steps (RFC 8446, Appendix A.2):
//
//  1. ServerStart: waits for the ClientHello.
//  2. awaitConfig: shall another config serve this client?
//
// The second ClientHello after a HelloRetryRequest is of a version already
// agreed on, and has its rows there. One that comes once TLS 1.2 is connected
// begins another handshake of that version.
type (
	// ServerStart is where a server begins.
	ServerStart struct{}
	awaitConfig struct{ hello *handshake.Hello }
)

// ServerRows is the server's table.
func ServerRows() []fsm.Block[*handshake.Context] {
	after := tls13.AfterClientHello()
	return []fsm.Block[*handshake.Context]{
		fsm.In(ServerStart{},
			fsm.On(readClientHello, append(after, awaitConfig{})...)),
		fsm.In(awaitConfig{},
			fsm.On(takeConfig, after...)),
	}
}

// ServerRows12 is what TLS 1.2 adds.
func ServerRows12() []fsm.Block[*handshake.Context] {
	after := tls12.AfterClientHello()
	return []fsm.Block[*handshake.Context]{
		fsm.In(ServerStart{},
			fsm.On(readClientHello, after...)),
		fsm.In(awaitConfig{},
			fsm.On(takeConfig, after...)),
		fsm.In(tls12.ServerConnected{},
			fsm.On(readRenegotiation, append(tls12.AfterRenegotiation(), awaitConfig{}, tls12.ServerConnected{})...),
			fsm.On(requestRenegotiation, tls12.ServerConnected{})),
	}
}
