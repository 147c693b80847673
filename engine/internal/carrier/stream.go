// Package carrier takes handshake messages and data across a transport: here
// over a byte stream, in the records of RFC 8446, Section 5. It knows keys and
// limits, and nothing of the handshake's order.
package carrier

import (
	"io"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// The limits on what a peer may send without getting on. Each is far above
// what a sound peer does.
const (
	// MaxEmptyRecords is how many records without content, change_cipher_spec
	// included, may come in a row.
	MaxEmptyRecords = 32
	// MaxWarnings is how many warning alerts may come in a row.
	MaxWarnings = 4
)

// Options are what a stream is told of the policy.
type Options struct {
	Role       events.Role
	MaxMessage int
	MaxHeld    int
	RecordSize int
	Padding    func(contentType uint8, length, room int) int
	// UpdateAfter is how many records one key may protect; 0 leaves it to
	// the AEAD's own limit (RFC 8446, Section 5.5).
	UpdateAfter uint64
	Trace       bool
	// Stateless tells that a first record may be change_cipher_spec, of a client whose
	// first hello another engine has answered (RFC 8446, Section 4.2.2).
	Stateless bool
	// Rand gives the IVs of CBC.
	Rand io.Reader
}

// Stream is one end's record layer.
type Stream struct {
	options *Options

	// in holds, from at on, a part of a record, or all that waits while a
	// question is open.
	in []byte
	at int
	// messages holds handshake bytes deprotected but not yet taken.
	messages []byte
	opener   opener
	// expansion is what the protection of what is read adds to a record: the tag
	// in TLS 1.3, the most that there can be in TLS 1.2.
	expansion int
	read      keyState
	skip      int
	empty     uint8  // records without content in a row
	warnings  uint8  // in a row
	skipping  bool   // records that do not deprotect are passed over
	begun     bool   // something of a handshake has been sent or received
	heard     bool   // the peer speaks TLS, by its first record
	greeting  uint16 // the version of that record
	takes     limits

	// out holds handshake bytes that wait to be put into records.
	out     []byte
	sealer  sealer
	limit   uint64 // of records under the key for writing; 0 is none to heed
	write   keyState
	tls12   bool
	first   bool   // the first flight has been sent, be it in several records
	inClear uint16 // the version of records in clear; 0 is that of TLS 1.2
	sends   limits
	most    uint16 // that a protected record has held so far, of those read
}

// opener removes the protection of records, in the way of a version.
type opener interface {
	Open(dst []byte, header, ciphertext []byte) (content []byte, contentType uint8, err error)
	Sequence() uint64
	Rest()
	Wipe()
}

// sealer protects records, in the way of a version.
type sealer interface {
	Seal(dst []byte, contentType uint8, content []byte, padding int) ([]byte, error)
	SealedLen(content, padding int) int
	Sequence() uint64
	Rest()
	Wipe()
}

// keyState is where one direction stands.
type keyState struct {
	level      events.Level
	generation uint64
}

// NewStream is the record layer of one end.
func NewStream(options *Options) *Stream { return &Stream{options: options} }

// Reconfigure changes the options, before any keys are in use or while the hellos
// of a renegotiation are.
func (s *Stream) Reconfigure(options *Options) { s.options = options }

// ReadLevel is the level of what is read.
func (s *Stream) ReadLevel() events.Level { return s.read.level }

// WriteLevel is the level of what is written.
func (s *Stream) WriteLevel() events.Level { return s.write.level }

// ReadKeys puts what follows under new keys. The bytes before must end on a
// record's boundary (RFC 8446, Section 5.1).
func (s *Stream) ReadKeys(out *events.Output, level events.Level, suite *secrets.Suite, secret *secrets.Secret) error {
	if !s.Aligned() {
		return refuse.KeyChangeInRecord
	}
	opener, err := secrets.NewOpener(suite, secret)
	if err != nil {
		return refuse.Internal.Because(err)
	}
	s.expansion = suite.Overhead()
	s.readUnder(out, opener, level, suite.ID)
	return nil
}

func (s *Stream) readUnder(out *events.Output, opener opener, level events.Level, suite messages.CipherSuite) {
	if s.opener != nil {
		s.opener.Wipe()
	}
	s.opener = opener
	s.read.change(level)
	out.Append(&events.KeysChanged{Level: level, Direction: events.Read, Suite: suite, Generation: s.read.generation})
}

// WriteKeys sends what waits, and puts what follows under new keys.
func (s *Stream) WriteKeys(out *events.Output, level events.Level, suite *secrets.Suite, secret *secrets.Secret) error {
	if err := s.Flush(out); err != nil {
		return err
	}
	sealer, err := secrets.NewSealer(suite, secret)
	if err != nil {
		return refuse.Internal.Because(err)
	}
	s.limit = suite.RecordLimit
	if s.options.UpdateAfter != 0 {
		s.limit = min(s.limit, s.options.UpdateAfter)
	}
	s.writeUnder(out, sealer, level, suite.ID)
	return nil
}

func (s *Stream) writeUnder(out *events.Output, sealer sealer, level events.Level, suite messages.CipherSuite) {
	if s.sealer != nil {
		s.sealer.Wipe()
	}
	s.sealer = sealer
	s.write.change(level)
	out.Append(&events.KeysChanged{Level: level, Direction: events.Write, Suite: suite, Generation: s.write.generation})
}

func (k *keyState) change(level events.Level) {
	if k.level == level {
		k.generation++
		return
	}
	k.level, k.generation = level, 0
}

// WriteInClear sends what waits, and what follows without protection.
func (s *Stream) WriteInClear(out *events.Output) error {
	if err := s.Flush(out); err != nil {
		return err
	}
	if s.sealer != nil {
		s.sealer.Wipe()
		s.sealer = nil
	}
	s.write, s.limit = keyState{}, 0
	out.Append(&events.KeysChanged{Level: events.Initial, Direction: events.Write})
	return nil
}

// Skip has up to size bytes of records passed over that do not deprotect, or
// none any more (RFC 8446, Section 4.2.10).
func (s *Stream) Skip(size int) { s.skip, s.skipping = size, size > 0 }

// UpdateDue tells that the write keys have one record left to protect, which
// is for the KeyUpdate (RFC 8446, Section 5.5).
func (s *Stream) UpdateDue() bool {
	return s.sealer != nil && s.limit != 0 && s.sealer.Sequence() >= s.limit-1
}

// Aligned tells that what has been taken so far ends on a record's boundary,
// so that keys may change (RFC 8446, Section 5.1).
func (s *Stream) Aligned() bool { return len(s.messages) == 0 }

// Held is how many bytes wait.
func (s *Stream) Held() int { return len(s.in) - s.at }

// Partial tells that a record or a message has come in part.
func (s *Stream) Partial() bool { return s.Held() > 0 || len(s.messages) > 0 }

// Hold keeps b for later, and tells whether it could.
func (s *Stream) Hold(out *events.Output, b []byte) bool {
	if s.Held()+len(b) > s.options.MaxHeld {
		return false
	}
	s.Keep(out, b)
	return true
}

// Keep keeps b for later, whatever is held already.
func (s *Stream) Keep(out *events.Output, b []byte) {
	if len(b) == 0 {
		return
	}
	if s.in == nil {
		s.in = out.Borrow(max(len(b), smallRecord))
	}
	if s.at > 0 {
		s.in = s.in[:copy(s.in, s.in[s.at:])]
		s.at = 0
	}
	s.in = append(s.in, b...)
}

// smallRecord is the least buffer worth having.
const smallRecord = 512

// Fork is a copy that shares nothing that changes, and draws from rand. The two
// would write under the same nonces.
func (s *Stream) Fork(rand io.Reader) *Stream {
	fork, options := *s, *s.options
	options.Rand, fork.options = rand, &options
	fork.in, fork.messages, fork.out = slices.Clone(s.in), slices.Clone(s.messages), slices.Clone(s.out)
	switch opener := s.opener.(type) {
	case *secrets.Opener:
		fork.opener = opener.Fork()
	case *secrets.Opener12:
		fork.opener = opener.Fork()
	}
	switch sealer := s.sealer.(type) {
	case *secrets.Sealer:
		fork.sealer = sealer.Fork()
	case *secrets.Sealer12:
		fork.sealer = sealer.ForkWith(rand)
	}
	return &fork
}

// Close lets go of the keys and of everything held.
func (s *Stream) Close() {
	if s.opener != nil {
		s.opener.Wipe()
	}
	if s.sealer != nil {
		s.sealer.Wipe()
	}
	clear(s.messages)
	s.in, s.at, s.messages, s.out = nil, 0, nil, nil
}

// Rest lets the ciphers go until they are needed again, which saves an idle
// connection their memory.
func (s *Stream) Rest() {
	if s.opener != nil {
		s.opener.Rest()
	}
	if s.sealer != nil {
		s.sealer.Rest()
	}
}

// EndEarlyData implements [Carrier]: what follows is under other keys, or none.
func (*Stream) EndEarlyData(*events.Output) {}

func (s *Stream) trace(out *events.Output, direction events.Direction, level events.Level, kind record.ContentType, size int) {
	if s.options.Trace {
		out.Trace(direction, level, uint8(kind), size)
	}
}
