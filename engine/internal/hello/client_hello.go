package hello

import (
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// newOffer builds the first ClientHello (RFC 8446, Section 4.1.2), or that of a
// renegotiation, which is of TLS 1.2 alone and in full.
func newOffer(hs *handshake.Context, previous *handshake.Previous, external []*events.PSK) (*handshake.Offer, error) {
	policy := hs.Policy
	hello := &messages.ClientHello{
		LegacyVersion:      hs.Dialect.LegacyVersion,
		CipherSuites:       policy.Suites,
		CompressionMethods: []byte{0},
	}
	if err := hs.Random(hello.Random[:]); err != nil {
		return nil, err
	}
	hs.Randoms.Client = hello.Random
	if policy.Compatibility && hs.Dialect.Compatibility && policy.Allows(messages.TLS13) && previous == nil {
		hello.SessionID = make([]byte, 32)
		if err := hs.Random(hello.SessionID); err != nil {
			return nil, err
		}
	}
	if previous != nil {
		hello.CipherSuites = policy.Suites12
	}
	offer := &handshake.Offer{Hello: hello, Compatible: len(hello.SessionID) == 0, Previous: previous}
	if err := putExtensions(hs, offer); err != nil {
		return nil, err
	}
	switch session := hs.Session; {
	case Usable(hs, session) && fits(hello, session):
		offer.Session = session
	case policy.Fallback && previous == nil:
		// Not with a session, whose version is known (RFC 7507, Section 4).
		hello.CipherSuites = append(slices.Clip(policy.Suites), messages.TLS_FALLBACK_SCSV)
	}
	if err := offerSession(hs, offer); err != nil {
		return nil, err
	}
	if err := offerExternal(hs, offer, external); err != nil {
		return nil, err
	}
	if err := checkOffered(hs, offer); err != nil {
		return nil, err
	}
	if err := offerEarlyData(hs, offer); err != nil {
		return nil, err
	}
	return offer, dress(hs, offer)
}

// uncompressed is the one form of points. Nothing writes to it.
var uncompressed = []messages.PointFormat{messages.PointUncompressed}

// helloSize has room for the extensions of a plain ClientHello, in bytes.
const helloSize = 384

// offerSession prepares what the session's version needs to resume: the schedule
// for the binder; or the ticket, and the identifier by whose echo a server of
// TLS 1.2 tells that it resumes, be it by ticket (RFC 5077, Section 3.4).
func offerSession(hs *handshake.Context, offer *handshake.Offer) error {
	session, hello := offer.Session, offer.Hello
	switch {
	case session == nil:
		return nil
	case session.Version == messages.TLS13:
		suite, _ := secrets.LookupSuite(session.CipherSuite)
		offer.PSKs = append(offer.PSKs, handshake.OfferedPSK{
			Identity: session.Ticket, Hash: suite.Hash, Kind: secrets.ResumptionPSK, Session: session,
			Early: secrets.NewEarly(suite.Hash, session.Secret.Bytes()),
		})
		return nil
	case len(session.Ticket) == 0:
		hello.SessionID = session.SessionID
		return nil
	}
	for i := range hello.Extensions.List {
		if e := &hello.Extensions.List[i]; e.Type == messages.ExtensionSessionTicket {
			e.Data = session.Ticket
		}
	}
	if len(hello.SessionID) > 0 {
		return nil
	}
	hello.SessionID = make([]byte, 32)
	return hs.Random(hello.SessionID)
}

// putExtensions puts all extensions but cookie and pre_shared_key.
func putExtensions(hs *handshake.Context, offer *handshake.Offer) error {
	policy, x := hs.Policy, &offer.Hello.Extensions
	x.Grow(helloSize)
	if err := features.Offer(hs, x); err != nil {
		return err
	}
	first := offer.Previous == nil
	is13, is12 := policy.Allows(messages.TLS13) && first, policy.Allows(messages.TLS12)
	curves := is12 && policy.HasCurves()
	certified := !policy.RequirePSK
	groups := policy.Groups
	if !is13 {
		groups = handshake.Classical(groups)
	}
	var shares *messages.KeyShareOffer
	if is13 {
		var err error
		if shares, err = makeShares(hs, offer, policy.KeyShares); err != nil {
			return err
		}
	}
	// One struct, so that the bodies cost one allocation.
	bodies := &struct {
		versions    messages.SupportedVersionsOffer
		groups      messages.SupportedGroups
		schemes     messages.SignatureAlgorithms
		schemesCert messages.SignatureAlgorithmsCert
		authorities messages.CertificateAuthorities
		modes       messages.PSKModes
		extended    messages.ExtendedMasterSecret
		info        messages.RenegotiationInfo
		points      messages.ECPointFormats
		ticket      messages.SessionTicketOffer
		order       messages.EncryptThenMAC
		status      messages.StatusRequestOffer
		timestamps  messages.SCTOffer
		urls        messages.ClientCertificateURL
	}{
		versions:    messages.SupportedVersionsOffer{Versions: versions(policy)},
		groups:      messages.SupportedGroups{Groups: groups},
		schemes:     messages.SignatureAlgorithms{Schemes: policy.Offered},
		schemesCert: messages.SignatureAlgorithmsCert{Schemes: policy.SchemesCert},
		authorities: messages.CertificateAuthorities{Authorities: policy.Authorities},
		modes:       messages.PSKModes{Modes: policy.PSKModes},
		status:      messages.StatusRequestOffer{StatusType: messages.StatusTypeOCSP},
		points:      messages.ECPointFormats{Formats: uncompressed},
		info:        messages.RenegotiationInfo{Verify: tls12.ClientVerifyData(offer.Previous)},
	}
	for _, put := range [...]struct {
		body   messages.ExtensionBody
		wanted bool
	}{
		{&bodies.versions, is13},
		{&bodies.groups, is13 || curves || is12 && policy.HasFiniteField()},
		{&bodies.schemes, certified},
		{&bodies.schemesCert, certified && policy.SeparateSchemesCert()},
		{&bodies.authorities, certified && len(policy.Authorities) > 0},
		{&bodies.extended, is12},
		{&bodies.info, is12},
		{&bodies.points, curves},
		{&bodies.order, is12 && policy.HasCBC()},
		{&bodies.ticket, is12 && policy.Tickets},
		{&bodies.urls, is12 && policy.CertificateURLs},
		{&bodies.modes, is13 && (policy.Tickets || policy.PSK)},
		{&bodies.status, certified && policy.RequestOCSP},
		{&bodies.timestamps, certified && policy.RequestSCTs},
		{shares, is13},
	} {
		if !put.wanted {
			continue
		}
		if err := handshake.Put(x, put.body); err != nil {
			return err
		}
	}
	if !is12 {
		return nil
	}
	return tls12.OfferExtras(hs, offer.Previous, x)
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

// Usable tells whether a session may be offered: an old one, one for another
// name or one that the policy no longer allows is passed over
// (RFC 8446, Section 4.6.1).
func Usable(hs *handshake.Context, session *events.Session) bool {
	policy := hs.Policy
	if session == nil || session.Transport != hs.Dialect.Transport || session.ServerName != policy.PeerName || !policy.Allows(session.Version) ||
		session.Expired(hs.Now) || session.Created.After(hs.Now) ||
		hs.Now.Sub(session.Authenticated) > maxSessionAge || !policy.TakesPeer(session) || !policy.TakesKeyOf(session) || len(session.Ticket) > 0 && !policy.Tickets {
		return false
	}
	if session.Version == messages.TLS12 {
		return slices.Contains(policy.Suites12, session.CipherSuite) && session.Secret.Len() == secrets.MasterLen &&
			len(session.Ticket)+len(session.SessionID) > 0 && (session.ExtendedMaster || policy.ResumeWithoutEMS)
	}
	if !session.HasPeer() && !policy.PSK {
		// No certificate has ever told whose it is.
		return false
	}
	suite, known := secrets.LookupSuite(session.CipherSuite)
	return known && len(session.Ticket) > 0 && session.Secret.Len() == suite.Hash.Size() && hashOffered(policy, suite.Hash)
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

// obfuscatedAge is RFC 8446, Section 4.2.11.1.
func obfuscatedAge(session *events.Session, now time.Time) uint32 {
	return uint32(now.Sub(session.Created).Milliseconds()) + session.AgeAdd
}
