package authenticator_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

func TestEveryOffenceIsRefusedByName(t *testing.T) {
	provoked := map[authenticator.Refusal]bool{}
	for _, row := range slices.Concat(cutOff(), misplaced(), extended(), reused(), unproved()) {
		t.Run(row.sentence, func(t *testing.T) {
			o := offend(t)
			err := row.try(t, o)
			wantRefusal(t, row.sentence, err, row.refusal)
			var refusal authenticator.Refusal
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), row.refusal.Name()+": "+row.refusal.Sentence()) {
				t.Errorf("the error is %q", err)
			}
			// The connection is none the worse for it.
			if err := o.pipe.Write(events.Server, []byte("data")); err != nil {
				t.Errorf("the server cannot write: %v", err)
			}
			provoked[row.refusal] = true
		})
	}
	for _, refusal := range authenticator.Refusals() {
		if !provoked[refusal] {
			t.Errorf("%s is provoked by no offence", refusal.Name())
		}
	}
}

func TestWhatIsRefusedLeavesTheRequestAsItWas(t *testing.T) {
	for _, row := range slices.Concat(cutOff(), misplaced(), extended(), unproved()) {
		if row.refusal == authenticator.Declined || row.refusal == authenticator.HandshakeChanged || strings.Contains(row.sentence, "renegotiation") {
			continue
		}
		o := offend(t)
		request, id := o.request, o.id
		_ = row.try(t, o)
		o.request, o.id, o.forger = request, id, referenceOf(t, o.server.engine, events.Server)
		if _, err := o.client.verify(t, o.request, o.good(t)); err != nil {
			t.Errorf("after %s the right answer: %v", row.sentence, err)
		}
	}
}

func TestTheCatalogueNamesEachRefusalOnce(t *testing.T) {
	names := map[string]bool{}
	for _, r := range authenticator.Refusals() {
		if r.Name() == "" || r.Sentence() == "" || !strings.HasPrefix(r.Section(), "RFC ") || names[r.Name()] {
			t.Errorf("%d: %q, %q, %q", r, r.Name(), r.Sentence(), r.Section())
		}
		names[r.Name()] = true
	}
	for _, none := range []authenticator.Refusal{0, authenticator.Refusal(len(names) + 1), 255} {
		if none.Name()+none.Sentence()+none.Section() != "" {
			t.Errorf("%d is none, and has the name %q", none, none.Name())
		}
	}
}

func TestACallThatMakesNoSenseIsMisuse(t *testing.T) {
	c, other := connected(t, messages.TLS13, "one"), connected(t, messages.TLS13, "another")
	id := testkit.Server(testkit.P256)
	request, read := c.ask(t, events.Client, authenticator.Options{})
	claim := must(c.client.session.Read(request, c.server.answer(t, read, id)))(t, "an answer is read")
	request, read = c.ask(t, events.Client, authenticator.Options{})
	hello := must(c.server.session.Spontaneous(c.hello, nil))(t, "of its own accord")
	with := func(change func(credential *events.Credential)) *events.Credential {
		credential := id.Credential()
		change(credential)
		return credential
	}
	proof := must(c.server.session.Answer(read, id.Credential()))(t, "an answer is begun")
	for what, try := range map[string]func() (any, error){
		"a session of nothing":          func() (any, error) { return authenticator.New(nil) },
		"a context of 256 bytes":        func() (any, error) { return ask(c.client, authenticator.Options{Context: make([]byte, 256)}) },
		"a server that asks for a name": func() (any, error) { return ask(c.server, authenticator.Options{ServerName: "name.example"}) },
		"a name of 256 bytes":           func() (any, error) { return ask(c.client, authenticator.Options{ServerName: strings.Repeat("a", 256)}) },
		"a scheme that signs no handshake": func() (any, error) {
			return ask(c.client, authenticator.Options{Schemes: []messages.SignatureScheme{messages.RSAPKCS1SHA256}})
		},
		"an authority of no bytes": func() (any, error) { return ask(c.client, authenticator.Options{Authorities: [][]byte{{}}}) },
		"more authorities than there is room": func() (any, error) {
			return ask(c.client, authenticator.Options{Authorities: [][]byte{make([]byte, 1<<15), make([]byte, 1<<15)}})
		},
		"a hello that is none":         func() (any, error) { return c.server.session.Spontaneous(nil, nil) },
		"a hello that nobody has sent": func() (any, error) { return c.server.session.Spontaneous(&events.ClientHello{}, nil) },
		"a hello that does not decode": func() (any, error) {
			return c.server.session.Spontaneous(&events.ClientHello{Raw: make([]byte, 9)}, nil)
		},
		"answering nothing":              func() (any, error) { return c.server.session.Answer(nil, id.Credential()) },
		"answering one's own request":    func() (any, error) { return c.client.session.Answer(request, id.Credential()) },
		"answering a request of another": func() (any, error) { return other.server.session.Answer(read, id.Credential()) },
		"answering by no credential":     func() (any, error) { return c.server.session.Answer(read, nil) },
		"answering by a raw key":         func() (any, error) { return c.server.session.Answer(read, id.RawCredentialIn(messages.TLS13)) },
		"answering by no chain": func() (any, error) {
			return c.server.session.Answer(read, with(func(c *events.Credential) { c.Chain = nil }))
		},
		"answering by an empty certificate": func() (any, error) {
			return c.server.session.Answer(read, with(func(c *events.Credential) { c.Chain = [][]byte{nil} }))
		},
		"answering with no signature":         func() (any, error) { return proof.Finish(nil) },
		"answering with too long a signature": func() (any, error) { return proof.Finish(make([]byte, 1<<16)) },
		"declining nothing":                   func() (any, error) { return c.server.session.Decline(nil) },
		"declining what nobody asked":         func() (any, error) { return c.server.session.Decline(hello) },
		"reading an answer to the peer's":     func() (any, error) { return c.server.session.Read(read, nil) },
		"reading an answer to another's":      func() (any, error) { return other.client.session.Read(request, nil) },
		"verifying by no key":                 func() (any, error) { return claim.Verify(nil) },
	} {
		if _, err := try(); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(proof.Finish([]byte("signature")))(t, "none of it has changed anything")
}

func ask(e *end, options authenticator.Options) (*authenticator.Request, error) {
	return e.session.Request(options)
}

func TestWhatIsStapledHasToFit(t *testing.T) {
	c := connected(t, messages.TLS13, "stapled")
	_, read := c.ask(t, events.Client, authenticator.Options{RequestOCSP: true, RequestSCTs: true})
	for what, change := range map[string]func(credential *events.Credential){
		"a response that is too long": func(credential *events.Credential) { credential.OCSP = make([]byte, 1<<16) },
		"an empty timestamp":          func(credential *events.Credential) { credential.SCTs = [][]byte{{}} },
	} {
		credential := testkit.Server(testkit.P256).Credential()
		change(credential)
		_, err := c.server.session.Answer(read, credential)
		wantRefusal(t, what, err, engine.ErrMisuse)
	}
}

// broken is entropy that there is none of.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) Read([]byte) (int, error) { return 0, errBroken }

// failing is a connection whose entropy fails, or whose exporter does.
type failing struct {
	*engine.Engine
	exports error
}

func (f *failing) AuthenticatorParameters() (*engine.AuthenticatorParameters, error) {
	p, err := f.Engine.AuthenticatorParameters()
	p.Rand = broken{}
	return p, err
}

func (f *failing) Export(label string, context []byte, length int) ([]byte, error) {
	if f.exports != nil {
		return nil, f.exports
	}
	return f.Engine.Export(label, context, length)
}

func TestWithoutEntropyOrAnExporterNothingIsMade(t *testing.T) {
	c := connected(t, messages.TLS13, "failing")
	f := &failing{Engine: c.server.engine}
	session := must(authenticator.New(f))(t, "there is a session")
	_, err := session.Request(authenticator.Options{})
	wantRefusal(t, "a request", err, errBroken)
	_, err = session.Spontaneous(c.hello, nil)
	wantRefusal(t, "of its own accord", err, errBroken)
	request := must(session.Request(authenticator.Options{Context: []byte("given")}))(t, "a context that is given")
	read := must(session.Spontaneous(c.hello, []byte("given too")))(t, "a context that is given")
	proof := must(session.Answer(read, testkit.Server(testkit.P256).Credential()))(t, "an answer")
	f.exports = errors.New("it does not export")
	_, err = session.Answer(read, testkit.Server(testkit.P256).Credential())
	wantRefusal(t, "another answer", err, f.exports)
	_, err = proof.Finish([]byte("signature"))
	wantRefusal(t, "its end", err, f.exports)
	_, err = session.Read(request, message(messages.TypeFinished, nil))
	wantRefusal(t, "what the peer has sent", err, f.exports)
}

func TestAServerThatSignsOnlyByTLS12AsksByNoScheme(t *testing.T) {
	pair := pairIn(messages.TLS12, "PKCS #1")
	pair.Client.Schemes = []messages.SignatureScheme{messages.RSAPKCS1SHA256}
	pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
	c := connect(t, pair)
	_, err := c.client.session.Request(authenticator.Options{})
	wantRefusal(t, "a request", err, engine.ErrMisuse)
	request := must(c.client.session.Request(authenticator.Options{Schemes: []messages.SignatureScheme{messages.Ed25519}}))(t, "one that names a scheme")
	if m := forge.Decode[messages.ClientCertificateRequest](request.Bytes()); !m.Extensions.Has(messages.ExtensionSignatureAlgorithms) {
		t.Error("it has no schemes")
	}
}
