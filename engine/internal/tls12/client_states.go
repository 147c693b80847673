// Package tls12 is the machines of TLS 1.2 (RFC 5246), from the ServerHello on
// at a client and from the choice of parameters on at a server.
package tls12

import (
	"crypto"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The client after the ServerHello (RFC 5246, Section 7.3), in full:
//
//  1. waitServerCertificate12, or waitServerRawKey12 where a raw public key stands
//     in its place: supplemental data may come before it.
//  2. waitServerECDHE12, waitServerDHE12: the server's key share, which a stapled
//     status may precede. waitServerRSA12: there is no share, so that the status,
//     if one was announced, is followed by 4.
//  3. awaitServerVerdict12: is the chain to be trusted?
//  4. waitRequestOrHelloDone12, waitServerHelloDone12
//  5. awaitClientSupplement12, awaitClientCredential12, awaitClientSignature12: if
//     the server has asked.
//  6. waitNewSessionTicket12, if the server has announced one.
//  7. waitServerChangeCipherSpec12, waitServerFinished12
//  8. clientConnected12
//
// With a pre-shared key: waitServerPSK12, waitServerDHEPSK12 or
// waitServerECDHEPSK12, then waitPSKHelloDone12, awaitOfferedPSK12, and 6 to 8.
//
// Resumed: awaitServerReverified12 where the config asks for it, 6, 7, the client's own Finished, 8.
type (
	awaitServerReverified12 struct{ agreed }
	waitServerCertificate12 struct{ agreed }
	waitServerRawKey12      struct{ agreed }
	waitServerECDHE12       struct{ agreed }
	waitServerDHE12         struct{ agreed }
	waitServerRSA12         struct{ agreed }
	waitServerPSK12         struct{ agreed }
	waitServerDHEPSK12      struct{ agreed }
	waitServerECDHEPSK12    struct{ agreed }
	awaitServerVerdict12    struct {
		exchanged
		params []byte // of the key share, or nil
		proof  proof
		// request or done is the message that came in place of a status.
		request *messages.CertificateRequest12
		done    *messages.ServerHelloDone
	}
	waitRequestOrHelloDone12 struct{ exchanged }
	waitServerHelloDone12    struct {
		exchanged
		request *messages.CertificateRequest12
	}
	waitPSKHelloDone12 struct {
		exchanged
		hint []byte
	}
	awaitOfferedPSK12       struct{ exchanged }
	awaitClientSupplement12 struct {
		exchanged
		request *messages.CertificateRequest12 // nil if there was none
	}
	awaitClientCredential12 struct {
		exchanged
		request *messages.CertificateRequest12
	}
	awaitClientSignature12 struct {
		agreed
		scheme messages.SignatureScheme
	}
	waitNewSessionTicket12       struct{ closing }
	waitServerChangeCipherSpec12 struct{ closing }
	waitServerFinished12         struct{ closing }
	clientConnected12            struct{}
)

// agreed is what both ends know once the server has chosen. The secrets are in
// the context, which wipes them.
type agreed struct {
	suite          *secrets.Suite12
	offered        []messages.ExtensionType
	sessionID      []byte
	extended       bool  // extended_master_secret
	encryptThenMAC bool  // encrypt_then_mac
	ticket         bool  // a NewSessionTicket will come
	status         uint8 // the type of CertificateStatus that may come, or 0
	session        *events.Session
	previous       *handshake.Previous // in a renegotiation
	extras         *extras             // what is seldom agreed on, or nil
}

// exchanged is what a client knows once the server's key share is verified.
type exchanged struct {
	agreed
	group messages.Group
	share []byte           // the server's
	key   crypto.PublicKey // the server's, for RSA key transport
}

// proof is what the server signed its key share with.
type proof struct {
	scheme    messages.SignatureScheme
	signature []byte
}

// closing is what both ends need for ChangeCipherSpec and Finished.
type closing struct {
	agreed
	ticket *messages.NewSessionTicket12
	verify [2]handshake.VerifyData // by sender
}

// ClientConnected is where a client may renegotiate.
type ClientConnected = clientConnected12

// AfterServerHello are the states that a client goes on in.
func AfterServerHello() []fsm.State {
	return append(beforeExchange(), awaitServerReverified12{}, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})
}

// beforeExchange are the states in which a full handshake begins.
func beforeExchange() []fsm.State {
	return []fsm.State{waitServerCertificate12{}, waitServerRawKey12{}, waitServerPSK12{}, waitServerDHEPSK12{}, waitServerECDHEPSK12{}}
}

// afterHelloDone are the states that the client's flight without a certificate
// leads to.
func afterHelloDone() []fsm.State {
	return []fsm.State{awaitClientSupplement12{}, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{}}
}

// ClientRows is the client's table. Those of clientConnected12 are beside the
// hellos.
func ClientRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(awaitServerReverified12{},
			fsm.On(takeServerReverified, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(waitServerCertificate12{},
			fsm.On(passOver[waitServerCertificate12], waitServerCertificate12{}),
			fsm.On(readServerSupplement, waitServerCertificate12{}),
			fsm.On(readServerCertificate, waitServerECDHE12{}, waitServerDHE12{}, waitServerRSA12{}, awaitServerVerdict12{})),
		fsm.In(waitServerRawKey12{},
			fsm.On(passOver[waitServerRawKey12], waitServerRawKey12{}),
			fsm.On(readSupplementBeforeServerKey, waitServerRawKey12{}),
			fsm.On(readServerRawKey, waitServerECDHE12{}, waitServerDHE12{}, awaitServerVerdict12{})),
		fsm.In(waitServerECDHE12{},
			fsm.On(passOver[waitServerECDHE12], waitServerECDHE12{}),
			fsm.On(readStatusBeforeECDHE, waitServerECDHE12{}),
			fsm.On(readServerECDHE, awaitServerVerdict12{})),
		fsm.In(waitServerDHE12{},
			fsm.On(passOver[waitServerDHE12], waitServerDHE12{}),
			fsm.On(readStatusBeforeDHE, waitServerDHE12{}),
			fsm.On(readServerDHE, awaitServerVerdict12{})),
		fsm.In(waitServerRSA12{},
			fsm.On(passOver[waitServerRSA12], waitServerRSA12{}),
			fsm.On(readStatusOfRSA, awaitServerVerdict12{}),
			fsm.On(readRequestOfRSA, awaitServerVerdict12{}),
			fsm.On(readHelloDoneOfRSA, awaitServerVerdict12{})),
		fsm.In(waitServerPSK12{},
			fsm.On(passOver[waitServerPSK12], waitServerPSK12{}),
			fsm.On(readServerPSK, waitPSKHelloDone12{}),
			fsm.On(readHelloDoneWithoutHint, awaitOfferedPSK12{})),
		fsm.In(waitServerDHEPSK12{},
			fsm.On(passOver[waitServerDHEPSK12], waitServerDHEPSK12{}),
			fsm.On(readServerDHEPSK, waitPSKHelloDone12{})),
		fsm.In(waitServerECDHEPSK12{},
			fsm.On(passOver[waitServerECDHEPSK12], waitServerECDHEPSK12{}),
			fsm.On(readServerECDHEPSK, waitPSKHelloDone12{})),
		fsm.In(awaitServerVerdict12{},
			fsm.On(takeServerVerdict, append(afterHelloDone(), waitRequestOrHelloDone12{}, waitServerHelloDone12{})...)),
		fsm.In(waitRequestOrHelloDone12{},
			fsm.On(passOver[waitRequestOrHelloDone12], waitRequestOrHelloDone12{}),
			fsm.On(readCertificateRequest, waitServerHelloDone12{}),
			fsm.On(readHelloDone, afterHelloDone()...)),
		fsm.In(waitServerHelloDone12{},
			fsm.On(passOver[waitServerHelloDone12], waitServerHelloDone12{}),
			fsm.On(readRequestedHelloDone, awaitClientSupplement12{}, awaitClientCredential12{})),
		fsm.In(waitPSKHelloDone12{},
			fsm.On(passOver[waitPSKHelloDone12], waitPSKHelloDone12{}),
			fsm.On(readPSKHelloDone, awaitOfferedPSK12{})),
		fsm.In(awaitOfferedPSK12{},
			fsm.On(takeOfferedPSK, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(awaitClientSupplement12{},
			fsm.On(takeClientSupplement, awaitClientCredential12{}, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(awaitClientCredential12{},
			fsm.On(takeClientCredential, awaitClientSignature12{}, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(awaitClientSignature12{},
			fsm.On(takeClientSignature, waitNewSessionTicket12{}, waitServerChangeCipherSpec12{})),
		fsm.In(waitNewSessionTicket12{},
			fsm.On(passOver[waitNewSessionTicket12], waitNewSessionTicket12{}),
			fsm.On(readNewSessionTicket, waitServerChangeCipherSpec12{})),
		fsm.In(waitServerChangeCipherSpec12{},
			fsm.On(passOver[waitServerChangeCipherSpec12], waitServerChangeCipherSpec12{}),
			fsm.On(readServerChangeCipherSpec, waitServerFinished12{})),
		fsm.In(waitServerFinished12{},
			fsm.On(readServerFinished, clientConnected12{})),
	}
}
