package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages/record"
)

// Two engines shake hands while somebody between them changes the bytes under
// way, once. Whatever that does, both never complete with different keys or
// different ideas of what has been agreed on, and no data arrives that has not
// been sent.

var scenariosOnce = sync.OnceValue(scenarios)

func FuzzPair(f *testing.F) {
	all := scenariosOnce()
	for i := range all {
		f.Add(uint8(i), true, uint8(len(tampers)), uint16(0), []byte(nil))
		for op := range tampers {
			f.Add(uint8(i), true, uint8(op), uint16(11), []byte{0x01})
			f.Add(uint8(i), false, uint8(op), uint16(60), []byte{0x80, 0, 0, 7})
			f.Add(uint8(i), false, uint8(op), uint16(140), []byte("some bytes"))
			f.Add(uint8(i), true, uint8(op), uint16(330), []byte{0x15, 3, 3, 0, 2, 1, 0})
		}
	}
	f.Fuzz(func(t *testing.T, at uint8, toServer bool, op uint8, offset uint16, payload []byte) {
		p := newTampered(all[int(at)%len(all)])
		p.to, p.offset, p.payload = events.Client, int(offset), payload
		if toServer {
			p.to = events.Server
		}
		if int(op) < len(tampers) {
			p.tamper = tampers[op]
		}
		p.talk(t)
		p.check(t)
	})
}

func TestPairsThatNobodyTampersWithComplete(t *testing.T) {
	for _, s := range scenariosOnce() {
		p := newTampered(s)
		p.talk(t)
		p.check(t)
		if p.pipe.Client.Err != nil || p.pipe.Server.Err != nil || len(p.agreed[0]) != len(p.agreed[1]) || !p.pipe.Client.Engine.ReadClosed() {
			t.Errorf("%s: %v, %v, %d and %d handshakes", s.name, p.pipe.Client.Err, p.pipe.Server.Err, len(p.agreed[0]), len(p.agreed[1]))
		}
		got := string(p.pipe.Client.Received) + string(p.pipe.Server.Received)
		if got != "data of the server.data of the client.data of the client." {
			t.Errorf("%s: all data arrives: %q", s.name, got)
		}
	}
}

// tampers change bytes from an offset in them on; back is what the receiver
// itself has sent.
var tampers = []func(b []byte, offset int, payload, back []byte) []byte{
	func(b []byte, offset int, payload, _ []byte) []byte { // change
		for i := range min(len(payload), len(b)-offset) {
			b[offset+i] ^= payload[i]
		}
		return b
	},
	func(b []byte, offset int, payload, _ []byte) []byte { // insert
		return slices.Insert(b, offset, payload...)
	},
	func(b []byte, offset int, payload, _ []byte) []byte { // delete
		return slices.Delete(b, offset, min(len(b), offset+1+len(payload)))
	},
	func(b []byte, offset int, _, _ []byte) []byte { // repeat a record
		from, to := recordAt(b, offset)
		return slices.Insert(b, to, slices.Clone(b[from:to])...)
	},
	func(b []byte, offset int, _, _ []byte) []byte { // drop a record
		from, to := recordAt(b, offset)
		return slices.Delete(b, from, to)
	},
	func(b []byte, offset int, _, _ []byte) []byte { // exchange two records
		from, to := recordAt(b, offset)
		moved := slices.Clone(b[from:to])
		b = slices.Delete(b, from, to)
		_, to = recordAt(b, from)
		return slices.Insert(b, to, moved...)
	},
	func(b []byte, offset int, _, back []byte) []byte { // reflect
		return slices.Insert(b, offset, back...)
	},
	func(b []byte, offset int, payload, _ []byte) []byte { // split a record
		from, to := recordAt(b, offset)
		header, ok := record.ParseHeader(b[from:])
		if !ok || to-from != record.HeaderLen+header.Length || header.Length < 2 {
			return b
		}
		content := slices.Clone(b[from+record.HeaderLen : to])
		n := 1 + len(payload)%(header.Length-1)
		var split []byte
		for _, part := range [][]byte{content[:n], content[n:]} {
			header.Length = len(part)
			split = append(header.Append(split), part...)
		}
		return slices.Replace(b, from, to, split...)
	},
}

// recordAt are the bounds of the record around an offset, or of what there is
// of it.
func recordAt(b []byte, offset int) (from, to int) {
	for from < len(b) {
		header, ok := record.ParseHeader(b[from:])
		to = min(len(b), from+record.HeaderLen+header.Length)
		if !ok || to > offset {
			break
		}
		from = to
	}
	return from, max(from, min(to, len(b)))
}

// tampered is a pair with somebody between them.
type tampered struct {
	scenario
	pipe    *pipe.Pipe
	to      events.Role
	offset  int
	payload []byte
	tamper  func(b []byte, offset int, payload, back []byte) []byte

	passed  int // bytes delivered to the end tampered with
	back    []byte
	written [2][]byte
	// secret is each end's exporter secret or master secret, by role.
	secret [2][]byte
	// agreed is what each end thinks to have agreed on, handshake by handshake.
	agreed [2][]string
}

func newTampered(s scenario) *tampered {
	pair, client, server := *s.pair, *s.pair.ClientAnswers, *s.pair.ServerAnswers
	pair.ClientAnswers, pair.ServerAnswers = &client, &server
	p := &tampered{scenario: s, pipe: pair.Join()}
	p.pipe.Observe = p.observe
	return p
}

func (p *tampered) end(role events.Role) *pipe.End {
	if role == events.Client {
		return &p.pipe.Client
	}
	return &p.pipe.Server
}

func (p *tampered) observe(from events.Role, e events.Event) {
	switch e := e.(type) {
	case *events.Send:
		if from == p.to {
			p.back = append(p.back, e.Bytes...)
		}
	case *events.SecretDerived:
		if e.Label == "EXPORTER_SECRET" || e.Label == "CLIENT_RANDOM" {
			p.secret[from] = slices.Clone(e.Secret.Bytes())
		}
	case *events.HandshakeCompleted:
		c := e.Connection
		p.agreed[from] = append(p.agreed[from], fmt.Sprintf(
			"%x %v %v %v retried %v resumed %v ALPN %q name %q extended %v encrypt then MAC %v again %v PSK %q",
			p.secret[from], c.Version, c.CipherSuite, c.Group, c.Retried, c.Resumed, c.ALPN, c.ServerName,
			c.ExtendedMasterSecret, c.EncryptThenMAC, c.Renegotiated, c.PSKIdentity))
	}
}

// talk shakes hands, then has both ends write, agree on new keys and close.
func (p *tampered) talk(t *testing.T) {
	t.Helper()
	_ = p.pipe.Do(events.Client, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return start(p.pair, e, out, now)
	})
	p.run(t)
	for _, from := range []events.Role{events.Client, events.Server, events.Client} {
		data := fmt.Appendf(nil, "data of the %v.", from)
		if p.end(from).Err != nil {
			continue
		}
		_ = p.pipe.Do(from, func(e *engine.Engine, out *events.Output, now time.Time) error {
			err := e.Write(out, now, data)
			if err == nil {
				p.written[from.Peer()] = append(p.written[from.Peer()], data...)
				err = renew(p.pair, e, out, now)
			}
			return err
		})
		p.run(t)
	}
	for _, from := range []events.Role{events.Client, events.Server} {
		if p.end(from).Err == nil {
			_ = p.pipe.Do(from, (*engine.Engine).CloseWrite)
			p.run(t)
		}
	}
}

// run delivers until both ends are quiet.
func (p *tampered) run(t *testing.T) {
	t.Helper()
	for range 200 {
		moved := p.step(events.Server)
		if !p.step(events.Client) && !moved {
			return
		}
	}
	t.Error("the two never become quiet")
}

func (p *tampered) step(to events.Role) bool {
	end := p.end(to)
	if to == p.to {
		size := len(end.Inbox)
		if at := p.offset - p.passed; p.tamper != nil && at >= 0 && at < size {
			end.Inbox = p.tamper(end.Inbox, at, p.payload, p.back)
			p.tamper = nil
		}
		p.passed += size
	}
	return p.pipe.Step(to)
}

func (p *tampered) check(t *testing.T) {
	t.Helper()
	for i := range min(len(p.agreed[0]), len(p.agreed[1])) {
		if client, server := p.agreed[events.Client][i], p.agreed[events.Server][i]; client != server {
			t.Errorf("both have completed, and disagree:\nclient %s\nserver %s", client, server)
		}
	}
	for _, role := range []events.Role{events.Client, events.Server} {
		end := p.end(role)
		if !bytes.HasPrefix(p.written[role], end.Received) {
			t.Errorf("the %v was sent %q and received %q", role, p.written[role], end.Received)
		}
		var failed *engine.Error
		if errors.As(end.Err, &failed) && failed.Refusal.Name == "internal_error" {
			t.Errorf("the %v has a bug: %v", role, end.Err)
		}
	}
}
