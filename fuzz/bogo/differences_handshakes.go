package main

import (
	"crypto/x509"
	"slices"

	mldsax509 "filippo.io/mldsa/x509"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// protected is the type that every protected record of TLS 1.3 shows.
const protected = record.ApplicationData

// differencesOfHandshakes are about what comes after the ClientHello.
var differencesOfHandshakes = []difference{
	{"refuse key_share in EncryptedExtensions by unsupported_extension", "refuses it by illegal_parameter", "RFC 8446, Section 4.2: MUST, of an extension in the wrong message", 1,
		func(m *meeting) bool { return m.refused("misplaced_extension", "key_share", "waitEncryptedExtensions") }},
	{"refuse EncryptedExtensions in clear by bad_record_mac", "refuses them by unexpected_message", "RFC 8446, Section 5: a record of an unexpected type MUST be", 1,
		func(m *meeting) bool {
			return m.refused("unprotected_record", "handshake", "waitEncryptedExtensions") && m.evidence.stream.hasInClear(messages.TypeEncryptedExtensions)
		}},
	{"refuse an extension that stands twice in a HelloRetryRequest or a ticket by illegal_parameter", "refuses it by decode_error, as in every message", "RFC 8446, Section 4.2: no alert is named", 3,
		func(m *meeting) bool {
			hellos := m.evidence.serverHellos
			inTicket := slices.ContainsFunc(m.evidence.tickets, func(t *messages.NewSessionTicket13) bool { return standsTwice(&t.Extensions) })
			inRetry := len(hellos) == 1 && hellos[0].IsRetry() && standsTwice(&hellos[0].Extensions)
			return m.refused("duplicate_extension", "", "") && (inTicket || inRetry)
		}},
	{"refuse the compression method of a HelloRetryRequest by decode_error", "refuses it by illegal_parameter", "RFC 8446, Section 6.2: the syntax is obeyed", 1,
		func(m *meeting) bool {
			hellos := m.evidence.serverHellos
			return m.refused("compression_not_null", "", "") && len(hellos) == 1 && hellos[0].IsRetry() && hellos[0].CompressionMethod != 0
		}},
	{"refuse a ticket whose flags are none", "ignores the extension", "RFC 8446, Section 4.6.1: unknown extensions of a ticket MUST be ignored", 2,
		func(m *meeting) bool {
			return m.succeeded() && slices.ContainsFunc(m.evidence.tickets, func(t *messages.NewSessionTicket13) bool {
				content, present := extension(&t.Extensions, extensionFlags)
				return present && !areFlags(content)
			})
		}},
	{"judge the server's certificate before a key exchange that never comes", "waits for it, and meets an alert", "RFC 5246, Section 7.4.2: no order of checks", 1,
		func(m *meeting) bool {
			return m.fatal != nil && m.fatal.Received && m.fatal.Alert == messages.AlertHandshakeFailure && m.fatal.State == "waitServerECDHE12" && m.showsWrongKey()
		}},
	{"refuse a HelloRequest in the midst of a handshake", "ignores four in a row", "RFC 5246, Section 7.4.1.1: it is ignored there", 2,
		func(m *meeting) bool {
			return m.refused("too_many_renegotiations", "", "waitNewSessionTicket12") && m.evidence.helloRequests > mostIgnored
		}},
	{"refuse an error alert at level warning by decode_error", "takes it for the error it is", "RFC 8446, Section 6: MUST, whatever the level", 1,
		func(m *meeting) bool { return m.alerted(" at level warning") }},
	{"refuse an alert of an unknown level", "takes it by its description", "RFC 8446, Section 6: the level can safely be ignored", 1,
		func(m *meeting) bool { return m.alerted(" at level AlertLevel(") }},
}

// mostIgnored is how many HelloRequests in a row an engine ignores in the midst of a handshake.
const mostIgnored = 4

// standsTwice tells whether a block has two extensions of one type.
func standsTwice(x *messages.Extensions) bool {
	for i, e := range x.List {
		if slices.ContainsFunc(x.List[:i], func(earlier messages.Extension) bool { return earlier.Type == e.Type }) {
			return true
		}
	}
	return false
}

// areFlags tells whether the content is some flags, with their length in a byte before them and the last of them not all zeroes.
func areFlags(content []byte) bool {
	return len(content) > 1 && int(content[0]) == len(content)-1 && content[len(content)-1] != 0
}

// showsWrongKey tells whether a server's certificate has a key that does not serve the suite.
func (m *meeting) showsWrongKey() bool {
	c := m.engine.Connection()
	suite, known := secrets.LookupSuite12(c.CipherSuite)
	if !known || len(c.PeerChain) == 0 {
		return false
	}
	leaf, err := x509.ParseCertificate(c.PeerChain[0])
	if err != nil {
		return false
	}
	key, err := mldsax509.ParsePKIXPublicKey(leaf.RawSubjectPublicKeyInfo)
	return err == nil && !suite.FitsKey(key)
}
