package fuzz

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The fuzzer writes a program for two connected engines: write so much, update
// the keys, deliver so many bytes, close. What one end writes is what the
// other receives, in every order, size and split.

// connectedOnce are pairs whose handshakes are complete, and which pad in TLS 1.3:
// the first is of that version, the others of TLS 1.2.
var connectedOnce = sync.OnceValue(func() []*pipe.Pipe {
	pairs := []*testkit.Pair{
		newPair(), shared(messages.TLS_PSK_WITH_AES_256_CBC_SHA384), shared(messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256),
	}
	var connected []*pipe.Pipe
	for _, pair := range pairs {
		pair.Client.Padding = func(_ uint8, length, room int) int { return length % 7 }
		pair.Server.Padding = func(_ uint8, length, room int) int { return room * (length % 2) }
		pair.Client.RecordSize = 300
		pair.Server.UpdateAfter = 5
		p := pair.Join()
		if err := p.Handshake(); err != nil {
			panic(err)
		}
		connected = append(connected, p)
	}
	return connected
})

// sharing answers the questions of the pairs.
func sharing() *testkit.Answers { return &testkit.Answers{PSK: []byte("shared")} }

// instructions do something at an end, with the program's next byte. They tell
// how much data they have written.
var instructions = []func(p *pipe.Pipe, at events.Role, argument byte) []byte{
	func(p *pipe.Pipe, at events.Role, argument byte) []byte {
		data := bytes.Repeat([]byte{argument, byte(at), 0x55}, int(argument)*int(argument)/3)
		if p.Write(at, data) != nil {
			return nil
		}
		return data
	},
	func(p *pipe.Pipe, at events.Role, argument byte) []byte {
		_ = p.Do(at, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, messages.KeyUpdateRequest(argument%2))
		})
		return nil
	},
	func(p *pipe.Pipe, at events.Role, argument byte) []byte {
		p.Split = func(events.Role, []byte) int { return 1 + int(argument) }
		p.Step(at)
		p.Split = nil
		return nil
	},
	func(p *pipe.Pipe, at events.Role, argument byte) []byte {
		if at == events.Server && argument%8 == 0 {
			_ = p.Do(at, (*engine.Engine).IssueTicket)
		}
		return nil
	},
	func(p *pipe.Pipe, at events.Role, argument byte) []byte {
		if argument == 0 {
			_ = p.Do(at, (*engine.Engine).CloseWrite)
		}
		return nil
	},
	func(p *pipe.Pipe, at events.Role, _ byte) []byte {
		if at == events.Client {
			p.Client.Engine.Rest()
		} else {
			p.Server.Engine.Rest()
		}
		return nil
	},
	func(p *pipe.Pipe, at events.Role, _ byte) []byte {
		_ = p.Do(at, (*engine.Engine).Renegotiate)
		return nil
	},
}

func FuzzRecords(f *testing.F) {
	for i := range connectedOnce() {
		f.Add(uint8(i), []byte{0, 9, 2, 200, 1, 1, 0, 3, 9, 200, 7, 40, 8, 0, 8, 1, 9, 9, 4, 0, 11, 0, 6, 0, 9, 255, 2, 255, 13, 0})
		f.Add(uint8(i), []byte{0, 255, 7, 255, 9, 1, 2, 1, 9, 255, 2, 255, 5, 0, 12, 0, 10, 8, 0, 1, 13, 0, 0, 3, 9, 30, 2, 255, 7, 3})
		f.Add(uint8(i), bytes.Repeat([]byte{8, 1, 1, 1}, 40))
		f.Add(uint8(i), bytes.Repeat([]byte{10, 8, 9, 255}, 40))
		f.Add(uint8(i), bytes.Repeat([]byte{6, 0, 13, 0, 9, 255, 2, 255, 0, 5, 7, 9, 9, 255, 2, 255}, 20))
	}
	f.Fuzz(func(t *testing.T, kind uint8, program []byte) {
		all := connectedOnce()
		base := all[int(kind)%len(all)]
		p := pipe.New(base.Client.Engine.Fork(), base.Server.Engine.Fork(), sharing(), sharing(), testkit.Now)
		var written [2][]byte
		for ; len(program) >= 2 && len(written[0])+len(written[1]) < 1<<18; program = program[2:] {
			at := events.Client
			if int(program[0])%(2*len(instructions)) >= len(instructions) {
				at = events.Server
			}
			data := instructions[int(program[0])%len(instructions)](p, at, program[1])
			written[at.Peer()] = append(written[at.Peer()], data...)
		}
		if p.Run() != nil {
			wantLimit(t, p.Client.Err, p.Server.Err)
			return
		}
		for role, end := range map[events.Role]*pipe.End{events.Client: &p.Client, events.Server: &p.Server} {
			if !bytes.Equal(end.Received, written[role]) {
				t.Errorf("the %v was sent %d bytes and received %d, or others", role, len(written[role]), len(end.Received))
			}
		}
	})
}

// wantLimit lets only refusals of too much without data pass: nothing else is
// wrong with what two engines tell each other.
func wantLimit(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		var failed *engine.Error
		if !errors.As(err, &failed) || failed.Received {
			continue
		}
		switch failed.Refusal.Name {
		case "too_many_key_updates", "too_many_tickets", "too_many_empty_records", "too_many_renegotiations":
			return
		}
	}
	t.Errorf("two engines, and nobody between them: %v", errors.Join(errs...))
}
