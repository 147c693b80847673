package engine_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func TestAConfigThatCannotBeIsMisuse(t *testing.T) {
	for what, spoil := range map[string]func(c *engine.Common){
		"without entropy": func(c *engine.Common) { c.Rand = nil },
		// covers 5246/7.4.1.4.1/4
		"with TLS 1.1": func(c *engine.Common) { c.MinVersion = messages.TLS11 },
		"with TLS 1.2 and suites of 1.3": func(c *engine.Common) {
			c.MaxVersion, c.CipherSuites = messages.TLS12, []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256}
		},
		"with a suite that is not there": func(c *engine.Common) {
			c.MaxVersion, c.CipherSuites = messages.TLS12, []messages.CipherSuite{messages.TLS_RSA_WITH_AES_128_GCM_SHA256}
		},
		"with TLS 1.2 and groups of 1.3": func(c *engine.Common) {
			c.MaxVersion, c.Groups = messages.TLS12, []messages.Group{messages.X25519MLKEM768}
		},
		"with DHE and no group for it": func(c *engine.Common) {
			c.MaxVersion, c.CipherSuites = messages.TLS12, []messages.CipherSuite{messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256}
		},
		"with a scheme without a signature": func(c *engine.Common) {
			c.MaxVersion, c.Schemes = messages.TLS12, []messages.SignatureScheme{messages.Ed25519, 0x0400}
		},
		// covers 8446/4.2.3/13 8446/4.2.3/14
		"with MD5": func(c *engine.Common) {
			c.MinVersion, c.SchemesCert = messages.TLS12, []messages.SignatureScheme{messages.RSAPKCS1SHA256, 0x0101}
		},
		// covers 8446/4.2.3/13 8446/4.2.3/14
		"with SHA-224": func(c *engine.Common) {
			c.MinVersion, c.Schemes = messages.TLS12, []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.ECDSASHA224}
		},
		// covers 8446/4.2.3/13 8446/4.2.3/14
		"with DSA": func(c *engine.Common) {
			c.MinVersion, c.SchemesCert = messages.TLS12, []messages.SignatureScheme{messages.RSAPKCS1SHA256, messages.DSASHA256}
		},
		"with SSL 3.0":                 func(c *engine.Common) { c.MinVersion = messages.SSL30 },
		"with versions out of order":   func(c *engine.Common) { c.MinVersion, c.MaxVersion = messages.TLS13, messages.TLS11 },
		"with an unknown suite":        func(c *engine.Common) { c.CipherSuites = []messages.CipherSuite{0x1310} },
		"with a suite twice":           func(c *engine.Common) { c.CipherSuites = []messages.CipherSuite{0x1301, 0x1301} },
		"with an unknown group":        func(c *engine.Common) { c.Groups = []messages.Group{0x7a7a} },
		"with a group twice":           func(c *engine.Common) { c.Groups = []messages.Group{messages.X25519, messages.X25519} },
		"with PKCS #1 for handshakes":  func(c *engine.Common) { c.Schemes = []messages.SignatureScheme{messages.RSAPKCS1SHA256} },
		"with rsaEncryption delegated": func(c *engine.Common) { c.DelegatedSchemes = []messages.SignatureScheme{messages.RSAPSSRSAESHA256} },
		"with a delegated scheme twice": func(c *engine.Common) {
			c.DelegatedSchemes = []messages.SignatureScheme{messages.Ed448, messages.Ed448}
		},
		"with an empty protocol":         func(c *engine.Common) { c.ALPN = []string{""} },
		"with a protocol too long":       func(c *engine.Common) { c.ALPN = []string{strings.Repeat("x", 256)} },
		"with too many protocols":        func(c *engine.Common) { c.ALPN = manyProtocols() },
		"with a negative record size":    func(c *engine.Common) { c.RecordSize = -1 },
		"with a record size too large":   func(c *engine.Common) { c.RecordSize = 16385 },
		"with a limit of 63 bytes":       func(c *engine.Common) { c.RecordSizeLimit = 63 },
		"with a limit of 16385 bytes":    func(c *engine.Common) { c.RecordSizeLimit = 16385 },
		"with a negative limit":          func(c *engine.Common) { c.RecordSizeLimit = -1 },
		"with a message bound too large": func(c *engine.Common) { c.MaxMessage = 1<<24 + 4 },
		"with a negative message bound":  func(c *engine.Common) { c.MaxMessage = -1 },
		"with a negative bound to hold":  func(c *engine.Common) { c.MaxHeld = -1 },
	} {
		client, server := engine.ClientConfig{}, engine.ServerConfig{}
		client.Rand, server.Rand = testkit.Rand("misuse"), testkit.Rand("misuse")
		spoil(&client.Common)
		spoil(&server.Common)
		if _, err := engine.NewClient(&client); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a client %s: %v", what, err)
		}
		if _, err := engine.NewServer(&server); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a server %s: %v", what, err)
		}
	}
}

func manyProtocols() []string {
	protocols := make([]string, 200)
	for i := range protocols {
		protocols[i] = strings.Repeat("p", 255)
	}
	return protocols
}

func TestAClientConfigThatCannotBeIsMisuse(t *testing.T) {
	for what, spoil := range map[string]func(c *engine.ClientConfig){
		"a name too long":             func(c *engine.ClientConfig) { c.ServerName = strings.Repeat("n", 256) },
		"a key share of no group":     func(c *engine.ClientConfig) { c.KeyShares = []messages.Group{messages.X448} },
		"key shares out of order":     func(c *engine.ClientConfig) { c.KeyShares = []messages.Group{messages.Secp256r1, messages.X25519} },
		"a wish for 33 tickets":       func(c *engine.ClientConfig) { c.TicketRequest = &engine.TicketRequest{Resumption: 33} },
		"a profile named twice":       func(c *engine.ClientConfig) { c.SRTPProfiles = []messages.SRTPProfile{7, 7} },
		"too many profiles":           func(c *engine.ClientConfig) { c.SRTPProfiles = make([]messages.SRTPProfile, 65) },
		"an identifier of no profile": func(c *engine.ClientConfig) { c.SRTPMKI = []byte{1} },
		"an identifier too long": func(c *engine.ClientConfig) {
			c.SRTPProfiles, c.SRTPMKI = []messages.SRTPProfile{7}, make([]byte, 256)
		},
		"a compression named twice":   func(c *engine.ClientConfig) { c.CertificateCompression = []messages.CompressionAlgorithm{1, 1} },
		"a compression of number 0":   func(c *engine.ClientConfig) { c.CertificateCompression = []messages.CompressionAlgorithm{0} },
		"too many compressions":       func(c *engine.ClientConfig) { c.CertificateCompression = make([]messages.CompressionAlgorithm, 128) },
		"a fragment length of none":   func(c *engine.ClientConfig) { c.MaxFragmentLength = 513 },
		"a fragment length of all":    func(c *engine.ClientConfig) { c.MaxFragmentLength = 16384 },
		"two key shares of one group": func(c *engine.ClientConfig) { c.KeyShares = []messages.Group{messages.X25519, messages.X25519} },
	} {
		config := engine.ClientConfig{Common: engine.Common{Rand: testkit.Rand("misuse")}}
		spoil(&config)
		if _, err := engine.NewClient(&config); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a client with %s: %v", what, err)
		}
	}
}

func TestAServerConfigThatCannotBeIsMisuse(t *testing.T) {
	for what, spoil := range map[string]func(c *engine.ServerConfig){
		"an unknown kind of client authentication": func(c *engine.ServerConfig) { c.ClientAuth = 3 },
		// covers 8446/4.6.1/4
		"a bound of 17 tickets":                     func(c *engine.ServerConfig) { c.MaxTickets = 17 },
		"a ticket lifetime of more than seven days": func(c *engine.ServerConfig) { c.TicketLifetime = 604801 },
		"too many tickets":                          func(c *engine.ServerConfig) { c.Tickets = 17 },
	} {
		config := engine.ServerConfig{Common: engine.Common{Rand: testkit.Rand("misuse")}}
		spoil(&config)
		if _, err := engine.NewServer(&config); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a server with %s: %v", what, err)
		}
	}
}

// call is a call of an engine by name.
type call struct {
	name string
	do   func(e *engine.Engine, out *events.Output, now time.Time) error
	want error
}

func checkMisuse(t *testing.T, e *engine.Engine, calls []call) {
	t.Helper()
	for _, c := range calls {
		fork, before, out := e.Fork(), e.Fork(), &events.Output{}
		wantMisuse(t, c.name, c.do(fork, out, testkit.Now), c.want, fork, before, out)
	}
}

func write(e *engine.Engine, out *events.Output, now time.Time) error {
	return e.Write(out, now, []byte("x"))
}

func updateKeys(e *engine.Engine, out *events.Output, now time.Time) error {
	return e.UpdateKeys(out, now, messages.UpdateNotRequested)
}

func receive(e *engine.Engine, out *events.Output, now time.Time) error {
	return e.Receive(out, now, []byte{22})
}

func TestAnEndThatHasNotStartedIsNotReady(t *testing.T) {
	p := small("not started").Join()
	calls := []call{
		{"Write", write, engine.ErrNotReady},
		{"UpdateKeys", updateKeys, engine.ErrNotReady},
		{"IssueTicket", (*engine.Engine).IssueTicket, engine.ErrNotReady},
	}
	checkMisuse(t, p.Server.Engine, calls)
	checkMisuse(t, p.Client.Engine, append(calls, call{"Receive", receive, engine.ErrNotReady}))
}

func TestStartingTwiceIsMisuse(t *testing.T) {
	p := small("twice").Join()
	if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
		t.Fatal(err)
	}
	again := []call{{"Start", (*engine.Engine).Start, engine.ErrNotReady}}
	checkMisuse(t, p.Client.Engine, again)
	if err := p.Handshake(); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("Start in the middle: %v", err)
	}
	if err := p.Run(); err != nil || !p.Client.Engine.Completed() {
		t.Fatalf("the handshake does not go on after misuse: %v", err)
	}
	checkMisuse(t, p.Client.Engine, again)
}

func TestAfterTheCloseNothingIsWritten(t *testing.T) {
	p := established(t, small("closed"))
	for _, role := range []events.Role{events.Client, events.Server} {
		if err := p.Do(role, (*engine.Engine).CloseWrite); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []*engine.Engine{p.Client.Engine, p.Server.Engine} {
		checkMisuse(t, e, []call{
			{"Write", write, engine.ErrClosed},
			{"UpdateKeys", updateKeys, engine.ErrClosed},
			{"IssueTicket", (*engine.Engine).IssueTicket, engine.ErrClosed},
		})
		checkMisuse(t, e, []call{{"a second CloseWrite", (*engine.Engine).CloseWrite, nil}})
	}
}

func TestArgumentsOutOfRangeAreMisuse(t *testing.T) {
	p := established(t, small("arguments"))
	checkMisuse(t, p.Client.Engine, []call{
		{"UpdateKeys with an unknown request", func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, 2)
		}, engine.ErrMisuse},
		{"Export of nothing", export("label", 0), engine.ErrMisuse},
		{"Export of less than nothing", export("label", -1), engine.ErrMisuse},
		{"Export of too much", export("label", 255*32+1), engine.ErrMisuse},
		{"Export without a label", export("", 32), engine.ErrMisuse},
		{"Export with a label too long", export(strings.Repeat("l", 250), 32), engine.ErrMisuse},
	})
	for _, length := range []int{1, 32, 255 * 32} {
		ours, err := p.Client.Engine.Export("label", []byte("context"), length)
		theirs, errPeer := p.Server.Engine.Export("label", []byte("context"), length)
		if err != nil || errPeer != nil || len(ours) != length || !reflect.DeepEqual(ours, theirs) {
			t.Errorf("an export of %d bytes: %v, %v, %d bytes", length, err, errPeer, len(ours))
		}
	}
}

func export(label string, length int) func(*engine.Engine, *events.Output, time.Time) error {
	return func(e *engine.Engine, _ *events.Output, _ time.Time) error {
		_, err := e.Export(label, nil, length)
		return err
	}
}

// established is a pair after its handshake.
func established(t *testing.T, pair *testkit.Pair) *pipe.Pipe {
	t.Helper()
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatalf("the handshake: %v", err)
	}
	return p
}

func TestAConfigOfAnotherKindIsMisuseAndLeavesTheQuestionOpen(t *testing.T) {
	pair := small("config")
	pair.Server.ChooseConfig = true
	pair.ServerAnswers.Hold = func(events.Question) bool { return true }
	p := pair.Join()
	_ = p.Handshake()
	q := p.Server.Open.(*events.ChooseConfig)
	for what, config := range map[string]events.ServerConfig{
		"nil":                    (*engine.ServerConfig)(nil),
		"another implementation": notConfig{},
		"one that cannot be":     &engine.ServerConfig{},
	} {
		checkMisuse(t, p.Server.Engine, []call{{what, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Answer(out, now, q.Use(config))
		}, engine.ErrMisuse}})
	}
	other := &engine.ServerConfig{Common: engine.Common{
		Rand: testkit.Rand("other"), CipherSuites: []messages.CipherSuite{messages.TLS_CHACHA20_POLY1305_SHA256},
	}}
	pair.ServerAnswers.Hold = nil
	if err := p.Answer(events.Server, q.Use(other)); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil || p.Client.Engine.Connection().CipherSuite != messages.TLS_CHACHA20_POLY1305_SHA256 {
		t.Fatalf("the config chosen does not serve: %v, %v", err, p.Client.Engine.Connection().CipherSuite)
	}
}

type notConfig struct{}

func (notConfig) ServerConfig() {}

func TestAVerdictWithoutAKeyIsMisuse(t *testing.T) {
	pair := small("no key")
	pair.ClientAnswers.Hold = func(events.Question) bool { return true }
	p := pair.Join()
	_ = p.Handshake()
	checkMisuse(t, p.Client.Engine, []call{{"Accept(nil)", func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Answer(out, now, p.Client.Open.(*events.VerifyPeer).Accept(nil))
	}, engine.ErrMisuse}})
}

func TestAnErrorOfTheCallersIsFoundInTheEnginesError(t *testing.T) {
	pair := small("cause")
	answering(pair.ServerAnswers, func(q *events.Sign) events.Answer { return q.Fail(io.ErrUnexpectedEOF) })
	p := pair.Join()
	err := p.Handshake()
	if err == nil {
		t.Fatal("no error")
	}
	if !errors.Is(p.Server.Err, io.ErrUnexpectedEOF) {
		t.Errorf("the cause is not in %v", p.Server.Err)
	}
	var ours, theirs *engine.Error
	if !errors.As(p.Server.Err, &ours) || !errors.As(p.Client.Err, &theirs) {
		t.Fatalf("%v and %v are no *engine.Error", p.Server.Err, p.Client.Err)
	}
	if ours.Side() != "local" || theirs.Side() != "peer" || !theirs.Received || ours.Received {
		t.Errorf("the fault lies at %s and %s", ours.Side(), theirs.Side())
	}
}

func TestAnEnginePrintsNoKeys(t *testing.T) {
	p := established(t, small("print"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, p.Client.Engine); got != "engine(client, clientConnected)" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}
