package engine_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// headers are the headers of the records that each end sends.
func headers(pair *testkit.Pair) (client, server []record.Header) {
	p := pair.Join()
	var sent [2][]byte
	p.Observe = func(from events.Role, e events.Event) {
		if send, ok := e.(*events.Send); ok {
			sent[from] = append(sent[from], send.Bytes...)
		}
	}
	_ = p.Handshake()
	_ = p.Write(events.Client, make([]byte, 40000))
	_ = p.Do(events.Client, (*engine.Engine).CloseWrite)
	return parseHeaders(sent[0]), parseHeaders(sent[1])
}

func parseHeaders(b []byte) []record.Header {
	var list []record.Header
	for len(b) > 0 {
		header, ok := record.ParseHeader(b)
		if !ok {
			return list
		}
		list = append(list, header)
		b = b[record.HeaderLen+header.Length:]
	}
	return list
}

// covers 8446/5.1/10
// covers 8446/5.1/14
// covers 8446/D.5/8
// covers 8446/5/4
func TestRecordsSayTheVersionOfTheirTime(t *testing.T) {
	pair := small("versions")
	retrying(pair)
	client, server := headers(pair)
	if client[0].Version != 0x0301 {
		t.Errorf("the first ClientHello comes in a record of version %#04x", client[0].Version)
	}
	for _, header := range append(client[1:], server...) {
		if header.Version != 0x0303 {
			t.Errorf("a record of %v has version %#04x", header.Type, header.Version)
		}
		if header.Type < record.ChangeCipherSpec || header.Type > record.ApplicationData {
			t.Errorf("a record of type %v", header.Type)
		}
	}
}

// covers 8446/5.1/12
// covers 8446/5.1/15
// covers 8446/5.2/1
// covers 8446/5.1/7
func TestNoRecordSentIsTooLongOrInClear(t *testing.T) {
	client, server := headers(small("lengths"))
	var seen bool
	for _, header := range append(client, server...) {
		limit := record.MaxPlaintext
		if header.Type == record.ApplicationData {
			limit += record.MaxExpansion13
			seen = true
		}
		if header.Length > limit || header.Length == 0 {
			t.Errorf("a record of %v has %d bytes", header.Type, header.Length)
		}
	}
	if !seen {
		t.Error("nothing was protected")
	}
}

// covers 8446/5.1/11
// covers 8446/D/1
// covers 8446/D.2/4
func TestTheVersionOfARecordIsIgnored(t *testing.T) {
	for _, version := range []byte{0, 1, 2, 4, 0xff} {
		pair := small("record versions")
		l := forge.New(pair)
		l.On(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
			w.As(record.Header{Type: record.Handshake, Version: 0x0300 | uint16(version), Length: len(raw)}, raw)
		})
		l.On(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
			w.As(record.Header{Type: record.Handshake, Version: uint16(version)<<8 | 7, Length: len(raw)}, raw)
		})
		l.Handshake()
		wantAlive(t, "records of any version", l)
	}
}

// covers 8446/5/1
// covers 8446/D.4/1
func TestChangeCipherSpecIsDroppedDuringTheHandshake(t *testing.T) {
	again := func(w *forge.Wire, raw []byte) {
		w.Plain(record.ChangeCipherSpec, []byte{1})
		w.Raw(raw)
	}
	completes(t, small("dropped"), func(l *forge.Link) {
		for _, kind := range []messages.HandshakeType{
			messages.TypeServerHello, messages.TypeEncryptedExtensions, messages.TypeCertificate, messages.TypeFinished,
		} {
			l.On(events.Server, kind, again)
		}
		l.On(events.Client, messages.TypeFinished, again)
	})
}

// covers 8446/D.4/1
func TestAServerAnswersASessionIDByChangeCipherSpec(t *testing.T) {
	pair := small("compatible")
	pair.Server.NoCompatibility = true
	_, server := headers(pair)
	if server[1].Type != record.ChangeCipherSpec || server[1].Length != 1 {
		t.Errorf("behind the ServerHello comes %v of %d bytes", server[1].Type, server[1].Length)
	}
}

// covers 8446/5.1/4
// covers 8446/5.1/6
func TestMessagesBeforeAKeyChangeEndTheirRecord(t *testing.T) {
	// The forger opens each record by itself, and would find messages cut.
	for _, size := range []int{1, 3, 100, 16384} {
		pair := small("aligned")
		withClientCert(pair)
		pair.Client.RecordSize, pair.Server.RecordSize = size, size
		l := forge.New(pair)
		l.Handshake()
		wantAlive(t, "a handshake", l)
		_ = l.Do(events.Client, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, messages.UpdateRequested)
		})
		l.Write(events.Client, "one")
		l.Write(events.Server, "two")
		wantAlive(t, "key updates", l)
	}
}

// covers 8446/5.4/1
// covers 8446/5.4/3
func TestPaddingIsZerosAndIsNotSeen(t *testing.T) {
	pair := small("padded")
	pair.Client.Padding = func(_ uint8, length, _ int) int { return 100 - length%100 }
	pair.Server.Padding = pair.Client.Padding
	// The forger, too, takes off zeros alone to find the type.
	l := forge.New(pair)
	l.Handshake()
	l.Write(events.Client, "x")
	wantAlive(t, "padded records", l)
	if string(l.Server.Received) != "x" {
		t.Errorf("data %q", l.Server.Received)
	}
	l = quietLink(t, nil)
	l.Wire(events.Client).Inner([]byte("zeros\x00\x00\x17\x00\x00\x00"))
	if string(l.Server.Received) != "zeros\x00\x00" {
		t.Errorf("data %q", l.Server.Received)
	}
}

// covers 8446/4.6.3/2
// covers 8446/4.6.3/3
// covers 8446/4.6.3/6
// covers 8446/5.3/1
func TestAKeyUpdateChangesTheKeysFromTheNextRecordOn(t *testing.T) {
	l := quietLink(t, nil)
	for i := range 5 {
		for _, role := range []events.Role{events.Client, events.Server} {
			request := messages.KeyUpdateRequest(i % 2)
			if err := l.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
				return e.UpdateKeys(out, now, request)
			}); err != nil {
				t.Fatal(err)
			}
			l.Write(role, "x")
		}
	}
	wantAlive(t, "key updates", l)
	if string(l.Client.Received)+string(l.Server.Received) != "xxxxxxxxxx" {
		t.Errorf("data %q and %q", l.Client.Received, l.Server.Received)
	}
}

// covers 8446/4.6.3/7
func TestRecordsUnderTheNextKeyNeedAKeyUpdateFirst(t *testing.T) {
	l := quietLink(t, nil)
	l.Wire(events.Client).SkipKey()
	l.Wire(events.Client).Record(record.ApplicationData, []byte("too soon"))
	wantRefusal(t, "a record under the next key", l.Server, "bad_record_mac")
}

// covers 8446/6.1/1
// covers 8446/6.1/2
// covers 8446/6.1/3
func TestWhatComesAfterCloseNotifyIsIgnored(t *testing.T) {
	l := quietLink(t, nil)
	if err := l.Do(events.Client, (*engine.Engine).CloseWrite); err != nil {
		t.Fatal(err)
	}
	l.Run()
	if !l.Server.Engine.ReadClosed() || len(l.Client.Alerts) != 1 || l.Client.Alerts[0].Description != messages.AlertCloseNotify {
		t.Fatalf("closed: %t, alerts %v", l.Server.Engine.ReadClosed(), l.Client.Alerts)
	}
	w, told := l.Wire(events.Client), len(l.Server.Log)
	w.Record(record.ApplicationData, []byte("late"))
	w.Alert(messages.LevelFatal, messages.AlertInternalError)
	w.Bytes(bytes.Repeat([]byte("junk"), 100))
	if len(l.Server.Log) != told || l.Server.Err != nil {
		t.Errorf("after close_notify the server tells %q", l.Server.Log[told:])
	}
	l.Write(events.Server, "still open")
	if string(l.Client.Received) != "still open" {
		t.Errorf("the other direction brings %q", l.Client.Received)
	}
}

// A server that answers early data has sent its own Finished.
//
// covers 8446/4.4.4/2
// covers 8446/2/2
func TestNoDataIsWrittenBeforeTheFinished(t *testing.T) {
	for at, resting := range restedStates() {
		var out events.Output
		e := resting.Fork()
		if err := e.Write(&out, testkit.Now, []byte("data")); (err == nil) != (e.MayWrite() && !e.Renegotiating()) {
			t.Errorf("the %v: it may write: %t, writing gives %v", at, e.MayWrite(), err)
		}
	}
}
