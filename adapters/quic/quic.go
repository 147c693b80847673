package quic

import (
	"crypto/tls"
	"fmt"

	"github.com/tacitls/tacitls/events"
)

// What is of crypto/tls itself, under the names that it has there: a stack can hand
// these to code that knows them from there.
type (
	// QUICEncryptionLevel is which keys protect a byte.
	QUICEncryptionLevel = tls.QUICEncryptionLevel
	// QUICEventKind says what a [QUICEvent] is.
	QUICEventKind = tls.QUICEventKind
	// QUICSessionTicketOptions are for [QUICConn.SendSessionTicket]: EarlyData lets
	// the ticket be used for 0-RTT, where the config has MaxEarlyData; Extra comes
	// back in the [SessionState] when a client presents the ticket, at most
	// [MaxExtra] bytes with two for each entry.
	QUICSessionTicketOptions = tls.QUICSessionTicketOptions
	// AlertError is what every error of this package wraps.
	AlertError = tls.AlertError
	// ConnectionState is what [QUICConn.ConnectionState] gives.
	ConnectionState = tls.ConnectionState
)

// The encryption levels (RFC 9001, Section 4).
const (
	QUICEncryptionLevelInitial     = tls.QUICEncryptionLevelInitial
	QUICEncryptionLevelEarly       = tls.QUICEncryptionLevelEarly
	QUICEncryptionLevelHandshake   = tls.QUICEncryptionLevelHandshake
	QUICEncryptionLevelApplication = tls.QUICEncryptionLevelApplication
)

// The kinds of events that QUICConn of crypto/tls has too. They come in the same
// order as there.
const (
	// QUICNoEvent tells that there is nothing more for now.
	QUICNoEvent = tls.QUICNoEvent
	// QUICSetReadSecret and QUICSetWriteSecret bring the secret of a level and a
	// direction as Data, with Level and Suite. Those of the level Initial are the
	// stack's own (RFC 9001, Section 5.2).
	QUICSetReadSecret  = tls.QUICSetReadSecret
	QUICSetWriteSecret = tls.QUICSetWriteSecret
	// QUICWriteData brings Data for CRYPTO frames of a Level.
	QUICWriteData = tls.QUICWriteData
	// QUICTransportParameters brings the peer's transport parameters as Data. Before
	// QUICHandshakeDone they are not authenticated (RFC 9001, Section 8.2).
	QUICTransportParameters = tls.QUICTransportParameters
	// QUICTransportParametersRequired asks for [QUICConn.SetTransportParameters]. It
	// does not come if they are there already.
	QUICTransportParametersRequired = tls.QUICTransportParametersRequired
	// QUICRejectedEarlyData tells a client that the server has taken none of its 0-RTT
	// packets.
	QUICRejectedEarlyData = tls.QUICRejectedEarlyData
	// QUICHandshakeDone tells that the handshake is complete. The secret for reading
	// 1-RTT packets comes right behind it.
	QUICHandshakeDone = tls.QUICHandshakeDone
	// QUICResumeSession tells of the session that is resumed, where the config has
	// EnableSessionEvents: a client that is about to offer it, a server whose ticket
	// the client has presented and proved to own. Until the next call of NextEvent
	// that finds no event, its EarlyData may be set to false, which declines 0-RTT.
	QUICResumeSession = tls.QUICResumeSession
	// QUICStoreSession brings a client a session to keep by
	// [QUICConn.StoreSession], where the config has EnableSessionEvents.
	QUICStoreSession = tls.QUICStoreSession
	// QUICErrorEvent tells of the error that has ended the connection, once. Other
	// events that were still to be read are dropped.
	QUICErrorEvent = tls.QUICErrorEvent
)

// The kinds of events that crypto/tls does not have. A stack that does not know them
// passes over them.
const (
	// QUICQuestion brings a Question that the config's Answers have left open. The
	// handshake goes on with [QUICConn.Answer].
	QUICQuestion QUICEventKind = iota + 1<<16
	// QUICDiscardKeys tells that the keys of a Level have no more use
	// (RFC 9001, Section 4.9). This and the two below come where the config has
	// EnableKeyEvents.
	QUICDiscardKeys
	// QUICHandshakeConfirmed tells that the handshake is confirmed
	// (RFC 9001, Section 4.1.2).
	QUICHandshakeConfirmed
	// QUICAcceptedEarlyData tells a client that the server takes its 0-RTT packets.
	QUICAcceptedEarlyData
)

// QUICEvent is something that the stack must do, or may care about: Kind says what,
// and which other fields are set.
type QUICEvent struct {
	Kind QUICEventKind
	// Level is set for QUICSetReadSecret, QUICSetWriteSecret, QUICWriteData and
	// QUICDiscardKeys.
	Level QUICEncryptionLevel
	// Data is set for QUICTransportParameters, QUICSetReadSecret, QUICSetWriteSecret
	// and QUICWriteData. It is the caller's, to keep and to change.
	Data []byte
	// Suite is set for QUICSetReadSecret and QUICSetWriteSecret.
	Suite uint16
	// SessionState is set for QUICResumeSession and QUICStoreSession.
	SessionState *SessionState
	// Err is set for QUICErrorEvent. It wraps an [AlertError].
	Err error
	// Question is set for QUICQuestion. It must not be changed.
	Question events.Question
}

// kinds are the names of the events.
var kinds = map[QUICEventKind]string{
	QUICNoEvent: "no event", QUICSetReadSecret: "set read secret", QUICSetWriteSecret: "set write secret",
	QUICWriteData: "write data", QUICTransportParameters: "transport parameters",
	QUICTransportParametersRequired: "transport parameters required", QUICRejectedEarlyData: "rejected early data",
	QUICHandshakeDone: "handshake done", QUICResumeSession: "resume session", QUICStoreSession: "store session",
	QUICErrorEvent: "error", QUICQuestion: "question", QUICDiscardKeys: "discard keys",
	QUICHandshakeConfirmed: "handshake confirmed", QUICAcceptedEarlyData: "accepted early data",
}

// Format implements [fmt.Formatter]: no verb prints Data, which may be a secret.
func (e QUICEvent) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprint(f, kinds[e.Kind])
	switch e.Kind {
	case QUICSetReadSecret, QUICSetWriteSecret, QUICWriteData:
		_, _ = fmt.Fprintf(f, ", %v, %d bytes", e.Level, len(e.Data))
	case QUICDiscardKeys:
		_, _ = fmt.Fprintf(f, ", %v", e.Level)
	case QUICTransportParameters:
		_, _ = fmt.Fprintf(f, ", %d bytes", len(e.Data))
	case QUICResumeSession, QUICStoreSession:
		_, _ = fmt.Fprintf(f, ", %v", e.SessionState)
	case QUICErrorEvent:
		_, _ = fmt.Fprintf(f, ": %v", e.Err)
	case QUICQuestion:
		_, _ = fmt.Fprintf(f, ": %v", e.Question)
	}
}
