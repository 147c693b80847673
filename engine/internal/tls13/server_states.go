package tls13

import (
	"crypto"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The server from the choice of parameters on (RFC 8446, Appendix A.2):
//
//  1. waitRetriedClientHello: after a HelloRetryRequest.
//     awaitSealedCookie, waitCookie, awaitOpenedCookie: the same with nothing
//     remembered; awaitOpenedCookie may come first.
//  2. awaitOpenedTicket: which of the client's tickets opens to what?
//     awaitChosenPSK: which of its external keys is known?
//  3. awaitClientReverified: the chain of a resumed session is asked about
//     again, where the config wants it.
//     awaitEarlyDecision: is early data taken?
//  4. awaitServerCredential, awaitServerCompressed, awaitServerSignature: the server's own flight.
//     awaitServerParameters: which transport parameters shall it have, in QUIC?
//  5. waitClientCertificate, awaitClientDecompressed, awaitClientVerdict,
//     waitClientCertificateVerify: where the config asks for a certificate.
//  6. waitEndOfEarlyData: where it is taken.
//     waitClientFinished: keys for application data.
//  7. awaitSealedTicket: once for each ticket to send.
//  8. serverConnected: key updates, further tickets, requests for a certificate.
//  9. awaitLaterVerdict, waitLaterCertificateVerify, waitLaterFinished: the answer
//     to such a request, in which nothing else may come.
type (
	waitRetriedClientHello struct{ *retried }
	awaitSealedCookie      struct {
		hello *handshake.Hello
		*retried
	}
	waitCookie        struct{}
	awaitOpenedCookie struct {
		hello  *handshake.Hello
		cookie []byte
	}
	awaitOpenedTicket struct {
		choice
		psk *messages.PreSharedKeyOffer
	}
	awaitChosenPSK struct {
		choice
		psk *messages.PreSharedKeyOffer
	}
	awaitClientReverified struct {
		choice
		psk *messages.PreSharedKeyOffer
		key *chosenKey
	}
	awaitEarlyDecision struct {
		choice
		key *chosenKey
	}
	awaitServerCredential struct {
		choice
		key *chosenKey // nil without one
	}
	awaitServerParameters struct{ flight }
	awaitServerCompressed struct {
		flight
		uncompressed
	}
	awaitServerSignature    struct{ flight }
	waitClientCertificate   struct{ sent }
	awaitClientDecompressed struct {
		sent
		announced
	}
	awaitClientVerdict          struct{ sent }
	waitClientCertificateVerify struct {
		sent
		key crypto.PublicKey
	}
	waitEndOfEarlyData struct{ sent }
	waitClientFinished struct{ sent }
	awaitSealedTicket  struct {
		connected
		nonce   uint64
		session *events.Session
		more    int // tickets to send after this one
	}
	serverConnected struct {
		connected
		nonce uint64 // of the next ticket
	}
	awaitLaterVerdict          struct{ answered }
	waitLaterCertificateVerify struct {
		answered
		key crypto.PublicKey
	}
	waitLaterFinished struct{ answered }
)

// choice is what a server has chosen of the client's offers.
type choice struct {
	hello *handshake.Hello
	suite *secrets.Suite
	group secrets.Group
	share []byte // the client's key share
	// pskOnly tells that a pre-shared key would serve without a key agreement.
	pskOnly bool
}

// chosenKey is the pre-shared key of a handshake: that of a session, or an
// external one.
type chosenKey struct {
	session    *events.Session // nil for an external key
	index      int
	early      secrets.Early
	takesEarly bool // early data is taken
}

// flight is what a server needs to finish its flight.
type flight struct {
	// extensions are still to be sent, nil once they are.
	extensions *messages.EncryptedExtensions
	by         signing // zero without a certificate

	suite          *secrets.Suite
	hello          *handshake.Hello
	schedule       secrets.Handshake
	client, server secrets.Secret // handshake traffic secrets
	early          secrets.Secret // of early data that is taken
	asks           bool           // for the client's certificate
	requested      []messages.ExtensionType
}

// sent is what a server knows once its flight is sent.
type sent struct {
	client secrets.Secret // handshake traffic
	main   secrets.Main
	connected
	// requested are the types of the extensions of a CertificateRequest.
	requested []messages.ExtensionType
}

// Wipe forgets the secrets.
func (f *flight) Wipe() {
	f.schedule.Wipe()
	f.client.Wipe()
	f.server.Wipe()
	f.early.Wipe()
}

// Wipe forgets the secrets.
func (s *sent) Wipe() {
	s.client.Wipe()
	s.main.Wipe()
	s.connected.Wipe()
}

// AfterClientHello are the states that a server goes on in.
func AfterClientHello() []fsm.State {
	return []fsm.State{
		waitRetriedClientHello{}, awaitSealedCookie{}, awaitOpenedCookie{},
		awaitOpenedTicket{}, awaitChosenPSK{}, awaitServerCredential{},
	}
}

// ServerRows is the server's table.
func ServerRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(waitRetriedClientHello{},
			fsm.On(readRetriedClientHello, awaitOpenedTicket{}, awaitChosenPSK{}, awaitServerCredential{})),
		fsm.In(awaitSealedCookie{},
			fsm.On(takeSealedCookie, waitCookie{})),
		fsm.In(waitCookie{},
			fsm.On(readCookie, awaitOpenedCookie{})),
		fsm.In(awaitOpenedCookie{},
			fsm.On(takeOpenedCookie, awaitOpenedTicket{}, awaitChosenPSK{}, awaitServerCredential{})),
		fsm.In(awaitOpenedTicket{},
			fsm.On(takeOpenedTicket, awaitChosenPSK{}, awaitClientReverified{}, awaitEarlyDecision{}, awaitServerCredential{},
				waitClientFinished{})),
		fsm.In(awaitChosenPSK{},
			fsm.On(takeChosenPSK, awaitServerCredential{}, waitClientFinished{})),
		fsm.In(awaitClientReverified{},
			fsm.On(takeClientReverified, awaitEarlyDecision{}, waitClientFinished{})),
		fsm.In(awaitEarlyDecision{},
			fsm.On(takeEarlyDecision, waitClientFinished{})),
		fsm.In(awaitServerCredential{},
			fsm.On(takeServerCredential, awaitServerCompressed{}, awaitServerSignature{})),
		fsm.In(awaitServerCompressed{},
			fsm.On(takeServerCompressed, awaitServerSignature{})),
		fsm.In(awaitServerSignature{},
			fsm.On(takeServerSignature, waitClientCertificate{}, waitClientFinished{})),
		fsm.In(waitClientCertificate{},
			fsm.On(readClientCertificate, awaitClientVerdict{}, waitClientFinished{}),
			fsm.On(readClientCompressed, awaitClientVerdict{}, waitClientFinished{}, awaitClientDecompressed{})),
		fsm.In(awaitClientDecompressed{},
			fsm.On(takeClientDecompressed, awaitClientVerdict{}, waitClientFinished{})),
		fsm.In(awaitClientVerdict{},
			fsm.On(takeClientVerdict, waitClientCertificateVerify{})),
		fsm.In(waitClientCertificateVerify{},
			fsm.On(readClientCertificateVerify, waitClientFinished{})),
		fsm.In(waitClientFinished{},
			fsm.On(readClientFinished, awaitSealedTicket{}, serverConnected{})),
		fsm.In(awaitSealedTicket{},
			fsm.On(takeSealedTicket, awaitSealedTicket{}, serverConnected{})),
		fsm.In(serverConnected{},
			fsm.On(issueTicket, awaitSealedTicket{})),
	}
}

// ServerStreamRows is what records add: an end of early data among them, key
// updates, and requests for a certificate.
func ServerStreamRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(awaitEarlyDecision{},
			fsm.On(takeEarlyDecision, waitEndOfEarlyData{})),
		fsm.In(waitEndOfEarlyData{},
			fsm.On(readEndOfEarlyData, waitClientFinished{}),
			fsm.On(updateKeysIn[waitEndOfEarlyData], waitEndOfEarlyData{})),
		fsm.In(waitClientFinished{},
			fsm.On(updateKeysIn[waitClientFinished], waitClientFinished{})),
		fsm.In(awaitSealedTicket{},
			fsm.On(updateSealingKeys, awaitSealedTicket{})),
		fsm.In(serverConnected{},
			fsm.On(readServerKeyUpdate, serverConnected{}),
			fsm.On(updateServerKeys, serverConnected{}),
			fsm.On(requestCertificate, serverConnected{}),
			fsm.On(readLaterCertificate, awaitLaterVerdict{}, waitLaterFinished{})),
		fsm.In(awaitLaterVerdict{},
			fsm.On(takeLaterVerdict, waitLaterCertificateVerify{}),
			fsm.On(updateKeysIn[awaitLaterVerdict], awaitLaterVerdict{})),
		fsm.In(waitLaterCertificateVerify{},
			fsm.On(readLaterCertificateVerify, waitLaterFinished{}),
			fsm.On(updateKeysIn[waitLaterCertificateVerify], waitLaterCertificateVerify{})),
		fsm.In(waitLaterFinished{},
			fsm.On(readLaterFinished, serverConnected{}),
			fsm.On(updateKeysIn[waitLaterFinished], waitLaterFinished{})),
	}
}

// ServerCryptoRows is what QUIC adds: transport parameters before EncryptedExtensions.
func ServerCryptoRows() []fsm.Block[*handshake.Context] {
	return []fsm.Block[*handshake.Context]{
		fsm.In(awaitOpenedTicket{},
			fsm.On(takeOpenedTicket, awaitServerParameters{})),
		fsm.In(awaitChosenPSK{},
			fsm.On(takeChosenPSK, awaitServerParameters{})),
		fsm.In(awaitClientReverified{},
			fsm.On(takeClientReverified, awaitServerParameters{})),
		fsm.In(awaitEarlyDecision{},
			fsm.On(takeEarlyDecision, awaitServerParameters{})),
		fsm.In(awaitServerCredential{},
			fsm.On(takeServerCredential, awaitServerParameters{})),
		fsm.In(awaitServerParameters{},
			fsm.On(takeServerParameters, awaitServerCompressed{}, awaitServerSignature{}, waitClientFinished{})),
	}
}
