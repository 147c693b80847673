package examples_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
)

func TestAFeatureThatIsNotThereExitsWith3(t *testing.T) {
	chain, key := identityFiles(t, "server", testkit.Server(testkit.P256))
	for _, row := range []struct{ name, line string }{
		{"server", "-ech-key F -cert " + chain + " -key " + key},
		{"client", "-ech-config F"},
	} {
		arguments := strings.Fields(row.line)
		r := runProgram(t, row.name, arguments...)
		wantStatus(t, row.name+" "+row.line, r, 3)
		if want := "unsupported: " + arguments[0] + "\n"; r.stderr != want {
			t.Errorf("%s %s: stderr is %q, want %q", row.name, row.line, r.stderr, want)
		}
	}
}

// What is named and not implemented is bad usage, and said to be.
func TestANameOfWhatIsNotImplementedExitsWith2(t *testing.T) {
	chain, key := identityFiles(t, "server", testkit.Server(testkit.P256))
	for line, want := range map[string]string{
		"-cert-compression brotli":                          "brotli is not implemented; there is zlib\n",
		"-cert-compression zlib,zstd":                       "zstd is not implemented; there is zlib\n",
		"-groups MLKEM512":                                  "-groups: MLKEM512 is not implemented; there is X25519MLKEM768, x25519, ",
		"-groups GC256A,x25519":                             "-groups: GC256A is not implemented; there is ",
		"-ciphers TLS_RSA_PSK_WITH_AES_128_GCM_SHA256":      "-ciphers: TLS_RSA_PSK_WITH_AES_128_GCM_SHA256 is not implemented\n",
		"-ciphers TLS_SM4_GCM_SM3 -min 1.2":                 `-ciphers: "TLS_SM4_GCM_SM3" is not known`,
		"-ciphers TLS_RSA_WITH_3DES_EDE_CBC_SHA -min 1.2":   "-ciphers: TLS_RSA_WITH_3DES_EDE_CBC_SHA is not implemented\n",
		"-ciphers TLS_PSK_WITH_AES_128_CCM_8_SHA256,x25519": "-ciphers: ",
	} {
		for name, files := range map[string]string{"server": " -cert " + chain + " -key " + key, "client": ""} {
			r := runProgram(t, name, strings.Fields(line+files)...)
			wantStatus(t, name+" "+line, r, 2)
			wantText(t, name+" "+line, r.stderr, name+": ", want)
		}
	}
	r := runProgram(t, "client", "-key-shares", "brainpoolP256r1")
	wantStatus(t, "key shares", r, 2)
	wantText(t, "key shares", r.stderr, "-key-shares: brainpoolP256r1 is not implemented")
}

func TestBadUsageExitsWith2(t *testing.T) {
	chain, key := identityFiles(t, "server", testkit.Server(testkit.P256))
	_, other := identityFiles(t, "other", testkit.Server(testkit.P384))
	garbage := writeFile(t, "garbage", []byte("garbage"))
	server := "-cert " + chain + " -key " + key + " "
	for _, row := range []struct{ name, line string }{
		{"server", ""},
		{"server", "-cert " + chain},
		{"server", "-cert " + chain + " -key " + other},
		{"server", "-cert " + chain + " -key /nonexistent"},
		{"server", "-cert " + garbage + " -key " + key},
		{"server", server + "-client-ca " + garbage},
		{"server", server + "-client-auth perhaps"},
		{"server", server + "-mode ftp"},
		{"server", server + "-ocsp /nonexistent"},
		{"server", server + "-ocsp /dev/null"},
		{"server", server + "-min 1.1"},
		{"server", server + "-min 1.3 -max 1.2"},
		{"server", server + "-ciphers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		{"server", server + "-groups nonsense"},
		{"server", server + "-ciphers nonsense"},
		{"server", server + "-alpn h2,,h3"},
		{"server", server + "-reply-size -1"},
		{"server", server + "-record-size-limit 63"},
		{"client", "-raw-public-key /nonexistent"},
		{"client", "-raw-public-key " + garbage},
		{"server", server + "-schemes mldsa65,,ed25519"},
		{"server", server + "-schemes nonsense"},
		{"client", "-schemes ecdsa_sha1"},
		{"client", "-schemes rsa_pkcs1_sha256"},
		{"server", server + "-record-size-limit 16385"},
		{"server", server + "-keylog /nonexistent/file"},
		{"server", server + "-cert-compression nonsense"},
		{"server", server + "-nonsense"},
		{"server", server + "argument"},
		{"server", "-psk id:00 -client-auth require"},
		{"server", "-psk id:00 -pha"},
		{"server", "-psk id:00 -raw-public-key"},
		{"server", "-max 1.2 -psk id"},
		{"server", "-max 1.2 -psk id:xy"},
		{"server", "-max 1.2 -psk id:00 -ocsp /dev/null"},
		{"server", "-psk :00"},
		{"server", "-psk id:00 -psk-hash md5"},
		{"server", server + "-psk-hash sha256"},
		{"server", "-psk id:00 -psk-hash sha256 -max 1.2"},
		{"server", server + "-psk-ke -max 1.2"},
		{"server", server + "-early-data -1"},
		{"server", server + "-early-data 1048577"},
		{"server", server + "-early-data 100 -tickets=false"},
		{"server", server + "-early-data 100 -max 1.2"},
		{"client", "-early-data -max 1.2"},
		{"client", "-psk-ke -max 1.2"},
		{"server", server + "-renegotiation"},
		{"server", server + "-profile ancient"},
		{"server", server + "-max 1.2 -ciphers TLS_RSA_WITH_AES_128_GCM_SHA256"},
		{"server", server + "-max 1.2 -ciphers TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
		{"server", server + "-max 1.2 -ciphers TLS_PSK_WITH_AES_128_GCM_SHA256"},
		{"client", "-renegotiation"},
		{"client", "-max 1.2 -ciphers TLS_PSK_WITH_AES_128_GCM_SHA256"},
		{"client", "-ca /nonexistent"},
		{"client", "-ca " + garbage},
		{"client", "-session " + garbage},
		{"client", "-timeout soon"},
		{"client", "-timeout 0s"},
		{"client", "-groups x25519 -key-shares secp256r1"},
		{"client", "-key-shares MLKEM768"},
		{"client", "-record-size-limit 63"},
		{"client", "-max-fragment-length 1000"},
		{"client", "-mode ftp"},
		{"client", "-max 1.2 -ciphers TLS_AES_128_GCM_SHA256"},
		{"handshake", "-connect nonsense"},
		{"handshake", "-max 1.2 -retry"},
		{"handshake", "-min 1.3 -max 1.2"},
		{"handshake", "-psk :00"},
		{"handshake", "-psk-hash sha384"},
		{"handshake", "-max 1.2 -psk id:00 -psk-hash sha384"},
		{"handshake", "-max 1.2 -psk-ke"},
		{"handshake", "-psk id:00 -psk-ke -retry"},
		{"handshake", "-nonsense"},
		{"handshake", "-renegotiation"},
		{"handshake", "-send hello"},
		{"handshake", "-ca /dev/null"},
		{"handshake", "-insecure"},
		{"handshake", "-timeout 1s"},
	} {
		r := runProgram(t, row.name, strings.Fields(row.line)...)
		wantStatus(t, row.name+" "+row.line, r, 2)
		if r.stderr == "" {
			t.Errorf("%s %s: nothing is said about it", row.name, row.line)
		}
	}
}

func TestAFailureOfTheNetworkExitsWith1(t *testing.T) {
	chain, key := identityFiles(t, "server", testkit.Server(testkit.P256))
	busy := startServer(t)
	wantStatus(t, "a port in use", runProgram(t, "server", "-listen", busy, "-cert", chain, "-key", key), 1)
	wantStatus(t, "nobody listens", runProgram(t, "client", "-connect", "127.0.0.1:1"), 1)
	wantStatus(t, "nobody listens", runProgram(t, "handshake", "-connect", "127.0.0.1:1"), 1)
}

func TestHelpIsSuccess(t *testing.T) {
	for _, name := range []string{"server", "client", "handshake"} {
		r := runProgram(t, name, "-help")
		wantStatus(t, name, r, 0)
		wantText(t, name, r.stderr, "usage: "+name)
	}
}
