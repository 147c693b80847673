package engine_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// wire is what each end has written to the network.
type wire [2][]byte

// recordedWire runs a connection of TLS 1.2 under a suite, with data both ways and
// an orderly end, and gives what was written.
func recordedWire(t *testing.T, pair *testkit.Pair, suite messages.CipherSuite) *wire {
	t.Helper()
	pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, suite}
	pair.Server.CipherSuites = []messages.CipherSuite{suite}
	p, w := pair.Join(), &wire{}
	p.Observe = func(from events.Role, e events.Event) {
		if send, ok := e.(*events.Send); ok {
			w[from] = append(w[from], send.Bytes...)
		}
	}
	if err := p.Handshake(); err != nil {
		t.Fatalf("the handshake: %v", err)
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		if err := p.Write(role, make([]byte, 40000)); err != nil {
			t.Fatal(err)
		}
		if err := p.Do(role, (*engine.Engine).CloseWrite); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return w
}

// suitesOfRecords are suites of each way to protect records.
var suitesOfRecords = []messages.CipherSuite{
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
}

// covers 5246/6/1
func TestEveryRecordOfTLS12IsOfATypeThatItDefines(t *testing.T) {
	for _, suite := range suitesOfRecords {
		pair := legacy("types")
		pair.Client.MaxVersion = messages.TLS12
		for who, sent := range recordedWire(t, pair, suite) {
			seen := map[record.ContentType]bool{}
			for _, header := range parseHeaders(sent) {
				seen[header.Type] = true
			}
			for _, kind := range []record.ContentType{20, 21, 22, 23} {
				if !seen[kind] {
					t.Errorf("%v: the %v sends no record of %v", suite, events.Role(who), kind)
				}
				delete(seen, kind)
			}
			if len(seen) > 0 {
				t.Errorf("%v: the %v sends records of %v", suite, events.Role(who), seen)
			}
		}
	}
}

// covers 5246/6.1/1 5246/6.2.1/3 5246/7.1/1
func TestRecordsAreProtectedFromChangeCipherSpecOnInTheOrderTheyAreSent(t *testing.T) {
	for _, resume := range []func(p *testkit.Pair){inLegacy, resumingLegacy, resumingIdentified} {
		pair := small("order of records")
		resume(pair)
		// The nonce that travels with a record of AES-GCM is its number.
		for who, sent := range recordedWire(t, pair, messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256) {
			protected, count := false, uint64(0)
			for len(sent) > 0 {
				header, _ := record.ParseHeader(sent)
				content := sent[record.HeaderLen : record.HeaderLen+header.Length]
				sent = sent[record.HeaderLen+header.Length:]
				if !protected {
					protected = header.Type == record.ChangeCipherSpec
					continue
				}
				if number := binary.BigEndian.Uint64(content); number != count {
					t.Errorf("record %d of the %v is number %d", count, events.Role(who), number)
				}
				if count == 0 && header.Type != record.Handshake {
					t.Errorf("behind the %v's ChangeCipherSpec comes %v", events.Role(who), header.Type)
				}
				count++
			}
			if count < 5 {
				t.Errorf("%d records of the %v are protected", count, events.Role(who))
			}
		}
	}
}

// covers 5246/6.1/1
func TestARecordOfTLS12OutOfItsTurnIsRefused(t *testing.T) {
	for _, suite := range suitesOfRecords {
		for what, take := range map[string][]int{"in order": {0, 1, 2}, "twice": {0, 0}, "too early": {1}, "late": {0, 2}} {
			pair := legacy("turn")
			pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, suite}
			pair.Server.CipherSuites = []messages.CipherSuite{suite}
			p := established(t, pair)
			var records [][]byte
			for range 3 {
				if err := p.Write(events.Client, []byte("same")); err != nil {
					t.Fatal(err)
				}
				records = append(records, bytes.Clone(p.Server.Inbox))
				p.Server.Inbox = nil
			}
			var err error
			for _, i := range take {
				err = p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
					return e.Receive(out, now, bytes.Clone(records[i]))
				})
			}
			if what == "in order" {
				if err != nil || string(p.Server.Received) != "samesamesame" {
					t.Errorf("%v: %q, %v", suite, p.Server.Received, err)
				}
				continue
			}
			var fatal *engine.Error
			if !errors.As(err, &fatal) || fatal.Refusal.Name != "bad_record_mac" {
				t.Errorf("%v: a record that comes %s: %v", suite, what, err)
			}
		}
	}
}

// covers 5246/E.1/4
func TestAHelloForTLS12ComesInARecordOfAnyMinorVersion(t *testing.T) {
	for _, minor := range []uint16{0, 1, 2, 3, 4, 0x7a, 0xff} {
		completes(t, legacy("record version"), func(l *forge.Link) {
			l.On(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				w.As(record.Header{Type: record.Handshake, Version: 0x0300 | minor, Length: len(raw)}, raw)
			})
		})
	}
}
