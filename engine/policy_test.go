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
		},
		"server_no_tickets":    {Common: plain, NoTickets: true, ClientAuth: engine.RequestClientCert},
		"server_takes_tickets": {Common: plain, Tickets: -1},
	}
	for name, config := range servers {
		policy, err := config.Compile()
		golden(t, name, policy, err)
	}
}

func golden(t *testing.T, name string, policy fmt.Stringer, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	checkGolden(t, filepath.Join("testdata", "policy", name+".txt"), policy.String())
}
