package engine_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// offence is one way to be refused. Its sentence says what the offender does.
type offence struct {
	sentence string
	refusal  string
	by       events.Role // who refuses
	// pair sets the configs and answers up, forge the forger's changes, and
	// then acts once the handshake has come as far as it does.
	pair  func(p *testkit.Pair)
	forge func(l *forge.Link)
	then  func(l *forge.Link)
	// alert is what the other end is told, if that is not the catalogue's.
	alert messages.Alert
	// silent tells that no alert is sent, and unheard that the other end cannot
	// read it.
	silent, unheard bool
}

// offences are all of them, by what they offend against.
func offences() []offence {
	return slices.Concat(answerOffences(), recordOffences(), streamOffences(), messageOffences(), versionOffences(),
		parameterOffences(), retryOffences(), cookieOffences(), requiredKeyOffences(), pskCertificateOffences(), pskOffences(), earlyOffences(),
		authenticationOffences(), mldsaOffences(), rawKeyOffences(), delegatedOffences(), laterOffences(), connectedOffences(),
		legacyOffences(), limitOffences(),
		compressionOffences(), greaseOffences(), dressOffences(), ticketOffences(), srtpOffences(),
		staplingOffences(), filterOffences(), olderOffences())
}

func TestEveryOffenceIsRefusedByNameAndAlert(t *testing.T) {
	golden := map[string]*strings.Builder{}
	for _, o := range offences() {
		t.Run(strings.ReplaceAll(o.sentence, " ", "_"), func(t *testing.T) {
			l := o.commit()
			o.check(t, l)
			b := golden[o.refusal]
			if b == nil {
				b = &strings.Builder{}
				golden[o.refusal] = b
			}
			fmt.Fprintf(b, "# %s\n", o.sentence)
			writeLog(b, l.Client)
			writeLog(b, l.Server)
			b.WriteByte('\n')
		})
	}
	for name, b := range golden {
		checkGolden(t, filepath.Join("testdata", "refusals", name+".txt"), strings.TrimSuffix(b.String(), "\n"))
	}
}

func TestEveryRefusalOfTheCatalogueIsTriggered(t *testing.T) {
	triggered := map[string]bool{}
	for _, o := range offences() {
		triggered[o.refusal] = true
	}
	for _, o := range quicOffences() {
		triggered[o.refusal] = true
	}
	names := map[string]bool{}
	for _, r := range engine.Refusals() {
		if names[r.Name] {
			t.Errorf("%s stands twice in the catalogue", r.Name)
		}
		names[r.Name] = true
		if !triggered[r.Name] {
			t.Errorf("no test triggers %s: %s", r.Name, r.Sentence)
		}
	}
	for name := range triggered {
		if !names[name] {
			t.Errorf("a test wants %s, which is not in the catalogue", name)
		}
	}
}

func (o *offence) commit() *forge.Link {
	pair := testkit.NewPair("offence")
	pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1}
	pair.Server.Groups = pair.Client.Groups
	if o.pair != nil {
		o.pair(pair)
	}
	l := forge.New(pair)
	if o.forge != nil {
		o.forge(l)
	}
	l.Handshake()
	if o.then != nil {
		o.then(l)
	}
	l.Run()
	return l
}

func (o *offence) check(t *testing.T, l *forge.Link) {
	t.Helper()
	refuser, other := l.End(o.by), l.End(o.by.Peer())
	if refuser.Err == nil {
		t.Fatalf("the %v does not refuse: it is in state %s, the other end has %v", o.by, refuser.Engine.State(), other.Err)
	}
	if refuser.Err.Refusal.Name != o.refusal {
		t.Fatalf("the %v refuses by %v, want %s", o.by, refuser.Err, o.refusal)
	}
	if !l.Walked() {
		t.Errorf("a change of the forger's was never made")
	}
	if refuser.Log[len(refuser.Log)-1] != (&events.Failed{Err: refuser.Err}).String() {
		t.Errorf("the last event is %q", refuser.Log[len(refuser.Log)-1])
	}
	if o.silent {
		if len(refuser.Alerts) != 0 {
			t.Errorf("alerts %v were sent", refuser.Alerts)
		}
		return
	}
	want := o.alert
	if want == 0 {
		want = refuser.Err.Refusal.Alert
	}
	if len(refuser.Alerts) == 0 {
		t.Fatalf("no alert was sent")
	}
	last := refuser.Alerts[len(refuser.Alerts)-1]
	// covers 8446/6/3
	// covers 8446/6.2/3
	// covers 5246/1.2/1 5246/7.2.2/4
	if last != (messages.AlertMessage{Level: messages.LevelFatal, Description: want}) {
		t.Errorf("the alert is %v, want a fatal %v", last, want)
	}
	if !o.unheard {
		checkOther(t, other, want)
	}
}

// checkOther checks that the other end has been told.
func checkOther(t *testing.T, other *forge.End, want messages.Alert) {
	t.Helper()
	switch {
	case other.Err == nil:
		t.Errorf("the other end has not failed but is in state %s", other.Engine.State())
	case other.Err.Received:
		if other.Err.Alert != want {
			t.Errorf("the other end is told %v, want %v", other.Err.Alert, want)
		}
	default:
		t.Errorf("the other end fails by %v", other.Err)
	}
}

// writeLog writes how it ended for one end.
func writeLog(b *strings.Builder, end *forge.End) {
	if end.Err == nil {
		fmt.Fprintf(b, "%v: %s\n", end.Role, end.Engine.State())
		return
	}
	fmt.Fprintf(b, "%v: %v\n", end.Role, end.Err)
}

// checkGolden compares text with a file, or rewrites the file.
func checkGolden(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("no golden file, -update writes it: %v", err)
	}
	if text == string(want) {
		return
	}
	got, lines := strings.Split(text, "\n"), strings.Split(string(want), "\n")
	for i := range got {
		if i >= len(lines) || got[i] != lines[i] {
			golden := "the end"
			if i < len(lines) {
				golden = lines[i]
			}
			t.Fatalf("%s, line %d:\n got: %s\nwant: %s", path, i+1, got[i], golden)
		}
	}
	t.Fatalf("%s: %d lines, want %d", path, len(got), len(lines))
}

// earlier is a session of an earlier connection, of the suite given.
func earlier(suite messages.CipherSuite) *events.Session {
	session := *sessions()[suite]
	return &session
}

var sessions = sync.OnceValue(func() map[messages.CipherSuite]*events.Session {
	all := map[messages.CipherSuite]*events.Session{}
	for _, suite := range []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384} {
		pair := testkit.NewPair("earlier")
		pair.Client.CipherSuites = []messages.CipherSuite{suite}
		l := forge.New(pair)
		l.Handshake()
		all[suite] = l.Client.Sessions[0]
	}
	return all
})

// resuming has the client offer an earlier session.
func resuming(p *testkit.Pair) { p.Client.Session = earlier(messages.TLS_AES_128_GCM_SHA256) }

// retrying has the server ask for a share of another group.
func retrying(p *testkit.Pair) {
	p.Server.Groups = []messages.Group{messages.Secp256r1, messages.X25519}
}
