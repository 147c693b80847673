package tls12

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// readClientECDHE agrees on the master secret (RFC 8422, Section 5.7).
func readClientECDHE(hs *handshake.Context, s *waitClientECDHE12, m *messages.ClientKeyExchangeECDHE) (fsm.State, error) {
	shared, err := s.agree(m.Public)
	if err != nil {
		return nil, err
	}
	return agreeOn(hs, &s.flight, shared), nil
}

// readClientDHE agrees on the master secret (RFC 5246, Section 7.4.7.2).
func readClientDHE(hs *handshake.Context, s *waitClientDHE12, m *messages.ClientKeyExchangeDHE) (fsm.State, error) {
	shared, err := s.agree(m.Public)
	if err != nil {
		return nil, err
	}
	return agreeOn(hs, &s.flight, shared), nil
}

// agree finishes Diffie-Hellman. A value out of range over a finite field has an
// alert of its own (RFC 7919, Section 4).
func (f *flight) agree(public []byte) ([]byte, error) {
	if !f.suite.KeyExchange.FiniteField() {
		shared, err := f.private.Agree(public)
		if err != nil {
			return nil, refuse.BadKeyShare.Because(err)
		}
		return shared, nil
	}
	padded, ok := secrets.PadPublic(f.group, public)
	if !ok {
		return nil, refuse.BadKeyShare.Alerting(messages.AlertHandshakeFailure)
	}
	shared, err := f.private.Agree(padded)
	if err != nil {
		return nil, refuse.BadKeyShare.Alerting(messages.AlertHandshakeFailure)
	}
	return premasterOf(f.suite, shared), nil
}

// agreeOn makes the master secret, and waits for the proof of the client's key
// if it has shown a certificate.
func agreeOn(hs *handshake.Context, f *flight, premaster []byte) fsm.State {
	makeMaster(hs, &f.agreed, premaster)
	if f.key == nil {
		return &waitClientChangeCipherSpec12{closing{agreed: f.agreed}}
	}
	return &waitClientCertificateVerify12{f.agreed, f.key}
}

// readClientRSA has the premaster secret decrypted. The secret that stands in for
// one that does not decrypt is drawn before, so that it is drawn in any case
// (RFC 5246, Section 7.4.7.1).
func readClientRSA(hs *handshake.Context, s *waitClientRSA12, m *messages.ClientKeyExchangeRSA) (fsm.State, error) {
	hs.Pending = make([]byte, secrets.RSAPremasterLen)
	if err := hs.Random(hs.Pending); err != nil {
		return nil, err
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.Decrypt{Asked: id, Credential: s.credential, Ciphertext: m.EncryptedPreMasterSecret}
	})
	return &awaitDecrypted12{s.flight}, nil
}

// takeDecrypted goes on with what was decrypted or with the fallback, in the
// same steps. A client that sent something else finds out by the Finished.
func takeDecrypted(hs *handshake.Context, s *awaitDecrypted12, answer *events.Decrypted) (fsm.State, error) {
	var fallback [secrets.RSAPremasterLen]byte
	copy(fallback[:], hs.Pending)
	clear(hs.Pending)
	premaster := secrets.RSAPremaster(s.hello, answer.Premaster, &fallback)
	clear(fallback[:])
	return agreeOn(hs, &s.flight, premaster.Bytes()), nil
}

// readClientPSK, readClientDHEPSK and readClientECDHEPSK have the key looked up
// that the client names (RFC 4279, Section 2 and Section 3, and
// RFC 5489, Section 2).
func readClientPSK(hs *handshake.Context, s *waitClientPSK12, m *messages.ClientKeyExchangePSK) (fsm.State, error) {
	return askPSK(hs, s.flight, m.Identity, nil)
}

func readClientDHEPSK(hs *handshake.Context, s *waitClientDHEPSK12, m *messages.ClientKeyExchangeDHEPSK) (fsm.State, error) {
	shared, err := s.agree(m.Public)
	if err != nil {
		return nil, err
	}
	return askPSK(hs, s.flight, m.Identity, shared)
}

func readClientECDHEPSK(hs *handshake.Context, s *waitClientECDHEPSK12, m *messages.ClientKeyExchangeECDHEPSK) (fsm.State, error) {
	shared, err := s.agree(m.Public)
	if err != nil {
		return nil, err
	}
	return askPSK(hs, s.flight, m.Identity, shared)
}

// askPSK asks for the key of an identity, which a renegotiation keeps as it keeps
// a certificate.
func askPSK(hs *handshake.Context, f flight, identity, shared []byte) (fsm.State, error) {
	if f.previous != nil {
		if last := f.previous.Connection.PSKIdentity; last != nil && !bytes.Equal(identity, last) {
			return nil, refuse.CertificateChanged.With("the identity of its pre-shared key")
		}
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChoosePSK{Asked: id, Version: hs.Connection.Version, Identities: [][]byte{identity}}
	})
	hs.Pending = shared
	return &awaitChosenPSK12{f, identity}, nil
}

// takeChosenPSK agrees on the master secret.
func takeChosenPSK(hs *handshake.Context, s *awaitChosenPSK12, answer *events.PSKChosen) (fsm.State, error) {
	if answer.Index != 0 {
		return nil, refuse.UnknownPSK
	}
	if len(answer.Key) == 0 || len(answer.Key) > maxPSK {
		return nil, refuse.BadAnswer.With("a key of %d bytes", len(answer.Key))
	}
	premaster := secrets.AppendPSKPremaster(nil, hs.Pending, answer.Key)
	clear(hs.Pending)
	hs.Connection.PSKIdentity = slices.Clone(s.identity)
	return agreeOn(hs, &s.flight, premaster), nil
}
