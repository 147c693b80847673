package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// uncleanError says that the transport ended where close_notify was due, in the words that a test looks for.
type uncleanError struct{}

func (uncleanError) Error() string { return "Unexpected SSL_shutdown result: -1 != 1" }

// talk is the whole conversation, and the second attempt at it where early data was rejected.
func (p *endpoint) talk() error {
	if err := p.do(p.engine.Start); err != nil {
		return err
	}
	err := p.converse()
	if p.c.options.Server || p.c.number == 0 || !p.c.options.ExpectRejectEarlyData {
		return err
	}
	switch {
	case err == nil:
		return mismatch("early data rejected", false, true)
	case !errors.Is(err, errEarlyRejected):
		return err
	}
	// Each attempt looks at the chain once.
	p.c.options, p.zero.rejected, p.verdicts = p.c.retry, false, 0
	return p.converse()
}

// converse is handshake, checks, application data and the end.
func (p *endpoint) converse() error {
	o := p.c.options
	if err := p.begin(); err != nil {
		return err
	}
	if o.HandshakeTwice || o.NoOpExtraHandshake {
		if err := p.startAgain(); err != nil {
			return err
		}
	}
	if err := p.awaitMessage(); err != nil {
		return err
	}
	if done, err := p.announce(); done || err != nil {
		return err
	}
	switch {
	case o.WriteDifferentRecordSizes:
		if err := p.writeSizes(); err != nil {
			return err
		}
	case o.ShimWritesFirst || o.ReadWithUnfinishedWrite:
		if err := p.writeFirst(); err != nil {
			return err
		}
	}
	if !o.ShimShutsDown && !o.WriteDifferentRecordSizes {
		if err := p.echo(); err != nil {
			return err
		}
	}
	if err := p.checkLate(); err != nil {
		return err
	}
	return p.shutDown()
}

// begin makes the handshake, unless that is left to the first read or write, and the checks after it.
func (p *endpoint) begin() error {
	o := p.c.options
	if o.ImplicitHandshake {
		return nil
	}
	if err := p.handshake(); err != nil {
		return err
	}
	if p.zero.offering {
		if o.ExpectNoOfferEarlyData {
			return mismatch("early data offered", true, false)
		}
		return nil // the checks are made later
	}
	if err := p.check(); err != nil {
		return err
	}
	p.checked = true
	return nil
}

// startAgain asks for the handshake a second time, which may change nothing.
func (p *endpoint) startAgain() error {
	advance := p.finish
	if !p.c.options.HandshakeTwice {
		advance = p.handshake // half-RTT will do
	}
	if err := advance(); err != nil {
		return err
	}
	before := p.engine.State()
	err := p.engine.Start(&p.out, p.c.now)
	if p.out.Len() != 0 || p.engine.State() != before || p.engine.Err() != nil {
		return &faultError{what: fmt.Sprintf("a second start did something: %v", err)}
	}
	return nil
}

// echo reads until the peer ends, and writes every byte back with its bits turned over.
func (p *endpoint) echo() error {
	o := p.c.options
	size := 512
	if o.ReadSize > 0 {
		size = o.ReadSize
	}
	for {
		if o.KeyUpdateBeforeRead {
			if err := p.updateKeys(); err != nil {
				return err
			}
		}
		chunk, err := p.readUpTo(size)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		p.withheld = false
		if o.KeyUpdate {
			if err := p.updateKeys(); err != nil {
				return err
			}
		}
		for i := range chunk {
			chunk[i] ^= 0xff
		}
		if err := p.write(chunk); err != nil {
			return err
		}
	}
}

func (p *endpoint) updateKeys() error {
	return p.do(func(out *events.Output, now time.Time) error {
		return p.engine.UpdateKeys(out, now, messages.UpdateNotRequested)
	})
}

// readUpTo gives application data as it comes, at most size bytes. It returns [io.EOF] at close_notify, and also where the transport ends
// after the handshake.
func (p *endpoint) readUpTo(size int) ([]byte, error) {
	chunk, err := p.peek(size)
	if err == nil && p.c.options.PeekThenRead {
		again, err := p.peek(size)
		if err != nil || !bytes.Equal(chunk, again) {
			return nil, &faultError{what: fmt.Sprintf("data looked at twice is not the same: %v", err)}
		}
	}
	p.inbox = p.inbox[len(chunk):]
	return chunk, err
}

// peek is the same and leaves the data where it is.
func (p *endpoint) peek(size int) ([]byte, error) {
	for len(p.inbox) == 0 {
		if p.closed {
			return nil, io.EOF
		}
		if err := p.progress(); err != nil {
			if p.eof && p.engine.Completed() {
				return nil, io.EOF
			}
			return nil, err
		}
		if err := p.exportBetween(); err != nil {
			return nil, err
		}
	}
	return bytes.Clone(p.inbox[:min(size, len(p.inbox))]), nil
}

// shutDown ends the connection. Only with -check-close-notify is anything sent and awaited.
func (p *endpoint) shutDown() error {
	if !p.c.options.CheckCloseNotify {
		return nil
	}
	if err := p.finish(); err != nil {
		return err
	}
	if p.quic != nil {
		return nil // the transport has its own end
	}
	if p.eof && !p.closed {
		return uncleanError{}
	}
	p.evidence.closing = true
	if err := p.do(p.engine.CloseWrite); err != nil {
		return err
	}
	for !p.closed || len(p.inbox) > 0 {
		chunk, err := p.readUpTo(1)
		switch {
		case len(chunk) > 0:
			return named("APPLICATION_DATA_ON_SHUTDOWN", "data came where close_notify was due")
		case err == nil || p.closed:
		case errors.Is(err, io.EOF):
			return uncleanError{}
		default:
			return err
		}
	}
	return nil
}
