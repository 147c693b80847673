package engine_test

import (
	"slices"
	"strings"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// greaseOf is an extension that a greased hello has, and that nobody may answer.
func greaseOf(l *forge.Link) func() messages.Extension {
	answer := messages.Extension{}
	forge.Change(l, events.Client, func(m *messages.ClientHello) {
		at := slices.IndexFunc(m.Extensions.List, func(e messages.Extension) bool { return messages.IsGREASE(uint16(e.Type)) })
		answer = m.Extensions.List[at]
	})
	return func() messages.Extension { return answer }
}

// suiteOf is the suite that means nothing of a greased hello.
func suiteOf(l *forge.Link) func() messages.CipherSuite {
	answer := messages.CipherSuite(0)
	forge.Change(l, events.Client, func(m *messages.ClientHello) { answer = m.CipherSuites[0] })
	return func() messages.CipherSuite { return answer }
}

// dressOffences are those of answering what stands in a hello for its length.
func dressOffences() []offence {
	padding := func(p *testkit.Pair) { p.Client.PadHello, p.Client.ALPN = true, []string{strings.Repeat("x", 100)} }
	return []offence{
		{
			sentence: "a server answers padding", refusal: "misplaced_extension", by: events.Client,
			pair: padding, forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.Padding{Zeroes: 1})
			}),
		},
		{
			sentence: "a server answers padding that was not sent", refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.Padding{Zeroes: 1})
			}),
		},
	}
}

// greaseOffences are those of negotiating what means nothing.
func greaseOffences() []offence {
	const reserved = 0x3a3a
	return []offence{
		// covers 8701/3.1/1 8701/3.1/2
		{
			sentence: "a server chooses the suite that means nothing", refusal: "suite_not_offered", by: events.Client,
			pair: greasing, forge: func(l *forge.Link) {
				suite := suiteOf(l)
				serverSays(func(m *messages.ServerHello) { m.CipherSuite = suite() })(l)
			},
		},
		// covers 8701/3.1/2
		{
			sentence: "a server of TLS 1.2 chooses the suite that means nothing", refusal: "suite_not_offered", by: events.Client,
			pair: allOf(inLegacy, greasing), forge: func(l *forge.Link) {
				suite := suiteOf(l)
				serverSays(func(m *messages.ServerHello) { m.CipherSuite = suite() })(l)
			},
		},
		// covers 8701/3.1/2
		{
			sentence: "a server chooses a version that means nothing", refusal: "version_not_offered", by: events.Client,
			pair: greasing, forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: reserved})
			}),
		},
		// covers 8701/3.1/2
		{
			sentence: "a server has a share of a group that means nothing", refusal: "group_not_offered", by: events.Client,
			pair: greasing, forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.KeyShareChoice{Share: messages.KeyShareEntry{Group: reserved, KeyExchange: []byte{0}}})
			}),
		},
		// covers 8701/3.1/2
		{
			sentence: "a retry asks for a group that means nothing", refusal: "retry_group", by: events.Client,
			pair: allOf(retrying, greasing), forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.KeyShareRetry{Group: reserved})
			}),
		},
		// covers 8701/3.1/2
		{
			sentence: "a server answers an extension that means nothing", refusal: "unsolicited_extension", by: events.Client,
			pair: greasing, forge: func(l *forge.Link) {
				extension := greaseOf(l)
				serverSays(func(m *messages.EncryptedExtensions) { forge.SetExtension(&m.Extensions, extension()) })(l)
			},
		},
		// covers 8701/3.1/2
		{
			sentence: "a server of TLS 1.2 answers an extension that means nothing", refusal: "unsolicited_extension", by: events.Client,
			pair: allOf(inLegacy, greasing), forge: func(l *forge.Link) {
				extension := greaseOf(l)
				serverSays(func(m *messages.ServerHello) { forge.SetExtension(&m.Extensions, extension()) })(l)
			},
		},
		// covers 8701/3.1/2
		{
			sentence: "a certificate answers an extension that means nothing", refusal: "unsolicited_extension", by: events.Client,
			pair: greasing, forge: func(l *forge.Link) {
				extension := greaseOf(l)
				serverSays(func(m *messages.Certificate13) { forge.SetExtension(&m.Entries[0].Extensions, extension()) })(l)
			},
		},
		// covers 8701/3.1/2
		{
			sentence: "a server signs by a scheme that means nothing", refusal: "scheme_not_offered", by: events.Client,
			pair: greasing, forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = reserved }),
		},
		// covers 8701/4.1/1 8701/4.1/2
		{
			sentence: "a client signs by a scheme that means nothing", refusal: "scheme_not_offered", by: events.Server,
			pair:  allOf(withClientCert, greasing),
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = reserved }),
		},
		// covers 8701/4.1/2
		{
			sentence: "a client's certificate answers an extension that means nothing", refusal: "unsolicited_extension", by: events.Server,
			pair: allOf(withClientCert, greasing), forge: clientSays(func(m *messages.Certificate13) {
				forge.SetExtension(&m.Entries[0].Extensions, messages.Extension{Type: reserved})
			}),
		},
	}
}
