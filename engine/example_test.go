package engine_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// drive takes one end of a connection from its first byte to its last, over
// a transport that blocks and has buffers, as sockets have: over a net.Pipe both
// ends could be writing at once, each waiting for the other to read.
func drive(e *engine.Engine, transport io.ReadWriter, answers answer.Answerer, act func(*events.Output, events.Event) error) error {
	var out events.Output // for as many connections as one goroutine serves
	buf := make([]byte, 4096)
	failure := e.Start(&out, now()) // a server has nothing to start
	for {
		for event := range out.All() { // one ordered stream: bytes, questions, facts
			switch event := event.(type) {
			case *events.Send: // imperative: write these bytes, in this order
				if _, err := transport.Write(event.Bytes); err != nil {
					return err
				}
			case events.Question: // the engine waits: answer now, or any time later
				failure = e.Answer(&out, now(), answers.Answer(now(), event))
			case *events.PeerClosed: // fact: nothing more will come
				failure = e.CloseWrite(&out, now())
			default: // facts: the handshake is complete, data has come, ...
				if err := act(&out, event); err != nil {
					return err
				}
			}
		}
		out.Reset() // the bytes of the events end here
		switch {
		case failure != nil: // the alert has been written already, unless the caller's answer was the mistake
			return failure
		case e.ReadClosed() && e.WriteClosed():
			return nil
		}
		n, err := transport.Read(buf)
		if n > 0 {
			failure = e.Receive(&out, now(), buf[:n]) // any split of the stream; buf is overwritten
		} else if err == io.EOF {
			failure = e.ReceiveEOF(&out, now())
		} else if err != nil {
			return err
		}
	}
}

// now is the clock; the engine has none.
func now() time.Time { return testkit.Now }

// The loop without adapters, twice: a server that sends back what it gets, and
// a client that sends one line and closes.
func Example() {
	toServer, toClient := make(chan []byte, 16), make(chan []byte, 16)
	ended := make(chan error)
	go func() { ended <- echo(&memory{in: toServer, out: toClient}) }()

	client, err := engine.NewClient(&engine.ClientConfig{
		Common:     engine.Common{Rand: rand.Reader},
		ServerName: testkit.ServerName,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answers := &answer.Client{Roots: testkit.Roots()}
	err = drive(client, &memory{in: toClient, out: toServer}, answers, func(out *events.Output, event events.Event) error {
		switch event := event.(type) {
		case *events.HandshakeCompleted:
			fmt.Println(event)
			return client.Write(out, now(), []byte("hello"))
		case *events.DataReceived:
			fmt.Printf("received %q\n", event.Bytes)
			return client.CloseWrite(out, now())
		}
		return nil
	})
	fmt.Println("client:", err)
	fmt.Println("server:", <-ended)

	// Output:
	// handshake completed, TLS 1.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768, ecdsa_secp256r1_sha256, resumed=false
	// received "hello"
	// client: <nil>
	// server: <nil>
}

// echo serves one client.
func echo(transport io.ReadWriter) error {
	identity := testkit.Server(testkit.P256)
	certificate, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		return err
	}
	server, err := engine.NewServer(&engine.ServerConfig{Common: engine.Common{Rand: rand.Reader}})
	if err != nil {
		return err
	}
	answers := &answer.Server{Certificates: []*answer.Certificate{certificate}}
	return drive(server, transport, answers, func(out *events.Output, event events.Event) error {
		if data, ok := event.(*events.DataReceived); ok {
			return server.Write(out, now(), data.Bytes)
		}
		return nil
	})
}

// memory is one end of a transport in memory.
type memory struct {
	in   <-chan []byte
	out  chan<- []byte
	rest []byte
}

func (m *memory) Write(b []byte) (int, error) {
	m.out <- bytes.Clone(b)
	return len(b), nil
}

func (m *memory) Read(b []byte) (int, error) {
	if len(m.rest) == 0 {
		m.rest = <-m.in
	}
	n := copy(b, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}
