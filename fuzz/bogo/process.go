package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// binding is what speaks TLS on the connections of one process. It keeps what outlives a connection: sessions and ticket keys.
type binding interface {
	// honours says whether the binding does what the flag asks for. The name has no dash and no prefix.
	honours(flag string) bool
	// exchange does everything the options ask for on one connection. It returns an *unsupportedError where a value, not a flag, is beyond it.
	exchange(c *connection) error
}

// started is the time at which every run begins. Only flags make it pass.
var started = time.Unix(1_700_000_000, 0)

// ofTheProcess are the flags that the process honours whatever the binding is.
var ofTheProcess = []string{"port", "ipv6", "shim-id", "resume-count", "is-handshaker-supported", "resumption-delay"}

// run is the whole life of the process. Notes go to stdout, which the runner shows with a failure; stderr belongs to report.
func run(arguments []string, stdout, stderr io.Writer, b binding) (result status) {
	defer func() {
		if v := recover(); v != nil {
			result = report(stdout, stderr, &faultError{what: fmt.Sprint(v)})
		}
	}()
	p, err := parse(arguments)
	if err != nil {
		return report(stdout, stderr, err)
	}
	if p.initial.IsHandshakerSupported {
		fmt.Fprintln(stdout, "No")
		return statusPassed
	}
	if err := p.within(b); err != nil {
		return report(stdout, stderr, err)
	}
	return report(stdout, stderr, p.connections(stdout, b))
}

// within checks that the binding honours every flag given.
func (p *plan) within(b binding) error {
	var missing []string
	for _, o := range []*options{p.initial, p.resume, p.retry} {
		for name := range o.given {
			if !slices.Contains(ofTheProcess, name) && !b.honours(name) && !slices.Contains(missing, "-"+name) {
				missing = append(missing, "-"+name)
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return &unsupportedError{what: strings.Join(missing, " ")}
}

// connections makes the first connection and the resumptions, one after the other, and ends with the first that fails.
func (p *plan) connections(notes io.Writer, b binding) error {
	if p.initial.ResumeCount < 0 {
		return &faultError{what: "fewer than no resumptions"}
	}
	now := started
	for i := range p.initial.ResumeCount + 1 {
		o := p.initial
		if i > 0 {
			o = p.resume
		}
		c, err := dial(o)
		if err != nil {
			return &faultError{what: err.Error()}
		}
		c.number, c.retry, c.now, c.notes = i, p.retry, now, notes
		err = b.exchange(c)
		if hangUpErr := c.hangUp(); hangUpErr != nil {
			fmt.Fprintf(notes, "connection %d: %v\n", i+1, hangUpErr)
		}
		if err != nil {
			return errors.Join(err, fmt.Errorf("connection %d failed", i+1))
		}
		now = now.Add(time.Duration(o.ResumptionDelay) * time.Second)
	}
	return nil
}
