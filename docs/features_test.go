package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The snippets of docs/features.md are the bodies of these functions. A config
// that they make has to compile.

func compressCertificates(config *engine.ServerConfig) any {
	config.CertificateCompression = []messages.CompressionAlgorithm{messages.CompressionZlib}
	answers := &answer.Server{Compression: &answer.Compression{}}
	return answers
}

func sendGREASE(config *engine.ServerConfig) any {
	config.GREASE = true
	return config
}

func dressHello(config *engine.ClientConfig) any {
	config.ShuffleExtensions, config.PadHello = true, true
	return config
}

func boundTickets(config *engine.ServerConfig) any {
	config.MaxTickets = 8
	return config
}

func requestTickets(config *engine.ClientConfig) any {
	config.TicketRequest = &engine.TicketRequest{NewSession: 2, Resumption: 1}
	return config
}

func protectMedia(config *engine.ClientConfig) any {
	config.SRTPProfiles = []messages.SRTPProfile{messages.SRTP_AEAD_AES_128_GCM, messages.SRTP_AES128_CM_HMAC_SHA1_80}
	config.SRTPMKI = []byte{1}
	return config
}

func padRecords(config *engine.ServerConfig) any {
	config.Padding = engine.PadTo(512)
	return config
}

func padRecordsRandomly(config *engine.ClientConfig) any {
	config.Padding = engine.PadRandomly(config.Rand, 100)
	return config
}

func bindChannel(e *engine.Engine) ([]byte, error) {
	binding, err := e.TLSExporter()
	return binding, err
}

func TestAnEngineHasABindingOnceItIsConnected(t *testing.T) {
	p := testkit.NewPair("binding").Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	if binding, err := bindChannel(p.Client.Engine); err != nil || len(binding) != 32 {
		t.Errorf("the binding is %x, %v", binding, err)
	}
}

// engineSnippets is how many are about an engine, and not about a config.
const engineSnippets = 1

// serverSnippets and clientSnippets are all of them.
var (
	serverSnippets = []func(*engine.ServerConfig) any{compressCertificates, sendGREASE, boundTickets, padRecords}
	clientSnippets = []func(*engine.ClientConfig) any{dressHello, requestTickets, protectMedia, padRecordsRandomly}
)

func TestTheSnippetsOfFeaturesAreConfigsThatCanBe(t *testing.T) {
	for i, snippet := range serverSnippets {
		config := &engine.ServerConfig{Common: engine.Common{Rand: testkit.Rand("snippet")}}
		snippet(config)
		if _, err := config.Compile(); err != nil {
			t.Errorf("the server's snippet %d: %v", i, err)
		}
	}
	for i, snippet := range clientSnippets {
		config := &engine.ClientConfig{Common: engine.Common{Rand: testkit.Rand("snippet")}}
		snippet(config)
		if _, err := config.Compile(); err != nil {
			t.Errorf("the client's snippet %d: %v", i, err)
		}
	}
}

var snippets = regexp.MustCompile("(?s)\n```go\n(.*?)```\n")

func TestEverySnippetOfFeaturesStandsInATest(t *testing.T) {
	indented := regexp.MustCompile(`(?m)^\t`)
	compiled := indented.ReplaceAllString(read(t, "docs/features_test.go"), "")
	all := snippets.FindAllStringSubmatch(read(t, "docs/features.md"), -1)
	if compiled := len(serverSnippets) + len(clientSnippets) + engineSnippets; len(all) != compiled {
		t.Errorf("the page has %d snippets, the test %d", len(all), compiled)
	}
	for _, snippet := range all {
		if !strings.Contains(compiled, "\n"+snippet[1]) {
			t.Errorf("docs/features_test.go has no\n%s", snippet[1])
		}
	}
}
