package engine_test

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// A client writes early data before it knows a limit of the server's, but not before it
// knows its own wish for short records, which a server may grant at once. From the
// handshake's keys on it keeps to what was agreed on.
func TestEarlyDataKeepsToWhatTheClientKnows(t *testing.T) {
	const clientHas, serverHas = 4000, 64
	for what, row := range map[string]struct {
		set         func(*testkit.Pair)
		taken       bool
		early, data int // the longest records, in bytes of content
	}{
		"no limit":            {func(*testkit.Pair) {}, true, maxEarly, maxEarly},
		"record_size_limit":   {func(p *testkit.Pair) { p.Client.RecordSizeLimit, p.Server.RecordSizeLimit = clientHas, serverHas }, true, maxEarly, serverHas},
		"max_fragment_length": {asking(512), true, 511, 511},
		"max_fragment_length, and record_size_limit that is answered in its place": {
			func(p *testkit.Pair) { p.Client.RecordSizeLimit, p.Client.MaxFragmentLength = clientHas, 512 }, true, 511, maxEarly,
		},
		"both, and the server wants another key": {
			func(p *testkit.Pair) {
				p.Client.RecordSizeLimit, p.Client.MaxFragmentLength = clientHas, 512
				retrying(p)
			}, false, 511, maxEarly,
		},
	} {
		t.Run(what, func(t *testing.T) {
			pair := early(row.set)
			pair.Client.Trace = true
			p := pair.Join()
			taken, longest := []byte(nil), map[events.Level]int{}
			p.Observe = func(_ events.Role, e events.Event) {
				switch e := e.(type) {
				case *events.EarlyDataReceived:
					taken = append(taken, e.Bytes...)
				case *events.RecordSent:
					const protection = 5 + 1 + 16
					longest[e.Level] = max(longest[e.Level], e.Size-protection)
				}
			}
			data := bytes.Repeat([]byte{1}, maxEarly)
			_ = p.Do(events.Client, (*engine.Engine).Start)
			_ = p.Do(events.Client, writeEarly(string(data)))
			_ = p.Run()
			_ = p.Write(events.Client, data)
			if err := p.Run(); err != nil || !bytes.Equal(p.Server.Received, data) || bytes.Equal(taken, data) != row.taken {
				t.Fatalf("%d bytes of early data and %d of other data arrive: %v", len(taken), len(p.Server.Received), err)
			}
			if longest[events.EarlyData] != row.early || longest[events.Application] != row.data {
				t.Errorf("the longest records hold %v", longest)
			}
		})
	}
}

// A server keeps to its config where a ticket of its own tells of more early data
// than it takes now, and so takes none: the client would keep to the ticket.
func TestATicketThatTellsOfMoreEarlyDataThanTheConfigHasBringsNone(t *testing.T) {
	pair := early()
	pair.Server.MaxEarlyData = maxEarly - 1
	p := pair.Join()
	_ = p.Do(events.Client, (*engine.Engine).Start)
	_ = p.Do(events.Client, writeEarly(string(bytes.Repeat([]byte{1}, maxEarly))))
	if err := p.Run(); err != nil || p.Server.Engine.Connection().EarlyDataAccepted || !p.Client.Engine.Connection().Resumed {
		t.Errorf("early data beyond the config: %v, %+v", err, p.Server.Engine.Connection())
	}
}
