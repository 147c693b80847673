package engine_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The golden files show every default: a change of one is a change of a file.
func TestPoliciesPrintAsInTheirGoldenFiles(t *testing.T) {
	plain := engine.Common{Rand: testkit.Rand("policy")}
	narrow := plain
	narrow.CipherSuites = []messages.CipherSuite{messages.TLS_CHACHA20_POLY1305_SHA256}
	narrow.Groups = []messages.Group{messages.Secp384r1, messages.X25519}
	narrow.Schemes = []messages.SignatureScheme{messages.Ed25519}
	narrow.ALPN = []string{"h2", "http/1.1"}
	narrow.RecordSize, narrow.MaxMessage, narrow.MaxHeld, narrow.NoCompatibility = 1024, 8192, 4096, true
	narrow.RecordSizeLimit, narrow.GREASE = 512, true
	narrow.SRTPProfiles = []messages.SRTPProfile{messages.SRTP_AEAD_AES_128_GCM}
	narrow.CertificateCompression = []messages.CompressionAlgorithm{messages.CompressionBrotli, messages.CompressionZlib}
	narrow.Padding = func(uint8, int, int) int { return 0 }

	clients := map[string]*engine.ClientConfig{
		"client_default": {Common: plain},
		"client_narrow": {
			Common: narrow, ServerName: testkit.ServerName, NoTickets: true, ReverifyOnResume: true, MaxFragmentLength: 1024,
			PadHello: true, ShuffleExtensions: true, TicketRequest: &engine.TicketRequest{NewSession: 2, Resumption: 1},
		},
		"client_no_shares": {Common: plain, KeyShares: []messages.Group{}},
	}
	for name, config := range clients {
		policy, err := config.Compile()
		golden(t, name, policy, err)
	}
	servers := map[string]*engine.ServerConfig{
		"server_default": {Common: plain},
		"server_narrow": {
			Common: narrow, ClientAuth: engine.RequireClientCert, Tickets: 2, MaxTickets: 16, TicketLifetime: 3600, ReverifyOnResume: true,
			OIDFilters: filters(),
		},
		"server_no_tickets":    {Common: plain, NoTickets: true, ClientAuth: engine.RequestClientCert},
		"server_takes_tickets": {Common: plain, Tickets: -1},
	}
	for name, config := range servers {
		policy, err := config.Compile()
		golden(t, name, policy, err)
	}
}

// What TLS 1.2 has depends on the profile. Each is as it comes, and the last with
// all that there is to ask for.
func TestProfilesPrintAsInTheirGoldenFiles(t *testing.T) {
	for profile := engine.Modern; profile <= engine.Legacy; profile++ {
		common := engine.Common{Rand: testkit.Rand("policy"), MinVersion: messages.TLS12, Profile: profile}
		client, err := (&engine.ClientConfig{Common: common}).Compile()
		golden(t, "client_"+profile.String(), client, err)
		server, err := (&engine.ServerConfig{Common: common}).Compile()
		golden(t, "server_"+profile.String(), server, err)
	}
	all := engine.Common{
		Rand: testkit.Rand("policy"), MinVersion: messages.TLS12, MaxVersion: messages.TLS12, Profile: engine.Legacy,
		Renegotiation: engine.RenegotiateOnce, CertificateURLs: true,
		Supplemental: engine.Supplemental{ClientAuthz: []messages.AuthzFormat{messages.AuthzSAMLAssertion}},
	}
	stapled := all
	stapled.RequestOCSP, stapled.RequestSCTs = true, true
	client, err := (&engine.ClientConfig{
		Common: stapled, RequestOCSPChain: true, FalseStart: true, Fallback: true,
	}).Compile()
	golden(t, "client_tls12", client, err)
	server, err := (&engine.ServerConfig{Common: all, Sessions: true, PSKHint: []byte("a hint")}).Compile()
	golden(t, "server_tls12", server, err)
}

func golden(t *testing.T, name string, policy fmt.Stringer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	checkGolden(t, filepath.Join("testdata", "policy", name+".txt"), policy.String())
}
