package flags

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/tacitls/tacitls/engine"
)

// The exit statuses of the programs.
const (
	Success  = 0 // everything that was asked for
	Failed   = 1 // TLS or the network refused
	BadUsage = 2 // a flag makes no sense, or a file cannot be read
	NotThere = 3 // a flag asks for a feature that is not there
)

// Usage is an error of whoever typed the command line.
type Usage struct{ Err error }

func (u *Usage) Error() string { return u.Err.Error() }

// Unwrap gives Err.
func (u *Usage) Unwrap() error { return u.Err }

// Bad makes a Usage.
func Bad(format string, arguments ...any) error { return &Usage{fmt.Errorf(format, arguments...)} }

// Unsupported is a flag whose feature is not there.
type Unsupported struct{ Flag string }

func (u *Unsupported) Error() string { return "unsupported: -" + u.Flag }

// Failure is something asked for that a connection turned out not to have.
type Failure struct{ Name, Sentence, Section string }

func (f *Failure) Error() string { return fmt.Sprintf("%s: %s (%s)", f.Name, f.Sentence, f.Section) }

// Exit says on stderr what went wrong, and gives the exit status. A refusal of
// the engine is told by its name, alert, side and RFC section.
func Exit(stderr io.Writer, program string, err error) int {
	var bad *Usage
	var later *Unsupported
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return Success
	case errors.As(err, &later):
		fmt.Fprintln(stderr, later)
		return NotThere
	case errors.As(err, &bad), errors.Is(err, engine.ErrMisuse):
		fmt.Fprintf(stderr, "%s: %v\n", program, err)
		return BadUsage
	}
	fmt.Fprintf(stderr, "%s: %s\n", program, Describe(err))
	return Failed
}

// Describe is one line about a failure.
func Describe(err error) string {
	var fatal *engine.Error
	var failure *Failure
	if errors.As(err, &failure) {
		return failure.Error()
	}
	if !errors.As(err, &fatal) {
		return fmt.Sprintf("io_failure: %v", err)
	}
	direction := "sent"
	switch {
	case fatal.Received:
		direction = "received"
	case fatal.Refusal.Name == "truncated":
		return fmt.Sprintf("%s: %s (no alert, side %s, %s)", fatal.Refusal.Name, fatal.Refusal.Sentence,
			fatal.Side(), fatal.Refusal.Section)
	}
	line := fatal.Refusal.Name + ": " + fatal.Refusal.Sentence
	if fatal.Detail != "" && fatal.Detail != fatal.Alert.String() {
		line += ": " + fatal.Detail
	}
	return fmt.Sprintf("%s (alert %v %s, side %s, %s)", line, fatal.Alert, direction, fatal.Side(), fatal.Refusal.Section)
}
