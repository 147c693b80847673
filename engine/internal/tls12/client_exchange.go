package tls12

import (
	"crypto/rsa"
	"errors"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// readServerECDHE takes the server's key share, and has its chain verified
// before anything is made of it.
func readServerECDHE(hs *handshake.Context, s *waitServerECDHE12, m *messages.ServerKeyExchangeECDHE) (fsm.State, error) {
	e, err := takeCurve(hs, s.agreed, &m.Params)
	if err != nil {
		return nil, err
	}
	return awaitProof(hs, e, proof{m.Scheme, m.Signature})
}

func readServerDHE(hs *handshake.Context, s *waitServerDHE12, m *messages.ServerKeyExchangeDHE) (fsm.State, error) {
	e, err := takeFiniteField(hs, s.agreed, &m.Params)
	if err != nil {
		return nil, err
	}
	return awaitProof(hs, e, proof{m.Scheme, m.Signature})
}

// awaitProof has the chain verified whose key has signed the message at hand: all
// of it before the scheme and the signature. That key may explain an odd scheme, so
// that both wait for it.
func awaitProof(hs *handshake.Context, e exchanged, p proof) (fsm.State, error) {
	const overhead = 2 + 2 // the scheme, and the length of the signature
	params := hs.Raw[messages.HandshakeHeaderLen : len(hs.Raw)-overhead-len(p.signature)]
	askVerdict(hs)
	return &awaitServerVerdict12{exchanged: e, params: params, proof: p}, nil
}

// takeCurve takes a share on a curve that was offered (RFC 8422, Section 5.4).
func takeCurve(hs *handshake.Context, a agreed, p *messages.ServerECDHParams) (exchanged, error) {
	if !slices.Contains(hs.Policy.Curves, p.Group) {
		return exchanged{}, refuse.GroupNotOffered.With("%v", p.Group)
	}
	hs.Connection.Group = p.Group
	return exchanged{agreed: a, group: p.Group, share: p.Public}, nil
}

// takeFiniteField takes a share in one of the groups that have names, if it was
// offered: no other can be told to be sound (RFC 7919, Section 3).
func takeFiniteField(hs *handshake.Context, a agreed, p *messages.ServerDHParams) (exchanged, error) {
	group, known := secrets.LookupFiniteField(p.P, p.G)
	if !known {
		return exchanged{}, refuse.UnknownFiniteField.With("its prime has %d bytes", len(p.P))
	}
	if !slices.Contains(hs.Policy.Groups, group) {
		return exchanged{}, refuse.GroupNotOffered.With("%v", group)
	}
	share, ok := secrets.PadPublic(group, p.Public)
	if !ok {
		return exchanged{}, refuse.BadKeyShare.Alerting(messages.AlertHandshakeFailure)
	}
	hs.Connection.Group = group
	return exchanged{agreed: a, group: group, share: share}, nil
}

// readServerPSK takes the hint about which key to use (RFC 4279, Section 2).
func readServerPSK(_ *handshake.Context, s *waitServerPSK12, m *messages.ServerKeyExchangePSK) (fsm.State, error) {
	return &waitPSKHelloDone12{exchanged{agreed: s.agreed}, m.Hint}, nil
}

func readServerDHEPSK(hs *handshake.Context, s *waitServerDHEPSK12, m *messages.ServerKeyExchangeDHEPSK) (fsm.State, error) {
	e, err := takeFiniteField(hs, s.agreed, &m.Params)
	return &waitPSKHelloDone12{e, m.Hint}, err
}

func readServerECDHEPSK(hs *handshake.Context, s *waitServerECDHEPSK12, m *messages.ServerKeyExchangeECDHEPSK) (fsm.State, error) {
	e, err := takeCurve(hs, s.agreed, &m.Params)
	return &waitPSKHelloDone12{e, m.Hint}, err
}

func readHelloDoneWithoutHint(hs *handshake.Context, s *waitServerPSK12, m *messages.ServerHelloDone) (fsm.State, error) {
	return readPSKHelloDone(hs, &waitPSKHelloDone12{exchanged: exchanged{agreed: s.agreed}}, m)
}

func readPSKHelloDone(hs *handshake.Context, s *waitPSKHelloDone12, _ *messages.ServerHelloDone) (fsm.State, error) {
	hs.Transcript.Forget()
	hs.Ask(func(id events.Asked) events.Question {
		return &events.OfferPSK{Asked: id, ServerName: hs.Policy.PeerName, Hint: s.hint}
	})
	return &awaitOfferedPSK12{s.exchanged}, nil
}

// takeOfferedPSK sends the client's flight under a pre-shared key.
func takeOfferedPSK(hs *handshake.Context, s *awaitOfferedPSK12, answer *events.PSKOffered) (fsm.State, error) {
	if len(answer.Key) == 0 || len(answer.Key) > maxPSK || len(answer.Identity) > maxPSK {
		return nil, refuse.BadAnswer.With("a key of %d bytes, an identity of %d", len(answer.Key), len(answer.Identity))
	}
	hs.Connection.PSKIdentity = slices.Clone(answer.Identity)
	if err := sendKeyExchange(hs, &s.exchanged, answer); err != nil {
		return nil, err
	}
	return finishFlight(hs, s.agreed)
}

// maxPSK is what the length of a key or of an identity can say, in bytes
// (RFC 4279, Section 2).
const maxPSK = 1<<16 - 1

// sendKeyExchange agrees on the premaster secret and sends the client's half
// (RFC 5246, Section 7.4.7, RFC 8422, Section 5.7, RFC 4279, and RFC 5489).
func sendKeyExchange(hs *handshake.Context, e *exchanged, psk *events.PSKOffered) error {
	var m messages.Message
	var premaster []byte
	var err error
	switch e.suite.KeyExchange {
	case secrets.KeyExchangeECDHE, secrets.KeyExchangeDHE, secrets.KeyExchangeECDHEPSK, secrets.KeyExchangeDHEPSK:
		m, premaster, err = e.respond(hs, psk)
	case secrets.KeyExchangePSK:
		m = &messages.ClientKeyExchangePSK{Identity: psk.Identity}
		premaster = secrets.AppendPSKPremaster(nil, nil, psk.Key)
	case secrets.KeyExchangeRSA:
		m, premaster, err = e.transport(hs)
	default:
		err = refuse.Internal.With("no key exchange for %v", e.suite.ID)
	}
	if err != nil {
		return err
	}
	if err := hs.Send(m); err != nil {
		return err
	}
	makeMaster(hs, &e.agreed, premaster)
	return nil
}

// respond answers the server's key share with one of the client's.
func (e *exchanged) respond(hs *handshake.Context, psk *events.PSKOffered) (messages.Message, []byte, error) {
	group, ok := secrets.LookupGroup(e.group)
	if !ok {
		return nil, nil, refuse.Internal.With("no group %v", e.group)
	}
	public, shared, err := group.Respond(hs.Policy.Rand, e.share)
	switch {
	case errors.Is(err, secrets.ErrEntropy):
		return nil, nil, refuse.Entropy.Because(err)
	case err != nil && e.suite.KeyExchange.FiniteField():
		return nil, nil, refuse.BadKeyShare.Alerting(messages.AlertHandshakeFailure)
	case err != nil:
		return nil, nil, refuse.BadKeyShare.Because(err)
	}
	shared = premasterOf(e.suite, shared)
	switch e.suite.KeyExchange {
	case secrets.KeyExchangeECDHE:
		return &messages.ClientKeyExchangeECDHE{Public: public}, shared, nil
	case secrets.KeyExchangeDHE:
		return &messages.ClientKeyExchangeDHE{Public: public}, shared, nil
	}
	premaster := secrets.AppendPSKPremaster(nil, shared, psk.Key)
	clear(shared)
	if e.suite.KeyExchange == secrets.KeyExchangeDHEPSK {
		return &messages.ClientKeyExchangeDHEPSK{Identity: psk.Identity, Public: public}, premaster, nil
	}
	return &messages.ClientKeyExchangeECDHEPSK{Identity: psk.Identity, Public: public}, premaster, nil
}

// transport encrypts a premaster secret of the client's to the server's key. It
// begins with the version that the ClientHello offered, so that a downgrade shows
// (RFC 5246, Section 7.4.7.1).
func (e *exchanged) transport(hs *handshake.Context) (messages.Message, []byte, error) {
	key, ok := e.key.(*rsa.PublicKey)
	if !ok {
		return nil, nil, refuse.KeyForOtherSuite.With("%v", e.suite.ID)
	}
	premaster := make([]byte, secrets.RSAPremasterLen)
	if err := hs.Random(premaster); err != nil {
		return nil, nil, err
	}
	premaster[0], premaster[1] = byte(messages.TLS12>>8), byte(messages.TLS12&0xff)
	encrypted, err := secrets.EncryptPremaster(hs.Policy.Rand, key, premaster)
	switch {
	case errors.Is(err, secrets.ErrEntropy):
		return nil, nil, refuse.Entropy.Because(err)
	case err != nil:
		return nil, nil, refuse.KeyForOtherSuite.Because(err)
	}
	return &messages.ClientKeyExchangeRSA{EncryptedPreMasterSecret: encrypted}, premaster, nil
}

// premasterOf is what Diffie-Hellman gives to the master secret: over a finite
// field without its leading zeros (RFC 5246, Section 8.1.2).
func premasterOf(suite *secrets.Suite12, shared []byte) []byte {
	if suite.KeyExchange.FiniteField() {
		return secrets.TrimPremaster(shared)
	}
	return shared
}
