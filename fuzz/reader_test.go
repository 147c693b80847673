package fuzz

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// reader is what protects the records that one end reads: those of the peer
// are opened and sealed again, each message in a record of its own.
type reader struct {
	logged map[string]secrets.Secret
	secret secrets.Secret
	opener secrets.RecordOpener
	sealer secrets.RecordSealer
}

func (r *reader) change(role events.Role, e *events.KeysChanged, randoms *secrets.Randoms) {
	var err error
	if suite, legacy := secrets.LookupSuite12(e.Suite); legacy {
		err = r.change12(role, suite, randoms)
	} else {
		err = r.change13(role, e)
	}
	if err != nil {
		panic(err)
	}
}

func (r *reader) change12(role events.Role, suite *secrets.Suite12, randoms *secrets.Randoms) error {
	master := r.logged["CLIENT_RANDOM"]
	block := suite.KeyBlock(&master, randoms)
	keys, order := &block.Client, secrets.MACThenEncrypt
	if role == events.Client {
		keys = &block.Server
	}
	if !suite.AEAD() {
		order = secrets.EncryptThenMAC // as all ends here agree
	}
	opener, err := secrets.NewOpener12(suite, keys, order)
	if err != nil {
		return err
	}
	sealer, err := secrets.NewSealer12(suite, keys, order, constant(0x33))
	r.opener, r.sealer = opener, sealer
	return err
}

func (r *reader) change13(role events.Role, e *events.KeysChanged) error {
	suite, _ := secrets.LookupSuite(e.Suite)
	peer := map[events.Role]string{events.Client: "SERVER", events.Server: "CLIENT"}[role]
	switch {
	case e.Level == events.EarlyData:
		r.secret = r.logged["CLIENT_EARLY_TRAFFIC_SECRET"]
	case e.Level == events.Handshake:
		r.secret = r.logged[peer+"_HANDSHAKE_TRAFFIC_SECRET"]
	case e.Generation == 0:
		r.secret = r.logged[peer+"_TRAFFIC_SECRET_0"]
	default:
		r.secret = secrets.NextTraffic(suite.Hash, &r.secret)
	}
	opener, err := secrets.NewOpener(suite, &r.secret)
	if err != nil {
		return err
	}
	sealer, err := secrets.NewSealer(suite, &r.secret)
	r.opener, r.sealer = opener, sealer
	return err
}
