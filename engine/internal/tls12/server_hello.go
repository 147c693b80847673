package tls12

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// sendServerHello sends what was agreed on (RFC 5246, Section 7.4.1.3).
func sendServerHello(hs *handshake.Context, c *choice) error {
	if hs.Policy.RequestClientCert {
		hs.Transcript.Retain() // for the CertificateVerify
	}
	hs.Transcript.Use(c.suite.Hash)
	hs.Transcript.Add(c.hello.Raw)
	m := &messages.ServerHello{LegacyVersion: hs.Connection.Version, CipherSuite: c.suite.ID, SessionID: c.sessionID}
	if err := hs.Random(m.Random[:]); err != nil {
		return err
	}
	if hs.Policy.Allows(messages.TLS13) {
		// RFC 8446, Section 4.1.3.
		sentinel := messages.DowngradeTLS12()
		copy(m.Random[24:], sentinel[:])
	}
	hs.Randoms.Server = m.Random
	if c.session == nil && hs.Policy.Sessions && !c.ticket && c.previous == nil {
		c.sessionID = make([]byte, 32)
		if err := hs.Random(c.sessionID); err != nil {
			return err
		}
		m.SessionID = c.sessionID
	}
	hs.Connection.CipherSuite = c.suite.ID
	offered := &c.hello.Message.Extensions
	c.encryptThenMAC = !c.suite.AEAD() && offered.Has(messages.ExtensionEncryptThenMAC)
	hs.Connection.ExtendedMasterSecret, hs.Connection.EncryptThenMAC = c.extended, c.encryptThenMAC
	if err := putReplies(hs, c, &m.Extensions); err != nil {
		return err
	}
	return hs.Send(m)
}

// repliesSize has room for the extensions of a plain ServerHello, in bytes.
const repliesSize = 128

// uncompressed is the ec_point_formats of both hellos. Nothing writes to it.
var uncompressed = &messages.ECPointFormats{Formats: []messages.PointFormat{messages.PointUncompressed}}

// putReplies puts the extensions of the ServerHello.
func putReplies(hs *handshake.Context, c *choice, x *messages.Extensions) error {
	offered := &c.hello.Message.Extensions
	x.Grow(repliesSize)
	info := &messages.RenegotiationInfo{Verify: verifyData(c.previous, secrets.ClientSender, secrets.ServerSender)}
	for _, put := range [...]struct {
		body   messages.ExtensionBody
		wanted bool
	}{
		{info, hs.Connection.SecureRenegotiation},
		{&messages.ExtendedMasterSecret{}, c.extended},
		{&messages.EncryptThenMAC{}, c.encryptThenMAC},
		{&messages.SessionTicketOffer{}, c.ticket},
		{&messages.StatusRequestAck{}, c.status == messages.StatusTypeOCSP},
		{&messages.StatusRequestV2Ack{}, c.status == messages.StatusTypeOCSPMulti},
		{uncompressed, c.suite.KeyExchange.Curves() && offered.Has(messages.ExtensionECPointFormats)},
	} {
		if !put.wanted {
			continue
		}
		if err := handshake.Put(x, put.body); err != nil {
			return err
		}
	}
	if c.credential != nil && len(c.credential.SCTs) > 0 && offered.Has(messages.ExtensionSCT) {
		// RFC 6962, Section 3.3.1.
		if err := x.Put(&messages.SCTList{SCTs: c.credential.SCTs}); err != nil {
			return refuse.BadAnswer.With("%d signed certificate timestamps", len(c.credential.SCTs))
		}
	}
	if c.credential != nil {
		var err error
		if c.extras, err = chooseExtras(hs, c.hello, x); err != nil {
			return err
		}
	}
	return features.Answer(hs, c.hello, x)
}

// chooseStatus finds the type of the CertificateStatus to send, or 0: that of the
// whole chain where the client asks for it and there is more than one response
// (RFC 6961, Section 2.2).
func chooseStatus(hs *handshake.Context, c *choice) error {
	x := &c.hello.Message.Extensions
	var v2 messages.StatusRequestV2Offer
	if _, err := hs.Get(x, &v2); err != nil {
		return err
	}
	asksOne, err := handshake.AsksOCSP(hs, x)
	if err != nil {
		return err
	}
	asks := func(kind uint8) bool {
		return slices.ContainsFunc(v2.Items, func(item messages.StatusRequestItem) bool { return item.StatusType == kind })
	}
	c.status = 0
	switch {
	case len(c.credential.OCSPChain) > 0 && asks(messages.StatusTypeOCSPMulti):
		c.status = messages.StatusTypeOCSPMulti
	case len(c.credential.OCSP) > 0 && asksOne:
		c.status = messages.StatusTypeOCSP
	case len(c.credential.OCSP) > 0 && asks(messages.StatusTypeOCSPMulti):
		c.status = messages.StatusTypeOCSPMulti
	}
	return nil
}

func sendServerCertificate(hs *handshake.Context, c *choice) error {
	credential := c.credential
	if credential.RawPublicKey != nil {
		return sendRawKey(hs, credential)
	}
	hs.Connection.LocalChain = credential.Chain
	if err := hs.Send(&messages.Certificate12{Chain: credential.Chain}); err != nil {
		return err
	}
	if c.status == 0 {
		return nil
	}
	m := &messages.CertificateStatus12{StatusType: c.status, Responses: [][]byte{credential.OCSP}}
	if c.status == messages.StatusTypeOCSPMulti {
		m.Responses = append(m.Responses, credential.OCSPChain[:min(len(credential.OCSPChain), len(credential.Chain)-1)]...)
	}
	raw, err := hs.Marshal(m)
	if err != nil {
		return refuse.BadAnswer.With("%d stapled responses", len(m.Responses))
	}
	hs.SendRaw(raw)
	return nil
}
