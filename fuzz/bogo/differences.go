package main

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/tacitls/tacitls/engine"
)

// difference is something that the suite wants and the engine does otherwise, since a document decides so or leaves the choice. A test that
// comes to it can neither pass nor show anything, so that it counts as not tried: when what met looks for is seen on a connection that has
// ended as the engine should have it end, and by no name.
type difference struct {
	suite  string // what the suite wants
	engine string // what the engine does
	reason string // why, with the section
	tests  int    // how many tests of the suite end here
	met    func(m *meeting) bool
}

// differenceOfCheck is one by which a check of the shim's does not hold.
type differenceOfCheck struct {
	checks []string // those that it may be
	difference
}

// meeting is a connection that is over.
type meeting struct {
	*endpoint
	err   error         // how it ended
	fatal *engine.Error // the same, if the engine ended it
}

// refused tells whether the engine itself ended the connection by a refusal, with a detail in a state: an empty string is any.
func (m *meeting) refused(name, detail, state string) bool {
	return m.fatal != nil && !m.fatal.Received && m.fatal.Refusal.Name == name && strings.Contains(m.fatal.Detail, detail) && strings.Contains(m.fatal.State, state)
}

// succeeded tells whether the connection ended as it should, in the engine's eyes.
func (m *meeting) succeeded() bool { return m.err == nil && m.completion != nil }

// stalled tells whether both ends of a connection in good order have waited for the other to speak.
func (m *meeting) stalled() bool {
	return m.completion != nil && m.engine.Err() == nil && m.engine.Parked() == nil && errors.Is(m.err, os.ErrDeadlineExceeded)
}

// hungUp tells whether the peer ended the connection without a word, before the handshake was complete.
func (m *meeting) hungUp() bool {
	return m.completion == nil && (m.refused("truncated", "", "") || m.fatal == nil && slices.ContainsFunc(
		[]error{io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE}, func(end error) bool { return errors.Is(m.err, end) }))
}

// differs gives the difference that a connection has come to, or nil, by how it ended. A check that did not hold is never hidden by a difference
// that is about something else.
func (p *endpoint) differs(err error) error {
	m := &meeting{endpoint: p, err: err}
	errors.As(err, &m.fatal)
	for _, d := range differencesFor(err) {
		if d.met(m) {
			return &unsupportedError{what: "the suite wants to " + d.suite + ", the engine " + d.engine + ": " + d.reason}
		}
	}
	return nil
}

// differencesFor are those that a connection which ended in this way may have come to.
func differencesFor(err error) []difference {
	if _, fault := errors.AsType[*faultError](err); fault {
		return nil
	}
	mismatched, ok := errors.AsType[*mismatchError](err)
	if !ok {
		return slices.Concat(differencesOfVersions, differencesOfHellos, differencesOfHandshakes, differencesOfConnections)
	}
	var about []difference
	for _, d := range differencesOfChecks {
		if slices.Contains(d.checks, mismatched.check) {
			about = append(about, d.difference)
		}
	}
	return about
}
