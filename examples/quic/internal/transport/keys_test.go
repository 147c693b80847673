package transport

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/events"
)

// connected is a network whose handshake is confirmed.
func connected(t *testing.T, seed uint64) *network {
	t.Helper()
	n := newNetwork(t, seed)
	n.patient()
	n.dial()
	n.until("the handshake is confirmed", func() bool { return n.client.Confirmed() && n.served.Confirmed() })
	n.settle(4 * delay)
	return n
}

// covers 9001/5.3/3
// covers 9001/6.2/1
// covers 9001/6.6/3
func TestKeysChangeAmongDataThroughAnyWeather(t *testing.T) {
	for _, w := range []weather{{}, {10, 10, 20}, {30, 20, 40}} {
		for seed := range uint64(10) {
			n := newNetwork(t, seed)
			n.patient()
			n.weather = w
			n.config[events.Role(seed%2)].UpdateAfter = 8
			n.dial()
			n.exchange(text(60_000))
			if n.served.KeyUpdates() == 0 || n.client.KeyUpdates() == 0 {
				t.Errorf("%v: keys change %d and %d times", w, n.client.KeyUpdates(), n.served.KeyUpdates())
			}
		}
	}
}

// covers 9001/6.1/1
func TestNoKeysChangeBeforeTheHandshakeIsConfirmed(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	n.client.UpdateKeys()
	n.until("the client completes the handshake", n.client.Completed)
	n.write(text(10))
	n.step()
	if n.client.KeyUpdates() != 0 || n.client.Confirmed() {
		t.Error("keys change before it is confirmed")
	}
	n.until("keys change", func() bool { return n.client.KeyUpdates() == 1 && n.served.KeyUpdates() == 1 })
	n.exchange(text(100))
}

// covers 9001/6.1/2
func TestNoKeysChangeAgainBeforeTheLastChangeIsAcknowledged(t *testing.T) {
	n := connected(t, 1)
	n.write(text(10))
	n.settle(4 * delay)
	deaf := true
	n.change = func(from events.Role, datagram []byte) []byte {
		if deaf && from == events.Server {
			return nil
		}
		return datagram
	}
	for range 3 {
		n.client.UpdateKeys()
		n.write(text(10))
		n.settle(10 * n.client.rtt.timeout())
	}
	if n.client.KeyUpdates() != 1 {
		t.Errorf("keys change %d times", n.client.KeyUpdates())
	}
	deaf = false
	n.settle(10 * n.client.rtt.timeout())
	n.settle(10 * n.client.rtt.timeout())
	if n.client.KeyUpdates() != 2 {
		t.Errorf("keys change %d times once the last change is acknowledged", n.client.KeyUpdates())
	}
	n.exchange(text(100))
}

// covers 9001/6.1/3
// covers 9001/6.2/2
// covers 9001/6.3/2
// covers 9001/6.4/1
func TestAPacketUnderOlderKeysIsReadForAWhile(t *testing.T) {
	n := connected(t, 1)
	late, err := n.client.seal(n.now, nil, &part{level: events.Application, payload: []byte{framePing}})
	if err != nil {
		t.Fatal(err)
	}
	later := append([]byte{}, late...)
	n.write(text(10))
	n.settle(4 * delay)
	n.client.UpdateKeys()
	n.write(text(10))
	n.until("both have new keys", func() bool { return n.client.KeyUpdates() == 1 && n.served.KeyUpdates() == 1 })
	came := len(n.lines)
	n.deliver(events.Server, late)
	if !strings.Contains(strings.Join(n.lines[came:], "\n"), "server <- application") || n.served.Over() {
		t.Errorf("the packet is not read: %v\n%s", n.served.Err(), n.tail())
	}
	// And not any more, once the time is over: the next keys are in their place.
	n.settle(2 * drainTime * n.served.rtt.timeout())
	n.served.refreshKeys(n.now)
	n.served.space(events.Application).came = nil
	came = len(n.lines)
	n.deliver(events.Server, later)
	if n.served.update.old || n.served.forged != 1 || len(n.lines) != came {
		t.Errorf("it is read again: %d forged\n%s", n.served.forged, n.tail())
	}
	n.exchange(text(100))
}

// covers 9001/6.4/2
func TestALaterPacketUnderOlderKeysIsAnError(t *testing.T) {
	n := connected(t, 1)
	n.write(text(10))
	n.settle(4 * delay)
	old := n.client.keys[events.Application].write
	kept, err := old.Next() // what the update makes, and leaves old as it is
	if err != nil {
		t.Fatal(err)
	}
	n.client.keys[events.Application].write = kept
	n.client.update.phase = !n.client.update.phase
	n.inject(events.Client, events.Application, []byte{framePing})
	n.client.keys[events.Application].write = old
	n.client.update.phase = !n.client.update.phase
	n.inject(events.Client, events.Application, []byte{framePing})
	wantEnd(t, n.served, codeKeyUpdate)
}

// covers 9001/5.5/2
func TestAPhaseThatIsForgedChangesNoKeys(t *testing.T) {
	n := connected(t, 1)
	n.client.update.phase = !n.client.update.phase
	n.inject(events.Client, events.Application, []byte{framePing})
	if n.served.KeyUpdates() != 0 || n.served.forged != 1 || n.served.Over() {
		t.Errorf("keys change %d times, %d forged, %v", n.served.KeyUpdates(), n.served.forged, n.served.Err())
	}
	n.client.update.phase = !n.client.update.phase
	n.exchange(text(100))
}

// covers 9001/6.6/4
// covers 9001/6.6/5
// covers 9001/6.6/6
func TestTooManyForgeriesEndTheConnection(t *testing.T) {
	n := connected(t, 1)
	forgery := func() {
		datagram, err := n.client.seal(n.now, nil, &part{level: events.Application, payload: []byte{framePing}})
		if err != nil {
			t.Fatal(err)
		}
		datagram[len(datagram)-1] ^= 1
		n.deliver(events.Server, datagram)
	}
	n.served.forged = n.served.keys[events.Application].read.Suite().PacketForgeries - 1
	forgery()
	if n.served.Over() {
		t.Fatal("the last one that is borne ends the connection")
	}
	forgery()
	wantEnd(t, n.served, codeAEADLimit)
}

// wantEnd checks that an end has ended the connection by a code.
func wantEnd(t *testing.T, c *Conn, code uint64) {
	t.Helper()
	var closed *Error
	if !errors.As(c.Err(), &closed) || closed.Code != code || closed.Received {
		t.Errorf("the %v ends by %v, want %s", c.role, c.Err(), codeName(code, false))
	}
}

// covers 9001/4.9.1/1
// covers 9001/4.9.1/2
// covers 9001/4.9.2/1
func TestKeysAreForgottenInTheirTime(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	has := func(c *Conn, level events.Level) bool { return c.keys[level].read != nil || c.keys[level].write != nil }
	for !n.client.Confirmed() {
		n.step()
		if has(n.client, events.Initial) && n.client.spaces[handshakeSpace].next > 0 {
			t.Error("the client has sent at the level handshake, and keeps the keys before it")
		}
		if c := n.served; c != nil && has(c, events.Initial) && len(c.spaces[handshakeSpace].came) > 0 {
			t.Error("the server has been spoken to at the level handshake, and keeps the keys before it")
		}
		if c := n.served; c != nil && c.Confirmed() && has(c, events.Handshake) {
			t.Error("the server keeps the keys of a handshake that is confirmed")
		}
	}
	for _, c := range []*Conn{n.client, n.served} {
		for _, level := range []events.Level{events.Initial, events.EarlyData, events.Handshake} {
			if has(c, level) {
				t.Errorf("the %v keeps keys of the level %v", c.role, level)
			}
		}
	}
	n.exchange(text(10))
	for level := range n.client.keys {
		if has(n.client, events.Level(level)) || has(n.served, events.Level(level)) {
			t.Errorf("keys of the level %v outlive the connection", events.Level(level))
		}
	}
}

// covers 9001/5.7/1
// covers 9001/5.7/2
// covers 9001/5.7/3
func TestDataIsNotReadBeforeTheHandshakeIsComplete(t *testing.T) {
	n := newNetwork(t, 1)
	n.weather = weather{30, 0, 50}
	n.patient()
	n.dial()
	n.write(text(2000))
	for n.served == nil || !n.served.Completed() {
		n.step()
		for _, c := range []*Conn{n.client, n.served} {
			if c != nil && !c.Completed() && (c.keys[events.Application].read != nil || len(c.space(events.Application).came) > 0) {
				t.Fatalf("the %v reads before it is done", c.role)
			}
		}
	}
	n.exchange(text(10)[:0])
}

// covers 9001/4/1
// covers 9001/4.9/1
// covers 9001/4.9/2
func TestBytesOfTheHandshakeAreSentAgainAtTheirOwnLevel(t *testing.T) {
	for seed := range uint64(20) {
		n := newNetwork(t, seed)
		n.patient()
		n.weather.lost = 40
		given := map[string]int{} // by the engine, at each level
		for role := range n.config {
			observe := n.config[role].Observe
			n.config[role].Observe = func(c *Conn, e events.Event) {
				if send, ok := e.(*events.Send); ok {
					given[fmt.Sprint(c.role, " ", send.Level)] += len(send.Bytes)
				}
				observe(c, e)
			}
		}
		n.dial()
		n.exchange(text(10))
		sent := map[string]int{} // as far as bytes of a level were sent at it
		for _, line := range n.lines {
			var who, level string
			var number, size int
			if _, err := fmt.Sscanf(line, "%s -> %s %d, %d bytes:", &who, &level, &number, &size); err != nil {
				continue
			}
			for _, frame := range strings.Split(line, ", ") {
				var from, length int
				_, frame, _ = strings.Cut(" "+frame, "crypto ")
				if _, err := fmt.Sscanf(frame, "%d+%d", &from, &length); err == nil {
					sent[who+" "+level] = max(sent[who+" "+level], from+length)
				}
			}
		}
		if !maps.Equal(given, sent) || len(sent) != 5 {
			t.Errorf("the engines gave %v, and sent was %v", given, sent)
		}
	}
}
