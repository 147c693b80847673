package carrier

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Carrier takes the messages of a handshake across a transport, and knows under
// which keys they travel.
type Carrier interface {
	// Send has a message with its header wait, Flush sends what waits, and Drop
	// forgets it.
	Send(out *events.Output, raw []byte)
	Flush(out *events.Output) error
	Drop()
	// ReadKeys and WriteKeys put what follows under new keys. WriteKeys sends what waits
	// before.
	ReadKeys(out *events.Output, level events.Level, suite *secrets.Suite, secret *secrets.Secret) error
	WriteKeys(out *events.Output, level events.Level, suite *secrets.Suite, secret *secrets.Secret) error
	// EndEarlyData tells that the server takes none of it.
	EndEarlyData(out *events.Output)
	ReadLevel() events.Level
	WriteLevel() events.Level
	// Aligned tells that nothing has come behind the last message, so that keys may
	// change.
	Aligned() bool
	// Rest lets go of what can be made anew, Close of everything.
	Rest()
	Close()
}

// takeMessage takes the first message off what has come, if it is there in whole.
func takeMessage(waiting *[]byte, most int) (raw []byte, ok bool, err error) {
	kind, size, ok := messages.ParseHandshakeHeader(*waiting)
	if !ok {
		return nil, false, nil
	}
	size += messages.HandshakeHeaderLen
	if size > most {
		return nil, false, refuse.MessageTooLarge.With("%v of %d bytes", kind, size)
	}
	if len(*waiting) < size {
		return nil, false, nil
	}
	if len(*waiting) == size {
		raw, *waiting = *waiting, nil
		return raw, true, nil
	}
	raw = slices.Clone((*waiting)[:size])
	*waiting = (*waiting)[size:]
	return raw, true, nil
}
