package answer

import (
	"crypto/x509"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Client answers for engines of clients. The zero value verifies servers
// against the system's roots and the name of the config. Nothing of it may
// change once in use; it is safe for concurrent use.
type Client struct {
	// Roots are the authorities to trust; nil means the system's.
	Roots *x509.CertPool
	// Name is the host name or IP address that the server's certificate must
	// have; empty means the ServerName of the config. A client with neither
	// accepts nobody. It stands in for no name that a request for an authenticator asks
	// for.
	Name string
	// RawKeys are the raw public keys of servers to trust, where the config takes
	// them by PeerCertificateTypes (RFC 7250). No name is checked for them; nil
	// accepts none, unless InsecureSkipVerify is set.
	RawKeys RawKeys
	// VerifyPeer is called after a chain or a raw key has been verified, and may refuse it
	// still. A [Rejection] as its error names the alert; otherwise it is
	// certificate_unknown. It must be safe for concurrent use.
	VerifyPeer func(now time.Time, p *Peer) error
	// InsecureSkipVerify accepts any chain for any name. Whoever is on the path
	// can then be the server, unless VerifyPeer checks what matters.
	InsecureSkipVerify bool
	// Certificates are the client's own, for servers that ask. One is sent whose key
	// signs by what the server accepts, whose chain is signed by that too and leads to
	// one of its Authorities, and which has what its OIDFilters ask for, as far as they
	// are about the key usage or the extended key usage; none is sent where there is
	// none. Of several, the one goes that signs by what the server prefers, and then the
	// first (RFC 8446, Section 4.4.2.3).
	Certificates []*Certificate
	// Signing says how their keys sign.
	Signing Signing
	// Sessions keeps sessions to resume; nil keeps none. A session stands for
	// the verification of its first connection: a store is to be shared only by
	// clients that verify alike, unless the config has ReverifyOnResume.
	Sessions *Sessions
	// PSK is the pre-shared key for servers of TLS 1.2 whose suite takes one, and of
	// TLS 1.3 where the config has PSK; nil has none. ChoosePSK, if there, chooses in
	// its place, and may give nil; a question of TLS 1.3 has no hint. It must be safe
	// for concurrent use.
	PSK       *PSK
	ChoosePSK func(q *events.OfferPSK) *PSK
	// PSKs, if there, gives the keys for a server of TLS 1.3 in place of both, the one
	// preferred first: an imported key is one for each hash function
	// (RFC 9258, Section 5.1). It must be safe for concurrent use.
	PSKs func(q *events.OfferPSKs) []*PSK
	// Compression compresses certificates where the config has
	// CertificateCompression; nil sends them as they are.
	Compression *Compression
	// Supplement, if there, gives what to send as supplemental data, where the
	// config agrees on some. It must be safe for concurrent use.
	Supplement func(q *events.ProvideSupplementalData) []messages.SupplementalDataEntry
}

// Answer implements [Answerer].
func (c *Client) Answer(now time.Time, q events.Question) events.Answer {
	switch q := q.(type) {
	case *events.VerifyPeer:
		_, answer := c.Verify(now, q)
		return answer
	case *events.ChooseCredential:
		if chosen := chooseForServer(now, c.Certificates, q); chosen != nil {
			return q.Reply(chosen.credentialFor(now, q))
		}
		return q.None()
	case *events.Sign:
		return c.Signing.answer(q)
	case *events.OfferPSKs:
		return c.offerPSKs(q)
	case *events.CompressCertificate:
		return c.Compression.compress(q)
	case *events.DecompressCertificate:
		return c.Compression.decompress(q)
	case *events.OfferPSK:
		return c.offerPSK(q)
	case *events.ProvideSupplementalData:
		return supplement(q, c.Supplement)
	}
	return nil
}

// Verify answers q as Answer does, and tells what it found: nil where the answer
// is no acceptance.
func (c *Client) Verify(now time.Time, q *events.VerifyPeer) (*Peer, events.Answer) {
	v := &verification{
		roots: c.Roots, name: c.Name, usage: x509.ExtKeyUsageServerAuth,
		rawKeys: c.RawKeys, skip: c.InsecureSkipVerify, hook: c.VerifyPeer,
	}
	if v.name == "" || q.Requested {
		v.name = q.ServerName
	}
	if v.name == "" && !v.skip && len(q.RawKey) == 0 {
		// An empty name would be checked by nobody.
		rejection := reject(messages.AlertInternalError, "there is no name to verify the server by")
		return nil, q.Reject(rejection.Alert, rejection)
	}
	return v.answer(now, q)
}

// TakeSession implements [SessionKeeper].
func (c *Client) TakeSession(now time.Time, name string) *events.Session {
	if c.Sessions == nil {
		return nil
	}
	return c.Sessions.Take(now, name)
}

// KeepSession implements [SessionKeeper].
func (c *Client) KeepSession(name string, session *events.Session) {
	if c.Sessions != nil {
		c.Sessions.Put(name, session)
	}
}
