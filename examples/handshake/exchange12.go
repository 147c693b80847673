package main

import (
	"fmt"

	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// serverExchange is the ServerKeyExchange of the key exchange that was chosen.
func (r *reader) serverExchange(d *described) (messages.Message, func()) {
	switch r.exchange {
	case secrets.KeyExchangeECDHE:
		m := &messages.ServerKeyExchangeECDHE{}
		return m, func() {
			r.curve(d, &m.Params)
			signed(d, m.Scheme, m.Signature)
		}
	case secrets.KeyExchangeDHE:
		m := &messages.ServerKeyExchangeDHE{}
		return m, func() {
			field(d, &m.Params)
			signed(d, m.Scheme, m.Signature)
		}
	case secrets.KeyExchangePSK:
		m := &messages.ServerKeyExchangePSK{}
		return m, func() { hinted(d, m.Hint) }
	case secrets.KeyExchangeDHEPSK:
		m := &messages.ServerKeyExchangeDHEPSK{}
		return m, func() {
			hinted(d, m.Hint)
			field(d, &m.Params)
		}
	case secrets.KeyExchangeECDHEPSK:
		m := &messages.ServerKeyExchangeECDHEPSK{}
		return m, func() {
			hinted(d, m.Hint)
			r.curve(d, &m.Params)
		}
	}
	return nil, nil
}

// clientExchange is the ClientKeyExchange of the key exchange that was chosen.
func (r *reader) clientExchange(d *described) (messages.Message, func()) {
	switch r.exchange {
	case secrets.KeyExchangeECDHE:
		m := &messages.ClientKeyExchangeECDHE{}
		return m, func() { d.add("share", r.share(m.Public)) }
	case secrets.KeyExchangeDHE:
		m := &messages.ClientKeyExchangeDHE{}
		return m, func() { d.add("share", bytesOf(len(m.Public))) }
	case secrets.KeyExchangeRSA:
		m := &messages.ClientKeyExchangeRSA{}
		return m, func() { d.add("secret", bytesOf(len(m.EncryptedPreMasterSecret)), "for the certificate's key alone") }
	case secrets.KeyExchangePSK:
		m := &messages.ClientKeyExchangePSK{}
		return m, func() { identified(d, m.Identity) }
	case secrets.KeyExchangeDHEPSK:
		m := &messages.ClientKeyExchangeDHEPSK{}
		return m, func() {
			identified(d, m.Identity)
			d.add("share", bytesOf(len(m.Public)))
		}
	case secrets.KeyExchangeECDHEPSK:
		m := &messages.ClientKeyExchangeECDHEPSK{}
		return m, func() {
			identified(d, m.Identity)
			d.add("share", r.share(m.Public))
		}
	}
	return nil, nil
}

// curve notes the group that the server has chosen, and adds its share.
func (r *reader) curve(d *described, p *messages.ServerECDHParams) {
	r.group = p.Group
	d.add("share", r.share(p.Public))
}

// share is a public value of the group that the server has chosen.
func (r *reader) share(public []byte) string {
	return shareText(&messages.KeyShareEntry{Group: r.group, KeyExchange: public})
}

// field adds a share of a finite field, whose prime the server names in full.
func field(d *described, p *messages.ServerDHParams) {
	d.add("field", fmt.Sprintf("prime of %s", bytesOf(len(p.P))))
	d.add("share", bytesOf(len(p.Public)))
}

func signed(d *described, scheme messages.SignatureScheme, signature []byte) {
	d.add("scheme", scheme.String())
	d.add("signature", bytesOf(len(signature)))
}

func hinted(d *described, hint []byte) {
	if len(hint) == 0 {
		d.add("hint", "none")
		return
	}
	d.add("hint", report.Plain(string(hint)))
}

func identified(d *described, identity []byte) { d.add("identity", report.Plain(string(identity))) }
