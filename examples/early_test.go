package examples_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
)

const getLine = "GET / HTTP/1.0\r\n\r\n"

func TestAPreSharedKeyStandsForACertificateInTLS13(t *testing.T) {
	const small, large = "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"
	for _, row := range []struct{ server, client, cipher, group string }{
		{"", "", small, "X25519MLKEM768"},
		{"-min 1.2", "-min 1.2", small, "X25519MLKEM768"},
		{"-psk-hash sha384 -ciphers " + large, "-psk-hash sha384", large, "X25519MLKEM768"},
		{"-psk-ke", "-psk-ke", small, "none"},
		{"-psk-ke", "", small, "X25519MLKEM768"},
	} {
		const key = "me:00112233445566778899aabbccddeeff"
		reason := "server " + row.server + ", client " + row.client
		address := startBare(t, append(strings.Fields(row.server), "-psk", key)...)
		session := filepath.Join(t.TempDir(), "session")
		for _, resumed := range []string{"false", "true"} {
			r := runProgram(t, "client", append(strings.Fields(row.client), "-connect", address, "-psk", key, "-session", session)...)
			wantStatus(t, reason, r, 0)
			client, reply := split(t, r.stdout)
			for end, report := range map[string]map[string]string{"the client": client, "the server": values(reply)} {
				wantLines(t, reason+": "+end, report, "version", "1.3", "cipher", row.cipher, "group", row.group,
					"psk", "me", "peer_cn", "", "resumed", resumed)
			}
		}
	}
}

func TestAPreSharedKeyHasToBeTheSame(t *testing.T) {
	address := startBare(t, "-psk", "me:0011")
	for line, part := range map[string]string{
		"-psk me:0022":                   "alert decrypt_error received",
		"-psk you:0011":                  "received",
		"-psk me:0011 -psk-hash sha384":  "received",
		"-psk me:0011 -psk-ke":           "received",
		"":                               "received",
		"-psk me:0011 -max 1.2 -min 1.2": "protocol_version received",
	} {
		r := runClient(t, address, strings.Fields(line)...)
		wantStatus(t, line, r, 1)
		wantText(t, line, r.stderr, part)
	}
	// A server with a certificate beside serves those that have no key of its.
	both := startServer(t, "-psk", "me:0011")
	for line, psk := range map[string]string{"": "", "-psk you:0011": "", "-psk me:0011": "me"} {
		r := runClient(t, both, strings.Fields(line)...)
		wantStatus(t, line, r, 0)
		wantLines(t, line, values(r.stdout), "psk", psk)
	}
}

func TestEarlyDataIsTakenOnceASessionIsThere(t *testing.T) {
	for _, row := range []struct{ server, client string }{
		{"-early-data 1000", ""},
		{"-early-data 5", ""}, // the rest of the request follows
		{"-early-data 1000 -mode echo", `-mode echo -request hello\n`},
		{"-early-data 2 -mode echo", `-mode echo -request hello\n`},
	} {
		address := startServer(t, strings.Fields(row.server)...)
		session := filepath.Join(t.TempDir(), "session")
		arguments := append(strings.Fields(row.client), "-early-data", "-session", session)
		for _, taken := range []string{"no", "accepted", "accepted"} {
			r := runClient(t, address, arguments...)
			wantStatus(t, row.server, r, 0)
			client, reply := split(t, r.stdout)
			wantLines(t, row.server+": the client", client, "early_data", taken)
			if strings.Contains(row.client, "echo") {
				wantText(t, row.server, r.stdout, "---\nhello\n")
			} else {
				wantLines(t, row.server+": the server", values(reply), "early_data", taken)
			}
		}
	}
}

func TestEarlyDataThatIsNotTakenIsSentAgain(t *testing.T) {
	address := startServer(t, "-early-data", "1000", "-groups", "x25519,secp384r1")
	session := filepath.Join(t.TempDir(), "session")
	for _, row := range []struct{ line, taken string }{
		{"", "no"},
		{"-early-data", "accepted"},
		{"-early-data -groups secp521r1,secp384r1", "rejected"}, // by a HelloRetryRequest
		{"", "no"},
	} {
		r := runClient(t, address, append(strings.Fields(row.line), "-session", session)...)
		wantStatus(t, row.line, r, 0)
		client, reply := split(t, r.stdout)
		wantLines(t, row.line, client, "early_data", row.taken)
		wantText(t, row.line, reply, "HTTP/1.0 200 OK")
	}
	r := runClient(t, startServer(t), "-early-data")
	wantStatus(t, "no session", r, 0)
	wantLines(t, "no session", values(r.stdout), "early_data", "no")
}

func TestEarlyDataGoesToNoServerThatIsNotTrustedAnyMore(t *testing.T) {
	address := startServer(t, "-early-data", "1000")
	stranger, _ := identityFiles(t, "stranger", testkit.Client(testkit.P256))
	session := filepath.Join(t.TempDir(), "session")
	wantStatus(t, "a run that trusts anybody", runProgram(t, "client", "-connect", address, "-insecure", "-session", session), 0)

	keys := filepath.Join(t.TempDir(), "keys")
	again := []string{"-connect", address, "-session", session, "-early-data", "-keylog", keys}
	r := runProgram(t, "client", append(again, "-ca", stranger)...)
	wantStatus(t, "one that trusts others", r, 1)
	wantText(t, "one that trusts others", r.stderr, "unknown_ca")
	secrets, err := os.ReadFile(keys)
	if err != nil || bytes.Contains(secrets, []byte("_SECRET")) {
		t.Errorf("it has keys: %q, %v", secrets, err)
	}
	r = runProgram(t, "client", append(again, "-ca", authorityFile(t))...)
	wantStatus(t, "one that trusts the server", r, 0)
	wantLines(t, "one that trusts the server", values(r.stdout), "early_data", "accepted")
}

func TestKeysAndEarlyDataWithOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	web := startOpenSSL(t, path, "-www", "-tls1_3", "-psk", pskKey, "-psk_identity", "me", "-allow_no_dhe_kex")
	for line, group := range map[string]string{"": "x25519", "-psk-ke": "none"} {
		r := runProgram(t, "client", append(strings.Fields(line), "-connect", web, "-psk", "me:"+pskKey)...)
		wantStatus(t, "our client "+line, r, 0)
		wantLines(t, "our client "+line, values(r.stdout), "version", "1.3", "psk", "me", "group", group, "peer_cn", "")
	}
	mine := startBare(t, "-psk", "me:"+pskKey, "-psk-ke")
	for _, row := range []struct{ line, group string }{{"", "x25519"}, {"-allow_no_dhe_kex", "x25519"}} {
		r := runCommand(t, getLine, path, append([]string{"s_client", "-connect", mine, "-tls1_3", "-quiet", "-ign_eof",
			"-psk", pskKey, "-psk_identity", "me"}, strings.Fields(row.line)...)...)
		wantStatus(t, "our server "+row.line, r, 0)
		wantLines(t, "our server "+row.line, values(r.stdout), "version", "1.3", "psk", "me", "group", row.group, "peer_cn", "")
	}

	// With early data s_server answers nothing by itself, and keeps the connection; with
	// its guard against replays it forgets the session of one that is cut off.
	early := startOpenSSL(t, path, "-tls1_3", "-early_data", "-max_early_data", "1000", "-no_anti_replay")
	session := filepath.Join(t.TempDir(), "session")
	for _, taken := range []string{"no", "accepted"} {
		r := runClient(t, early, "-early-data", "-session", session, "-timeout", "2s")
		wantText(t, "early data of ours", r.stderr, "timeout")
		wantLines(t, "early data of ours", values(r.stdout), "early_data", taken)
	}
}

func TestOurServerTakesEarlyDataOfOpenSSL(t *testing.T) {
	path := opensslPath(t)
	if path == "" {
		return
	}
	address := startServer(t, "-early-data", "1000")
	session := filepath.Join(t.TempDir(), "session")
	connect := []string{"s_client", "-connect", address, "-servername", "localhost", "-tls1_3", "-CAfile", authorityFile(t), "-quiet", "-ign_eof"}
	r := runCommand(t, getLine, path, append(connect, "-sess_out", session)...)
	wantStatus(t, "a session", r, 0)
	wantLines(t, "a session", values(r.stdout), "early_data", "no")
	r = runCommand(t, "", path, append(connect, "-sess_in", session, "-early_data", writeFile(t, "early", []byte(getLine)))...)
	wantStatus(t, "early data", r, 0)
	wantLines(t, "early data", values(r.stdout), "early_data", "accepted", "resumed", "true")
}
