// Package tls12 is the machines of TLS 1.2 (RFC 5246), from the ServerHello on
// at a client and from the choice of parameters on at a server.
package tls12

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The client after the ServerHello (RFC 5246, Section 7.3), in full:
//
//  1. waitServerCertificate12
//  2. waitServerECDHE12: a stapled response may come before the key share.
//  3. awaitServerVerdict12: is the chain to be trusted?
//  4. waitRequestOrHelloDone12, waitServerHelloDone12
//  5. awaitClientCredential12, awaitClientSignature12: if the server has asked.
//  6. waitNewSessionTicket12, if the server has announced one.
//  7. waitServerChangeCipherSpec12, waitServerFinished12
//  8. clientConnected12
//
// Resumed: awaitServerReverified12 where the config asks for it, 6, 7, the client's own Finished, 8.
type (
	awaitServerReverified12 struct{ agreed }
	waitServerCertificate12 struct{ agreed }
	waitServerECDHE12       struct {
		agreed
		status bool // a CertificateStatus may come
	}
	awaitServerVerdict12 struct {
		agreed
		exchange *messages.ServerKeyExchangeECDHE
	}
	waitRequestOrHelloDone12 struct{ exchanged }
	waitServerHelloDone12    struct {
		exchanged
		request *messages.CertificateRequest12
	}
	awaitClientCredential12 struct {
		exchanged
		request *messages.CertificateRequest12
	}
	awaitClientSignature12 struct {
		keyed
		scheme messages.SignatureScheme
	}
	waitNewSessionTicket12       struct{ closing }
	waitServerChangeCipherSpec12 struct{ closing }
	waitServerFinished12         struct{ closing }
	clientConnected12            struct{}
)

// agreed is what both ends know once the server has chosen.
type agreed struct {
	suite          *secrets.Suite12
	offered        []messages.ExtensionType
	sessionID      []byte
	extended       bool // extended_master_secret
	encryptThenMAC bool
	ticket         bool // a NewSessionTicket will come
	status         bool // a CertificateStatus may come
	session        *events.Session
}

// exchanged is what a client knows once the server's key share is verified.
type exchanged struct {
	agreed
	group messages.Group
	share []byte // the server's
}

// keyed is what both ends know once they have a master secret.
type keyed struct {
	agreed
	master secrets.Secret
	keys   secrets.KeyBlock
}

// closing is what both ends need for ChangeCipherSpec and Finished.
type closing struct {
	keyed
	ticket *messages.NewSessionTicket12
	// verify is the verify_data of the Finished that came first.
	verify []byte
}

// AfterServerHello are the states that a client goes on in.
func AfterServerHello() []fsm.State {
	return []fsm.State{
		waitServerCertificate12{}, awaitServerReverified12{}, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{},
	}
}

// ClientRows is the client's table.
func ClientRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(awaitServerReverified12{},
			fsm.On(takeServerReverified, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(waitServerCertificate12{},
			fsm.On(readServerCertificate, waitServerECDHE12{})),
		fsm.In(waitServerECDHE12{},
			fsm.On(readCertificateStatus, waitServerECDHE12{}),
			fsm.On(readServerECDHE, awaitServerVerdict12{})),
		fsm.In(awaitServerVerdict12{},
			fsm.On(takeServerVerdict, waitRequestOrHelloDone12{})),
		fsm.In(waitRequestOrHelloDone12{},
			fsm.On(readCertificateRequest, waitServerHelloDone12{}),
			fsm.On(readHelloDone, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(waitServerHelloDone12{},
			fsm.On(readRequestedHelloDone, awaitClientCredential12{})),
		fsm.In(awaitClientCredential12{},
			fsm.On(takeClientCredential, awaitClientSignature12{}, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(awaitClientSignature12{},
			fsm.On(takeClientSignature, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(waitNewSessionTicket12{},
			fsm.On(readNewSessionTicket, waitServerChangeCipherSpec12{})),
		fsm.In(waitServerChangeCipherSpec12{},
			fsm.On(readServerChangeCipherSpec, waitServerFinished12{})),
		fsm.In(waitServerFinished12{},
			fsm.On(readServerFinished, clientConnected12{})),
		fsm.In(clientConnected12{},
			fsm.On(readHelloRequest, clientConnected12{})),
	}
}
