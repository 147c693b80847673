// Handshake shows a TLS handshake as a ladder: every message, record, key
// change, question and answer, then what was agreed on and what it took.
//
// Without flags a client and a server meet in memory. With -connect the client
// goes to a server over TCP, sends a request, and prints the answer.
package main

import (
	"io"
	"os"
	"time"

	"github.com/tacitls/tacitls/examples/internal/flags"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr, onTerminal(os.Stdout))
	os.Exit(flags.Exit(os.Stderr, "handshake", err))
}

func run(arguments []string, stdout, stderr io.Writer, colour bool) error {
	o, err := parse(arguments, stderr)
	if err != nil {
		return err
	}
	var teller narrator = &ladder{w: stdout, paint: palette(colour), bytes: o.verbose, server: o.connect}
	if o.json {
		teller = &jsonLines{w: stdout, bytes: o.verbose}
	}
	n := &account{narrator: teller, clock: time.Now}
	if o.connect != "" {
		return o.overTCP(n)
	}
	s, err := newScene(o)
	if err != nil {
		return err
	}
	return s.play(n)
}

// onTerminal tells whether colours make sense.
func onTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 &&
		os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
