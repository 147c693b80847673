// Package authenticator makes and checks exported authenticators (RFC 9261): proof
// that an end of a connection has the key of a certificate, made at any time after
// the handshake, carried by the application, and good for this connection alone.
//
// A [Session] is made once for each connection. Nothing in this package sends or
// receives, asks the engine anything, or moves it: requests and authenticators are
// bytes that the application carries, over the connection itself or by another way
// that is as well protected (RFC 9261, Section 4 and Section 5).
//
// # One end asks
//
//	request, err := session.Request(authenticator.Options{ServerName: "other.example"})
//	// request.Bytes() goes to the peer, and its answer comes
//	claim, err := session.Read(request, answer)
//	question := claim.VerifyPeer() // of the chain, for whoever verifies certificates
//	identity, err := claim.Verify(key)
//
// A claim says what the peer would have this end believe. Only what Verify gives is
// proved.
//
// # The other end answers
//
//	request, err := session.ReadRequest(received)
//	question := request.ChooseCredential() // for whoever has credentials
//	proof, err := session.Answer(request, credential)
//	question := proof.Sign() // for whoever has the key, now or later
//	answer, err := proof.Finish(signature)
//
// or [Session.Decline]. A server may do so without a request too, by what the
// ClientHello said: [Session.Spontaneous].
//
// The questions are those that an engine asks in a handshake, so that whatever
// answers those answers these. None of them is open or waits: their number is 0, and
// the answers go where the snippets above have them.
//
// # Contexts
//
// Each request has a context, which its authenticator repeats, and none serves twice
// on a connection. A Session remembers them, up to [MaxContexts], and refuses what
// would use one again: a replay, or a request that the peer copied.
//
// # Errors
//
// What a peer sent, or what cannot be made, is refused as one of the catalogue that
// [Refusals] lists; errors.Is compares with its names. A call that makes no sense
// gives an error that is [engine.ErrMisuse], one before the handshake is complete
// [engine.ErrNotReady], and one after the connection has failed its fatal error. None
// of them harms the connection: whether it goes on is for the application to say.
package authenticator
