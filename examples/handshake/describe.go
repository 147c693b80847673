package main

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// detail is one thing that a message says.
type detail struct {
	key    string
	values []string
}

// described is a message for people.
type described struct {
	name    string
	details []detail
}

func (d *described) add(key string, values ...string) {
	if len(values) > 0 {
		d.details = append(d.details, detail{key, values})
	}
}

// reader understands the messages of a handshake: what some of them mean turns
// on those before.
type reader struct {
	sessionID []byte // the client's
	external  []bool // which of the client's keys are of no ticket
	legacy    bool   // the server has chosen TLS 1.2
	exchange  secrets.KeyExchange
	group     messages.Group
}

// describe decodes a handshake message with its header.
func (r *reader) describe(raw []byte) *described {
	kind, _, ok := messages.ParseHandshakeHeader(raw)
	if !ok {
		return &described{name: "a message cut off"}
	}
	d := &described{name: messageName(kind)}
	m, fill := r.layoutOf(kind, d)
	if m == nil {
		return d
	}
	if err := messages.Decode(raw[messages.HandshakeHeaderLen:], m); err != nil {
		d.add("malformed", err.Error())
		return d
	}
	fill()
	return d
}

// layoutOf gives a message to decode into and what then to say of it.
func (r *reader) layoutOf(kind messages.HandshakeType, d *described) (messages.Message, func()) {
	if r.legacy {
		if m, fill := r.layoutOf12(kind, d); m != nil {
			return m, fill
		}
	}
	switch kind {
	case messages.TypeClientHello:
		m := &messages.ClientHello{}
		return m, func() { r.describeClientHello(d, m) }
	case messages.TypeServerHello:
		m := &messages.ServerHello{}
		return m, func() { r.describeServerHello(d, m) }
	case messages.TypeEncryptedExtensions:
		m := &messages.EncryptedExtensions{}
		return m, func() { describeEncryptedExtensions(d, m) }
	case messages.TypeCertificateRequest:
		m := &messages.CertificateRequest13{}
		return m, func() { describeCertificateRequest(d, m) }
	case messages.TypeCertificate:
		m := &messages.Certificate13{}
		return m, func() { describeCertificate(d, m) }
	case messages.TypeCertificateVerify:
		m := &messages.CertificateVerify{}
		return m, func() {
			d.add("scheme", m.Scheme.String())
			d.add("signature", bytesOf(len(m.Signature)))
		}
	case messages.TypeFinished:
		m := &messages.Finished{}
		return m, func() { d.add("verifies", "the whole handshake", bytesOf(len(m.VerifyData))) }
	case messages.TypeNewSessionTicket:
		m := &messages.NewSessionTicket13{}
		return m, func() {
			d.add("ticket", bytesOf(len(m.Ticket)), "good for "+lifetime(m.Lifetime))
		}
	case messages.TypeKeyUpdate:
		m := &messages.KeyUpdate{}
		return m, func() { d.add("request", m.Request.String()) }
	}
	return nil, nil
}

func describeCertificate(d *described, m *messages.Certificate13) {
	if len(m.Entries) == 0 {
		d.add("chain", "empty")
	}
	for i := range m.Entries {
		entry := &m.Entries[i]
		if describeX509(d, entry.Data) && len(entry.Extensions.List) > 0 {
			d.add("stapled", extensionNames(&entry.Extensions)...)
		}
	}
}

// describeX509 tells whether the certificate could be parsed.
func describeX509(d *described, der []byte) bool {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		d.add("chain", bytesOf(len(der)), "cannot be parsed")
		return false
	}
	d.add("subject", name(certificate.Subject.String()), bytesOf(len(der)))
	d.add("issuer", name(certificate.Issuer.String()))
	d.add("key", keyText(certificate.PublicKey), "until "+certificate.NotAfter.UTC().Format(time.DateOnly))
	return true
}

func describeCertificateRequest(d *described, m *messages.CertificateRequest13) {
	var schemes messages.SignatureAlgorithms
	if present, err := m.Extensions.Get(&schemes); present && err == nil {
		d.add("schemes", namesOf(schemes.Schemes)...)
	}
	var authorities messages.CertificateAuthorities
	if present, err := m.Extensions.Get(&authorities); present && err == nil {
		d.add("issuers", fmt.Sprintf("%d named", len(authorities.Authorities)))
	}
}

// name is a distinguished name, or that there is none.
func name(text string) string {
	if text == "" {
		return "(no name)"
	}
	return report.Plain(text)
}

func bytesOf(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

func lifetime(seconds uint32) string {
	if seconds%3600 == 0 && seconds > 0 {
		return fmt.Sprintf("%d h", seconds/3600)
	}
	return fmt.Sprintf("%d s", seconds)
}

// namesOf names each of a list of codepoints.
func namesOf[T fmt.Stringer](list []T) []string {
	var names []string
	for _, entry := range list {
		names = append(names, entry.String())
	}
	return names
}
