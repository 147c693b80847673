package carrier

import (
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// UseTLS12 has records be those of TLS 1.2 from here on: the type is in clear,
// and change_cipher_spec counts (RFC 5246, Section 6.2 and Section 7.1).
func (s *Stream) UseTLS12() { s.tls12 = true }

// ReadKeys12 puts what follows under new keys.
func (s *Stream) ReadKeys12(out *events.Output, suite *secrets.Suite12, keys *secrets.RecordKeys, order secrets.CBCOrder) error {
	if !s.Aligned() {
		return refuse.KeyChangeInRecord
	}
	opener, err := secrets.NewOpener12(suite, keys, order)
	if err != nil {
		return refuse.Internal.Because(err)
	}
	s.expansion = suite.MaxExpansion()
	s.takes.change()
	s.readUnder(out, opener, events.Application, suite.ID)
	return nil
}

// WriteKeys12 sends what waits, and puts what follows under new keys. TLS 1.2
// has no key update, so that only the sequence numbers bound a key.
func (s *Stream) WriteKeys12(out *events.Output, suite *secrets.Suite12, keys *secrets.RecordKeys, order secrets.CBCOrder) error {
	if err := s.Flush(out); err != nil {
		return err
	}
	sealer, err := secrets.NewSealer12(suite, keys, order, s.options.Rand)
	if err != nil {
		return refuse.Internal.Because(err)
	}
	s.limit = 0
	s.sends.change()
	s.writeUnder(out, sealer, events.Application, suite.ID)
	return nil
}

// open12 deprotects a record of TLS 1.2 and takes it apart by its type.
func (s *Stream) open12(out *events.Output, rec wireRecord) (Item, error) {
	kind, content := rec.header.Type, rec.bytes[record.HeaderLen:]
	if rec.header.Version != uint16(messages.TLS12) {
		return Item{}, refuse.RecordVersion.With("0x%04x", rec.header.Version)
	}
	if s.opener != nil {
		var err error
		if content, _, err = s.deprotect(out, rec); err != nil {
			return Item{}, recordRefusal(err)
		}
		if err := s.taken(len(content)); err != nil {
			return Item{}, err
		}
	}
	s.trace(out, events.Read, s.read.level, kind, len(rec.bytes))
	if kind != record.ChangeCipherSpec {
		return s.deliver(out, kind, content, false)
	}
	switch {
	case len(s.messages) > 0:
		return Item{}, refuse.InterleavedRecord.With("%v", kind)
	case len(content) != 1 || content[0] != 1:
		return Item{}, refuse.BadChangeCipherSpec.With("%d bytes", len(content))
	}
	return Item{Kind: ChangeCipherSpec}, nil
}
