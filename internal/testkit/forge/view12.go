package forge

import (
	"bytes"
	"fmt"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// see12 keeps what TLS 1.2 makes its keys and signatures of: the randoms, and
// all messages as they are.
func see12(end *End, raw []byte) {
	switch messages.HandshakeType(raw[0]) {
	case messages.TypeClientHello:
		if end.legacy {
			// Another handshake on the connection.
			end.raw, end.view = nil, secrets.Transcript{}
			end.legacy = false
		}
		m := &messages.ClientHello{}
		if messages.Decode(raw[messages.HandshakeHeaderLen:], m) == nil {
			end.randoms.Client = m.Random
		}
	case messages.TypeServerHello:
		m := &messages.ServerHello{}
		if messages.Decode(raw[messages.HandshakeHeaderLen:], m) != nil {
			break
		}
		end.randoms.Server = m.Random
		if suite, known := secrets.LookupSuite12(m.CipherSuite); known && !m.Extensions.Has(messages.ExtensionSupportedVersions) {
			end.legacy = true
			end.view.Use(suite.Hash)
		}
	case messages.TypeHelloRequest:
		return
	}
	end.raw = append(end.raw, raw...)
}

// mend12 is mend for TLS 1.2.
func mend12(from, to *End, raw []byte) []byte {
	switch messages.HandshakeType(raw[0]) {
	case messages.TypeCertificateVerify:
		if !bytes.Equal(from.raw, to.raw) {
			return resign12(from, to, raw)
		}
	case messages.TypeFinished:
		if master, ok := to.secrets[masterLabel]; ok {
			sender := secrets.ClientSender
			if from.Role == events.Server {
				sender = secrets.ServerSender
			}
			return Encode(&messages.Finished{
				VerifyData: secrets.FinishedMAC12(to.view.Hash(), &master, sender, to.view.Sum(nil), nil),
			})
		}
	}
	return raw
}

// resign12 signs the receiver's view with the client's own key
// (RFC 5246, Section 7.4.8).
func resign12(from, to *End, raw []byte) []byte {
	m := &messages.CertificateVerify{}
	if from.Answers.Identity == nil || messages.Decode(raw[messages.HandshakeHeaderLen:], m) != nil {
		return raw
	}
	m.Signature = signed(from.Answers.Identity, m.Scheme, to.raw)
	return Encode(m)
}

// SignExchange signs the parameters of a key exchange as a server does, over
// the client's view of the randoms (RFC 8422, Section 5.4).
func (l *Link) SignExchange(m *messages.ServerKeyExchangeECDHE) {
	params, err := m.Params.Append(nil)
	m.Signature = l.signParams(m.Scheme, params, err)
}

// SignFiniteField does the same for DHE (RFC 5246, Section 7.4.3).
func (l *Link) SignFiniteField(m *messages.ServerKeyExchangeDHE) {
	params, err := m.Params.Append(nil)
	m.Signature = l.signParams(m.Scheme, params, err)
}

func (l *Link) signParams(scheme messages.SignatureScheme, params []byte, err error) []byte {
	if err != nil {
		panic(fmt.Sprintf("forge: encode parameters: %v", err))
	}
	content := secrets.KeyExchangeInput12(nil, &l.Client.randoms, params)
	return signed(l.Server.Answers.Identity, scheme, content)
}

func signed(identity *testkit.Identity, scheme messages.SignatureScheme, content []byte) []byte {
	signature, err := identity.Sign(scheme, content)
	if err != nil {
		panic(fmt.Sprintf("forge: sign by %v: %v", scheme, err))
	}
	return signature
}
