package main

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// allDifferences are those of every table, in their order.
func allDifferences() []difference {
	all := slices.Concat(differencesOfVersions, differencesOfHellos, differencesOfHandshakes, differencesOfConnections)
	for _, d := range differencesOfChecks {
		all = append(all, d.difference)
	}
	return all
}

func TestEveryDifferenceIsARowOfTheReadmeAndNoOther(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	const header = "| the suite wants to | the engine | reason | tests |\n|---|---|---|---|\n"
	_, rest, found := strings.Cut(string(text), header)
	if !found {
		t.Fatalf("README.md has no table that begins\n%s", header)
	}
	table, _, _ := strings.Cut(rest, "\n\n")
	var rows []string
	for _, d := range allDifferences() {
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %d |", d.suite, d.engine, d.reason, d.tests))
	}
	if want := strings.Join(rows, "\n"); strings.TrimSuffix(table, "\n") != want {
		t.Errorf("the rows of the table have to be\n%s", want)
	}
	for _, d := range allDifferences() {
		if d.tests == 0 || !strings.HasPrefix(d.reason, "RFC ") {
			t.Errorf("%q: %d tests, by %q", d.suite, d.tests, d.reason)
		}
	}
}

// oldPeer is a server of the standard library's that has nothing above TLS 1.1, or a client.
func oldPeer(shimIsServer bool) func(net.Conn) error {
	return func(raw net.Conn) error {
		config := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, ServerName: testkit.ServerName,
			Certificates: []tls.Certificate{standard(testkit.Server(testkit.P256))}}
		c := tls.Server(raw, config)
		if shimIsServer {
			c = tls.Client(raw, config)
		}
		_ = c.Handshake()
		_, _ = io.Copy(io.Discard, raw)
		return nil
	}
}

// A peer with nothing above TLS 1.1 is what a test cannot be tried for, unless the flags have left out what it has: then it is to be refused.
func TestAVersionBelowIsNotTriedUnlessItIsToBeRefused(t *testing.T) {
	for _, server := range []bool{false, true} {
		for why, row := range map[string]struct {
			flags  []string
			status status
		}{
			"left on":              {nil, statusUnsupported},
			"TLS 1.1 left on":      {[]string{"-no-tls1"}, statusUnsupported},
			"left out by a bound":  {[]string{"-min-version", "771"}, statusFailed},
			"left out one by one":  {[]string{"-no-tls1", "-no-tls11"}, statusFailed},
			"left out by a preset": {[]string{"-cnsa2-202603"}, statusFailed},
		} {
			port, _ := peerOf(t, oldPeer(server))
			flags := append([]string{"-port", strconv.Itoa(port), "-shim-id", "7"}, row.flags...)
			if server {
				certificate, key := files(t, testkit.Server(testkit.P256))
				flags = append(flags, "-server", "-cert-file", certificate, "-key-file", key)
			}
			var stdout, stderr bytes.Buffer
			want(t, fmt.Sprintf("%s, server %t", why, server), run(flags, &stdout, &stderr, newDriven()), row.status)
			want(t, why+": says why", strings.Contains(stdout.String(), "RFC 8996"), row.status == statusUnsupported)
		}
	}
}

// A connection that has come to nothing of the table ends as it ends.
func TestNothingSeenIsNoDifference(t *testing.T) {
	port, verdict := peerOf(t, standardPeer(false, tls.VersionTLS13))
	var stdout, stderr bytes.Buffer
	got := run([]string{"-port", strconv.Itoa(port), "-shim-id", "7", "-resume-count", "1", "-host-name", testkit.ServerName}, &stdout, &stderr, newDriven())
	want(t, "status", got, statusPassed)
	want(t, "standard output", stdout.String(), "")
	if err := <-verdict; err != nil {
		t.Error(err)
	}
}

func TestRecordsAreSeenHoweverTheyAreSplit(t *testing.T) {
	hello := append([]byte{byte(messages.TypeEncryptedExtensions), 0, 0, 2}, 0, 0)
	var stream []byte
	for _, r := range []struct {
		kind    record.ContentType
		content []byte
	}{{record.Handshake, nil}, {record.Handshake, hello}, {record.ApplicationData, make([]byte, 300)}} {
		stream = record.Header{Type: r.kind, Version: uint16(messages.TLS12), Length: len(r.content)}.Append(stream)
		stream = append(stream, r.content...)
	}
	for _, size := range []int{1, 2, 7, len(stream)} {
		var s recordScanner
		for chunk := range slices.Chunk(stream, size) {
			s.scan(chunk)
		}
		var lengths []int
		for _, r := range s.records {
			lengths = append(lengths, r.Length)
		}
		want(t, "lengths", lengths, []int{0, len(hello), 300})
		want(t, "in clear", s.hasInClear(messages.TypeEncryptedExtensions), true)
		want(t, "of another type", s.hasInClear(messages.TypeCertificate), false)
		want(t, "a hello of SSL 2.0", s.beginsOld(), false)
	}
}

func TestWhatIsSeenInAnExtension(t *testing.T) {
	old := recordScanner{first: []byte{0x80, 0x2e, 1, 3, 3}}
	prefixed := recordScanner{first: append([]byte{byte(record.Handshake), 3, 1, 0, 0}, old.first...)}
	for _, s := range []*recordScanner{&old, &prefixed} {
		want(t, "a hello of SSL 2.0", s.beginsOld(), true)
	}
	for content, ok := range map[string]bool{"\x00\x00": true, "\x00\x03\x02ab": true, "\x00\x01\x00": false, "\x00\x02\x01ab": false, "\x00\x02\x02a": false, "\x00": false} {
		want(t, fmt.Sprintf("list %q", content), isList([]byte(content)), ok)
	}
	for content, ok := range map[string]bool{"\x04\x00\x01\x00\x02": false, "\x04\x00\x01\x00\x01": true, "\x02\x00\x01": false, "": false} {
		want(t, fmt.Sprintf("numbers %q", content), namesTwice([]byte(content)), ok)
	}
	for content, ok := range map[string]bool{"\x01\x01": true, "\x02\x00\x80": true, "\x00": false, "\x01\x00": false, "\x02\x01": false, "": false} {
		want(t, fmt.Sprintf("flags %q", content), areFlags([]byte(content)), ok)
	}
	offer := func(binders ...int) []byte {
		var list []byte
		for _, size := range binders {
			list = append(append(list, byte(size)), make([]byte, size)...)
		}
		identities := []byte{0, 0}
		return append(binary.BigEndian.AppendUint16(identities, uint16(len(list))), list...)
	}
	want(t, "binders of 32 and 48 bytes", hasShortBinder(offer(32, 48)), false)
	want(t, "a binder of 31 bytes", hasShortBinder(offer(32, 31)), true)
	want(t, "no binder", hasShortBinder(offer()), false)
	want(t, "nothing", hasShortBinder(nil), false)
}
