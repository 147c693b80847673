// Command bogo lets BoringSSL's test runner, BoGo, drive the engine.
//
// The runner starts one process per test. The process dials the runner's port, also when it plays the server, says whose it is, and does on
// that connection what its flags ask for; then it does so again for every resumption. It passes when it ends with status 0 and an empty
// standard error; a test that wants a failure looks for a word on standard error and for an alert on the connection.
//
// The parts, from the outside in:
//
//   - main.go and verdict.go: from an error to an exit status. Standard error is written in one place and only for a failure.
//   - process.go and connection.go: the connections of one run, their order, and how each begins and ends.
//   - config.go and config_*.go: what the flags mean. The structs are the table of flags: the tag of a field names its flag, the type of the
//     field says what value the flag takes and whether it may be repeated.
//   - table.go, parse.go and values.go: from the structs to a parser.
//
// A flag counts as understood only when the binding says that it honours it. Every other flag ends the run with the status that means
// "cannot be tried", so that no test passes because something it asked for was left out.
package main
