package engine_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// calm is TLS 1.2 that never renegotiates.
func calm(seed string) *testkit.Pair {
	pair := small(seed)
	onlyLegacy(pair)
	return pair
}

// RFC 9266, Section 2: the label, a context of no bytes, 32 bytes.
func TestBothEndsHaveTheSameTLSExporter(t *testing.T) {
	for version, made := range map[string]madePair{"TLS 1.3": small, "TLS 1.2": calm} {
		seen := map[string]bool{}
		for _, seed := range []string{"one", "another"} {
			p := established(t, made(seed))
			client, err := p.Client.Engine.TLSExporter()
			if err != nil || len(client) != 32 {
				t.Fatalf("%s: %x, %v", version, client, err)
			}
			server, err := p.Server.Engine.TLSExporter()
			if err != nil || !bytes.Equal(client, server) {
				t.Errorf("%s: the client has %x, the server %x: %v", version, client, server, err)
			}
			exported, err := p.Client.Engine.Export("EXPORTER-Channel-Binding", []byte{}, 32)
			if err != nil || !bytes.Equal(client, exported) {
				t.Errorf("%s: it is %x, and what is exported %x: %v", version, client, exported, err)
			}
			seen[string(client)] = true
		}
		if len(seen) != 2 {
			t.Errorf("%s: two connections have one binding", version)
		}
	}
}

// RFC 9266, Section 4.2.
func TestTLSExporterIsThereOnlyWhereItBindsAConnection(t *testing.T) {
	renegotiating := func(p *testkit.Pair) {
		onlyLegacy(p)
		p.Client.Renegotiation, p.Server.Renegotiation = engine.RenegotiateOnce, engine.RenegotiateOnce
	}
	for what, set := range map[string]func(*testkit.Pair){"a connection that may renegotiate": renegotiating} {
		pair := small("unbound")
		set(pair)
		p := established(t, pair)
		for _, e := range []*engine.Engine{p.Client.Engine, p.Server.Engine} {
			if binding, err := e.TLSExporter(); !errors.Is(err, engine.ErrMisuse) {
				t.Errorf("%s: %x, %v", what, binding, err)
			}
		}
	}
	l := completes(t, calm("without extended_master_secret"), func(l *forge.Link) {
		clientSays(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) })(l)
	})
	if binding, err := l.Client.Engine.TLSExporter(); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("without extended_master_secret: %x, %v", binding, err)
	}
	client, err := engine.NewClient(&small("early").Client)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.TLSExporter(); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("before the handshake: %v", err)
	}
}

// A server that may answer early data does not know its client yet, and has nothing
// to bind to.
func TestTheBindingWaitsForTheClientsFinished(t *testing.T) {
	pair := early()
	p := pair.Join()
	_ = p.Do(events.Client, (*engine.Engine).Start)
	p.Step(events.Server)
	if !p.Server.Engine.Connection().EarlyDataAccepted {
		t.Fatal("no early data is taken")
	}
	if binding, err := p.Server.Engine.TLSExporter(); !errors.Is(err, engine.ErrNotReady) {
		t.Errorf("%x, %v", binding, err)
	}
}
