package main

import (
	"slices"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// differencesOfChecks are the only ones by which a check does not hold.
var differencesOfChecks = []differenceOfCheck{
	{[]string{"resumed"}, difference{
		"refuse a second ClientHello without the ticket that serves", "makes a handshake in full", "RFC 8446, Section 4.1.2: a rule for clients", 1,
		func(m *meeting) bool {
			return m.completion != nil && m.completion.Version == messages.TLS13 && !m.completion.Resumed && m.dropsKey()
		}}},
	{[]string{"resumed"}, difference{
		"resume no session of a suite that the client does not offer", "resumes it under another of its hash", "RFC 8446, Section 4.6.1: a session is bound to the hash", 1,
		func(m *meeting) bool {
			return m.resumesOnServer(messages.TLS13) && !slices.Contains(m.hello.CipherSuites, m.resumed.CipherSuite)
		}}},
	{[]string{"resumed"}, difference{
		"resume no session of another suite than the preferred one", "resumes it", "RFC 5246, Section 7.4.1.3: a server that is willing resumes", 1,
		func(m *meeting) bool {
			return m.resumesOnServer(messages.TLS12) && m.prefersAnother()
		}}},
	{[]string{againAnd + "the response stapled", againAnd + "the timestamps stapled"}, difference{
		"keep the response and the timestamps of the first handshake", "tells those of the latest", "RFC 6066, Section 8, and RFC 6962, Section 3.3.1: in every full handshake", 1,
		func(m *meeting) bool { return m.renegotiations > 0 }}},
}

// resumesOnServer tells whether a server has resumed a session of the version.
func (m *meeting) resumesOnServer(version messages.Version) bool {
	return m.c.options.Server && m.completion != nil && m.completion.Resumed && m.completion.Version == version && m.resumed != nil
}

// prefersAnother tells whether a handshake in full would have had another suite than the session.
func (m *meeting) prefersAnother() bool {
	chosen := chosenConfig(m.server, m.c.options, m.hello)
	at := slices.IndexFunc(chosen.CipherSuites, func(id messages.CipherSuite) bool {
		suite, known := secrets.LookupSuite12(id)
		return known && slices.Contains(m.hello.CipherSuites, id) && slices.ContainsFunc(m.identities, func(own *identity) bool { return suite.FitsKey(own.key.Public()) })
	})
	return at >= 0 && chosen.CipherSuites[at] != m.resumed.CipherSuite
}
