package examples_test

import (
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
)

func TestOurClientWithTheTLS12ServerOfOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	for _, tickets := range [][]string{{}, {"-no_ticket"}} {
		web := startOpenSSL(t, path, append([]string{"-www", "-tls1_2", "-alpn", "http/1.1"}, tickets...)...)
		session := filepath.Join(t.TempDir(), "session")
		for _, resumed := range []string{"false", "true", "true"} {
			r := runClient(t, web, "-min", "1.2", "-session", session, "-alpn", "h2,http/1.1")
			wantStatus(t, "a page of openssl", r, 0)
			report, reply := split(t, r.stdout)
			wantLines(t, "a page of openssl", report, "version", "1.2", "group", "x25519", "resumed", resumed,
				"cipher", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "hrr", "false", "alpn", "http/1.1", "peer_cn", "server")
			wantText(t, "a page of openssl", reply, "HTTP/1.0 200 ok", "ECDHE-ECDSA-AES128-GCM-SHA256")
		}
	}
	both := startOpenSSL(t, path, "-www")
	for _, row := range []struct{ flags, version string }{{"-max 1.2", "1.2"}, {"-min 1.2", "1.3"}} {
		r := runClient(t, both, strings.Fields(row.flags)...)
		wantStatus(t, row.flags, r, 0)
		wantLines(t, row.flags, values(r.stdout), "version", row.version)
	}
	for _, suite := range []string{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"} {
		r := runClient(t, both, "-max", "1.2", "-ciphers", suite, "-groups", "secp256r1")
		wantStatus(t, suite, r, 0)
		wantLines(t, suite, values(r.stdout), "cipher", suite, "group", "secp256r1")
	}
	wantStatus(t, "an unknown authority", runProgram(t, "client", "-connect", both, "-max", "1.2"), 1)

	reversing := startOpenSSL(t, path, "-rev", "-tls1_2")
	r := runClient(t, reversing, "-max", "1.2", "-mode", "echo", "-request", `hello\n`)
	wantStatus(t, "a line reversed", r, 0)
	wantText(t, "a line reversed", r.stdout, "---\nolleh\n")

	strict := startOpenSSL(t, path, "-www", "-tls1_2", "-Verify", "1", "-CAfile", authorityFile(t), "-verify_return_error")
	r = runClient(t, strict, "-max", "1.2")
	wantStatus(t, "a certificate is required", r, 1)
	wantText(t, "a certificate is required", r.stderr, "handshake_failure received")
	chain, key := identityFiles(t, "client", testkit.Client(testkit.P256))
	wantStatus(t, "a certificate is given", runClient(t, strict, "-max", "1.2", "-cert", chain, "-key", key), 0)

	r = runProgram(t, "handshake", "-connect", both, "-max", "1.2", "-servername", "localhost", "-ca", authorityFile(t))
	wantStatus(t, "a ladder of openssl", r, 0)
	wantText(t, "a ladder of openssl", r.stdout, "ServerKeyExchange", "ServerHelloDone", "ClientKeyExchange",
		"NewSessionTicket", "ChangeCipherSpec", "answer: ", "HTTP/1.0 200 ok",
		"\ncomplete: TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x25519, ecdsa_secp256r1_sha256, resumed=false\n")
}

func TestOurServerWithTheTLS12ClientOfOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	address := startServer(t, "-min", "1.2", "-ciphers", "all", "-alpn", "http/1.1", "-reply-size", "100000", "-exporter", "EXPERIMENTAL")
	connect := func(reason, input string, arguments ...string) result {
		t.Log(reason)
		return runCommand(t, input, path, append([]string{"s_client", "-connect", address, "-servername", "localhost", "-tls1_2",
			"-CAfile", authorityFile(t), "-verify_return_error", "-quiet", "-ign_eof"}, arguments...)...)
	}
	const get = "GET / HTTP/1.0\r\n\r\n"
	for _, tickets := range [][]string{{}, {"-no_ticket"}} {
		session := filepath.Join(t.TempDir(), "session")
		r := connect("a page", get, append([]string{"-alpn", "h2,http/1.1", "-sess_out", session}, tickets...)...)
		wantStatus(t, "a page", r, 0)
		wantLines(t, "a page", values(r.stdout), "version", "1.2", "group", "x25519", "resumed", "false",
			"alpn", "http/1.1", "sni", "localhost", "hrr", "false")
		if _, body, _ := strings.Cut(r.stdout, "\r\n\r\n"); len(body) != 100000 {
			t.Errorf("the page has %d bytes", len(body))
		}
		r = connect("a session resumed", get, append([]string{"-sess_in", session}, tickets...)...)
		wantStatus(t, "a session resumed", r, 0)
		wantLines(t, "a session resumed", values(r.stdout), "version", "1.2", "resumed", "true")
	}
	for name, cipher := range map[string]string{
		"ECDHE-ECDSA-CHACHA20-POLY1305": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
		"ECDHE-ECDSA-AES256-SHA384":     "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
		"ECDHE-ECDSA-AES128-SHA":        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
	} {
		r := connect(name, get, "-cipher", name+":@SECLEVEL=0")
		wantStatus(t, name, r, 0)
		wantLines(t, name, values(r.stdout), "cipher", cipher)
	}
	r := connect("another protocol", get, "-alpn", "h2")
	wantStatus(t, "no protocol in common", r, 1)
	wantText(t, "no protocol in common", r.stderr, "no application protocol")

	r = runCommand(t, get, path, "s_client", "-connect", address, "-tls1_2", "-CAfile", authorityFile(t), "-verify_return_error",
		"-ign_eof", "-keymatexport", "EXPERIMENTAL", "-keymatexportlen", "32")
	wantStatus(t, "keying material", r, 0)
	material := values(r.stdout)["exporter"]
	if len(material) != 64 {
		t.Errorf("keying material is %q, want 32 bytes", material)
	}
	wantText(t, "openssl exports the same", r.stdout, "Keying material: "+strings.ToUpper(material))
}

// curl takes a server's word for nothing: it is a client that others wrote.
func TestOurServerWithCurl(t *testing.T) {
	path, err := exec.LookPath("curl")
	if err != nil {
		t.Logf("there is no curl: %v", err)
		return
	}
	address := startServer(t, "-min", "1.2", "-alpn", "http/1.1")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ flags, version string }{{"--tls-max 1.2", "1.2"}, {"--tlsv1.3", "1.3"}} {
		arguments := slices.Concat([]string{"--silent", "--show-error", "--noproxy", "*", "--cacert", authorityFile(t),
			"--resolve", "localhost:" + port + ":127.0.0.1"}, strings.Fields(row.flags), []string{"https://localhost:" + port + "/"})
		r := runCommand(t, "", path, arguments...)
		wantStatus(t, "curl "+row.flags, r, 0)
		wantLines(t, "curl "+row.flags, values(r.stdout), "version", row.version, "sni", "localhost", "alpn", "http/1.1", "hrr", "false")
	}
}
