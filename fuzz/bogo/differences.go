package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/engine"
)

// difference is something that the suite wants and the engine does otherwise, since a document decides so or leaves the choice. A test that
// comes to it can neither pass nor show anything, so that it counts as not tried: when what met looks for is seen on the connection, and by no name.
type difference struct {
	suite  string // what the suite wants
	engine string // what the engine does
	reason string // why, with the section
	tests  int    // how many tests of the suite end here
	met    func(m *meeting) bool
}

// meeting is a connection as far as it has come.
type meeting struct {
	*endpoint
	over  bool          // nothing more happens
	err   error         // how it ended
	fatal *engine.Error // the same, if the engine ended it
}

// refused tells whether the engine itself ended the connection by a refusal, with a detail in a state: an empty string is any.
func (m *meeting) refused(name, detail, state string) bool {
	return m.fatal != nil && !m.fatal.Received && m.fatal.Refusal.Name == name && strings.Contains(m.fatal.Detail, detail) && strings.Contains(m.fatal.State, state)
}

// succeeded tells whether the connection ended as it should, in the engine's eyes.
func (m *meeting) succeeded() bool { return m.over && m.fatal == nil && m.completion != nil }

// differs gives the difference that a connection has come to, or nil. Where it goes on, something new must have been seen.
func (p *endpoint) differs(err error, over bool) error {
	if !over && p.evidence.changes == p.looked {
		return nil
	}
	p.looked = p.evidence.changes
	m := &meeting{endpoint: p, over: over, err: err}
	errors.As(err, &m.fatal)
	for _, table := range [][]difference{differencesOfVersions, differencesOfHellos, differencesOfHandshakes, differencesOfConnections} {
		if at := slices.IndexFunc(table, func(d difference) bool { return d.met(m) }); at >= 0 {
			d := &table[at]
			return &unsupportedError{what: "the suite wants to " + d.suite + ", the engine " + d.engine + ": " + d.reason}
		}
	}
	return nil
}
