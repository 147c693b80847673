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
//  2. awaitServerCredential12, awaitServerSupplement12, awaitServerSignature12: the
//     server's first flight. Nothing is signed with RSA key transport, and no
//     credential is asked for where a pre-shared key is best.
//  3. waitClientCertificate12 or waitClientRawKey12, awaitFetchedChain12,
//     awaitClientVerdict12: where the config asks for one.
//  4. waitClientECDHE12, waitClientDHE12, waitClientRSA12 and awaitDecrypted12, then
//     waitClientCertificateVerify12; or waitClientPSK12, waitClientDHEPSK12,
//     waitClientECDHEPSK12 and awaitChosenPSK12.
//  5. waitClientChangeCipherSpec12, waitClientFinished12
//  6. awaitSealedTicket12: if the client takes tickets.
//  7. serverConnected12
//
// Resumed: 1, 6, 5, 7.
type (
	awaitFoundSession12     struct{ choice }
	awaitClientReverified12 struct{ choice }
	awaitServerCredential12 struct{ choice }
	awaitServerSupplement12 struct {
		choice
		group  messages.Group
		scheme messages.SignatureScheme
	}
	awaitServerSignature12 struct {
		flight
		scheme messages.SignatureScheme
		ecdhe  messages.ServerECDHParams
		dhe    messages.ServerDHParams
	}
	waitClientCertificate12 struct{ flight }
	waitClientRawKey12      struct{ flight }
	awaitFetchedChain12     struct {
		flight
		sent *messages.CertificateURL
	}
	awaitClientVerdict12 struct{ flight }
	waitClientECDHE12    struct{ flight }
	waitClientDHE12      struct{ flight }
	waitClientRSA12      struct{ flight }
	waitClientPSK12      struct{ flight }
	waitClientDHEPSK12   struct{ flight }
	waitClientECDHEPSK12 struct{ flight }
	awaitDecrypted12     struct{ flight }
	awaitChosenPSK12     struct {
		flight
		identity []byte
	}
	waitClientCertificateVerify12 struct {
		agreed
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
	candidates []candidate
	credential *events.Credential
}

// flight is what a server knows while its first flight is under way.
type flight struct {
	agreed
	hello      messages.Version // of the ClientHello
	credential *events.Credential
	private    secrets.PrivateShare // nil without Diffie-Hellman
	group      messages.Group
	key        crypto.PublicKey // the client's, if it has shown a certificate
}

// ServerConnected is where a server may renegotiate.
type ServerConnected = serverConnected12

// AfterClientHello are the states that a server goes on in.
func AfterClientHello() []fsm.State {
	return append(beginsInFull(), awaitFoundSession12{})
}

// beginsInFull are the states in which a full handshake begins: one without a
// certificate has its flight sent at once.
func beginsInFull() []fsm.State {
	return append(withPSK(), awaitServerCredential12{})
}

// withPSK are the states behind the server's flight under a pre-shared key.
func withPSK() []fsm.State {
	return []fsm.State{waitClientPSK12{}, waitClientDHEPSK12{}, waitClientECDHEPSK12{}}
}

// ServerRows is the server's table. Those of serverConnected12 are beside the
// hellos.
func ServerRows() []fsm.Block[*handshake.Context] {
	resumes := append(beginsInFull(), awaitClientReverified12{}, awaitSealedTicket12{})
	signs := []fsm.State{awaitServerSignature12{}, waitClientCertificate12{}, waitClientRawKey12{}, waitClientRSA12{}}
	exchanges := []fsm.State{waitClientECDHE12{}, waitClientDHE12{}, waitClientRSA12{}}
	return []fsm.Block[*handshake.Context]{
		fsm.In(awaitFoundSession12{},
			fsm.On(takeOpenedTicket, resumes...),
			fsm.On(takeFoundSession, append(resumes, waitClientChangeCipherSpec12{})...)),
		fsm.In(awaitClientReverified12{},
			fsm.On(takeClientReverified, awaitSealedTicket12{}, waitClientChangeCipherSpec12{})),
		fsm.In(awaitServerCredential12{},
			fsm.On(takeServerCredential, append(append(withPSK(), signs...), awaitServerSupplement12{})...)),
		fsm.In(awaitServerSupplement12{},
			fsm.On(takeServerSupplement, signs...)),
		fsm.In(awaitServerSignature12{},
			fsm.On(takeServerSignature, waitClientCertificate12{}, waitClientRawKey12{}, waitClientECDHE12{}, waitClientDHE12{})),
		fsm.In(waitClientCertificate12{},
			fsm.On(readSupplementBeforeCertificate, waitClientCertificate12{}),
			fsm.On(readClientCertificate, append(exchanges, awaitClientVerdict12{})...),
			fsm.On(readClientCertificateURL, awaitFetchedChain12{})),
		fsm.In(waitClientRawKey12{},
			fsm.On(readSupplementBeforeClientKey, waitClientRawKey12{}),
			fsm.On(readClientRawKey, append(exchanges, awaitClientVerdict12{})...)),
		fsm.In(awaitFetchedChain12{},
			fsm.On(takeFetchedChain, awaitClientVerdict12{})),
		fsm.In(awaitClientVerdict12{},
			fsm.On(takeClientVerdict, exchanges...)),
		fsm.In(waitClientECDHE12{},
			fsm.On(readSupplementBeforeECDHE, waitClientECDHE12{}),
			fsm.On(readClientECDHE, waitClientCertificateVerify12{}, waitClientChangeCipherSpec12{})),
		fsm.In(waitClientDHE12{},
			fsm.On(readSupplementBeforeDHE, waitClientDHE12{}),
			fsm.On(readClientDHE, waitClientCertificateVerify12{}, waitClientChangeCipherSpec12{})),
		fsm.In(waitClientRSA12{},
			fsm.On(readSupplementBeforeRSA, waitClientRSA12{}),
			fsm.On(readClientRSA, awaitDecrypted12{})),
		fsm.In(awaitDecrypted12{},
			fsm.On(takeDecrypted, waitClientCertificateVerify12{}, waitClientChangeCipherSpec12{})),
		fsm.In(waitClientPSK12{},
			fsm.On(readClientPSK, awaitChosenPSK12{})),
		fsm.In(waitClientDHEPSK12{},
			fsm.On(readClientDHEPSK, awaitChosenPSK12{})),
		fsm.In(waitClientECDHEPSK12{},
			fsm.On(readClientECDHEPSK, awaitChosenPSK12{})),
		fsm.In(awaitChosenPSK12{},
			fsm.On(takeChosenPSK, waitClientChangeCipherSpec12{})),
		fsm.In(waitClientCertificateVerify12{},
			fsm.On(readClientCertificateVerify, waitClientChangeCipherSpec12{})),
		fsm.In(waitClientChangeCipherSpec12{},
			fsm.On(readClientChangeCipherSpec, waitClientFinished12{})),
		fsm.In(waitClientFinished12{},
			fsm.On(readClientFinished, awaitSealedTicket12{}, serverConnected12{})),
		fsm.In(awaitSealedTicket12{},
			fsm.On(takeSealedTicket, serverConnected12{}, waitClientChangeCipherSpec12{})),
	}
}
