package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// request has the server of a pipe ask for a certificate, and gives what names the
// request.
func request(t *testing.T, p *pipe.Pipe) (context []byte) {
	t.Helper()
	if err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) (err error) {
		context, err = e.RequestClientCertificate(out, now)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return context
}

// observe collects what a server is told of answers, and what a client sends.
func observe(p *pipe.Pipe) (answers *[]*events.PeerAuthenticated, sent *[]string) {
	answers, sent = &[]*events.PeerAuthenticated{}, &[]string{}
	p.Observe = func(from events.Role, e events.Event) {
		if fact, ok := e.(*events.PeerAuthenticated); ok {
			*answers = append(*answers, fact)
		}
		if record, ok := e.(*events.RecordSent); ok && from == events.Client {
			*sent = append(*sent, strings.Fields(record.String())[2])
		}
		if message, ok := e.(*events.MessageSent); ok && from == events.Client {
			*sent = append(*sent, message.Type.String())
		}
	}
	return answers, sent
}

// covers 8446/4.6.2/1 8446/4.6.2/2 8446/4.6.2/4
func TestAClientAnswersARequestInOnePieceWhateverIsWrittenMeanwhile(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		pair := small("later " + kind)
		later(pair)
		pair.Client.Trace, pair.ClientAnswers.Identity = true, testkit.Client(kind)
		pair.ClientAnswers.Hold = func(q events.Question) bool {
			switch q.(type) {
			case *events.ChooseCredential, *events.Sign:
				return true
			}
			return false
		}
		p := established(t, pair)
		answers, sent := observe(p)
		context := request(t, p)
		for range 2 {
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			if err := p.Write(events.Client, []byte("data")); err != nil {
				t.Fatal(err)
			}
			if err := p.Answer(events.Client, pair.ClientAnswers.Now(p.Client.Open)); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		got := slices.DeleteFunc(*sent, func(s string) bool { return s == "handshake," })
		if want := "application_data, application_data, certificate certificate_verify finished"; strings.Join(got, " ") != want {
			t.Errorf("%s: the client sends %v", kind, got)
		}
		if len(*answers) != 1 || !bytes.Equal((*answers)[0].Context, context) || (*answers)[0].Declined {
			t.Fatalf("%s: the server is told %v", kind, *answers)
		}
		if c := p.Server.Engine.Connection(); !bytes.Equal(c.PeerChain[0], testkit.Client(kind).Chain[0]) || c.PeerScheme == 0 {
			t.Errorf("%s: the server knows a chain of %d by %v", kind, len(c.PeerChain), c.PeerScheme)
		}
		if c := p.Client.Engine.Connection(); c.LocalScheme != p.Server.Engine.Connection().PeerScheme || len(c.LocalChain) == 0 {
			t.Errorf("%s: the client has shown a chain of %d by %v", kind, len(c.LocalChain), c.LocalScheme)
		}
	}
}

// covers 8446/4.6.2/3
func TestAClientDeclinesByACertificateWithoutEntries(t *testing.T) {
	pair := small("declines")
	pair.Client.PostHandshakeAuth, pair.Client.Trace = true, true
	p := established(t, pair)
	answers, sent := observe(p)
	request(t, p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got := slices.DeleteFunc(*sent, func(s string) bool { return s == "handshake," }); strings.Join(got, " ") != "certificate finished" {
		t.Errorf("the client sends %v", got)
	}
	if len(*answers) != 1 || !(*answers)[0].Declined || p.Server.Engine.Connection().PeerChain != nil {
		t.Errorf("the server is told %v", *answers)
	}
}

// covers 8446/4.6.2/6
func TestAServerGoesOnUntilAnAnswerComes(t *testing.T) {
	pair := small("delay")
	later(pair)
	p := established(t, pair)
	first, second := request(t, p), request(t, p)
	if bytes.Equal(first, second) {
		t.Fatal("two requests have one name")
	}
	for range 3 {
		if err := p.Write(events.Client, []byte("ping")); err != nil {
			t.Fatal(err)
		}
		if err := p.Do(events.Client, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, messages.UpdateRequested)
		}); err != nil {
			t.Fatal(err)
		}
		if p.Step(events.Server); p.Server.Err != nil {
			t.Fatalf("the server does not wait: %v", p.Server.Err)
		}
		if err := p.Write(events.Server, []byte("pong")); err != nil {
			t.Fatal(err)
		}
	}
	answers, _ := observe(p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if string(p.Server.Received) != "pingpingping" || string(p.Client.Received) != "pongpongpong" || len(*answers) != 2 ||
		!bytes.Equal((*answers)[0].Context, first) || !bytes.Equal((*answers)[1].Context, second) {
		t.Errorf("%q, %q and %d answers", p.Server.Received, p.Client.Received, len(*answers))
	}
}

// covers 8446/4.2.6/1 8446/4.2.6/2
func TestAServerAsksNobodyWhoDoesNotOfferIt(t *testing.T) {
	inBoth(t, func(t *testing.T, pairOf func(string) *testkit.Pair) {
		pair := pairOf("nobody")
		p := established(t, pair)
		err := p.Do(events.Server, requestCertificate)
		if !errors.Is(err, engine.ErrMisuse) && !errors.Is(err, engine.ErrNotReady) || len(p.Client.Inbox) != 0 {
			t.Errorf("a client that offers nothing is asked: %v", err)
		}
		if err := p.Do(events.Client, requestCertificate); !errors.Is(err, engine.ErrNotReady) {
			t.Errorf("a client asks: %v", err)
		}
	})
}

// covers 8446/4.3.2/6
func TestAClientThatHasResumedCanBeAskedToo(t *testing.T) {
	pair := small("resumed")
	resuming(pair)
	later(pair)
	p := established(t, pair)
	if !p.Server.Engine.Connection().Resumed {
		t.Fatal("the session is not resumed")
	}
	request(t, p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if len(p.Server.Engine.Connection().PeerChain) == 0 {
		t.Error("the client has shown no certificate")
	}
}

func TestSoManyRequestsMayBeUnderWayAndNoMore(t *testing.T) {
	pair := small("many")
	later(pair)
	p := established(t, pair)
	names := map[string]bool{}
	for range 16 {
		names[string(request(t, p))] = true
	}
	if err := p.Do(events.Server, requestCertificate); !errors.Is(err, engine.ErrMisuse) || p.Server.Engine.Err() != nil {
		t.Errorf("one more: %v", err)
	}
	answers, _ := observe(p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for _, a := range *answers {
		delete(names, string(a.Context))
	}
	if len(*answers) != 16 || len(names) != 0 {
		t.Errorf("%d answers, and %d requests without one", len(*answers), len(names))
	}
}

// Whatever was asked before and answered, each request has another name, which
// nobody knows in advance.
//
// covers 8446/4.3.2/2
func TestEveryRequestOfAConnectionHasANameOfItsOwn(t *testing.T) {
	names := map[string]bool{}
	const connections, rounds, together = 3, 5, 16
	for i := range connections {
		pair := small(fmt.Sprint("names ", i))
		later(pair)
		withClientCert(pair) // whose request has the empty name
		p := established(t, pair)
		for range rounds {
			for range together {
				name := request(t, p)
				if len(name) < 16 || names[string(name)] {
					t.Fatalf("a request is named %x, and %d were before", name, len(names))
				}
				names[string(name)] = true
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			if err := p.Write(events.Server, []byte("data")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(names) != connections*rounds*together {
		t.Errorf("%d names", len(names))
	}
}

// An answer serves once.
func TestAnAnswerIsNoAnswerToAnotherRequest(t *testing.T) {
	for what, c := range map[string]struct {
		more    int // requests under way
		refusal string
	}{
		"where nothing is asked for": {0, "unexpected_message"}, "where something else is asked for": {1, "certificate_context"},
	} {
		pair := small("replayed")
		later(pair)
		l := forge.New(pair)
		var answer [][]byte
		for _, kind := range []messages.HandshakeType{messages.TypeCertificate, messages.TypeCertificateVerify} {
			l.On(events.Client, kind, func(w *forge.Wire, raw []byte) {
				answer = append(answer, slices.Clone(raw))
				w.Raw(raw)
			})
		}
		l.Handshake()
		askedLater(l)
		wantAlive(t, "an answer", l)
		if len(answer) != 2 {
			t.Fatalf("%d messages are kept", len(answer))
		}
		for range c.more {
			_ = l.Do(events.Server, requestCertificate)
		}
		l.Wire(events.Client).Raw(answer...)
		wantRefusal(t, "an answer again "+what, l.Server, c.refusal)
	}
}

func TestNothingIsKnownOfAClientBeforeItsAnswerIsProved(t *testing.T) {
	pair := small("unproved")
	later(pair)
	pair.ServerAnswers.Hold = func(q events.Question) bool { _, verifies := q.(*events.VerifyPeer); return verifies }
	p := established(t, pair)
	request(t, p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if p.Server.Open == nil || p.Server.Engine.Connection().PeerChain != nil {
		t.Error("the chain is known while it is asked about")
	}
	if err := p.Write(events.Server, []byte("meanwhile")); err != nil {
		t.Errorf("a server that asks does not write: %v", err)
	}
	if err := p.Answer(events.Server, pair.ServerAnswers.Now(p.Server.Open)); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil || len(p.Server.Engine.Connection().PeerChain) == 0 || string(p.Client.Received) != "meanwhile" {
		t.Errorf("the chain is not known: %v", err)
	}
}
