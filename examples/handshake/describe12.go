package main

import (
	"fmt"

	"github.com/tacitls/tacitls/messages"
)

// layoutOf12 is layoutOf for the messages that are others in TLS 1.2.
func (r *reader) layoutOf12(kind messages.HandshakeType, d *described) (messages.Message, func()) {
	switch kind {
	case messages.TypeHelloRequest:
		return &messages.HelloRequest{}, func() {}
	case messages.TypeCertificate:
		m := &messages.Certificate12{}
		return m, func() { describeCertificate12(d, m) }
	case messages.TypeCertificateStatus:
		m := &messages.CertificateStatus12{}
		return m, func() {
			for _, response := range m.Responses {
				d.add("stapled", "OCSP response of "+bytesOf(len(response)))
			}
		}
	case messages.TypeServerKeyExchange:
		return r.serverExchange(d)
	case messages.TypeCertificateRequest:
		m := &messages.CertificateRequest12{}
		return m, func() {
			d.add("types", namesOf(m.Types)...)
			d.add("schemes", namesOf(m.Schemes)...)
			d.add("issuers", fmt.Sprintf("%d named", len(m.Authorities)))
		}
	case messages.TypeServerHelloDone:
		return &messages.ServerHelloDone{}, func() {}
	case messages.TypeClientKeyExchange:
		return r.clientExchange(d)
	case messages.TypeNewSessionTicket:
		m := &messages.NewSessionTicket12{}
		return m, func() {
			if len(m.Ticket) == 0 {
				d.add("ticket", "none after all")
				return
			}
			d.add("ticket", bytesOf(len(m.Ticket)), "good for "+lifetime(m.LifetimeHint))
		}
	}
	return nil, nil
}

func describeCertificate12(d *described, m *messages.Certificate12) {
	if len(m.Chain) == 0 {
		d.add("chain", "empty")
	}
	for _, der := range m.Chain {
		describeX509(d, der)
	}
}
