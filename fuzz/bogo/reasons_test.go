package main

import (
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

// withoutWord are refusals that the suite has no word for: it never brings them about, or looks at the alert alone.
var withoutWord = []string{
	"internal_error", "entropy_failed", "aborted", "answer_refused", "peer_rejected", "signing_failed", "bad_answer",
	"sequence_exhausted", "peer_alert", "truncated", "too_many_tickets", "too_many_requests", "cookie_too_large", "bad_cookie", "parameters_too_large", "too_much_crypto", "later_request_over_quic", "early_data_limit_over_quic", "no_certificate_with_psk", "early_data_with_certificate",
	"record_size_limit_too_small", "unknown_fragment_length", "fragment_length_not_offered", "two_record_limits",
	"insufficient_security", "unknown_finite_field", "cbc_without_encrypt_then_mac", "status_mismatch", "supplemental_not_agreed",
	"bad_certificate_hash", "bad_certificate_path", "renegotiated_name",
	"delegation_not_offered", "delegation_not_valid", "delegated_scheme_mismatch",
	"duplicate_oid_filter",
}

func TestEveryRefusalHasAWordOrAReasonForNone(t *testing.T) {
	var names []string
	for _, refusal := range engine.Refusals() {
		names = append(names, refusal.Name)
		named := slices.ContainsFunc(reasons, func(r reasonRow) bool {
			return r.refusal == refusal.Name && r.detail == "" && r.state == "" && r.version == 0 && r.alert == 0
		})
		if none := slices.Contains(withoutWord, refusal.Name); named == none {
			t.Errorf("%s: in the table %t, in the list of those without a word %t", refusal.Name, named, none)
		}
	}
	for _, row := range reasons {
		if !slices.Contains(names, row.refusal) {
			t.Errorf("the engine has no refusal %q", row.refusal)
		}
	}
}

func TestTheWordForAFailureIsTheMostParticularOne(t *testing.T) {
	for why, row := range map[string]struct {
		err  engine.Error
		want string
	}{
		"a refusal":           {engine.Error{Refusal: engine.Refusal{Name: "bad_signature"}}, "BAD_SIGNATURE"},
		"a detail":            {engine.Error{Refusal: engine.Refusal{Name: "missing_extension"}, Detail: "key_share"}, "MISSING_KEY_SHARE"},
		"another detail":      {engine.Error{Refusal: engine.Refusal{Name: "missing_extension"}, Detail: "cookie"}, "MISSING_EXTENSION"},
		"an answer's own":     {engine.Error{Refusal: engine.Refusal{Name: "peer_rejected"}, Err: named("NO", "because")}, "NO"},
		"an answer's without": {engine.Error{Refusal: engine.Refusal{Name: "peer_rejected"}, Err: errors.New("because")}, "PEER_REJECTED"},
		"an alert of SSL 3.0": {engine.Error{Refusal: engine.Refusal{Name: "peer_alert"}, Received: true,
			Alert: messages.AlertHandshakeFailure, State: "waitServerFinished"}, "SSLV3_ALERT_HANDSHAKE_FAILURE"},
		"the same, to a ClientHello": {engine.Error{Refusal: engine.Refusal{Name: "peer_alert"}, Received: true,
			Alert: messages.AlertHandshakeFailure, State: "waitServerHello"}, "HANDSHAKE_FAILURE_ON_CLIENT_HELLO"},
		"a later alert": {engine.Error{Refusal: engine.Refusal{Name: "peer_alert"}, Received: true,
			Alert: messages.AlertRecordOverflow}, "TLSV1_ALERT_RECORD_OVERFLOW"},
	} {
		want(t, why, reasonOf(&row.err, messages.TLS13), row.want)
	}
}

func TestOnlyFlagsThatExistAreHonoured(t *testing.T) {
	rows := table()
	for _, name := range honoured {
		if _, known := rows[name]; !known {
			t.Errorf("-%s is honoured and unknown", name)
		}
	}
}

func TestFlagsShowWhatCannotBeTried(t *testing.T) {
	for why, row := range map[string]struct {
		arguments []string
		tried     bool
	}{
		"no flag":                {nil, true},
		"the newest":             {[]string{"-max-version", "772"}, true},
		"without the old":        {[]string{"-no-tls1", "-no-tls11", "-no-tls12"}, true},
		"nothing newer than 1.1": {[]string{"-max-version", "770"}, false},
		"without all":            {[]string{"-no-tls13", "-no-tls12", "-no-tls11", "-no-tls1"}, false},
		"to end on 1.1":          {[]string{"-expect-version", "770"}, false},
	} {
		p, err := parse(row.arguments)
		if err != nil {
			t.Fatal(err)
		}
		want(t, why, beyond(p.initial) == nil, row.tried)
	}
}
