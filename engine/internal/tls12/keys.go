package tls12

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// makeMaster makes the master secret from the premaster secret, which it
// wipes. With extended_master_secret it covers the handshake up to
// ClientKeyExchange (RFC 5246, Section 8.1, and RFC 7627, Section 4).
func makeMaster(hs *handshake.Context, a agreed, premaster []byte) keyed {
	var master secrets.Secret
	if a.extended {
		master = secrets.ExtendedMasterSecret(a.suite.Hash, premaster, hs.Sum())
	} else {
		master = secrets.MasterSecret(a.suite.Hash, premaster, &hs.Randoms)
	}
	clear(premaster)
	return expandKeys(hs, a, master)
}

// expandKeys makes the keys of both directions (RFC 5246, Section 6.3).
func expandKeys(hs *handshake.Context, a agreed, master secrets.Secret) keyed {
	hs.LogSecret("CLIENT_RANDOM", &master)
	return keyed{agreed: a, master: master, keys: a.suite.KeyBlock(&master, &hs.Randoms)}
}

// sendFinished sends ChangeCipherSpec and Finished, and gives the verify_data.
func sendFinished(hs *handshake.Context, k *keyed) ([]byte, error) {
	keys, sender := &k.keys.Client, secrets.ClientSender
	if hs.Role == events.Server {
		keys, sender = &k.keys.Server, secrets.ServerSender
	}
	hs.SendChangeCipherSpec()
	hs.WriteKeys12(k.suite, keys, k.order())
	verify := secrets.FinishedMAC12(k.suite.Hash, &k.master, sender, hs.Sum(), nil)
	return verify, hs.Send(&messages.Finished{VerifyData: verify})
}

// order is that of encryption and MAC, which matters to CBC alone
// (RFC 7366, Section 3).
func (k *keyed) order() secrets.CBCOrder {
	if k.encryptThenMAC {
		return secrets.EncryptThenMAC
	}
	return secrets.MACThenEncrypt
}

// verifyFinished verifies the peer's Finished (RFC 5246, Section 7.4.9).
func verifyFinished(hs *handshake.Context, k *keyed, m *messages.Finished) error {
	sender := secrets.ServerSender
	if hs.Role == events.Server {
		sender = secrets.ClientSender
	}
	var room [secrets.VerifyDataLen12]byte
	want, _ := secrets.NewSecret(secrets.FinishedMAC12(k.suite.Hash, &k.master, sender, hs.Before, room[:0]))
	if !want.EqualBytes(m.VerifyData) {
		return refuse.BadFinished
	}
	return nil
}
