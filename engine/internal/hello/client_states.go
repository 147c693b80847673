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
//  2. waitServerHello: a ServerHello goes on in the version that it chooses; a
//     HelloRetryRequest has a second ClientHello sent.
//  3. waitRetriedServerHello: the same without another retry.
type (
	// ClientStart is where a client begins.
	ClientStart            struct{}
	waitServerHello        struct{ offer *handshake.Offer }
	waitRetriedServerHello struct{ offer *handshake.Offer }
)

// ClientRows is the client's table.
func ClientRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(ClientStart{},
			fsm.On(sendClientHello, waitServerHello{})),
		fsm.In(waitServerHello{},
			fsm.On(readServerHello,
				append(tls12.AfterServerHello(), tls13.AfterServerHello(), waitRetriedServerHello{})...)),
		fsm.In(waitRetriedServerHello{},
			fsm.On(readRetriedServerHello, tls13.AfterServerHello())),
	}
}
