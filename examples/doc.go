// Package examples is where programs stand that use the engine:
//
//   - handshake shows a handshake as a ladder, in memory or with a real server.
//   - server and client are a pair to try TLS with from a shell.
//   - quic is both over QUIC, with a transport that is small enough to read.
package examples
