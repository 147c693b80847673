package main

import (
	"bytes"
	"fmt"

	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func (r *reader) describeClientHello(d *described, m *messages.ClientHello) {
	r.sessionID = m.SessionID
	x := &m.Extensions
	shown := map[messages.ExtensionType]bool{}
	// get decodes an extension and notes that it will be shown.
	get := func(b messages.ExtensionBody) bool {
		present, err := x.Get(b)
		shown[b.ExtensionType()] = present && err == nil
		return shown[b.ExtensionType()]
	}
	var (
		versions messages.SupportedVersionsOffer
		groups   messages.SupportedGroups
		shares   messages.KeyShareOffer
		schemes  messages.SignatureAlgorithms
		name     messages.ServerNameOffer
		alpn     messages.ALPNOffer
		modes    messages.PSKModes
		psk      messages.PreSharedKeyOffer
		ticket   messages.SessionTicketOffer
	)
	if get(&versions) {
		d.add("versions", namesOf(versions.Versions)...)
	} else {
		d.add("version", "up to "+m.LegacyVersion.String())
		if len(m.SessionID) > 0 {
			d.add("session", "identifier of "+bytesOf(len(m.SessionID)))
		}
	}
	d.add("suites", namesOf(m.CipherSuites)...)
	if get(&groups) {
		d.add("groups", namesOf(groups.Groups)...)
	}
	if get(&shares) {
		d.add("shares", shareTexts(shares.Shares)...)
	}
	if get(&schemes) {
		d.add("schemes", namesOf(schemes.Schemes)...)
	}
	if get(&name) {
		d.add("name", report.Plain(string(name.Name)))
	}
	if get(&alpn) {
		var protocols []string
		for _, protocol := range alpn.Protocols {
			protocols = append(protocols, report.Plain(string(protocol)))
		}
		d.add("alpn", protocols...)
	}
	if get(&modes) {
		d.add("psk modes", namesOf(modes.Modes)...)
	}
	if get(&psk) {
		r.describeKeys(d, &psk)
	}
	if get(&ticket) {
		shown[ticket.ExtensionType()] = len(ticket.Ticket) > 0
		if len(ticket.Ticket) > 0 {
			d.add("ticket", bytesOf(len(ticket.Ticket)), "of a session of TLS 1.2")
		}
	}
	d.add("also", extensionsBut(x, shown)...)
}

// describeKeys says what a client offers to resume or to use as a key. A key that was
// not given by a ticket has no age (RFC 8446, Section 4.2.11).
func (r *reader) describeKeys(d *described, m *messages.PreSharedKeyOffer) {
	r.external = nil
	for _, identity := range m.Identities {
		external := identity.ObfuscatedAge == 0
		r.external = append(r.external, external)
		if external {
			d.add("key", report.Plain(string(identity.Identity)), "with a binder that proves it")
			continue
		}
		d.add("ticket", bytesOf(len(identity.Identity)), "with a binder that proves its key")
	}
}

// describeKeyChoice says which of them the server takes.
func (r *reader) describeKeyChoice(d *described, m *messages.PreSharedKeyChoice) {
	if selected := int(m.Selected); selected < len(r.external) && r.external[selected] {
		d.add("key", fmt.Sprintf("number %d is taken", selected+1))
		return
	}
	d.add("ticket", fmt.Sprintf("number %d is taken, the session is resumed", m.Selected+1))
}

func shareTexts(shares []messages.KeyShareEntry) []string {
	texts := []string{}
	for i := range shares {
		texts = append(texts, shareText(&shares[i]))
	}
	if len(texts) == 0 {
		return []string{"none yet"}
	}
	return texts
}

func shareText(share *messages.KeyShareEntry) string {
	return fmt.Sprintf("%v (%d bytes)", share.Group, len(share.KeyExchange))
}

func (r *reader) describeServerHello(d *described, m *messages.ServerHello) {
	x := &m.Extensions
	shown := map[messages.ExtensionType]bool{messages.ExtensionKeyShare: true}
	if m.IsRetry() {
		d.name = "HelloRetryRequest"
	}
	var version messages.SupportedVersionsChoice
	if present, err := x.Get(&version); present && err == nil {
		shown[version.ExtensionType()] = true
		d.add("version", version.Version.String())
	} else {
		r.legacy = true
		d.add("version", m.LegacyVersion.String())
	}
	d.add("suite", m.CipherSuite.String())
	if r.legacy {
		if suite, known := secrets.LookupSuite12(m.CipherSuite); known {
			r.exchange = suite.KeyExchange
		}
		r.describeLegacyHello(d, m, shown)
	}
	var retry messages.KeyShareRetry
	var share messages.KeyShareChoice
	if m.IsRetry() {
		if present, err := x.Get(&retry); present && err == nil {
			d.add("group", retry.Group.String()+" is wanted")
		}
	} else if present, err := x.Get(&share); present && err == nil {
		d.add("share", shareTexts([]messages.KeyShareEntry{share.Share})...)
	}
	var psk messages.PreSharedKeyChoice
	if present, err := x.Get(&psk); present && err == nil {
		shown[psk.ExtensionType()] = true
		r.describeKeyChoice(d, &psk)
	}
	d.add("also", extensionsBut(x, shown)...)
}

// describeLegacyHello says what a ServerHello of TLS 1.2 has beside the suite.
// A client's identifier comes back where its session is resumed
// (RFC 5246, Section 7.4.1.3).
func (r *reader) describeLegacyHello(d *described, m *messages.ServerHello, shown map[messages.ExtensionType]bool) {
	switch {
	case len(m.SessionID) == 0:
	case bytes.Equal(m.SessionID, r.sessionID):
		d.add("session", "the client's", "it is resumed")
	default:
		d.add("session", "a new one", "identifier of "+bytesOf(len(m.SessionID)))
	}
	var alpn messages.ALPNChoice
	if present, err := m.Extensions.Get(&alpn); present && err == nil {
		shown[alpn.ExtensionType()] = true
		d.add("alpn", report.Plain(string(alpn.Protocol)))
	}
}

func describeEncryptedExtensions(d *described, m *messages.EncryptedExtensions) {
	x := &m.Extensions
	shown := map[messages.ExtensionType]bool{}
	if shown[messages.ExtensionServerName] = x.Has(messages.ExtensionServerName); shown[messages.ExtensionServerName] {
		d.add("name", "heard")
	}
	var alpn messages.ALPNChoice
	if present, err := x.Get(&alpn); present && err == nil {
		shown[alpn.ExtensionType()] = true
		d.add("alpn", report.Plain(string(alpn.Protocol)))
	}
	d.add("also", extensionsBut(x, shown)...)
	if len(x.List) == 0 {
		d.add("says", "nothing")
	}
}

func extensionNames(x *messages.Extensions) []string { return extensionsBut(x, nil) }

// extensionsBut names the extensions of a list that are not shown otherwise.
func extensionsBut(x *messages.Extensions, shown map[messages.ExtensionType]bool) []string {
	var names []string
	for i := range x.List {
		if t := x.List[i].Type; !shown[t] {
			names = append(names, t.String())
		}
	}
	return names
}
