package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/tacitls/tacitls/internal/testkit"
)

// The standard library stands in for the runner: it is the TLS peer on connections that the shim dials.

// peerOf serves the shim's connections one after the other and says the first thing that went wrong.
func peerOf(t *testing.T, talk func(raw net.Conn) error) (port int, verdict <-chan error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	result := make(chan error, 2)
	go func() {
		for i := range 2 {
			raw, err := listener.Accept()
			if err == nil {
				err = talkTo(raw, talk)
			}
			if err != nil {
				result <- fmt.Errorf("connection %d: %w", i+1, err)
				return
			}
		}
		result <- nil
	}()
	return listener.Addr().(*net.TCPAddr).Port, result
}

func talkTo(raw net.Conn, talk func(net.Conn) error) error {
	defer func() { _ = raw.Close() }()
	if err := raw.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	var id [8]byte
	if _, err := io.ReadFull(raw, id[:]); err != nil {
		return err
	}
	if got := binary.LittleEndian.Uint64(id[:]); got != 7 {
		return fmt.Errorf("the shim says it is %d", got)
	}
	return talk(raw)
}

// converse writes, wants it back with its bits turned over, and closes.
func converse(c *tls.Conn) error {
	sent := bytes.Repeat([]byte("conversation"), 100)
	if _, err := c.Write(sent); err != nil {
		return err
	}
	received := make([]byte, len(sent))
	if _, err := io.ReadFull(c, received); err != nil {
		return err
	}
	for i := range received {
		received[i] ^= 0xff
	}
	if !bytes.Equal(sent, received) {
		return fmt.Errorf("the echo differs")
	}
	return c.CloseWrite()
}

// files writes the identity as the runner does: certificate and key in PEM.
func files(t *testing.T, id *testkit.Identity) (certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("certificate", "CERTIFICATE", id.Chain[0]), write("key", "PRIVATE KEY", der)
}

func standard(id *testkit.Identity) tls.Certificate {
	return tls.Certificate{Certificate: id.Chain, PrivateKey: id.Key}
}

// TestTheShimTalksToTheStandardLibrary makes a full connection and a resumed one, in both roles and with all at once or byte by byte.
func TestTheShimTalksToTheStandardLibrary(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, async := range []bool{false, true} {
			for _, server := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s server=%t async=%t", tls.VersionName(version), server, async), func(t *testing.T) {
					port, verdict := peerOf(t, standardPeer(server, version))
					flags := []string{"-port", strconv.Itoa(port), "-shim-id", "7", "-resume-count", "1",
						"-expect-version", strconv.Itoa(int(version)), "-host-name", testkit.ServerName, "-expect-extended-master-secret"}
					if server {
						certificate, key := files(t, testkit.Server(testkit.P256))
						flags = append(flags, "-server", "-cert-file", certificate, "-key-file", key, "-expect-server-name", testkit.ServerName)
					} else {
						// The standard library gives a new ticket of TLS 1.2 with every resumption.
						flags = append(flags, "-on-resume-expect-ticket-renewal")
					}
					if async {
						flags = append(flags, "-async")
					}
					var stdout, stderr bytes.Buffer
					want(t, "status", run(flags, &stdout, &stderr, newDriven()), statusPassed)
					want(t, "standard error", stderr.String(), "")
					if err := <-verdict; err != nil {
						t.Errorf("the peer: %v", err)
					}
				})
			}
		}
	}
}

// standardPeer plays the other role, and expects the second connection to resume the first.
func standardPeer(shimIsServer bool, version uint16) func(net.Conn) error {
	now := func() time.Time { return testkit.Now }
	connections := 0
	config := &tls.Config{Time: now, MinVersion: version, MaxVersion: version}
	if shimIsServer {
		config.ServerName, config.RootCAs = testkit.ServerName, testkit.Roots()
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	} else {
		config.Certificates = []tls.Certificate{standard(testkit.Server(testkit.P256))}
	}
	return func(raw net.Conn) error {
		c := tls.Server(raw, config)
		if shimIsServer {
			c = tls.Client(raw, config)
		}
		if err := c.Handshake(); err != nil {
			return err
		}
		resumed := connections > 0
		connections++
		if got := c.ConnectionState().DidResume; got != resumed {
			return fmt.Errorf("resumed: got %t, want %t", got, resumed)
		}
		if err := converse(c); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, raw)
		return err
	}
}

func TestARefusalIsNamedInTheWordsOfTheSuite(t *testing.T) {
	port, verdict := peerOf(t, func(raw net.Conn) error {
		_ = tls.Server(raw, &tls.Config{MaxVersion: tls.VersionTLS12, MinVersion: tls.VersionTLS12}).Handshake()
		_, err := io.Copy(io.Discard, raw)
		return err
	})
	var stdout, stderr bytes.Buffer
	status := run([]string{"-port", strconv.Itoa(port), "-shim-id", "7", "-min-version", "772"}, &stdout, &stderr, newDriven())
	want(t, "status", status, statusFailed)
	want(t, "the word", bytes.Contains(stderr.Bytes(), []byte(":TLSV1_ALERT_PROTOCOL_VERSION:")), true)
	select {
	case err := <-verdict:
		t.Errorf("the peer: %v", err)
	case <-time.After(10 * time.Millisecond):
	}
}
