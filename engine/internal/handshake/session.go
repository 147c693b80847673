package handshake

import (
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// MaxLifetime is the longest that a session serves, seven days in seconds
// (RFC 8446, Section 4.6.1). A session of TLS 1.2 serves no longer.
const MaxLifetime = 604800

// maxSessionAge is how long after the last authentication a session serves at
// the most (RFC 8446, Section 4.6.1).
const maxSessionAge = 7 * 24 * time.Hour

// clockSkew is how far the clocks of servers that share tickets may differ.
const clockSkew = 10 * time.Second

// NewSession is what either end remembers of this connection.
func NewSession(hs *Context, suite messages.CipherSuite, secret secrets.Secret) *events.Session {
	return &events.Session{
		Version:              hs.Connection.Version,
		CipherSuite:          suite,
		Secret:               secret,
		Created:              hs.Now.Truncate(time.Millisecond),
		Authenticated:        hs.Authenticated,
		Group:                hs.Connection.Group,
		ALPN:                 hs.Connection.ALPN,
		ServerName:           hs.Connection.ServerName,
		PeerChain:            hs.Connection.PeerChain,
		PeerRawKey:           hs.Connection.PeerRawKey,
		PeerDelegated:        hs.Connection.PeerDelegated,
		PeerScheme:           hs.Connection.PeerScheme,
		LocalCertificateType: shownType(hs),

		OCSP:        hs.Connection.OCSP,
		SCTs:        hs.Connection.SCTs,
		OCSPChain:   hs.Connection.OCSPChain,
		SCTsChain:   hs.Connection.SCTsChain,
		PSKIdentity: hs.Connection.PSKIdentity,

		Transport:        hs.Dialect.Transport,
		PeerParameters:   hs.Connection.PeerParameters,
		EarlyDataContext: hs.Policy.EarlyDataContext,
	}
}

// Resumable tells whether a server may resume from a session, as far as no
// version has rules of its own: it is for this version, not too old, and has
// the client authentication that the policy wants.
func Resumable(hs *Context, session *events.Session) bool {
	if session.Version != hs.Connection.Version || session.Transport != hs.Dialect.Transport || session.Expired(hs.Now) || session.Created.After(hs.Now.Add(clockSkew)) ||
		hs.Now.Sub(session.Authenticated) > maxSessionAge || !hs.Policy.TakesKeyOf(session) {
		return false
	}
	if len(session.PSKIdentity) > 0 && session.Version == messages.TLS13 && !hs.Policy.PSK {
		return false
	}
	if session.HasPeer() {
		return hs.Policy.RequestClientCert && hs.Policy.TakesPeer(session)
	}
	return !hs.Policy.RequireClientCert
}
