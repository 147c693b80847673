package examples_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/internal/testkit"
)

// opensslPath is that of openssl 3, or empty where there is none: then a test
// has nothing to show, unless TACITLS_NEED_OPENSSL says that it must.
func opensslPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err == nil {
		var version []byte
		version, err = exec.Command(path, "version").Output()
		if err == nil && strings.HasPrefix(string(version), "OpenSSL 3") {
			return path
		}
	}
	if os.Getenv("TACITLS_NEED_OPENSSL") != "" {
		t.Fatalf("TACITLS_NEED_OPENSSL is set, and there is no openssl 3: %v", err)
	}
	t.Logf("there is no openssl 3: %v", err)
	return ""
}

// startOpenSSL starts s_server on a free port, and stops it when the test ends.
func startOpenSSL(t *testing.T, path string, arguments ...string) string {
	t.Helper()
	address := freeAddress(t)
	chain, key := identityFiles(t, "server", testkit.Server(testkit.P256))
	arguments = append([]string{"s_server", "-accept", address, "-cert", chain, "-key", key, "-quiet"}, arguments...)
	command := exec.Command(path, arguments...)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	for began := time.Now(); time.Since(began) < patience; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
	}
	t.Fatal("openssl s_server does not listen")
	return ""
}

// freeAddress is one that nobody listens on, for a program that says only that it
// listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	return free.Addr().String()
}

func TestOurClientWithTheServerOfOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	web := startOpenSSL(t, path, "-www", "-alpn", "http/1.1")
	session := filepath.Join(t.TempDir(), "session")
	for _, resumed := range []string{"false", "true"} {
		r := runClient(t, web, "-session", session, "-alpn", "h2,http/1.1")
		wantStatus(t, "a page of openssl", r, 0)
		report, reply := split(t, r.stdout)
		wantLines(t, "a page of openssl", report, "version", "1.3", "group", "x25519", "resumed", resumed,
			"alpn", "http/1.1", "peer_cn", "server")
		wantText(t, "a page of openssl", reply, "HTTP/1.0 200 ok", "TLS_AES_128_GCM_SHA256")
	}
	r := runClient(t, web, "-key-shares", "none", "-key-update")
	wantStatus(t, "a retry and a key update", r, 0)
	wantLines(t, "a retry", values(r.stdout), "hrr", "true")
	wantStatus(t, "an unknown authority", runProgram(t, "client", "-connect", web), 1)

	reversing := startOpenSSL(t, path, "-rev")
	r = runClient(t, reversing, "-mode", "echo", "-request", `hello\n`)
	wantStatus(t, "a line reversed", r, 0)
	wantText(t, "a line reversed", r.stdout, "---\nolleh\n")

	strict := startOpenSSL(t, path, "-www", "-Verify", "1", "-CAfile", authorityFile(t), "-verify_return_error")
	r = runClient(t, strict)
	wantStatus(t, "a certificate is required", r, 1)
	wantText(t, "a certificate is required", r.stderr, "certificate_required received")
	chain, key := identityFiles(t, "client", testkit.Client(testkit.P256))
	wantStatus(t, "a certificate is given", runClient(t, strict, "-cert", chain, "-key", key), 0)

	old := startOpenSSL(t, path, "-www", "-tls1_2")
	r = runClient(t, old)
	wantStatus(t, "a server of TLS 1.2 alone", r, 1)
	wantText(t, "a server of TLS 1.2 alone", r.stderr, "peer_alert: ", "protocol_version received")

	r = runProgram(t, "handshake", "-connect", web, "-servername", "localhost", "-ca", authorityFile(t))
	wantStatus(t, "a ladder of openssl", r, 0)
	wantText(t, "a ladder of openssl", r.stdout, "ServerHello", "NewSessionTicket", "answer: ", "HTTP/1.0 200 ok",
		"\ncomplete: TLS 1.3, TLS_AES_128_GCM_SHA256, x25519, ecdsa_secp256r1_sha256, resumed=false\n")
}

func TestOurServerWithTheClientOfOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	address := startServer(t, "-alpn", "http/1.1", "-reply-size", "100000")
	session := filepath.Join(t.TempDir(), "session")
	connect := func(reason, input string, arguments ...string) result {
		arguments = append([]string{"s_client", "-connect", address, "-servername", "localhost",
			"-CAfile", authorityFile(t), "-verify_return_error", "-quiet", "-ign_eof"}, arguments...)
		t.Log(reason)
		return runCommand(t, input, path, arguments...)
	}
	const get = "GET / HTTP/1.0\r\n\r\n"
	r := connect("a page", get, "-alpn", "h2,http/1.1", "-sess_out", session)
	wantStatus(t, "a page", r, 0)
	wantLines(t, "a page", values(r.stdout), "version", "1.3", "group", "x25519", "resumed", "false",
		"alpn", "http/1.1", "sni", "localhost", "hrr", "false")
	if _, body, _ := strings.Cut(r.stdout, "\r\n\r\n"); len(body) != 100000 {
		t.Errorf("the page has %d bytes", len(body))
	}
	r = connect("a session resumed", get, "-sess_in", session)
	wantStatus(t, "a session resumed", r, 0)
	wantLines(t, "a session resumed", values(r.stdout), "resumed", "true")

	r = connect("a key update", "GET /keyupdate HTTP/1.0\r\n\r\n")
	wantStatus(t, "a key update", r, 0)
	wantText(t, "a key update", r.stdout, "HTTP/1.0 200 OK")

	r = connect("TLS 1.2", get, "-tls1_2")
	wantStatus(t, "a client of TLS 1.2 alone", r, 1)
	wantText(t, "a client of TLS 1.2 alone", r.stderr, "alert protocol version")
	r = connect("another protocol", get, "-alpn", "h2")
	wantStatus(t, "no protocol in common", r, 1)
	wantText(t, "no protocol in common", r.stderr, "no application protocol")
}

func TestOurEchoWithTheClientOfOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	address := startServer(t, "-mode", "echo")
	command := exec.Command(path, "s_client", "-connect", address, "-CAfile", authorityFile(t), "-quiet", "-no_ign_eof", "-verify_return_error")
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		stdin.Close()
		_ = command.Wait()
	}()
	timer := time.AfterFunc(patience, func() { _ = command.Process.Kill() })
	defer timer.Stop()
	for _, line := range []string{"one line\n", "another\n"} {
		if _, err := io.WriteString(stdin, line); err != nil {
			t.Fatal(err)
		}
		back := make([]byte, len(line))
		if _, err := io.ReadFull(stdout, back); err != nil || string(back) != line {
			t.Fatalf("%q came back as %q (%v)", line, back, err)
		}
	}
}
