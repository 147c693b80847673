package examples_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
)

// startQUIC starts our server of QUIC with a certificate, and gives its address.
func startQUIC(t *testing.T, arguments ...string) string {
	t.Helper()
	chain, key := identityFiles(t, "server", testkit.Server(testkit.P256))
	return startProgram(t, "quic", append([]string{"server", "-listen", "127.0.0.1:0", "-cert", chain, "-key", key}, arguments...)...)
}

// callQUIC runs our client of QUIC, and gives its report and what came back.
func callQUIC(t *testing.T, reason, address string, arguments ...string) (report map[string]string, reply string) {
	t.Helper()
	arguments = append([]string{"client", "-connect", address, "-ca", authorityFile(t)}, arguments...)
	r := runProgram(t, "quic", arguments...)
	wantStatus(t, reason, r, 0)
	return split(t, r.stdout)
}

func TestALineComesBackOverQUIC(t *testing.T) {
	for _, row := range []struct{ server, client, cipher, group string }{
		{"", "", "TLS_AES_128_GCM_SHA256", "X25519MLKEM768"},
		{"-suite TLS_AES_256_GCM_SHA384", "", "TLS_AES_256_GCM_SHA384", "X25519MLKEM768"},
		{"", "-suite TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "X25519MLKEM768"},
		{"-suite TLS_AES_128_CCM_SHA256", "-suite TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_SHA256", "X25519MLKEM768"},
		{"-retry", "-group x25519", "TLS_AES_128_GCM_SHA256", "x25519"},
		{"-loss 10", "-loss 10 -seed 7 -group secp256r1", "TLS_AES_128_GCM_SHA256", "secp256r1"},
		{"-loss 30", "-loss 30", "TLS_AES_128_GCM_SHA256", "X25519MLKEM768"},
		{"-alpn b,a", "-alpn a,c -key-update", "TLS_AES_128_GCM_SHA256", "X25519MLKEM768"},
	} {
		reason := "server " + row.server + ", client " + row.client
		report, reply := callQUIC(t, reason, startQUIC(t, strings.Fields(row.server)...), append(strings.Fields(row.client), "-timeout", "15s")...)
		wantLines(t, reason, report, "version", "1.3", "cipher", row.cipher, "group", row.group, "peer_cn", "server", "hrr", "false")
		if reply != "hello\n" {
			t.Errorf("%s: %q comes back", reason, reply)
		}
	}
}

func TestEarlyDataOverQUICIsTakenOrSentAgain(t *testing.T) {
	address := startQUIC(t, "-early-data", "-group", "x25519,secp384r1")
	session := filepath.Join(t.TempDir(), "session")
	for _, row := range []struct{ line, taken, resumed, hrr string }{
		{"-early-data", "no", "false", "false"}, // there is no session
		{"-early-data", "accepted", "true", "false"},
		{"-early-data -group secp521r1,secp384r1", "rejected", "true", "true"},
		{"", "no", "true", "false"},
	} {
		report, reply := callQUIC(t, row.line, address, append(strings.Fields(row.line), "-session", session)...)
		wantLines(t, row.line, report, "early_data", row.taken, "resumed", row.resumed, "hrr", row.hrr)
		if reply != "hello\n" {
			t.Errorf("%s: %q comes back", row.line, reply)
		}
	}
	// A server without rejects: it has other keys of tickets, so that nothing is resumed.
	report, _ := callQUIC(t, "another server", startQUIC(t), "-early-data", "-session", session)
	wantLines(t, "another server", report, "early_data", "rejected", "resumed", "false")
}

func TestAClientOfQUICShowsItsCertificate(t *testing.T) {
	address := startQUIC(t, "-client-auth", "require", "-client-ca", authorityFile(t))
	chain, key := identityFiles(t, "client", testkit.Client(testkit.P256))
	callQUIC(t, "with a certificate", address, "-cert", chain, "-key", key)
	r := runProgram(t, "quic", "client", "-connect", address, "-ca", authorityFile(t))
	wantStatus(t, "without one", r, 1)
	wantText(t, "without one", r.stderr, "crypto_error certificate_required", "the peer has closed the connection")
}

func TestAFailureOverQUICHasAName(t *testing.T) {
	address := startProgram(t, "quic", "server", "-listen", "127.0.0.1:0") // with a certificate of its own
	for line, part := range map[string]string{
		"-connect " + address:                                     "peer_rejected",
		"-connect " + address + " -insecure -alpn other":          "crypto_error no_application_protocol",
		"-connect " + address + " -insecure -loss 90 -timeout 1s": "handshake_lost: ",
		"-connect 127.0.0.1:9 -timeout 300ms":                     "handshake_lost: ",
	} {
		r := runProgram(t, "quic", append([]string{"client"}, strings.Fields(line)...)...)
		wantStatus(t, line, r, 1)
		wantText(t, line, r.stderr, "quic: "+part)
	}
	r := runProgram(t, "quic", "client", "-connect", address, "-insecure", "-trace")
	wantStatus(t, "-trace", r, 0)
	wantText(t, "-trace", r.stderr, "-> initial 0, ", "discard keys, initial", "handshake_done", "handshake confirmed", "stream 0: 0+6 fin")
	if strings.Contains(r.stderr, "hello\\n") {
		t.Error("a trace shows data")
	}
}

func TestBadUsageOfQUICExitsWith2(t *testing.T) {
	for _, line := range []string{
		"", "peer", "server -loss 91", "client -loss -1", "client -timeout 0s", "client -alpn h3,,h2", "client -suite nonsense",
		"client -suite TLS_AES_128_CCM_8_SHA256", "client -suite TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "client -group nonsense",
		"client -ca /nonexistent", "server -client-auth perhaps", "server -client-ca /dev/null", "server -cert /nonexistent",
		"server -alpn=", "client argument", "server -nonsense", "client -session /dev/stdin/x",
	} {
		r := runProgram(t, "quic", strings.Fields(line)...)
		wantStatus(t, line, r, 2)
		if r.stderr == "" {
			t.Errorf("%s: nothing is said about it", line)
		}
	}
	for _, command := range []string{"server", "client"} {
		r := runProgram(t, "quic", command, "-help")
		wantStatus(t, command, r, 0)
		wantText(t, command, r.stderr, "usage: quic "+command)
	}
}
