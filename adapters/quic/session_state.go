package quic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// SessionState is a session to resume. It holds a secret, and prints none of it.
type SessionState struct {
	// Extra is the stack's own, kept with the session, and in a server's ticket:
	// append to it what can be told from other entries. At most [MaxExtra] bytes, with
	// two for each entry.
	Extra [][]byte
	// EarlyData tells that the session may be used for 0-RTT. Setting it to false
	// declines that.
	EarlyData bool

	session *events.Session
}

// MaxExtra is how many bytes the Extra of a session may have, with two for each entry.
const MaxExtra = engine.MaxTicketApplication - 1

func newSessionState(session *events.Session) *SessionState {
	return &SessionState{
		Extra: parseExtra(session.Application), EarlyData: session.MaxEarlyData > 0, session: session,
	}
}

// Session is the session as the engine has it, with what has been changed of it.
// Nothing but its own fields may be changed.
func (s *SessionState) Session() (*events.Session, error) {
	if s == nil || s.session == nil {
		return nil, errors.New("quic: the session is of another make")
	}
	extra, err := appendExtra(s.Extra)
	if err != nil {
		return nil, err
	}
	session := *s.session
	session.Application = extra
	if !s.EarlyData {
		session.MaxEarlyData = 0
	}
	return &session, nil
}

// Bytes gives the session in a form that [ParseSessionState] reads. It holds the secret
// in clear: encrypt it, or guard it like a key.
func (s *SessionState) Bytes() ([]byte, error) {
	session, err := s.Session()
	if err != nil {
		return nil, err
	}
	return session.Append(nil)
}

// ParseSessionState reads what Bytes gave, and copies it.
func ParseSessionState(data []byte) (*SessionState, error) {
	session, err := events.ParseSession(slices.Clone(data))
	if err != nil {
		return nil, fmt.Errorf("quic: %w", err)
	}
	return newSessionState(session), nil
}

// Format implements [fmt.Formatter]: no verb prints the secret.
func (s *SessionState) Format(f fmt.State, _ rune) {
	if s == nil || s.session == nil {
		_, _ = fmt.Fprint(f, "no session")
		return
	}
	_, _ = fmt.Fprintf(f, "%v, early data %t, %d extra", s.session, s.EarlyData, len(s.Extra))
}

// extraFormat is the first byte of what is kept with a session by this package.
const extraFormat = 1

// appendExtra is the Extra of a session as what is kept with it.
func appendExtra(extra [][]byte) ([]byte, error) {
	if len(extra) == 0 {
		return nil, nil
	}
	b := []byte{extraFormat}
	for _, entry := range extra {
		if len(entry)+2 > MaxExtra+1-len(b) {
			return nil, fmt.Errorf("quic: the extra data of a session has more than %d bytes", MaxExtra)
		}
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(entry))), entry...)
	}
	return b, nil
}

// parseExtra reads it. What is not of this package is none.
func parseExtra(b []byte) [][]byte {
	if len(b) == 0 || b[0] != extraFormat {
		return nil
	}
	var extra [][]byte
	for b = b[1:]; len(b) > 0; {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return nil
		}
		size := int(binary.BigEndian.Uint16(b))
		extra = append(extra, slices.Clone(b[2:2+size]))
		b = b[2+size:]
	}
	return extra
}

// copied is a copy whose fields are its own.
func (s *SessionState) copied() *SessionState {
	if s == nil {
		return nil
	}
	copied := *s
	copied.Extra = slices.Clone(s.Extra)
	for i, extra := range copied.Extra {
		copied.Extra[i] = slices.Clone(extra)
	}
	return &copied
}
