package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// scripted is a binding that honours the flags it lists and runs one function for each connection.
type scripted struct {
	flags []string
	do    func(c *connection) error
}

func (s scripted) honours(flag string) bool {
	for _, known := range s.flags {
		if flag == known {
			return true
		}
	}
	return false
}

func (s scripted) exchange(c *connection) error { return s.do(c) }

// runner stands in for the suite's: it accepts connections one at a time, reads each to its end, then closes it.
type runner struct {
	listener net.Listener
	received chan []byte
}

func newRunner(t *testing.T, address string) *runner {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{listener: listener, received: make(chan []byte, 8)}
	go func() {
		defer close(r.received)
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			// Bytes the shim never asks for: a shim that closes without reading them would reset the connection.
			_, _ = c.Write(make([]byte, 4096))
			data, _ := io.ReadAll(c)
			_ = c.Close()
			r.received <- data
		}
	}()
	return r
}

func (r *runner) flags(more ...string) []string {
	port := r.listener.Addr().(*net.TCPAddr).Port
	return append([]string{"-port", strconv.Itoa(port), "-shim-id", "18446744073709551615"}, more...)
}

// finish stops the runner and returns what came over each connection.
func (r *runner) finish(t *testing.T) [][]byte {
	t.Helper()
	var all [][]byte
	for {
		select {
		case data := <-r.received:
			all = append(all, data)
		case <-time.After(100 * time.Millisecond):
			if err := r.listener.Close(); err != nil {
				t.Error(err)
			}
			return all
		}
	}
}

func TestEveryConnectionIsDialedAndSaysWhoseItIs(t *testing.T) {
	r := newRunner(t, "127.0.0.1:0")
	var numbers []int
	var names []string
	var times []time.Duration
	b := scripted{flags: []string{"host-name"}, do: func(c *connection) error {
		numbers = append(numbers, c.number)
		names = append(names, c.options.HostName)
		times = append(times, c.now.Sub(started))
		_, err := c.socket.Write([]byte("bytes"))
		return err
	}}
	var stdout, stderr bytes.Buffer
	got := run(r.flags("-resume-count", "2", "-on-initial-host-name", "a", "-on-resume-host-name", "b", "-on-resume-resumption-delay", "3"),
		&stdout, &stderr, b)

	want(t, "status", got, statusPassed)
	want(t, "standard error of a passing shim", stderr.String(), "")
	want(t, "order", numbers, []int{0, 1, 2})
	want(t, "options", names, []string{"a", "b", "b"})
	want(t, "time", times, []time.Duration{0, 0, 3 * time.Second})
	hello := append(binary.LittleEndian.AppendUint64(nil, 1<<64-1), "bytes"...)
	want(t, "what the runner read", r.finish(t), [][]byte{hello, hello, hello})
}

func TestTheOtherLoopbackIsDialedWhenAsked(t *testing.T) {
	listener, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Logf("no IPv6 here: %v", err)
		return
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	r := newRunner(t, "[::1]:0")
	var stdout, stderr bytes.Buffer
	got := run(r.flags("-ipv6"), &stdout, &stderr, scripted{do: func(*connection) error { return nil }})
	want(t, "status", got, statusPassed)
	want(t, "connections", len(r.finish(t)), 1)
}

func TestTheFirstFailureEndsTheRun(t *testing.T) {
	for why, row := range map[string]struct {
		err    error
		status status
	}{
		"a failure a test may want": {errors.New(":DECODE_ERROR:"), statusFailed},
		"a value beyond the shim":   {&unsupportedError{what: "such a cipher"}, statusUnsupported},
		"a check that did not hold": {&mismatchError{what: "two verdicts"}, statusFault},
		"a fault of the shim":       {&faultError{what: "two verdicts"}, statusFault},
	} {
		r := newRunner(t, "127.0.0.1:0")
		var stdout, stderr bytes.Buffer
		got := run(r.flags("-resume-count", "1"), &stdout, &stderr, scripted{do: func(*connection) error { return row.err }})
		want(t, why+": status", got, row.status)
		want(t, why+": text", strings.Contains(stdout.String()+stderr.String(), row.err.Error()), true)
		want(t, why+": silence of what cannot be tried", stderr.Len() == 0, row.status == statusUnsupported)
		want(t, why+": connections", len(r.finish(t)), 1)
	}
}

func TestAPanicIsNeverTheFailureATestWants(t *testing.T) {
	r := newRunner(t, "127.0.0.1:0")
	defer r.finish(t)
	var stdout, stderr bytes.Buffer
	got := run(r.flags(), &stdout, &stderr, scripted{do: func(*connection) error { panic("out of range") }})
	want(t, "status", got, statusFault)
	want(t, "text", strings.Contains(stderr.String(), "out of range"), true)
}

func TestStatusesBeforeAnyConnection(t *testing.T) {
	for why, row := range map[string]struct {
		arguments []string
		status    status
		stdout    string
	}{
		"a second process is not supported": {[]string{"-is-handshaker-supported"}, statusPassed, "No\n"},
		"a flag nobody knows":               {[]string{"-fly"}, statusUnsupported, ""},
		"a flag the binding ignores":        {[]string{"-port", "1", "-server"}, statusUnsupported, ""},
		"a part's flag the binding ignores": {[]string{"-port", "1", "-on-retry-verify-fail"}, statusUnsupported, ""},
		"a value that cannot be read":       {[]string{"-port", "one"}, statusFault, ""},
		"nobody to dial":                    {[]string{"-port", "0"}, statusFault, ""},
		"fewer than no resumptions":         {[]string{"-resume-count", "-1"}, statusFault, ""},
	} {
		var stdout, stderr bytes.Buffer
		want(t, why+": status", run(row.arguments, &stdout, &stderr, scripted{}), row.status)
		want(t, why+": standard error speaks of failures", stderr.Len() == 0, row.status == statusPassed || row.status == statusUnsupported)
		if row.status == statusPassed {
			want(t, why+": standard output", stdout.String(), row.stdout)
		}
	}
}
