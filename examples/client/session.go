package main

import (
	"errors"
	"os"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
)

// sessionFile keeps the newest session of a connection, from the moment it comes.
// Where none comes, one of TLS 1.2 serves again.
type sessionFile struct {
	path   string // or empty
	engine *engine.Engine
	named  bool  // the connection has the session that the file holds
	failed error // why the file is not what it should be
}

func (f *sessionFile) note(event events.Event) {
	if f.path == "" {
		return
	}
	var fatal *engine.Error
	switch event := event.(type) {
	case *events.HandshakeCompleted:
		f.named = f.named || event.Connection.Resumed
	case *events.TicketReceived:
		if err := flags.WriteSession(f.path, event.Session); err != nil {
			f.failed = err
			return
		}
		f.named = true
	case *events.Failed:
		// One of TLS 1.2 does not outlive a failure of its connection, unless that
		// was only cut off (RFC 5246, Section 7.2.2).
		cut := errors.As(event.Err, &fatal) && fatal.Refusal.Name == "truncated"
		c := f.engine.Connection()
		if c.Version == messages.TLS12 && (f.named || c.Resumed) && !cut {
			f.failed = os.Remove(f.path)
		}
	}
}
