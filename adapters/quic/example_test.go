package quic_test

import (
	"context"
	"fmt"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
)

// A handshake in memory. What a stack does in between is to send the bytes of each
// level in CRYPTO frames, under the keys of that level.
func Example() {
	identity := testkit.Server(testkit.P256)
	certificate, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		fmt.Println(err)
		return
	}
	protocols := engine.Common{ALPN: []string{"h3"}}
	client := quic.QUICClient(&quic.QUICConfig{
		Client:  &engine.ClientConfig{Common: protocols, ServerName: testkit.ServerName},
		Answers: &answer.Client{Roots: testkit.Roots()},
	})
	server := quic.QUICServer(&quic.QUICConfig{
		Server:  &engine.ServerConfig{Common: protocols},
		Answers: &answer.Server{Certificates: []*answer.Certificate{certificate}},
	})
	client.SetTransportParameters([]byte("limits of the client"))
	server.SetTransportParameters([]byte("limits of the server"))
	for _, end := range []*quic.QUICConn{server, client} {
		if err := end.Start(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
	}
	names := map[*quic.QUICConn]string{client: "client", server: "server"}
	for from, to, quiet := client, server, 0; quiet < 2; from, to = to, from {
		quiet++
		for event := from.NextEvent(); event.Kind != quic.QUICNoEvent; event = from.NextEvent() {
			quiet = 0
			switch event.Kind {
			case quic.QUICWriteData:
				fmt.Printf("%s: bytes, %v\n", names[from], event.Level)
				if err := to.HandleData(event.Level, event.Data); err != nil {
					fmt.Println(err)
					return
				}
			case quic.QUICSetReadSecret:
				fmt.Printf("%s: a secret to read with, %v\n", names[from], event.Level)
			case quic.QUICSetWriteSecret:
				fmt.Printf("%s: a secret to write with, %v\n", names[from], event.Level)
			case quic.QUICTransportParameters:
				fmt.Printf("%s: hears the %s\n", names[from], event.Data)
			case quic.QUICHandshakeDone:
				fmt.Printf("%s: done, %s\n", names[from], from.ConnectionState().NegotiatedProtocol)
			}
		}
	}
	// Output:
	// client: bytes, Initial
	// server: hears the limits of the client
	// server: bytes, Initial
	// server: a secret to write with, Handshake
	// server: a secret to read with, Handshake
	// server: bytes, Handshake
	// server: a secret to write with, Application
	// client: a secret to write with, Handshake
	// client: a secret to read with, Handshake
	// client: hears the limits of the server
	// client: bytes, Handshake
	// client: a secret to write with, Application
	// client: done, h3
	// client: a secret to read with, Application
	// server: done, h3
	// server: a secret to read with, Application
}
