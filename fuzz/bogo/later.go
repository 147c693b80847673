package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/tacitls/tacitls/events"
)

// slow tells whether a question takes a private key.
func slow(question events.Question) bool {
	switch question.(type) {
	case *events.Sign, *events.Decrypt:
		return true
	}
	return false
}

// ready stands for as many laps as any question takes.
const ready = 2

// revisit comes back to a question. The first time it is not ready, and neither is a private key the second time; meanwhile what the peer
// has sent is given to the engine, which must hold it and do nothing else.
func (p *endpoint) revisit() error {
	p.laps++
	question := p.open
	if p.laps == 1 || slow(question) && p.laps == 2 {
		return p.linger(question)
	}
	p.open = nil
	err := p.do(func(*events.Output, time.Time) error { return p.answer(question) })
	if err == nil && p.quic != nil {
		return p.takeQUIC(nil)
	}
	return err
}

func (p *endpoint) linger(question events.Question) error {
	if p.eof {
		return nil
	}
	n, err := p.receive(time.Millisecond)
	if errors.Is(err, os.ErrDeadlineExceeded) || p.eof {
		return nil
	}
	if err != nil {
		return err
	}
	if p.quic != nil {
		// Whether there are keys for it is known once the question is answered.
		p.quic.in = append(p.quic.in, p.buffer[:n]...)
		return nil
	}
	if err := p.engine.Receive(&p.out, p.c.now, p.buffer[:n]); err != nil {
		return &faultError{what: fmt.Sprintf("the engine did not hold %d bytes: %v", n, err)}
	}
	if p.out.Len() != 0 || p.engine.Parked() != question {
		return &faultError{what: "the engine did not wait for its answer"}
	}
	return nil
}
