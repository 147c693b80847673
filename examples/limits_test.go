package examples_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/tacitls/tacitls/messages/record"
)

// longest is a connection that notes how long protected records are.
type longest struct {
	io.Writer
	mu    sync.Mutex
	bytes []byte // of records, as they came
}

func (l *longest) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes = append(l.bytes, b...)
	return l.Writer.Write(b)
}

// protected is the length of the longest record behind a change_cipher_spec,
// and how many there are.
func (l *longest) protected() (length, count int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	behind := false
	for rest := l.bytes; ; {
		header, ok := record.ParseHeader(rest)
		if !ok {
			return length, count
		}
		if behind {
			length, count = max(length, header.Length), count+1
		}
		behind = behind || header.Type == record.ChangeCipherSpec
		rest = rest[min(len(rest), record.HeaderLen+header.Length):]
	}
}

// watched has a server reached through somebody who notes what both ends send.
func watched(t *testing.T, server string) (address string, client, reply *longest) {
	t.Helper()
	client, reply = &longest{}, &longest{}
	return listen(t, func(conn net.Conn) {
		defer conn.Close()
		upstream, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		defer upstream.Close()
		client.Writer, reply.Writer = upstream, conn
		go func() {
			_, _ = io.Copy(client, conn)
			_ = upstream.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(reply, upstream)
	}), client, reply
}

func TestRecordsKeepToTheLimitsThatFlagsSet(t *testing.T) {
	const tag, explicit = 16, 8 // of AES-GCM; the nonce travels in TLS 1.2
	for _, row := range []struct {
		server, client string
		asks, replies  int // the longest record there may be
	}{
		{"-record-size-limit 100", "-record-size-limit 200", 100 + 1 + tag, 200 + 1 + tag},
		{"", "-record-size-limit 64", 16384 + 1 + tag, 64 + 1 + tag},
		{"-record-size-limit 64", "", 16384 + 1 + tag, 16384 + 1 + tag},
		{"", "-max-fragment-length 512", 512 + tag, 512 + tag},
		{"-record-size-limit 300", "-max-fragment-length 512 -record-size-limit 400", 300 + 1 + tag, 400 + 1 + tag},
		{"-min 1.2 -record-size-limit 100", "-max 1.2 -record-size-limit 200", explicit + 100 + tag, explicit + 200 + tag},
		{"-min 1.2", "-max 1.2 -max-fragment-length 1024", explicit + 1024 + tag, explicit + 1024 + tag},
	} {
		what := "server " + row.server + ", client " + row.client
		server := startServer(t, append(strings.Fields(row.server), "-reply-size", "3000")...)
		address, client, reply := watched(t, server)
		request := `GET / HTTP/1.0\r\nX: ` + strings.Repeat("x", 3000) + `\r\n\r\n`
		r := runClient(t, address, append(strings.Fields(row.client), "-request", request)...)
		wantStatus(t, what, r, 0)
		_, body := split(t, r.stdout)
		wantText(t, what, body, "HTTP/1.0 200 OK", "version=1.")
		for _, end := range []struct {
			name string
			sent *longest
			most int
		}{{"client", client, row.asks}, {"server", reply, row.replies}} {
			length, count := end.sent.protected()
			if length > end.most || count == 0 || end.most < 3000 && length < end.most {
				t.Errorf("%s: the longest of %d records of the %s has %d bytes, of %d allowed", what, count, end.name, length, end.most)
			}
		}
	}
}
