package netconn_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/internal/testkit"
)

func TestDeadlinesHarmNoEarlyData(t *testing.T) {
	k := meet(t)
	client, server := k.again()
	for what, set := range map[string]func(time.Time) error{"reading": server.SetReadDeadline, "both": server.SetDeadline} {
		if err := set(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if n, err := server.ReadEarlyData(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%s: nobody is there: %d, %v", what, n, err)
		}
	}
	if err := client.SetWriteDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := client.WriteEarlyData([]byte("x")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after the deadline: %d, %v", n, err)
	}
	if err := errors.Join(client.SetDeadline(time.Time{}), server.SetDeadline(time.Time{})); err != nil {
		t.Fatal(err)
	}
	writeEarly(t, "gone on with", client, "early")
	wantEarly(t, "gone on with", server, "ear")
	if err := server.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := server.ReadEarlyData(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("what is there, after the deadline: %d, %v", n, err)
	}
	if err := server.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	wantEarly(t, "the rest", server, "ly")
	wantAccepted(t, "in the end", client, true)
	wantNoMoreEarly(t, "in the end", server)
}

func TestDeadlinesAnywhereHarmNoEarlyData(t *testing.T) {
	k := meet(t)
	a, b := transports(t)
	client, server := k.over(
		&stutter{Conn: a, random: testkit.Rand("early stutter of the client")},
		&stutter{Conn: b, random: testkit.Rand("early stutter of the server")})
	data := randomBytes("early data", mostEarly)
	var all sync.WaitGroup
	all.Go(func() {
		rest := data
		err := patiently(func() error {
			n, err := client.WriteEarlyData(rest)
			rest = rest[n:]
			return err
		})
		accepted := false
		if err == nil {
			err = patiently(func() (err error) { accepted, err = client.EarlyDataAccepted(); return err })
		}
		if err != nil || !accepted {
			t.Errorf("writing: accepted %t, %v", accepted, err)
		}
	})
	all.Go(func() {
		var got []byte
		err := patiently(func() error {
			more, err := io.ReadAll(earlyReader{server})
			got = append(got, more...)
			return err
		})
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("reading: %d bytes, %v", len(got), err)
		}
	})
	within(t, time.Minute, "the transfer", all.Wait)
}

// Early data is written, answered and read by many at once while the handshake runs.
func TestEarlyDataGoesWhileTheHandshakeRuns(t *testing.T) {
	k := meet(t)
	client, server := k.again()
	const size, writers = 5_000, 4
	writeEarly(t, "the first", client, "x")
	if n, err := server.ReadEarlyData(nil); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		if err := client.Handshake(); err != nil {
			t.Error(err)
		}
	})
	for i := range writers {
		all.Go(func() {
			// The server may have answered: then it is for Write.
			n, err := client.WriteEarlyData(bytes.Repeat([]byte{byte(i)}, size))
			if err != nil && !errors.Is(err, netconn.ErrNoEarlyData) {
				t.Errorf("early: %d, %v", n, err)
			}
			if accepted, err := client.EarlyDataAccepted(); !accepted || err != nil {
				t.Errorf("accepted %t, %v", accepted, err)
			}
			if m, err := client.Write(bytes.Repeat([]byte{byte(i)}, size-n)); n+m != size || err != nil {
				t.Errorf("behind: %d, %v", m, err)
			}
		})
		all.Go(func() {
			if _, err := server.Write(bytes.Repeat([]byte{byte(i)}, size)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Go(func() {
		early, err := io.ReadAll(earlyReader{server})
		if err != nil {
			t.Error(err)
		}
		if _, err := io.ReadFull(server, make([]byte, 1+writers*size-len(early))); err != nil {
			t.Errorf("behind %d bytes: %v", len(early), err)
		}
	})
	all.Go(func() {
		if accepted, err := client.EarlyDataAccepted(); !accepted || err != nil {
			t.Errorf("accepted %t, %v", accepted, err)
		}
		if _, err := io.ReadFull(client, make([]byte, writers*size)); err != nil {
			t.Error(err)
		}
	})
	within(t, time.Minute, "all of it", all.Wait)
}

func TestCloseEndsTheReadingOfEarlyData(t *testing.T) {
	k := meet(t)
	client, server := k.again()
	writeEarly(t, "the client", client, "early")
	wantEarly(t, "the server", server, "early")
	read := later(func() error { _, err := server.ReadEarlyData(make([]byte, 1)); return err })
	wantStillWaiting(t, "ReadEarlyData", read)
	within(t, 10*time.Second, "Close", func() { _ = server.Close() })
	if err := soon(t, "ReadEarlyData", read); err == nil || err == io.EOF {
		t.Errorf("ReadEarlyData: %v", err)
	}
	if n, err := server.ReadEarlyData(make([]byte, 1)); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("ReadEarlyData after it: %d, %v", n, err)
	}
	client.Close()
	if n, err := client.WriteEarlyData([]byte("x")); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("WriteEarlyData after Close: %d, %v", n, err)
	}
}

// What a server does between two parts of the handshake is no delay of the client's.
func TestAListenersPatienceIsForTheClient(t *testing.T) {
	k := meet(t)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := netconn.NewListener(inner, k.server, k.serverAnswers)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	listener.Patience = 200 * time.Millisecond
	transport, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client, err := netconn.Client(transport, k.client, k.clientAnswers)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	writeEarly(t, "the client", client, "early")
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	server := accepted.(*netconn.Conn)
	defer server.Close()
	wantEarly(t, "the server", server, "early")
	time.Sleep(2 * listener.Patience)
	wantWrite(t, "after a while", server, "an answer")
	wantAccepted(t, "after a while", client, true)
	wantRead(t, "after a while", client, "an answer")
	wantNoMoreEarly(t, "after a while", server)
}

// A server that has answered early, and writes nothing behind it, sends its tickets
// when it reads, so that the client has one for the next time.
func TestTicketsGoBehindAnEarlyAnswer(t *testing.T) {
	k := meet(t)
	client, server := k.again()
	writeEarly(t, "the client", client, "early")
	wantEarly(t, "the server", server, "early")
	wantWrite(t, "the server", server, "answer")
	served := later(func() error { _, err := io.Copy(io.Discard, server); return err })
	wantAccepted(t, "the client", client, true)
	wantRead(t, "the client", client, "answer")
	read := later(func() error { _, err := client.Read(make([]byte, 1)); return err })
	within(t, 10*time.Second, "a ticket", func() {
		for k.clientAnswers.Sessions.Len() == 0 {
			time.Sleep(time.Millisecond)
		}
	})
	client.Close()
	for why, done := range map[string]<-chan error{"the server": served, "the client": read} {
		if err := soon(t, why, done); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", why, err)
		}
	}
}
