// Package secrets holds the keys and hashes of TLS 1.3 and TLS 1.2: the transcript,
// the key schedule, the pseudorandom function, key exchange groups, signatures, and
// the protection of records and of QUIC's packets. What ends in 12 is of TLS 1.2
// alone.
//
// The package is pure. It reads no clock, no file and no random source of its
// own: entropy is an argument, so equal inputs give equal outputs. It knows
// codepoints and nothing of messages, states or sockets. The paths walked once
// per record or packet, and the derivations walked a dozen times per handshake,
// do not allocate.
//
// Everything here is a value a caller may copy, except where a type's
// documentation forbids it or names the one way to copy it. A copy of a Sealer shares nonces
// with its original, so at most one of the two may ever reach a peer.
package secrets
