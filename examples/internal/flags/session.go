package flags

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tacitls/tacitls/events"
)

// ReadSession reads the session to resume. A file that is not there, or that
// is empty, is none.
func ReadSession(path string) (*events.Session, error) {
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(content) == 0:
		return nil, nil
	case err != nil:
		return nil, &Usage{fmt.Errorf("-session: %w", err)}
	}
	session, err := events.ParseSession(content)
	if err != nil {
		return nil, &Usage{fmt.Errorf("-session %s: %w", path, err)}
	}
	return session, nil
}

// WriteSession puts a session into a file that its owner alone can read, since
// it holds a secret. The file is replaced as a whole.
func WriteSession(path string, session *events.Session) error {
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
