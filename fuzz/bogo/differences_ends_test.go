package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// ended is a client's connection of TLS 1.2 on which something was exported amidst a renegotiation, which is a difference where all else is well.
func ended() *endpoint {
	pair := testkit.NewPair("ended").Join()
	p := &endpoint{c: &connection{options: newOptions()}, engine: pair.Client.Engine}
	p.completion = &events.Connection{Version: messages.TLS12}
	p.exportedAmidst = true
	return p
}

// A difference has to end as the table says: no failure is told as a test that was not tried.
func TestADifferenceHidesNoFailure(t *testing.T) {
	for why, row := range map[string]struct {
		err   error
		hides bool
	}{
		"all is well":                        {nil, true},
		"a check that did not hold":          {mismatch("the credential", 1, 2), false},
		"the same, told by an answer":        {&namedError{reason: "ANSWER_REFUSED", err: mismatch("the credential", 1, 2)}, false},
		"a check that another row speaks of": {mismatch("resumed", true, false), false},
		"a fault of the shim":                {&faultError{what: "two verdicts"}, false},
		"a failure of the transport":         {io.ErrUnexpectedEOF, false},
		"a call that was refused":            {fmt.Errorf("export: %w", engine.ErrMisuse), false},
		"a refusal of the engine's":          {&namedError{reason: "BAD_DECRYPT", err: &engine.Error{Detail: "a record"}}, false},
	} {
		_, hidden := errors.AsType[*unsupportedError](ended().differs(row.err))
		want(t, why, hidden, row.hides)
	}
}

// The rows about a check that does not hold are met by that check alone.
func TestADifferenceOfACheckIsThatOfNoOther(t *testing.T) {
	var names []string
	for _, e := range expectations {
		names = append(names, e.what, againAnd+e.what)
	}
	for _, d := range differencesOfChecks {
		want(t, d.suite+": names a check", len(d.checks) > 0, true)
		for _, check := range d.checks {
			want(t, d.suite+": "+check, slices.Contains(names, check), true)
		}
	}
	for _, name := range names {
		for _, d := range differencesFor(mismatch(name, 1, 2)) {
			at := slices.IndexFunc(differencesOfChecks, func(row differenceOfCheck) bool { return row.suite == d.suite })
			want(t, name+": "+d.suite, at >= 0 && slices.Contains(differencesOfChecks[at].checks, name), true)
		}
	}

	again := ended()
	again.exportedAmidst = false
	stapled := mismatch(againAnd+"the response stapled", 1, 2)
	want(t, "what is stapled, without a renegotiation", again.differs(stapled), nil)
	again.renegotiations = 1
	want(t, "what is stapled, after one", again.differs(stapled) != nil, true)
	want(t, "the verdict, after one", again.differs(mismatch(againAnd+"the verdict", 1, 2)), nil)
	want(t, "nothing wrong, after one", again.differs(nil), nil)
}

// wishes asks a client for a renegotiation until that is declined, and ends as told.
func wishes(end func(o *other) error) func(raw net.Conn) error {
	return func(raw net.Conn) error {
		pair := pairOf(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
		server, err := engine.NewServer(&pair.Server)
		if err != nil {
			return err
		}
		o := &other{engine: server, answers: pair.ServerAnswers, raw: raw}
		declined := false
		o.watch = func(event events.Event) {
			if warning, is := event.(*events.WarningReceived); is {
				declined = warning.Alert == messages.AlertNoRenegotiation
			}
		}
		return errors.Join(o.do(o.engine.Start), o.until(func() bool { return o.done > 0 }), o.do(o.engine.Renegotiate),
			o.until(func() bool { return declined }), end(o), drain(raw))
	}
}

func drain(raw net.Conn) error {
	_, err := io.Copy(io.Discard, raw)
	return err
}

// A client that declines to renegotiate has come to a difference once the connection is over, and only if it went on well.
func TestAWishThatIsDeclinedIsJudgedAtTheEnd(t *testing.T) {
	closes := func(o *other) error { return o.do(o.engine.CloseWrite) }
	forges := func(o *other) error {
		_, err := o.raw.Write(append(record.Header{Type: record.ApplicationData, Version: uint16(messages.TLS12), Length: 40}.Append(nil), make([]byte, 40)...))
		return err
	}
	for why, row := range map[string]struct {
		end   func(o *other) error
		flags []string
		want  status
	}{
		"and all is well":              {closes, nil, statusUnsupported},
		"and it was wanted":            {closes, []string{"-expect-total-renegotiations", "1"}, statusFault},
		"and a record does not open":   {forges, nil, statusFailed},
		"and it should be passed over": {closes, []string{"-renegotiate-ignore"}, statusPassed},
	} {
		port, _ := peerOf(t, wishes(row.end))
		var stdout, stderr bytes.Buffer
		flags := append([]string{"-port", strconv.Itoa(port), "-shim-id", "7", "-max-version", "771"}, row.flags...)
		want(t, why, run(flags, &stdout, &stderr, newDriven()), row.want)
	}
}

// What a stream begins with is told by what comes behind an empty record, whenever that comes.
func TestAHelloOfSSL2IsSeenBehindAnEmptyRecord(t *testing.T) {
	for why, row := range map[string]struct {
		rest []byte
		want status
	}{
		"a hello of SSL 2.0": {[]byte{0x80, 0x2e, 1, 3, 3, 0, 0x15, 0, 0, 0, 0x10}, statusUnsupported},
		"another record":     {record.Header{Type: record.Handshake, Version: uint16(messages.TLS12), Length: 40}.Append(nil), statusFailed},
		"nothing":            {nil, statusFailed},
	} {
		certificate, key := files(t, testkit.Server(testkit.P256))
		port, _ := peerOf(t, func(raw net.Conn) error {
			_, err := raw.Write(record.Header{Type: record.Handshake, Version: uint16(messages.TLS10)}.Append(nil))
			alert := make([]byte, record.HeaderLen+2)
			_, readErr := io.ReadFull(raw, alert)
			_, restErr := raw.Write(row.rest)
			return errors.Join(err, readErr, restErr, raw.(*net.TCPConn).CloseWrite(), drain(raw))
		})
		var stdout, stderr bytes.Buffer
		flags := []string{"-port", strconv.Itoa(port), "-shim-id", "7", "-server", "-cert-file", certificate, "-key-file", key}
		want(t, why, run(flags, &stdout, &stderr, newDriven()), row.want)
	}
}

// A server that has none of the versions offered is a difference only to a client that has offered all that it should.
func TestAServerWithoutTheVersionsIsNoExcuseForAHello(t *testing.T) {
	hello := func(versions ...messages.Version) *messages.ClientHello {
		h := &messages.ClientHello{LegacyVersion: messages.TLS12}
		if len(versions) > 0 {
			if err := h.Extensions.Put(&messages.SupportedVersionsOffer{Versions: versions}); err != nil {
				t.Fatal(err)
			}
		}
		return h
	}
	for why, row := range map[string]struct {
		hello *messages.ClientHello
		max   messages.Version
		want  bool
	}{
		"no hello":              {nil, 0, false},
		"both":                  {hello(messages.TLS13, messages.TLS12), 0, true},
		"the newest alone":      {hello(messages.TLS13), 0, false},
		"the oldest alone":      {hello(), 0, false},
		"the oldest, as wanted": {hello(), messages.TLS12, true},
	} {
		m := &meeting{endpoint: ended()}
		m.evidence.offered = row.hello
		m.c.options.MaxVersion = uint16(row.max)
		want(t, why, m.offersVersions(), row.want)
	}
}
