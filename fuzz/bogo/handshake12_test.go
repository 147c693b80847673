package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// talks runs the shim on one connection and gives its status. The peer serves that connection.
func talks(t *testing.T, peer func(net.Conn) error, flags ...string) status {
	t.Helper()
	served := make(chan error, 1)
	port, _ := peerOf(t, func(raw net.Conn) error {
		served <- peer(raw)
		return nil
	})
	var stdout, stderr bytes.Buffer
	result := run(append([]string{"-port", strconv.Itoa(port), "-shim-id", "7", "-max-version", "771"}, flags...), &stdout, &stderr, newDriven())
	if err := <-served; err != nil && result == statusPassed {
		t.Errorf("the peer: %v", err)
	}
	want(t, "nothing on standard error of a shim that passes: "+stderr.String(), stderr.Len() == 0, result == statusPassed)
	return result
}

func TestTheShimTransportsSecretsByRSAAndTellsTheChannelBinding(t *testing.T) {
	const suite = tls.TLS_RSA_WITH_AES_128_GCM_SHA256
	for _, server := range []bool{false, true} {
		for _, async := range [][]string{nil, {"-async"}} {
			identity := testkit.Server(testkit.RSA)
			config := &tls.Config{
				Time: func() time.Time { return testkit.Now }, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite},
				ServerName: testkit.ServerName, RootCAs: testkit.Roots(), Certificates: []tls.Certificate{standard(identity)},
			}
			flags := append([]string{"-tls-unique", "-expect-cipher", strconv.Itoa(int(suite)), "-expect-secure-renegotiation"}, async...)
			if server {
				certificate, key := files(t, identity)
				flags = append(flags, "-server", "-cert-file", certificate, "-key-file", key)
			}
			want(t, fmt.Sprintf("server %t, flags %v", server, async), talks(t, func(raw net.Conn) error {
				c := tls.Server(raw, config)
				if server {
					c = tls.Client(raw, config)
				}
				unique := make([]byte, 12)
				if _, err := io.ReadFull(c, unique); err != nil {
					return err
				}
				if state := c.ConnectionState(); !bytes.Equal(unique, state.TLSUnique) {
					return fmt.Errorf("the channel binding is %x, want %x", unique, state.TLSUnique)
				}
				return converse(c)
			}, flags...), statusPassed)
		}
	}
}

// other is an engine at the other end, which does what the standard library cannot.
type other struct {
	engine   *engine.Engine
	answers  *testkit.Answers
	raw      net.Conn
	out      events.Output
	received []byte
	done     int // handshakes
	watch    func(event events.Event)
}

func (o *other) do(call func(out *events.Output, now time.Time) error) error {
	err := call(&o.out, testkit.Now)
	for event := range o.out.All() {
		if o.watch != nil {
			o.watch(event)
		}
		switch event := event.(type) {
		case *events.Send:
			if _, writeErr := o.raw.Write(event.Bytes); err == nil {
				err = writeErr
			}
		case *events.DataReceived:
			o.received = append(o.received, event.Bytes...)
		case *events.HandshakeCompleted:
			o.done++
		case events.Question:
			err = errors.Join(err, o.engine.Answer(&o.out, testkit.Now, o.answers.Now(event)))
		}
	}
	o.out.Reset()
	return err
}

func (o *other) until(reached func() bool) error {
	var buffer [4096]byte
	for !reached() {
		n, err := o.raw.Read(buffer[:])
		if err != nil {
			return err
		}
		if err := o.do(func(out *events.Output, now time.Time) error { return o.engine.Receive(out, now, buffer[:n]) }); err != nil {
			return err
		}
	}
	return nil
}

// talk begins again as often as told, wants an answer between, and closes.
func (o *other) talk(renegotiations int) error {
	if err := o.do(o.engine.Start); err != nil {
		return err
	}
	for i := range renegotiations + 1 {
		if i > 0 {
			if err := o.do(o.engine.Renegotiate); err != nil {
				return err
			}
		}
		if err := o.until(func() bool { return o.done > i }); err != nil {
			return err
		}
		if err := o.do(func(out *events.Output, now time.Time) error { return o.engine.Write(out, now, []byte{0x5a}) }); err != nil {
			return err
		}
		if err := o.until(func() bool { return bytes.Equal(o.received, bytes.Repeat([]byte{0xa5}, i+1)) }); err != nil {
			return err
		}
	}
	return o.do(o.engine.CloseWrite)
}

// pairOf is a pair of TLS 1.2 of which one end is used, with a certificate of RSA.
func pairOf(suites ...messages.CipherSuite) *testkit.Pair {
	pair := testkit.NewPair(fmt.Sprint(suites))
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.Profile, common.MaxVersion, common.CipherSuites = engine.Legacy, messages.TLS12, suites
		common.Renegotiation = engine.RenegotiateFreely
	}
	pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
	return pair
}

func TestTheShimHasAPresharedKeyInBothRoles(t *testing.T) {
	for _, suite := range pskSuites12 {
		for _, server := range []bool{false, true} {
			pair := pairOf(suite)
			pair.Server.PSKHint = []byte(testkit.PSKIdentity)
			pair.ClientAnswers.PSK, pair.ServerAnswers.PSK = []byte("secret"), []byte("secret")
			flags := []string{"-psk", "secret", "-psk-identity", testkit.PSKIdentity, "-async", "-expect-cipher", strconv.Itoa(int(suite))}
			if server {
				flags = append(flags, "-server")
			}
			want(t, fmt.Sprintf("%v, server %t", suite, server), talks(t, peerIn(pair, server, 0), flags...), statusPassed)
		}
	}
	pair := pairOf(pskSuites12[0])
	pair.ServerAnswers.PSK = []byte("secret")
	want(t, "no hint where one is wanted", talks(t, peerIn(pair, false, 0), "-psk", "secret", "-psk-identity", "somebody"), statusFault)
}

// peerIn is the other end of a pair.
func peerIn(pair *testkit.Pair, shimIsServer bool, renegotiations int) func(net.Conn) error {
	return func(raw net.Conn) error {
		o := &other{raw: raw, answers: pair.ServerAnswers}
		var err error
		if shimIsServer {
			o.answers = pair.ClientAnswers
			o.engine, err = engine.NewClient(&pair.Client)
		} else {
			o.engine, err = engine.NewServer(&pair.Server)
		}
		if err != nil {
			return err
		}
		if err := o.talk(renegotiations); err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, raw)
		return err
	}
}

func TestTheShimCountsRenegotiations(t *testing.T) {
	for why, row := range map[string]struct {
		asked int
		flags []string
		want  status
	}{
		"two":               {2, []string{"-renegotiate-freely", "-expect-total-renegotiations", "2"}, statusPassed},
		"two, late":         {2, []string{"-renegotiate-freely", "-expect-total-renegotiations", "2", "-async"}, statusPassed},
		"one":               {1, []string{"-renegotiate-once", "-expect-total-renegotiations", "1"}, statusPassed},
		"one too many":      {1, []string{"-renegotiate-freely"}, statusFault},
		"one too few":       {0, []string{"-renegotiate-freely", "-expect-total-renegotiations", "1"}, statusFault},
		"a bound one":       {1, []string{"-renegotiate-once", "-expect-total-renegotiations", "1", "-expect-secure-renegotiation"}, statusPassed},
		"one that is not":   {0, []string{"-expect-no-secure-renegotiation"}, statusFault},
		"an end that was":   {0, []string{"-handshake-never-done"}, statusFault},
		"no false start":    {0, []string{"-false-start"}, statusFault},
		"a bound secret":    {0, []string{"-expect-extended-master-secret"}, statusPassed},
		"RFC 5746 is there": {0, []string{"-no-legacy-server-connect"}, statusPassed},
	} {
		pair := pairOf(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
		want(t, why, talks(t, peerIn(pair, false, row.asked), row.flags...), row.want)
	}
}

func TestTheShimStartsEarlyWhereAProtocolWasAgreedOn(t *testing.T) {
	pair := pairOf(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
	pair.Server.ALPN = []string{"foo"}
	flags := []string{"-false-start", "-advertise-alpn", "\x03foo", "-expect-alpn", "foo"}
	want(t, "status", talks(t, peerIn(pair, false, 0), flags...), statusPassed)
}
