package transport

import (
	"bytes"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// The transport parameters that mean something here (RFC 9000, Section 18.2).
const (
	parameterOriginal         = 0x00 // original_destination_connection_id
	parameterIdle             = 0x01 // max_idle_timeout, in milliseconds
	parameterResetToken       = 0x02
	parameterMaxDatagram      = 0x03 // max_udp_payload_size
	parameterMaxData          = 0x04 // initial_max_data
	parameterStreamDataLocal  = 0x05 // initial_max_stream_data_bidi_local
	parameterStreamDataRemote = 0x06 // initial_max_stream_data_bidi_remote
	parameterStreamDataUni    = 0x07
	parameterStreams          = 0x08 // initial_max_streams_bidi
	parameterStreamsUni       = 0x09
	parameterAckExponent      = 0x0a
	parameterAckDelay         = 0x0b // max_ack_delay, in milliseconds
	parameterNoMigration      = 0x0c // disable_active_migration
	parameterPreferredAddress = 0x0d
	parameterActiveIDs        = 0x0e // active_connection_id_limit
	parameterSource           = 0x0f // initial_source_connection_id
	parameterRetrySource      = 0x10 // retry_source_connection_id
)

// parameters are what an end has told of itself. Connection IDs are nil where there is
// none, and have no bytes where it has none.
type parameters struct {
	original, source, retrySource []byte

	idle, maxData                     uint64
	streamDataLocal, streamDataRemote uint64
	streams, ids                      uint64
}

// integer is where an integer of the parameters is kept, and what it may be. Those that
// nothing here goes by are read to be checked.
type integer struct {
	at          *uint64
	least, most uint64
}

func (p *parameters) integer(id uint64) (integer, bool) {
	const maxStreams, maxExponent, maxDelay = 1 << 60, 20, 1<<14 - 1
	switch id {
	case parameterIdle:
		return integer{&p.idle, 0, maxVarint}, true
	case parameterMaxDatagram:
		return integer{new(uint64), maxDatagram, maxVarint}, true
	case parameterMaxData:
		return integer{&p.maxData, 0, maxVarint}, true
	case parameterStreamDataLocal:
		return integer{&p.streamDataLocal, 0, maxVarint}, true
	case parameterStreamDataRemote:
		return integer{&p.streamDataRemote, 0, maxVarint}, true
	case parameterStreamDataUni:
		return integer{new(uint64), 0, maxVarint}, true
	case parameterStreams:
		return integer{&p.streams, 0, maxStreams}, true
	case parameterStreamsUni:
		return integer{new(uint64), 0, maxStreams}, true
	case parameterAckExponent:
		return integer{new(uint64), 0, maxExponent}, true
	case parameterAckDelay:
		return integer{new(uint64), 0, maxDelay}, true
	case parameterActiveIDs:
		return integer{&p.ids, 2, maxVarint}, true
	}
	return integer{}, false
}

// identifier is where a connection ID of the parameters is kept.
func (p *parameters) identifier(id uint64) *[]byte {
	switch id {
	case parameterOriginal:
		return &p.original
	case parameterSource:
		return &p.source
	case parameterRetrySource:
		return &p.retrySource
	}
	return nil
}

// parseParameters reads what an end of a role has sent. Nothing of b is kept.
func parseParameters(b []byte, from events.Role) (*parameters, error) {
	p := &parameters{ids: maxPeerIDs}
	bad := func(id uint64) error {
		return refuse(codeTransportParameter, frameCrypto, "transport parameter %#x", id)
	}
	seen := map[uint64]bool{}
	for r := (reader{b: b}); len(r.b) > 0; {
		id := r.varint()
		value := reader{b: r.opaque()}
		if r.bad || seen[id] || from == events.Client && serversAlone(id) {
			return nil, bad(id)
		}
		seen[id] = true
		if number, ok := p.integer(id); ok {
			*number.at = value.varint()
			if value.bad || len(value.b) > 0 || *number.at < number.least || *number.at > number.most {
				return nil, bad(id)
			}
			continue
		}
		if at := p.identifier(id); at != nil {
			if len(value.b) > secrets.MaxConnectionID {
				return nil, bad(id)
			}
			*at = append([]byte{}, value.b...)
		}
		if id == parameterResetToken && len(value.b) != resetTokenLen || id == parameterNoMigration && len(value.b) != 0 {
			return nil, bad(id)
		}
	}
	return p, nil
}

// serversAlone tells whether only a server may send a parameter.
func serversAlone(id uint64) bool {
	switch id {
	case parameterOriginal, parameterResetToken, parameterPreferredAddress, parameterRetrySource:
		return true
	}
	return false
}

// ownParameters are those of this end, encoded.
func (c *Conn) ownParameters() []byte {
	var b []byte
	number := func(id, value uint64) {
		b = appendVarint(appendVarint(appendVarint(b, id), uint64(varintLen(value))), value)
	}
	identifier := func(id uint64, value []byte) { b = appendOpaque(appendVarint(b, id), value) }
	identifier(parameterSource, c.id)
	if c.role == events.Server {
		identifier(parameterOriginal, c.original)
		if c.retrySource != nil {
			identifier(parameterRetrySource, c.retrySource)
		}
		number(parameterStreams, 1)
	}
	number(parameterIdle, uint64(c.config.IdleTimeout/time.Millisecond))
	number(parameterMaxDatagram, takenDatagram)
	number(parameterMaxData, window)
	number(parameterStreamDataLocal, window)
	number(parameterStreamDataRemote, window)
	return appendVarint(appendVarint(b, parameterNoMigration), 0)
}

// takeParameters takes the peer's, once they come.
func (c *Conn) takeParameters(encoded []byte) error {
	p, err := parseParameters(encoded, c.role.Peer())
	if err != nil {
		return err
	}
	// Whoever is between the ends has changed no identifier (RFC 9000, Section 7.3).
	same := p.source != nil && bytes.Equal(p.source, c.firstPeerID)
	if c.role == events.Client {
		same = same && p.original != nil && bytes.Equal(p.original, c.original) &&
			(p.retrySource == nil) == (c.retrySource == nil) && bytes.Equal(p.retrySource, c.retrySource)
	}
	if !same {
		return refuse(codeTransportParameter, frameCrypto, "the connection IDs are not those of the packets")
	}
	c.peer = p
	c.useLimits(p)
	return nil
}

// useLimits takes the limits of the data that the peer takes on the stream.
func (c *Conn) useLimits(p *parameters) {
	own := p.streamDataRemote // of a stream that the sender of p did not open
	if c.role == events.Server {
		own = p.streamDataLocal
	}
	c.stream.maxStreamData, c.stream.maxData = own, p.maxData
	c.stream.allowed = c.role == events.Server || p.streams > 0
}

// offers tells whether the limits of p are not below those of another, as a server's
// that takes early data are not to be below those that the client remembers
// (RFC 9000, Section 7.4.1).
func (p *parameters) offers(remembered *parameters) bool {
	return p.maxData >= remembered.maxData && p.streamDataRemote >= remembered.streamDataRemote &&
		p.streamDataLocal >= remembered.streamDataLocal && p.streams >= remembered.streams && p.ids >= remembered.ids
}
