// Server is a TLS server to try clients against: it answers a request with a
// report of what was agreed on, or echoes.
//
// It exits with 1 when it cannot listen, 2 on bad usage or an unreadable file,
// and 3 when a flag asks for a feature that is not there. A client that fails
// is told of on stderr and changes nothing for the others.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/tacitls/tacitls/examples/internal/flags"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	err := run(os.Args[1:], os.Stdout, os.Stderr, stop)
	os.Exit(flags.Exit(os.Stderr, "server", err))
}

// run serves until stop is told.
func run(arguments []string, stdout, stderr io.Writer, stop <-chan os.Signal) error {
	o, err := parse(arguments, stderr)
	if err != nil {
		return err
	}
	s, err := newServer(o, stderr)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "listening %v\n", listener.Addr())
	go func() {
		<-stop
		listener.Close()
	}()
	return s.serve(listener)
}
