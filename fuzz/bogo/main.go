package main

import "os"

func main() {
	os.Exit(int(run(os.Args[1:], os.Stdout, os.Stderr, newDriven())))
}
