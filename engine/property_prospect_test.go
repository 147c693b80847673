package engine_test

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// prospect is what two ends come to in TLS 1.3, told from both configs at once and
// exactly: either who refuses, and why, or what they agree on.
type prospect struct {
	*meeting
	client, server *handshake.Policy
	// refuser refuses for one of the reasons, if there are any.
	refuser events.Role
	reasons []string
	// agreed is the connection as the client sees it.
	agreed events.Connection
	hash   secrets.Hash
	// offers are the pre-shared keys of the client's hello, and chosen is the one in
	// use, or nil. Its session is that of the server.
	offers []offeredKey
	chosen *offeredKey
	// offersEarly tells that there is early data.
	offersEarly bool
	// tickets is how many the client gets.
	tickets int
}

// offeredKey is a pre-shared key as a client offers it.
type offeredKey struct {
	events.PSK
	session *events.Session // or nil
}

// prospect tells it. Where one step finds reasons to refuse, the next are not
// reached.
func (m *meeting) prospect() *prospect {
	p := &prospect{meeting: m, client: m.drawn.client, server: m.drawn.server}
	p.agreed = events.Connection{
		Role: events.Client, Version: messages.TLS13, ServerName: m.Client.ServerName, ExtendedMasterSecret: true,
	}
	for _, step := range []func(){p.parameters, p.offer, p.choose, p.authenticate, p.beside, p.authenticateClient, p.require} {
		if step(); len(p.reasons) > 0 {
			break
		}
	}
	return p
}

// refuses notes a reason, if it is one.
func (p *prospect) refuses(by events.Role, name string, holds bool) {
	if holds {
		p.refuser, p.reasons = by, append(p.reasons, name)
	}
}

// parameters are suite and group.
func (p *prospect) parameters() {
	suites := handshake.Common(p.server.Suites13, p.client.Suites13)
	groups := handshake.Common(p.server.Groups, p.client.Groups)
	if p.refuses(events.Server, "no_mutual_suite", len(suites) == 0); len(suites) == 0 {
		return
	}
	if p.refuses(events.Server, "no_mutual_group", len(groups) == 0); len(groups) == 0 {
		return
	}
	p.agreed.CipherSuite, p.agreed.Group = suites[0], groups[0]
	if handshake.Common(p.client.Suites13, p.server.Suites13)[0] == messages.TLS_CHACHA20_POLY1305_SHA256 {
		p.agreed.CipherSuite = messages.TLS_CHACHA20_POLY1305_SHA256
	}
	p.hash = hashOfSuite(p.agreed.CipherSuite)
	p.agreed.Retried = !slices.Contains(p.client.KeyShares, p.agreed.Group)
}

func hashOfSuite(id messages.CipherSuite) secrets.Hash {
	suite, _ := secrets.LookupSuite(id)
	return suite.Hash
}

// offer is what the client's last hello has of keys, which the server can use.
func (p *prospect) offer() {
	takes := func(hash secrets.Hash) bool {
		return slices.ContainsFunc(p.client.Suites13, func(id messages.CipherSuite) bool { return hashOfSuite(id) == hash })
	}
	if s := p.Client.Session; s != nil && s.Version == messages.TLS13 && s.ServerName == p.client.PeerName && p.client.Tickets &&
		!s.Expired(p.pipe.Now) && p.client.TakesPeer(s) && takes(hashOfSuite(s.CipherSuite)) {
		p.offers = append(p.offers, offeredKey{events.PSK{Identity: s.Ticket, Hash: hashOfSuite(s.CipherSuite)}, s})
		common := s.ALPN == "" && len(p.client.ALPN) == 0 || slices.Contains(p.client.ALPN, s.ALPN)
		p.offersEarly = p.Client.EarlyData && s.MaxEarlyData > 0 && common && slices.Contains(p.client.Suites13, s.CipherSuite) &&
			!(p.Client.ReverifyOnResume && s.HasPeer())
	}
	for _, key := range p.callers[events.Client].keys {
		key := *key
		if key.Hash = max(key.Hash, secrets.SHA256); p.client.PSK && takes(key.Hash) {
			p.offers = append(p.offers, offeredKey{PSK: key})
		}
	}
	if p.agreed.Retried {
		p.offers = slices.DeleteFunc(p.offers, func(k offeredKey) bool { return k.Hash != p.hash })
	}
}

// mode is the way to use a key that both ends have, if the client speaks of any.
func (p *prospect) mode() (messages.PSKMode, bool) {
	common := handshake.Common(p.server.PSKModes, p.client.PSKModes)
	if len(common) == 0 || !p.client.Tickets && !p.client.PSK {
		return 0, false
	}
	return common[0], true
}

// choose is the server's choice among the keys: a ticket before all others.
func (p *prospect) choose() {
	mode, mutual := p.mode()
	if mutual && p.server.Tickets {
		p.resume()
	}
	if mutual && p.chosen == nil && p.server.PSK && !p.server.RequireClientCert {
		p.chooseExternal()
	}
	if p.chosen == nil {
		return
	}
	if mode == messages.PSKModeKE {
		p.agreed.Group = 0
	}
	if s := p.chosen.session; s != nil {
		p.agreed.Resumed, p.agreed.PSKIdentity = true, s.PSKIdentity
		p.agreed.PeerCertificateType = s.LocalCertificateType
		if s.PeerRawKey != nil {
			p.agreed.LocalCertificateType = messages.CertificateRawPublicKey
		}
		p.agreed.EarlyDataAccepted = p.offersEarly && !p.agreed.Retried && s.MaxEarlyData <= p.server.EarlyData && s.CipherSuite == p.agreed.CipherSuite &&
			s.ALPN == p.protocol() && !p.callers[events.Server].rejects
	}
}

// resume is the session of the client's ticket, if the server has one for it that
// serves.
func (p *prospect) resume() {
	if len(p.offers) == 0 || p.offers[0].session == nil || p.callers[events.Server].forgets {
		return
	}
	s, err := events.ParseSession(p.offers[0].Identity)
	if err != nil || hashOfSuite(s.CipherSuite) != p.hash || s.Expired(p.pipe.Now) {
		return
	}
	if s.HasPeer() && (!p.server.RequestClientCert || !p.server.TakesPeer(s)) || !s.HasPeer() && p.server.RequireClientCert {
		return
	}
	p.chosen = &offeredKey{PSK: p.offers[0].PSK, session: s}
}

// chooseExternal is the first key offered that the server has. It brings a suite
// of its hash, unless a retry has fixed another.
func (p *prospect) chooseExternal() {
	for i := range p.offers[:min(len(p.offers), events.MaxTicketIdentities)] {
		offered := &p.offers[i]
		own := p.callers[events.Server].key(offered.Identity)
		if own == nil {
			continue
		}
		hash := max(own.Hash, secrets.SHA256)
		if hash != p.hash {
			suites := slices.DeleteFunc(handshake.Common(p.server.Suites13, p.client.Suites13), func(id messages.CipherSuite) bool {
				return hashOfSuite(id) != hash
			})
			if len(suites) == 0 || p.agreed.Retried {
				return
			}
			p.agreed.CipherSuite, p.hash = suites[0], hash
		}
		p.refuses(events.Server, "bad_binder", offered.Hash != hash || offered.Imported != own.Imported || !bytes.Equal(offered.Key, own.Key))
		p.chosen, p.agreed.PSKIdentity = offered, offered.Identity
		return
	}
}

// protocol is the application protocol, if there is one.
func (p *prospect) protocol() string {
	if common := handshake.Common(p.server.ALPN, p.client.ALPN); len(common) > 0 {
		return common[0]
	}
	return ""
}

// authenticate is the server's certificate, where no key stands for it.
func (p *prospect) authenticate() {
	id := p.ServerAnswers.Identity
	if p.chosen != nil {
		return
	}
	schemes := mutual(id, messages.TLS13, p.client)
	p.refuses(events.Server, "no_credential", id == nil)
	p.refuses(events.Server, "no_mutual_scheme", id != nil && len(schemes) == 0)
	if len(p.reasons) > 0 {
		return
	}
	p.agreed.PeerScheme = schemes[0]
	kind := p.serverKind()
	p.agreed.PeerCertificateType = kind
	beside := p.callers[events.Server].beside
	if kind == messages.CertificateRawPublicKey {
		p.agreed.PeerRawKey = rawKeyOf(id)
	} else {
		p.agreed.PeerChain = id.Chain
		if p.Client.RequestOCSP {
			p.agreed.OCSP = beside.OCSP
		}
		if p.Client.RequestSCTs {
			p.agreed.SCTs = beside.SCTs
		}
	}
	if common := handshake.Common(p.server.CertificateCompression, p.client.CertificateCompression); len(common) > 0 {
		p.agreed.PeerCompression = common[0]
	}
}

func rawKeyOf(id *testkit.Identity) []byte { return id.Certificate.RawSubjectPublicKeyInfo }
