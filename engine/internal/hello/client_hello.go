package hello

import (
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// newOffer builds the first ClientHello (RFC 8446, Section 4.1.2).
func newOffer(hs *handshake.Context) (*handshake.Offer, error) {
	policy := hs.Policy
	hello := &messages.ClientHello{
		LegacyVersion:      hs.Dialect.LegacyVersion,
		CipherSuites:       policy.Suites,
		CompressionMethods: []byte{0},
	}
	if err := hs.Random(hello.Random[:]); err != nil {
		return nil, err
	}
	hs.ClientRandom = hello.Random
	if policy.Compatibility && hs.Dialect.Compatibility {
		hello.SessionID = make([]byte, 32)
		if err := hs.Random(hello.SessionID); err != nil {
			return nil, err
		}
	}
	offer := &handshake.Offer{Hello: hello, Compatible: len(hello.SessionID) == 0}
	if err := putExtensions(hs, offer); err != nil {
		return nil, err
	}
	if session := hs.Session; usable(hs, session) && fits(hello, session) {
		offer.Session = session
		suite, _ := secrets.LookupSuite(session.CipherSuite)
		offer.Early = secrets.NewEarly(suite.Hash, session.Secret.Bytes())
	}
	return offer, nil
}

// helloSize has room for the extensions of a plain ClientHello, in bytes.
const helloSize = 384

// putExtensions puts all extensions but cookie and pre_shared_key.
func putExtensions(hs *handshake.Context, offer *handshake.Offer) error {
	policy, x := hs.Policy, &offer.Hello.Extensions
	x.Grow(helloSize)
	if err := features.Offer(hs, x); err != nil {
		return err
	}
	shares, err := makeShares(hs, offer, policy.KeyShares)
	if err != nil {
		return err
	}
	// One struct, so that the bodies cost one allocation.
	bodies := &struct {
		versions    messages.SupportedVersionsOffer
		groups      messages.SupportedGroups
		schemes     messages.SignatureAlgorithms
		schemesCert messages.SignatureAlgorithmsCert
		authorities messages.CertificateAuthorities
		modes       messages.PSKModes
		status      messages.StatusRequestOffer
		timestamps  messages.SCTOffer
	}{
		versions:    messages.SupportedVersionsOffer{Versions: versions(policy)},
		groups:      messages.SupportedGroups{Groups: policy.Groups},
		schemes:     messages.SignatureAlgorithms{Schemes: policy.Offered},
		schemesCert: messages.SignatureAlgorithmsCert{Schemes: policy.SchemesCert},
		authorities: messages.CertificateAuthorities{Authorities: policy.Authorities},
		modes:       messages.PSKModes{Modes: []messages.PSKMode{messages.PSKModeDHEKE}},
		status:      messages.StatusRequestOffer{StatusType: messages.StatusTypeOCSP},
	}
	for _, put := range [...]struct {
		body   messages.ExtensionBody
		wanted bool
	}{
		{&bodies.versions, true},
		{&bodies.groups, true},
		{&bodies.schemes, true},
		{&bodies.schemesCert, policy.SeparateSchemesCert()},
		{&bodies.authorities, len(policy.Authorities) > 0},
		{&bodies.modes, policy.Tickets},
		{&bodies.status, policy.RequestOCSP},
		{&bodies.timestamps, policy.RequestSCTs},
		{shares, true},
	} {
		if !put.wanted {
			continue
		}
		if err := handshake.Put(x, put.body); err != nil {
			return err
		}
	}
	return nil
}

// versions lists those of the policy, the newest first.
func versions(policy *handshake.Policy) []messages.Version {
	var list []messages.Version
	for v := policy.MaxVersion; v >= policy.MinVersion; v-- {
		list = append(list, v)
	}
	return list
}

// makeShares makes key shares, each from entropy of its own
// (RFC 8446, Section 4.2.8).
func makeShares(hs *handshake.Context, offer *handshake.Offer, groups []messages.Group) (*messages.KeyShareOffer, error) {
	body := &messages.KeyShareOffer{}
	offer.Shares = nil
	for _, id := range groups {
		group, ok := secrets.LookupGroup(id)
		if !ok {
			return nil, refuse.Internal.With("no group %v", id)
		}
		private, public, err := group.Generate(hs.Policy.Rand)
		if err != nil {
			return nil, refuse.Entropy.Because(err)
		}
		offer.Shares = append(offer.Shares, handshake.Share{Group: id, Private: private})
		body.Shares = append(body.Shares, messages.KeyShareEntry{Group: id, KeyExchange: public})
	}
	return body, nil
}

// usable tells whether a session may be offered: an old one, one for another
// name or one that the policy no longer allows is passed over
// (RFC 8446, Section 4.6.1).
func usable(hs *handshake.Context, session *events.Session) bool {
	policy := hs.Policy
	if session == nil || !policy.Tickets || len(session.Ticket) == 0 {
		return false
	}
	suite, known := secrets.LookupSuite(session.CipherSuite)
	if hs.Now.Sub(session.Authenticated) > maxSessionAge {
		return false
	}
	return known && session.Version == messages.TLS13 && policy.Allows(messages.TLS13) &&
		session.ServerName == policy.PeerName &&
		session.Secret.Len() == suite.Hash.Size() && hashOffered(policy, suite.Hash) &&
		!session.Expired(hs.Now) && !session.Created.After(hs.Now)
}

// maxSessionAge is how long after the server proved its certificate a session
// serves at the most, however often it was renewed (RFC 8446, Section 4.6.1).
const maxSessionAge = 7 * 24 * time.Hour

// fits tells whether there is room for the session's ticket beside the other
// extensions, with some for a cookie.
func fits(hello *messages.ClientHello, session *events.Session) bool {
	return pskOverhead+len(session.Ticket)+extensionsSize(hello) <= maxExtensions-roomForCookie
}

func extensionsSize(hello *messages.ClientHello) int {
	size := 0
	for _, e := range hello.Extensions.List {
		size += extensionOverhead + len(e.Data)
	}
	return size
}

// What extensions take, in bytes.
const (
	maxExtensions     = 1<<16 - 1
	extensionOverhead = 4
	pskOverhead       = 4 + 2 + 2 + 4 + 2 + 1 + 48
	roomForCookie     = 1 << 12
)

func hashOffered(policy *handshake.Policy, hash secrets.Hash) bool {
	return slices.ContainsFunc(policy.Suites, func(id messages.CipherSuite) bool {
		suite, known := secrets.LookupSuite(id)
		return known && suite.Hash == hash
	})
}

// send sends the hello of an offer, with pre_shared_key behind all else if a
// session is offered. Its binder covers the message up to the binders, so that
// it is filled in last (RFC 8446, Section 4.2.11.2).
func send(hs *handshake.Context, offer *handshake.Offer) error {
	hello := *offer.Hello
	offer.Types = handshake.Types(&hello.Extensions)
	if offer.Session == nil {
		return hs.Send(&hello)
	}
	suite, _ := secrets.LookupSuite(offer.Session.CipherSuite)
	psk := &messages.PreSharedKeyOffer{
		Identities: []messages.PSKIdentity{{
			Identity:      offer.Session.Ticket,
			ObfuscatedAge: obfuscatedAge(offer.Session, hs.Now),
		}},
		Binders: [][]byte{make([]byte, suite.Hash.Size())},
	}
	hello.Extensions = hello.Extensions.Clone()
	if err := handshake.Put(&hello.Extensions, psk); err != nil {
		return err
	}
	offer.Types = append(offer.Types, messages.ExtensionPreSharedKey)
	raw, err := hs.Marshal(&hello)
	if err != nil {
		return err
	}
	binders := messages.BinderListLen(psk)
	var sum [64]byte
	truncated := hs.Transcript.SumWith(suite.Hash, sum[:0], raw[:len(raw)-binders])
	offer.Early.BinderMAC(secrets.ResumptionPSK, truncated, raw[:len(raw)-suite.Hash.Size()])
	hs.SendRaw(raw)
	return nil
}

// obfuscatedAge is RFC 8446, Section 4.2.11.1.
func obfuscatedAge(session *events.Session, now time.Time) uint32 {
	return uint32(now.Sub(session.Created).Milliseconds()) + session.AgeAdd
}
