// Package engine is TLS as a pure machine: bytes from the peer go in; bytes to
// send, questions and facts come out, in order. It never touches a socket, a
// clock, a file, a certificate or a private key, and it starts no goroutine.
//
// # A connection
//
// [NewClient] and [NewServer] make one end of one connection from a config.
// Who makes many compiles the config once, by [ClientConfig.Compile] or
// [ServerConfig.Compile], and makes them from the policy. A client begins with
// [Engine.Start]. What arrives goes to [Engine.Receive], in any split of the
// stream; the end of the transport to [Engine.ReceiveEOF]. [Engine.Write],
// [Engine.UpdateKeys], [Engine.IssueTicket], [Engine.CloseWrite] and
// [Engine.Abort] are what the caller may want by itself.
//
// Every one of these methods appends to the [events.Output] that it is given,
// and does all that can be done before it returns. The caller then walks
// through [events.Output.All] and does what each event says:
//
//   - an imperative, [events.Send], is carried out in its place in the order;
//   - a question, such as [events.VerifyPeer] or [events.Sign], is answered by
//     [Engine.Answer], inside the loop or at any later time;
//   - a fact, such as [events.DataReceived] or [events.HandshakeCompleted], is
//     there for whoever cares.
//
// [events.Output.Reset] then ends the life of the bytes. The example shows the
// whole loop. The packages under adapters are such loops for common transports
// and the ordinary answers.
//
// # What the caller promises
//
//   - One goroutine at a time uses an Engine, and one at a time an Output. Any
//     number of engines may share a policy, and a worker's engines its Output.
//   - Bytes of [events.Send] are written in order and completely before the
//     Output is reset. Buffers given to Receive are the engine's until then.
//   - A config does not change once an engine has been made from it.
//   - Rand gives entropy that nobody can foresee: crypto/rand's Reader.
//   - now does not run backwards by more than the clock of a machine does. It
//     decides on the age of tickets and nothing else in this package.
//   - Whoever answers [events.VerifyPeer] has verified the chain and the name.
//     The engine verifies that the peer has the key which the answer brings.
//
// # While a question is open
//
// The engine is parked: [Engine.Parked] gives the question, and nothing moves
// before its answer. Bytes of the peer's are held up to MaxHeld; beyond that
// Receive returns [ErrParked] and has consumed nothing. After the handshake there
// are [events.SealTicket] and, in TLS 1.3, the questions of an authentication of
// the client: they park reading alone, so that data can be written meanwhile. A
// renegotiation of TLS 1.2 asks what a handshake asks.
//
// # QUIC
//
// [NewQUICClient] and [NewQUICServer] make an end of the same handshake without
// records (RFC 9001). Bytes of CRYPTO frames go to [Engine.ReceiveCrypto] with their
// level, and [events.Send] says the level of those to send; [events.InstallKeys] and
// [events.DiscardKeys] bring the secrets of packets and tell when they have no more
// use; [events.ProvideTransportParameters] asks for the transport parameters. Data,
// its encryption, and the end of a connection are the caller's.
//
// # Errors
//
// There are three kinds. A fatal error is an [*Error]: the connection is over,
// every later call returns the same, the alert is in the output, and
// [events.Failed] is the last event; write what is there, then close. It names
// one [Refusal] of a catalogue, which [Refusals] lists. An error that is
// [ErrMisuse], [ErrNotReady] or [ErrClosed] tells of a call that cannot be, and
// has changed nothing. [ErrParked] is no mistake of anybody's.
//
// # Bounds
//
// No input panics, blocks or grows memory past these bounds: one handshake message
// of at most MaxMessage bytes and the record that ends it, one record in part,
// MaxHeld bytes while a question is open, 1024 extensions in a ClientHello. What
// may come without getting the connection on is counted: 32 empty records or
// change_cipher_spec records in a row, 4 user_canceled alerts, 32 key updates,
// tickets (256 on a connection of QUIC) or requests for a certificate and 4
// requests to renegotiate without data between them, 64 such requests that are
// declined on one connection, 16 URLs of a client's certificates, 16384 bytes of
// early data that is not taken.
//
// # The same inputs, the same outputs
//
// Time and entropy are inputs. Two engines with equal configs, which read equal
// bytes from Rand, and are given equal calls with equal answers, give equal
// events. So a handshake can be logged and replayed, and [Engine.Fork] copies
// one for a model checker.
//
// TLS 1.3 is there (RFC 8446), over byte streams and for QUIC, and TLS 1.2 where
// MinVersion or MaxVersion asks for it (RFC 5246). RFC 9846 revises RFC 8446
// and numbers its sections anew; citations here are of RFC 8446.
package engine
