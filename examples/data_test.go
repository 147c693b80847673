package examples_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

func TestAReplyHasTheSizeAskedFor(t *testing.T) {
	for _, row := range []struct {
		size string
		want int
	}{{"1048576", 1 << 20}, {"1024", 1024}, {"16385", 16385}} {
		address := startServer(t, "-reply-size", row.size)
		r := runClient(t, address)
		wantStatus(t, "a reply of "+row.size, r, 0)
		_, reply := split(t, r.stdout)
		_, body, _ := strings.Cut(reply, "\r\n\r\n")
		if len(body) != row.want {
			t.Errorf("the body has %d bytes, want %d", len(body), row.want)
		}
	}
	address := startServer(t, "-reply-size", "0")
	_, reply := split(t, runClient(t, address).stdout)
	wantText(t, "a report is never cut", reply, "version=1.3", "ech=no")
}

func TestAnEchoComesBack(t *testing.T) {
	address := startServer(t, "-mode", "echo")
	for _, request := range []string{"hello", strings.Repeat("0123456789abcdef", 6000), ""} {
		r := runClient(t, address, "-mode", "echo", "-request", request)
		wantStatus(t, "an echo", r, 0)
		if _, echoed := split(t, r.stdout); echoed != request {
			t.Errorf("%d bytes came back of %d", len(echoed), len(request))
		}
	}
	r := runClient(t, address, "-mode", "echo", "-key-update", "-request", `one\r\ntwo\\n`)
	wantStatus(t, "an echo after a key update", r, 0)
	if _, echoed := split(t, r.stdout); echoed != "one\r\ntwo\\n" {
		t.Errorf("escapes are understood: %q", echoed)
	}
}

func TestAConnectionCutOffIsAFailure(t *testing.T) {
	server := startServer(t, "-reply-size", "300000")
	cut := listen(t, func(client net.Conn) {
		defer client.Close()
		upstream, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer upstream.Close()
		go func() { _, _ = io.Copy(upstream, client) }()
		_, _ = io.CopyN(client, upstream, 100000)
	})
	r := runClient(t, cut)
	wantStatus(t, "a reply cut off", r, 1)
	wantText(t, "a reply cut off", r.stderr, "truncated: ", "RFC 8446, Section 6.1")
	wantText(t, "what came is printed", r.stdout, "HTTP/1.0 200 OK")
}

func TestASilentServerIsGivenUp(t *testing.T) {
	silent := listen(t, func(client net.Conn) {
		_, _ = io.Copy(io.Discard, client)
		client.Close()
	})
	started := time.Now()
	r := runClient(t, silent, "-timeout", "300ms")
	wantStatus(t, "a silent server", r, 1)
	if elapsed := time.Since(started); elapsed > 5*time.Second {
		t.Errorf("giving up took %v", elapsed)
	}
}

// listen accepts connections on a free port until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}

func TestABadClientDisturbsNobody(t *testing.T) {
	address := startServer(t, "-client-auth", "request")
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	send := func(conn net.Conn, text string) {
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
	}
	dial()                                               // says nothing
	send(dial(), "\x16\x03\x01\x40\x00\x01\x00\x3f\xfc") // begins a hello and stops
	gone := dial()
	send(gone, "\x16\x03\x01")
	gone.Close()
	lost := dial()
	send(lost, "GET / HTTP/1.0\r\n\r\n"+strings.Repeat("x", 100000))

	r := runClient(t, address)
	wantStatus(t, "a good client among bad ones", r, 0)

	// The alert arrives in spite of the bytes that nobody has read.
	if err := lost.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(lost)
	if err != nil || len(answer) != 7 || answer[0] != 21 {
		t.Errorf("a client that speaks no TLS gets an alert and the end: % x, %v", answer, err)
	}
	wantStatus(t, "a good client after bad ones", runClient(t, address), 0)
}
