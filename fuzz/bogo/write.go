package main

import (
	"bytes"
	"errors"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// write sends application data, once the handshake is complete, and any other that is under way.
func (p *endpoint) write(b []byte) error {
	for {
		if err := p.handshake(); err != nil {
			return err
		}
		if p.quic != nil {
			return p.writeQUIC(b)
		}
		if p.zero.offering {
			rest, err := p.writeEarly(b)
			if err != nil || len(rest) == 0 {
				return err
			}
			b = rest
		}
		err := p.do(func(out *events.Output, now time.Time) error { return p.engine.Write(out, now, b) })
		if !errors.Is(err, engine.ErrNotReady) {
			return err
		}
		if err := p.progress(); err != nil {
			return err
		}
	}
}

// writeSizes sends records of lengths around those where something changes.
func (p *endpoint) writeSizes() error {
	for _, size := range []int{0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769} {
		if err := p.write(bytes.Repeat([]byte{0x42}, size)); err != nil {
			return err
		}
	}
	return nil
}

// writeFirst sends the first words. With -read-with-unfinished-write one byte goes out, and the others after the first read.
func (p *endpoint) writeFirst() error {
	o := p.c.options
	if err := p.handshake(); err != nil {
		return err
	}
	p.withheld = o.ReadWithUnfinishedWrite
	for range o.RepeatShimInitialWrite {
		if err := p.write([]byte(o.ShimInitialWrite)); err != nil {
			return err
		}
	}
	if p.withheld && len(p.outbox) > 0 {
		return p.writeOnce()
	}
	return nil
}
