package main

import (
	"fmt"

	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/messages"
)

func describeClientHello(d *described, m *messages.ClientHello) {
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
	)
	if get(&versions) {
		d.add("versions", namesOf(versions.Versions)...)
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
		for _, identity := range psk.Identities {
			d.add("ticket", bytesOf(len(identity.Identity)), "with a binder that proves its key")
		}
	}
	d.add("also", extensionsBut(x, shown)...)
}

func shareTexts(shares []messages.KeyShareEntry) []string {
	texts := []string{}
	for _, share := range shares {
		texts = append(texts, fmt.Sprintf("%v (%d bytes)", share.Group, len(share.KeyExchange)))
	}
	if len(texts) == 0 {
		return []string{"none yet"}
	}
	return texts
}

func describeServerHello(d *described, m *messages.ServerHello) {
	x := &m.Extensions
	shown := map[messages.ExtensionType]bool{messages.ExtensionKeyShare: true}
	if m.IsRetry() {
		d.name = "HelloRetryRequest"
	}
	var version messages.SupportedVersionsChoice
	if present, err := x.Get(&version); present && err == nil {
		shown[version.ExtensionType()] = true
		d.add("version", version.Version.String())
	}
	d.add("suite", m.CipherSuite.String())
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
		d.add("ticket", fmt.Sprintf("number %d is taken, the session is resumed", psk.Selected+1))
	}
	d.add("also", extensionsBut(x, shown)...)
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
