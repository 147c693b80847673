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
func makeMaster(hs *handshake.Context, a *agreed, premaster []byte) {
	var master secrets.Secret
	if a.extended {
		master = secrets.ExtendedMasterSecret(a.suite.Hash, premaster, hs.Sum())
	} else {
		master = secrets.MasterSecret(a.suite.Hash, premaster, &hs.Randoms)
	}
	clear(premaster)
	expandKeys(hs, a, &master)
	master.Wipe()
}

// expandKeys makes the keys of both directions (RFC 5246, Section 6.3).
func expandKeys(hs *handshake.Context, a *agreed, master *secrets.Secret) {
	hs.LogSecret("CLIENT_RANDOM", master)
	hs.Keys12 = &handshake.Keys12{Master: *master, Block: a.suite.KeyBlock(master, &hs.Randoms)}
}

// sendFinished sends ChangeCipherSpec and Finished, and keeps the verify_data.
func sendFinished(hs *handshake.Context, c *closing) error {
	keys, sender := &hs.Keys12.Block.Client, secrets.ClientSender
	if hs.Role == events.Server {
		keys, sender = &hs.Keys12.Block.Server, secrets.ServerSender
	}
	hs.SendChangeCipherSpec()
	hs.WriteKeys12(c.suite, keys, c.order())
	verify := &c.verify[sender]
	secrets.FinishedMAC12(c.suite.Hash, &hs.Keys12.Master, sender, hs.Sum(), verify[:0])
	return hs.Send(&messages.Finished{VerifyData: verify[:]})
}

// order is that of encryption and MAC, which matters to CBC alone
// (RFC 7366, Section 3).
func (a *agreed) order() secrets.CBCOrder {
	if a.encryptThenMAC {
		return secrets.EncryptThenMAC
	}
	return secrets.MACThenEncrypt
}

// verifyFinished verifies the peer's Finished, and keeps the verify_data. A
// pre-shared key is proved by it (RFC 5246, Section 7.4.9).
func verifyFinished(hs *handshake.Context, c *closing, m *messages.Finished) error {
	sender := secrets.ServerSender
	if hs.Role == events.Server {
		sender = secrets.ClientSender
	}
	verify := &c.verify[sender]
	secrets.FinishedMAC12(c.suite.Hash, &hs.Keys12.Master, sender, hs.Before, verify[:0])
	want, _ := secrets.NewSecret(verify[:])
	if !want.EqualBytes(m.VerifyData) {
		return refuse.BadFinished
	}
	if hs.Authenticated.IsZero() {
		hs.Authenticated = hs.Now
	}
	return nil
}
