package engine_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages/record"
)

// tampered is a conversation of which one byte is changed on its way.
type tampered struct {
	pipe *pipe.Pipe
	// sent are the bytes that went to each end, before the change.
	sent [2]int
	// ignored tells that the byte is one of legacy_record_version, which a
	// receiver ignores.
	ignored bool
}

// tamper runs a conversation and changes byte number at of what goes to an end by
// change. A negative number changes nothing. The other end begins the
// renegotiation, if there can be one.
func tamper(made madePair, to events.Role, at int, change byte) *tampered {
	p := made("tamper").Join()
	run := &tampered{pipe: p}
	// One record a time, so that each is seen before it is delivered. The
	// length on the wire is read before it may be changed.
	carry := func(role events.Role, end *pipe.End) bool {
		if len(end.Inbox) == 0 || end.Err != nil || end.Open != nil {
			return false
		}
		header, _ := record.ParseHeader(end.Inbox)
		size := min(len(end.Inbox), record.HeaderLen+header.Length)
		from := run.sent[role]
		run.sent[role] += size
		if i := at - from; role == to && 0 <= i && i < size {
			end.Inbox[i] ^= change
			run.ignored = i == 1 || i == 2
		}
		p.Split = func(events.Role, []byte) int { return size }
		return p.Step(role)
	}
	settle := func() {
		for carry(events.Server, &p.Server) || carry(events.Client, &p.Client) {
		}
	}
	_ = p.Do(events.Client, (*engine.Engine).Start)
	settle()
	_ = p.Write(events.Client, []byte("from the client"))
	_ = p.Write(events.Server, []byte("from the server"))
	settle()
	renegotiate(p, to.Peer())
	settle()
	_ = p.Do(events.Client, (*engine.Engine).CloseWrite)
	_ = p.Do(events.Server, (*engine.Engine).CloseWrite)
	settle()
	_ = p.Do(events.Client, (*engine.Engine).ReceiveEOF)
	_ = p.Do(events.Server, (*engine.Engine).ReceiveEOF)
	return run
}

// check is what must hold of any change: at least one end refuses, or the
// byte is one that is ignored and all went well; and nobody is given data that
// was not sent.
func (run *tampered) check(t interface{ Fatalf(string, ...any) }, to events.Role, at int, change byte) {
	client, server := &run.pipe.Client, &run.pipe.Server
	if !bytes.HasPrefix([]byte("from the server"), client.Received) || !bytes.HasPrefix([]byte("from the client"), server.Received) {
		t.Fatalf("byte %d to the %v changed by %#x: data %q and %q", at, to, change, client.Received, server.Received)
	}
	if client.Err != nil || server.Err != nil {
		return
	}
	exported, _ := client.Engine.Export("label", nil, 32)
	same, _ := server.Engine.Export("label", nil, 32)
	if !run.ignored || !client.Engine.ReadClosed() || !server.Engine.ReadClosed() || !bytes.Equal(exported, same) {
		t.Fatalf("byte %d to the %v changed by %#x: nobody minds", at, to, change)
	}
}

func TestAChangedByteAnywhereIsFoundOut(t *testing.T) {
	inEachVersion(t, func(t *testing.T, made madePair) { changedByte(t, made, 1) })
	// Each takes its time, so that fewer have to do.
	inEveryExchange(t, func(t *testing.T, made madePair) { changedByte(t, made, 19) })
}

func changedByte(t *testing.T, made madePair, every int) {
	var sizes [2]int
	for _, to := range []events.Role{events.Client, events.Server} {
		whole := tamper(made, to, -1, 0)
		if whole.pipe.Client.Err != nil || whole.pipe.Server.Err != nil || !whole.pipe.Client.Engine.ReadClosed() {
			t.Fatalf("without a change: %v, %v", whole.pipe.Client.Err, whole.pipe.Server.Err)
		}
		sizes[to] = whole.sent[to]
		for at := 0; at < sizes[to]; at += every {
			tamper(made, to, at, 1).check(t, to, at, 1)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		to := drawRole(t)
		at := rapid.IntRange(0, sizes[to]-1).Draw(t, "at")
		change := rapid.ByteMin(1).Draw(t, "change")
		tamper(made, to, at, change).check(t, to, at, change)
	})
}

// Junk, whole or behind a sound beginning, never does more than end the
// connection.
func TestJunkEndsInARefusalAtMost(t *testing.T) {
	states := restedStates()
	rapid.Check(t, func(t *rapid.T) {
		junk := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "junk")
		if rapid.Bool().Draw(t, "with a header") {
			kind := rapid.SampledFrom([]byte{20, 21, 22, 23}).Draw(t, "type")
			junk = append([]byte{kind, 3, 3, 0, byte(len(junk))}, junk...)
		}
		for at, resting := range states {
			var out events.Output
			e := resting.Fork()
			_ = e.Receive(&out, whenever, bytes.Clone(junk))
			_ = e.ReceiveEOF(&out, whenever)
			for event := range out.All() {
				if _, data := event.(*events.DataReceived); data {
					t.Fatalf("the %v takes junk for data", at)
				}
			}
		}
	})
}
