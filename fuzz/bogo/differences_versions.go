package main

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// differencesOfVersions are about versions, and the signs by which ends tell that they have fallen back.
var differencesOfVersions = []difference{
	{"use a version below TLS 1.2", "has none", "RFC 8996, Section 4 and Section 5: MUST NOT be used", 1298,
		func(m *meeting) bool { return m.needsOlder() }},
	{"offer TLS 1.2 with external keys alone, and refuse it", "does not offer it", "RFC 8446, Section 4.2.1: what a client is prepared to use", 1,
		func(m *meeting) bool {
			return !m.c.options.Server && keysAlone(m.c.options) && m.toldVersion()
		}},
	{"read a hello of SSL 2.0", "reads records alone", "RFC 8446, Appendix D.5: NOT RECOMMENDED", 41,
		func(m *meeting) bool {
			return m.c.options.Server && (m.refused("record_version", "", "ServerStart") || m.refused("empty_record", "", "ServerStart")) && m.evidence.stream.beginsOld()
		}},
	{"know a mark of BoringSSL's own in the server's random", "knows those of TLS", "RFC 8446, Section 4.1.3: two marks, no third", 1,
		func(m *meeting) bool {
			_, high := versionsOf(m.c.options)
			hellos := m.evidence.serverHellos
			return m.succeeded() && high >= messages.TLS13 && len(hellos) > 0 && bytes.HasSuffix(hellos[0].Random[:], markOfJDK11)
		}},
	{"send TLS_FALLBACK_SCSV beside the highest version", "does not send it there", "RFC 7507, Section 4: MUST NOT", 1,
		func(m *meeting) bool {
			_, high := versionsOf(m.c.options)
			return m.c.options.FallbackSCSV && high == newest && m.refused("truncated", "", "waitServerHello")
		}},
	{"refuse a record of another version", "ignores the field", "RFC 8446, Section 5.1: MUST be ignored", 1,
		func(m *meeting) bool {
			return !m.c.options.Server && m.succeeded() && m.completion.Version == messages.TLS13 &&
				slices.ContainsFunc(m.evidence.stream.records, func(r seenRecord) bool {
					return r.Type == protected && messages.Version(r.Version) != messages.TLS12
				})
		}},
}

// markOfJDK11 is what BoringSSL puts into a ServerHello for clients of an implementation that it does not trust with TLS 1.3.
var markOfJDK11 = []byte{0xed, 0xbf, 0xb4, 0xa8, 0xc2, 0x47, 0x10, 0xff}

// needsOlder tells whether the peer has only versions that the flags leave on and the engine does not have. A peer that is to be
// refused for its version has none that the flags leave on.
func (m *meeting) needsOlder() bool {
	switch {
	case m.fatal == nil:
		return false
	case m.c.options.Server:
		low, high := versionsOf(m.c.options)
		served := func(v messages.Version) bool { return v >= low && v <= high }
		return m.refused("no_mutual_version", "", "") && m.hello != nil && slices.ContainsFunc(m.hello.Versions, m.leavesOn) &&
			!slices.ContainsFunc(m.hello.Versions, served)
	case m.refused("no_mutual_version", "", "waitServerHello"):
		hellos := m.evidence.serverHellos
		return len(hellos) > 0 && m.leavesOn(hellos[0].LegacyVersion)
	}
	return m.toldVersion() && (m.leavesOn(messages.TLS10) || m.leavesOn(messages.TLS11))
}

// toldVersion tells whether a server has none of the versions offered, which are all that the flags ask for.
func (m *meeting) toldVersion() bool {
	return m.offersVersions() && m.fatal != nil && m.fatal.Received && m.fatal.Alert == messages.AlertProtocolVersion && m.fatal.State == "waitServerHello"
}

// offersVersions tells whether a client has offered every version that the engine has and the flags leave on.
func (m *meeting) offersVersions() bool {
	hello := m.evidence.offered
	if hello == nil {
		return false
	}
	offered := []messages.Version{hello.LegacyVersion}
	var list messages.SupportedVersionsOffer
	if present, err := hello.Extensions.Get(&list); err != nil {
		return false
	} else if present {
		offered = list.Versions
	}
	low, high := versionsOf(m.c.options)
	for version := low; version <= high; version++ {
		if !slices.Contains(offered, version) {
			return false
		}
	}
	return true
}

// leavesOn tells whether a version below those of the engine is left on by the flags, as TLS 1.0 and TLS 1.1 are unless they say otherwise.
func (m *meeting) leavesOn(version messages.Version) bool {
	o := m.c.options
	switch version {
	case messages.TLS10:
		if o.NoTLS1 {
			return false
		}
	case messages.TLS11:
		if o.NoTLS11 {
			return false
		}
	default:
		return false
	}
	return presetOf(o).oldest == 0 && !o.QUIC && !keysAlone(o) && version >= messages.Version(o.MinVersion) && (o.MaxVersion == 0 || version <= messages.Version(o.MaxVersion))
}

// beginsOld tells whether a stream begins with a hello of SSL 2.0: with a length whose highest bit is set and the number of that message, be it
// behind an empty record (RFC 5246, Appendix E.2).
func (s *recordScanner) beginsOld() bool {
	const hello, highest = 1, 0x80
	b := s.first
	if len(b) > record.HeaderLen && record.ContentType(b[0]) == record.Handshake && b[3] == 0 && b[4] == 0 {
		b = b[record.HeaderLen:]
	}
	return len(b) > 2 && b[0]&highest != 0 && b[2] == hello
}
