package netconn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
)

// An HTTPS server, and a client that has verified it. Programs load their
// certificate by answer.LoadPEM; and without Roots, the system's are taken.
func Example() {
	listener, err := netconn.Listen("tcp", "127.0.0.1:0", &engine.ServerConfig{},
		&answer.Server{Certificates: ordinary(), Tickets: &answer.TicketKeys{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello, %s", r.TLS.ServerName)
	})}
	go func() { _ = server.Serve(listener.HTTP()) }()
	defer server.Close()

	dialer := &netconn.Dialer{
		Config:  &engine.ClientConfig{ServerName: testkit.ServerName}, // by default the host dialed
		Answers: &answer.Client{Roots: testkit.Roots(), Sessions: &answer.Sessions{}},
	}
	client := &http.Client{Transport: &http.Transport{DialTLSContext: dialer.DialContext}}
	reply, err := client.Get("https://" + listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	fmt.Println(string(body), err)
	// Output: hello, server.example <nil>
}

// Early data: what a client says with its hello, on a connection that resumes an
// earlier one. A server has to take it apart from all other data, since anybody may
// send it again.
func ExampleDialer_DialEarly() {
	// The keys of the tickets are as new as this, and tickets know the millisecond.
	once := &answer.SingleUse{Store: &answer.OnceMemory{Since: time.Now().Truncate(time.Millisecond)}}
	listener, err := netconn.Listen("tcp", "127.0.0.1:0", &engine.ServerConfig{MaxEarlyData: 1000},
		&answer.Server{Certificates: ordinary(), Tickets: &answer.TicketKeys{}, EarlyData: once.Accept})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serveEarly(conn.(*netconn.Conn))
		}
	}()

	dialer := &netconn.Dialer{
		Config:  &engine.ClientConfig{ServerName: testkit.ServerName, EarlyData: true},
		Answers: &answer.Client{Roots: testkit.Roots(), Sessions: &answer.Sessions{}},
	}
	request := []byte("what time is it?")
	for range 2 {
		// The first connection has no session, and its ticket comes with the reply.
		conn, taken, err := dialer.DialEarly(context.Background(), "tcp", listener.Addr().String(), request)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = conn.Write(request[taken:])
		_ = conn.CloseWrite()
		reply, errRead := io.ReadAll(conn)
		fmt.Printf("%s, %v\n", reply, errors.Join(err, errRead))
		conn.Close()
	}
	// Output:
	// 0 bytes early, 16 later, <nil>
	// 16 bytes early, 0 later, <nil>
}

// serveEarly reads a request, early data first, and says how it came.
func serveEarly(conn *netconn.Conn) {
	defer conn.Close()
	var early int
	for buf := make([]byte, 100); ; {
		n, err := conn.ReadEarlyData(buf)
		if early += n; err == io.EOF {
			break // the handshake is complete
		} else if err != nil {
			return
		}
	}
	later, err := io.ReadAll(conn)
	if err == nil {
		fmt.Fprintf(conn, "%d bytes early, %d later", early, len(later))
	}
}

func ordinary() []*answer.Certificate {
	identity := testkit.Server(testkit.P256)
	certificate, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		panic(err)
	}
	return []*answer.Certificate{certificate}
}
