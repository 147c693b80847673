package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// serverKind is the kind of certificate that the server shows.
func (m *meeting) serverKind() messages.CertificateType {
	if m.callers[events.Server].raw && slices.Contains(m.drawn.client.PeerTypes, messages.CertificateRawPublicKey) {
		return messages.CertificateRawPublicKey
	}
	return messages.CertificateX509
}

// clientKind is the kind of certificate that a server asks for which asks at all.
func (m *meeting) clientKind() (messages.CertificateType, bool) {
	common := handshake.Common(m.drawn.server.PeerTypes, m.drawn.client.OwnTypes)
	if len(common) == 0 {
		return 0, false
	}
	return common[0], true
}

// clientShows is the identity that the client has to show of a kind, or nil.
func (m *meeting) clientShows(kind messages.CertificateType) *testkit.Identity {
	if kind == messages.CertificateRawPublicKey && !m.callers[events.Client].raw {
		return nil
	}
	return m.ClientAnswers.Identity
}

// beside is all that extensions agree on beside the handshake.
func (p *prospect) beside() {
	p.agreed.ALPN = p.protocol()
	p.refuses(events.Server, "no_application_protocol", len(p.client.ALPN) > 0 && len(p.server.ALPN) > 0 && p.agreed.ALPN == "")
	p.refuses(events.Server, "no_mutual_certificate_type", p.chosen == nil && !slices.Contains(p.client.PeerTypes, p.agreed.PeerCertificateType))
	if p.chosen == nil && p.server.RequestClientCert {
		kind, ok := p.clientKind()
		p.refuses(events.Server, "no_mutual_certificate_type", !ok)
		p.agreed.LocalCertificateType = kind
	}
	if common := handshake.Common(p.server.SRTPProfiles, p.client.SRTPProfiles); len(common) > 0 {
		if p.agreed.SRTPProfile = common[0]; p.server.SRTPTakesMKI {
			p.agreed.SRTPMKI = p.client.SRTPMKI
		}
	}
	p.limits()
	p.countTickets()
}

// limits are those of records, in bytes of content and padding as the client sends
// and takes them.
func (p *prospect) limits() {
	const most = 16384
	switch asked := p.Client.MaxFragmentLength; {
	case p.client.RecordSizeLimit > 0:
		p.agreed.SendLimit, p.agreed.ReceiveLimit = most, uint16(p.client.RecordSizeLimit)
		if p.server.RecordSizeLimit > 0 {
			p.agreed.SendLimit = uint16(p.server.RecordSizeLimit)
		}
	case asked > 0:
		// The content type counts for the sender.
		p.agreed.SendLimit, p.agreed.ReceiveLimit = uint16(asked-1), uint16(asked)
	}
}

// countTickets is how many tickets the server sends.
func (p *prospect) countTickets() {
	_, mutual := p.mode()
	if !mutual || p.server.TicketCount == 0 {
		return
	}
	sent := p.server.TicketCount
	if wish := p.client.TicketRequest; wish != nil && p.server.MaxTickets > 0 {
		expected := wish.NewSession
		if p.agreed.Resumed {
			expected = wish.Resumption
		}
		expected = min(expected, p.server.MaxTickets)
		p.agreed.TicketsAgreed, p.agreed.TicketsExpected = true, expected
		sent = int(expected)
	}
	if p.client.Tickets {
		p.tickets = sent
	}
}

// authenticateClient is the client's certificate.
func (p *prospect) authenticateClient() {
	if p.chosen != nil || !p.server.RequestClientCert {
		return
	}
	id := p.clientShows(p.agreed.LocalCertificateType)
	if id == nil {
		return
	}
	schemes := mutual(id, messages.TLS13, p.server)
	p.refuses(events.Client, "no_mutual_scheme", len(schemes) == 0)
	if len(schemes) == 0 {
		return
	}
	p.agreed.LocalScheme = schemes[0]
	if p.agreed.LocalCertificateType == messages.CertificateRawPublicKey {
		p.agreed.LocalRawKey = rawKeyOf(id)
	} else {
		p.agreed.LocalChain = id.Chain
	}
	if common := handshake.Common(p.client.CertificateCompression, p.server.CertificateCompression); len(common) > 0 {
		p.agreed.LocalCompression = common[0]
	}
}

// require is what the server makes of a client that shows none.
func (p *prospect) require() {
	p.refuses(events.Server, "certificate_required", p.chosen == nil && p.server.RequireClientCert && p.agreed.LocalScheme == 0)
}

// show is what an identity shows of a kind, nil for none.
func (m *meeting) show(id *testkit.Identity, kind messages.CertificateType) []byte {
	switch {
	case id == nil:
		return nil
	case kind == messages.CertificateRawPublicKey:
		return rawKeyOf(id)
	}
	return leaf(id.Chain)
}

// count notes of what kinds a connection is.
func (m *meeting) count(p *prospect) {
	c := &p.agreed
	for what, is := range map[string]bool{
		"full": p.chosen == nil, "resumed": c.Resumed, "external key": p.chosen != nil && !c.Resumed,
		"imported key": p.chosen != nil && p.chosen.Imported, "no agreement": c.Group == 0, "retried": c.Retried,
		"early data taken": c.EarlyDataAccepted && len(m.taken) > 0, "early data rejected": p.offersEarly && !c.EarlyDataAccepted && len(m.early) > 0,
		"early data rejected by a retry": p.offersEarly && c.Retried, "early answer": m.answered,
		"client certificate": c.LocalScheme != 0, "raw key": c.PeerRawKey != nil, "compressed": c.PeerCompression != 0,
		"SRTP": c.SRTPProfile != 0, "tickets by request": c.TicketsAgreed,
	} {
		if is {
			m.d.saw(what)
		}
	}
}

// saw notes a kind of connection, so that none is missing in the end.
func (d *drawing) saw(what string) {
	if d.came != nil {
		d.came[what]++
	}
}
