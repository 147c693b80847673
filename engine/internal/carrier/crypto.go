package carrier

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// Crypto is one end's handshake over QUIC: bytes in and out at a level, and the
// secrets of the levels handed on (RFC 9001, Section 4.1). Packets, and the data in
// them, are the transport's.
type Crypto struct {
	options *Options
	// in are the bytes that wait, by level: part of a message, what came before its
	// keys, or all that comes while a question is open.
	in [events.Application + 1][]byte
	// out holds messages that wait to be handed on.
	out         []byte
	read, write events.Level // of messages; early data has none
	early       bool         // a client's keys for early data are in use
	initial     bool         // the keys of the level Initial are done with
}

// NewCrypto is the carrier of one end of QUIC.
func NewCrypto(options *Options) *Crypto { return &Crypto{options: options} }

// Reconfigure changes the options.
func (c *Crypto) Reconfigure(options *Options) { c.options = options }

// Receive keeps bytes of a level for Next. What is of a level that is done with, and
// new, is refused, and so is anything among the early data
// (RFC 9001, Section 4.1.3 and Section 8.3).
func (c *Crypto) Receive(out *events.Output, level events.Level, b []byte) error {
	switch {
	case level == events.EarlyData:
		return refuse.CryptoAtWrongLevel.With("among early data")
	case len(b) == 0:
		return nil
	case level < c.read:
		return refuse.CryptoAtWrongLevel.With("at %v, which is done with", level)
	case c.held()+len(b) > c.options.MaxHeld+c.options.MaxMessage:
		return refuse.TooMuchCrypto.With("the most is %d", c.options.MaxHeld+c.options.MaxMessage)
	}
	c.in[level] = append(c.in[level], b...)
	c.hear(out)
	return nil
}

// hear ends the level Initial on a server that is spoken to at the next, and has the
// keys for that.
func (c *Crypto) hear(out *events.Output) {
	if c.options.Role == events.Server && c.read == events.Handshake && len(c.in[events.Handshake]) > 0 {
		c.endInitial(out)
	}
}

// Room tells whether b can be kept while a question is open.
func (c *Crypto) Room(b []byte) bool { return c.held()+len(b) <= c.options.MaxHeld }

func (c *Crypto) held() int {
	held := 0
	for _, waiting := range c.in {
		held += len(waiting)
	}
	return held
}

// endInitial has the keys of the level Initial forgotten: by a client once it sends
// at the next level, by a server once it is spoken to there
// (RFC 9001, Section 4.9.1).
func (c *Crypto) endInitial(out *events.Output) {
	if !c.initial {
		c.initial = true
		out.Append(&events.DiscardKeys{Level: events.Initial})
	}
}

// Next takes the next message of the level that is read.
func (c *Crypto) Next() (Item, error) {
	raw, ok, err := takeMessage(&c.in[c.read], c.options.MaxMessage)
	if err != nil || !ok {
		return Item{}, err
	}
	return Item{Kind: Message, Bytes: raw}, nil
}

// Send implements [Carrier].
func (c *Crypto) Send(_ *events.Output, raw []byte) { c.out = append(c.out, raw...) }

// Flush implements [Carrier].
func (c *Crypto) Flush(out *events.Output) error {
	if len(c.out) == 0 {
		return nil
	}
	out.Sent(c.write, append(slices.Grow(out.Tail(), len(c.out)), c.out...))
	c.out = nil
	if c.write == events.Handshake && c.options.Role == events.Client {
		c.endInitial(out)
	}
	return nil
}

// Drop implements [Carrier].
func (c *Crypto) Drop() { c.out = nil }

// ReadKeys implements [Carrier]. Messages go on at their own level beside early data.
func (c *Crypto) ReadKeys(out *events.Output, level events.Level, suite *secrets.Suite, secret *secrets.Secret) error {
	if level != events.EarlyData {
		if !c.Aligned() {
			return refuse.KeyChangeInRecord
		}
		c.read = level
	}
	out.Append(&events.InstallKeys{Level: level, Direction: events.Read, Suite: suite.ID, Secret: *secret})
	c.hear(out)
	return nil
}

// WriteKeys implements [Carrier]. Those of the application end early data
// (RFC 9001, Section 4.9.3).
func (c *Crypto) WriteKeys(out *events.Output, level events.Level, suite *secrets.Suite, secret *secrets.Secret) error {
	if err := c.Flush(out); err != nil {
		return err
	}
	out.Append(&events.InstallKeys{Level: level, Direction: events.Write, Suite: suite.ID, Secret: *secret})
	switch level {
	case events.EarlyData:
		c.early = true
		return nil
	case events.Application:
		c.EndEarlyData(out)
	}
	c.write = level
	return nil
}

// EndEarlyData implements [Carrier].
func (c *Crypto) EndEarlyData(out *events.Output) {
	if c.early {
		c.early = false
		out.Append(&events.DiscardKeys{Level: events.EarlyData})
	}
}

// ReadLevel is the level of the messages that are read.
func (c *Crypto) ReadLevel() events.Level { return c.read }

// WriteLevel is the level of the messages that are written.
func (c *Crypto) WriteLevel() events.Level { return c.write }

// Aligned implements [Carrier].
func (c *Crypto) Aligned() bool { return len(c.in[c.read]) == 0 }

// Rest implements [Carrier]: there are no ciphers.
func (*Crypto) Rest() {}

// Close implements [Carrier].
func (c *Crypto) Close() {
	for level := range c.in {
		clear(c.in[level])
		c.in[level] = nil
	}
	c.out = nil
}

// Fork is a copy that shares nothing that changes.
func (c *Crypto) Fork() *Crypto {
	fork := *c
	fork.out = slices.Clone(c.out)
	for level := range c.in {
		fork.in[level] = slices.Clone(c.in[level])
	}
	return &fork
}
