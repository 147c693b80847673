package main

import (
	"fmt"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// replyTo12 answers the questions that TLS 1.2 alone has, and those about keys of either version.
func (p *endpoint) replyTo12(question events.Question) (events.Answer, error) {
	o := p.c.options
	switch q := question.(type) {
	case *events.Decrypt:
		premaster, err := q.Credential.Key.(*identity).decrypt(q.Ciphertext)
		if err != nil {
			return q.Fail(), nil
		}
		return q.Reply(premaster), nil
	case *events.OfferPSK:
		if string(q.Hint) != o.PSKIdentity {
			return nil, mismatch("the server's hint", string(q.Hint), o.PSKIdentity)
		}
		return q.Reply([]byte(o.PSKIdentity), []byte(o.PSK)), nil
	case *events.OfferPSKs:
		return p.offerKeys(q), nil
	case *events.ChoosePSK:
		if q.Version >= messages.TLS13 {
			return p.chooseKey(q), nil
		}
		if got := string(q.Identities[0]); got != o.PSKIdentity {
			return nil, mismatch("the client's identity", got, o.PSKIdentity)
		}
		return q.Reply(0, []byte(o.PSK)), nil
	}
	return nil, &faultError{what: fmt.Sprintf("an unknown question: %v", question)}
}

// watch takes note of what a CertificateRequest of TLS 1.2 says first, the types of certificates (RFC 5246, Section 7.4.4).
func (p *endpoint) watch(event *events.MessageReceived) {
	p.zero.last = event.Type
	body := event.Raw[messages.HandshakeHeaderLen:]
	if event.Type != messages.TypeCertificateRequest || len(body) == 0 || len(body) <= int(body[0]) {
		return
	}
	p.certificateTypes = append([]byte{}, body[1:1+int(body[0])]...)
}

// renegotiable refuses a server without RFC 5746, where a flag wants that, as soon as its hello is known.
func (p *endpoint) renegotiable(hello *events.PeerHelloReceived) error {
	if p.c.options.Server || !p.c.options.NoLegacyServerConnect || hello.Version != messages.TLS12 || p.engine.Connection().SecureRenegotiation {
		return nil
	}
	_ = p.engine.Abort(&p.out, p.c.now, messages.AlertHandshakeFailure)
	p.gaveUp = named("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "the server does not have RFC 5746")
	return p.gaveUp
}

// complete takes note of the end of a handshake, the connection's first or another.
func (p *endpoint) complete(event *events.HandshakeCompleted) error {
	if p.c.options.HandshakeNeverDone {
		return mismatch("the handshake is complete", true, false)
	}
	if p.completion != nil {
		p.renegotiations++
		return nil
	}
	agreed := event.Connection
	p.completion, p.key = &agreed, p.keyInUse(&agreed)
	return nil
}
