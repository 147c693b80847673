// Package hello is the part of both machines in which the version is not yet
// agreed on.
package hello

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/engine/internal/tls13"
)

// The client's first flight (RFC 8446, Appendix A.1):
//
//  1. ClientStart: nothing has been sent; the command Start sends ClientHello.
//     awaitClientParameters: which transport parameters shall it have, in QUIC?
//     awaitPSKs: which external pre-shared keys shall it offer?
//     awaitEarlyVerdict: is the server of the session to be trusted still, where early
//     data would be with it before its answer?
//  2. waitServerHello: a ServerHello goes on in the version that it chooses; a
//     HelloRetryRequest has a second ClientHello sent.
//  3. waitRetriedServerHello: the same without another retry.
//
// Once connected by TLS 1.2, a HelloRequest or the command Renegotiate sends
// another ClientHello; waitRenegotiatedServerHello waits for the answer, which may
// be that there will be none.
type (
	// ClientStart is where a client begins.
	ClientStart                 struct{}
	awaitClientParameters       struct{}
	awaitPSKs                   struct{}
	awaitEarlyVerdict           struct{ offer *handshake.Offer }
	waitServerHello             struct{ offer *handshake.Offer }
	waitRetriedServerHello      struct{ offer *handshake.Offer }
	waitRenegotiatedServerHello struct{ offer *handshake.Offer }
)

// ClientRows is the client's table.
func ClientRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(ClientStart{},
			fsm.On(startClient, awaitPSKs{}, awaitEarlyVerdict{}, waitServerHello{})),
		fsm.In(awaitPSKs{},
			fsm.On(takePSKs, awaitEarlyVerdict{}, waitServerHello{})),
		fsm.In(awaitEarlyVerdict{},
			fsm.On(takeEarlyVerdict, waitServerHello{})),
		fsm.In(waitServerHello{},
			fsm.On(readServerHello, tls13.AfterServerHello(), waitRetriedServerHello{})),
		fsm.In(waitRetriedServerHello{},
			fsm.On(readRetriedServerHello, tls13.AfterServerHello())),
	}
}

// ClientRows12 is what TLS 1.2 adds.
func ClientRows12() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(waitServerHello{},
			fsm.On(passOverHelloRequest, waitServerHello{}),
			fsm.On(readServerHello, tls12.AfterServerHello()...)),
		fsm.In(tls12.ClientConnected{},
			fsm.On(readHelloRequest, waitRenegotiatedServerHello{}, tls12.ClientConnected{}),
			fsm.On(startRenegotiation, waitRenegotiatedServerHello{})),
		fsm.In(waitRenegotiatedServerHello{},
			fsm.On(passOverSecondRequest, waitRenegotiatedServerHello{}),
			fsm.On(readRenegotiatedServerHello, tls12.AfterRenegotiatedHello()...),
			fsm.On(takeDeclined, tls12.ClientConnected{})),
	}
}

// ClientCryptoRows is what QUIC adds.
func ClientCryptoRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(ClientStart{},
			fsm.On(startClient, awaitClientParameters{})),
		fsm.In(awaitClientParameters{},
			fsm.On(takeClientParameters, awaitPSKs{}, awaitEarlyVerdict{}, waitServerHello{})),
	}
}
