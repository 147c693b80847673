package examples_test

import (
	"bufio"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/internal/testkit"
)

const pskKey = "00112233445566778899aabbccddeeff"

// fieldFile has openssl write the parameters of a group of RFC 7919: by itself its
// server takes others.
func fieldFile(t *testing.T, path string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "field.pem")
	r := runCommand(t, "", path, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", file)
	wantStatus(t, "the parameters of ffdhe2048", r, 0)
	return file
}

func TestPreSharedKeysWithOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	web := startOpenSSL(t, path, "-www", "-tls1_2", "-psk", pskKey, "-psk_identity", "me", "-psk_hint", "any", "-dhparam", fieldFile(t, path))
	mine := startBare(t, "-max", "1.2", "-psk", "me:"+pskKey, "-profile", "compatible", "-ciphers", "all")
	for name, suite := range map[string]string{
		"ECDHE-PSK-CHACHA20-POLY1305": "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
		"ECDHE-PSK-AES128-CBC-SHA256": "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256",
		"DHE-PSK-AES256-GCM-SHA384":   "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384",
		"PSK-AES128-GCM-SHA256":       "TLS_PSK_WITH_AES_128_GCM_SHA256",
	} {
		r := runProgram(t, "client", "-connect", web, "-max", "1.2", "-profile", "compatible", "-psk", "me:"+pskKey, "-ciphers", suite)
		wantStatus(t, "our client with "+name, r, 0)
		wantLines(t, "our client with "+name, values(r.stdout), "cipher", suite, "psk", "me", "peer_cn", "")
		r = runCommand(t, "GET / HTTP/1.0\r\n\r\n", path, "s_client", "-connect", mine, "-tls1_2", "-quiet", "-ign_eof",
			"-psk", pskKey, "-psk_identity", "me", "-cipher", name)
		wantStatus(t, "our server with "+name, r, 0)
		wantLines(t, "our server with "+name, values(r.stdout), "cipher", suite, "psk", "me", "peer_cn", "")
	}
	r := runProgram(t, "client", "-connect", web, "-max", "1.2", "-psk", "me:ff")
	wantStatus(t, "our client with another key", r, 1)
	wantText(t, "our client with another key", r.stderr, "peer_alert: ")
	r = runCommand(t, "", path, "s_client", "-connect", mine, "-tls1_2", "-quiet", "-psk", pskKey, "-psk_identity", "you", "-cipher", "PSK")
	wantStatus(t, "our server with another identity", r, 1)
	wantText(t, "our server with another identity", r.stderr, "alert unknown psk identity")
}

// The key exchanges that a profile allows, with programs that others wrote.
func TestProfilesWithOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	chain, key := identityFiles(t, "server", testkit.Server(testkit.RSA))
	web := startOpenSSL(t, path, "-www", "-tls1_2", "-cert", chain, "-key", key, "-cipher", "ALL:@SECLEVEL=1", "-dhparam", fieldFile(t, path))
	mine := startWith(t, testkit.Server(testkit.RSA), "-max", "1.2", "-profile", "legacy", "-ciphers", "all")
	for name, suite := range map[string]string{
		"AES128-GCM-SHA256":         "TLS_RSA_WITH_AES_128_GCM_SHA256",
		"AES256-SHA":                "TLS_RSA_WITH_AES_256_CBC_SHA",
		"DHE-RSA-AES128-GCM-SHA256": "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
	} {
		r := runClient(t, web, "-max", "1.2", "-profile", "legacy", "-ciphers", suite)
		wantStatus(t, "our client with "+name, r, 0)
		wantLines(t, "our client with "+name, values(r.stdout), "cipher", suite, "peer_cn", "server")
		r = runCommand(t, "GET / HTTP/1.0\r\n\r\n", path, "s_client", "-connect", mine, "-tls1_2", "-quiet", "-ign_eof",
			"-CAfile", authorityFile(t), "-verify_return_error", "-cipher", name)
		wantStatus(t, "our server with "+name, r, 0)
		wantLines(t, "our server with "+name, values(r.stdout), "cipher", suite)
	}
}

// talk is a program that reads commands and says what happens.
type talk struct {
	t      *testing.T
	stdin  io.Writer
	stdout *bufio.Reader
	said   strings.Builder
}

func startTalk(t *testing.T, path string, arguments ...string) *talk {
	t.Helper()
	command := exec.Command(path, arguments...)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(patience, func() { _ = command.Process.Kill() })
	t.Cleanup(func() {
		timer.Stop()
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	return &talk{t: t, stdin: stdin, stdout: bufio.NewReader(stdout)}
}

func (k *talk) say(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.stdin, line+"\n"); err != nil {
		k.t.Fatal(err)
	}
}

// hear reads up to a line that contains the part.
func (k *talk) hear(part string) {
	k.t.Helper()
	for {
		line, err := k.stdout.ReadString('\n')
		k.said.WriteString(line)
		if strings.Contains(line, part) {
			return
		}
		if err != nil {
			k.t.Fatalf("%q is not said (%v):\n%s", part, err, k.said.String())
		}
	}
}

func TestTheClientOfOpenSSLRenegotiatesWithOurServer(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	connect := func(address string) *talk {
		return startTalk(t, path, "s_client", "-connect", address, "-servername", "localhost", "-tls1_2",
			"-CAfile", authorityFile(t), "-verify_return_error")
	}
	echo := connect(startServer(t, "-max", "1.2", "-renegotiation", "-mode", "echo"))
	echo.hear("Verify return code: 0 (ok)")
	echo.hear("---")
	for _, line := range []string{"one line", "another", "a third"} {
		echo.say(line)
		echo.hear(line)
		echo.say("R")
		echo.hear("RENEGOTIATING")
		echo.hear("verify return:1")
	}
	echo.say("the last")
	echo.hear("the last")
	echo.say("Q")
	echo.hear("DONE")

	asked := connect(startServer(t, "-max", "1.2", "-renegotiation"))
	asked.hear("---")
	asked.say("GET /renegotiation HTTP/1.0\r\n\r")
	asked.hear("HTTP/1.0 200 OK")
	asked.hear("renegotiated=true")

	never := connect(startServer(t, "-max", "1.2", "-mode", "echo"))
	never.hear("---")
	never.say("a line")
	never.hear("a line")
	never.say("R")
	never.hear("no renegotiation")
}

func TestTheServerOfOpenSSLRenegotiatesWithOurClient(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	for _, command := range []string{"r", "R"} {
		chain, key := identityFiles(t, "server", testkit.Server(testkit.P256))
		address := freeAddress(t)
		server := startTalk(t, path, "s_server", "-accept", address, "-naccept", "1", "-cert", chain, "-key", key, "-tls1_2",
			"-client_renegotiation", "-CAfile", authorityFile(t))
		server.hear("ACCEPT")
		clientChain, clientKey := identityFiles(t, "client", testkit.Client(testkit.P256))
		client := startTalk(t, program(t, "client"), "-connect", address, "-ca", authorityFile(t), "-max", "1.2", "-renegotiation",
			"-request", `the request\n`, "-cert", clientChain, "-key", clientKey)
		client.hear("renegotiated=true")
		server.hear("the request")
		for _, line := range []string{"one line", "another"} {
			server.say(line)
			client.hear(line)
			server.say(command)
			server.hear("SSL_do_handshake -> 1")
		}
		server.say("the last")
		client.hear("the last")
		server.say("q")
		// The first handshake, the client's own renegotiation, and two of the server's.
		server.hear("4 server accepts that finished")
		// That server leaves without close_notify.
		client.hear("truncated: ")
	}
}

func TestTheServerOfOpenSSLMayDecline(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	for _, arguments := range [][]string{{}, {"-no_renegotiation"}} {
		web := startOpenSSL(t, path, slices.Concat([]string{"-www", "-tls1_2"}, arguments)...)
		r := runClient(t, web, "-max", "1.2", "-renegotiation")
		wantStatus(t, "our client", r, 1)
		wantText(t, "our client", r.stderr, "renegotiation_declined: ")
	}
}
