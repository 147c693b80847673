package transport

import (
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// levelKeys are those of one level; nil where there are none yet, or none any more.
type levelKeys struct {
	read, write *secrets.PacketProtection
}

// forget overwrites them.
func (k *levelKeys) forget() {
	for _, keys := range []*secrets.PacketProtection{k.read, k.write} {
		if keys != nil {
			keys.Wipe()
		}
	}
	*k = levelKeys{}
}

// keyUpdate is what key updates need beside the keys of the level Application. A packet
// says by one bit which of two sets protects it: the one in use, or another, which is
// the next, or for a while after an update the one before. Both are made ahead, so that
// the time that a packet takes tells nobody which it was (RFC 9001, Section 6.3 and
// Section 6.5).
type keyUpdate struct {
	phase bool                      // of what is sent, and read by the keys in use
	other *secrets.PacketProtection // for reading in the other phase
	old   bool                      // other is the set before
	until time.Time                 // when it gives way to the next; zero if that waits

	readFrom uint64 // the least packet that was read in this phase
	sentFrom uint64 // the first packet that is sent in this phase
	acked    bool   // the peer has acknowledged one of this phase
	asked    bool   // an update is to be made when it can be
	count    int    // of updates
}

// install takes a secret of the engine's, or one of the level Initial.
func (c *Conn) install(level events.Level, direction events.Direction, id messages.CipherSuite, secret *secrets.Secret) error {
	suite, _ := secrets.LookupSuite(id)
	keys, err := secrets.NewPacketProtection(version, suite, secret)
	if err != nil {
		return err
	}
	if direction == events.Write {
		c.keys[level].write = keys
		return nil
	}
	c.keys[level].read = keys
	if level == events.Application {
		c.update.other, err = keys.Next()
		c.update.readFrom = maxVarint
	}
	return err
}

// installInitial makes the keys of Initial packets (RFC 9001, Section 5.2).
func (c *Conn) installInitial(connectionID []byte) error {
	client, server, err := secrets.InitialSecrets(version, connectionID)
	if err != nil {
		return err
	}
	reads, writes := &server, &client
	if c.role == events.Server {
		reads, writes = &client, &server
	}
	if err := c.install(events.Initial, events.Read, messages.TLS_AES_128_GCM_SHA256, reads); err != nil {
		return err
	}
	return c.install(events.Initial, events.Write, messages.TLS_AES_128_GCM_SHA256, writes)
}

// discard forgets the keys of a level, and what was under way at it
// (RFC 9001, Section 4.9).
func (c *Conn) discard(level events.Level) {
	c.keys[level].forget()
	if level == events.EarlyData {
		return // its packets are acknowledged at the level Application
	}
	for i := range c.space(level).under {
		c.inFlight -= c.space(level).under[i].size
	}
	*c.space(level) = space{}
	c.probes = 0
}

// forget overwrites all keys.
func (c *Conn) forget() {
	for level := range c.keys {
		c.keys[level].forget()
	}
	(&levelKeys{read: c.update.other}).forget()
}

// UpdateKeys has the keys for data in both directions change, as soon as the handshake is
// confirmed and the peer has acknowledged a packet under those in use
// (RFC 9001, Section 6.1).
func (c *Conn) UpdateKeys() { c.update.asked = true }

// KeyUpdates is how often the keys for data have changed, whoever began.
func (c *Conn) KeyUpdates() int { return c.update.count }

// openShort removes the protection of a short packet's payload, by the keys of the phase
// that it says.
func (c *Conn) openShort(now time.Time, p *packet) (payload []byte, ok bool, err error) {
	c.refreshKeys(now)
	u := &c.update
	if p.phase() == u.phase {
		if payload, ok = p.open(c.keys[events.Application].read); ok {
			c.readInPhase(now, p.number)
		}
		return payload, ok, nil
	}
	if payload, ok = p.open(u.other); !ok {
		return nil, false, nil
	}
	if u.old {
		if p.number > u.readFrom {
			return nil, false, refuse(codeKeyUpdate, 0, "packet %d is under older keys than packet %d", p.number, u.readFrom)
		}
		return payload, true, nil
	}
	// The peer has updated its keys: this end answers in kind (RFC 9001, Section 6.2).
	if err := c.turnKeys(); err != nil {
		return nil, false, err
	}
	c.readInPhase(now, p.number)
	return payload, true, nil
}

// readInPhase notes a packet under the keys in use: those before it are kept for a while
// longer.
func (c *Conn) readInPhase(now time.Time, number uint64) {
	u := &c.update
	u.readFrom = min(u.readFrom, number)
	if u.old && u.until.IsZero() {
		u.until = now.Add(drainTime * c.rtt.timeout())
	}
}

// refreshKeys puts the next keys for reading in the place of those before the last
// update, when their time is over.
func (c *Conn) refreshKeys(now time.Time) {
	u := &c.update
	if !u.old || u.until.IsZero() || now.Before(u.until) {
		return
	}
	next, err := c.keys[events.Application].read.Next()
	if err != nil {
		return // the keys are gone
	}
	u.other.Wipe()
	u.other, u.old, u.until = next, false, time.Time{}
}

// turnKeys goes on to the next keys in both directions.
func (c *Conn) turnKeys() error {
	u, keys := &c.update, &c.keys[events.Application]
	write, err := keys.write.Next()
	if err != nil {
		return err
	}
	keys.write.Wipe()
	keys.write = write
	keys.read, u.other = u.other, keys.read
	*u = keyUpdate{
		phase: !u.phase, other: u.other, old: true, readFrom: maxVarint,
		sentFrom: c.space(events.Application).next, count: u.count + 1,
	}
	return nil
}

// spareSeals is how many packets are left to a key when it is to be updated.
const spareSeals = 1 << 10

// updateDue makes an update that was asked for, or that the key needs, if it may be made
// now (RFC 9001, Section 6.1 and Section 6.6).
func (c *Conn) updateDue(now time.Time) error {
	c.refreshKeys(now)
	keys, u := c.keys[events.Application].write, &c.update
	if keys == nil || !c.engine.Confirmed() || u.old || !u.acked {
		return nil
	}
	limit := keys.Suite().PacketLimit - spareSeals
	if c.config.UpdateAfter > 0 {
		limit = min(limit, c.config.UpdateAfter)
	}
	if !u.asked && keys.Sealed() < limit {
		return nil
	}
	return c.turnKeys()
}
