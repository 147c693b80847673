package forge

import (
	"bytes"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// see adds a message to the transcript of an end that sends or receives it
// (RFC 8446, Section 4.4.1).
func see(end *End, raw []byte) {
	see12(end, raw)
	switch messages.HandshakeType(raw[0]) {
	case messages.TypeNewSessionTicket:
		if !end.legacy {
			return
		}
	case messages.TypeKeyUpdate, messages.TypeHelloRequest:
		return
	case messages.TypeServerHello:
		m := &messages.ServerHello{}
		if messages.Decode(raw[messages.HandshakeHeaderLen:], m) != nil {
			break
		}
		if suite, known := secrets.LookupSuite(m.CipherSuite); known {
			end.view.Use(suite.Hash)
		}
		if m.IsRetry() {
			end.view.Restart()
		}
	}
	end.view.Add(raw)
}

// mend makes a message anew over the receiver's view, where that differs from
// the sender's.
func (l *Link) mend(from, to *End, raw []byte) []byte {
	if to.legacy {
		return mend12(from, to, raw)
	}
	switch messages.HandshakeType(raw[0]) {
	case messages.TypeClientHello:
		return l.bind(to, raw)
	case messages.TypeCertificateVerify:
		if !bytes.Equal(from.view.Sum(nil), to.view.Sum(nil)) {
			return resign(from, to, raw)
		}
	case messages.TypeFinished:
		base, ok := to.secrets[trafficLabel(from.Role, events.Handshake)]
		if ok {
			return Encode(&messages.Finished{
				VerifyData: secrets.FinishedMAC(to.view.Hash(), &base, to.view.Sum(nil), nil),
			})
		}
	}
	return raw
}

// resign signs the receiver's view with the sender's own key.
func resign(from, to *End, raw []byte) []byte {
	m := &messages.CertificateVerify{}
	identity := from.Answers.Identity
	if identity == nil || messages.Decode(raw[messages.HandshakeHeaderLen:], m) != nil {
		return raw
	}
	if from.Engine.Connection().LocalDelegated != nil {
		identity = identity.Delegated.Holder
	}
	m.Signature = Sign(identity, from.Role, m.Scheme, to.view.Sum(nil))
	return Encode(m)
}

// Sign signs a transcript hash as an end does.
func Sign(identity *testkit.Identity, role events.Role, scheme messages.SignatureScheme, sum []byte) []byte {
	signer := secrets.ServerContext
	if role == events.Client {
		signer = secrets.ClientContext
	}
	return signed(identity, scheme, secrets.VerifyInput13(nil, signer, sum))
}

// bind makes the binders of a ClientHello that offers the client's session fit
// the server's view (RFC 8446, Section 4.2.11.2).
func (l *Link) bind(to *End, raw []byte) []byte {
	m, psk := &messages.ClientHello{}, &messages.PreSharedKeyOffer{}
	if l.session == nil || l.session.Version != messages.TLS13 || messages.HandshakeType(raw[0]) != messages.TypeClientHello ||
		messages.Decode(raw[messages.HandshakeHeaderLen:], m) != nil {
		return raw
	}
	last := len(m.Extensions.List) - 1
	if last < 0 || m.Extensions.List[last].Type != messages.ExtensionPreSharedKey {
		return raw
	}
	if present, err := m.Extensions.Get(psk); !present || err != nil || len(psk.Binders) != 1 {
		return raw
	}
	suite, _ := secrets.LookupSuite(l.session.CipherSuite)
	if len(psk.Binders[0]) != suite.Hash.Size() {
		return raw
	}
	early := secrets.NewEarly(suite.Hash, l.session.Secret.Bytes())
	truncated := to.view.SumWith(suite.Hash, nil, raw[:len(raw)-messages.BinderListLen(psk)])
	return early.BinderMAC(secrets.ResumptionPSK, truncated, raw[:len(raw)-suite.Hash.Size():len(raw)])
}
