package main

import (
	"errors"
	"strings"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

// differencesOfConnections are about connections in use: exporters, and renegotiation.
var differencesOfConnections = []difference{
	{"export under an empty label", "refuses the call", "RFC 8446, Section 7.1: with its prefix a label has 7 bytes at least", 4,
		func(m *meeting) bool {
			o := m.c.options
			return m.completion != nil && m.completion.Version == messages.TLS13 && o.ExportKeyingMaterial > 0 && o.ExportLabel == "" && m.fatal == nil && errors.Is(m.err, engine.ErrMisuse)
		}},
	{"export before the server's Finished", "is not ready", "RFC 7918, Section 4: application data alone, as nothing is confirmed yet", 1,
		func(m *meeting) bool {
			return m.early != nil && m.c.options.FalseStart && errors.Is(m.err, engine.ErrNotReady)
		}},
	{"export nothing while a renegotiation is under way", "exports from the handshake in force", "RFC 5705, Section 4: from the master secret of the session", 1,
		func(m *meeting) bool { return m.succeeded() && m.exportedAmidst }},
	{"refuse a renegotiation while data is unsent", "begins one behind the data", "RFC 5246, Section 7.4.1.1: the ClientHello comes when convenient", 1,
		func(m *meeting) bool {
			return m.stalled() && strings.HasPrefix(m.engine.State(), "waitRenegotiated") && m.evidence.unsentBefore && m.c.options.ReadWithUnfinishedWrite
		}},
	{"renegotiate with a server without RFC 5746", "declines", "RFC 5746, Section 4.2: RECOMMENDED to refuse", 2,
		func(m *meeting) bool {
			o := m.c.options
			return m.declined() && !m.completion.SecureRenegotiation && (o.RenegotiateFreely || o.RenegotiateOnce || o.RenegotiateExplicit)
		}},
	{"refuse a wish to renegotiate while the connection is shut down", "passes it over", "RFC 5246, Section 7.2.1 and Section 7.4.1.1: nothing follows close_notify, and a wish may be ignored", 18,
		func(m *meeting) bool {
			_, unclean := errors.AsType[uncleanError](m.err)
			return unclean && m.cutOff() && m.c.options.ShimShutsDown && m.evidence.wished && !m.c.options.RenegotiateIgnore && m.completion.Version == messages.TLS12
		}},
	{"end the connection by no_renegotiation", "warns and goes on", "RFC 5246, Section 7.2.2: always a warning", 5,
		func(m *meeting) bool { return m.declined() && !m.c.options.RenegotiateIgnore }},
}

// declined tells whether this end has answered a wish to renegotiate by no_renegotiation, which is all that it warns of, and has gone on. A peer that
// waits for more makes the connection stall.
func (m *meeting) declined() bool {
	wentOn := m.succeeded() || m.stalled() && strings.HasSuffix(m.engine.State(), "Connected12")
	return wentOn && m.completion.Version == messages.TLS12 && m.evidence.wished && m.evidence.sentWarning
}

// cutOff tells whether nothing but the end of the transport, without close_notify, has ended the connection for the engine.
func (m *meeting) cutOff() bool {
	fatal, failed := errors.AsType[*engine.Error](m.engine.Err())
	return failed && fatal.Refusal.Name == "truncated"
}

// alerted tells whether the peer ended a connection of TLS 1.3 by an alert with something in its detail.
func (m *meeting) alerted(detail string) bool {
	return m.fatal != nil && m.fatal.Received && m.engine.Connection().Version == messages.TLS13 && strings.Contains(m.fatal.Detail, detail)
}
