package docs_test

import (
	"crypto"
	"crypto/x509"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
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

func requestStapling(config *engine.ServerConfig) any {
	config.RequestOCSP, config.RequestSCTs = true, true
	return config
}

func showOneOfTwo(byECDSA, byRSA *answer.Certificate) any {
	answers := &answer.Server{Certificates: []*answer.Certificate{byECDSA, byRSA}}
	return answers
}

func filterCertificates(config *engine.ServerConfig) any {
	config.ClientAuth = engine.RequireClientCert
	config.OIDFilters = []messages.OIDFilter{
		answer.KeyUsageFilter(x509.KeyUsageDigitalSignature),
		answer.ExtKeyUsageFilter(x509.ExtKeyUsageClientAuth.OID()),
	}
	return config
}

func staple(certificate *answer.Certificate) *answer.Certificate {
	response, timestamps := []byte("a response"), [][]byte{[]byte("a timestamp")}
	responses, timestampsBehind := [][]byte{response}, [][][]byte{timestamps}
	certificate = certificate.Staple(response, timestamps).StapleChain(responses, timestampsBehind)
	return certificate
}

func TestACertificateIsStapledTo(t *testing.T) {
	identity := testkit.Server(testkit.P256)
	plain, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	if server := showOneOfTwo(plain, staple(plain)).(*answer.Server); len(server.Certificates) != 2 {
		t.Errorf("the server has %d", len(server.Certificates))
	}
	if c := staple(plain).Credential(messages.TLS13); len(c.OCSP) == 0 || len(c.SCTs) != 1 || len(c.OCSPChain) != 1 || len(c.SCTsChain) != 1 {
		t.Errorf("the credential is %+v", c)
	}
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
	keys := answer.NewPSKTable(&answer.PSK{Identity: []byte("sensor 7"), Key: key})
	answers := &answer.Server{PSK: keys.Lookup}
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
	answers := &answer.Client{Sessions: &answer.Sessions{}}
	return []any{config, answers}
}

// started is when the process has.
var started = testkit.Now

func takeEarlyData(config *engine.ServerConfig) any {
	config.MaxEarlyData = 16384
	once := &answer.SingleUse{Store: &answer.OnceMemory{Since: started}}
	answers := &answer.Server{Tickets: &answer.TicketKeys{}, EarlyData: once.Accept}
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

func takeDelegated(config *engine.ClientConfig) any {
	config.DelegatedSchemes = []messages.SignatureScheme{messages.Ed25519, messages.ECDSASecp256r1SHA256}
	return config
}

func issueDelegated(certificate *answer.Certificate, now time.Time, signer crypto.Signer) (*messages.DelegatedCredential, error) {
	credential, err := certificate.Delegate(now, answer.Delegation{Key: signer.Public(), Lifetime: 48 * time.Hour})
	return credential, err
}

func useDelegated(chain [][]byte, credential *messages.DelegatedCredential, signer crypto.Signer) (*answer.Certificate, error) {
	front, err := answer.NewDelegated(chain, credential, signer)
	return front, err
}

func TestACredentialIsIssuedAndUsed(t *testing.T) {
	delegator, signer := testkit.Delegator(testkit.P256), testkit.Client(testkit.Ed25519).Key
	certificate, err := answer.NewCertificate(delegator.Chain, delegator.Key)
	if err != nil {
		t.Fatal(err)
	}
	credential, err := issueDelegated(certificate, testkit.Now, signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := useDelegated(delegator.Chain, credential, signer); err != nil {
		t.Error(err)
	}
}

func takeMLDSA(config *engine.ClientConfig) any {
	config.Schemes = []messages.SignatureScheme{messages.MLDSA65, messages.ECDSASecp256r1SHA256}
	config.SchemesCert = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384}
	return config
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

func askForAnother(asking *authenticator.Session) (*authenticator.Request, error) {
	request, err := asking.Request(authenticator.Options{ServerName: "server.example"})
	return request, err
}

func showAnother(now time.Time, answering *authenticator.Session, request []byte, answers answer.Answerer) ([]byte, error) {
	read, err := answering.ReadRequest(request)
	if err != nil {
		return nil, err
	}
	chosen := answers.Answer(now, read.ChooseCredential())
	credential, ok := chosen.(*events.CredentialChosen)
	if !ok || credential.Credential == nil {
		return answering.Decline(read)
	}
	proof, err := answering.Answer(read, credential.Credential)
	if err != nil {
		return nil, err
	}
	signed, ok := answers.Answer(now, proof.Sign()).(*events.Signature)
	if !ok {
		return nil, errors.New("the key does not sign")
	}
	return proof.Finish(signed.Signature)
}

func verifyAnother(now time.Time, asking *authenticator.Session, request *authenticator.Request, answer []byte, verifies answer.Answerer) (*authenticator.Identity, error) {
	claim, err := asking.Read(request, answer)
	if err != nil {
		return nil, err
	}
	verified, ok := verifies.Answer(now, claim.VerifyPeer()).(*events.PeerVerified)
	if !ok {
		return nil, errors.New("the chain is not to be trusted")
	}
	return claim.Verify(verified.Key)
}

func TestAServerShowsAnotherCertificate(t *testing.T) {
	p := testkit.NewPair("another").Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	asking, errOne := authenticator.New(p.Client.Engine)
	answering, errOther := authenticator.New(p.Server.Engine)
	if err := errors.Join(errOne, errOther); err != nil {
		t.Fatal(err)
	}
	id := testkit.Server(testkit.Ed25519)
	shown, err := answer.NewCertificate(id.Chain, id.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, answers := range []*answer.Server{{Certificates: []*answer.Certificate{shown}}, {}} {
		request, err := askForAnother(asking)
		if err != nil {
			t.Fatal(err)
		}
		made, err := showAnother(testkit.Now, answering, request.Bytes(), answers)
		if err != nil {
			t.Fatal(err)
		}
		proved, err := verifyAnother(testkit.Now, asking, request, made, &answer.Client{Roots: testkit.Roots()})
		if declines := len(answers.Certificates) == 0; declines != errors.Is(err, authenticator.Declined) || declines != (proved == nil) {
			t.Errorf("proved %+v, %v", proved, err)
		}
	}
}

// otherSnippets is how many are about something else than a config.
const otherSnippets = 10

// serverSnippets and clientSnippets are all of them.
var (
	serverSnippets = []func(*engine.ServerConfig) any{
		compressCertificates, requestStapling, filterCertificates, choosePSK, wantBoth, takeEarlyData, retryByCookie, sendGREASE,
		boundTickets, padRecords,
	}
	clientSnippets = []func(*engine.ClientConfig) any{
		offerPSK, offerEarlyData, expectRawKeys, takeMLDSA, takeDelegated, authenticateLater, dressHello, requestTickets, protectMedia, padRecordsRandomly,
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
