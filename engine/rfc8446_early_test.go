package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// talked is what became of a pair whose client writes early data.
func talked(t *testing.T, pair *testkit.Pair, forger ...func(l *forge.Link)) *forge.Link {
	t.Helper()
	l := forge.New(pair)
	for _, f := range forger {
		f(l)
	}
	starting("early")(l)
	l.Run()
	return l
}

// A server takes early data only under the first key offered, and if suite, server
// name and application protocol are those of the session; and else goes on without.
//
// covers 8446/4.2.10/2 8446/4.2.10/6 8446/4.2.10/7
// covers 8446/4.2.11.3/1
func TestEarlyDataIsTakenUnderWhatTheSessionHas(t *testing.T) {
	state := func(change func(s *events.Session)) func(p *testkit.Pair) {
		return func(p *testkit.Pair) {
			p.ServerAnswers.Override = func(q events.Question) events.Answer {
				open, ok := q.(*events.OpenTicket)
				if !ok {
					return nil
				}
				session, err := events.ParseSession(open.Tickets[0].Ticket)
				if err != nil {
					t.Fatal(err)
				}
				change(session)
				changed, err := session.Append(nil)
				if err != nil {
					t.Fatal(err)
				}
				return open.Reply(0, changed)
			}
		}
	}
	for what, tc := range map[string]struct {
		configure func(p *testkit.Pair)
		asked     bool
	}{
		"all as it was": {func(*testkit.Pair) {}, true},
		"the suite serves no more": {func(p *testkit.Pair) {
			p.Server.CipherSuites = []messages.CipherSuite{messages.TLS_CHACHA20_POLY1305_SHA256}
		}, false},
		"the name is another":          {state(func(s *events.Session) { s.ServerName = "other.example" }), false},
		"the protocol is another":      {state(func(s *events.Session) { s.ALPN = "h2" }), false},
		"the session allows none":      {state(func(s *events.Session) { s.MaxEarlyData = 0 }), false},
		"the config allows none":       {func(p *testkit.Pair) { p.Server.MaxEarlyData = 0 }, false},
		"the server wants another key": {retrying, false},
	} {
		pair := early()
		tc.configure(pair)
		l := talked(t, pair)
		asked := slices.ContainsFunc(pair.ServerAnswers.Asked, func(q events.Question) bool { _, is := q.(*events.AcceptEarlyData); return is })
		c := l.Server.Engine.Connection()
		if asked != tc.asked || c.EarlyDataAccepted != tc.asked || !l.Client.Engine.Completed() || !l.Server.Engine.Completed() {
			t.Errorf("%s: asked %t, taken %t, %v, %v", what, asked, c.EarlyDataAccepted, l.Client.Err, l.Server.Err)
		}
		if got := l.Client.Engine.Connection().EarlyDataAccepted; got != c.EarlyDataAccepted {
			t.Errorf("%s: the client takes it for accepted: %t", what, got)
		}
	}
}

// A client offers early data under the protocol of its session, if its config still
// has that, or under none where the session has none; and learns that a server which
// chooses another has taken nothing (RFC 8446, Section 4.2.10).
func TestEarlyDataIsOfTheProtocolOfItsSession(t *testing.T) {
	for what, tc := range map[string]struct {
		session, offered string
		offers, taken    bool
	}{
		"the same protocol":              {"h2", "h2", true, true},
		"no protocol, and none offered":  {"", "", true, true},
		"no protocol, and one offered":   {"", "h2", true, false},
		"a protocol that is not offered": {"http/1.1", "h2", false, false},
		"a protocol, and none offered":   {"h2", "", false, false},
	} {
		speaking := func(protocol string) func(p *testkit.Pair) {
			return func(p *testkit.Pair) {
				p.Client.ALPN, p.Server.ALPN = nil, nil
				if protocol != "" {
					p.Client.ALPN, p.Server.ALPN = []string{protocol}, []string{protocol}
				}
			}
		}
		pair := early(speaking(tc.session))
		speaking(tc.offered)(pair)
		l := talked(t, pair)
		offered := slices.Contains(l.Client.Log, (&events.EarlyDataOffered{Max: maxEarly}).String())
		c := l.Client.Engine.Connection()
		if offered != tc.offers || c.EarlyDataAccepted != tc.taken || !c.Resumed || c.ALPN != tc.offered {
			t.Errorf("%s: offered %t, %v, %v", what, offered, &c, l.Client.Err)
		}
	}
}

// A record of early data that does not open ends a connection whose server has
// taken the early data.
//
// covers 8446/4.2.10/10 8446/4.2.10/11
func TestEarlyDataThatDoesNotOpenIsFatalOnceTaken(t *testing.T) {
	for taken, refusal := range map[bool]string{true: "bad_record_mac", false: ""} {
		pair := early(func(p *testkit.Pair) { p.ServerAnswers.RejectEarly = !taken })
		p := pair.Join()
		_ = p.Do(events.Client, (*engine.Engine).Start)
		_ = p.Do(events.Client, writeEarly("early"))
		last := len(p.Server.Inbox) - 1
		p.Server.Inbox[last] ^= 1
		_ = p.Run()
		var got string
		if fatal, ok := p.Server.Engine.Err().(*engine.Error); ok {
			got = fatal.Refusal.Name
		}
		if got != refusal || p.Server.Engine.Completed() == taken {
			t.Errorf("taken %t: %q, completed %t", taken, got, p.Server.Engine.Completed())
		}
	}
}

// Early data is neither offered nor taken unless a config says so, and what was
// rejected is sent by nobody again.
//
// covers 8446/E.5/3
func TestEarlyDataTakesTheWordOfBothCallers(t *testing.T) {
	pair := early(func(p *testkit.Pair) { p.ServerAnswers.RejectEarly = true })
	l := talked(t, pair)
	if len(l.Server.Received) != 0 || !l.Server.Engine.Completed() {
		t.Errorf("rejected early data arrives: %q, %v", l.Server.Received, l.Server.Err)
	}
	pair = early()
	pair.Client.EarlyData = false
	l = talked(t, pair)
	if l.Client.Engine.Connection().EarlyDataAccepted || !l.Client.Engine.Connection().Resumed {
		t.Errorf("a client that did not ask for it offers early data")
	}
	for _, event := range l.Client.Log {
		if event == (&events.EarlyDataOffered{Max: maxEarly}).String() {
			t.Errorf("a client that did not ask for it may write early data")
		}
	}
}

// Early data is with the server before its answer: where it is to be verified anew,
// that is before the hello, and once, unless the data is rejected. One that is not
// trusted any more gets an alert and nothing else. A session whose server was never verified waits for
// nothing.
func TestNoEarlyDataGoesAheadOfAServerThatIsVerifiedAnew(t *testing.T) {
	underKey := func(p *testkit.Pair) {
		p.Client.PSK, p.Server.PSK = true, true
		p.ClientAnswers.PSK, p.ServerAnswers.PSK = []byte("a key of both ends"), []byte("a key of both ends")
	}
	rawKey := func(p *testkit.Pair) {
		rawKeys(p)
		p.ServerAnswers.RawKey, p.ClientAnswers.RawKey = true, true
	}
	rejecting := func(p *testkit.Pair) { p.ServerAnswers.RejectEarly = true }
	for what, c := range map[string]struct {
		configure func(p *testkit.Pair)
		reverify  bool
		asked     int
		distrusts bool
	}{
		"a certificate":                       {func(*testkit.Pair) {}, false, 0, false},
		"a certificate, verified anew":        {func(*testkit.Pair) {}, true, 1, false},
		"a certificate, data rejected":        {rejecting, true, 2, false},
		"a certificate that is not trusted":   {func(*testkit.Pair) {}, true, 1, true},
		"a raw key, verified anew":            {rawKey, true, 1, false},
		"a raw key that is not trusted":       {rawKey, true, 1, true},
		"an external key, nothing to ask for": {underKey, true, 0, false},
	} {
		pair := early(c.configure)
		pair.Client.ReverifyOnResume = c.reverify
		asked := 0
		var l *forge.Link
		sent := func() bool {
			return slices.ContainsFunc(l.Client.Log, func(line string) bool { return strings.HasPrefix(line, "send ") })
		}
		pair.ClientAnswers.Override = func(q events.Question) events.Answer {
			verify, ok := q.(*events.VerifyPeer)
			if !ok {
				return nil
			}
			asked++
			if asked == 1 && (sent() || !verify.Resumed) {
				t.Errorf("%s: asked about the server behind the hello", what)
			}
			if c.distrusts {
				return verify.Reject(messages.AlertUnknownCA, errors.New("not any more"))
			}
			return nil
		}
		l = forge.New(pair)
		starting("early")(l)
		l.Run()
		offered := slices.Contains(l.Client.Log, (&events.EarlyDataOffered{Max: maxEarly}).String())
		if asked != c.asked || offered == c.distrusts {
			t.Errorf("%s: asked %d times, early data offered %t", what, asked, offered)
		}
		if got := l.Client.Engine.Connection(); got.Resumed == c.distrusts {
			t.Errorf("%s: resumed %t, %v", what, got.Resumed, l.Client.Err)
		}
	}
}

// Under a pre-shared key alone there is no key share in the ServerHello, and
// under none are there certificates.
//
// covers 8446/4.2.9/6
// covers 8446/E.1/1
func TestAKeyAloneHasNoShareAndNoCertificates(t *testing.T) {
	for _, modes := range []engine.PSKModes{engine.PSKWithAgreement, engine.PSKEither, engine.PSKWithoutAgreement} {
		pair := keyed("alone")
		pair.Client.PSKModes, pair.Server.PSKModes = modes, engine.PSKEither
		pair.Client.Trace = true
		l := forge.New(pair)
		shared := false
		forge.Change(l, events.Server, func(m *messages.ServerHello) { shared = m.Extensions.Has(messages.ExtensionKeyShare) })
		l.On(events.Server, messages.TypeFinished, func(w *forge.Wire, raw []byte) { w.Raw(raw) })
		l.Handshake()
		c := l.Client.Engine.Connection()
		if !l.Server.Engine.Completed() || shared != (modes != engine.PSKWithoutAgreement) {
			t.Errorf("modes %d: a key share %t, %v, %v", modes, shared, l.Client.Err, l.Server.Err)
		}
		if len(c.PeerChain)+len(c.LocalChain) > 0 || string(c.PSKIdentity) != testkit.PSKIdentity {
			t.Errorf("modes %d: %d certificates, identity %q", modes, len(c.PeerChain), c.PSKIdentity)
		}
	}
	// A server that wants a client's certificate takes no external key.
	pair := keyed("certificates")
	withClientCert(pair)
	l := forge.New(pair)
	l.Handshake()
	if c := l.Server.Engine.Connection(); !l.Server.Engine.Completed() || c.PSKIdentity != nil || len(c.PeerChain) == 0 {
		t.Errorf("a certificate is wanted: identity %q, %d certificates, %v", c.PSKIdentity, len(c.PeerChain), l.Server.Err)
	}
}

// A key is for one hash function, SHA-256 where nobody says another.
//
// covers 8446/2.2/1
// covers 8446/4.2.11/2
func TestAKeyIsForOneHashFunction(t *testing.T) {
	for _, tc := range []struct {
		client, server secrets.Hash
		want           messages.CipherSuite
	}{
		{0, 0, messages.TLS_AES_128_GCM_SHA256},
		{0, secrets.SHA256, messages.TLS_AES_128_GCM_SHA256},
		{secrets.SHA384, secrets.SHA384, messages.TLS_AES_256_GCM_SHA384},
		{secrets.SHA256, secrets.SHA384, 0},
		{secrets.SHA384, 0, 0},
	} {
		pair := keyed("hash")
		pair.ClientAnswers.PSKHash, pair.ServerAnswers.PSKHash = tc.client, tc.server
		l := forge.New(pair)
		l.Handshake()
		c := l.Server.Engine.Connection()
		if l.Server.Engine.Completed() != (tc.want != 0) || tc.want != 0 && c.CipherSuite != tc.want {
			t.Errorf("%v and %v: %v, %v", tc.client, tc.server, c.CipherSuite, l.Server.Err)
		}
	}
}

// What is written early is bounded, cut where the bound is, and misuse at any other
// time.
func TestEarlyDataIsWrittenInItsTime(t *testing.T) {
	pair := early()
	p := pair.Join()
	write := func(size int) (n int, err error) {
		_ = p.Do(events.Client, func(e *engine.Engine, out *events.Output, now time.Time) error {
			n, err = e.WriteEarlyData(out, now, bytes.Repeat([]byte{7}, size))
			return err
		})
		return n, err
	}
	for _, step := range []struct {
		do   func()
		size int
		want int
	}{
		{func() {}, 1, 0},
		{func() { _ = p.Do(events.Client, (*engine.Engine).Start) }, maxEarly - 10, maxEarly - 10},
		{func() {}, 100, 10},
		{func() {}, 1, 0},
		{func() { _ = p.Run() }, 1, 0},
	} {
		step.do()
		n, err := write(step.size)
		if n != step.want || (n == 0) != (err != nil) {
			t.Errorf("of %d bytes %d are taken, want %d: %v", step.size, n, step.want, err)
		}
	}
	if !p.Server.Engine.Completed() || !p.Server.Engine.Connection().EarlyDataAccepted {
		t.Errorf("the server is in state %s: %v", p.Server.Engine.State(), p.Server.Engine.Err())
	}
}

// A server answers early data before it has heard the client's Finished, also under
// new keys, and the client has the answer when its handshake is complete.
func TestAServerAnswersEarlyDataAtOnce(t *testing.T) {
	p := early().Join()
	answer := func(data string) error {
		return p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Write(out, now, []byte(data))
		})
	}
	step := func(who events.Role, do func(e *engine.Engine, out *events.Output, now time.Time) error) {
		t.Helper()
		if err := p.Do(who, do); err != nil {
			t.Fatal(err)
		}
	}
	if err := answer("too early"); err != engine.ErrNotReady {
		t.Fatalf("before anything has come: %v", err)
	}
	step(events.Client, (*engine.Engine).Start)
	step(events.Client, writeEarly("question"))
	hello := p.Server.Inbox
	p.Server.Inbox = nil
	step(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Receive(out, now, hello) })
	if p.Server.Engine.Completed() {
		t.Fatal("the server has not heard the client's Finished")
	}
	if err := answer("one "); err != nil {
		t.Fatal(err)
	}
	step(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.UpdateKeys(out, now, messages.UpdateNotRequested)
	})
	if err := answer("two"); err != nil {
		t.Fatal(err)
	}
	early, err := p.Server.Engine.Export("EXPORTER-half", nil, 16)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	late, err := p.Client.Engine.Export("EXPORTER-half", nil, 16)
	if err != nil || !bytes.Equal(early, late) {
		t.Errorf("the ends export %x and %x, %v", early, late, err)
	}
	if got := string(p.Client.Received); got != "one two" || !p.Server.Engine.Completed() {
		t.Errorf("the client has %q, the server is in state %s: %v", got, p.Server.Engine.State(), p.Server.Engine.Err())
	}
}

// A server that has rejected early data, or was offered none, writes nothing before
// the client's Finished.
func TestAServerThatTookNoEarlyDataWaitsForTheClient(t *testing.T) {
	p := early(func(p *testkit.Pair) { p.ServerAnswers.RejectEarly = true }).Join()
	if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
		t.Fatal(err)
	}
	hello := p.Server.Inbox
	p.Server.Inbox = nil
	err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
		if err := e.Receive(out, now, hello); err != nil {
			return err
		}
		return e.Write(out, now, []byte("too early"))
	})
	if err != engine.ErrNotReady {
		t.Errorf("the server writes before its handshake is complete: %v", err)
	}
}

// Whoever has early data from a client, or writes it, can tell whether the handshake
// is complete, until which the data may be another's.
//
// covers 8446/E.5/4
func TestEitherEndTellsWhetherTheHandshakeIsComplete(t *testing.T) {
	p := early().Join()
	var seen []string
	p.Observe = func(from events.Role, e events.Event) {
		switch e.(type) {
		case *events.EarlyDataReceived:
			seen = append(seen, fmt.Sprintf("%v receives early data, complete: %t", from, p.Server.Engine.Completed()))
		case *events.HandshakeCompleted:
			engines := map[events.Role]*engine.Engine{events.Client: p.Client.Engine, events.Server: p.Server.Engine}
			seen = append(seen, fmt.Sprintf("%v completes: %t", from, engines[from].Completed()))
		case *events.DataReceived:
			seen = append(seen, fmt.Sprintf("%v receives data, complete: %t", from, p.Server.Engine.Completed()))
		}
	}
	_ = p.Do(events.Client, (*engine.Engine).Start)
	if err := p.Do(events.Client, writeEarly("early")); err != nil || p.Client.Engine.Completed() {
		t.Fatalf("early data is written, %v, and the handshake is complete: %t", err, p.Client.Engine.Completed())
	}
	if p.Step(events.Server); p.Server.Engine.Completed() {
		t.Error("a server is complete before the client is heard")
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(events.Client, []byte("late")); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"server receives early data, complete: false", "client completes: true", "server completes: true", "server receives data, complete: true",
	}
	if !slices.Equal(seen, want) {
		t.Errorf("it goes\n%q\nwant\n%q", seen, want)
	}
}

// What was rejected has no exporter any more, be it by a retry.
func TestRejectedEarlyDataExportsNothing(t *testing.T) {
	for what, reject := range map[string]func(p *testkit.Pair){
		"by the answer": func(p *testkit.Pair) { p.ServerAnswers.RejectEarly = true },
		"by a retry":    retrying,
	} {
		pair := early(reject)
		p := pair.Join()
		rejected := false
		p.Observe = func(_ events.Role, e events.Event) {
			if _, is := e.(*events.EarlyDataRejected); !is {
				return
			}
			rejected = true
			if _, err := p.Client.Engine.ExportEarly("label", nil, 16); !errors.Is(err, engine.ErrNotReady) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := p.Handshake(); err != nil || !rejected {
			t.Errorf("%s: rejected %t, %v", what, rejected, err)
		}
	}
}

// A client keeps to its ticket, whatever the server's policy has become.
func TestEarlyDataIsPassedOverAsFarAsTheTicketAllows(t *testing.T) {
	for _, reject := range []bool{false, true} {
		const told = 100000
		first := small("told of much")
		first.Server.MaxEarlyData = told
		earlier := first.Join()
		if err := earlier.Handshake(); err != nil {
			t.Fatal(err)
		}
		pair := small("told of less")
		pair.Client.EarlyData, pair.Client.Session = true, earlier.Client.Sessions[0]
		pair.Server.MaxEarlyData, pair.ServerAnswers.RejectEarly = 100, reject
		p := pair.Join()
		_ = p.Do(events.Client, (*engine.Engine).Start)
		if err := p.Do(events.Client, writeEarly(strings.Repeat("x", told))); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil || p.Server.Engine.Connection().EarlyDataAccepted {
			t.Errorf("rejects %t: %v", reject, err)
		}
	}
}

// Early data is under one key, whose limit it keeps to (RFC 8446, Section 5.5).
func TestEarlyDataKeepsToTheLimitOfItsKey(t *testing.T) {
	pair := early()
	pair.Client.UpdateAfter, pair.Client.RecordSize = 3, 1
	p := pair.Join()
	_ = p.Do(events.Client, (*engine.Engine).Start)
	out := &events.Output{}
	n, err := p.Client.Engine.WriteEarlyData(out, testkit.Now, make([]byte, 50))
	if n != 2 || err != nil {
		t.Errorf("%d bytes are taken, %v", n, err)
	}
	out.Reset()
	if n, err := p.Client.Engine.WriteEarlyData(out, testkit.Now, make([]byte, 50)); n != 0 || !errors.Is(err, engine.ErrNotReady) || out.Len() > 0 {
		t.Errorf("%d bytes more are taken, %v", n, err)
	}
}
