package transport

import (
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// newEarly is a network whose client has a session that allows early data.
func newEarly(t *testing.T, seed uint64) *network {
	n := newNetwork(t, seed)
	n.patient()
	n.pair.Client.EarlyData, n.pair.Server.MaxEarlyData = true, 1
	n.dial()
	n.until("a session comes", func() bool { return len(n.sessions) > 0 })
	n.exchange(text(10))
	n.lines = nil
	return n
}

// levelsSent tells at which levels an end has sent stream data.
func (n *network) levelsSent(role events.Role) (levels []string) {
	for _, line := range n.lines {
		if rest, sent := strings.CutPrefix(line, role.String()+" -> "); sent && strings.Contains(line, "stream 0") {
			level, _, _ := strings.Cut(rest, " ")
			if !slices.Contains(levels, level) {
				levels = append(levels, level)
			}
		}
	}
	return levels
}

// covers 9001/5.6/3
// covers 9001/5.6/5
func TestEarlyDataIsTakenBeforeTheHandshakeIsComplete(t *testing.T) {
	n := newEarly(t, 1)
	n.redial()
	p := text(3000)
	n.exchange(p)
	if !n.client.Engine().Connection().EarlyDataAccepted || !slices.Contains(n.events[events.Server], "read early") {
		t.Errorf("accepted %t; the server: %q", n.client.Engine().Connection().EarlyDataAccepted, n.events[events.Server])
	}
	if got := n.levelsSent(events.Client); !slices.Equal(got, []string{"early_data"}) {
		t.Errorf("the client sends data at %v", got)
	}
	for _, line := range n.lines {
		if strings.HasPrefix(line, "server -> early_data") {
			t.Errorf("a server sends at the client's level: %s", line)
		}
	}
}

func TestEarlyDataGetsThroughAnyWeather(t *testing.T) {
	for _, w := range []weather{{10, 0, 0}, {30, 20, 40}} {
		accepted := 0
		for seed := range uint64(15) {
			n := newEarly(t, seed)
			n.weather = w
			n.redial()
			n.exchange(text(50_000))
			if n.client.Engine().Connection().EarlyDataAccepted {
				accepted++
			}
		}
		if accepted != 15 {
			t.Errorf("%v: early data was accepted %d times", w, accepted)
		}
	}
}

// covers 9001/4.6.2/1
// covers 9001/4.6.2/2
func TestEarlyDataThatIsRejectedIsSentAgainAndReadOnce(t *testing.T) {
	for _, lost := range []int{0, 10, 30} {
		n := newEarly(t, 3)
		n.pair.ServerAnswers.RejectEarly = true
		n.weather.lost = lost
		n.redial()
		n.exchange(text(40_000)) // which compares what has arrived
		c := n.client.Engine().Connection()
		if c.EarlyDataAccepted || !c.Resumed || slices.Contains(n.events[events.Server], "read early") {
			t.Errorf("accepted %t, resumed %t; the server: %q", c.EarlyDataAccepted, c.Resumed, n.events[events.Server])
		}
		if got := n.levelsSent(events.Client); !slices.Equal(got, []string{"early_data", "application"}) {
			t.Errorf("the client sends data at %v", got)
		}
	}
}

func TestAHelloRetryRequestRejectsEarlyData(t *testing.T) {
	n := newEarly(t, 4)
	n.pair.Server.Groups = []messages.Group{messages.Secp384r1}
	n.redial()
	n.exchange(text(5000))
	c := n.client.Engine().Connection()
	if c.EarlyDataAccepted || !c.Resumed || !c.Retried {
		t.Errorf("accepted %t, resumed %t, retried %t", c.EarlyDataAccepted, c.Resumed, c.Retried)
	}
}

func TestEarlyDataKeepsToTheLimitsThatTheSessionRemembers(t *testing.T) {
	n := newEarly(t, 5)
	session := *n.sessions[len(n.sessions)-1]
	// initial_max_data 100, and initial_max_stream_data_bidi_remote 90 of one stream.
	session.PeerParameters = []byte{parameterMaxData, 2, 0x40, 100, parameterStreamDataRemote, 2, 0x40, 90, parameterStreams, 1, 1}
	n.sessions = append(n.sessions, &session)
	n.redial()
	n.write(text(1000))
	early := 0
	for datagram := n.client.Send(n.now); datagram != nil; datagram = n.client.Send(n.now) {
		n.post(events.Client, datagram)
	}
	for _, line := range n.lines {
		if strings.Contains(line, "-> early_data") && strings.Contains(line, "stream 0: 0+90") {
			early++
		}
	}
	if early != 1 {
		t.Errorf("90 bytes may go early:\n%s", n.tail())
	}
	n.until("the rest follows", func() bool { return len(n.answer) == 1000 })

	// A session that remembers nothing sensible, or more than the server still takes.
	for reason, parameters := range map[string][]byte{"nothing": {}, "nonsense": {1}, "no stream": {parameterMaxData, 2, 0x40, 100}} {
		session.PeerParameters = parameters
		n.dial()
		n.lines = nil
		n.exchange(text(100))
		if got := n.levelsSent(events.Client); slices.Contains(got, "early_data") {
			t.Errorf("%s: data goes at %v", reason, got)
		}
	}
	session.PeerParameters = []byte{parameterMaxData, 4, 0x80, 2, 0, 0, parameterStreamDataRemote, 4, 0x80, 2, 0, 0, parameterStreams, 1, 1}
	n.dial()
	n.until("the client ends", n.client.Over)
	if err, ok := n.client.Err().(*Error); !ok || err.Code != codeProtocolViolation {
		t.Errorf("a server that takes less than it said: %v", n.client.Err())
	}
}

// covers 9001/4.9.3/1
func TestAServerForgetsTheKeysOfEarlyDataAWhileAfterTheFirstOtherPacket(t *testing.T) {
	n := newEarly(t, 6)
	n.redial()
	n.write(text(100))
	n.until("the handshake is confirmed", n.client.Confirmed)
	if n.client.keys[events.EarlyData].write != nil {
		t.Error("the client keeps the keys of early data")
	}
	n.write(text(100))
	n.until("data comes under the keys of the application", func() bool { return !n.served.earlyUntil.IsZero() })
	if n.served.keys[events.EarlyData].read == nil {
		t.Error("the server forgets the keys at once")
	}
	n.settle(2 * drainTime * n.served.rtt.timeout())
	if n.served.keys[events.EarlyData].read != nil {
		t.Error("the server keeps the keys of early data")
	}
}

// covers 9001/5.6/4
func TestAClientPassesOverPacketsOfEarlyData(t *testing.T) {
	n := newEarly(t, 7)
	n.redial()
	n.write(text(100))
	n.until("the server reads early data", func() bool { return n.served != nil && n.served.keys[events.EarlyData].read != nil })
	// The server seals what only a client may.
	n.served.keys[events.EarlyData].write = n.served.keys[events.EarlyData].read
	before := len(n.lines)
	n.inject(events.Server, events.EarlyData, []byte{framePing})
	for _, line := range n.lines[before:] {
		if strings.HasPrefix(line, "client <-") {
			t.Errorf("the client reads %s", line)
		}
	}
	if n.client.Over() || n.client.forged > 0 {
		t.Errorf("the client tries it: %v", n.client.Err())
	}
}
