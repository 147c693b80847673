package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// attack is what somebody on the wire does who knows no secrets, between two
// ends that would otherwise agree.
type attack struct {
	// sentence says what the attacker does.
	sentence string
	// pair sets the ends up. Both allow TLS 1.2 and TLS 1.3 if it does not say
	// otherwise.
	pair func(p *testkit.Pair)
	// forge sets the attacker up.
	forge func(l *forge.Link)

	// by is who refuses, as which refusal, and with which alert, if that is not
	// the catalogue's. Without a refusal both complete, and agree on everything.
	// There are several, with a comma between them, where it is ciphertext that
	// is taken for a message.
	by      events.Role
	refusal string
	alert   messages.Alert
	// late tells that the other end has completed by then: what was changed is
	// what it sent last.
	late bool
}

func attacks() []attack {
	return slices.Concat(versionAttacks(), suiteAttacks(), groupAttacks(), schemeAttacks(), extensionAttacks(),
		resumptionAttacks(), keyAttacks(), retryAttacks(), exchangeAttacks(), replayAttacks(), orderAttacks(), recordAttacks())
}

func TestAnAttackerOnTheWireIsFoundOut(t *testing.T) {
	for _, a := range attacks() {
		t.Run(strings.ReplaceAll(a.sentence, " ", "_"), func(t *testing.T) {
			l := a.commit()
			if !l.Walked() {
				t.Error("a change of the attacker's was never made")
			}
			a.check(t, l)
		})
	}
}

// commit runs the handshake. If it comes to nothing, the attacker closes the
// connection in the end.
func (a *attack) commit() *forge.Link {
	pair := small(a.sentence)
	bothVersions(pair)
	if a.pair != nil {
		a.pair(pair)
	}
	l := forge.NewBlind(pair)
	a.forge(l)
	l.Handshake()
	return settled(l)
}

// settled ends a handshake that nobody has ended.
func settled(l *forge.Link) *forge.Link {
	if l.Client.Engine.Completed() && l.Server.Engine.Completed() {
		return l
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		_ = l.Do(role, (*engine.Engine).ReceiveEOF)
	}
	return l
}

func (a *attack) check(t *testing.T, l *forge.Link) {
	t.Helper()
	if a.refusal == "" {
		if err := agree(l); err != nil || !l.Client.Engine.Completed() || !l.Server.Engine.Completed() {
			t.Errorf("both ends complete and agree: %v; %v, %v", err, l.Client.Err, l.Server.Err)
		}
		return
	}
	refuser, other := l.End(a.by), l.End(a.by.Peer())
	if refuser.Err == nil || !slices.Contains(strings.Split(a.refusal, ","), refuser.Err.Refusal.Name) {
		t.Fatalf("the %v refuses as %s: %v; the other end: %v", a.by, a.refusal, refuser.Err, other.Err)
	}
	want := a.alert
	if want == 0 {
		want = refuser.Err.Refusal.Alert
	}
	if refuser.Err.Alert != want {
		t.Errorf("the alert is %v, want %v", refuser.Err.Alert, want)
	}
	if refuser.Engine.Completed() || other.Engine.Completed() != a.late {
		t.Errorf("the %v has completed: %t; the other end: %t", a.by, refuser.Engine.Completed(), other.Engine.Completed())
	}
	if other.Err == nil {
		t.Errorf("the other end does not notice")
	}
}

// agree tells in what the views of two ends differ that have both completed.
func agree(l *forge.Link) error {
	if !l.Client.Engine.Completed() || !l.Server.Engine.Completed() {
		return nil
	}
	client, server := l.Client.Engine.Connection(), l.Server.Engine.Connection()
	switch {
	case client.Version != server.Version, client.CipherSuite != server.CipherSuite, client.Group != server.Group,
		client.Resumed != server.Resumed, client.Retried != server.Retried, client.ALPN != server.ALPN,
		client.ServerName != server.ServerName, !bytes.Equal(client.PSKIdentity, server.PSKIdentity),
		client.ExtendedMasterSecret != server.ExtendedMasterSecret, client.EncryptThenMAC != server.EncryptThenMAC,
		client.SecureRenegotiation != server.SecureRenegotiation, client.LocalScheme != server.PeerScheme,
		client.PeerScheme != server.LocalScheme:
		return fmt.Errorf("the connection is %v here and %v there", &client, &server)
	case !client.Resumed && !slices.EqualFunc(client.PeerChain, server.LocalChain, bytes.Equal),
		!client.Resumed && !slices.EqualFunc(client.LocalChain, server.PeerChain, bytes.Equal):
		return errors.New("the chains differ")
	}
	ours, err := l.Client.Engine.Export("agree", nil, 32)
	theirs, otherErr := l.Server.Engine.Export("agree", nil, 32)
	if !bytes.Equal(ours, theirs) || (err == nil) != (otherErr == nil) {
		return fmt.Errorf("the exporters differ: %v, %v", err, otherErr)
	}
	return nil
}

// allKinds are the types of messages that travel in clear in any version.
const allKinds = messages.TypeKeyUpdate + 1

// The pairs that attacks are made on.

func bothVersions(p *testkit.Pair) {
	p.Client.MinVersion, p.Server.MinVersion = messages.TLS12, messages.TLS12
}

// incompatible has them do without the middlebox compatibility mode.
func incompatible(p *testkit.Pair) { p.Client.NoCompatibility, p.Server.NoCompatibility = true, true }

// onlyLegacy has both ends know nothing but TLS 1.2.
func onlyLegacy(p *testkit.Pair) {
	p.Client.MaxVersion, p.Server.MaxVersion = messages.TLS12, messages.TLS12
}

// wantingEtM has them agree on CBC in TLS 1.2, with encrypt_then_mac alone, and
// legacyCBC without it too.
func wantingEtM(p *testkit.Pair) {
	onlyLegacy(p)
	p.Client.Profile, p.Server.Profile = engine.Compatible, engine.Compatible
	p.Server.CipherSuites = []messages.CipherSuite{
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
	}
	p.Client.CipherSuites = append(slices.Clone(p.Server.CipherSuites), messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
}

func legacyCBC(p *testkit.Pair) {
	wantingEtM(p)
	p.Client.Profile, p.Server.Profile = engine.Legacy, engine.Legacy
}

// legacyRSA has the server of TLS 1.2 prove an RSA key.
func legacyRSA(p *testkit.Pair) {
	onlyLegacy(p)
	p.ServerAnswers.Identity = testkit.Server(testkit.RSA)
}

// legacyStapled has it staple a response.
func legacyStapled(p *testkit.Pair) {
	onlyLegacy(p)
	p.Client.RequestOCSP = true
	p.ServerAnswers.Override = stapling(p.ServerAnswers.Identity)
}

// withClientRequest has the server ask for a certificate that the client has.
func withClientRequest(p *testkit.Pair) {
	p.Server.ClientAuth, p.ClientAnswers.Identity = engine.RequestClientCert, testkit.Client(testkit.P256)
}

// withALPN has both ends agree on a protocol.
func withALPN(p *testkit.Pair) {
	p.Client.ALPN, p.Server.ALPN = []string{"h2", "http/1.1"}, []string{"h2", "http/1.1"}
}

// also joins pairs.
func also(all ...func(*testkit.Pair)) func(*testkit.Pair) {
	return func(p *testkit.Pair) {
		for _, change := range all {
			change(p)
		}
	}
}
