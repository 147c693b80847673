package main

import (
	"slices"

	"github.com/tacitls/tacitls/messages"
)

// Extensions that the engine does not know, and BoringSSL does.
const (
	extensionFlags        messages.ExtensionType = 62
	extensionPAKE         messages.ExtensionType = 35387
	extensionTrustAnchors messages.ExtensionType = 0xca34
)

// differencesOfHellos are about what a ClientHello says.
var differencesOfHellos = []difference{
	{"read trust anchors in a ClientHello", "ignores the extension", "RFC 8446, Section 4.1.2: unknown extensions MUST be ignored", 3,
		func(m *meeting) bool {
			content, present := m.inHello(extensionTrustAnchors)
			return present && m.succeeded() && !isList(content)
		}},
	{"read a password-authenticated key exchange in a ClientHello", "ignores the extension", "RFC 8446, Section 4.1.2: unknown extensions MUST be ignored", 1,
		func(m *meeting) bool {
			_, present := m.inHello(extensionPAKE)
			return present && m.succeeded()
		}},
	{"confirm the inner hello of encrypted_client_hello", "ignores the extension", "RFC 8446, Section 4.1.2: unknown extensions MUST be ignored", 6,
		func(m *meeting) bool {
			const inner = 1
			content, present := m.inHello(messages.ExtensionEncryptedClientHello)
			return present && len(content) > 0 && content[0] == inner && m.hungUp()
		}},
	{"refuse a compress_certificate that names an algorithm twice", "takes it", "RFC 8879, Section 3: no rule against it", 4,
		func(m *meeting) bool {
			content, present := m.inHello(messages.ExtensionCompressCertificate)
			return present && m.succeeded() && namesTwice(content)
		}},
	{"refuse an empty client_certificate_type by illegal_parameter", "refuses it by decode_error", "RFC 8446, Section 6: a length out of bounds MUST be", 8,
		func(m *meeting) bool {
			content, _ := m.inHello(messages.ExtensionClientCertificateType)
			return m.refused("malformed_extension", "client_certificate_type", "") && len(content) == 1 && content[0] == 0
		}},
	{"refuse a binder of less than 32 bytes by decrypt_error", "refuses it by decode_error", "RFC 8446, Section 4.2.11 and Section 6: a length out of bounds MUST be", 7,
		func(m *meeting) bool {
			content, _ := m.inHello(messages.ExtensionPreSharedKey)
			return m.refused("malformed_extension", "pre_shared_key", "") && hasShortBinder(content)
		}},
	{"refuse a second ClientHello without the pre-shared key that serves", "goes by the keys of the second", "RFC 8446, Section 4.1.2: a rule for clients", 2,
		func(m *meeting) bool { return m.refused("psk_not_known", "", "awaitChosenPSK") && m.dropsKey() }},
	{"tell a client whose pre-shared keys are not known from one that has a wrong key", "has one alert for both", "RFC 8446, Appendix E.6: not to be told apart by a stranger", 6,
		func(m *meeting) bool { return m.refused("psk_not_known", "", "awaitChosenPSK") && !m.dropsKey() }},
	{"take a second ClientHello with other extensions", "refuses it", "RFC 8446, Section 4.1.2: MUST be the same", 1,
		func(m *meeting) bool {
			return m.refused("retried_hello_changed", "extensions", "") && m.offersOthers()
		}},
	{"pass over early_data in a second ClientHello until records come", "refuses it at once", "RFC 8446, Section 4.2.10: MUST NOT be there", 1,
		func(m *meeting) bool {
			_, present := m.inHello(messages.ExtensionEarlyData)
			return m.refused("early_data_after_retry", "", "") && len(m.evidence.clientHellos) == 2 && present
		}},
	{"refuse early data of 16384 bytes once the protection is counted", "counts the data that a client may send", "RFC 8446, Section 4.2.10: the bound is on data", 2,
		func(m *meeting) bool {
			_, offered := m.inFirstHello(messages.ExtensionEarlyData)
			return offered && m.succeeded() && !m.completion.EarlyDataAccepted && m.evidence.skipped() > mostSkipped
		}},
	{"refuse a client of TLS 1.2 without supported_groups", "takes a group of its own", "RFC 8422, Section 4: free to choose any", 1,
		func(m *meeting) bool {
			_, present := m.inHello(messages.ExtensionSupportedGroups)
			return m.c.options.Server && m.succeeded() && m.completion.Version == messages.TLS12 && !m.completion.Resumed && m.completion.Group != 0 && !present
		}},
	{"sign with SHA-1 for a client of TLS 1.2 without signature_algorithms", "does not", "RFC 9155, Section 2 and Section 4: a server MUST NOT", 1,
		func(m *meeting) bool {
			_, present := m.inHello(messages.ExtensionSignatureAlgorithms)
			return m.c.options.Server && m.refused("answer_refused", "NO_SHARED_CIPHER", "awaitServerCredential12") && !present
		}},
}

// offersOthers tells whether a client's second hello has other extensions than the first, beside those that a HelloRetryRequest may change.
func (m *meeting) offersOthers() bool {
	hellos := m.evidence.clientHellos
	return len(hellos) == 2 && !slices.Equal(lastingTypes(hellos[0]), lastingTypes(hellos[1]))
}

// lastingTypes are those of the extensions that a second ClientHello has too (RFC 8446, Section 4.1.2).
func lastingTypes(hello *messages.ClientHello) []messages.ExtensionType {
	var types []messages.ExtensionType
	for _, e := range hello.Extensions.List {
		switch e.Type {
		case messages.ExtensionKeyShare, messages.ExtensionEarlyData, messages.ExtensionCookie, messages.ExtensionPreSharedKey, messages.ExtensionPadding:
		default:
			types = append(types, e.Type)
		}
	}
	slices.Sort(types)
	return types
}

// mostSkipped is how many bytes of early data the suite has passed over, protection included.
const mostSkipped = 16384

// inHello gives the content of an extension of the client's latest ClientHello to a server.
func (m *meeting) inHello(kind messages.ExtensionType) (content []byte, present bool) {
	hellos := m.evidence.clientHellos
	if len(hellos) == 0 {
		return nil, false
	}
	return extension(&hellos[len(hellos)-1].Extensions, kind)
}

// inFirstHello is the same for the first.
func (m *meeting) inFirstHello(kind messages.ExtensionType) (content []byte, present bool) {
	if len(m.evidence.clientHellos) == 0 {
		return nil, false
	}
	return extension(&m.evidence.clientHellos[0].Extensions, kind)
}

// skipped is how many bytes came in protected records that did not open.
func (e *evidence) skipped() int {
	all := 0
	for _, r := range e.stream.records {
		if r.Type == protected {
			all += r.Length
		}
	}
	return all - e.opened
}

// isList tells whether the content is a list of things of one byte at least, each with its length in a byte before it, and nothing behind.
func isList(content []byte) bool {
	rest, ok := opaque16(&content)
	for ok && len(rest) > 0 {
		size := int(rest[0])
		ok = size > 0 && len(rest) > size
		if ok {
			rest = rest[1+size:]
		}
	}
	return ok && len(content) == 0
}

// namesTwice tells whether a list of numbers of two bytes, its length in a byte before it, has one of them twice.
func namesTwice(content []byte) bool {
	var seen []uint16
	for i := 1; i+1 < len(content); i += 2 {
		number := uint16(content[i])<<8 | uint16(content[i+1])
		if slices.Contains(seen, number) {
			return true
		}
		seen = append(seen, number)
	}
	return false
}

// shortestBinder is the length of the shortest binder that there can be (RFC 8446, Section 4.2.11).
const shortestBinder = 32

// hasShortBinder tells whether pre_shared_key has a binder that is too short.
func hasShortBinder(content []byte) bool {
	if _, ok := opaque16(&content); !ok {
		return false
	}
	binders, _ := opaque16(&content)
	for len(binders) > 0 {
		size := int(binders[0])
		if size < shortestBinder {
			return true
		}
		binders = binders[min(len(binders), 1+size):]
	}
	return false
}

// dropsKey tells whether a client's second hello leaves out what the server could have gone by in the first: a ticket that opens, or
// the identity of a key.
func (m *meeting) dropsKey() bool {
	hellos := m.evidence.clientHellos
	if !m.c.options.Server || len(hellos) < 2 {
		return false
	}
	after := identitiesOf(hellos[1])
	return slices.ContainsFunc(identitiesOf(hellos[0]), func(identity string) bool {
		return m.knows(identity) && !slices.Contains(after, identity)
	}) && !slices.ContainsFunc(after, m.knows)
}

// knows tells whether an identity is a ticket of the server's or names a key of it.
func (m *meeting) knows(identity string) bool {
	if _, opens := m.tickets.open([]byte(identity)); opens {
		return true
	}
	for _, key := range m.keys {
		for _, psk := range key.imported {
			if string(psk.Identity) == identity {
				return true
			}
		}
	}
	return false
}

func identitiesOf(hello *messages.ClientHello) []string {
	var offer messages.PreSharedKeyOffer
	if _, err := hello.Extensions.Get(&offer); err != nil {
		return nil
	}
	var all []string
	for _, identity := range offer.Identities {
		all = append(all, string(identity.Identity))
	}
	return all
}
