// Package tls13 is the machines of TLS 1.3 (RFC 8446), from the ServerHello on
// at a client and from the choice of parameters on at a server.
package tls13

import (
	"crypto"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The client after the ServerHello (RFC 8446, Appendix A.1):
//
//  1. waitEncryptedExtensions
//  2. awaitServerReverified: the chain of a resumed session is asked about
//     again, where the config wants it.
//  3. waitCertificateOrRequest, waitServerCertificate
//     awaitServerDecompressed: what is in the compressed certificate?
//  4. awaitServerVerdict: is the chain to be trusted?
//  5. waitServerCertificateVerify
//  6. waitServerFinished: keys for application data; the client's own flight.
//  7. awaitClientCredential, awaitClientCompressed, awaitClientSignature: if the server has asked.
//  8. clientConnected: tickets, key updates.
//  9. awaitLaterCredential, awaitLaterSignature: the server has asked after the
//     handshake.
type (
	waitEncryptedExtensions struct {
		agreed
		early *handshake.OfferedPSK // what early data is written under, or nil
	}
	awaitServerReverified    struct{ agreed }
	waitCertificateOrRequest struct{ agreed }
	waitServerCertificate    struct {
		agreed
		request *request
	}
	awaitServerDecompressed struct {
		agreed
		request *request
		announced
	}
	awaitServerVerdict struct {
		agreed
		request *request
	}
	waitServerCertificateVerify struct {
		agreed
		request *request
		key     crypto.PublicKey
	}
	waitServerFinished struct {
		agreed
		request *request
	}
	awaitClientCredential struct {
		finishing
		request *request
	}
	awaitClientCompressed struct {
		finishing
		uncompressed
	}
	awaitClientSignature struct {
		finishing
		scheme messages.SignatureScheme
	}
	clientConnected      struct{ connected }
	awaitLaterCredential struct{ asked }
	awaitLaterSignature  struct {
		asked
		certificate []byte // the message, held back until all can be sent
		signing
		chain *events.Credential
	}
)

// agreed is what a client knows once the server has chosen.
type agreed struct {
	suite *secrets.Suite
	// offered are the types of the extensions that the client sent.
	offered        []messages.ExtensionType
	schedule       secrets.Handshake
	client, server secrets.Secret // handshake traffic secrets
	psk            *handshake.OfferedPSK
	certified      bool // the server shows a certificate
	early          bool // the server takes the early data
}

// request is what the server wants of a client's certificate.
type request struct {
	schemes     []messages.SignatureScheme
	schemesCert []messages.SignatureScheme
	delegated   []messages.SignatureScheme // of delegated credentials
	authorities [][]byte
	filters     []messages.OIDFilter
	stapling    stapling
	compression []messages.CompressionAlgorithm // that both ends have
}

// finishing is what a client needs for its last flight.
type finishing struct {
	client secrets.Secret // handshake traffic
	main   secrets.Main
	connected
}

// connected is what both ends keep of the handshake.
type connected struct {
	suite       *secrets.Suite
	read, write secrets.Secret // application traffic
	resumption  secrets.Secret
}

// Wipe forgets the secrets.
func (a *agreed) Wipe() {
	a.schedule.Wipe()
	a.client.Wipe()
	a.server.Wipe()
}

// Wipe forgets the secrets.
func (f *finishing) Wipe() {
	f.client.Wipe()
	f.main.Wipe()
	f.connected.Wipe()
}

// Wipe forgets the secrets.
func (c *connected) Wipe() {
	c.read.Wipe()
	c.write.Wipe()
	c.resumption.Wipe()
}

// AfterServerHello is the state that a client goes on in.
func AfterServerHello() fsm.State { return waitEncryptedExtensions{} }

// ClientRows is the client's table.
func ClientRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(waitEncryptedExtensions{},
			fsm.On(readEncryptedExtensions, waitCertificateOrRequest{}, awaitServerReverified{}, waitServerFinished{})),
		fsm.In(awaitServerReverified{},
			fsm.On(takeServerReverified, waitServerFinished{})),
		fsm.In(waitCertificateOrRequest{},
			fsm.On(readCertificateRequest, waitServerCertificate{}),
			fsm.On(readUnrequestedCertificate, awaitServerVerdict{}),
			fsm.On(readUnrequestedCompressed, awaitServerVerdict{}, awaitServerDecompressed{})),
		fsm.In(waitServerCertificate{},
			fsm.On(readServerCertificate, awaitServerVerdict{}),
			fsm.On(readServerCompressed, awaitServerVerdict{}, awaitServerDecompressed{})),
		fsm.In(awaitServerDecompressed{},
			fsm.On(takeServerDecompressed, awaitServerVerdict{})),
		fsm.In(awaitServerVerdict{},
			fsm.On(takeServerVerdict, waitServerCertificateVerify{})),
		fsm.In(waitServerCertificateVerify{},
			fsm.On(readServerCertificateVerify, waitServerFinished{})),
		fsm.In(waitServerFinished{},
			fsm.On(readServerFinished, awaitClientCredential{}, clientConnected{})),
		fsm.In(awaitClientCredential{},
			fsm.On(takeClientCredential, awaitClientCompressed{}, awaitClientSignature{}, clientConnected{})),
		fsm.In(awaitClientCompressed{},
			fsm.On(takeClientCompressed, awaitClientSignature{})),
		fsm.In(awaitClientSignature{},
			fsm.On(takeClientSignature, clientConnected{})),
		fsm.In(clientConnected{},
			fsm.On(readNewSessionTicket, clientConnected{})),
	}
}

// ClientStreamRows is what records add.
func ClientStreamRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(clientConnected{},
			fsm.On(readClientKeyUpdate, clientConnected{}),
			fsm.On(readLaterRequest, awaitLaterCredential{}),
			fsm.On(updateClientKeys, clientConnected{})),
		fsm.In(awaitLaterCredential{},
			fsm.On(takeLaterCredential, awaitLaterSignature{}, clientConnected{}),
			fsm.On(updateKeysIn[awaitLaterCredential], awaitLaterCredential{})),
		fsm.In(awaitLaterSignature{},
			fsm.On(takeLaterSignature, clientConnected{}),
			fsm.On(updateKeysIn[awaitLaterSignature], awaitLaterSignature{})),
	}
}

// ClientCryptoRows is what QUIC adds: a refusal of its own.
func ClientCryptoRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(clientConnected{},
			fsm.On(refuseLaterRequest, clientConnected{})),
	}
}
