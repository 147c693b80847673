package main

import (
	"errors"
	"fmt"
	"io"
)

// status is what the process tells the runner when it ends.
type status int

const (
	statusPassed      status = 0
	statusFailed      status = 1  // what a test that wants a failure looks for
	statusUnsupported status = 89 // this test cannot be tried
	statusFault       status = 90 // failed, whatever the test wanted
)

// unsupportedError says that a test asks for something the shim does not have.
type unsupportedError struct{ what string }

func (e *unsupportedError) Error() string { return "cannot be tried: " + e.what }

// faultError says that the shim itself went wrong. A test that wants a failure must not take it for the failure it wants.
type faultError struct{ what string }

func (e *faultError) Error() string { return "the shim is at fault: " + e.what }

// mismatchError says that what a test expects is not so. No test wants it for its failure either.
type mismatchError struct {
	check string // its name
	what  string
}

func (e *mismatchError) Error() string { return "a check did not hold: " + e.what }

// isVerdict tells whether an error is one of those two, which no failure of the engine's may hide.
func isVerdict(err error) bool {
	_, fault := errors.AsType[*faultError](err)
	_, mismatch := errors.AsType[*mismatchError](err)
	return fault || mismatch
}

// report writes a failure to the standard error and returns the status that goes with it. A run without a failure writes nothing:
// the runner takes any text of a passing shim for a failure. Why a test cannot be tried is a note like others, on the standard output.
func report(stdout, stderr io.Writer, err error) status {
	if err == nil {
		return statusPassed
	}
	if _, unsupported := errors.AsType[*unsupportedError](err); unsupported {
		fmt.Fprintln(stdout, err)
		return statusUnsupported
	}
	fmt.Fprintln(stderr, err)
	if isVerdict(err) {
		return statusFault
	}
	return statusFailed
}
