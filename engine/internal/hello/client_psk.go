package hello

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// offerExternal offers the external keys behind the session, as far as some
// suite has their hash and there is room (RFC 8446, Section 4.2.11).
func offerExternal(hs *handshake.Context, offer *handshake.Offer, external []*events.PSK) error {
	if len(external) > events.MaxPSKs {
		return refuse.BadAnswer.With("%d pre-shared keys", len(external))
	}
	room := maxExtensions - roomForCookie - extensionsSize(offer.Hello)
	if offer.Session != nil {
		room -= pskOverhead + len(offer.Session.Ticket)
	}
	for _, psk := range external {
		if psk == nil || len(psk.Key) == 0 || len(psk.Key) > maxPSK || len(psk.Identity) == 0 || len(psk.Identity) > maxPSK {
			return refuse.BadAnswer.With("a pre-shared key without key or identity, or with one too long")
		}
		hash, kind := psk.Hash, secrets.ExternalPSK
		if hash == 0 {
			hash = secrets.SHA256
		}
		if psk.Imported {
			kind = secrets.ImportedPSK
		}
		if !hashOffered(hs.Policy, hash) {
			continue
		}
		if room -= pskOverhead + len(psk.Identity); room < 0 {
			return refuse.BadAnswer.With("the identities have no room in a ClientHello")
		}
		offer.PSKs = append(offer.PSKs, handshake.OfferedPSK{
			Identity: slices.Clone(psk.Identity), Hash: hash, Kind: kind, Early: secrets.NewEarly(hash, psk.Key),
		})
	}
	return nil
}

// offerCertificateWithPSK asks for certificates beside the keys, where the policy
// wants both (RFC 8773, Section 4).
func offerCertificateWithPSK(hs *handshake.Context, offer *handshake.Offer) error {
	switch {
	case !hs.Policy.CertificateWithPSK:
		return nil
	case len(offer.PSKs) == 0:
		return refuse.BadAnswer.With("no pre-shared key that some suite has the hash of")
	}
	return handshake.Put(&offer.Hello.Extensions, &messages.CertWithExternPSK{})
}

// maxPSK bounds a key and an identity, in bytes.
const maxPSK = 1<<16 - 1

// offerEarlyData offers early data where the session has the first place, its suite
// is offered, and its application protocol is one of the config's
// (RFC 8446, Section 4.2.10). A server that is to be verified anew would have it before.
func offerEarlyData(hs *handshake.Context, offer *handshake.Offer) error {
	session := offer.Session
	if hs.Policy.EarlyData == 0 || session == nil || session.Version != messages.TLS13 || session.MaxEarlyData == 0 ||
		!slices.Contains(hs.Policy.Suites13, session.CipherSuite) || hs.Policy.Reverify && session.HasPeer() {
		return nil
	}
	if session.ALPN != "" && !slices.Contains(hs.Policy.ALPN, session.ALPN) || session.ALPN == "" && len(hs.Policy.ALPN) > 0 {
		return nil
	}
	offer.EarlyData = session.MaxEarlyData
	return handshake.Put(&offer.Hello.Extensions, &messages.EarlyDataOffer{})
}

// send sends the hello of an offer, with pre_shared_key behind all else if there
// are keys to offer. Its binders cover the message up to themselves, so that they
// are filled in last (RFC 8446, Section 4.2.11.2).
func send(hs *handshake.Context, offer *handshake.Offer) error {
	hello := *offer.Hello
	offer.Types = handshake.Types(&hello.Extensions)
	if len(offer.PSKs) == 0 {
		if err := pad(hs, offer, &hello); err != nil {
			return err
		}
		return hs.Send(&hello)
	}
	body := &messages.PreSharedKeyOffer{}
	for _, psk := range offer.PSKs {
		identity := messages.PSKIdentity{Identity: psk.Identity}
		if psk.Session != nil {
			identity.ObfuscatedAge = obfuscatedAge(psk.Session, hs.Now)
		}
		body.Identities = append(body.Identities, identity)
		body.Binders = append(body.Binders, make([]byte, psk.Hash.Size()))
	}
	hello.Extensions = hello.Extensions.Clone()
	if err := handshake.Put(&hello.Extensions, body); err != nil {
		return err
	}
	offer.Types = append(offer.Types, messages.ExtensionPreSharedKey)
	if err := pad(hs, offer, &hello); err != nil {
		return err
	}
	raw, err := hs.Marshal(&hello)
	if err != nil {
		return err
	}
	truncated := len(raw) - messages.BinderListLen(body)
	at := truncated + 2
	for i := range offer.PSKs {
		psk := &offer.PSKs[i]
		var sum [64]byte
		hash := hs.Transcript.SumWith(psk.Hash, sum[:0], raw[:truncated])
		at++ // the length of the binder
		psk.Early.BinderMAC(psk.Kind, hash, raw[at:at])
		at += psk.Hash.Size()
	}
	hs.SendRaw(raw)
	return nil
}

// startEarlyData changes to the keys of early data for writing. What middleboxes
// want to see goes before (RFC 8446, Section 7.1, and Appendix D.4).
func startEarlyData(hs *handshake.Context, offer *handshake.Offer) {
	if offer.EarlyData == 0 {
		return
	}
	if !offer.Compatible {
		hs.SendChangeCipherSpec()
		offer.Compatible = true
	}
	psk := &offer.PSKs[0]
	suite, _ := secrets.LookupSuite(psk.Session.CipherSuite)
	var sum [64]byte
	hash := hs.Transcript.SumWith(psk.Hash, sum[:0], nil)
	traffic := psk.Early.ClientTraffic(hash)
	hs.LogSecret("CLIENT_EARLY_TRAFFIC_SECRET", &traffic)
	hs.Early = &handshake.Early{Hash: suite.Hash, Exporter: psk.Early.Exporter(hash)}
	hs.LogSecret("EARLY_EXPORTER_SECRET", &hs.Early.Exporter)
	features.LimitEarlyData(hs)
	hs.WriteKeys(events.EarlyData, suite, &traffic)
	hs.EarlyLeft = uint64(offer.EarlyData)
	hs.Tell(&events.EarlyDataOffered{Max: offer.EarlyData})
}
