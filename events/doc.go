// Package events is the vocabulary between an engine and its caller: types only.
//
// The grammar of a name tells who must do what.
//
//   - Imperative: the caller must do it, in the order of the stream.
//     [Send], [InstallKeys], [DiscardKeys].
//   - A question: the caller must answer it, at once or later, and the engine
//     waits. [ChooseConfig], [ChooseCredential], [VerifyPeer], [Sign],
//     [OpenTicket], [SealTicket], and in TLS 1.2 [FindSession], [Decrypt], [OfferPSK],
//     [ChoosePSK], [ProvideSupplementalData], [FetchCertificates]. Every question has
//     methods that build its answers; the engine's method Answer takes them.
//   - Past tense: it happened, and the caller may care. [PeerHelloReceived],
//     [KeysChanged], [SecretDerived], [HandshakeCompleted], [DataReceived],
//     [TicketReceived], [SessionEstablished], [FalseStarted],
//     [SupplementalDataReceived], [RenegotiationRequested], [RenegotiationDeclined],
//     [WarningReceived], [PeerClosed], [Failed] and the traces [MessageSent],
//     [MessageReceived], [RecordSent], [RecordReceived].
//
// An engine appends events to an [Output] that the caller owns. The order of
// that list is the order of the protocol: "send these bytes under the old key,
// then change the key" is two events, one after the other.
package events
