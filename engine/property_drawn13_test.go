package engine_test

import (
	"bytes"
	"slices"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// What is drawn for TLS 1.3, and what both versions have beside the handshake.

// caller is who answers the questions of an end.
type caller struct {
	// beside is what is shown beside a certificate.
	beside events.Credential
	// keys are the external pre-shared keys of TLS 1.3, most preferred first.
	keys []*events.PSK
	// raw tells that the caller has its key to show as it is.
	raw bool
	// forgets tells that a server opens no ticket of TLS 1.3, and rejects that it takes
	// no early data.
	forgets, rejects bool
}

func (d *drawing) caller() caller {
	return caller{
		beside: d.credential(), keys: d.keys(), raw: d.flag("raw key"),
		forgets: d.rarely(8, "forgets tickets"), rejects: d.rarely(6, "rejects early data"),
	}
}

// keyring are the external keys that ends may share.
func keyring() []events.PSK {
	ring := []events.PSK{
		{Identity: []byte("short"), Key: []byte("a key for SHA-256")},
		{Identity: []byte("long"), Key: []byte("a key for SHA-384"), Hash: secrets.SHA384},
	}
	for _, hash := range []secrets.Hash{secrets.SHA256, secrets.SHA384} {
		identity, key, _ := secrets.ImportPSK(secrets.SHA256, []byte("a key to import"), &secrets.Import{
			Identity: []byte("imported"), Context: []byte("client"), Protocol: uint16(messages.TLS13), Target: hash,
		})
		ring = append(ring, events.PSK{Identity: identity, Key: key.Bytes(), Hash: hash, Imported: true})
	}
	return ring
}

// keys draws what an end has of them, and some of it wrong.
func (d *drawing) keys() []*events.PSK {
	var own []*events.PSK
	for _, key := range some(d, "external keys", 1, keyring()) {
		switch rapid.IntRange(0, 20).Draw(d.T, "what is wrong with the key") {
		case 0:
			key.Key = []byte("another key")
		case 1:
			key.Hash = secrets.SHA256 + secrets.SHA384 - max(key.Hash, secrets.SHA256)
		case 2:
			key.Imported = !key.Imported
		case 3:
			key.Identity = slices.Concat(key.Identity, []byte(" of nobody"))
		}
		own = append(own, &key)
	}
	return own
}

// versions draws those that an end allows: often the one that is drawn around.
func (d *drawing) versions(c *engine.Common) {
	const legacy, both, newest = 0, 1, 2
	often := []int{legacy, legacy, legacy, legacy, legacy, legacy, legacy, legacy, both, both, both, newest}
	if d.exchange == 0 {
		often = []int{newest, newest, newest, newest, newest, newest, newest, newest, both, both, both, legacy}
	}
	kind := rapid.SampledFrom(often).Draw(d.T, "versions")
	c.MinVersion, c.MaxVersion = messages.TLS12, messages.TLS13
	if kind == legacy {
		c.MaxVersion = messages.TLS12
	}
	if kind == newest {
		c.MinVersion = messages.TLS13
	}
}

func (d *drawing) common13(c *engine.Common) {
	c.KeyLog = true
	c.PSK = !d.rarely(3, "no external keys")
	c.PSKModes = rapid.SampledFrom([]engine.PSKModes{
		engine.PSKWithAgreement, engine.PSKWithAgreement, engine.PSKEither, engine.PSKEither, engine.PSKWithoutAgreement,
	}).Draw(d.T, "PSK modes")
	c.RequirePSK = c.PSK && c.MinVersion == messages.TLS13 && d.rarely(6, "keys alone")
	c.SRTPProfiles = some(d, "SRTP profiles", 0, []messages.SRTPProfile{
		messages.SRTP_AEAD_AES_128_GCM, messages.SRTP_AES128_CM_HMAC_SHA1_80, messages.SRTP_NULL_HMAC_SHA1_80,
	})
	c.CertificateCompression = some(d, "certificate compression", 0, []messages.CompressionAlgorithm{
		messages.CompressionZlib, messages.CompressionBrotli, messages.CompressionZstd,
	})
	c.PeerCertificateTypes = d.certificateTypes("peer's")
	c.GREASE = d.flag("GREASE")
	if d.flag("padding") {
		c.Padding = engine.PadTo(64)
	}
	c.UpdateAfter = rapid.SampledFrom([]uint64{0, 0, 0, 5}).Draw(d.T, "update after")
}

func (d *drawing) certificateTypes(whose string) []messages.CertificateType {
	return rapid.SampledFrom([]certificateTypes{nil, nil, x509Alone, x509First, rawFirst, rawFirst, rawAlone}).
		Draw(d.T, whose+" kinds of certificates")
}

func (d *drawing) client13(c *engine.ClientConfig) {
	if d.flag("key shares") {
		c.KeyShares = handshake.Common(c.Groups, some(d, "key shares", 0, c.Groups))
		if c.KeyShares == nil {
			c.KeyShares = []messages.Group{}
		}
	}
	if d.flag("ticket request") {
		c.TicketRequest = &engine.TicketRequest{
			NewSession: uint8(rapid.IntRange(0, 6).Draw(d.T, "new sessions")), Resumption: uint8(rapid.IntRange(0, 2).Draw(d.T, "resumptions")),
		}
	}
	if len(c.SRTPProfiles) > 0 && d.flag("MKI") {
		c.SRTPMKI = []byte{1, 2}
	}
	c.CertificateTypes = d.certificateTypes("client's own")
	c.PostHandshakeAuth = d.flag("post-handshake authentication")
	c.PadHello, c.ShuffleExtensions = d.flag("pad hello"), d.flag("shuffle")
	c.EarlyData = !d.rarely(3, "no early data")
	c.Authorities = rapid.SampledFrom([][][]byte{nil, {testkit.Authority().Certificate.RawSubject}}).Draw(d.T, "authorities")
}

func (d *drawing) server13(c *engine.ServerConfig) {
	c.Tickets = rapid.SampledFrom([]int{0, 1, 3, -1}).Draw(d.T, "tickets")
	c.MaxTickets = rapid.SampledFrom([]int{0, 0, 2, -1}).Draw(d.T, "most tickets")
	c.TicketLifetime = rapid.SampledFrom([]uint32{0, 3600, 604800}).Draw(d.T, "ticket lifetime")
	c.MaxEarlyData = rapid.SampledFrom([]uint32{0, 100, 100, 100, 20000}).Draw(d.T, "most early data")
	c.SRTPTakesMKI = d.flag("takes MKI")
	if c.RequirePSK {
		c.ClientAuth = engine.NoClientCert
	}
	c.Authorities = rapid.SampledFrom([][][]byte{nil, {testkit.Authority().Certificate.RawSubject}}).Draw(d.T, "authorities")
}

// show answers which credential an end has to show. A server that has no other shows
// its certificate whatever the client takes.
func (c *caller) show(identity *testkit.Identity, q *events.ChooseCredential) events.Answer {
	takesRaw := q.Takes(messages.CertificateRawPublicKey)
	switch {
	case identity == nil || q.Role == events.Client && !q.Takes(messages.CertificateX509) && !c.raw:
		return q.None()
	case takesRaw && c.raw:
		return q.Reply(identity.RawCredentialIn(q.Version))
	}
	return q.Reply(shown(identity, q.Version, &c.beside))
}

// answer13 answers the questions of TLS 1.3.
func (c *caller) answer13(q events.Question) events.Answer {
	switch q := q.(type) {
	case *events.OfferPSKs:
		return q.Reply(c.keys...)
	case *events.ChoosePSK:
		if q.Version != messages.TLS13 {
			return nil
		}
		for at, identity := range q.Identities {
			if key := c.key(identity); key != nil {
				return q.ReplyWith(at, key)
			}
		}
		return q.None()
	case *events.OpenTicket:
		for at, ticket := range q.Tickets {
			s, err := events.ParseSession(ticket.Ticket)
			if err == nil && (s.Version == messages.TLS12 || !c.forgets) {
				return q.Reply(at, ticket.Ticket)
			}
		}
		return q.None()
	case *events.AcceptEarlyData:
		if c.rejects {
			return q.Reject()
		}
		return q.Accept()
	}
	return nil
}

// key is that of an identity, or nil.
func (c *caller) key(identity []byte) *events.PSK {
	at := slices.IndexFunc(c.keys, func(key *events.PSK) bool { return bytes.Equal(key.Identity, identity) })
	if at < 0 {
		return nil
	}
	return c.keys[at]
}
