package netconn_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"
)

func TestAConnIsANetConn(t *testing.T) {
	for name, pair := range map[string]func(testing.TB) (net.Conn, net.Conn){
		"over TCP":  transports,
		"in memory": func(testing.TB) (net.Conn, net.Conn) { return net.Pipe() },
	} {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				clientTransport, serverTransport := pair(t)
				client, server := ends(t, clientTransport, serverTransport)
				// The handshake has its deadlines in common with what follows.
				shake(t, client, server)
				stop = func() {
					clientTransport.Close()
					serverTransport.Close()
				}
				return client, server, stop, nil
			})
		})
	}
}
