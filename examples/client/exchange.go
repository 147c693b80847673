package main

import (
	"errors"
	"io"

	"github.com/tacitls/tacitls/examples/internal/link"
)

// fetch sends a request, or what is left of it, and prints the answer up to the server's close_notify.
func fetch(l *link.Link, request string, stdout io.Writer) error {
	// A server that takes no more may have said why.
	if request != "" {
		_ = l.Write([]byte(request))
	}
	if err := printAll(l, stdout); err != nil {
		return err
	}
	// Whether a server that has closed still hears this is its own affair.
	_ = l.CloseWrite()
	return nil
}

// echoPiece is how much is sent before it is awaited back, in bytes: less than
// a network holds, so that neither end waits for the other to read.
const echoPiece = 1 << 14

// echo sends a request, prints as much as was sent when it comes back, and
// closes. So many bytes of it as the server took as early data are sent already.
func echo(l *link.Link, request string, sent int, stdout io.Writer) error {
	for len(request) > 0 {
		n := sent
		if n == 0 {
			n = min(len(request), echoPiece)
			// A server that takes no more may have said why.
			_ = l.Write([]byte(request[:n]))
		}
		sent = 0
		for missing := n; missing > 0; {
			data, err := l.Read()
			if errors.Is(err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			if err != nil {
				return err
			}
			if _, err := stdout.Write(data); err != nil {
				return err
			}
			missing -= len(data)
		}
		request = request[n:]
	}
	_ = l.CloseWrite()
	return printAll(l, stdout)
}

func printAll(l *link.Link, stdout io.Writer) error {
	for {
		data, err := l.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if _, err := stdout.Write(data); err != nil {
			return err
		}
	}
}
