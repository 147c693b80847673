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

// serverSnippets and clientSnippets are all of them.
var (
	serverSnippets = []func(*engine.ServerConfig) any{compressCertificates, sendGREASE, boundTickets}
	clientSnippets = []func(*engine.ClientConfig) any{dressHello, requestTickets}
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
	if len(all) != len(serverSnippets)+len(clientSnippets) {
		t.Errorf("the page has %d snippets, the test %d", len(all), len(serverSnippets)+len(clientSnippets))
	}
	for _, snippet := range all {
		if !strings.Contains(compiled, "\n"+snippet[1]) {
			t.Errorf("docs/features_test.go has no\n%s", snippet[1])
		}
	}
}
