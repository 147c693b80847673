package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/tacitls/tacitls/internal/testkit"
)

// quicPeer is the standard library's QUIC handshake behind the suite's stand-in for QUIC: records with the secrets that packets would be protected by.
type quicPeer struct {
	raw         net.Conn
	conn        *tls.QUICConn
	read, write [4]quicPeerKeys
	parameters  []byte // the shim's
	done        bool
}

type quicPeerKeys struct {
	suite  uint16
	secret []byte
	there  bool
}

// run gives a handshake, in both directions, until it is complete at this end.
func (q *quicPeer) run(parameters []byte) error {
	q.read[tls.QUICEncryptionLevelInitial].there, q.write[tls.QUICEncryptionLevelInitial].there = true, true
	q.conn.SetTransportParameters(parameters)
	if err := q.conn.Start(context.Background()); err != nil {
		return err
	}
	if err := q.events(); err != nil {
		return err
	}
	for !q.done {
		kind, level, content, err := q.next()
		if err != nil {
			return err
		}
		if kind != quicHandshake {
			return fmt.Errorf("a record of type %d, %x, before the handshake is complete", kind, content)
		}
		if err := q.take(level, content); err != nil {
			return err
		}
	}
	return nil
}

func (q *quicPeer) take(level tls.QUICEncryptionLevel, content []byte) error {
	if err := q.conn.HandleData(level, content); err != nil {
		return err
	}
	return q.events()
}

// events acts on what the handshake says.
func (q *quicPeer) events() error {
	for {
		event := q.conn.NextEvent()
		switch event.Kind {
		case tls.QUICNoEvent:
			return nil
		case tls.QUICSetReadSecret:
			q.read[event.Level] = quicPeerKeys{event.Suite, bytes.Clone(event.Data), true}
		case tls.QUICSetWriteSecret:
			q.write[event.Level] = quicPeerKeys{event.Suite, bytes.Clone(event.Data), true}
		case tls.QUICWriteData:
			if err := q.send(quicHandshake, event.Level, event.Data); err != nil {
				return err
			}
		case tls.QUICTransportParameters:
			q.parameters = bytes.Clone(event.Data)
		case tls.QUICHandshakeDone:
			q.done = true
		}
	}
}

func (q *quicPeer) send(kind byte, level tls.QUICEncryptionLevel, content []byte) error {
	keys := q.write[level]
	if !keys.there {
		return fmt.Errorf("no keys for level %v", level)
	}
	b := binary.BigEndian.AppendUint16([]byte{kind, byte(level)}, keys.suite)
	b = binary.BigEndian.AppendUint32(b, uint32(len(keys.secret)+len(content)))
	_, err := q.raw.Write(append(append(b, keys.secret...), content...))
	return err
}

// next reads a record, which has to have the secret of its level before the content.
func (q *quicPeer) next() (kind byte, level tls.QUICEncryptionLevel, content []byte, err error) {
	var header [quicHeaderLen]byte
	if _, err := io.ReadFull(q.raw, header[:]); err != nil {
		return 0, 0, nil, err
	}
	content = make([]byte, binary.BigEndian.Uint32(header[4:]))
	if _, err := io.ReadFull(q.raw, content); err != nil {
		return 0, 0, nil, err
	}
	level = tls.QUICEncryptionLevel(header[1])
	keys := q.read[level]
	rest, ok := bytes.CutPrefix(content, keys.secret)
	if !keys.there || !ok || keys.suite != binary.BigEndian.Uint16(header[2:]) {
		return 0, 0, nil, fmt.Errorf("a record at level %v under other keys", level)
	}
	return header[0], level, rest, nil
}

// converse has data echoed with its bits turned over, and ends the connection.
func (q *quicPeer) converse() error {
	sent := bytes.Repeat([]byte("datagrams"), 50)
	if err := q.send(quicData, tls.QUICEncryptionLevelApplication, sent); err != nil {
		return err
	}
	var received []byte
	for len(received) < len(sent) {
		kind, level, content, err := q.next()
		if err != nil {
			return err
		}
		switch kind {
		case quicData:
			received = append(received, content...)
		case quicHandshake: // tickets
			if err := q.take(level, content); err != nil {
				return err
			}
		default:
			return fmt.Errorf("a record of type %d: %x", kind, content)
		}
	}
	for i := range received {
		received[i] ^= 0xff
	}
	if !bytes.Equal(sent, received) {
		return fmt.Errorf("the echo differs")
	}
	if err := q.raw.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, q.raw)
	return err
}

// standardQUICPeer plays the other role, and expects the second connection to resume the first.
func standardQUICPeer(shimIsServer bool) func(net.Conn) error {
	connections := 0
	config := &tls.Config{Time: func() time.Time { return testkit.Now }, MinVersion: tls.VersionTLS13, NextProtos: []string{"foo"}}
	start := tls.QUICServer
	if shimIsServer {
		config.ServerName, config.RootCAs, config.ClientSessionCache = testkit.ServerName, testkit.Roots(), tls.NewLRUClientSessionCache(1)
		start = tls.QUICClient
	} else {
		config.Certificates = []tls.Certificate{standard(testkit.Server(testkit.P256))}
	}
	return func(raw net.Conn) error {
		q := &quicPeer{raw: raw, conn: start(&tls.QUICConfig{TLSConfig: config})}
		if err := q.run([]byte{1, 2}); err != nil {
			return err
		}
		if want := []byte{3, 4}; !bytes.Equal(q.parameters, want) {
			return fmt.Errorf("the shim's transport parameters: got %x, want %x", q.parameters, want)
		}
		resumed := connections > 0
		connections++
		if got := q.conn.ConnectionState().DidResume; got != resumed {
			return fmt.Errorf("resumed: got %t, want %t", got, resumed)
		}
		if !shimIsServer {
			if err := q.conn.SendSessionTicket(tls.QUICSessionTicketOptions{}); err != nil {
				return err
			}
			if err := q.events(); err != nil {
				return err
			}
		}
		return q.converse()
	}
}

// TestTheShimTalksQUICToTheStandardLibrary makes a full connection and a resumed one, in both roles and with all at once or byte by byte.
func TestTheShimTalksQUICToTheStandardLibrary(t *testing.T) {
	for _, async := range []bool{false, true} {
		for _, server := range []bool{false, true} {
			t.Run(fmt.Sprintf("server=%t async=%t", server, async), func(t *testing.T) {
				port, verdict := peerOf(t, standardQUICPeer(server))
				flags := []string{"-port", strconv.Itoa(port), "-shim-id", "7", "-resume-count", "1", "-quic", "-host-name", testkit.ServerName,
					"-quic-transport-params", base64.StdEncoding.EncodeToString([]byte{3, 4}), "-quic-use-legacy-codepoint", "0",
					"-expect-quic-transport-params", base64.StdEncoding.EncodeToString([]byte{1, 2}),
					"-advertise-alpn", "\x03foo", "-select-alpn", "foo", "-expect-alpn", "foo", "-expect-version", strconv.Itoa(tls.VersionTLS13)}
				if server {
					certificate, key := files(t, testkit.Server(testkit.P256))
					flags = append(flags, "-server", "-cert-file", certificate, "-key-file", key, "-expect-server-name", testkit.ServerName)
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

// A refusal of the engine's goes to the peer as the alert that it is, since a transport has to tell it.
func TestARefusalOverQUICIsToldByTheTransport(t *testing.T) {
	alerted := make(chan []byte, 1)
	port, _ := peerOf(t, func(raw net.Conn) error {
		config := &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{"bar"}, ServerName: testkit.ServerName, RootCAs: testkit.Roots()}
		q := &quicPeer{raw: raw, conn: tls.QUICClient(&tls.QUICConfig{TLSConfig: config})}
		err := q.run(nil)
		alerted <- []byte(fmt.Sprint(err))
		_, _ = io.Copy(io.Discard, raw)
		return nil
	})
	certificate, key := files(t, testkit.Server(testkit.P256))
	var stdout, stderr bytes.Buffer
	status := run([]string{"-port", strconv.Itoa(port), "-shim-id", "7", "-server", "-quic", "-select-alpn", "foo", "-cert-file", certificate, "-key-file", key},
		&stdout, &stderr, newDriven())
	want(t, "status", status, statusFailed)
	want(t, "the word", bytes.Contains(stderr.Bytes(), []byte(":NO_APPLICATION_PROTOCOL:")), true)
	want(t, "what the peer hears", string(<-alerted), "a record of type 21, 0278, before the handshake is complete")
}
