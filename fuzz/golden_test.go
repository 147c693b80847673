package fuzz

import (
	"errors"
	"fmt"
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
	"github.com/tacitls/tacitls/secrets"
)

// A golden handshake is one in which nothing is wrong. Walking it, each engine
// is copied before every message that it receives and at every question that
// it asks; from these points the fuzzer goes on.

// point is an engine in the midst of a golden handshake.
type point struct {
	// name says where this is.
	name    string
	role    events.Role
	engine  *engine.Engine
	answers *testkit.Answers
	// sealer protects what the engine reads next; nil where that is in clear.
	sealer secrets.RecordSealer
	// next is the record that the handshake would go on with, and content what
	// is in it. Both are empty where the engine waits for an answer.
	next    []byte
	kind    record.ContentType
	content []byte
}

// points are those of a role, in the same order in every process.
func points(role events.Role) []*point {
	return slices.DeleteFunc(allPoints(), func(p *point) bool { return p.role != role })
}

func allPoints() []*point { return slices.Clone(walkOnce()) }

var walkOnce = sync.OnceValue(func() []*point {
	var all []*point
	for _, s := range scenarios() {
		all = append(all, walk(s)...)
	}
	return all
})

// scenario is a golden handshake in the making.
type scenario struct {
	name string
	pair *testkit.Pair
}

func scenarios() []scenario {
	full := newPair()
	full.Client.ALPN, full.Server.ALPN = []string{"h2", "http/1.1"}, []string{"http/1.1"}
	full.Server.ClientAuth = engine.RequireClientCert
	full.Server.ChooseConfig = true
	full.ClientAnswers.Identity = testkit.Client(testkit.Ed25519)

	retried := newPair()
	retried.Client.KeyShares = []messages.Group{messages.X25519}
	retried.Server.Groups = []messages.Group{messages.Secp256r1}
	retried.Client.CipherSuites = []messages.CipherSuite{messages.TLS_CHACHA20_POLY1305_SHA256}
	retried.Client.NoCompatibility = true

	resumed := newPair()
	resumed.Client.Session, resumed.Client.ReverifyOnResume = session(), true

	// A client's certificate is remembered, and asked about again.
	known := func() *testkit.Pair {
		pair := newPair()
		pair.Server.ClientAuth, pair.Server.ReverifyOnResume = engine.RequireClientCert, true
		pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
		return pair
	}
	again := known()
	again.Client.Session, again.Client.KeyShares = sessionOf(known()), []messages.Group{}

	// Without certificates every flight has room in a small record.
	limited := newPair()
	limited.Client.Session = session()
	limited.Client.RecordSizeLimit, limited.Server.RecordSizeLimit = 300, 64

	return append(append(scenarios12(), scenarios13()...), []scenario{
		{"full", full}, {"retried", retried}, {"resumed", resumed}, {"known", again}, {"limited", limited},
		{"zlib", adorned(messages.CompressionZlib)}, {"brotli", adorned(messages.CompressionBrotli)},
	}...)
}

// adorned has all that extensions agree on beside the handshake, and certificates
// compressed in both directions.
func adorned(algorithm messages.CompressionAlgorithm) *testkit.Pair {
	pair := newPair()
	pair.Server.ClientAuth, pair.ClientAnswers.Identity = engine.RequireClientCert, testkit.Client(testkit.P256)
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.GREASE, common.CertificateCompression = true, []messages.CompressionAlgorithm{algorithm}
		common.SRTPProfiles = []messages.SRTPProfile{messages.SRTP_AEAD_AES_128_GCM}
	}
	pair.Client.PadHello, pair.Client.ShuffleExtensions = true, true
	pair.Client.TicketRequest = &engine.TicketRequest{NewSession: 1}
	return pair
}

// session is one that newPair's servers resume.
func session() *events.Session { return sessionOf(newPair()) }

func sessionOf(pair *testkit.Pair) *events.Session {
	p := pair.Join()
	p.Observe = func(_ events.Role, e events.Event) {
		if established, ok := e.(*events.SessionEstablished); ok {
			pair.ServerAnswers.Keep(established)
		}
	}
	if err := p.Handshake(); err != nil || len(p.Client.Sessions) == 0 {
		panic(fmt.Sprintf("fuzz: no session: %v", err))
	}
	return p.Client.Sessions[0]
}

func newPair() *testkit.Pair {
	pair := testkit.NewPair("fuzz")
	pair.Client.Rand, pair.Server.Rand = constant(0x11), constant(0x22)
	pair.Client.KeyLog, pair.Server.KeyLog = true, true
	pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1}
	pair.Server.Groups = []messages.Group{messages.X25519, messages.Secp256r1}
	return pair
}

// constant is entropy without a state, so that copies of an engine share it
// and still do the same.
type constant byte

func (c constant) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(c)
	}
	return len(b), nil
}

// walker walks a golden handshake.
type walker struct {
	scenario
	pipe    *pipe.Pipe
	readers [2]reader
	points  []*point
	answers [2]testkit.Answers // by role
	// randoms are those of the hellos delivered last.
	randoms secrets.Randoms
}

func walk(s scenario) []*point {
	w := &walker{scenario: s, pipe: s.pair.Join()}
	for role := range w.readers {
		w.readers[role].logged = map[string]secrets.Secret{}
	}
	w.pipe.Observe = w.observe
	for role, answers := range map[events.Role]*testkit.Answers{
		events.Client: s.pair.ClientAnswers, events.Server: s.pair.ServerAnswers,
	} {
		own := answers.Override
		defer func() { answers.Override, answers.Asked = own, nil }()
		w.answers[role] = *answers
		answers.Override = func(q events.Question) events.Answer {
			w.keep(role, w.readers[role].sealer, nil, 0, nil)
			if own == nil {
				return nil
			}
			return own(q)
		}
	}
	w.do(events.Client, func(e *engine.Engine, out *events.Output, now time.Time) error { return start(s.pair, e, out, now) })
	for _, from := range []events.Role{events.Client, events.Server} {
		w.do(from, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Write(out, now, []byte("data"))
		})
		w.do(from, func(e *engine.Engine, out *events.Output, now time.Time) error { return renew(s.pair, e, out, now) })
		w.do(from, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Write(out, now, []byte("more data"))
		})
	}
	w.do(events.Client, (*engine.Engine).CloseWrite)
	w.do(events.Server, (*engine.Engine).CloseWrite)
	if !w.pipe.Client.Engine.ReadClosed() || !w.pipe.Server.Engine.ReadClosed() {
		panic("fuzz: the golden handshake " + s.name + " did not end well")
	}
	return w.points
}

// start begins, with early data where there may be some at once.
func start(pair *testkit.Pair, e *engine.Engine, out *events.Output, now time.Time) error {
	err := e.Start(out, now)
	if err == nil && pair.Client.EarlyData && e.Parked() == nil {
		_, err = e.WriteEarlyData(out, now, []byte("early data"))
	}
	return err
}

// renew has new keys be agreed on, by what there is for that, or has a server ask a
// client who it is.
func renew(pair *testkit.Pair, e *engine.Engine, out *events.Output, now time.Time) error {
	legacy := e.Connection().Version == messages.TLS12
	if !legacy && pair.Client.PostHandshakeAuth {
		if _, err := e.RequestClientCertificate(out, now); !errors.Is(err, engine.ErrNotReady) {
			return err
		}
	}
	switch {
	case !legacy:
		return e.UpdateKeys(out, now, messages.UpdateRequested)
	case pair.Client.Renegotiation == engine.RenegotiateNever:
		return nil
	}
	return e.Renegotiate(out, now)
}

func (w *walker) end(role events.Role) *pipe.End {
	if role == events.Client {
		return &w.pipe.Client
	}
	return &w.pipe.Server
}

func (w *walker) do(at events.Role, call func(*engine.Engine, *events.Output, time.Time) error) {
	if err := w.pipe.Do(at, call); err != nil {
		panic(fmt.Sprintf("fuzz: the golden handshake %s: %v", w.name, err))
	}
	for w.deliver(events.Server) || w.deliver(events.Client) {
	}
}

// deliver hands the next record on, message by message.
func (w *walker) deliver(to events.Role) bool {
	end, reader := w.end(to), &w.readers[to]
	header, ok := record.ParseHeader(end.Inbox)
	if !ok {
		return false
	}
	size := record.HeaderLen + header.Length
	whole := slices.Clone(end.Inbox[:size])
	end.Inbox = append(end.Inbox[:0], end.Inbox[size:]...)
	content, kind := whole[record.HeaderLen:], header.Type
	clear := reader.opener == nil || header.Type != record.ApplicationData && w.version() == messages.TLS13
	if !clear {
		opened, inner, err := reader.opener.Open(nil, whole[:record.HeaderLen], content)
		if err != nil {
			panic(fmt.Sprintf("fuzz: a record to the %v: %v", to, err))
		}
		content, kind = opened, record.ContentType(inner)
	}
	for first := true; first || len(content) > 0; first = false {
		n := pieceOf(kind, content)
		w.note(kind, content[:n])
		var before secrets.RecordSealer
		header.Length = n
		next := append(header.Append(nil), content[:n]...)
		if reader.sealer != nil {
			before = secrets.ForkSealer(reader.sealer)
		}
		if !clear {
			var err error
			if next, err = reader.sealer.Seal(nil, uint8(kind), content[:n], 0); err != nil {
				panic(err)
			}
		}
		w.keep(to, before, next, kind, content[:n])
		w.feed(to, next)
		content = content[n:]
	}
	return true
}

// pieceOf is the length of the first message of a record, or of all there is.
func pieceOf(kind record.ContentType, content []byte) int {
	if kind != record.Handshake || len(content) < messages.HandshakeHeaderLen {
		return len(content)
	}
	_, length, _ := messages.ParseHandshakeHeader(content)
	return min(len(content), messages.HandshakeHeaderLen+length)
}

// note takes the random from a hello.
func (w *walker) note(kind record.ContentType, content []byte) {
	const versionLen = 2
	if kind != record.Handshake || len(content) < messages.HandshakeHeaderLen+versionLen+secrets.RandomLen {
		return
	}
	random := content[messages.HandshakeHeaderLen+versionLen:]
	switch messages.HandshakeType(content[0]) {
	case messages.TypeClientHello:
		copy(w.randoms.Client[:], random)
	case messages.TypeServerHello:
		copy(w.randoms.Server[:], random)
	}
}

// version is that agreed on, as far as the server is.
func (w *walker) version() messages.Version { return w.pipe.Server.Engine.Connection().Version }

func (w *walker) feed(to events.Role, sealed []byte) {
	if err := w.pipe.Do(to, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Receive(out, now, slices.Clone(sealed))
	}); err != nil {
		panic(fmt.Sprintf("fuzz: the golden handshake %s: %v", w.name, err))
	}
}

// keep copies the engine as a point.
func (w *walker) keep(role events.Role, sealer secrets.RecordSealer, next []byte, kind record.ContentType, content []byte) {
	end := w.end(role)
	p := &point{
		name: fmt.Sprintf("%s: %v %s, point %d", w.name, role, end.Engine.State(), len(w.points)),
		role: role, engine: end.Engine.Fork(), next: slices.Clone(next), kind: kind, content: slices.Clone(content),
	}
	answers := w.answers[role]
	p.answers = &answers
	if sealer != nil {
		p.sealer = secrets.ForkSealer(sealer)
	}
	w.points = append(w.points, p)
}

// observe follows the keys that an end reads under.
func (w *walker) observe(role events.Role, e events.Event) {
	r := &w.readers[role]
	switch e := e.(type) {
	case *events.SecretDerived:
		r.logged[e.Label] = e.Secret
	case *events.KeysChanged:
		if e.Direction == events.Read {
			r.change(role, e, &w.randoms)
		}
	}
}

// TestGoldenHandshakesReachEveryState reads from the diagrams which states there
// are.
func TestGoldenHandshakesReachEveryState(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		reached := map[string]bool{}
		for _, p := range points(role) {
			reached[p.engine.State()] = true
		}
		for line := range strings.Lines(engine.Diagram(role, events.OverStream)) {
			from, _, edge := strings.Cut(strings.TrimSpace(line), " --> ")
			if edge && from != "[*]" && from != "ClientStart" && !reached[from] {
				t.Errorf("no golden handshake has the %v be in %s", role, from)
			}
		}
	}
}
