package answer

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"slices"
	"strings"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// chooseForClient gives the certificate that fits a client best, and of those that
// fit alike the first, among all whose key can serve it and that have what its filters
// ask for. named tells whether any certificate has the name that it asks for.
func chooseForClient(now time.Time, certificates []*Certificate, q *events.ChooseCredential) (best *Certificate, named bool) {
	name := strings.ToLower(strings.TrimSuffix(q.ServerName, "."))
	best = choose(now, certificates, q, func(c *Certificate) (nameMatch, bool) {
		match := noMatch
		if name != "" {
			match = c.matchName(name)
		}
		named = named || match != noMatch
		return match, c.serves(now, q) && !c.weakChain(q.SchemesCert) && c.mayAnswer(q.OIDFilters)
	})
	return best, named
}

// chooseForServer gives a client's certificate that fits a server best, and of those
// that fit alike the first, among all whose key can sign for the server, whose chain
// is signed with what it accepts and leads to an authority that it trusts, and which
// have what its filters ask for (RFC 8446, Section 4.4.2.3).
func chooseForServer(now time.Time, certificates []*Certificate, q *events.ChooseCredential) *Certificate {
	return choose(now, certificates, q, func(c *Certificate) (nameMatch, bool) {
		return noMatch, c.canSign(now, q) && c.chainAccepted(q.SchemesCert) && c.leadsTo(q.Authorities) && c.mayAnswer(q.OIDFilters)
	})
}

// choose gives the certificate that fits best among those of a kind that the peer
// takes and that judge lets pass.
func choose(now time.Time, certificates []*Certificate, q *events.ChooseCredential, judge func(*Certificate) (nameMatch, bool)) (best *Certificate) {
	var bestFit fit
	for _, c := range certificates {
		if !q.Takes(c.kind()) {
			continue
		}
		match, passes := judge(c)
		if !passes {
			continue
		}
		if f := c.fit(now, q, match); best == nil || f.compare(bestFit) > 0 {
			best, bestFit = c, f
		}
	}
	return best
}

// fit is how well a certificate fits a peer, what counts most first: the name that
// it asks for, then what it says that it prefers. A key that signs goes before one
// that can but decrypt, which has no forward secrecy.
type fit struct {
	named     bool      // it has the name, exactly or by a wildcard
	kind      int       // the place of its kind among those that the peer takes
	match     nameMatch // an exact name goes before a wildcard
	chain     bool      // the peer said that it accepts its signatures
	authority bool      // it leads to an authority that the peer trusts
	signs     bool
	scheme    int // the place among the peer's of the scheme that it would sign by
}

func (c *Certificate) fit(now time.Time, q *events.ChooseCredential, match nameMatch) fit {
	return fit{
		named: match != noMatch, kind: slices.Index(q.CertificateTypes, c.kind()), match: match,
		chain: c.chainAccepted(q.SchemesCert), authority: c.leadsTo(q.Authorities),
		signs: c.canSign(now, q), scheme: c.preference(now, q),
	}
}

func (f fit) compare(other fit) int {
	return cmp.Or(
		compareBool(f.named, other.named),
		cmp.Compare(other.kind, f.kind),
		cmp.Compare(f.match, other.match),
		compareBool(f.chain, other.chain),
		compareBool(f.authority, other.authority),
		compareBool(f.signs, other.signs),
		cmp.Compare(other.scheme, f.scheme))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// preference is the place in the peer's list, which has what it prefers first, of
// the scheme that the engine would have c sign by: the first of its own that the
// peer has, or that of the delegated credential, whose list is another
// (RFC 8446, Section 4.2.3).
func (c *Certificate) preference(now time.Time, q *events.ChooseCredential) int {
	if c.canDelegate(now, q) {
		return slices.Index(q.DelegatedSchemes, c.delegated.credential.Key.Scheme)
	}
	for _, scheme := range c.Credential(q.Version).Schemes {
		if at := slices.Index(q.Schemes, scheme); at >= 0 {
			return at
		}
	}
	return len(q.Schemes)
}

// serves tells whether the key signs or, where that would do, decrypts.
func (c *Certificate) serves(now time.Time, q *events.ChooseCredential) bool {
	return c.canSign(now, q) || q.KeyTransport && c.Credential(q.Version).Decrypts
}

// canSign tells whether the key signs, or that of the delegated credential does.
func (c *Certificate) canSign(now time.Time, q *events.ChooseCredential) bool {
	if c.canDelegate(now, q) {
		return true
	}
	return len(common(c.Credential(q.Version).Schemes, q.Schemes)) > 0 && c.curveAccepted(q)
}

// curveAccepted tells whether a client of TLS 1.2 takes a certificate of this
// key: there supported_groups names the curves of keys too
// (RFC 8422, Section 5.3).
func (c *Certificate) curveAccepted(q *events.ChooseCredential) bool {
	if q.Version != messages.TLS12 || q.Hello == nil || len(q.Hello.Groups) == 0 {
		return true
	}
	key, ok := c.key.(*ecdsa.PublicKey)
	if !ok {
		return true
	}
	groups := map[elliptic.Curve]messages.Group{
		elliptic.P256(): messages.Secp256r1, elliptic.P384(): messages.Secp384r1, elliptic.P521(): messages.Secp521r1,
	}
	return slices.Contains(q.Hello.Groups, groups[key.Curve])
}

// chainAccepted tells whether all signatures of the chain are by schemes of the
// list, where there is one.
func (c *Certificate) chainAccepted(accepted []messages.SignatureScheme) bool {
	return len(accepted) == 0 || len(common(c.signatures, accepted)) == len(c.signatures)
}

// weakChain tells whether the chain has a signature by SHA-1 that the peer has
// not asked for, and may not be sent even as a last resort (RFC 8446,
// Section 4.4.2.2).
func (c *Certificate) weakChain(accepted []messages.SignatureScheme) bool {
	for _, scheme := range c.signatures {
		sha1 := scheme == messages.RSAPKCS1SHA1 || scheme == messages.ECDSASHA1
		if sha1 && !slices.Contains(accepted, scheme) {
			return true
		}
	}
	return false
}

func (c *Certificate) leadsTo(authorities [][]byte) bool {
	if len(authorities) == 0 || c.raw != nil {
		return true
	}
	for _, issuer := range c.issuers {
		for _, authority := range authorities {
			if bytes.Equal(issuer, authority) {
				return true
			}
		}
	}
	return false
}
