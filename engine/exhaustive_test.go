package engine_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// place is a state of one of the machines.
type place struct {
	role  events.Role
	state string
}

func (p place) String() string { return fmt.Sprintf("%v in %s", p.role, p.state) }

// visit runs a handshake of a pair and keeps a fork of both ends in every
// state that they come to rest in. Records of one byte make them rest in all.
func visit(pair *testkit.Pair, rested map[place]*engine.Engine) *pipe.Pipe {
	pair.Client.RecordSize, pair.Server.RecordSize = 1, 1
	p := pair.Join()
	look := func() { note(p, rested) }
	look()
	p.Observe = func(events.Role, events.Event) { look() }
	p.Split = func(_ events.Role, waiting []byte) int {
		header, _ := record.ParseHeader(waiting)
		return record.HeaderLen + header.Length
	}
	_ = p.Do(events.Client, (*engine.Engine).Start)
	goOn(p, rested)
	return p
}

// goOn goes on until nothing is on the wire.
func goOn(p *pipe.Pipe, rested map[place]*engine.Engine) {
	for p.Step(events.Server) || p.Step(events.Client) {
		note(p, rested)
	}
}

// note keeps a fork of both ends where they are.
func note(p *pipe.Pipe, rested map[place]*engine.Engine) {
	for _, e := range []*engine.Engine{p.Client.Engine, p.Server.Engine} {
		at := place{e.Connection().Role, e.State()}
		if rested[at] == nil {
			rested[at] = e.Fork()
		}
	}
}

// restedStates has an engine in every state. Fork before use.
var restedStates = sync.OnceValue(visitAll)

// visitAll visits every kind of handshake.
func visitAll() map[place]*engine.Engine {
	rested := map[place]*engine.Engine{}
	visitTLS12(rested)
	full := small("full")
	full.Client.PostHandshakeAuth, full.ClientAnswers.Identity = true, testkit.Client(testkit.P256)
	first := visit(full, rested)
	visitLater(first, rested)
	declining := small("declining")
	declining.Client.PostHandshakeAuth = true
	visitLater(visit(declining, rested), rested)
	pair := small("retry")
	retrying(pair)
	visit(pair, rested)
	visitCookies(rested)
	pair = small("client certificate")
	withClientCert(pair)
	pair.Server.ChooseConfig = true
	certified := visit(pair, rested)
	pair = small("resumed")
	pair.Client.Session, pair.Client.ReverifyOnResume = first.Client.Sessions[0], true
	visit(pair, rested)
	visitCompressed(rested)
	pair = small("resumed with a client certificate")
	withClientCert(pair)
	pair.Client.Session, pair.Server.ReverifyOnResume = certified.Client.Sessions[0], true
	visit(pair, rested)
	visitKeyed(rested)
	visitEarly(rested)
	return rested
}

// visitLater has the server ask for a certificate after the handshake, and forks of
// either end change their keys at each step of the answer.
func visitLater(p *pipe.Pipe, rested map[place]*engine.Engine) {
	look := func() {
		note(p, rested)
		for _, e := range []*engine.Engine{p.Client.Engine, p.Server.Engine} {
			_ = e.Fork().UpdateKeys(&events.Output{}, testkit.Now, messages.UpdateNotRequested)
		}
	}
	p.Observe = func(events.Role, events.Event) { look() }
	_ = p.Do(events.Server, requestCertificate)
	for p.Step(events.Server) || p.Step(events.Client) {
		look()
	}
}

// small is a pair without post-quantum key shares.
func small(seed string) *testkit.Pair {
	pair := testkit.NewPair(seed)
	pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1}
	pair.Server.Groups = pair.Client.Groups
	return pair
}

func TestEveryStateIsReachedAndNoOther(t *testing.T) {
	rested := restedStates()
	declared := map[place]bool{}
	for _, role := range []events.Role{events.Client, events.Server} {
		for _, edge := range engine.Edges(role) {
			declared[place{role, edge.From}], declared[place{role, edge.To}] = true, true
		}
	}
	for at := range declared {
		if rested[at] == nil {
			t.Errorf("no handshake brings the %v", at)
		}
	}
	for at := range rested {
		if !declared[at] {
			t.Errorf("the %v, of which no row speaks", at)
		}
	}
}

func TestEveryDeclaredEdgeIsWalked(t *testing.T) {
	walked := map[engine.Edge]bool{}
	stop := engine.Walk(func(edge engine.Edge) { walked[edge] = true })
	defer stop()
	stray(visitAll())
	paths, _ := filepath.Glob("testdata/handshakes/*.txt")
	for _, path := range paths {
		if strings.HasPrefix(filepath.Base(path), "quic_") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		runScript(t, string(text))
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		edges := engine.Edges(role)
		for _, edge := range edges {
			if !walked[edge] {
				t.Errorf("no script walks the %v's edge %+v", role, edge)
			}
			delete(walked, edge)
		}
	}
	for edge := range walked {
		t.Errorf("an edge was walked that is not declared: %+v", edge)
	}
}

// Those that records have too are walked there.
func TestEveryDeclaredEdgeOverQUICIsWalked(t *testing.T) {
	walked := map[engine.Edge]bool{}
	stop := engine.Walk(func(edge engine.Edge) { walked[edge] = true })
	defer stop()
	visitQUIC()
	paths, _ := filepath.Glob("testdata/handshakes/quic_*.txt")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		runScript(t, string(text))
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		for _, edge := range engine.QUICEdges(role) {
			// The refusal of its own leads nowhere.
			if !walked[edge] && edge.Handler != "refuseLaterRequest" && !slices.Contains(engine.Edges(role), edge) {
				t.Errorf("nothing walks the %v's edge %+v", role, edge)
			}
			delete(walked, edge)
		}
	}
	for edge := range walked {
		t.Errorf("an edge was walked that is not declared: %+v", edge)
	}
}

// covers 8446/4/2
// covers 8446/4.5/3
func TestEveryMessageIsDeclaredOrRefusedInEveryState(t *testing.T) {
	for at, resting := range restedStates() {
		for kind := range 256 {
			e, out := resting.Fork(), &events.Output{}
			err := e.Inject(out, testkit.Now, []byte{byte(kind), 0, 0, 0})
			var fatal *engine.Error
			declared := resting.Declares(messages.HandshakeType(kind).String())
			unexpected := errors.As(err, &fatal) && fatal.Refusal.Name == "unexpected_message"
			switch {
			case declared && unexpected:
				t.Errorf("the %v refuses %v, which has a row", at, messages.HandshakeType(kind))
			case !declared && !unexpected:
				t.Errorf("the %v takes %v, which has no row: %v", at, messages.HandshakeType(kind), err)
			case unexpected && (fatal.Alert != messages.AlertUnexpectedMessage || e.State() != "failed"):
				t.Errorf("the %v refuses %v by %v and is in %s", at, messages.HandshakeType(kind), fatal.Alert, e.State())
			}
		}
	}
}

func TestAnEndWithAnOpenQuestionHoldsWhatComes(t *testing.T) {
	for at, resting := range restedStates() {
		if resting.Parked() == nil {
			continue
		}
		e, out := resting.Fork(), &events.Output{}
		held := e.Held()
		if err := e.Receive(out, testkit.Now, []byte("anything at all")); err != nil || out.Len() != 0 {
			t.Errorf("the %v does not hold bytes: %v and %d events", at, err, out.Len())
		}
		if e.Held() != held+len("anything at all") || e.State() != resting.State() {
			t.Errorf("the %v holds %d bytes and is in %s", at, e.Held(), e.State())
		}
	}
}

// answersOf are answers of every kind to the question of a number.
func answersOf(id uint64) map[string]events.Answer {
	asked := events.Asked{ID: id}
	return map[string]events.Answer{
		"PSKsOffered":              (&events.OfferPSKs{Asked: asked}).None(),
		"EarlyDataDecided":         (&events.AcceptEarlyData{Asked: asked}).Reject(),
		"Decrypted":                (&events.Decrypt{Asked: asked}).Fail(),
		"PSKOffered":               (&events.OfferPSK{Asked: asked}).Reply([]byte("identity"), []byte("key")),
		"PSKChosen":                (&events.ChoosePSK{Asked: asked}).None(),
		"SupplementalDataProvided": (&events.ProvideSupplementalData{Asked: asked}).None(),
		"CertificatesFetched":      (&events.FetchCertificates{Asked: asked}).Reply(nil),
		"ConfigChosen":             (&events.ChooseConfig{Asked: asked}).Keep(),
		"CredentialChosen":         (&events.ChooseCredential{Asked: asked}).None(),
		"Signature":                (&events.Sign{Asked: asked}).Reply([]byte{1}),
		"PeerVerified":             (&events.VerifyPeer{Asked: asked}).Accept(testkit.Server(testkit.P256).Key.Public()),
		"TicketOpened":             (&events.OpenTicket{Asked: asked}).None(),
		"SessionFound":             (&events.FindSession{Asked: asked}).None(),
		"TicketSealed":             (&events.SealTicket{Asked: asked}).None(),
	}
}

func TestEveryAnswerIsTakenOrMisuseInEveryState(t *testing.T) {
	for at, resting := range restedStates() {
		question, id := resting.Parked(), uint64(1)
		if question != nil {
			id = question.Number()
		}
		for kind, answer := range answersOf(id) {
			e, before, out := resting.Fork(), resting.Fork(), &events.Output{}
			err := e.Answer(out, testkit.Now, answer)
			switch {
			case question == nil:
				wantMisuse(t, fmt.Sprintf("%v, %s", at, kind), err, engine.ErrNoQuestion, e, before, out)
			case !resting.Declares(kind):
				wantMisuse(t, fmt.Sprintf("%v, %s", at, kind), err, engine.ErrWrongAnswer, e, before, out)
			case errors.Is(err, engine.ErrMisuse):
				t.Errorf("the %v does not take %s: %v", at, kind, err)
			}
		}
		for _, answer := range []events.Answer{nil, answersOf(id + 1)["Signature"]} {
			e, before, out := resting.Fork(), resting.Fork(), &events.Output{}
			err := e.Answer(out, testkit.Now, answer)
			wantMisuse(t, fmt.Sprintf("%v, another question", at), err, engine.ErrNoQuestion, e, before, out)
		}
	}
}

// wantMisuse checks that a call was refused and has changed nothing.
func wantMisuse(t *testing.T, what string, err, want error, e, before *engine.Engine, out *events.Output) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
	if out.Len() != 0 || !reflect.DeepEqual(e, before) {
		t.Errorf("%s: misuse has changed something: %d events, state %s", what, out.Len(), e.State())
	}
}

func TestEveryCommandIsTakenOrMisuseInEveryState(t *testing.T) {
	commands := map[string]func(*engine.Engine, *events.Output, time.Time) error{
		"Start":       (*engine.Engine).CommandStart,
		"IssueTicket": (*engine.Engine).IssueTicket,

		"RequestCertificate": requestCertificate,
		"Renegotiate":        (*engine.Engine).Renegotiate,
		"UpdateKeys": func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, messages.UpdateRequested)
		},
	}
	for at, resting := range restedStates() {
		for name, call := range commands {
			e, before, out := resting.Fork(), resting.Fork(), &events.Output{}
			err := call(e, out, testkit.Now)
			declared := resting.Declares(name) && (name != "UpdateKeys" || resting.MayWrite())
			if declared {
				if err != nil {
					t.Errorf("the %v does not take %s: %v", at, name, err)
				}
				continue
			}
			wantMisuse(t, fmt.Sprintf("%v, %s", at, name), err, engine.ErrNotReady, e, before, out)
		}
		e, before, out := resting.Fork(), resting.Fork(), &events.Output{}
		err := e.Write(out, testkit.Now, []byte("data"))
		if resting.MayWrite() && !resting.Renegotiating() {
			if err != nil || out.Len() == 0 {
				t.Errorf("the %v does not write: %v", at, err)
			}
			continue
		}
		wantMisuse(t, fmt.Sprintf("%v, Write", at), err, engine.ErrNotReady, e, before, out)
		if resting.MayWrite() {
			continue // what the first handshake gave goes on to serve
		}
		_, err = e.Export("label", nil, 32)
		wantMisuse(t, fmt.Sprintf("%v, Export", at), err, engine.ErrNotReady, e, before, out)
	}
}

func TestTheDiagramHasEveryEdge(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		diagram := engine.Diagram(role, events.OverStream)
		for _, edge := range engine.Edges(role) {
			line := fmt.Sprintf("    %s --> %s : %s\n", edge.From, edge.To, edge.Input)
			if !strings.Contains(diagram, line) {
				t.Errorf("the diagram of the %v lacks %q", role, line)
			}
		}
	}
}
