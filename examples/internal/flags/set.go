// Package flags reads the command lines of the example programs: flags that
// are known but whose feature is not there yet, lists of IANA names, versions,
// key pairs and files, and the exit status that goes with each kind of error.
package flags

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// Set is a flag.FlagSet that knows flags of features yet to come.
type Set struct {
	*flag.FlagSet
	later map[string]bool
}

// New makes a Set for a program. What it prints about usage goes to usage.
func New(program string, usage io.Writer) *Set {
	s := &Set{FlagSet: flag.NewFlagSet(program, flag.ContinueOnError), later: map[string]bool{}}
	s.SetOutput(io.Discard)
	s.Usage = func() {
		s.SetOutput(usage)
		fmt.Fprintf(usage, "usage: %s [flags]\n", program)
		s.PrintDefaults()
		s.SetOutput(io.Discard)
	}
	return s
}

// LaterString defines a flag whose feature is not there: it parses, and asking for
// anything with it is an [Unsupported].
func (s *Set) LaterString(name, usage string) {
	s.String(name, "", usage+" (unsupported)")
	s.later[name] = true
}

// Parse reads the arguments. The error is flag.ErrHelp, a [Usage] or an
// [Unsupported].
func (s *Set) Parse(arguments []string) error {
	switch err := s.FlagSet.Parse(arguments); {
	case err == flag.ErrHelp:
		return err
	case err != nil:
		return &Usage{err}
	case s.NArg() > 0:
		return Bad("unexpected argument %q", s.Arg(0))
	}
	var err error
	s.Visit(func(f *flag.Flag) {
		if err == nil && s.later[f.Name] && f.Value.String() != f.DefValue {
			err = &Unsupported{f.Name}
		}
	})
	return err
}

// Strings is a flag that may be given more than once.
type Strings []string

// String implements flag.Value.
func (l *Strings) String() string { return strings.Join(*l, ",") }

// Set implements flag.Value.
func (l *Strings) Set(value string) error {
	*l = append(*l, value)
	return nil
}
