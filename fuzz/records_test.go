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

// connectedOnce is a pair whose handshake is complete, and which pads.
var connectedOnce = sync.OnceValue(func() *pipe.Pipe {
	pair := newPair()
	pair.Client.Padding = func(_ uint8, length, room int) int { return length % 7 }
	pair.Server.Padding = func(_ uint8, length, room int) int { return room * (length % 2) }
	pair.Client.RecordSize = 300
	pair.Server.UpdateAfter = 5
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		panic(err)
	}
	return p
})

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
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte{0, 9, 2, 200, 1, 1, 0, 3, 8, 200, 6, 40, 7, 0, 7, 1, 8, 9, 4, 0, 10, 0})
	f.Add([]byte{0, 255, 6, 255, 8, 1, 2, 1, 8, 255, 2, 255, 5, 0, 11, 0, 9, 8, 0, 1})
	f.Add(bytes.Repeat([]byte{7, 1, 1, 1}, 40))
	f.Add(bytes.Repeat([]byte{9, 8, 8, 255}, 40))
	f.Fuzz(func(t *testing.T, program []byte) {
		base := connectedOnce()
		p := pipe.New(base.Client.Engine.Fork(), base.Server.Engine.Fork(), &testkit.Answers{}, &testkit.Answers{}, testkit.Now)
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
		case "too_many_key_updates", "too_many_tickets", "too_many_empty_records":
			return
		}
	}
	t.Errorf("two engines, and nobody between them: %v", errors.Join(errs...))
}
