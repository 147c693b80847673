package quic_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/secrets"
)

// twoEnds are configs of a client and a server that know each other's sessions.
type twoEnds struct {
	t              *testing.T
	client, server *quic.QUICConfig
	ticket         *quic.QUICSessionTicketOptions
}

func newTwoEnds(t *testing.T) *twoEnds {
	return &twoEnds{t, clientConfig("sessions"), serverConfig(t, "sessions"), &quic.QUICSessionTicketOptions{EarlyData: true}}
}

func (e *twoEnds) connect(change func(client, server *stack)) (client, server *stack) {
	e.t.Helper()
	client, server = ours(events.Client, quic.QUICClient(e.client)), ours(events.Server, quic.QUICServer(e.server))
	server.ticket = e.ticket
	if change != nil {
		change(client, server)
	}
	if err := connect(client, server); err != nil {
		e.t.Fatal(err)
	}
	wantAgreement(e.t, client, server)
	return client, server
}

func (e *twoEnds) kept() *answer.Sessions { return e.client.Answers.(*answer.Client).Sessions }

func TestSessionsAreKeptApartFromThoseOverTCP(t *testing.T) {
	e := newTwoEnds(t)
	e.connect(nil)
	if e.kept().Take(testkit.Now, testkit.ServerName) != nil {
		t.Error("a client over TCP would take the session")
	}
	session := e.kept().Take(testkit.Now, testkit.ServerName+quic.SessionSuffix)
	if session == nil || session.Transport != events.OverQUIC || string(session.PeerParameters) != "parameters of the server" {
		t.Errorf("the session is %v", session)
	}
}

func TestASessionServesOneConnection(t *testing.T) {
	e := newTwoEnds(t)
	e.connect(nil)
	e.ticket = nil
	for i, want := range []bool{true, false} {
		if client, _ := e.connect(nil); client.ConnectionState().DidResume != want {
			t.Errorf("connection %d resumes: %t", i, !want)
		}
	}
}

func TestASessionOfTheConfigGoesBeforeThoseKept(t *testing.T) {
	e := newTwoEnds(t)
	e.connect(nil)
	session := e.kept().Take(testkit.Now, testkit.ServerName+quic.SessionSuffix)
	e.client = clientConfig("another")
	e.client.Client.Session = session
	if client, _ := e.connect(nil); !client.ConnectionState().DidResume {
		t.Error("the session of the config is passed over")
	}
}

// A session that a client does not offer is not shown to be resumed.
func TestOnlyASessionThatIsOfferedIsShown(t *testing.T) {
	e := newTwoEnds(t)
	e.connect(nil)
	e.client.EnableSessionEvents = true
	e.client.Now = func() time.Time { return testkit.Now.Add(8 * 24 * time.Hour) }
	client, _ := e.connect(nil)
	if slices.Contains(client.log, "resume") || client.ConnectionState().DidResume {
		t.Errorf("with an old session the client says %q", client.log)
	}
}

func TestNothingIsKeptWhereTheStackKeepsSessions(t *testing.T) {
	e := newTwoEnds(t)
	e.client.EnableSessionEvents = true
	client, _ := e.connect(func(client, _ *stack) { client.store = func(any) error { return nil } })
	if !slices.Contains(client.log, "store") || e.kept().Len() != 0 {
		t.Errorf("%d sessions are kept, the client says %q", e.kept().Len(), client.log)
	}
	// Nor where there is nowhere to keep one.
	e.client.Answers = &answer.Client{Roots: testkit.Roots()}
	e.client.EnableSessionEvents = true
	e.connect(nil)
}

func TestASessionIsKeptAsTheStackLeavesIt(t *testing.T) {
	for _, early := range []bool{true, false} {
		e := newTwoEnds(t)
		e.client.EnableSessionEvents = true
		var taken *quic.SessionState
		e.connect(func(client, _ *stack) {
			keep := client.store
			client.store = func(session any) error {
				taken = session.(*quic.SessionState)
				taken.EarlyData = early
				return keep(taken)
			}
			client.extra = []byte("of the stack")
		})
		b, err := taken.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := quic.ParseSessionState(b)
		if err != nil || parsed.EarlyData != early || len(parsed.Extra) != 1 || string(parsed.Extra[0]) != "of the stack" {
			t.Errorf("it is parsed as %v, %v", parsed, err)
		}
		var shown bool
		client, server := e.connect(func(client, _ *stack) {
			client.resume = func(allowed *bool, extra [][]byte) {
				shown = *allowed == early && len(extra) == 1 && string(extra[0]) == "of the stack"
			}
		})
		if !shown || (server.secrets["read Early"] != "") != early || !client.ConnectionState().DidResume {
			t.Errorf("0-RTT %t: shown %t, the client says %q", early, shown, client.log)
		}
	}
}

func TestWhatIsNoSessionIsNotParsed(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("session"), make([]byte, events.MaxSession+1)} {
		if _, err := quic.ParseSessionState(b); err == nil {
			t.Errorf("%d bytes are a session", len(b))
		}
	}
}

// Extra data comes back as it was, up to its bound, and what else is kept with a
// session is none.
func TestExtraDataHasABound(t *testing.T) {
	for what, extra := range map[string][][]byte{
		"none": nil, "one": {[]byte("a")}, "empty ones": {{}, {}}, "several": {[]byte("a"), {}, []byte("bc")},
		"the most":         {make([]byte, quic.MaxExtra-2)},
		"the most, in two": {make([]byte, 1000), make([]byte, quic.MaxExtra-1004)},
	} {
		back, err := parsedBack(t, extra)
		if err != nil || len(back) != len(extra) {
			t.Fatalf("%s: %d entries, %v", what, len(back), err)
		}
		for i := range extra {
			if !bytes.Equal(back[i], extra[i]) {
				t.Errorf("%s: entry %d is %x", what, i, back[i])
			}
		}
	}
	for what, extra := range map[string][][]byte{
		"one too large": {make([]byte, quic.MaxExtra-1)}, "two too large": {make([]byte, 1000), make([]byte, quic.MaxExtra-1003)},
		"one far too large": {make([]byte, 1<<17)},
	} {
		if _, err := parsedBack(t, extra); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	for _, application := range []string{"\x02\x00\x01a", "\x01\x00", "\x01\x00\x02a", "of somebody else"} {
		b, err := (&events.Session{Application: []byte(application), Secret: secret()}).Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		if parsed, err := quic.ParseSessionState(b); err != nil || len(parsed.Extra) != 0 {
			t.Errorf("%q is taken for %v, %v", application, parsed, err)
		}
	}
}

func TestAServerSendsTicketsWhenItIsTold(t *testing.T) {
	e := newTwoEnds(t)
	e.ticket = nil
	client, server := e.connect(nil)
	if slices.Contains(server.log, "data Application") {
		t.Fatalf("the server says %q", server.log)
	}
	for range 3 {
		if err := server.SendSessionTicket(quic.QUICSessionTicketOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := server.drain(); err != nil {
			t.Fatal(err)
		}
		if err := settle(client, server); err != nil {
			t.Fatal(err)
		}
	}
	if got := e.kept().Len(); got != 3 {
		t.Errorf("%d sessions are kept", got)
	}
	// Two that nobody has taken yet are one event.
	for range 2 {
		if err := server.SendSessionTicket(quic.QUICSessionTicketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	wantKinds(t, "a server with two tickets", server.own(), quic.QUICWriteData)
	// Where nobody has a use for one, none is sent.
	for what, change := range map[string]func(e *twoEnds){
		"a server without tickets": func(e *twoEnds) { e.server.Server.NoTickets = true },
		"a client without tickets": func(e *twoEnds) { e.client.Client.NoTickets = true },
		"no keys for tickets":      func(e *twoEnds) { e.server.Answers.(*answer.Server).Tickets = nil },
	} {
		e := newTwoEnds(t)
		change(e)
		if _, server := e.connect(nil); slices.Contains(server.log, "data Application") {
			t.Errorf("%s: the server says %q", what, server.log)
		}
	}
}

// What a server's config does not allow, no ticket does.
func TestATicketIsFor0RTTWhereTheConfigHasThat(t *testing.T) {
	for _, row := range []struct{ config, ticket, answers, want bool }{
		{true, true, true, true}, {false, true, true, false}, {true, false, true, false}, {true, true, false, false},
	} {
		e := newTwoEnds(t)
		e.ticket.EarlyData = row.ticket
		if !row.config {
			e.server.Server.MaxEarlyData = 0
		}
		if !row.answers {
			e.server.Answers.(*answer.Server).EarlyData = nil
		}
		e.connect(nil)
		client, server := e.connect(nil)
		if taken := server.secrets["read Early"] != ""; taken != row.want || !client.ConnectionState().DidResume {
			t.Errorf("%+v: 0-RTT is taken: %t", row, taken)
		}
	}
}

func secret() secrets.Secret {
	s, _ := secrets.NewSecret([]byte("a secret of thirty-two bytes ..."))
	return s
}

// parsedBack keeps extra data with a session and gives what is parsed.
func parsedBack(t *testing.T, extra [][]byte) ([][]byte, error) {
	t.Helper()
	b, err := (&events.Session{Secret: secret()}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	state, err := quic.ParseSessionState(b)
	if err != nil {
		t.Fatal(err)
	}
	state.Extra = extra
	if b, err = state.Bytes(); err != nil {
		return nil, err
	}
	if state, err = quic.ParseSessionState(b); err != nil {
		return nil, err
	}
	return state.Extra, nil
}
