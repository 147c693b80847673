package transport

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/secrets"
)

// retries answers a client's first packet, which is at the beginning of a datagram, by a
// Retry of one's own making.
func retries(t *testing.T, datagram, source, token []byte) []byte {
	t.Helper()
	p, _, ok := parsePacket(datagram)
	if !ok {
		t.Fatal("the client sends what has no header")
	}
	b := []byte{longForm | fixedBit | byte(retryPacket)<<kindShift, 0, 0, 0, 1, byte(len(p.source))}
	b = append(append(b, p.source...), byte(len(source)))
	b = append(append(b, source...), token...)
	tag, err := secrets.RetryTag(version, p.destination, b)
	if err != nil {
		t.Fatal(err)
	}
	return append(b, tag[:]...)
}

func TestARetryThatNamesTheDestinationOfTheFirstPacketIsPassedOver(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	datagram := n.client.Send(n.now)
	n.client.Receive(n.now, retries(t, datagram, n.client.original, []byte("token")))
	if n.client.retrySource != nil || n.client.token != nil {
		t.Error("the client begins anew under the same connection ID")
	}
	// One that names another is heard still.
	other := text(idLen)
	n.client.Receive(n.now, retries(t, datagram, other, []byte("token")))
	if !bytes.Equal(n.client.retrySource, other) || string(n.client.token) != "token" {
		t.Errorf("the client knows of %x, %q", n.client.retrySource, n.client.token)
	}
}

func TestATokenLeavesRoomForThePacketsThatBringIt(t *testing.T) {
	other := text(secrets.MaxConnectionID)
	largest := func(n *network) int {
		h := packet{kind: initialPacket, destination: other, source: n.client.id, token: make([]byte, maxDatagram/2)}
		return len(h.token) + maxDatagram - h.headerLen() - tagLen - retryRoom
	}
	// What would leave no room, or not enough, is passed over, and the client goes on.
	for _, more := range []int{1, retryRoom, retryRoom + 100} {
		n := newNetwork(t, 1)
		n.dial()
		n.client.Receive(n.now, retries(t, n.client.Send(n.now), other, make([]byte, largest(n)+more)))
		if n.client.token != nil || n.client.retrySource != nil {
			t.Errorf("a token of %d bytes is taken", len(n.client.token))
		}
		n.exchange(text(10))
	}
	// With the largest that is taken all of the hello goes again, and the end can be told,
	// with everything that there is to tell.
	n := newEarly(t, 1)
	n.redial()
	n.client.Receive(n.now, retries(t, n.client.Send(n.now), other, make([]byte, largest(n))))
	if len(n.client.token) != largest(n) {
		t.Fatalf("a token of %d bytes is not taken", largest(n))
	}
	for d := n.client.Send(n.now); d != nil; d = n.client.Send(n.now) {
		if len(d) != maxDatagram {
			t.Errorf("a datagram of %d bytes", len(d))
		}
	}
	if out := &n.client.space(events.Initial).crypto.out; out.sent != out.end() || len(out.due) > 0 {
		t.Errorf("%d of %d bytes are sent", out.sent, out.end())
	}
	n.client.fail(n.now, refuse(codeFrameEncoding, maxVarint, "%100x", 1))
	if d := n.client.Send(n.now); len(d) != maxDatagram {
		t.Errorf("the end has %d bytes", len(d))
	}
}

func TestARetryIsARoundTripMoreAndProvesTheAddress(t *testing.T) {
	for _, w := range []weather{{}, {10, 10, 20}, {30, 20, 40}} {
		for seed := range uint64(10) {
			n := newNetwork(t, seed)
			n.patient()
			n.server.Retry, n.weather = true, w
			n.dial()
			n.exchange(text(20_000))
			if !bytes.Equal(n.client.retrySource, n.served.retrySource) || n.client.retrySource == nil {
				t.Errorf("the ends know of the Retry %x and %x", n.client.retrySource, n.served.retrySource)
			}
		}
	}
	// Early data goes again too.
	n := newEarly(t, 1)
	n.server.Retry = true
	n.redial()
	n.exchange(text(5000))
	if !n.client.Engine().Connection().EarlyDataAccepted {
		t.Error("early data is not accepted behind a Retry")
	}
}

func TestATokenServesOneAddressForAWhile(t *testing.T) {
	n := newNetwork(t, 1)
	n.server.Retry = true
	n.dial()
	n.exchange(text(10))
	now, original, source := testkit.Now, text(8), text(9)
	token := n.server.newToken(now, clientAddr, original, source)
	opened, ok := n.server.openToken(now.Add(tokenLife), clientAddr, token, source)
	if !ok || !bytes.Equal(opened.original, original) {
		t.Fatalf("it says %v, %t", opened, ok)
	}
	for reason, try := range map[string]func() bool{
		"another address": func() bool { _, ok := n.server.openToken(now, serverAddr, token, source); return ok },
		"another source":  func() bool { _, ok := n.server.openToken(now, clientAddr, token, original); return ok },
		"too late":        func() bool { _, ok := n.server.openToken(now.Add(tokenLife+1), clientAddr, token, source); return ok },
		"too early":       func() bool { _, ok := n.server.openToken(now.Add(-1), clientAddr, token, source); return ok },
		"cut short":       func() bool { _, ok := n.server.openToken(now, clientAddr, token[1:], source); return ok },
		"nothing":         func() bool { _, ok := n.server.openToken(now, clientAddr, nil, source); return ok },
		"a bit changed": func() bool {
			changed := bytes.Clone(token)
			changed[9] ^= 1
			_, ok := n.server.openToken(now, clientAddr, changed, source)
			return ok
		},
	} {
		if try() {
			t.Errorf("%s: the token serves", reason)
		}
	}
}
