package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// The snippets of docs/features.md are the bodies of these functions. A config
// that they make has to compile.

func compressCertificates(config *engine.ServerConfig) any {
	config.CertificateCompression = []messages.CompressionAlgorithm{messages.CompressionZlib}
	answers := &answer.Server{Compression: &answer.Compression{}}
	return answers
}

// key is a pre-shared key.
var key = []byte("thirty-two bytes that nobody has")

func offerPSK(config *engine.ClientConfig) any {
	config.PSK = true
	answers := &answer.Client{PSK: &answer.PSK{Identity: []byte("sensor 7"), Key: key}}
	return answers
}

func choosePSK(config *engine.ServerConfig) any {
	config.PSK = true
	config.PSKModes = engine.PSKEither
	answers := &answer.Server{PSK: answer.PSKTable{"sensor 7": key}.Lookup}
	return answers
}

func importPSK() (*answer.PSK, bool) {
	identity, imported, ok := secrets.ImportPSK(secrets.SHA256, key, &secrets.Import{
		Identity: []byte("sensor 7"), Context: []byte("client"), Protocol: uint16(messages.TLS13), Target: secrets.SHA384,
	})
	psk := &answer.PSK{Identity: identity, Key: imported.Bytes(), Hash: secrets.SHA384, Imported: true}
	return psk, ok
}

func TestAKeyIsImported(t *testing.T) {
	if psk, ok := importPSK(); !ok || len(psk.Key) != secrets.SHA384.Size() || len(psk.Identity) == 0 {
		t.Errorf("the imported key is %v, %t", psk, ok)
	}
}

func offerEarlyData(config *engine.ClientConfig) any {
	config.EarlyData = true
	return config
}

func takeEarlyData(config *engine.ServerConfig) any {
	config.MaxEarlyData = 16384
	guard := &answer.ReplayGuard{}
	answers := &answer.Server{Tickets: &answer.TicketKeys{}, EarlyData: guard.Accept}
	return answers
}

func retryByCookie(config *engine.ServerConfig) any {
	config.Cookies = engine.CookiesOnRetry
	answers := &answer.Server{Cookies: &answer.TicketKeys{}}
	return answers
}

func wantBoth(config *engine.ServerConfig) any {
	config.PSK, config.CertificateWithPSK = true, true
	return config
}

// known is the key of a server.
var known = testkit.PublicKeyInfo(testkit.Server(testkit.P256).Key.Public())

func expectRawKeys(config *engine.ClientConfig) any {
	config.PeerCertificateTypes = []messages.CertificateType{messages.CertificateRawPublicKey}
	answers := &answer.Client{RawKeys: answer.RawKeys{known}}
	return answers
}

func authenticateLater(config *engine.ClientConfig) any {
	config.PostHandshakeAuth = true
	return config
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

func shakeHandsOverQUIC(config *engine.ServerConfig, certificates []*answer.Certificate, parameters []byte) *quic.QUICConn {
	config.ALPN = []string{"h3"}
	answers := &answer.Server{Certificates: certificates, Tickets: &answer.TicketKeys{}}
	conn := quic.QUICServer(&quic.QUICConfig{Server: config, Answers: answers})
	conn.SetTransportParameters(parameters)
	return conn
}

func TestAServerOverQUICCanBeStarted(t *testing.T) {
	config := &engine.ServerConfig{Common: engine.Common{Rand: testkit.Rand("snippet")}}
	if err := shakeHandsOverQUIC(config, nil, nil).Start(t.Context()); err != nil {
		t.Error(err)
	}
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

// otherSnippets is how many are about something else than a config.
const otherSnippets = 3

// serverSnippets and clientSnippets are all of them.
var (
	serverSnippets = []func(*engine.ServerConfig) any{
		compressCertificates, choosePSK, wantBoth, takeEarlyData, retryByCookie, sendGREASE, boundTickets, padRecords,
	}
	clientSnippets = []func(*engine.ClientConfig) any{
		offerPSK, offerEarlyData, expectRawKeys, authenticateLater, dressHello, requestTickets, protectMedia, padRecordsRandomly,
	}
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
	if compiled := len(serverSnippets) + len(clientSnippets) + otherSnippets; len(all) != compiled {
		t.Errorf("the page has %d snippets, the test %d", len(all), compiled)
	}
	for _, snippet := range all {
		if !strings.Contains(compiled, "\n"+snippet[1]) {
			t.Errorf("docs/features_test.go has no\n%s", snippet[1])
		}
	}
}
