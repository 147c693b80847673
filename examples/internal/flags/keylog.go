package flags

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/tacitls/tacitls/events"
)

// KeyLog writes the secrets of connections in the format that SSLKEYLOGFILE
// names, so that Wireshark can read them. Whoever reads the file can read the
// connections.
type KeyLog struct {
	mu sync.Mutex
	w  io.Writer
}

// OpenKeyLog opens a key log to append to, readable by its owner alone if it
// is new. An empty path is nil, and a nil KeyLog logs nothing.
func OpenKeyLog(path string) (*KeyLog, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, &Usage{fmt.Errorf("-keylog: %w", err)}
	}
	return &KeyLog{w: file}, nil
}

// Note writes the line of an event that brings a secret. Lines of connections
// that run at once do not mix.
func (k *KeyLog) Note(event events.Event) {
	derived, ok := event.(*events.SecretDerived)
	if k == nil || !ok {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	// A key log that cannot be written is no reason to end a connection.
	_, _ = fmt.Fprintf(k.w, "%s %x %x\n", derived.Label, derived.ClientRandom, derived.Secret.Bytes())
}
