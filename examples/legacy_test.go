package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/internal/testkit"
)

func TestAPreSharedKeyStandsForACertificate(t *testing.T) {
	const id = "me@example:1"
	address := startBare(t, "-max", "1.2", "-psk", id+":00112233", "-exporter", "EXPERIMENTAL")
	session := filepath.Join(t.TempDir(), "session")
	for _, resumed := range []string{"false", "true"} {
		r := runProgram(t, "client", "-connect", address, "-max", "1.2", "-psk", id+":00112233", "-exporter", "EXPERIMENTAL", "-session", session)
		wantStatus(t, "a pre-shared key", r, 0)
		client, reply := split(t, r.stdout)
		for end, report := range map[string]map[string]string{"the client": client, "the server": values(reply)} {
			wantLines(t, end, report, "version", "1.2", "cipher", "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", "group", "x25519",
				"psk", id, "peer_cn", "", "resumed", resumed, "exporter", client["exporter"])
		}
	}
	for _, row := range []struct{ line, part string }{
		{"-psk " + id + ":ff", "alert bad_record_mac received"},
		{"-psk somebody:00112233", "alert unknown_psk_identity received"},
		{"", "alert handshake_failure received"},
	} {
		r := runClient(t, address, append([]string{"-max", "1.2"}, strings.Fields(row.line)...)...)
		wantStatus(t, row.line, r, 1)
		wantText(t, row.line, r.stderr, row.part)
	}
}

func TestBothKindsOfClientsAreServedTogether(t *testing.T) {
	address := startWith(t, testkit.Server(testkit.RSA), "-max", "1.2", "-psk", "me:0011", "-profile", "compatible", "-ciphers", "all")
	for _, row := range []struct{ line, cipher, group, psk string }{
		{"-psk me:0011 -ciphers TLS_DHE_PSK_WITH_AES_256_GCM_SHA384 -profile compatible", "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384", "ffdhe2048", "me"},
		{"-psk me:0011 -ciphers TLS_PSK_WITH_CHACHA20_POLY1305_SHA256", "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256", "none", "me"},
		{"", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "x25519", ""},
	} {
		r := runClient(t, address, append([]string{"-max", "1.2"}, strings.Fields(row.line)...)...)
		wantStatus(t, row.line, r, 0)
		report, _ := split(t, r.stdout)
		wantLines(t, row.line, report, "cipher", row.cipher, "group", row.group, "psk", row.psk)
	}
}

func TestAProfileSaysWhatToBeContentWith(t *testing.T) {
	for _, row := range []struct{ server, client, cipher, group string }{
		{"-profile legacy", "-profile legacy", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "x25519"},
		{"-profile legacy", "-profile legacy -ciphers TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256", "none"},
		{"-profile compatible", "-profile compatible -ciphers TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "ffdhe2048"},
		{"-groups ffdhe3072 -ciphers TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "-profile compatible", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "ffdhe3072"},
		{"-profile compatible", "-profile legacy -ciphers TLS_RSA_WITH_AES_128_GCM_SHA256", "", ""},
		{"-profile compatible -groups x25519", "-profile compatible -ciphers TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "", ""},
	} {
		reason := "server " + row.server + ", client " + row.client
		address := startWith(t, testkit.Server(testkit.RSA), append([]string{"-max", "1.2"}, strings.Fields(row.server)...)...)
		r := runClient(t, address, append([]string{"-max", "1.2"}, strings.Fields(row.client)...)...)
		if row.cipher == "" {
			wantStatus(t, reason, r, 1)
			wantText(t, reason, r.stderr, "handshake_failure received")
			continue
		}
		wantStatus(t, reason, r, 0)
		report, reply := split(t, r.stdout)
		wantLines(t, reason, report, "cipher", row.cipher, "group", row.group)
		wantLines(t, reason, values(reply), "cipher", row.cipher, "group", row.group)
	}
}

func TestEitherProgramRenegotiates(t *testing.T) {
	address := startServer(t, "-min", "1.2", "-renegotiation", "-exporter", "EXPERIMENTAL")
	for _, row := range []struct{ line, path, client, server string }{
		{"-renegotiation", "/", "true", "true"},
		{"-renegotiation", "/renegotiation", "true", "true"},
		{"", "/", "false", "false"},
	} {
		r := runClient(t, address, append([]string{"-max", "1.2", "-exporter", "EXPERIMENTAL", "-request", "GET " + row.path + `\n\n`}, strings.Fields(row.line)...)...)
		wantStatus(t, row.line, r, 0)
		report, reply := split(t, r.stdout)
		wantText(t, row.line, reply, "HTTP/1.0 200 OK\r\n")
		wantLines(t, row.line, report, "renegotiated", row.client, "resumed", "false")
		wantLines(t, row.line, values(reply), "renegotiated", row.server)
		if same := report["exporter"] == values(reply)["exporter"]; same != (row.path == "/") {
			t.Errorf("%s of %s: the ends export the same: %t", row.line, row.path, same)
		}
	}
	r := runClient(t, address, "-max", "1.2", "-request", `GET /renegotiation\n\n`)
	wantStatus(t, "the client declines", r, 0)
	wantText(t, "the client declines", r.stdout, "---\nHTTP/1.0 501 the client declines", "\nrenegotiated=false\n")
	r = runClient(t, address, "-min", "1.2", "-request", `GET /renegotiation\n\n`)
	wantText(t, "TLS 1.3", r.stdout, "---\nHTTP/1.0 501 TLS 1.3 has no renegotiation")
	r = runClient(t, address, "-min", "1.2", "-renegotiation")
	wantStatus(t, "TLS 1.3", r, 1)
	if want := "client: no_renegotiation: TLS 1.3 has no renegotiation (RFC 8446, Section 4.1.2)\n"; r.stderr != want {
		t.Errorf("stderr is %q, want %q", r.stderr, want)
	}
	wantText(t, "the report comes all the same", r.stdout, "version=1.3", "---\n")

	never := startServer(t, "-max", "1.2")
	r = runClient(t, never, "-max", "1.2", "-renegotiation")
	wantStatus(t, "the server declines", r, 1)
	wantText(t, "the server declines", r.stderr, "renegotiation_declined: ", "RFC 5746, Section 4.2")
	wantText(t, "the report comes all the same", r.stdout, "renegotiated=false", "---\n")
	r = runClient(t, never, "-max", "1.2", "-request", `GET /renegotiation\n\n`)
	wantText(t, "the server may not ask", r.stdout, "---\nHTTP/1.0 501 ")

	echo := startServer(t, "-max", "1.2", "-renegotiation", "-mode", "echo")
	r = runClient(t, echo, "-max", "1.2", "-renegotiation", "-mode", "echo", "-request", strings.Repeat("0123456789abcdef", 6000))
	wantStatus(t, "an echo after a renegotiation", r, 0)
	r = runProgram(t, "handshake", "-connect", address, "-max", "1.2", "-renegotiation", "-servername", "localhost", "-ca", authorityFile(t))
	wantStatus(t, "two ladders", r, 0)
	if strings.Count(r.stdout, "\ncomplete: TLS 1.2") != 2 || strings.Count(r.stdout, ", renegotiated=true\n") != 1 {
		t.Errorf("two ladders are drawn:\n%s", r.stdout)
	}
}

func TestNothingIsCompleteThatFails(t *testing.T) {
	for _, version := range []string{"1.2", "1.3"} {
		address := startServer(t, "-min", "1.2", "-client-auth", "require")
		r := runProgram(t, "handshake", "-connect", address, "-max", version, "-servername", "localhost", "-ca", authorityFile(t))
		wantStatus(t, "a certificate is required", r, 1)
		wantText(t, "a certificate is required", r.stdout, "✗ fails: ", "peer_alert")
		if strings.Contains(r.stdout, "complete: ") {
			t.Errorf("in %s a connection that fails is said to be complete:\n%s", version, r.stdout)
		}
	}
}

func TestASessionIsKeptFromTheMomentItComes(t *testing.T) {
	for _, version := range []string{"1.2", "1.3"} {
		address := startServer(t, "-min", "1.2")
		session := filepath.Join(t.TempDir(), "session")
		// The server waits for the end of the request.
		command := exec.Command(program(t, "client"), "-connect", address, "-ca", authorityFile(t), "-max", version, "-session", session, "-request", "GET")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		for began := time.Now(); time.Since(began) < patience; time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(session); err == nil {
				break
			}
		}
		if err := command.Process.Kill(); err != nil {
			t.Errorf("the client has ended: %v", err)
		}
		_ = command.Wait()
		r := runClient(t, address, "-max", version, "-session", session)
		wantStatus(t, "a session of a client that was killed", r, 0)
		wantLines(t, "a session of a client that was killed", values(r.stdout), "version", version, "resumed", "true")
	}
}
