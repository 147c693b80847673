package transport

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// wantBounds checks what an end holds, sends all that it has to send, and lets it give up.
func wantBounds(t *testing.T, c *Conn) {
	t.Helper()
	now := testkit.Now
	for range 3 {
		for range 200 {
			datagram := c.Send(now)
			if len(datagram) > maxDatagram {
				t.Fatalf("a datagram of %d bytes", len(datagram))
			}
			if datagram == nil {
				break
			}
		}
		if c.Send(now) != nil {
			t.Fatal("it sends without end")
		}
		for i := range c.spaces {
			s, within := &c.spaces[i], window
			if spaceID(i) == initialSpace {
				within = initialWindow
			}
			if len(s.came) > maxRanges || len(s.crypto.in.data) > within || len(s.crypto.in.have) > maxGaps+1 || len(s.under) > 1000 {
				t.Fatalf("space %d holds %d, %d, %d, %d", i, len(s.came), len(s.crypto.in.data), len(s.crypto.in.have), len(s.under))
			}
		}
		if s := &c.stream; len(s.in.data) > window || len(s.in.have) > maxGaps+1 || s.out.sent > maxWaiting {
			t.Fatalf("the stream holds %d bytes in %d parts", len(s.in.data), len(s.in.have))
		}
		if len(c.peerIDs.known) == 0 || len(c.peerIDs.known) > maxPeerIDs+1 || len(c.peerIDs.retired) > maxRetired+1 {
			t.Fatalf("connection IDs: %v", c.peerIDs)
		}
		now = now.Add(1e9)
		c.Expire(now)
	}
}

// policies are compiled once.
var policies = func() (p struct {
	client *engine.ClientPolicy
	server *engine.ServerPolicy
}) {
	pair := testkit.NewPair("fuzz")
	pair.Client.ALPN, pair.Server.ALPN = []string{"echo"}, []string{"echo"}
	pair.Client.Groups = []messages.Group{messages.X25519}
	var err [2]error
	p.client, err[0] = pair.Client.CompileQUIC()
	p.server, err[1] = pair.Server.CompileQUIC()
	if err[0] != nil || err[1] != nil {
		panic(err)
	}
	return p
}()

// newFuzzed is a client that has said hello and a server that waits for one.
func newFuzzed(t testing.TB) (*Conn, *Server) {
	config := &Config{Answers: &testkit.Answers{Identity: testkit.Server(testkit.P256)}, Rand: testkit.Rand("fuzz")}
	client, err := Dial(testkit.Now, config, policies.client.New(), nil, serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	return client, &Server{Config: config, New: func() (*engine.Engine, error) { return policies.server.New(), nil }}
}

// recorded are the datagrams and the payloads of a connection.
func recorded(t testing.TB) (datagrams, payloads [][]byte) {
	n := newNetwork(&testing.T{}, 1)
	n.server.Retry = true
	n.change = func(_ events.Role, datagram []byte) []byte {
		datagrams = append(datagrams, bytes.Clone(datagram))
		return datagram
	}
	n.dial()
	n.exchange(text(3000))
	for _, offence := range later {
		payload := make([]byte, 0, len(offence.payload)/2)
		for i := 0; i+1 < len(offence.payload); i += 2 {
			payload = append(payload, unhexByte(offence.payload[i])<<4|unhexByte(offence.payload[i+1]))
		}
		payloads = append(payloads, payload)
	}
	return datagrams, payloads
}

func unhexByte(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// FuzzDatagrams gives whatever comes to a client, and to a server with and without Retry.
func FuzzDatagrams(f *testing.F) {
	datagrams, _ := recorded(f)
	for _, datagram := range datagrams {
		f.Add(datagram)
	}
	f.Fuzz(func(t *testing.T, datagram []byte) {
		client, server := newFuzzed(t)
		client.Receive(testkit.Now, bytes.Clone(datagram))
		wantBounds(t, client)
		for _, retry := range []bool{false, true} {
			server.Retry = retry
			c, reply, err := server.Receive(testkit.Now, clientAddr, bytes.Clone(datagram))
			if err != nil || len(reply) > len(datagram) {
				t.Fatalf("%d bytes are answered by %d, %v", len(datagram), len(reply), err)
			}
			if c != nil {
				wantBounds(t, c)
			}
		}
	})
}

// FuzzFrames has whatever comes stand in an authentic packet of any level, and does so
// twice, at both ends.
func FuzzFrames(f *testing.F) {
	_, payloads := recorded(f)
	for level := range byte(4) {
		for _, payload := range payloads {
			f.Add(level, payload)
		}
	}
	f.Fuzz(func(t *testing.T, level byte, payload []byte) {
		at := events.Level(level % 4)
		client, _ := newFuzzed(t)
		server, err := accept(testkit.Now, client.config, policies.server.New(), clientAddr, &packet{destination: text(8), source: text(8)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*Conn{client, server} {
			prepare(t, c)
			for number := range uint64(2) {
				if c.state != active {
					break
				}
				if _, err := c.takeFrames(testkit.Now, at, number, bytes.Clone(payload)); err != nil {
					c.fail(testkit.Now, err)
				}
				var b [100]byte
				c.Write(b[:c.Read(b[:])])
			}
			wantBounds(t, c)
		}
	})
}

// prepare gives an end keys of all levels, and something to send.
func prepare(t *testing.T, c *Conn) {
	secret, _ := secrets.NewSecret(make([]byte, 32))
	for level := events.Initial; level <= events.Application; level++ {
		for _, direction := range []events.Direction{events.Read, events.Write} {
			if err := c.install(level, direction, messages.TLS_AES_128_GCM_SHA256, &secret); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.validated, c.firstPeerID = true, text(8)
	c.useLimits(&parameters{maxData: 1 << 20, streamDataLocal: 1 << 20, streamDataRemote: 1 << 20, streams: 1})
	c.stream.open = true
	c.Write(text(5000))
	c.Send(testkit.Now)
}
