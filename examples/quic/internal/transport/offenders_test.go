package transport

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// offence is a packet that no end makes, and the code that ends the connection.
type offence struct {
	reason  string
	from    events.Role
	level   events.Level
	payload string // in hexadecimal digits
	code    uint64
}

// later are offences once the handshake is confirmed.
var later = []offence{
	{"no frame", events.Client, events.Application, "", codeProtocolViolation},
	{"a frame of no type", events.Client, events.Application, "21", codeFrameEncoding},
	{"an ACK of what was never sent", events.Client, events.Application, "02404d000000", codeProtocolViolation},
	{"HANDSHAKE_DONE of a client", events.Client, events.Application, "1e", codeProtocolViolation},
	{"NEW_TOKEN of a client", events.Client, events.Application, "070101", codeProtocolViolation},
	{"the second stream of a client", events.Client, events.Application, "0a040101", codeStreamLimit},
	{"a one-way stream of a client", events.Client, events.Application, "0a020101", codeStreamLimit},
	{"a stream of the server's, by the client", events.Client, events.Application, "0a010101", codeStreamState},
	{"a stream of the server", events.Server, events.Application, "0a010101", codeStreamLimit},
	{"the stream that the client has not opened", events.Server, events.Application, "0a000101", codeStreamState},
	{"its limit", events.Server, events.Application, "110005", codeStreamState},
	{"more than the window", events.Client, events.Application, "0e00800100000101", codeFlowControl},
	{"a final size beyond the window", events.Client, events.Application, "04000080010001", codeFlowControl},
	{"two ends of the stream", events.Client, events.Application, "0f0001016a0f0002016a", codeFinalSize},
	{"an end before what has come", events.Client, events.Application, "0e0005016a0f0001016a", codeFinalSize},
	{"a reset before what has come", events.Client, events.Application, "0e0005016a04000001", codeFinalSize},
	{"data behind the end", events.Client, events.Application, "0f0001016a0e0003016a", codeFinalSize},
	{"the connection ID that is in use, retired", events.Client, events.Application, "1900", codeProtocolViolation},
	{"a connection ID of no bytes", events.Client, events.Application, "18010000" + "000102030405060708090a0b0c0d0e0f", codeFrameEncoding},
	{"one that retires itself", events.Client, events.Application, "18010201aa" + "000102030405060708090a0b0c0d0e0f", codeFrameEncoding},
	{"another with the same number", events.Client, events.Application, "18000001aa" + "000102030405060708090a0b0c0d0e0f", codeProtocolViolation},
	{"more of them than allowed", events.Client, events.Application, "18010001aa" + "000102030405060708090a0b0c0d0e0f" +
		"18020001bb" + "000102030405060708090a0b0c0d0e0f", codeConnectionIDLimit},
	{"bytes of a message that no client sends then", events.Client, events.Application, "0600040b000000", codeCrypto + 10},
	{"more bytes of the handshake than are held", events.Server, events.Application, "06800200000101", codeCryptoBuffer},
}

// covers 9001/8.3/2
func TestOffendersAreToldByTheCode(t *testing.T) {
	for _, o := range later {
		n := connected(t, 1)
		n.inject(o.from, o.level, unhex(t, o.payload))
		reason := fmt.Sprintf("%s (%v)", o.reason, n.end(o.from.Peer()).Err())
		wantCode(t, reason, n.end(o.from.Peer()), o.code)
		n.until(o.reason+": the offender hears of it", func() bool { return n.end(o.from).Over() })
		var heard *Error
		if !errors.As(n.end(o.from).Err(), &heard) || !heard.Received || heard.Code != o.code {
			t.Errorf("%s: the offender hears %v", o.reason, n.end(o.from).Err())
		}
	}

	// Early data has its own.
	n := newEarly(t, 1)
	n.redial()
	n.write(text(10))
	n.until("the server reads early data", func() bool { return n.served != nil && n.served.keys[events.EarlyData].read != nil })
	n.inject(events.Client, events.EarlyData, unhex(t, "060001aa"))
	wantCode(t, "bytes of the handshake among early data", n.served, codeProtocolViolation)
}

func TestOffendersInTheHandshakeAreToldByTheCode(t *testing.T) {
	for _, o := range []offence{
		{"STREAM at the level initial", events.Client, events.Initial, "0a000101", codeProtocolViolation},
		{"an application's CONNECTION_CLOSE", events.Client, events.Initial, "1d0000", codeProtocolViolation},
		{"more bytes of the handshake than are held", events.Client, events.Initial, "06800080000101", codeCryptoBuffer},
		{"a message that nobody sends first", events.Client, events.Initial, "0600040b000000", codeCrypto + 10},
		{"more bytes than are held at the level handshake", events.Server, events.Handshake, "06800200000101", codeCryptoBuffer},
		{"HANDSHAKE_DONE at the level handshake", events.Server, events.Handshake, "1e", codeProtocolViolation},
	} {
		n := newNetwork(t, 1)
		n.dial()
		// Only half of the client's hello has come.
		n.deliver(events.Server, n.client.Send(n.now))
		if o.level == events.Handshake {
			n.until("keys of the handshake are there", func() bool { return n.client.keys[events.Handshake].read != nil })
		}
		payload := unhex(t, o.payload)
		if o.code > codeCrypto {
			n = newNetwork(t, 1)
			n.dial()
			datagram := first(t, n, payload)
			n.deliver(events.Server, datagram)
		} else {
			n.inject(o.from, o.level, payload)
		}
		c := n.client
		if o.from == events.Client {
			c = n.served
		}
		wantCode(t, o.reason, c, o.code)
	}
}

func TestLittleIsHeldForAnAddressThatIsNotValidated(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	// Only half of the client's hello has come.
	n.deliver(events.Server, n.client.Send(n.now))
	in := &n.served.spaces[initialSpace].crypto.in
	n.inject(events.Client, events.Initial, appendCrypto(nil, in.base+initialWindow-1, []byte{0}))
	if held := in.dead + cap(in.data); n.served.Over() || held < initialWindow || held > 2*initialWindow {
		t.Errorf("the last byte of the window: %d bytes are held, %v", held, n.served.Err())
	}
	n.inject(events.Client, events.Initial, appendCrypto(nil, in.base+initialWindow, []byte{0}))
	wantCode(t, "a byte behind the window", n.served, codeCryptoBuffer)
}

// first is an Initial packet of the client's with another payload than it would have.
func first(t *testing.T, n *network, payload []byte) []byte {
	t.Helper()
	datagram, err := n.client.seal(n.now, nil, &part{level: events.Initial, payload: n.client.filled(payload)})
	if err != nil {
		t.Fatal(err)
	}
	return datagram
}

// filled is the payload of an Initial packet with the padding that makes it a datagram.
func (c *Conn) filled(payload []byte) []byte {
	return append(payload, make([]byte, maxDatagram-c.overhead(events.Initial)-len(payload))...)
}

func wantCode(t *testing.T, reason string, c *Conn, code uint64) {
	t.Helper()
	var closed *Error
	if c == nil || !errors.As(c.Err(), &closed) || closed.Received || closed.Code != code {
		var err error
		if c != nil {
			err = c.Err()
		}
		t.Errorf("%s: it ends by %v, want %s", reason, err, codeName(code, false))
	}
}

func TestReservedBitsAreAnError(t *testing.T) {
	n := connected(t, 1)
	c := n.client
	h := c.header(events.Application)
	h.destination = append([]byte{}, h.destination...)
	raw := append([]byte{fixedBit | reservedShort | numberLen - 1}, h.destination...)
	raw = append(raw, 0, 0, 0, byte(h.number))
	sealed, err := c.keys[events.Application].write.Seal(append([]byte{}, raw...), h.number, raw, []byte{framePing, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	at := len(raw) - numberLen
	mask, err := c.keys[events.Application].write.HeaderMask(sealed[at+numberLen:][:16])
	if err != nil {
		t.Fatal(err)
	}
	sealed[0] ^= mask[0] & 0x1f
	for i := range numberLen {
		sealed[at+i] ^= mask[1+i]
	}
	n.deliver(events.Server, sealed)
	wantCode(t, "reserved bits", n.served, codeProtocolViolation)
}

func TestConnectionIDsInTransportParametersAreThoseOfThePackets(t *testing.T) {
	for _, liar := range []events.Role{events.Client, events.Server} {
		for reason, lie := range map[string]func(encoded []byte) []byte{
			"another source":         func(b []byte) []byte { b[2] ^= 1; return b },
			"no source":              func(b []byte) []byte { return b[2+idLen:] },
			"nonsense":               func(b []byte) []byte { return append(b, 0xff) },
			"a Retry that never was": func(b []byte) []byte { return append(b, parameterRetrySource, 1, 7) },
			"another original":       func(b []byte) []byte { return append(b[:2+idLen], parameterOriginal, 1, 7) },
		} {
			n := connected(t, 1)
			err := n.end(liar.Peer()).takeParameters(lie(n.end(liar).ownParameters()))
			var refused *Error
			if !errors.As(err, &refused) || refused.Code != codeTransportParameter {
				t.Errorf("%s of the %v: %v", reason, liar, err)
			}
		}
	}
	// What is refused ends the handshake.
	n := newNetwork(t, 1)
	lies := false
	n.config[events.Client].Observe = func(c *Conn, e events.Event) {
		if _, asks := e.(*events.ProvideTransportParameters); asks != lies {
			c.id[0] ^= 1 // for as long as the answer takes
			lies = asks
		}
	}
	n.dial()
	n.until("both ends go", func() bool { return n.quiet })
	wantCode(t, "another source", n.served, codeTransportParameter)
}

func TestADatagramThatIsForNobodyIsPassedOver(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	datagram := n.client.Send(n.now)
	broken := bytes.Clone(datagram)
	broken[len(broken)-1] ^= 1
	foreign := bytes.Clone(datagram)
	copy(foreign[1:], []byte{0x6b, 0x33, 0x43, 0xcf})
	for reason, given := range map[string][]byte{
		"nothing": {}, "a short packet": append([]byte{0x40}, text(40)...), "a packet that is not authentic": broken,
		"a hello that is too small": bytes.Clone(datagram[:1199]), "another version in a small datagram": bytes.Clone(foreign[:1199]),
		"noise": text(1200),
	} {
		c, reply, err := n.server.Receive(n.now, clientAddr, given)
		if c != nil || reply != nil || err != nil || len(n.server.conns) > 0 {
			t.Errorf("%s: %v, %x, %v", reason, c, reply, err)
		}
	}
	_, reply, err := n.server.Receive(n.now, clientAddr, foreign)
	p, _, ok := parsePacket(reply)
	if err != nil || !ok || p.kind != negotiationPacket || !bytes.Equal(p.destination, n.client.id) || !bytes.Equal(p.token, []byte{0, 0, 0, 1}) {
		t.Errorf("another version is answered by %x, %v", reply, err)
	}
	// Whoever offers this version has not understood, and is passed over; so is a stranger.
	n.client.Receive(n.now, bytes.Clone(reply))
	if n.client.Over() {
		t.Error("a client believes that this version is not spoken")
	}
	reply[len(reply)-1] = 2
	strange := bytes.Clone(reply)
	strange[len(strange)-5] ^= 1
	n.client.Receive(n.now, strange)
	if n.client.Over() {
		t.Error("a client believes a stranger")
	}
	n.client.Receive(n.now, reply)
	if !errors.Is(n.client.Err(), ErrVersion) {
		t.Errorf("a client whose version is not spoken: %v", n.client.Err())
	}
}

func TestAnInitialPacketInASmallDatagramIsPassedOver(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	for d := n.client.Send(n.now); d != nil; d = n.client.Send(n.now) {
		n.deliver(events.Server, d)
	}
	unknown := unhex(t, "21000000")
	payload := n.client.filled(bytes.Clone(unknown))
	short, err := n.client.seal(n.now, nil, &part{level: events.Initial, payload: payload[:len(payload)-1]})
	if err != nil || len(short) != maxDatagram-1 {
		t.Fatalf("a datagram of %d bytes, %v", len(short), err)
	}
	n.deliver(events.Server, short)
	if n.served.Over() || n.served.spaces[initialSpace].seen(n.client.spaces[initialSpace].next-1) {
		t.Fatalf("a byte less than there must be: %v", n.served.Err())
	}
	// What goes with it is taken.
	both, err := n.client.seal(n.now, nil, &part{level: events.Initial, payload: unknown})
	if err != nil {
		t.Fatal(err)
	}
	for d := n.served.Send(n.now); d != nil; d = n.served.Send(n.now) {
		n.client.Receive(n.now, d)
	}
	if both, err = n.client.seal(n.now, both, &part{level: events.Handshake, payload: []byte{framePing}}); err != nil {
		t.Fatal(err)
	}
	n.deliver(events.Server, both)
	if n.served.Over() || !n.served.validated {
		t.Errorf("a Handshake packet behind it: validated %t, %v", n.served.validated, n.served.Err())
	}
	// In a datagram that is large enough it counts.
	n = newNetwork(t, 1)
	n.dial()
	n.deliver(events.Server, n.client.Send(n.now))
	n.inject(events.Client, events.Initial, unknown)
	wantCode(t, "a frame of no type", n.served, codeFrameEncoding)
}

func TestAServerTakesSoManyConnections(t *testing.T) {
	n := newNetwork(t, 1)
	for range maxConns {
		n.server.conns = append(n.server.conns, nil)
	}
	n.dial()
	if c, reply, err := n.server.Receive(n.now, clientAddr, n.client.Send(n.now)); c != nil || reply != nil || err != nil {
		t.Errorf("one more: %v, %x, %v", c, reply, err)
	}
	n.server.conns = nil
	n.server.New = func() (*engine.Engine, error) { return nil, engine.ErrMisuse }
	n.dial()
	if _, _, err := n.server.Receive(n.now, clientAddr, n.client.Send(n.now)); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("an engine that cannot be made: %v", err)
	}
}

func TestConnectionIDsAreRetired(t *testing.T) {
	n := connected(t, 1)
	// The client's second retires its first; the server goes on with it, and says so.
	other := text(idLen)
	frame := append([]byte{frameNewConnectionID, 1, 1, idLen}, other...)
	frame = append(frame, make([]byte, resetTokenLen)...)
	n.inject(events.Client, events.Application, frame)
	n.inject(events.Client, events.Application, frame)
	if !bytes.Equal(n.served.peerIDs.current(), other) || len(n.served.peerIDs.retired) != 1 {
		t.Fatalf("the server knows %v", n.served.peerIDs)
	}
	p, _, ok := parsePacket(n.served.Send(n.now))
	if !ok || !bytes.Equal(p.destination, other) || len(n.served.peerIDs.retired) != 0 {
		t.Errorf("the server sends to %x", p.destination)
	}
	// One that comes late is retired at once.
	n.served.peerIDs.before, n.served.peerIDs.known[0].sequence = 5, 5
	n.inject(events.Client, events.Application, append([]byte{frameNewConnectionID, 3, 0, 1, 9}, make([]byte, resetTokenLen)...))
	if n.served.Over() || len(n.served.peerIDs.retired) != 1 {
		t.Errorf("a late one: %v, %v", n.served.peerIDs, n.served.Err())
	}
}

func TestWhoeverStopsReadingIsSentNoMore(t *testing.T) {
	n := connected(t, 1)
	n.write(text(100))
	n.settle(10 * delay)
	n.inject(events.Server, events.Application, []byte{frameStopSending, theStream, 9})
	if !n.client.WriteDone() {
		t.Error("the client goes on")
	}
	n.settle(10 * delay)
	if s := &n.served.stream; s.reset == nil || *s.reset != 9 || !n.served.ReadDone() {
		t.Errorf("the server has not heard that the stream has ended: %v", s.reset)
	}
	n.hangUp()
}

func TestAChallengeIsAnsweredAndLimitsRise(t *testing.T) {
	n := connected(t, 1)
	n.inject(events.Client, events.Application, []byte{framePathChallenge, 1, 2, 3, 4, 5, 6, 7, 8})
	n.settle(3 * delay)
	if !strings.Contains(n.tail(), "path_response") {
		t.Errorf("no answer:\n%s", n.tail())
	}
	// What is not used here changes nothing.
	for _, frame := range []string{"0701aa", "1405", "1600", "1700", "1305", "1205", "10bfffffff"} {
		n.inject(events.Server, events.Application, unhex(t, frame))
	}
	n.exchange(text(1000))
}
