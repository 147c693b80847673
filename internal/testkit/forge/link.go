// Package forge joins two engines through a forger: one who knows the secrets
// of both ends, opens every record, may change, drop or add any message, and
// seals the result under the keys that the receiver expects.
//
// What depends on the messages before it is mended: each end's transcript is
// kept as that end sees it, and binders, signatures and Finished messages are
// made anew over the receiver's view. So a handshake completes in spite of a
// change that the protocol allows, and one that it forbids is refused for what
// it is rather than for a wrong hash. A change of a mended message is made
// after the mending.
package forge

import (
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// Link is two engines with a forger between them.
type Link struct {
	Client, Server *End
	// Now is the time that both engines are told.
	Now time.Time

	session *events.Session // that the client offers
	hooks   []*hook
	taps    []Tap
	blind   bool
}

// End is one side of a Link.
type End struct {
	Role    events.Role
	Engine  *engine.Engine
	Answers *testkit.Answers
	// Err is the fatal error that the end failed with, or nil.
	Err *engine.Error
	// Log holds the canonical text of every event.
	Log []string
	// Received collects application data, Sessions tickets, and Alerts the
	// alerts that this end sent.
	Received []byte
	Sessions []*events.Session
	Alerts   []messages.AlertMessage

	out     events.Output
	outbox  []item
	secrets map[string]secrets.Secret
	// view is the transcript as this end sees it.
	view    secrets.Transcript
	partial []byte // of a record that this end sends
	message []byte // of a message that this end sends
	opens   *protection
	seals   *protection // of what the forger sends on to the other end
	closed  bool        // to a blind forger: this end protects what it writes

	// Of TLS 1.2: that it was chosen, what keys are made of, all messages, and
	// the protection.
	legacy  bool
	randoms secrets.Randoms
	raw     []byte
	opens12 *protection12
	seals12 *protection12
}

// item is bytes that an end has sent, or a change of its keys for writing.
type item struct {
	bytes  []byte
	change *events.KeysChanged
}

// New joins the engines of a pair.
func New(pair *testkit.Pair) *Link {
	pair.Client.KeyLog, pair.Server.KeyLog = true, true
	client, err := engine.NewClient(&pair.Client)
	if err != nil {
		panic(fmt.Sprintf("forge: the client's config: %v", err))
	}
	server, err := engine.NewServer(&pair.Server)
	if err != nil {
		panic(fmt.Sprintf("forge: the server's config: %v", err))
	}
	return &Link{
		Client:  newEnd(events.Client, client, pair.ClientAnswers),
		Server:  newEnd(events.Server, server, pair.ServerAnswers),
		Now:     testkit.Now,
		session: pair.Client.Session,
	}
}

// NewBlind joins the engines of a pair through a forger who knows no secrets: an
// attacker on the wire. Hooks see the messages that travel in clear; nothing is
// mended, and what is protected passes as it is.
func NewBlind(pair *testkit.Pair) *Link {
	l := New(pair)
	l.blind = true
	return l
}

func newEnd(role events.Role, e *engine.Engine, answers *testkit.Answers) *End {
	return &End{Role: role, Engine: e, Answers: answers, secrets: map[string]secrets.Secret{}}
}

// Protects tells a blind forger whether the end protects what it writes.
func (e *End) Protects() bool { return e.closed }

// End is the end of a role.
func (l *Link) End(role events.Role) *End {
	if role == events.Client {
		return l.Client
	}
	return l.Server
}

// Handshake starts the client, and runs.
func (l *Link) Handshake() {
	l.Do(events.Client, (*engine.Engine).Start)
	l.Run()
}

// Run carries what both ends send until they are quiet.
func (l *Link) Run() {
	for l.carry(l.Client) || l.carry(l.Server) {
	}
}

// Write has an end send application data, and runs.
func (l *Link) Write(from events.Role, data string) {
	l.Do(from, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Write(out, now, []byte(data))
	})
	l.Run()
}

// Do calls a method of an end's engine and acts on its events.
func (l *Link) Do(at events.Role, call func(*engine.Engine, *events.Output, time.Time) error) error {
	end := l.End(at)
	err := call(end.Engine, &end.out, l.Now)
	for event := range end.out.All() {
		l.act(end, event)
	}
	end.out.Reset()
	return err
}

func (l *Link) act(end *End, event events.Event) {
	end.Log = append(end.Log, event.String())
	switch event := event.(type) {
	case *events.Send:
		end.outbox = append(end.outbox, item{bytes: append([]byte(nil), event.Bytes...)})
	case *events.KeysChanged:
		if event.Direction == events.Write {
			end.outbox = append(end.outbox, item{change: event})
		}
	case *events.SecretDerived:
		end.secrets[event.Label] = event.Secret
	case *events.DataReceived:
		end.Received = append(end.Received, event.Bytes...)
	case *events.TicketReceived:
		end.Sessions = append(end.Sessions, event.Session)
	case *events.Failed:
		end.Err = event.Err.(*engine.Error)
	case events.Question:
		if answer := end.Answers.Answer(l.Now, event); answer != nil {
			// A refused answer is a fatal error, which Failed tells of.
			_ = end.Engine.Answer(&end.out, l.Now, answer)
		}
	}
}

// carry takes one item of what an end has sent across, and tells whether there
// was one.
func (l *Link) carry(from *End) bool {
	if len(from.outbox) == 0 {
		return false
	}
	next := from.outbox[0]
	from.outbox = from.outbox[1:]
	if next.change != nil {
		l.changeKeys(from, next.change)
		return true
	}
	from.partial = append(from.partial, next.bytes...)
	for {
		header, ok := record.ParseHeader(from.partial)
		if !ok || len(from.partial) < record.HeaderLen+header.Length {
			return true
		}
		raw := from.partial[:record.HeaderLen+header.Length]
		from.partial = append([]byte(nil), from.partial[len(raw):]...)
		l.record(from, header, raw)
	}
}

// record takes one record apart and sends its content on.
func (l *Link) record(from *End, header record.Header, raw []byte) {
	w := l.Wire(from.Role)
	for _, tap := range l.taps {
		if tap(w, header, raw) {
			return
		}
	}
	if from.closed {
		w.Bytes(raw)
		return
	}
	kind, content := header.Type, append([]byte(nil), raw[record.HeaderLen:]...)
	if kind == record.ChangeCipherSpec && from.opens12 == nil {
		w.Bytes(raw)
		return
	}
	switch {
	case from.opens12 != nil:
		content = from.opens12.open(kind, raw)
	case from.opens != nil:
		kind, content = from.opens.open(raw)
	}
	switch kind {
	case record.Handshake:
		from.message = append(from.message, content...)
		for {
			_, size, ok := messages.ParseHandshakeHeader(from.message)
			size += messages.HandshakeHeaderLen
			if !ok || len(from.message) < size {
				return
			}
			one := append([]byte(nil), from.message[:size]...)
			from.message = from.message[size:]
			l.handshake(from, w, one)
		}
	case record.Alert:
		alert, _ := messages.ParseAlert(content)
		from.Alerts = append(from.Alerts, alert)
	}
	w.Record(kind, content)
}

// handshake sends a message on, by the hook for it if there is one.
func (l *Link) handshake(from *End, w *Wire, raw []byte) {
	mended := raw
	// After a handshake of TLS 1.3 nothing is mended.
	after := l.Client.Engine.Completed() && l.Server.Engine.Completed() && l.Server.Engine.Connection().Version == messages.TLS13
	if !l.blind && !after {
		mended = l.mend(from, l.End(from.Role.Peer()), raw)
		see(from, raw)
	}
	if h := l.hook(from.Role, messages.HandshakeType(raw[0])); h != nil {
		h(w, mended)
		return
	}
	w.Raw(mended)
}

// changeKeys follows an end to new keys for writing.
func (l *Link) changeKeys(from *End, change *events.KeysChanged) {
	if l.blind {
		from.closed = true
		return
	}
	if from.legacy {
		l.changeKeys12(from, change)
		return
	}
	if change.Level == events.Initial {
		from.opens, from.seals = nil, nil
		return
	}
	if change.Generation > 0 {
		from.opens = from.opens.next()
		return
	}
	suite, _ := secrets.LookupSuite(change.Suite)
	label := trafficLabel(from.Role, change.Level)
	from.opens = protect(suite, from.secrets[label])
	to := l.End(from.Role.Peer())
	if secret, ok := to.secrets[label]; ok {
		// The receiver may have been told another suite.
		if own, known := secrets.LookupSuite(to.Engine.Connection().CipherSuite); known {
			suite = own
		}
		from.seals = protect(suite, secret)
		return
	}
	from.seals = protect(suite, from.secrets[label])
}

// changeKeys12 is changeKeys for TLS 1.2.
func (l *Link) changeKeys12(from *End, change *events.KeysChanged) {
	suite, _ := secrets.LookupSuite12(change.Suite)
	from.opens12 = protect12(suite, from, from.Role)
	to := l.End(from.Role.Peer())
	if _, ok := to.secrets[masterLabel]; !ok {
		from.seals12 = protect12(suite, from, from.Role)
		return
	}
	// The receiver may have been told another suite.
	if own, known := secrets.LookupSuite12(to.Engine.Connection().CipherSuite); known {
		suite = own
	}
	from.seals12 = protect12(suite, to, from.Role)
}

func trafficLabel(role events.Role, level events.Level) string {
	name := "CLIENT"
	if role == events.Server {
		name = "SERVER"
	}
	if level == events.EarlyData {
		return name + "_EARLY_TRAFFIC_SECRET"
	}
	if level == events.Handshake {
		return name + "_HANDSHAKE_TRAFFIC_SECRET"
	}
	return name + "_TRAFFIC_SECRET_0"
}
