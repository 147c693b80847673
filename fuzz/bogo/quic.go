package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// The suite's stand-in for QUIC has records of its own on the socket, without any protection: the type, the level, the suite and the secret
// that packets of that level would be protected by, then the content. So each end checks that the other has the same keys at the same time.

const quicHeaderLen = 1 + 1 + 2 + 4

// The types of the records.
const (
	quicAlert     = 21
	quicHandshake = 22
	quicData      = 23
)

// quicKeys are those of a level in one direction. At the level Initial there are none.
type quicKeys struct {
	suite  messages.CipherSuite
	secret []byte
	there  bool
}

// quicTransport is the stand-in at one end.
type quicTransport struct {
	read, write [events.Application + 1]quicKeys
	level       events.Level // of what is written, early data aside
	in          []byte
}

func newQUICTransport() *quicTransport {
	t := &quicTransport{}
	t.read[events.Initial].there, t.write[events.Initial].there = true, true
	return t
}

// install keeps what packets of a level would be protected by.
func (t *quicTransport) install(event *events.InstallKeys) {
	keys := &t.read[event.Level]
	if event.Direction == events.Write {
		keys = &t.write[event.Level]
		if event.Level != events.EarlyData {
			t.level = event.Level
		}
	}
	*keys = quicKeys{event.Suite, bytes.Clone(event.Secret.Bytes()), true}
}

// record makes one record.
func (t *quicTransport) record(kind byte, level events.Level, content []byte) []byte {
	keys := &t.write[level]
	b := []byte{kind, byte(level)}
	b = binary.BigEndian.AppendUint16(b, uint16(keys.suite))
	b = binary.BigEndian.AppendUint32(b, uint32(len(keys.secret)+len(content)))
	return append(append(b, keys.secret...), content...)
}

// whole tells that a record has come in whole.
func (t *quicTransport) whole() bool {
	return len(t.in) >= quicHeaderLen && len(t.in) >= quicHeaderLen+int(binary.BigEndian.Uint32(t.in[4:]))
}

// next takes the first record that has come in whole.
func (t *quicTransport) next() (kind byte, level events.Level, content []byte, ok bool, err error) {
	for t.whole() {
		size := int(binary.BigEndian.Uint32(t.in[4:]))
		kind, level, content = t.in[0], events.Level(t.in[1]), t.in[quicHeaderLen:quicHeaderLen+size]
		suite := messages.CipherSuite(binary.BigEndian.Uint16(t.in[2:]))
		t.in = t.in[quicHeaderLen+size:]
		if level > events.Application {
			return 0, 0, nil, false, &faultError{what: fmt.Sprintf("a record at level %d", level)}
		}
		keys := &t.read[level]
		switch {
		case !keys.there && level == events.EarlyData:
			continue // which was not taken
		case !keys.there:
			return 0, 0, nil, false, &faultError{what: fmt.Sprintf("a record at %v, for which there are no keys", level)}
		case suite != keys.suite || !bytes.HasPrefix(content, keys.secret):
			return 0, 0, nil, false, &faultError{what: fmt.Sprintf("a record at %v, of %v, under other keys than those of %v", level, suite, keys.suite)}
		}
		return kind, level, content[len(keys.secret):], true, nil
	}
	return 0, 0, nil, false, nil
}

// takeQUIC hands what has come to the engine, or keeps it for whoever reads.
func (p *endpoint) takeQUIC(b []byte) error {
	p.quic.in = append(p.quic.in, b...)
	for p.open == nil {
		kind, level, content, ok, err := p.quic.next()
		if err != nil || !ok {
			return err
		}
		switch kind {
		case quicHandshake:
			err = p.do(func(out *events.Output, now time.Time) error {
				return p.engine.ReceiveCrypto(out, now, level, content)
			})
		case quicData:
			p.inbox = append(p.inbox, content...)
		case quicAlert:
			err = fmt.Errorf("the peer ended the connection by %x", content)
		default:
			err = &faultError{what: fmt.Sprintf("a record of type %d", kind)}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeQUIC sends application data, among the early data if that is what may be sent.
func (p *endpoint) writeQUIC(b []byte) error {
	level := events.Application
	if p.zero.offering {
		level = events.EarlyData
	}
	p.outbox = append(p.outbox, p.quic.record(quicData, level, b)...)
	return p.flush()
}

// failQUIC tells the peer why, which the engine leaves to the transport.
func (p *endpoint) failQUIC(event *events.Failed) {
	fatal, ok := event.Err.(*engine.Error)
	if ok && !fatal.Received {
		content := messages.AlertMessage{Level: messages.LevelFatal, Description: fatal.Alert}
		p.outbox = append(p.outbox, p.quic.record(quicAlert, p.quic.level, content.Append(nil))...)
	}
}
