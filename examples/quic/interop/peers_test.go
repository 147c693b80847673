// Package interop has the transport of the example meet two others, over UDP: those of
// golang.org/x/net/quic and of github.com/quic-go/quic-go. It is a module of its own, so
// that the main one need not require them.
package interop

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	quicgo "github.com/quic-go/quic-go"
	xquic "golang.org/x/net/quic"

	"github.com/tacitls/tacitls/internal/testkit"
)

const (
	protocol = "echo"
	// patience bounds every wait.
	patience = 10 * time.Second
)

// peer is an implementation of QUIC of somebody else's make, over crypto/tls.
type peer struct {
	name string
	// serve starts a server that echoes, and gives its address.
	serve func(t *testing.T, o options) net.Addr
	// echo is a client that sends text and gives what comes back.
	echo func(t *testing.T, to net.Addr, o options, text []byte) ([]byte, facts, error)
	// tickets tells that its server sends tickets, and early that it knows early data.
	tickets, early bool
}

// options are for a peer.
type options struct {
	tls   *tls.Config
	retry bool // of a server
	early bool
}

// facts are what a peer tells of a connection.
type facts struct {
	tls   tls.ConnectionState
	early bool
}

var peers = []peer{
	{name: "x/net", serve: serveX, echo: echoX},
	{name: "quic-go", serve: serveGo, echo: echoGo, tickets: true, early: true},
}

func withPeers(t *testing.T, test func(t *testing.T, p peer)) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			test(t, p)
		})
	}
}

// theirs is the plain config of a peer.
func theirs() *tls.Config {
	id := testkit.Server(testkit.P256)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: id.Chain, PrivateKey: id.Key}},
		RootCAs:      testkit.Roots(), ServerName: testkit.ServerName, NextProtos: []string{protocol}, MinVersion: tls.VersionTLS13,
	}
}

func serveX(t *testing.T, o options) net.Addr {
	endpoint, err := xquic.Listen("udp", "127.0.0.1:0", &xquic.Config{TLSConfig: o.tls, RequireAddressValidation: o.retry})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		closing, done := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer done()
		_ = endpoint.Close(closing)
	})
	go func() {
		for {
			conn, err := endpoint.Accept(ctx)
			if err != nil {
				return
			}
			go func() {
				stream, err := conn.AcceptStream(ctx)
				if err != nil {
					return
				}
				_, _ = io.Copy(stream, stream)
				_ = stream.Close()
				_ = conn.Wait(ctx)
			}()
		}
	}()
	return net.UDPAddrFromAddrPort(endpoint.LocalAddr())
}

func echoX(t *testing.T, to net.Addr, o options, text []byte) ([]byte, facts, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	endpoint, err := xquic.Listen("udp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer endpoint.Close(ctx)
	conn, err := endpoint.Dial(ctx, "udp", to.String(), &xquic.Config{TLSConfig: o.tls})
	if err != nil {
		return nil, facts{}, err
	}
	defer conn.Close()
	stream, err := conn.NewStream(ctx)
	if err != nil {
		return nil, facts{}, err
	}
	stream.SetReadContext(ctx)
	stream.SetWriteContext(ctx)
	back, err := converse(stream, text, func() error { stream.CloseWrite(); return nil })
	return back, facts{tls: conn.ConnectionState()}, err
}

// converse sends and reads at once.
func converse(stream io.ReadWriter, text []byte, end func() error) ([]byte, error) {
	sent := make(chan error, 1)
	go func() {
		_, err := stream.Write(text)
		sent <- errors.Join(err, end())
	}()
	back, err := io.ReadAll(stream)
	return back, errors.Join(err, <-sent)
}

func serveGo(t *testing.T, o options) net.Addr {
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	transport := &quicgo.Transport{Conn: socket, VerifySourceAddress: func(net.Addr) bool { return o.retry }}
	listener, err := transport.ListenEarly(o.tls, &quicgo.Config{Allow0RTT: o.early})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
		_ = transport.Close()
		_ = socket.Close()
	})
	go func() {
		for {
			conn, err := listener.Accept(ctx)
			if err != nil {
				return
			}
			go func() {
				stream, err := conn.AcceptStream(ctx)
				if err != nil {
					return
				}
				_, _ = io.Copy(stream, stream)
				_ = stream.Close()
			}()
		}
	}()
	return socket.LocalAddr()
}

func echoGo(t *testing.T, to net.Addr, o options, text []byte) ([]byte, facts, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dial := quicgo.DialAddr
	if o.early {
		dial = quicgo.DialAddrEarly
	}
	conn, err := dial(ctx, to.String(), o.tls, &quicgo.Config{})
	if err != nil {
		return nil, facts{}, err
	}
	defer conn.CloseWithError(0, "")
	stream, err := conn.OpenStreamSync(ctx)
	if err != nil {
		return nil, facts{}, err
	}
	if err := stream.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, facts{}, err
	}
	back, err := converse(stream, text, stream.Close)
	state := conn.ConnectionState()
	return back, facts{state.TLS, state.Used0RTT}, err
}
