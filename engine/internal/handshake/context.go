// Package handshake is what every machine shares: the context that handlers
// work in, the compiled policy, the dialect, and the choice of parameters.
package handshake

import (
	"encoding/binary"
	"io"
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Context is what a handler works with beside its state and its input.
//
// What a handler sends, changes or asks is staged: the driver releases it to
// the carrier once the handler has returned without an error, and drops it
// otherwise. So a refused input changes nothing but the verdict.
type Context struct {
	Role    events.Role
	Policy  *Policy
	Dialect *Dialect
	// Unfinished is what only the handshake needs: nil once it is complete.
	*Unfinished
	// Connection collects what has been agreed on.
	Connection events.Connection
	// Authenticated is when the peer proved its certificate, in this connection
	// or in the one that it resumes.
	Authenticated time.Time
	// Suite and Exporter serve exporters, once the handshake has come so far
	// (RFC 8446, Section 7.5).
	Suite    *secrets.Suite
	Exporter secrets.Secret
	// Established12 does so in TLS 1.2, and tells what a renegotiation continues.
	Established12 *Established12
	// UpdateOwed tells that the peer asked for a key update which goes out
	// before the next application data (RFC 8446, Section 4.6.3).
	UpdateOwed bool
	// TicketsServe tells that the client could use a ticket, in a mode that
	// this end has (RFC 8446, Section 4.2.9).
	TicketsServe bool
	// Later is what authentication after the handshake goes by, nil where the
	// client does not offer it (RFC 8446, Section 4.6.2).
	Later *Later
	// WriteClosed tells that this end has sent close_notify.
	WriteClosed bool
	// EarlyLeft is how many bytes of early data may still be written, by a client,
	// or come, to a server.
	EarlyLeft uint64
	// SinceData counts messages of the peer's after the handshake since it
	// last sent data.
	SinceData int

	// Declined counts the peer's wishes to renegotiate that were answered.
	Declined int

	// Rewrite replaces what Marshal gives. It is nil outside of tests, which
	// replay recordings with the lists of extensions of other implementations.
	Rewrite func(m messages.Message, raw []byte) []byte

	// Workspace is there during a call, and lives with the caller's Output.
	*Workspace

	questions uint32
	mark      uint32 // of the connection, by the client's random
}

// Unfinished is what a connection needs until its handshake is complete.
type Unfinished struct {
	// Transcript is RFC 8446, Section 4.4.1. The driver adds what is received
	// and Send what is sent; the hellos are added by their handlers.
	Transcript secrets.Transcript
	Randoms    secrets.Randoms
	// Session is the one that a client would resume, or nil.
	Session *events.Session
	// Keys12 are there once a master secret is agreed on, and Pending what it will be
	// made of while an answer is awaited.
	Keys12  *Keys12
	Pending []byte
	// Previous is the handshake that this one continues, or nil.
	Previous *Previous
	// Early serves the exporters of early data, where there is some.
	Early *Early
	// Parameters are this end's transport parameters in QUIC.
	Parameters []byte
	// Credential is the one that a server shows in this handshake, or nil.
	Credential *events.Credential
}

// Early is what exporters of early data take from (RFC 8446, Section 7.5).
type Early struct {
	Hash     secrets.Hash
	Exporter secrets.Secret
}

// Workspace is what a connection needs only while one of its inputs is dealt
// with.
type Workspace struct {
	Now time.Time
	// Raw is the message at hand with its header, and Before the transcript
	// hash that precedes it, for the messages that are checked against it.
	Raw    []byte
	Before []byte

	coder   messages.Coder
	staged  []Action
	scratch []byte
	sum     [64]byte
	bodies  helloBodies
}

// Enter takes the workspace of the Output for the length of a call.
func (hs *Context) Enter(out *events.Output, now time.Time) {
	work, ok := out.Workspace().(*Workspace)
	if !ok {
		work = &Workspace{staged: make([]Action, 0, fewActions), scratch: make([]byte, 0, smallMessages)}
		out.SetWorkspace(work)
	}
	work.Now = now
	hs.Workspace = work
	// Nothing is left of the call before, unless it ended in a panic of the
	// caller's Rand.
	hs.Unstage()
}

// Leave gives the workspace back.
func (hs *Context) Leave() {
	if hs.Workspace != nil {
		hs.Raw = nil
		hs.Workspace = nil
	}
}

// Kind tells what an Action is.
type Kind uint8

// The kinds of actions, which are the verbs of a carrier.
const (
	SendMessage Kind = iota
	SendChangeCipherSpec
	ChangeKeys
	SkipEarlyData
	Align
	UseTLS12
	WriteInClear
	LimitRecords
	SendWarning
	Emit
)

// Action is something staged.
type Action struct {
	Kind      Kind
	Message   []byte // SendMessage: with header
	Level     events.Level
	Direction events.Direction
	Suite     *secrets.Suite
	Secret    secrets.Secret
	Suite12   *secrets.Suite12
	Keys12    *secrets.RecordKeys
	Order     secrets.CBCOrder
	Alert     messages.Alert
	Size      int          // SkipEarlyData: bytes to pass over; LimitRecords: bytes in a protected record
	Clear     int          // LimitRecords: bytes in a record in clear
	Event     events.Event // Emit
}

// What a handler stages seldom needs more room than this.
const (
	fewActions    = 8
	smallMessages = 1 << 10 // bytes
	keepScratch   = 1 << 16 // bytes
)

// Send stages a message and adds it to the transcript.
func (hs *Context) Send(m messages.Message) error {
	raw, err := hs.Marshal(m)
	if err != nil {
		return err
	}
	hs.SendRaw(raw)
	return nil
}

// SendUnrecorded stages a message that the transcript leaves out, as it does
// those after the handshake (RFC 8446, Section 4.4.1).
func (hs *Context) SendUnrecorded(m messages.Message) error {
	raw, err := hs.Marshal(m)
	if err != nil {
		return err
	}
	hs.stage(Action{Kind: SendMessage, Message: raw})
	return nil
}

// Marshal gives the bytes of a message, valid until the input is dealt with.
func (hs *Context) Marshal(m messages.Message) ([]byte, error) {
	from := len(hs.scratch)
	grown, err := hs.coder.Append(hs.scratch, m)
	if err != nil {
		return nil, refuse.Internal.Because(err)
	}
	hs.scratch = grown
	raw := grown[from:len(grown):len(grown)]
	if hs.Rewrite != nil {
		return hs.Rewrite(m, raw), nil
	}
	return raw, nil
}

// Room is empty memory to append to, for what is of no use after the handler.
func (hs *Context) Room() []byte { return hs.scratch[len(hs.scratch):] }

// SendRaw stages a message that Marshal gave, and adds it to the transcript.
func (hs *Context) SendRaw(raw []byte) {
	hs.Transcript.Add(raw)
	hs.stage(Action{Kind: SendMessage, Message: raw})
}

// SendChangeCipherSpec stages the record that middleboxes want to see
// (RFC 8446, Appendix D.4).
func (hs *Context) SendChangeCipherSpec() { hs.stage(Action{Kind: SendChangeCipherSpec}) }

// ReadKeys stages that what follows is read under secret.
func (hs *Context) ReadKeys(level events.Level, suite *secrets.Suite, secret *secrets.Secret) {
	hs.stage(Action{Kind: ChangeKeys, Direction: events.Read, Level: level, Suite: suite, Secret: *secret})
}

// WriteKeys stages that what follows is written under secret.
func (hs *Context) WriteKeys(level events.Level, suite *secrets.Suite, secret *secrets.Secret) {
	hs.stage(Action{Kind: ChangeKeys, Direction: events.Write, Level: level, Suite: suite, Secret: *secret})
}

// UseTLS12 stages that records are those of TLS 1.2 from here on, in which
// change_cipher_spec is an input of the machine.
func (hs *Context) UseTLS12() { hs.stage(Action{Kind: UseTLS12}) }

// ReadKeys12 stages that what follows is read under keys of TLS 1.2.
func (hs *Context) ReadKeys12(suite *secrets.Suite12, keys *secrets.RecordKeys, order secrets.CBCOrder) {
	hs.stage(Action{Kind: ChangeKeys, Direction: events.Read, Suite12: suite, Keys12: keys, Order: order})
}

// WriteKeys12 stages that what follows is written under keys of TLS 1.2.
func (hs *Context) WriteKeys12(suite *secrets.Suite12, keys *secrets.RecordKeys, order secrets.CBCOrder) {
	hs.stage(Action{Kind: ChangeKeys, Direction: events.Write, Suite12: suite, Keys12: keys, Order: order})
}

// Warn stages an alert that ends nothing.
func (hs *Context) Warn(alert messages.Alert) { hs.stage(Action{Kind: SendWarning, Alert: alert}) }

// WriteInClear stages that what follows is written without protection again: a
// second ClientHello behind early data that was not taken
// (RFC 8446, Section 4.2.10).
func (hs *Context) WriteInClear() { hs.stage(Action{Kind: WriteInClear}) }

// SkipEarlyData stages that up to size bytes of records that do not deprotect
// are passed over (RFC 8446, Section 4.2.10).
func (hs *Context) SkipEarlyData(size int) { hs.stage(Action{Kind: SkipEarlyData, Size: size}) }

// LimitRecords stages that a record of a direction holds no more than so many
// bytes of content and padding: a protected one, and one in clear. 0 leaves
// either at the protocol's own bound.
func (hs *Context) LimitRecords(direction events.Direction, protected, clear int) {
	hs.stage(Action{Kind: LimitRecords, Direction: direction, Size: protected, Clear: clear})
}

// Align stages that the message at hand must end its record: the peer has to
// wait for the answer to it before it says more.
func (hs *Context) Align() { hs.stage(Action{Kind: Align}) }

// Tell stages a fact.
func (hs *Context) Tell(e events.Event) { hs.stage(Action{Kind: Emit, Event: e}) }

// Ask stages a question; id is the one to put into it.
func (hs *Context) Ask(q func(id events.Asked) events.Question) {
	hs.questions++
	if hs.Unfinished != nil {
		hs.mark = binary.BigEndian.Uint32(hs.Randoms.Client[28:])
	}
	hs.stage(Action{Kind: Emit, Event: q(events.Asked{ID: uint64(hs.mark)<<32 | uint64(hs.questions)})})
}

// LogSecret stages a secret for the key log, if one is kept.
func (hs *Context) LogSecret(label string, secret *secrets.Secret) {
	if hs.Policy.KeyLog {
		hs.Tell(&events.SecretDerived{Label: label, ClientRandom: hs.Randoms.Client, Secret: *secret})
	}
}

func (hs *Context) stage(a Action) { hs.staged = append(hs.staged, a) }

// Staged is what has been staged since Unstage.
func (hs *Context) Staged() []Action { return hs.staged }

// Unstage forgets what was staged, released or not.
func (hs *Context) Unstage() {
	clear(hs.staged)
	hs.staged, hs.scratch = hs.staged[:0], hs.scratch[:0]
	if cap(hs.scratch) > keepScratch {
		hs.scratch = make([]byte, 0, smallMessages)
	}
}

// Complete lets go of what only a handshake needs.
func (hs *Context) Complete() {
	if hs.Unfinished == nil {
		return
	}
	hs.Transcript.Wipe()
	if hs.Early != nil {
		hs.Early.Exporter.Wipe()
	}
	clear(hs.Pending)
	if hs.Keys12 != nil {
		hs.Keys12.Master.Wipe()
		hs.Keys12.Block.Wipe()
	}
	hs.Unfinished = nil
}

// Sum is the transcript hash, valid until the next Sum.
func (hs *Context) Sum() []byte { return hs.Transcript.Sum(hs.sum[:0]) }

// Random fills b with entropy of the config's.
func (hs *Context) Random(b []byte) error {
	if _, err := io.ReadFull(hs.Policy.Rand, b); err != nil {
		return refuse.Entropy.Because(err)
	}
	return nil
}

// Decode reads the message at hand.
func (hs *Context) Decode(body []byte, m messages.Message) error {
	if err := hs.coder.Decode(body, m); err != nil {
		return refuse.MalformedMessage.With("%v: %v", m.Type(), err)
	}
	return nil
}

// Get decodes an extension and tells whether it is there.
func (hs *Context) Get(x *messages.Extensions, body messages.ExtensionBody) (bool, error) {
	present, err := hs.coder.Get(x, body)
	if err != nil {
		return present, refuse.MalformedExtension.With("%v: %v", body.ExtensionType(), err)
	}
	return present, nil
}

// Need decodes an extension that must be there.
func (hs *Context) Need(x *messages.Extensions, body messages.ExtensionBody) error {
	present, err := hs.Get(x, body)
	if err == nil && !present {
		return refuse.MissingExtension.With("%v", body.ExtensionType())
	}
	return err
}

// Fork is a copy that shares nothing that changes.
func (hs *Context) Fork() Context {
	fork := *hs
	if hs.Unfinished != nil {
		unfinished := *hs.Unfinished
		unfinished.Transcript = hs.Transcript.Clone()
		if hs.Early != nil {
			early := *hs.Early
			unfinished.Early = &early
		}
		unfinished.Pending = slices.Clone(hs.Pending)
		if hs.Keys12 != nil {
			keys := *hs.Keys12
			unfinished.Keys12 = &keys
		}
		fork.Unfinished = &unfinished
	}
	fork.Later = hs.Later.clone()
	if hs.Established12 != nil {
		established := *hs.Established12
		fork.Established12 = &established
	}
	return fork
}
