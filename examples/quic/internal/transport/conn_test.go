package transport

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func TestAStreamComesBackThroughAnyWeather(t *testing.T) {
	for _, w := range []weather{{0, 0, 0}, {0, 20, 50}, {10, 0, 0}, {10, 10, 20}, {30, 0, 0}, {30, 20, 40}} {
		t.Run(fmt.Sprintf("%d percent lost, %d twice, %d late", w.lost, w.twice, w.late), func(t *testing.T) {
			for seed := range uint64(12) {
				n := newNetwork(t, seed)
				n.patient()
				n.weather = w
				n.dial()
				n.exchange(text(60_000))
			}
		})
	}
}

// patient has neither end give up.
func (n *network) patient() {
	for role := range n.config {
		n.config[role].HandshakeTimeout, n.config[role].IdleTimeout = time.Hour, time.Hour
	}
}

// covers 9001/4.1.2/1
// covers 9001/9.3/1
func TestAHandshakeTakesTheDatagramsThatItTakes(t *testing.T) {
	n := newNetwork(t, 1)
	n.config[events.Client].Trace, n.config[events.Server].Trace = nil, nil
	var sizes []string
	n.change = func(from events.Role, datagram []byte) []byte {
		sizes = append(sizes, fmt.Sprintf("%v %d", from, len(datagram)))
		if p, _, ok := parsePacket(datagram); ok && p.kind == initialPacket && from == events.Client && len(datagram) != maxDatagram {
			t.Errorf("a client's Initial packet has %d bytes", len(datagram))
		}
		return datagram
	}
	n.pair.Client.Groups = []messages.Group{messages.X25519}
	n.dial()
	n.until("the client is told that the handshake is done", n.client.Confirmed)
	// A hello; a flight that fits one datagram; the client's Finished; what the server says
	// once the handshake is complete.
	if got := strings.Join(sizes, ", "); !strings.HasPrefix(got, "client 1200, server 1200, ") || len(sizes) > 5 {
		t.Errorf("the datagrams are %s", got)
	}
	n.exchange(text(10))
}

func TestTheFactsOfAConnectionAreTheEngines(t *testing.T) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256, messages.TLS_AES_128_CCM_SHA256,
	} {
		n := newNetwork(t, 1)
		n.pair.Server.ClientAuth, n.pair.ClientAnswers.Identity = engine.RequireClientCert, testkit.Client(testkit.P256)
		n.pair.Client.CipherSuites, n.pair.Server.CipherSuites = []messages.CipherSuite{suite}, []messages.CipherSuite{suite}
		n.dial()
		n.exchange(text(3000))
		ours, theirs := n.client.Engine().Connection(), n.served.Engine().Connection()
		if ours.CipherSuite != suite || ours.ALPN != "echo" || theirs.ALPN != "echo" || len(theirs.PeerChain) == 0 {
			t.Errorf("%v: the client has %v, %q, the server %q and %d certificates", suite, ours.CipherSuite, ours.ALPN, theirs.ALPN, len(theirs.PeerChain))
		}
	}
}

func TestAHelloRetryRequestIsARoundTripMore(t *testing.T) {
	for _, lost := range []int{0, 30} {
		n := newNetwork(t, 2)
		n.patient()
		n.weather.lost = lost
		n.pair.Client.KeyShares = []messages.Group{}
		n.dial()
		n.exchange(text(5000))
		if !n.client.Engine().Connection().Retried || !n.served.Engine().Connection().Retried {
			t.Error("nobody was asked to retry")
		}
	}
}

func TestALostHandshakeEndsByAnErrorWithAName(t *testing.T) {
	n := newNetwork(t, 1)
	n.weather.lost = 100
	n.dial()
	begun := n.now
	n.until("the client gives up", n.client.Over)
	if !errors.Is(n.client.Err(), ErrHandshakeLost) || !n.client.Done() || n.now.Sub(begun) != 10*time.Second {
		t.Errorf("it gives up by %v after %v", n.client.Err(), n.now.Sub(begun))
	}
	if probes := strings.Count(strings.Join(n.lines, "\n"), "ping"); probes < 2 || probes > 5 {
		t.Errorf("it probes %d times", probes)
	}

	// A server whose client has gone gives up as well, and its client is told of nothing.
	n = newNetwork(t, 1)
	n.change = func(from events.Role, datagram []byte) []byte {
		if from == events.Server {
			return nil
		}
		return datagram
	}
	n.dial()
	n.until("both ends give up", func() bool { return n.quiet })
	if !errors.Is(n.client.Err(), ErrHandshakeLost) || !errors.Is(n.serverErr(), ErrHandshakeLost) {
		t.Errorf("the client: %v; the server: %v", n.client.Err(), n.serverErr())
	}
}

func TestWhoeverFallsSilentIsForgotten(t *testing.T) {
	n := newNetwork(t, 1)
	n.config[events.Server].IdleTimeout = 5 * time.Second
	n.dial()
	n.until("the handshake is confirmed", n.client.Confirmed)
	begun := n.now
	n.until("both ends give up", func() bool { return n.quiet })
	if !errors.Is(n.client.Err(), ErrIdle) || !errors.Is(n.serverErr(), ErrIdle) {
		t.Errorf("the client: %v; the server: %v", n.client.Err(), n.serverErr())
	}
	if waited := n.now.Sub(begun); waited < 5*time.Second || waited > 6*time.Second {
		t.Errorf("the lesser of the two times is 5s, and they wait %v", waited)
	}
}

func TestEitherEndHearsWhyTheOtherEnds(t *testing.T) {
	n := newNetwork(t, 1)
	n.pair.Server.ALPN = []string{"other"}
	n.dial()
	n.until("both ends go", func() bool { return n.quiet })
	var refused *engine.Error
	var heard *Error
	if !errors.As(n.serverErr(), &refused) || refused.Refusal.Name != "no_application_protocol" {
		t.Errorf("the server: %v", n.serverErr())
	}
	if !errors.As(n.client.Err(), &heard) || !heard.Received || heard.Code != codeCrypto+uint64(messages.AlertNoApplicationProtocol) ||
		heard.Name() != "crypto_error no_application_protocol" {
		t.Errorf("the client: %v", n.client.Err())
	}

	// A client that does not trust the server has keys of the handshake, and tells.
	n = newNetwork(t, 1)
	n.pair.ClientAnswers.Override = func(q events.Question) events.Answer {
		if verify, ok := q.(*events.VerifyPeer); ok {
			return verify.Reject(messages.AlertUnknownCA, errors.New("nobody knows you"))
		}
		return nil
	}
	n.dial()
	n.until("both ends go", func() bool { return n.quiet })
	if !errors.As(n.serverErr(), &heard) || heard.Code != codeCrypto+uint64(messages.AlertUnknownCA) {
		t.Errorf("the server: %v", n.serverErr())
	}

	// So does an application, with a code of its own.
	n = newNetwork(t, 1)
	n.dial()
	n.until("the handshake is complete", func() bool { return n.served != nil && n.served.Completed() && n.client.Completed() })
	n.served.Close(n.now, 7, "enough")
	n.until("both ends go", func() bool { return n.quiet })
	if !errors.As(n.client.Err(), &heard) || !heard.Application || heard.Code != 7 || heard.Reason != "enough" {
		t.Errorf("the client: %v", n.client.Err())
	}
}

func TestAnEndThatIsOverSaysSoAgainWhenAsked(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	n.until("the handshake is confirmed", n.client.Confirmed)
	n.client.Close(n.now, 0, "")
	if n.client.Send(n.now) == nil || n.client.Send(n.now) != nil {
		t.Fatal("the end is told once")
	}
	told := 0
	for range 64 {
		n.inject(events.Server, events.Application, []byte{framePing})
		if n.client.Send(n.now) != nil {
			told++
		}
	}
	if told != 7 {
		t.Errorf("64 packets behind the end have %d answers, want 7", told)
	}
	n.until("both ends go", func() bool { return n.quiet })
}

func TestAServerSendsNoMoreThanThreeTimesWhatCameToAnAddressThatIsNotValidated(t *testing.T) {
	n := newNetwork(t, 1)
	sent := [2]int{}
	n.change = func(from events.Role, datagram []byte) []byte {
		sent[from] += len(datagram)
		if from == events.Server {
			if sent[events.Server] > 3*sent[events.Client] {
				t.Fatalf("%d bytes for %d", sent[events.Server], sent[events.Client])
			}
			return nil // so that it tries again
		}
		if len(n.served.spacesSent()) > 0 {
			return nil // the client has been heard once
		}
		return datagram
	}
	n.dial()
	n.until("both ends give up", func() bool { return n.quiet })
	if sent[events.Server] < 2*maxDatagram {
		t.Errorf("the server sends %d bytes", sent[events.Server])
	}
}

func TestAServerThatEndsSendsNoMoreToSuchAnAddressEither(t *testing.T) {
	n := newNetwork(t, 1)
	n.patient()
	n.dial()
	came, sent := 0, 0
	deliver := func(datagram []byte) {
		came += len(datagram)
		n.deliver(events.Server, datagram)
		for d := n.served.Send(n.now); d != nil; d = n.served.Send(n.now) {
			if sent += len(d); sent > 3*came {
				t.Fatalf("%d bytes for %d", sent, came)
			}
		}
	}
	// The server uses up what it may send, but for less than a datagram, and than an end.
	deliver(n.client.Send(n.now))
	deliver(n.client.Send(n.now))
	for n.served.mayAmplify(maxDatagram) {
		n.now = n.now.Add(time.Second)
		n.served.Expire(n.now)
		deliver(nil)
	}
	left := 3*came - sent
	n.served.sentBytes, sent = n.served.sentBytes+left-1, sent+left-1
	n.served.Close(n.now, 0, "")
	before := sent
	deliver(nil)
	if sent != before {
		t.Fatalf("an end of %d bytes where 1 is allowed", sent-before)
	}
	// Datagrams without a packet come: each allows a little, and together they allow the
	// end. No more is owed for them than three times their size.
	for range 64 {
		deliver(append([]byte{fixedBit}, n.served.id...))
	}
	if sent == before {
		t.Error("the end is never told")
	}
}

// spacesSent are the spaces in which something was sent.
func (c *Conn) spacesSent() (sent []spaceID) {
	for i := range spaceCount {
		if c != nil && c.spaces[i].next > 0 {
			sent = append(sent, i)
		}
	}
	return sent
}

func TestNothingOfAConnectionIsLeftToChance(t *testing.T) {
	run := func() []string {
		n := newNetwork(t, 9)
		n.patient()
		n.weather = weather{20, 20, 20}
		n.dial()
		n.exchange(text(30_000))
		return n.lines
	}
	if first, second := run(), run(); !slices.Equal(first, second) {
		t.Error("two runs over the same seed are not the same")
	}
}

func TestAnotherPeerOfTheSameIdentifierIsNotHeard(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	n.until("the handshake is confirmed", n.client.Confirmed)
	datagram, err := n.client.seal(n.now, nil, &part{level: events.Application, payload: []byte{framePing}})
	if err != nil {
		t.Fatal(err)
	}
	if c, reply, err := n.server.Receive(n.now, serverAddr, datagram); c != nil || reply != nil || err != nil {
		t.Errorf("a packet from another address is for %v, %x, %v", c, reply, err)
	}
	n.exchange(text(10))
}
