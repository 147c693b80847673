package examples_test

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
)

func TestBothEndsReportTheSameConnection(t *testing.T) {
	address := startServer(t, "-alpn", "h3,http/1.1", "-exporter", "EXPERIMENTAL")
	r := runClient(t, address, "-alpn", "http/1.1,h3", "-exporter", "EXPERIMENTAL")
	wantStatus(t, "a plain exchange", r, 0)
	client, reply := split(t, r.stdout)
	wantLines(t, "the client's report", client,
		"version", "1.3", "cipher", "TLS_AES_128_GCM_SHA256", "group", "X25519MLKEM768", "resumed", "false",
		"hrr", "false", "alpn", "h3", "sni", "localhost", "peer_cn", "server", "early_data", "no",
		"psk", "", "ocsp", "0", "sct", "0", "ech", "no")
	wantText(t, "the reply", reply, "HTTP/1.0 200 OK\r\n")
	server := values(reply)
	for _, key := range []string{"version", "cipher", "group", "resumed", "hrr", "alpn", "sni", "early_data", "psk", "ech", "exporter"} {
		if _, there := client[key]; !there || client[key] != server[key] {
			t.Errorf("%s is %q at the client and %q at the server", key, client[key], server[key])
		}
	}
	if len(client["exporter"]) != 64 {
		t.Errorf("the exporter is %q, want 32 bytes", client["exporter"])
	}
}

func TestTheParametersAreThoseAskedFor(t *testing.T) {
	address := startServer(t, "-min", "1.2", "-max", "1.3", "-ciphers", "all")
	for _, row := range []struct {
		line  string
		pairs []string
	}{
		{"-groups x25519 -ciphers TLS_AES_256_GCM_SHA384", []string{"group", "x25519", "cipher", "TLS_AES_256_GCM_SHA384", "hrr", "false"}},
		{"-groups P-384,secp521r1 -ciphers TLS_CHACHA20_POLY1305_SHA256", []string{"group", "secp384r1", "cipher", "TLS_CHACHA20_POLY1305_SHA256"}},
		{"-ciphers TLS_AES_128_CCM_8_SHA256", []string{"cipher", "TLS_AES_128_CCM_8_SHA256"}},
		{"-ciphers TLS_AES_128_CCM_SHA256,TLS_AES_128_CCM_8_SHA256", []string{"cipher", "TLS_AES_128_CCM_SHA256"}},
		{"-key-shares none", []string{"group", "X25519MLKEM768", "hrr", "true"}},
		{"-key-shares secp521r1,x25519", []string{"group", "X25519MLKEM768", "hrr", "true"}},
		{"-key-shares X25519MLKEM768", []string{"hrr", "false"}},
		{"-servername server.example", []string{"sni", "server.example"}},
		{"-key-update -request GET\x20/keyupdate\\n\\n", []string{"version", "1.3"}},
		{"-min 1.3 -max 1.3", []string{"version", "1.3"}},
	} {
		var arguments []string
		for _, argument := range strings.Split(row.line, " -") {
			flag, value, has := strings.Cut(argument, " ")
			arguments = append(arguments, "-"+strings.TrimPrefix(flag, "-"))
			if has {
				arguments = append(arguments, value)
			}
		}
		r := runClient(t, address, arguments...)
		wantStatus(t, row.line, r, 0)
		report, reply := split(t, r.stdout)
		wantLines(t, row.line, report, row.pairs...)
		wantText(t, row.line, reply, "HTTP/1.0 200 OK\r\n")
	}
}

func TestCertificatesTravelCompressed(t *testing.T) {
	chain, key := identityFiles(t, "client", testkit.Client(testkit.P256))
	for _, row := range []struct{ server, client string }{
		{"-cert-compression zlib", "-cert-compression zlib"},
		{"-cert-compression zlib", "-min 1.2 -max 1.2"},
		{"-min 1.2", "-cert-compression zlib"},
	} {
		address := startServer(t, strings.Fields("-min 1.2 -client-auth require "+row.server)...)
		r := runClient(t, address, strings.Fields(row.client+" -cert "+chain+" -key "+key)...)
		wantStatus(t, row.client, r, 0)
		report, reply := split(t, r.stdout)
		wantLines(t, row.client, report, "peer_cn", "server")
		wantText(t, row.client, reply, "\npeer_cn=client\n")
	}
}

func TestGroupsInNoListByDefaultServeWhoNamesThem(t *testing.T) {
	address := startServer(t, "-groups", "MLKEM1024,SecP384r1MLKEM1024,MLKEM768,SecP256r1MLKEM768")
	for _, row := range []struct{ line, group, hrr string }{
		{"-groups SecP256r1MLKEM768", "SecP256r1MLKEM768", "false"},
		{"-groups SecP256r1MLKEM768,SecP384r1MLKEM1024", "SecP384r1MLKEM1024", "true"},
		{"-groups SecP256r1MLKEM768,MLKEM768 -key-shares MLKEM768,SecP256r1MLKEM768", "MLKEM768", "false"},
		{"-groups x25519,MLKEM1024 -key-shares x25519", "MLKEM1024", "true"},
	} {
		r := runClient(t, address, strings.Fields(row.line)...)
		wantStatus(t, row.line, r, 0)
		report, _ := split(t, r.stdout)
		wantLines(t, row.line, report, "group", row.group, "hrr", row.hrr)
	}
}

func TestAFailureNamesRefusalAlertSideAndSection(t *testing.T) {
	address := startServer(t, "-alpn", "h2", "-groups", "x25519")
	for _, row := range []struct{ line, name, alert string }{
		{"-alpn h3", "peer_alert", "no_application_protocol"},
		{"-groups secp256r1", "peer_alert", "handshake_failure"},
		{"-servername elsewhere.example", "peer_rejected", "bad_certificate"},
	} {
		r := runClient(t, address, strings.Fields(row.line)...)
		wantStatus(t, row.line, r, 1)
		wantText(t, row.line, r.stderr, row.name+": ", "alert "+row.alert, "side peer", "RFC 8446, Section ")
	}
	r := runProgram(t, "client", "-connect", address)
	wantStatus(t, "an authority that the system does not know", r, 1)
	wantText(t, "an authority that the system does not know", r.stderr, "peer_rejected: ", "unknown_ca")
	wantStatus(t, "any certificate will do", runProgram(t, "client", "-connect", address, "-insecure"), 0)
}

func TestTheNewestSessionIsKeptAndResumed(t *testing.T) {
	address := startServer(t)
	session := filepath.Join(t.TempDir(), "session")
	var before []byte
	for i, resumed := range []string{"false", "true", "true"} {
		r := runClient(t, address, "-session", session)
		wantStatus(t, "a session file", r, 0)
		report, reply := split(t, r.stdout)
		wantLines(t, "at the client", report, "resumed", resumed, "peer_cn", "server")
		wantLines(t, "at the server", values(reply), "resumed", resumed)
		info, err := os.Stat(session)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("connection %d leaves a session file of mode 0600: %v, %v", i+1, info.Mode(), err)
		}
		after, err := os.ReadFile(session)
		if err != nil || bytes.Equal(before, after) {
			t.Errorf("connection %d keeps a new session (%v)", i+1, err)
		}
		before = after
	}
	r := runProgram(t, "client", "-connect", address, "-session", session)
	wantStatus(t, "a session is verified again under the roots of its use", r, 1)
	r = runClient(t, address, "-session", session, "-servername", "server.example")
	wantStatus(t, "a session of another name is passed over", r, 0)
	wantLines(t, "a session of another name is passed over", values(r.stdout), "resumed", "false")

	withoutTickets := startServer(t, "-tickets=false")
	none := filepath.Join(t.TempDir(), "none")
	wantStatus(t, "a server without tickets", runClient(t, withoutTickets, "-session", none), 0)
	if _, err := os.Stat(none); err == nil {
		t.Error("a server without tickets leaves no session")
	}
}

func TestClientCertificatesAreAskedForAndChecked(t *testing.T) {
	chain, key := identityFiles(t, "client", testkit.Client(testkit.P256))
	mine := []string{"-cert", chain, "-key", key}

	request := startServer(t, "-client-auth", "request", "-client-ca", authorityFile(t))
	r := runClient(t, request)
	wantStatus(t, "a certificate is asked for and may be declined", r, 0)
	r = runClient(t, request, mine...)
	wantStatus(t, "a certificate is asked for and given", r, 0)
	_, reply := split(t, r.stdout)
	wantLines(t, "the server knows the client", values(reply), "peer_cn", "client")
	session := filepath.Join(t.TempDir(), "session")
	for _, resumed := range []string{"false", "true"} {
		r = runClient(t, request, append(mine, "-session", session)...)
		wantStatus(t, "a session of two certificates", r, 0)
		_, reply = split(t, r.stdout)
		wantLines(t, "the server knows the client", values(reply), "peer_cn", "client", "resumed", resumed)
	}

	require := startServer(t, "-client-auth", "require")
	r = runClient(t, require)
	wantStatus(t, "a certificate is required", r, 1)
	wantText(t, "a certificate is required", r.stderr, "peer_alert: ", "certificate_required received")
	wantStatus(t, "without an authority any certificate will do", runClient(t, require, mine...), 0)

	stranger := startServer(t, "-client-auth", "require", "-client-ca", chain)
	r = runClient(t, stranger, mine...)
	wantStatus(t, "a certificate itself may be the authority", r, 0)
	other, otherKey := identityFiles(t, "other", testkit.Client(testkit.Ed25519))
	r = runClient(t, stranger, "-cert", other, "-key", otherKey)
	wantStatus(t, "a certificate of another authority", r, 1)
	wantText(t, "a certificate of another authority", r.stderr, "peer_alert: ", "unknown_ca received")
}

func TestAnOCSPResponseIsStapledForWhoAsks(t *testing.T) {
	response := writeFile(t, "response", bytes.Repeat([]byte{0x30}, 100))
	stapling := startServer(t, "-min", "1.2", "-ocsp", response)
	without := startServer(t, "-min", "1.2")
	for _, version := range []string{"1.2", "1.3"} {
		session := filepath.Join(t.TempDir(), "session")
		for _, resumed := range []string{"false", "true"} {
			r := runClient(t, stapling, "-max", version, "-ocsp", "-session", session)
			wantStatus(t, "a stapled response in "+version, r, 0)
			client, _ := split(t, r.stdout)
			wantLines(t, "the client's report", client, "version", version, "resumed", resumed, "ocsp", "100")
		}
		r := runClient(t, stapling, "-max", version)
		wantStatus(t, "no question for a response in "+version, r, 0)
		client, _ := split(t, r.stdout)
		wantLines(t, "the client's report", client, "ocsp", "0")
		r = runClient(t, without, "-max", version, "-ocsp")
		wantStatus(t, "no response in "+version, r, 1)
		wantText(t, "stderr", r.stderr, "no_ocsp_response", "RFC 6066")
	}
}

func TestBothKeyLogsHaveTheSameSecrets(t *testing.T) {
	dir := t.TempDir()
	servers, clients := filepath.Join(dir, "server.log"), filepath.Join(dir, "client.log")
	address := startServer(t, "-keylog", servers)
	wantStatus(t, "a key log", runClient(t, address, "-keylog", clients), 0)
	server, client := sortedLines(t, servers), sortedLines(t, clients)
	if !slices.Equal(server, client) {
		t.Errorf("the key logs differ:\n%q\n%q", server, client)
	}
	var labels []string
	for _, line := range client {
		words := strings.Fields(line)
		if len(words) != 3 || len(words[1]) != 64 || len(words[2]) != 64 {
			t.Errorf("a line is a label, a random and a secret: %q", line)
		}
		labels = append(labels, words[0])
	}
	want := []string{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET",
		"SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"}
	if !slices.Equal(labels, want) {
		t.Errorf("the labels are %q, want %q", labels, want)
	}
}

func sortedLines(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	slices.Sort(lines)
	return lines
}

func TestAServerIsKnownByItsRawPublicKey(t *testing.T) {
	public := func(kind string) string {
		info := testkit.PublicKeyInfo(testkit.Server(kind).Key.Public())
		return writeFile(t, kind, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: info}))
	}
	for _, version := range []string{"1.2", "1.3"} {
		address := startServer(t, "-raw-public-key", "-min", "1.2", "-max", version)
		r := runClient(t, address, "-min", "1.2", "-raw-public-key", public(testkit.P256))
		wantStatus(t, "the server's key", r, 0)
		client, _ := split(t, r.stdout)
		wantLines(t, "the client's report", client, "version", version, "peer_cn", "")
		wantStatus(t, "another key", runClient(t, address, "-min", "1.2", "-raw-public-key", public(testkit.P384)), 1)
		wantStatus(t, "a certificate", runClient(t, address, "-min", "1.2"), 0)
	}
}

func TestKeysOfMLDSAServeWhereTheSchemeIsNamed(t *testing.T) {
	for _, kind := range testkit.MLDSAKinds() {
		address := startWith(t, testkit.Server(kind), "-min", "1.2", "-client-auth", "require", "-schemes", kind)
		own, ownKey := identityFiles(t, "client", testkit.Client(kind))
		r := runClient(t, address, "-min", "1.2", "-servername", testkit.ServerName, "-schemes", kind+",ecdsa_secp256r1_sha256", "-cert", own, "-key", ownKey)
		wantStatus(t, kind, r, 0)
		client, _ := split(t, r.stdout)
		wantLines(t, "the client's report", client, "version", "1.3", "peer_cn", "server")
		wantStatus(t, "a client that does not name the scheme", runClient(t, address, "-min", "1.2", "-schemes", "ed25519", "-cert", own, "-key", ownKey), 1)
	}
}

func TestAServerAsksForACertificateWhereASecretIsAskedFor(t *testing.T) {
	address := startServer(t, "-pha", "-min", "1.2")
	chain, key := identityFiles(t, "client", testkit.Client(testkit.P256))
	for _, row := range []struct{ line, status, name string }{
		{"-pha -cert " + chain + " -key " + key, "200 OK", "client"},
		{"-pha", "403 the client has shown no certificate", ""},
		{"-cert " + chain + " -key " + key, "403 the client does not", ""},
		{"-pha -min 1.2 -max 1.2", "403 the client does not", ""},
	} {
		r := runClient(t, address, append(strings.Fields(row.line), "-request", `GET /secret\n\n`)...)
		wantStatus(t, row.line, r, 0)
		_, reply := split(t, r.stdout)
		wantText(t, row.line, reply, "HTTP/1.0 "+row.status)
		if got := values(reply)["peer_cn"]; got != row.name {
			t.Errorf("%s: the server knows %q", row.line, got)
		}
	}
}
