package tls13

import (
	"bytes"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// A server may ask for the client's certificate after the handshake
// (RFC 8446, Section 4.6.2). The answer is sent at once when all of it is there, so
// that nothing of this end's comes between its messages.

// MaxRequests is how many requests for a certificate may come in a row.
const MaxRequests = 32

// asked is what a client knows of such a request.
type asked struct {
	connected
	request    *request
	context    []byte
	transcript secrets.Transcript // cloned before anything is added
}

func readLaterRequest(hs *handshake.Context, s *clientConnected, m *messages.CertificateRequest13) (fsm.State, error) {
	if hs.Later == nil {
		return nil, refuse.UnexpectedMessage.With("%v was not offered", messages.ExtensionPostHandshakeAuth)
	}
	hs.SinceData++
	if hs.SinceData > MaxRequests {
		return nil, refuse.TooManyRequests
	}
	r, err := readRequest(hs, m)
	if err != nil {
		return nil, err
	}
	transcript := hs.Later.Transcript.Clone()
	transcript.Add(hs.Raw)
	askClientCredential(hs, r)
	return &awaitLaterCredential{asked{s.connected, r, bytes.Clone(m.Context), transcript}}, nil
}

func takeLaterCredential(hs *handshake.Context, s *awaitLaterCredential, answer *events.CredentialChosen) (fsm.State, error) {
	var by signing
	if answer.Credential != nil {
		if err := handshake.CheckCredential(answer.Credential); err != nil {
			return nil, err
		}
		if err := handshake.CheckType(hs, answer.Credential); err != nil {
			return nil, err
		}
		var err error
		if by, err = chooseSigning(answer.Credential, s.request.schemes, s.request.delegated); err != nil {
			return nil, err
		}
	}
	before := hs.Connection
	m, err := certificateOf(hs, answer.Credential, s.request.stapling)
	if err == nil {
		err = showDelegated(hs, by, answer.Credential, m)
	}
	hs.Connection = before // until it is sent
	if err != nil {
		return nil, err
	}
	m.Context = s.context
	raw, err := hs.Marshal(m)
	if err != nil {
		return nil, err
	}
	next := &awaitLaterSignature{asked: s.asked, certificate: bytes.Clone(raw), signing: by, chain: answer.Credential}
	next.transcript = s.transcript.Clone()
	next.transcript.Add(raw)
	if answer.Credential == nil {
		return answerLater(hs, next, nil)
	}
	var sum [64]byte
	askSignOver(hs, answer.Credential, by, secrets.ClientContext, next.transcript.Sum(sum[:0]))
	return next, nil
}

func takeLaterSignature(hs *handshake.Context, s *awaitLaterSignature, answer *events.Signature) (fsm.State, error) {
	if err := handshake.CheckSignature(answer); err != nil {
		return nil, err
	}
	raw, err := hs.Marshal(&messages.CertificateVerify{Scheme: s.scheme, Signature: answer.Signature})
	if err != nil {
		return nil, err
	}
	hs.Connection.LocalScheme = s.scheme
	hs.Connection.LocalChain, hs.Connection.LocalRawKey, hs.Connection.LocalDelegated = s.chain.Chain, s.chain.RawPublicKey, nil
	if s.delegated {
		hs.Connection.LocalDelegated = s.chain.Delegated
	}
	hs.Connection.LocalCertificateType = handshake.CertificateType(s.chain)
	return answerLater(hs, s, raw)
}

// answerLater sends the whole answer: Certificate, CertificateVerify where there is
// one, and Finished, whose key is of the keys for writing.
func answerLater(hs *handshake.Context, s *awaitLaterSignature, proof []byte) (fsm.State, error) {
	transcript := s.transcript.Clone()
	hs.SendUnrecordedRaw(s.certificate)
	if proof != nil {
		transcript.Add(proof)
		hs.SendUnrecordedRaw(proof)
	}
	var sum, mac [64]byte
	verify := secrets.FinishedMAC(s.suite.Hash, &s.write, transcript.Sum(sum[:0]), mac[:0])
	return &clientConnected{s.connected}, hs.SendUnrecorded(&messages.Finished{VerifyData: verify})
}

// refuseLaterRequest refuses what QUIC does not have: nobody could tell which of its
// streams has brought the request about (RFC 9001, Section 4.4).
func refuseLaterRequest(*handshake.Context, *clientConnected, *messages.CertificateRequest13) (fsm.State, error) {
	return nil, refuse.LaterRequestOverQUIC
}
