package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// A script is a conversation: paragraphs of commands, "----", and what the
// commands bring about, up to an empty line. Lines with # in front are
// comments. The output is every event of both ends in its canonical text, then
// the states where they have changed.

func TestConversationsGoAsWritten(t *testing.T) {
	paths, err := filepath.Glob("testdata/handshakes/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			checkGolden(t, path, runScript(t, string(text)))
		})
	}
}

// runScript gives the script with its output made anew.
func runScript(t *testing.T, text string) string {
	t.Helper()
	s := newScript(t)
	var b strings.Builder
	inOutput := false
	paragraph := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "----":
			b.WriteString("----\n" + s.flush())
			inOutput = true
		case inOutput && line != "":
		case line == "" || strings.HasPrefix(line, "#"):
			inOutput = false
			paragraph++
			b.WriteString(line + "\n")
		default:
			b.WriteString(line + "\n")
			if err := s.command(line); err != nil {
				fmt.Fprintf(&s.log, "%v\n", err)
			}
		}
	}
	return b.String()
}

// script is the state of a conversation.
type script struct {
	t    *testing.T
	pair *testkit.Pair
	pipe *pipe.Pipe
	now  time.Time
	held map[string]bool // kinds of questions to leave open
	last [2]string       // states as last written
	log  strings.Builder
	// session is the last that the client was given in an earlier connection.
	session *events.Session
	// kept are the sessions that servers have kept by identifier.
	kept *testkit.Answers
	runs int
	// quic has the ends joined over QUIC.
	quic bool
	// hello is the last ClientHello that a server has read.
	hello []byte
}

func newScript(t *testing.T) *script {
	s := &script{t: t, now: testkit.Now, held: map[string]bool{}, kept: &testkit.Answers{}}
	s.prepare()
	return s
}

// prepare makes a new pair, at first configured as by default.
func (s *script) prepare() {
	s.runs++
	s.pair, s.pipe, s.last = testkit.NewPair(fmt.Sprint("script ", s.runs)), nil, [2]string{}
	hold := func(q events.Question) bool { return s.held[questionKind(q)] }
	s.pair.ClientAnswers.Hold, s.pair.ServerAnswers.Hold = hold, hold
	s.pair.ServerAnswers.Sessions = s.kept.Sessions
}

// questionKind is the name of a question as scripts have it: sign, verify-peer.
func questionKind(q events.Question) string {
	name, _, _ := strings.Cut(q.String(), "?")
	return strings.ReplaceAll(name, " ", "-")
}

// connect joins the ends when first they are needed.
func (s *script) connect() *pipe.Pipe {
	if s.pipe != nil {
		return s.pipe
	}
	if s.quic {
		s.pipe = s.pair.JoinQUIC()
	} else {
		s.pipe = s.pair.Join()
	}
	s.pipe.Now = s.now
	s.pipe.Observe = func(from events.Role, e events.Event) {
		fmt.Fprintf(&s.log, "%v: %v\n", from, e)
		if ticket, ok := e.(*events.TicketReceived); ok && from == events.Client {
			s.session = ticket.Session
		}
		if hello, ok := e.(*events.PeerHelloReceived); ok && from == events.Server {
			s.hello = hello.Hello.Raw
		}
		if session, ok := e.(*events.SessionEstablished); ok {
			s.kept.Keep(session)
			s.pair.ServerAnswers.Sessions = s.kept.Sessions
		}
	}
	return s.pipe
}

// flush gives the output so far, and the states that have changed.
func (s *script) flush() string {
	text := s.log.String()
	s.log.Reset()
	if s.pipe == nil {
		return text
	}
	for i, e := range []*engine.Engine{s.pipe.Client.Engine, s.pipe.Server.Engine} {
		state := e.State()
		if e.WriteClosed() {
			state += ", write closed"
		}
		if e.ReadClosed() {
			state += ", read closed"
		}
		if state != s.last[i] {
			s.last[i] = state
			text += fmt.Sprintf("%v is in %s\n", events.Role(i), state)
		}
	}
	return text
}
