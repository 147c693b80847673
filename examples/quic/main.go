// Quic is a client and a server of QUIC, to see the engine shake hands where there are
// no records: the server echoes one stream, the client sends a request and prints a
// report of what was agreed on, a line of three dashes, and what came back. All of QUIC
// but the handshake is in internal/transport.
//
// It exits with 0 only if everything came back, with 1 when TLS, QUIC or the network
// failed, 2 on bad usage or an unreadable file.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/examples/quic/internal/transport"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	err := run(os.Args[1:], os.Stdout, os.Stderr, stop)
	os.Exit(flags.Exit(os.Stderr, "quic", named(err)))
}

// run runs the command that the first argument names.
func run(arguments []string, stdout, stderr io.Writer, stop <-chan os.Signal) error {
	command := ""
	if len(arguments) > 0 {
		command, arguments = arguments[0], arguments[1:]
	}
	switch command {
	case "server":
		o, err := parseServer(arguments, stderr)
		if err != nil {
			return err
		}
		return serve(o, stdout, stop)
	case "client":
		o, err := parseClient(arguments, stderr)
		if err != nil {
			return err
		}
		return call(o, stdout)
	}
	return flags.Bad("it is quic server or quic client, with -help for the flags of either")
}

// named gives an error of QUIC the form that failures have in these programs. One of the
// engine's has it already.
func named(err error) error {
	var fatal *engine.Error
	var closed *transport.Error
	switch {
	case errors.As(err, &fatal):
	case errors.As(err, &closed):
		sentence := "this end has closed the connection"
		if closed.Received {
			sentence = "the peer has closed the connection"
		}
		return &flags.Failure{Name: closed.Name(), Sentence: fmt.Sprintf("%s: %q", sentence, closed.Reason), Section: "RFC 9000, Section 20"}
	case errors.Is(err, transport.ErrHandshakeLost):
		return &flags.Failure{Name: "handshake_lost", Sentence: "the handshake has not been completed in time", Section: "RFC 9000, Section 10.1"}
	case errors.Is(err, transport.ErrIdle):
		return &flags.Failure{Name: "idle_timeout", Sentence: "nothing has come from the peer for too long", Section: "RFC 9000, Section 10.1"}
	case errors.Is(err, transport.ErrVersion):
		return &flags.Failure{Name: "version_mismatch", Sentence: "the server does not speak version 1", Section: "RFC 9000, Section 6"}
	}
	return err
}
