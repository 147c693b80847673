package engine_test

import (
	"bytes"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// writeEarly writes early data where it was offered.
func (m *meeting) writeEarly() {
	if !m.offeredEarly {
		return
	}
	size := rapid.SampledFrom([]int{0, 1, 90, 1000, 1 << 20}).Draw(m.T, "early data")
	data := bytes.Repeat([]byte("early "), size/6+1)[:size]
	err := m.pipe.Do(events.Client, func(e *engine.Engine, out *events.Output, now time.Time) error {
		n, err := e.WriteEarlyData(out, now, data)
		m.early = data[:n]
		return err
	})
	all := len(m.early) == min(size, int(m.most))
	// One key protects so many records, and no more.
	if !all && m.drawn.client.UpdateAfter > 0 && len(m.early) > 0 {
		all = true
	}
	if err != nil || !all {
		m.Fatalf("%d of %d bytes of early data are written: %v", len(m.early), size, err)
	}
}

const earlyAnswer = "an early answer"

// answerEarly has the server answer early data at once, where it may.
func (m *meeting) answerEarly() {
	server := m.pipe.Server.Engine
	if m.answered || len(m.taken) == 0 || server.Completed() || m.pipe.Server.Err != nil {
		return
	}
	if err := m.pipe.Write(events.Server, []byte(earlyAnswer)); err != nil {
		m.Fatalf("the server cannot answer early data: %v", err)
	}
	m.answered = true
}

// bothRefuse tells of the one case in which neither end is told of the other's
// refusal: a server of TLS 1.2 cannot make sense of early data, nor of what goes before
// it for middleboxes, and the client gives up by the server's version
// (RFC 8446, Appendix D.3).
func (m *meeting) bothRefuse(errs [2]*engine.Error) bool {
	version, _ := m.version()
	return version == messages.TLS12 && m.offeredEarly && errs[events.Client].Refusal.Name == "early_data_mismatch" &&
		!errs[events.Server].Received && errs[events.Server].Alert == messages.AlertUnexpectedMessage
}

// overskips tells whether a server may have to pass over more early data than it
// would, counted with its padding: a ticket of another server's may allow it.
func (p *prospect) overskips() bool {
	const most, padding = 16384, 64
	records := len(p.early)/p.client.RecordSize + 1
	return !p.agreed.EarlyDataAccepted && len(p.early)+records*padding > max(most, int(p.server.EarlyData))
}

// earlyDataIs checks that early data has arrived if it was taken, that the client
// knows, and that the answer has arrived too.
func (m *meeting) earlyDataIs(p *prospect) {
	if m.offeredEarly != p.offersEarly {
		m.Fatalf("early data is offered: %t", m.offeredEarly)
	}
	verdict, taken := "early data rejected", []byte(nil)
	if p.agreed.EarlyDataAccepted {
		verdict, taken = "early data accepted", m.early
	}
	if p.offersEarly && !slices.Equal(m.verdicts, []string{verdict}) || !bytes.Equal(m.taken, taken) {
		m.Fatalf("of %d bytes of early data %d arrive; the client heard %q", len(m.early), len(m.taken), m.verdicts)
	}
	if got := string(m.pipe.Client.Received); m.answered != (got == earlyAnswer) || !m.answered && got != "" {
		m.Fatalf("the early data is answered by %q", got)
	}
}
