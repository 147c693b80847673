package examples_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func TestTLS12IsSpokenWhereBothEndsAreAskedTo(t *testing.T) {
	for _, row := range []struct {
		server, client, version string // no version: the ends have none in common
	}{
		{"", "", "1.3"},
		{"-min 1.2", "-min 1.2", "1.3"},
		{"-min 1.2", "", "1.3"},
		{"-min 1.2", "-max 1.2", "1.2"},
		{"-max 1.2", "-min 1.2", "1.2"},
		{"-max 1.2", "-max 1.2", "1.2"},
		{"-min 1.2 -max 1.2", "-min 1.2 -max 1.3", "1.2"},
		{"-min 1.2 -ciphers TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "-min 1.2 -ciphers all", "1.2"},
		{"-max 1.2", "", ""},
		{"", "-max 1.2", ""},
	} {
		reason := "server " + row.server + ", client " + row.client
		address := startServer(t, strings.Fields(row.server)...)
		r := runClient(t, address, strings.Fields(row.client)...)
		if row.version == "" {
			wantStatus(t, reason, r, 1)
			wantText(t, reason, r.stderr, "peer_alert: ", "protocol_version received")
			continue
		}
		wantStatus(t, reason, r, 0)
		report, reply := split(t, r.stdout)
		wantLines(t, reason+": the client", report, "version", row.version, "resumed", "false", "hrr", "false")
		wantLines(t, reason+": the server", values(reply), "version", row.version, "resumed", "false", "hrr", "false")
	}
}

func TestBothEndsReportTheSameConnectionOfTLS12(t *testing.T) {
	address := startServer(t, "-min", "1.2", "-alpn", "h3,http/1.1", "-exporter", "EXPERIMENTAL", "-ciphers", "all",
		"-groups", "secp521r1,secp384r1,x25519,secp256r1")
	// A client without the curve of the server's key cannot be served
	// (RFC 8422, Section 5.1), so that each names it.
	for _, row := range []struct{ cipher, group, reported string }{
		{"", "", "secp521r1"},
		{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "secp384r1,secp256r1", "secp384r1"},
		{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "secp256r1,x25519", "x25519"},
		{"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "secp256r1", "secp256r1"},
		{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "x25519,secp256r1", "x25519"},
		{"TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "", "secp521r1"},
	} {
		arguments := []string{"-max", "1.2", "-alpn", "http/1.1,h3", "-exporter", "EXPERIMENTAL", "-ciphers", row.cipher, "-groups", row.group}
		r := runClient(t, address, arguments...)
		wantStatus(t, row.cipher, r, 0)
		cipher := row.cipher
		if cipher == "" {
			cipher = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
		}
		client, reply := split(t, r.stdout)
		wantLines(t, "the client's report", client, "version", "1.2", "cipher", cipher, "group", row.reported,
			"resumed", "false", "hrr", "false", "alpn", "h3", "sni", "localhost", "peer_cn", "server",
			"early_data", "no", "psk", "", "ocsp", "0", "sct", "0", "ech", "no")
		server := values(reply)
		for _, key := range []string{"version", "cipher", "group", "resumed", "hrr", "alpn", "sni", "exporter"} {
			if _, there := client[key]; !there || client[key] != server[key] {
				t.Errorf("%s is %q at the client and %q at the server", key, client[key], server[key])
			}
		}
		if len(client["exporter"]) != 64 {
			t.Errorf("the exporter is %q, want 32 bytes", client["exporter"])
		}
	}
}

func TestSessionsOfTLS12AreResumedByTicketAndByIdentifier(t *testing.T) {
	for _, row := range []struct {
		tickets string
		renewed bool
	}{{"-tickets=true", true}, {"-tickets=false", false}} {
		address := startServer(t, "-min", "1.2", row.tickets)
		session := filepath.Join(t.TempDir(), "session")
		var before []byte
		for _, resumed := range []string{"false", "true", "true"} {
			r := runClient(t, address, "-max", "1.2", "-session", session)
			wantStatus(t, row.tickets, r, 0)
			report, reply := split(t, r.stdout)
			wantLines(t, "at the client", report, "version", "1.2", "resumed", resumed, "hrr", "false", "group", "x25519", "peer_cn", "server")
			wantLines(t, "at the server", values(reply), "version", "1.2", "resumed", resumed, "group", "x25519")
			after, err := os.ReadFile(session)
			if err != nil || before != nil && bytes.Equal(before, after) == row.renewed {
				t.Errorf("%s: a new session is kept, and else the old one (%v)", row.tickets, err)
			}
			before = after
		}
		r := runClient(t, address, "-session", session)
		wantStatus(t, "a session of a version not allowed is passed over", r, 0)
		wantLines(t, "a session of a version not allowed is passed over", values(r.stdout), "version", "1.3", "resumed", "false")
	}
}

// covers 5246/7.2.2/1 5246/7.2.2/2
func TestASessionOfAFailedConnectionOfTLS12IsForgotten(t *testing.T) {
	address := startServer(t, "-max", "1.2", "-tickets=false")
	session := filepath.Join(t.TempDir(), "session")
	wantStatus(t, "a full handshake", runClient(t, address, "-max", "1.2", "-session", session), 0)
	content, err := os.ReadFile(session)
	if err != nil {
		t.Fatal(err)
	}
	r := runProgram(t, "client", "-connect", address, "-max", "1.2", "-session", session)
	wantStatus(t, "a session is verified again under the roots of its use", r, 1)
	if _, err := os.Stat(session); err == nil {
		t.Error("the client keeps the session of a connection that failed")
	}
	if err := os.WriteFile(session, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, resumed := range []string{"true", "false"} {
		why := "the server has not: anybody can name it, and go"
		if resumed == "false" {
			why = "the server has forgotten it too"
			breakOff(t, address, content)
		}
		r = runClient(t, address, "-max", "1.2", "-session", session)
		wantStatus(t, why, r, 0)
		wantLines(t, why, values(r.stdout), "resumed", resumed)
	}
}

// breakOff resumes a session of TLS 1.2, and puts a record into the connection that
// does not open.
func breakOff(t *testing.T, address string, content []byte) {
	t.Helper()
	config := &engine.ClientConfig{}
	config.Rand, config.MinVersion, config.MaxVersion = testkit.Rand("broken off"), messages.TLS12, messages.TLS12
	var err error
	if config.Session, err = events.ParseSession(content); err != nil {
		t.Fatal(err)
	}
	config.ServerName = config.Session.ServerName
	e, err := engine.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	l := link.New(e, conn, &answer.Client{Roots: testkit.Roots()}, nil)
	if err := l.Handshake(); err != nil || !e.Connection().Resumed {
		t.Fatalf("the session is not resumed: %v", err)
	}
	if _, err := conn.Write(append([]byte{23, 3, 3, 0, 40}, make([]byte, 40)...)); err != nil {
		t.Fatal(err)
	}
	l.Finish(time.Second)
}

func TestTLS12HasNoKeyUpdate(t *testing.T) {
	address := startServer(t, "-min", "1.2")
	r := runClient(t, address, "-max", "1.2", "-key-update")
	wantStatus(t, "a key update", r, 1)
	if want := "client: no_key_update: TLS 1.2 has no key update (RFC 8446, Section 4.6.3)\n"; r.stderr != want {
		t.Errorf("stderr is %q, want %q", r.stderr, want)
	}
	wantText(t, "the report comes all the same", r.stdout, "version=1.2", "---\n")
	r = runClient(t, address, "-max", "1.2", "-request", `GET /keyupdate\n\n`)
	wantStatus(t, "a server asked for one says so", r, 0)
	wantText(t, "a server asked for one says so", r.stdout, "---\nHTTP/1.0 501 ")
	wantStatus(t, "TLS 1.3 has one", runClient(t, address, "-min", "1.2", "-key-update"), 0)
}

func TestClientCertificatesOfTLS12AreAskedForAndChecked(t *testing.T) {
	for _, kind := range []string{testkit.P256, testkit.RSA, testkit.Ed25519} {
		chain, key := identityFiles(t, "client", testkit.Client(kind))
		mine := []string{"-max", "1.2", "-cert", chain, "-key", key}
		request := startServer(t, "-max", "1.2", "-client-auth", "request", "-client-ca", authorityFile(t))
		wantStatus(t, "a certificate may be declined", runClient(t, request, "-max", "1.2"), 0)
		session := filepath.Join(t.TempDir(), "session")
		for _, resumed := range []string{"false", "true"} {
			r := runClient(t, request, append(mine, "-session", session)...)
			wantStatus(t, "a session of two certificates", r, 0)
			_, reply := split(t, r.stdout)
			wantLines(t, "the server knows the client", values(reply), "peer_cn", "client", "resumed", resumed)
		}
	}
	require := startServer(t, "-max", "1.2", "-client-auth", "require")
	r := runClient(t, require, "-max", "1.2")
	wantStatus(t, "a certificate is required", r, 1)
	wantText(t, "a certificate is required", r.stderr, "peer_alert: ", "handshake_failure received")
}

func TestKeyLogsOfTLS12HaveTheMasterSecret(t *testing.T) {
	dir := t.TempDir()
	servers, clients := filepath.Join(dir, "server.log"), filepath.Join(dir, "client.log")
	address := startServer(t, "-max", "1.2", "-keylog", servers)
	wantStatus(t, "a key log", runClient(t, address, "-max", "1.2", "-keylog", clients), 0)
	server, client := sortedLines(t, servers), sortedLines(t, clients)
	if !slices.Equal(server, client) || len(client) != 1 {
		t.Fatalf("each key log has the same line:\n%q\n%q", server, client)
	}
	words := strings.Fields(client[0])
	if len(words) != 3 || words[0] != "CLIENT_RANDOM" || len(words[1]) != 64 || len(words[2]) != 96 {
		t.Errorf("the line is a label, a random and a secret of 48 bytes: %q", client[0])
	}
}

func TestAnEchoComesBackInTLS12(t *testing.T) {
	for _, suite := range []string{"", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"} {
		address := startServer(t, "-mode", "echo", "-max", "1.2", "-ciphers", suite)
		for _, request := range []string{"hello", strings.Repeat("0123456789abcdef", 6000), ""} {
			r := runClient(t, address, "-max", "1.2", "-ciphers", suite, "-mode", "echo", "-request", request)
			wantStatus(t, "an echo", r, 0)
			if _, echoed := split(t, r.stdout); echoed != request {
				t.Errorf("%d bytes came back of %d", len(echoed), len(request))
			}
		}
	}
}
