package tls12

import (
	"crypto"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The server from the choice of version on (RFC 5246, Section 7.3), in full:
//
//  1. awaitFoundSession12: does the ticket, or the identifier, name a session?
//     awaitClientReverified12: is the chain in it still to be trusted?
//  2. awaitServerCredential12, awaitServerSignature12: the server's first flight.
//  3. waitClientCertificate12, awaitClientVerdict12: where the config asks for one.
//  4. waitClientECDHE12, waitClientCertificateVerify12
//  5. waitClientChangeCipherSpec12, waitClientFinished12
//  6. awaitSealedTicket12: if the client takes tickets.
//  7. serverConnected12
//
// Resumed: 1, 6, 5, 7.
type (
	awaitFoundSession12     struct{ choice }
	awaitClientReverified12 struct{ choice }
	awaitServerCredential12 struct{ choice }
	awaitServerSignature12  struct {
		flight
		credential *events.Credential
		scheme     messages.SignatureScheme
		params     messages.ServerECDHParams
	}
	waitClientCertificate12 struct{ flight }
	awaitClientVerdict12    struct{ flight }
	waitClientECDHE12       struct {
		flight
		key crypto.PublicKey // the client's, if it has shown a certificate
	}
	waitClientCertificateVerify12 struct {
		keyed
		key crypto.PublicKey
	}
	waitClientChangeCipherSpec12 struct{ closing }
	waitClientFinished12         struct{ closing }
	awaitSealedTicket12          struct {
		closing
		sealing *events.Session
	}
	serverConnected12 struct{}
)

// choice is what a server knows of the client's offers.
type choice struct {
	hello *handshake.Hello
	agreed
	scts [][]byte // to staple
}

// flight is what a server knows while its first flight is under way.
type flight struct {
	agreed
	version messages.Version // of the ClientHello
	private secrets.PrivateShare
}

// AfterClientHello are the states that a server goes on in.
func AfterClientHello() []fsm.State {
	return []fsm.State{awaitFoundSession12{}, awaitServerCredential12{}}
}

// ServerRows is the server's table.
func ServerRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(awaitFoundSession12{},
			fsm.On(takeOpenedTicket, awaitServerCredential12{}, awaitClientReverified12{}, awaitSealedTicket12{}),
			fsm.On(takeFoundSession, awaitServerCredential12{}, awaitClientReverified12{}, awaitSealedTicket12{},
				waitClientChangeCipherSpec12{})),
		fsm.In(awaitClientReverified12{},
			fsm.On(takeClientReverified, awaitSealedTicket12{}, waitClientChangeCipherSpec12{})),
		fsm.In(awaitServerCredential12{},
			fsm.On(takeServerCredential, awaitServerSignature12{})),
		fsm.In(awaitServerSignature12{},
			fsm.On(takeServerSignature, waitClientCertificate12{}, waitClientECDHE12{})),
		fsm.In(waitClientCertificate12{},
			fsm.On(readClientCertificate, awaitClientVerdict12{}, waitClientECDHE12{})),
		fsm.In(awaitClientVerdict12{},
			fsm.On(takeClientVerdict, waitClientECDHE12{})),
		fsm.In(waitClientECDHE12{},
			fsm.On(readClientECDHE, waitClientCertificateVerify12{}, waitClientChangeCipherSpec12{})),
		fsm.In(waitClientCertificateVerify12{},
			fsm.On(readClientCertificateVerify, waitClientChangeCipherSpec12{})),
		fsm.In(waitClientChangeCipherSpec12{},
			fsm.On(readClientChangeCipherSpec, waitClientFinished12{})),
		fsm.In(waitClientFinished12{},
			fsm.On(readClientFinished, awaitSealedTicket12{}, serverConnected12{})),
		fsm.In(awaitSealedTicket12{},
			fsm.On(takeSealedTicket, serverConnected12{}, waitClientChangeCipherSpec12{})),
		fsm.In(serverConnected12{},
			fsm.On(readRenegotiation, serverConnected12{})),
	}
}
