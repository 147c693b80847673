package answer

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// chooseByName gives the certificate that fits the name asked for best, and of
// those that fit alike the first, among all whose key can serve this client.
// named tells whether any certificate has the name.
func chooseByName(certificates []*Certificate, q *events.ChooseCredential) (best *Certificate, named bool) {
	name := strings.ToLower(strings.TrimSuffix(q.ServerName, "."))
	var bestFit fit
	for _, c := range certificates {
		if !q.Takes(c.kind()) {
			continue
		}
		match := c.matchName(name)
		named = named || match != noMatch
		if !c.serves(q) || c.weakChain(q.SchemesCert) {
			continue
		}
		f := fit{match, c.chainAccepted(q.SchemesCert), c.canSign(q)}
		if best == nil || f.compare(bestFit) > 0 {
			best, bestFit = c, f
		}
	}
	return best, named
}

// fit is how well a certificate fits a client, what counts most first. A key that
// signs goes before one that can but decrypt, which has no forward secrecy.
type fit struct {
	match nameMatch
	chain bool // the client said that it accepts its signatures
	signs bool
}

func (f fit) compare(other fit) int {
	return cmp.Or(
		cmp.Compare(f.match, other.match),
		compareBool(f.chain, other.chain),
		compareBool(f.signs, other.signs))
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

// chooseByAuthority gives a client's first certificate whose key can sign for
// the server, whose chain is signed with what it accepts and leads to an authority
// that it trusts, and which has what its filters ask for (RFC 8446, Section 4.4.2.3).
func chooseByAuthority(certificates []*Certificate, q *events.ChooseCredential) *Certificate {
	for _, c := range certificates {
		if q.Takes(c.kind()) && c.canSign(q) && c.chainAccepted(q.SchemesCert) && c.leadsTo(q.Authorities) &&
			c.mayAnswer(q.OIDFilters) {
			return c
		}
	}
	return nil
}

// serves tells whether the key signs or, where that would do, decrypts.
func (c *Certificate) serves(q *events.ChooseCredential) bool {
	return c.canSign(q) || q.KeyTransport && c.Credential(q.Version).Decrypts
}

func (c *Certificate) canSign(q *events.ChooseCredential) bool {
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
