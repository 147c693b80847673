package engine_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

func flowFeatures() []feature13 {
	byBoth := accord{name: "updating keys in the flow of data", suite: in13, then: func(i *interop, end *endpoint, p *program) {
		i.flow(end, p, 1, 1)
	}}
	byTacitls := accord{name: "updating tacitls' keys in the flow of data", suite: messages.TLS_CHACHA20_POLY1305_SHA256,
		then: func(i *interop, end *endpoint, p *program) { i.flow(end, p, 1, 0) }}
	byBoth.lacks = lacking{gnutlsServ: "takes no command for it"}
	return []feature13{
		{name: "key updates by tacitls, one way and both, with data under way", shown: []accord{byTacitls}},
		{name: "key updates by the program, one way and both, with data under way", shown: []accord{byBoth}},
	}
}

// flowed are the data of a piece, more than a record holds: of digits, so that no
// program takes a command for it.
func flowed(piece int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%09d\n", piece), 3000)
}

// flow has data under way in both directions while tacitls and the program update
// their keys, each so often one way and so often both.
func (i *interop) flow(end *endpoint, p *program, ours, theirs int) {
	i.t.Helper()
	f := &flowing{interop: i, end: end, p: p}
	for range ours {
		for _, request := range []messages.KeyUpdateRequest{messages.UpdateNotRequested, messages.UpdateRequested} {
			f.say()
			f.write()
			i.must(end.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
				return e.UpdateKeys(out, now, request)
			}), p)
			f.write()
		}
	}
	f.settle(2)
	for range theirs {
		for _, command := range i.peer.updates() {
			f.say()
			f.hear()
			f.write()
			before := end.updated(events.Read)
			p.say(command)
			i.must(end.until("a key update", func() bool { return end.updated(events.Read) > before }), p)
			f.say()
			f.write()
		}
	}
	f.settle(3)
	if read, write := end.updated(events.Read), end.updated(events.Write); read != uint64(ours+2*theirs) || write != uint64(2*ours+theirs) {
		i.t.Errorf("the keys are at %d and %d", read, write)
	}
	if _, isGnuTLS := i.peer.(gnuTLS); isGnuTLS && i.role == events.Client {
		return // it has said all of it
	}
	between, _ := lines(2)
	var printed []byte
	p.output.wait(func(all []byte) bool { printed = bytes.Clone(all); return true })
	for _, remark := range []string{"Read BLOCK\n", "KEYUPDATE\n", "SSL_do_handshake -> 1\n", "- Rekey was completed\n", between} {
		printed = bytes.ReplaceAll(printed, []byte(remark), nil)
	}
	if !bytes.Contains(printed, f.written) {
		i.t.Errorf("%s did not print what it was sent", i.program())
	}
}

// flowing is data under way.
type flowing struct {
	*interop
	end     *endpoint
	p       *program
	pieces  int
	written []byte // by tacitls
	said    []byte // by the program
}

// write has tacitls write a piece. gnutls-serv says what it has heard.
func (f *flowing) write() {
	f.t.Helper()
	f.pieces++
	data := flowed(f.pieces)
	f.written = append(f.written, data...)
	if _, isGnuTLS := f.peer.(gnuTLS); isGnuTLS && f.role == events.Client {
		f.said = append(f.said, data...)
	}
	f.must(f.end.write(data), f.p)
}

// say has the program write a piece.
func (f *flowing) say() {
	f.t.Helper()
	if _, isGnuTLS := f.peer.(gnuTLS); isGnuTLS && f.role == events.Client {
		return
	}
	f.pieces++
	data := flowed(f.pieces)
	f.said = append(f.said, data...)
	f.p.say(string(data))
}

// settle leaves nothing under way: whoever was asked for an update has answered before
// its next data.
func (f *flowing) settle(number int) {
	f.t.Helper()
	f.hear()
	f.peer.ping(f.interop, f.end, f.p, number)
}

// hear waits for all that the program has said.
func (f *flowing) hear() {
	f.t.Helper()
	got, err := f.end.read(len(f.said))
	f.must(err, f.p)
	if !bytes.Equal(got, f.said) {
		f.t.Errorf("what %s has sent differs", f.program())
	}
	f.said = nil
}
