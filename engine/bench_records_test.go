package engine_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func BenchmarkRecords(b *testing.B) { benchmarkRecords(b, messages.TLS13, 0) }

// BenchmarkRecords12 has a suite of each kind of protection of TLS 1.2.
func BenchmarkRecords12(b *testing.B) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	} {
		b.Run(suite.String(), func(b *testing.B) { benchmarkRecords(b, messages.TLS12, suite) })
	}
}

func benchmarkRecords(b *testing.B, version messages.Version, suite messages.CipherSuite) {
	for _, size := range []int{1 << 10, 16 << 10} {
		content := make([]byte, size)
		b.Run(fmt.Sprintf("%dKiB/tacitls", size>>10), func(b *testing.B) {
			client, server := connected(b, version, suite)
			var out, in events.Output
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				if err := client.Write(&out, testkit.Now, content); err != nil {
					b.Fatal(err)
				}
				for event := range out.All() {
					if err := server.Receive(&in, testkit.Now, event.(*events.Send).Bytes); err != nil {
						b.Fatal(err)
					}
				}
				in.Reset()
				out.Reset()
			}
		})
		b.Run(fmt.Sprintf("%dKiB/crypto-tls", size>>10), func(b *testing.B) {
			client, server := standardConnected(b, version, suite)
			received := make([]byte, size)
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := client.Write(content); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(server, received); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// connected is a client and a server past the handshake of a version, and under
// a suite if one is named.
func connected(t testing.TB, version messages.Version, suite messages.CipherSuite) (client, server *engine.Engine) {
	pair := testkit.NewPair("connected")
	pair.Client.MaxVersion, pair.Server.MaxVersion = version, version
	if suite != 0 {
		pair.Client.Profile, pair.Server.Profile = engine.Compatible, engine.Compatible
		pair.Client.CipherSuites, pair.Server.CipherSuites = []messages.CipherSuite{suite}, []messages.CipherSuite{suite}
	}
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	return p.Client.Engine, p.Server.Engine
}

// standardConnected is the same with crypto/tls, over a buffer that costs
// one copy each way.
func standardConnected(t testing.TB, version messages.Version, suite messages.CipherSuite) (client, server *tls.Conn) {
	h := newStandardHandshakes(t, false, version)
	if suite != 0 {
		h.client.CipherSuites, h.server.CipherSuites = []uint16{uint16(suite)}, []uint16{uint16(suite)}
	}
	a, z := &bufferConn{}, &bufferConn{}
	a.peer, z.peer = z, a
	clientPipe, serverPipe := net.Pipe()
	a.Conn, z.Conn = clientPipe, serverPipe
	client, server = tls.Client(a, h.client), tls.Server(z, h.server)
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = client.Read(make([]byte, 1)) }()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	a.buffered, z.buffered = true, true
	return client, server
}

// bufferConn writes into its peer's buffer once buffered is set.
type bufferConn struct {
	net.Conn
	peer     *bufferConn
	buffered bool
	buffer   bytes.Buffer
}

func (c *bufferConn) Write(b []byte) (int, error) {
	if c.buffered {
		return c.peer.buffer.Write(b)
	}
	return c.Conn.Write(b)
}

func (c *bufferConn) Read(b []byte) (int, error) {
	if c.buffered {
		return c.buffer.Read(b)
	}
	return c.Conn.Read(b)
}
