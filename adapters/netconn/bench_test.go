package netconn_test

import (
	"crypto/tls"
	"io"
	"net"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
)

// The same work by crypto/tls stands beside each benchmark.

func theirEnds(b *testing.B) (client, server *tls.Conn) {
	b.Helper()
	identity := testkit.Server(testkit.P256)
	clientTransport, serverTransport := transports(b)
	client = tls.Client(clientTransport, &tls.Config{RootCAs: testkit.Roots(), ServerName: testkit.ServerName})
	server = tls.Server(serverTransport, &tls.Config{
		Certificates: []tls.Certificate{{Certificate: identity.Chain, PrivateKey: identity.Key}},
	})
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		b.Fatal(err)
	}
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	return client, server
}

func transfer(b *testing.B, from, to net.Conn, size int) {
	b.Helper()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	done := make(chan error, 1)
	total := int64(b.N) * int64(size)
	b.ResetTimer()
	go func() {
		_, err := io.CopyN(io.Discard, to, total)
		done <- err
	}()
	data := make([]byte, size)
	for range b.N {
		if _, err := from.Write(data); err != nil {
			b.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

func BenchmarkTransfer(b *testing.B) {
	for name, size := range map[string]int{"16KiB": 16 << 10, "256KiB": 256 << 10} {
		b.Run(name+"/tacitls", func(b *testing.B) {
			client, server := joined(b)
			transfer(b, client, server, size)
		})
		b.Run(name+"/crypto-tls", func(b *testing.B) {
			client, server := theirEnds(b)
			transfer(b, client, server, size)
		})
	}
}
