// Package quic is for QUIC stacks that are written for crypto/tls: it has the types,
// the methods and the events of its QUICConn, in the same order, over an engine. A
// stack changes its import, and where it makes a connection.
//
//	conn := quic.QUICServer(&quic.QUICConfig{Server: config, Answers: answers})
//	conn.SetTransportParameters(parameters)
//	err := conn.Start(ctx)
//	for event := conn.NextEvent(); event.Kind != quic.QUICNoEvent; event = conn.NextEvent() {
//		...
//	}
//
// A connection is a struct: no method starts a goroutine, or waits for anything but the
// config's Answers. One that nobody goes on with has nothing to be stopped.
//
// # What is the same
//
// Levels, kinds of events, the options of tickets, AlertError and ConnectionState are
// those of crypto/tls itself, by alias: other code of a stack may have them in its
// signatures, and looks for the alert in an error by errors.As. QUICEvent, QUICConfig
// and SessionState are this package's own, since those of crypto/tls have fields that
// only crypto/tls can fill.
//
// # What is other
//
//   - QUICConfig holds configs of the engine and an answerer, in place of a *tls.Config.
//     Either config has to name an application protocol. It is compiled once: keep one
//     for all connections.
//   - A server that is given its parameters late, after
//     QUICTransportParametersRequired, has the secret of 0-RTT packets behind that,
//     with those by which it can answer.
//   - 0-RTT is off by default. A client's config has EarlyData, a server's MaxEarlyData, any
//     number; its Answers take early data, as [answer.Server] does with a
//     [answer.ReplayGuard]. crypto/tls has no guard against replays, and takes it
//     wherever the ticket and QUICResumeSession allow it.
//   - The Data of an event is the stack's own, and stays as it is.
//   - SendSessionTicket may be called again. Tickets are for 0-RTT only where the
//     config has MaxEarlyData.
//   - A session is given to one connection. QUICResumeSession comes on a server when the
//     client has proved that it owns the session, and not before.
//   - Handshake data of a level whose keys are still to come is kept, and not refused.
//   - Export is in place of ConnectionState().ExportKeyingMaterial, which panics.
//
// # What QUICConn does not have
//
//   - An answer may come late: where Answers gives nil, QUICQuestion brings the question,
//     and [QUICConn.Answer] goes on. Until then the connection costs what its state
//     does. Who knows no such event passes over it, and its own timer ends the handshake.
//   - [QUICConn.Fork] copies a connection, and with the same Rand, Now, answers and calls
//     a connection gives the same events: it can be replayed from a log.
//   - [QUICConn.ConfirmHandshake], QUICDiscardKeys and QUICHandshakeConfirmed tell when
//     keys have no more use (RFC 9001, Section 4.9).
//   - [QUICErrorCode] gives the code of the connection error, where an alert is not the
//     one that QUIC wants.
//
// # Stacks that exist
//
// golang.org/x/net/quic and github.com/quic-go/quic-go make their QUICConn themselves,
// from a *tls.Config that their users give, so that no setting of theirs brings this
// package in. What either has to change is the edits in adapters/quic/interop, a module
// whose tests make them in a copy, and have it talk to the original over UDP, in both
// roles:
//
//   - golang.org/x/net/quic changes the import of crypto/tls in tls.go, conn.go and
//     config.go, and has a *QUICConfig in its Config in place of a *tls.Config. Its loop
//     over events stays as it is.
//   - quic-go, in internal/handshake/crypto_setup.go, changes the types of its QUICConn and
//     its QUICEvent, and the calls of QUICClient and QUICServer. It wants
//     EnableSessionEvents. 0-RTT works in both roles. http3 wraps tickets by the
//     WrapSession and UnwrapSession of a *tls.Config; here these are the answers to
//     SealTicket and OpenTicket.
//
// Both know the suites with AES-GCM and ChaCha20-Poly1305, and no others.
package quic
