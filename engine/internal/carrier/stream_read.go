package carrier

import (
	"errors"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// Item is what Next found.
type Item struct {
	Kind ItemKind
	// Bytes is a message with its header, which is the receiver's to keep, or
	// data that is valid until the Output's Reset.
	Bytes []byte
	Alert messages.AlertMessage
}

// ItemKind tells what an Item is.
type ItemKind uint8

// The kinds of items.
const (
	Nothing ItemKind = iota // all bytes are consumed
	Message
	Data
	Alert
	ChangeCipherSpec // of TLS 1.2
)

// Next takes the next message, data or alert from what is held and from b,
// of which it leaves what it does not need yet.
func (s *Stream) Next(out *events.Output, b *[]byte) (Item, error) {
	for {
		raw, ok, err := takeMessage(&s.messages, s.options.MaxMessage)
		if err != nil {
			return Item{}, err
		}
		if ok {
			return Item{Kind: Message, Bytes: raw}, nil
		}
		rec, ok, err := s.nextRecord(out, b)
		if err != nil {
			return Item{}, err
		}
		if !ok {
			return Item{}, nil
		}
		item, err := s.open(out, rec)
		if rec.held {
			s.consumed(out, len(rec.bytes))
		}
		if err != nil || item.Kind != Nothing {
			return item, err
		}
	}
}

// wireRecord is a record as it came.
type wireRecord struct {
	header record.Header
	bytes  []byte
	held   bool // bytes lies in the stream's own buffer
}

// nextRecord gathers a whole record, or keeps what there is of it.
func (s *Stream) nextRecord(out *events.Output, b *[]byte) (wireRecord, bool, error) {
	if s.Held() == 0 {
		header, whole, err := s.peek(*b)
		if err != nil {
			return wireRecord{}, false, err
		}
		if !whole {
			s.Keep(out, *b)
			*b = nil
			return wireRecord{}, false, nil
		}
		size := record.HeaderLen + header.Length
		rec := wireRecord{header: header, bytes: (*b)[:size:size]}
		*b = (*b)[size:]
		return rec, true, nil
	}
	s.fill(out, b, record.HeaderLen)
	header, _, err := s.peek(s.in[s.at:])
	if err != nil || s.Held() < record.HeaderLen {
		return wireRecord{}, false, err
	}
	size := record.HeaderLen + header.Length
	s.fill(out, b, size)
	if s.Held() < size {
		return wireRecord{}, false, nil
	}
	return wireRecord{header: header, bytes: s.in[s.at : s.at+size], held: true}, true, nil
}

// fill moves bytes from b until size are held.
func (s *Stream) fill(out *events.Output, b *[]byte, size int) {
	n := min(max(0, size-s.Held()), len(*b))
	if n == 0 {
		return
	}
	if cap(s.in)-len(s.in) < n && s.at == 0 && size > cap(s.in) {
		grown := append(out.Borrow(size), s.in...)
		out.Return(s.in)
		s.in = grown
	}
	s.Keep(out, (*b)[:n])
	*b = (*b)[n:]
}

// consumed lets go of the first n bytes held, and of the buffer once it is
// empty.
func (s *Stream) consumed(out *events.Output, n int) {
	s.at += n
	if s.at == len(s.in) {
		out.Return(s.in)
		s.in, s.at = nil, 0
	}
}

// peek reads a header and checks what can be checked before the record is
// there: an endless record is refused at its fifth byte.
func (s *Stream) peek(b []byte) (header record.Header, whole bool, err error) {
	header, ok := record.ParseHeader(b)
	if !ok {
		return header, false, nil
	}
	longest := s.longest(header.Type)
	switch {
	case !s.begun && header.Version>>8 != 3:
		// Later the field is ignored (RFC 8446, Section 5.1); here it tells
		// TLS from something else, such as HTTP in clear.
		return header, false, refuse.RecordVersion.With("0x%04x, the first bytes are %q", header.Version, b[:record.HeaderLen])
	case !s.heard && (header.Type < record.ChangeCipherSpec || header.Type > record.Heartbeat):
		return header, false, refuse.UnexpectedRecord.With("the first bytes are %q", b[:record.HeaderLen])
	case header.Length > longest:
		return header, false, refuse.RecordOverflow.With("%d bytes, the most is %d", header.Length, longest)
	}
	if !s.heard {
		s.heard, s.greeting = true, header.Version
	}
	return header, len(b) >= record.HeaderLen+header.Length, nil
}

// open deprotects a record and takes it apart by its type.
func (s *Stream) open(out *events.Output, rec wireRecord) (Item, error) {
	if s.tls12 {
		return s.open12(out, rec)
	}
	kind, content := rec.header.Type, rec.bytes[record.HeaderLen:]
	if s.opener == nil || kind != record.ApplicationData {
		s.trace(out, events.Read, events.Initial, kind, len(rec.bytes))
	}
	if kind == record.ChangeCipherSpec {
		return Item{}, s.changeCipherSpec(content)
	}
	if s.opener == nil {
		if kind == record.ApplicationData && s.skipping {
			return Item{}, s.pass(len(content))
		}
		return s.deliver(out, kind, content, rec.held)
	}
	if kind != record.ApplicationData {
		if s.mayBeLast(kind) {
			item, err := s.alert(content)
			item.Alert.Level = messages.LevelFatal
			return item, err
		}
		return Item{}, refuse.UnprotectedRecord.With("%v", kind)
	}
	size := len(content)
	content, inner, err := s.deprotect(out, rec)
	if err != nil {
		if s.skipping && errors.Is(err, secrets.ErrBadMAC) {
			return Item{}, s.pass(size)
		}
		if size < s.expansion {
			return Item{}, refuse.BadRecordMAC.With("%d bytes are less than a tag", size)
		}
		return Item{}, recordRefusal(err)
	}
	s.skipping = false
	if err := s.taken(size - s.expansion - typeLen); err != nil {
		return Item{}, err
	}
	s.trace(out, events.Read, s.read.level, record.ContentType(inner), len(rec.bytes))
	return s.deliver(out, record.ContentType(inner), content, false)
}

// mayBeLast tells of an alert in clear of a client that has not begun to protect
// what it sends: it gave up before the ServerHello came, or it changes its keys
// only with its last flight. The record ends the connection in any case; taken
// for what it is, it says why, be it a warning by itself.
func (s *Stream) mayBeLast(kind record.ContentType) bool {
	return kind == record.Alert && s.options.Role == events.Server && len(s.messages) == 0 &&
		s.read.level == events.Handshake && s.opener.Sequence() == 0
}

// deprotect opens a record: in the caller's buffer, or, where it lies in ours
// which is about to be used again, into the Output.
func (s *Stream) deprotect(out *events.Output, rec wireRecord) (content []byte, inner uint8, err error) {
	header, body := rec.bytes[:record.HeaderLen], rec.bytes[record.HeaderLen:]
	if !rec.held {
		return s.opener.Open(nil, header, body)
	}
	tail := slices.Grow(out.Tail(), len(body))
	content, inner, err = s.opener.Open(tail, header, body)
	if err == nil {
		out.Kept(tail[:len(tail)+len(content)])
	}
	return content, inner, err
}

// deliver hands on the content of a record.
func (s *Stream) deliver(out *events.Output, kind record.ContentType, content []byte, held bool) (Item, error) {
	if kind != record.Handshake && len(s.messages) > 0 {
		return Item{}, refuse.InterleavedRecord.With("%v", kind)
	}
	switch kind {
	case record.Handshake:
		if len(content) == 0 {
			return Item{}, refuse.EmptyRecord.With("%v", kind)
		}
		s.begun, s.empty, s.warnings = true, 0, 0
		s.messages = append(s.messages, content...)
		return Item{}, nil
	case record.Alert:
		return s.alert(content)
	case record.ApplicationData:
		if s.opener == nil || s.read.level == events.Handshake {
			return Item{}, refuse.UnexpectedData
		}
		if len(content) == 0 {
			// Nothing of it is handed on, but it must be where data may be.
			return Item{Kind: Data}, s.countEmpty()
		}
		s.empty, s.warnings = 0, 0
		return Item{Kind: Data, Bytes: content}, nil
	}
	return Item{}, refuse.UnexpectedRecord.With("%v", kind)
}

// alert reads an alert record (RFC 8446, Section 6).
func (s *Stream) alert(content []byte) (Item, error) {
	if len(content) == 0 {
		return Item{}, refuse.EmptyRecord.With("%v", record.Alert)
	}
	alert, ok := messages.ParseAlert(content)
	if !ok {
		return Item{}, refuse.MalformedAlert
	}
	if alert.Description == messages.AlertUserCanceled || alert.Level == messages.LevelWarning {
		s.warnings++
		if s.warnings > MaxWarnings {
			return Item{}, refuse.TooManyWarnings
		}
	}
	return Item{Kind: Alert, Alert: alert}, nil
}

// changeCipherSpec drops the record that middleboxes want to see, where it
// may be (RFC 8446, Section 5).
func (s *Stream) changeCipherSpec(content []byte) error {
	switch {
	case len(s.messages) > 0:
		return refuse.InterleavedRecord.With("%v", record.ChangeCipherSpec)
	case !s.begun && !s.options.Stateless || s.read.level == events.Application:
		return refuse.BadChangeCipherSpec.With("at this time")
	case len(content) != 1 || content[0] != 1:
		return refuse.BadChangeCipherSpec.With("%d bytes", len(content))
	}
	return s.countEmpty()
}

func (s *Stream) countEmpty() error {
	s.empty++
	if s.empty > MaxEmptyRecords {
		return refuse.TooManyEmptyRecords
	}
	return nil
}

// protectionLen is what protection adds to the data of a record at the most: the
// content type and a tag of 16 bytes. The suite of early data that is not taken is
// unknown here. Data under a tag of 8 bytes is counted low, and the bound stays one;
// less than this would count other data high, and refuse a client that keeps to what
// it was told.
const protectionLen = typeLen + 16

// pass drops a record of early data that this end does not take.
func (s *Stream) pass(size int) error {
	if len(s.messages) > 0 {
		return refuse.InterleavedRecord.With("%v", record.ApplicationData)
	}
	// What is counted is the data, as the client does; a record of none counts
	// too, so that there is an end to them.
	if s.skip -= max(size-protectionLen, 1); s.skip < 0 {
		return refuse.TooMuchSkipped
	}
	return nil
}

func recordRefusal(err error) error {
	switch {
	case errors.Is(err, secrets.ErrBadMAC):
		return refuse.BadRecordMAC
	case errors.Is(err, secrets.ErrOverflow):
		return refuse.RecordOverflow
	case errors.Is(err, secrets.ErrNoContentType):
		return refuse.NoContentType
	case errors.Is(err, secrets.ErrSequence):
		return refuse.SequenceExhausted
	case errors.Is(err, secrets.ErrEntropy): // for the IV of a record under CBC
		return refuse.Entropy.Because(err)
	}
	return refuse.Internal.Because(err)
}
