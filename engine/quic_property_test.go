package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// interleave puts chunks into another order that keeps that of each level, cut into
// pieces.
func interleave(t *rapid.T) func([]pipe.Chunk) []pipe.Chunk {
	return func(chunks []pipe.Chunk) []pipe.Chunk {
		var levels [events.Application + 1][]byte
		for _, chunk := range chunks {
			levels[chunk.Level] = append(levels[chunk.Level], chunk.Bytes...)
		}
		var mixed []pipe.Chunk
		for {
			var left []events.Level
			for level, b := range levels {
				if len(b) > 0 {
					left = append(left, events.Level(level))
				}
			}
			if len(left) == 0 {
				return mixed
			}
			level := rapid.SampledFrom(left).Draw(t, "level")
			n := rapid.IntRange(1, len(levels[level])).Draw(t, "size")
			mixed = append(mixed, pipe.Chunk{Level: level, Bytes: levels[level][:n]})
			levels[level] = levels[level][n:]
		}
	}
}

// What is of one level comes in its order; how it is cut, and what comes of another
// level meanwhile, changes nothing.
func TestAnySplitAndOrderOfLevelsComesToTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pair := small("any order")
		pair.Client.ALPN, pair.Server.ALPN = []string{"h3"}, []string{"h3"}
		pair.Server.Tickets = 3
		if rapid.Bool().Draw(r, "certificate") {
			withClientCert(pair)
		}
		if rapid.Bool().Draw(r, "retry") {
			retrying(pair)
		}
		ours, theirs := newOurQUIC(t, events.Client, pair), newOurQUIC(t, events.Server, pair)
		l := &quicLink{ends: [2]quicEnd{ours, theirs}, shuffle: interleave(r)}
		if err := l.run(); err != nil {
			r.Fatal(err)
		}
		wantSameKeys(t, l)
		if len(ours.sessions) != 3 {
			r.Fatalf("%d tickets have come", len(ours.sessions))
		}
	})
}

// crypto/tls goes by one level at a time, so that what we give it may be cut, and not
// mixed.
func TestAnySplitComesToTheSameWithCryptoTLSOverQUIC(t *testing.T) {
	inBothRolesOverQUIC(t, func(s *standardQUIC) {
		l, _, _ := s.link()
		l.shuffle = func(chunks []pipe.Chunk) []pipe.Chunk {
			var bytes []pipe.Chunk
			for _, chunk := range chunks {
				for i := range chunk.Bytes {
					bytes = append(bytes, pipe.Chunk{Level: chunk.Level, Bytes: chunk.Bytes[i : i+1]})
				}
			}
			return bytes
		}
		if err := l.run(); err != nil {
			s.t.Fatal(err)
		}
		wantSameKeys(s.t, l)
	})
}

// The keys come in the order in which a transport has use for them: at a level those
// for writing first, on a server those for answering before those of early data, and
// none for reading application data before the peer is known.
//
// covers 9001/5.7/1 9001/5.7/2 9001/5.7/3
// covers 9001/5.6/1 9001/5.6/3 9001/5.6/4
func TestKeysComeInTheirOrderAndNotBeforeTheirTime(t *testing.T) {
	write := func(level events.Level) string { return fmt.Sprint(events.Write, " ", level) }
	read := func(level events.Level) string { return fmt.Sprint(events.Read, " ", level) }
	first := small("order, first")
	first.Client.ALPN, first.Server.ALPN, first.Server.MaxEarlyData = []string{"h3"}, []string{"h3"}, 1
	p := first.JoinQUIC()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	for early, want := range map[bool][2][]string{
		false: {
			{write(events.Handshake), read(events.Handshake), write(events.Application), read(events.Application), "completed"},
			{write(events.Handshake), read(events.Handshake), write(events.Application), read(events.Application), "completed"},
		},
		true: {
			{write(events.EarlyData), write(events.Handshake), read(events.Handshake), write(events.Application), read(events.Application), "completed"},
			{write(events.Handshake), read(events.Handshake), write(events.Application), read(events.EarlyData), read(events.Application), "completed"},
		},
	} {
		pair := small("order")
		pair.Client.ALPN, pair.Server.ALPN, pair.Server.MaxEarlyData = []string{"h3"}, []string{"h3"}, 1
		pair.Client.Session, pair.Client.EarlyData = p.Client.Sessions[0], early
		l := &quicLink{ends: [2]quicEnd{newOurQUIC(t, events.Client, pair), newOurQUIC(t, events.Server, pair)}}
		if err := l.run(); err != nil {
			t.Fatal(err)
		}
		for role, want := range want {
			if got := l.ends[role].record().log; !slices.Equal(got, want) {
				t.Errorf("early data %t, the %v: %q, want %q", early, events.Role(role), got, want)
			}
		}
	}
}

// Early data depends on what the server says it does, in both directions of change.
//
// covers 9001/4.6.1/1 9001/4.6.2/1
func TestEarlyDataIsBoundToTheContextOfTheServer(t *testing.T) {
	for _, second := range []string{"settings", "others"} {
		first := small("context")
		first.Server.MaxEarlyData, first.Server.EarlyDataContext = 100, []byte("settings")
		p := first.JoinQUIC()
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		if got := p.Client.Sessions[0].MaxEarlyData; got != 1<<32-1 {
			t.Errorf("the ticket allows %d bytes", got)
		}
		pair := small("context, again")
		pair.Server.MaxEarlyData, pair.Server.EarlyDataContext = 100, []byte(second)
		pair.Client.Session, pair.Client.EarlyData = p.Client.Sessions[0], true
		p = pair.JoinQUIC()
		if err := p.Handshake(); err != nil {
			t.Fatal(err)
		}
		c := p.Server.Engine.Connection()
		if !c.Resumed || c.EarlyDataAccepted != (second == "settings") {
			t.Errorf("%s: resumed %t, early data %t", second, c.Resumed, c.EarlyDataAccepted)
		}
	}
}

// A session of one transport is none of another.
func TestSessionsDoNotMoveToAnotherTransport(t *testing.T) {
	first := small("transport")
	over := first.Join()
	if err := over.Handshake(); err != nil {
		t.Fatal(err)
	}
	quic := small("transport, quic").JoinQUIC()
	if err := quic.Handshake(); err != nil {
		t.Fatal(err)
	}
	for what, session := range map[string]*events.Session{"stream": over.Client.Sessions[0], "quic": quic.Client.Sessions[0]} {
		for _, claims := range []bool{false, true} {
			pair := small("transport, again")
			pair.Client.ALPN, pair.Server.ALPN = []string{"tacitls"}, []string{"tacitls"}
			moved := *session
			if claims {
				// The client's memory is wrong, and the ticket tells.
				moved.Transport = 1 - moved.Transport
			}
			pair.Client.Session = &moved
			p := pair.Join()
			if what == "stream" {
				p = pair.JoinQUIC()
			}
			if err := p.Handshake(); err != nil {
				t.Fatal(err)
			}
			if p.Server.Engine.Connection().Resumed {
				t.Errorf("a session over %s, claimed to be another %t: it is resumed", what, claims)
			}
		}
	}
}

// A question holds bytes back, up to a bound, at any level.
func TestBytesOverQUICWaitWhileAQuestionIsOpen(t *testing.T) {
	pair := small("parked over quic")
	pair.Server.MaxHeld = 100
	pair.ServerAnswers.Hold = func(q events.Question) bool {
		_, holds := q.(*events.Sign)
		return holds
	}
	p := pair.JoinQUIC()
	_ = p.Do(events.Client, (*engine.Engine).Start)
	p.Step(events.Server)
	if p.Server.Open == nil {
		t.Fatal("no question is open")
	}
	out := &events.Output{}
	if err := p.Server.Engine.ReceiveCrypto(out, testkit.Now, events.Handshake, make([]byte, 101)); err != engine.ErrParked {
		t.Errorf("too much: %v", err)
	}
	if err := p.Answer(events.Server, pair.ServerAnswers.Now(p.Server.Open)); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil || !p.Server.Engine.Completed() {
		t.Errorf("it goes on: %v", err)
	}
}

// The engine confirms a server's handshake by itself, and a client's once.
//
// covers 9001/4.1.2/1 9001/4.9.2/1 9001/6.1/1
func TestAHandshakeIsConfirmedOnce(t *testing.T) {
	p := small("confirmed").JoinQUIC()
	out := &events.Output{}
	if err := p.Client.Engine.ConfirmHandshake(out, testkit.Now); err != engine.ErrNotReady {
		t.Errorf("before the handshake: %v", err)
	}
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	if p.Client.Engine.Confirmed() || !p.Server.Engine.Confirmed() {
		t.Error("the server alone knows")
	}
	for want := range 2 {
		out.Reset()
		if err := p.Client.Engine.ConfirmHandshake(out, testkit.Now); err != nil || out.Len() != 2-2*want {
			t.Errorf("%v, %d events", err, out.Len())
		}
	}
	if !p.Client.Engine.Confirmed() {
		t.Error("the client knows too")
	}
}

// The number of the drafts serves where both ends say so.
func TestParametersGoByTheNumberOfTheDrafts(t *testing.T) {
	pair := small("drafts")
	pair.Client.DraftParameters, pair.Server.DraftParameters = true, true
	p := pair.JoinQUIC()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	client, server := p.Client.Engine.Connection().PeerParameters, p.Server.Engine.Connection().PeerParameters
	if string(client) != "parameters of the server" || string(server) != "parameters of the client" {
		t.Errorf("parameters: %q and %q", client, server)
	}
}

// A fork goes the same way as the engine that it is of.
func TestForksOverQUICStayEqual(t *testing.T) {
	pair := small("fork over quic")
	p := pair.JoinQUIC()
	_ = p.Do(events.Client, (*engine.Engine).Start)
	hello := p.Server.Crypto[0]
	fork := p.Server.Engine.ForkWith(testkit.Rand("same"))
	ours := p.Server.Engine.ForkWith(testkit.Rand("same"))
	var texts [2]string
	for i, e := range []*engine.Engine{fork, ours} {
		out := &events.Output{}
		if err := e.ReceiveCrypto(out, testkit.Now, hello.Level, slices.Clone(hello.Bytes)); err != nil {
			t.Fatal(err)
		}
		for event := range out.All() {
			texts[i] += event.String() + "\n"
			if q, ok := event.(events.Question); ok {
				if err := e.Answer(out, testkit.Now, pair.ServerAnswers.Now(q)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if texts[0] != texts[1] || texts[0] == "" {
		t.Errorf("one says\n%s, the other\n%s", texts[0], texts[1])
	}
	if p.Server.Engine.State() != "ServerStart" {
		t.Errorf("the original is in %s", p.Server.Engine.State())
	}
}

// covers 9001/5.3/2
func TestAnUnknownSuiteOverQUICIsPassedOver(t *testing.T) {
	pair := small("unknown suite")
	pair.Client.GREASE = true
	pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256}
	if err := pair.JoinQUIC().Handshake(); err != nil {
		t.Fatal(err)
	}
}

// Nobody here sees what is between the tickets of a long connection, so that more of
// them may come than over a stream, where data parts them.
func TestAServerOverQUICSendsManyTickets(t *testing.T) {
	p := small("tickets over quic").JoinQUIC()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	const more = 100
	for range more {
		if err := p.Do(events.Server, (*engine.Engine).IssueTicket); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(p.Client.Sessions); got != 1+more {
		t.Errorf("%d tickets have come", got)
	}
}

// What is empty is nothing new, at whatever level of handshake bytes.
func TestNoBytesAreNoOffenceOverQUIC(t *testing.T) {
	p := small("empty").JoinQUIC()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	for _, level := range []events.Level{events.Initial, events.Handshake, events.Application} {
		if err := p.Client.Engine.ReceiveCrypto(new(events.Output), testkit.Now, level, nil); err != nil {
			t.Errorf("nothing at %v: %v", level, err)
		}
	}
}

// The buffer that parameters came in is the caller's again at once.
func TestParametersThatAreProvidedAreCopied(t *testing.T) {
	pair := small("copied")
	buffer := []byte("parameters of the server")
	pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		switch q := q.(type) {
		case *events.ProvideTransportParameters:
			return q.Reply(buffer)
		case *events.Sign:
			copy(buffer, "those of another")
		}
		return nil
	}
	p := pair.JoinQUIC()
	if err := p.Handshake(); err != nil || string(p.Client.Engine.Connection().PeerParameters) != "parameters of the server" {
		t.Errorf("the client has %q, %v", p.Client.Engine.Connection().PeerParameters, err)
	}
}

// The keys of the level Initial stay until the next are there and in use.
//
// covers 9001/4.9.1/1
func TestTheLevelInitialEndsWhenTheNextBegins(t *testing.T) {
	p := small("initial").JoinQUIC()
	out := &events.Output{}
	if err := p.Server.Engine.Fork().ReceiveCrypto(out, testkit.Now, events.Handshake, []byte{20}); err != nil || out.Len() > 0 {
		t.Errorf("before there are keys: %v, %d events", err, out.Len())
	}
	var discarded [2]int
	p.Observe = func(role events.Role, e events.Event) {
		if d, ok := e.(*events.DiscardKeys); ok && d.Level == events.Initial {
			discarded[role]++
		}
	}
	if err := p.Handshake(); err != nil || discarded != [2]int{1, 1} {
		t.Errorf("%v, discarded %v", err, discarded)
	}
}

// A client asks who the server is, and takes no for an end; a server asks in the
// handshake or not at all; no end goes on behind an error.
//
// covers 9001/4.4/1 9001/4.4/2 9001/4.8/1
func TestTheEndsOverQUICAuthenticateInTheHandshake(t *testing.T) {
	pair := small("authenticated over quic")
	pair.ClientAnswers.Override = func(q events.Question) events.Answer {
		if verify, ok := q.(*events.VerifyPeer); ok {
			return verify.Reject(messages.AlertUnknownCA, errors.New("nobody knows it"))
		}
		return nil
	}
	p := pair.JoinQUIC()
	var fatal *engine.Error
	if err := p.Handshake(); !errors.As(err, &fatal) || fatal.QUICCode() != 0x100+uint64(messages.AlertUnknownCA) {
		t.Errorf("a server that nobody trusts: %v", err)
	}
	if err := p.Do(events.Client, (*engine.Engine).Start); !errors.Is(err, fatal) {
		t.Errorf("after the end: %v", err)
	}
	p = small("asked over quic").JoinQUIC()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	before := len(p.Client.Crypto)
	if err := p.Do(events.Server, requestCertificate); !errors.Is(err, engine.ErrNotReady) || len(p.Client.Crypto) != before {
		t.Errorf("a request after the handshake: %v", err)
	}
}

// covers 9001/8.2/2
func TestNoParametersAreSentOverAStream(t *testing.T) {
	pair := small("a stream")
	p := pair.Join()
	p.Observe = func(_ events.Role, e events.Event) {
		hello, ok := e.(*events.PeerHelloReceived)
		if !ok || hello.Hello == nil {
			return
		}
		var m messages.ClientHello
		if err := messages.Decode(hello.Hello.Raw[messages.HandshakeHeaderLen:], &m); err != nil {
			t.Fatal(err)
		}
		if m.Extensions.Has(messages.ExtensionQUICTransportParameters) || m.Extensions.Has(messages.ExtensionQUICTransportParametersDraft) {
			t.Error("they are sent")
		}
	}
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
}
