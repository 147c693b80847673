package engine_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// covers 8446/6/2
func TestAFailedConnectionForgetsItsSecrets(t *testing.T) {
	for at, resting := range restedStates() {
		var out events.Output
		e := resting.Fork()
		_ = e.Abort(&out, testkit.Now, messages.AlertInternalError)
		if !e.Forgotten() {
			t.Errorf("the %v has failed and still knows something", at)
		}
	}
}

// covers 8446/7.5/1
// covers 8446/7.5/2
func TestAnExportIsMadeFromTheExporterSecret(t *testing.T) {
	pair := small("export")
	pair.Client.KeyLog = true
	p := pair.Join()
	var exporter *secrets.Secret
	p.Observe = func(_ events.Role, e events.Event) {
		if derived, ok := e.(*events.SecretDerived); ok && derived.Label == "EXPORTER_SECRET" {
			exporter = &derived.Secret
		}
	}
	if err := p.Handshake(); err != nil || exporter == nil {
		t.Fatalf("%v, exporter %v", err, exporter)
	}
	for _, context := range [][]byte{nil, {}, []byte("context")} {
		want := make([]byte, 32)
		if err := secrets.Export(secrets.SHA256, exporter, "label", context, want); err != nil {
			t.Fatal(err)
		}
		got, err := p.Server.Engine.Export("label", context, 32)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("with the context %q: %x, %v, want %x", context, got, err, want)
		}
	}
}

// covers 8446/9.1/1
// covers 8446/9.1/2
// covers 8446/9.1/3
// covers 8446/4.2.8/9
// covers 8446/9.3/3
func TestEverythingOfferedIsServed(t *testing.T) {
	for _, suite := range secrets.Suites13() {
		pair := small("suites")
		pair.Client.CipherSuites = []messages.CipherSuite{suite}
		pair.Server.CipherSuites = secrets.Suites13()
		if got := established(t, pair).Server.Engine.Connection().CipherSuite; got != suite {
			t.Errorf("%v where %v is offered", got, suite)
		}
	}
	for _, group := range secrets.Groups() {
		pair := testkit.NewPair("groups")
		pair.Client.Groups = []messages.Group{group}
		pair.Server.Groups = secrets.Groups()
		if got := established(t, pair).Client.Engine.Connection().Group; got != group {
			t.Errorf("%v where %v is offered", got, group)
		}
	}
	for _, kind := range testkit.Kinds() {
		for _, scheme := range testkit.Server(kind).Credential().Schemes {
			pair := small("schemes")
			pair.ServerAnswers.Identity = testkit.Server(kind)
			pair.Client.Schemes = []messages.SignatureScheme{scheme}
			if got := established(t, pair).Client.Engine.Connection().PeerScheme; got != scheme {
				t.Errorf("%v where %v is offered", got, scheme)
			}
		}
	}
}

// covers 8446/9.2/1
// covers 8446/9.2/2
// covers 8446/9.2/4
// covers 8446/9.2/7
// covers 8446/9.2/8
// covers 8446/9.2/9
func TestAResumptionIsOfferedByTheExtensionsForIt(t *testing.T) {
	pair := small("offer")
	resuming(pair)
	m, l := capture[messages.ClientHello](t, pair, events.Client, 1)
	kinds := types(&m.Extensions)
	for _, kind := range []messages.ExtensionType{
		messages.ExtensionSupportedVersions, messages.ExtensionSignatureAlgorithms, messages.ExtensionSupportedGroups,
		messages.ExtensionKeyShare, messages.ExtensionPSKModes,
	} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no %v", kind)
		}
	}
	if kinds[len(kinds)-1] != messages.ExtensionPreSharedKey || !l.Client.Engine.Connection().Resumed {
		t.Errorf("the last extension is %v", kinds[len(kinds)-1])
	}
}

// covers 8446/4.2.7/1
func TestAClientTakesTheServersGroupsForInformation(t *testing.T) {
	completes(t, small("information"), func(l *forge.Link) {
		forge.Change(l, events.Server, func(m *messages.EncryptedExtensions) {
			forge.Set(&m.Extensions, &messages.SupportedGroups{Groups: []messages.Group{messages.X448}})
		})
	})
}

// covers 8446/4.2.3/4
// covers 8446/4.2.3/5
// covers 8446/4.2.3/7
func TestAnRSASignatureHasASaltOfItsHashAndAKeyOfItsKind(t *testing.T) {
	sign := func(salt int) func(q *events.Sign) events.Answer {
		return func(q *events.Sign) events.Answer {
			digest := sha256.Sum256(q.Content)
			key := testkit.Server(testkit.RSA).Key
			signature, err := key.Sign(testkit.Rand("salt"), digest[:], &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})
			if err != nil {
				return q.Fail(err)
			}
			return q.Reply(signature)
		}
	}
	pss := func(q *events.VerifyPeer) events.Answer {
		return q.Accept(secrets.PSSPublicKey{PublicKey: testkit.Server(testkit.RSA).Key.Public().(*rsa.PublicKey)})
	}
	for what, c := range map[string]struct {
		scheme  messages.SignatureScheme
		salt    int
		pss     bool
		refusal string
	}{
		"a salt of the hash's length":       {messages.RSAPSSRSAESHA256, 32, false, ""},
		"a shorter salt":                    {messages.RSAPSSRSAESHA256, 20, false, "bad_signature"},
		"a longer salt":                     {messages.RSAPSSRSAESHA256, 48, false, "bad_signature"},
		"a PSS scheme for a plain key":      {messages.RSAPSSPSSSHA256, 32, false, "scheme_for_other_key"},
		"a PSS scheme for a PSS key":        {messages.RSAPSSPSSSHA256, 32, true, ""},
		"a plain scheme for a PSS key":      {messages.RSAPSSRSAESHA256, 32, true, "scheme_for_other_key"},
		"a shorter salt under a PSS scheme": {messages.RSAPSSPSSSHA256, 31, true, "bad_signature"},
	} {
		pair := small("rsa")
		pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
		pair.ServerAnswers.Override = func(q events.Question) events.Answer {
			switch q := q.(type) {
			case *events.ChooseCredential:
				credential := *pair.ServerAnswers.Identity.Credential()
				credential.Schemes = []messages.SignatureScheme{c.scheme}
				return q.Reply(&credential)
			case *events.Sign:
				return sign(c.salt)(q)
			}
			return nil
		}
		if c.pss {
			answering(pair.ClientAnswers, pss)
		}
		l := forge.New(pair)
		l.Handshake()
		if c.refusal == "" {
			wantAlive(t, what, l)
			continue
		}
		wantRefusal(t, what, l.Client, c.refusal)
	}
}
