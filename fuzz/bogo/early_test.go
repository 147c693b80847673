package main

import (
	"bytes"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// earlyPeer is the other end of a connection and of its resumption. It has early data on the second.
type earlyPeer struct {
	pair    *testkit.Pair
	session *events.Session
	other
	begun, accepted bool
}

// exchange makes a connection and has one byte answered: by a client as early as may be.
func (e *earlyPeer) exchange(raw net.Conn, shimIsServer bool) error {
	e.other = other{raw: raw, answers: e.pair.ServerAnswers, watch: e.note}
	e.begun, e.accepted = false, false
	var err error
	if shimIsServer {
		e.answers, e.pair.Client.Session = e.pair.ClientAnswers, e.session
		e.engine, err = engine.NewClient(&e.pair.Client)
	} else {
		e.engine, err = engine.NewServer(&e.pair.Server)
	}
	if err != nil {
		return err
	}
	if err := e.do(e.engine.Start); err != nil {
		return err
	}
	if e.begun {
		if err := e.do(func(out *events.Output, now time.Time) error {
			_, err := e.engine.WriteEarlyData(out, now, []byte{0x5a})
			return err
		}); err != nil {
			return err
		}
	}
	if err := e.until(func() bool { return e.done > 0 }); err != nil {
		return err
	}
	if !e.begun || !e.accepted {
		if err := e.do(func(out *events.Output, now time.Time) error { return e.engine.Write(out, now, []byte{0x5a}) }); err != nil {
			return err
		}
	}
	if err := e.until(func() bool { return bytes.Contains(e.received, []byte{0xa5}) }); err != nil {
		return err
	}
	if err := e.do(e.engine.CloseWrite); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, raw)
	return err
}

// note takes note of early data and tickets, of which the other knows nothing.
func (e *earlyPeer) note(event events.Event) {
	switch event := event.(type) {
	case *events.TicketReceived:
		e.session = event.Session
	case *events.EarlyDataOffered:
		e.begun = true
	case *events.EarlyDataAccepted:
		e.accepted = true
	case *events.EarlyDataReceived:
		e.received = append(e.received, event.Bytes...)
	}
}

func TestTheShimHasEarlyData(t *testing.T) {
	accepted := []string{"-on-resume-expect-accept-early-data", "-on-initial-expect-early-data-reason", "no_session_offered",
		"-on-resume-expect-early-data-reason", "accept"}
	rejected := []string{"-expect-reject-early-data", "-on-retry-expect-early-data-reason", "peer_declined"}
	client := []string{"-enable-early-data", "-expect-ticket-supports-early-data", "-on-resume-shim-writes-first"}
	for why, row := range map[string]struct {
		server, reject bool
		flags          []string
		want           status
	}{
		"taken by a server":                  {true, false, append([]string{"-enable-early-data"}, accepted...), statusPassed},
		"taken by a server, late":            {true, false, append([]string{"-enable-early-data", "-async"}, accepted...), statusPassed},
		"not taken":                          {true, false, []string{"-expect-reject-early-data", "-expect-early-data-reason", "disabled"}, statusPassed},
		"not taken, and wanted":              {true, false, []string{"-on-resume-expect-accept-early-data"}, statusFault},
		"another reason":                     {true, false, []string{"-enable-early-data", "-expect-early-data-reason", "disabled"}, statusFault},
		"sent by a client":                   {false, false, append(client, accepted...), statusPassed},
		"sent by a client, late":             {false, false, append(append(client, "-async"), accepted...), statusPassed},
		"a ticket that supports it unasked":  {false, false, client[:1], statusFault},
		"rejected, and a second attempt":     {false, true, append(client, rejected...), statusPassed},
		"rejected, late":                     {false, true, append(append(client, "-async"), rejected...), statusPassed},
		"rejected out of turn":               {false, true, client, statusFailed},
		"accepted where it must be rejected": {false, false, append(client, rejected...), statusFault},
		"offered where it may not be":        {false, false, append(client, "-expect-no-offer-early-data"), statusFault},
	} {
		t.Run(why, func(t *testing.T) { testEarlyData(t, row.server, row.reject, row.want, row.flags...) })
	}
}

func testEarlyData(t *testing.T, server, reject bool, wanted status, flags ...string) {
	e := &earlyPeer{pair: testkit.NewPair(t.Name())}
	e.pair.Client.EarlyData, e.pair.Server.MaxEarlyData = true, 1000
	e.pair.Server.Tickets, e.pair.ServerAnswers.RejectEarly = 1, reject
	arguments := []string{"-expect-version", strconv.Itoa(int(messages.TLS13)), "-resume-count", "1"}
	if server {
		certificate, key := files(t, testkit.Server(testkit.P256))
		arguments = append(arguments, "-server", "-cert-file", certificate, "-key-file", key)
	} else {
		arguments = append(arguments, "-host-name", testkit.ServerName)
	}
	port, verdict := peerOf(t, func(raw net.Conn) error { return e.exchange(raw, server) })
	arguments = append(arguments, "-port", strconv.Itoa(port), "-shim-id", "7")
	var stdout, stderr bytes.Buffer
	result := run(append(arguments, flags...), &stdout, &stderr, newDriven())
	want(t, "the verdict: "+stderr.String(), result, wanted)
	if result != statusPassed {
		return
	}
	if err := <-verdict; err != nil {
		t.Errorf("the peer: %v", err)
	}
}

func TestAKeptBackTicketTakesNoEarlyData(t *testing.T) {
	for age, taken := range map[time.Duration]bool{
		0: true, 60*time.Second + 999*time.Millisecond: true, 61 * time.Second: false, -60 * time.Second: true, -61 * time.Second: false,
	} {
		answer := decideEarly(&events.AcceptEarlyData{TicketAge: 1000*time.Second + age, RealAge: 1000 * time.Second})
		want(t, age.String(), answer.(*events.EarlyDataDecided).Accepted, taken)
	}
}
