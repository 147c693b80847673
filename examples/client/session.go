package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
)

// readSession reads the session to resume. A file that is not there, or that
// is empty, is none.
func readSession(path string) (*events.Session, error) {
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(content) == 0:
		return nil, nil
	case err != nil:
		return nil, &flags.Usage{Err: fmt.Errorf("-session: %w", err)}
	}
	session, err := events.ParseSession(content)
	if err != nil {
		return nil, &flags.Usage{Err: fmt.Errorf("-session %s: %w", path, err)}
	}
	return session, nil
}

// trustsEarly tells whether early data may go to the server of the session: the engine
// sends none where it is to ask about the server anew, so it is asked about here.
func (o *options) trustsEarly(now time.Time) bool {
	s := o.resume
	if !o.earlyData || s == nil || !s.HasPeer() {
		return false
	}
	_, trusted := o.answers().Answer(now, &events.VerifyPeer{
		Role: events.Client, ServerName: o.serverName, Chain: s.PeerChain, RawKey: s.PeerRawKey, Delegated: s.PeerDelegated,
		OCSP: s.OCSP, SCTs: s.SCTs, OCSPChain: s.OCSPChain, SCTsChain: s.SCTsChain, Resumed: true,
	}).(*events.PeerVerified)
	return trusted
}

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
		if err := writeSession(f.path, event.Session); err != nil {
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

// writeSession puts a session into a file that its owner alone can read, since
// it holds a secret. The file is replaced as a whole.
func writeSession(path string, session *events.Session) error {
	content, err := session.Append(nil)
	if err != nil {
		return err
	}
	// A temporary file has mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), ".session-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
