package main

import "os"

func main() {
	os.Exit(int(run(os.Args[1:], os.Stdout, os.Stderr, unbound{})))
}

// unbound is the binding of a shim that has no engine: it honours nothing, so every test counts as one that cannot be tried.
type unbound struct{}

func (unbound) honours(string) bool { return false }

func (unbound) exchange(*connection) error {
	return &unsupportedError{what: "TLS, for want of an engine"}
}
