package events

import (
	"fmt"
	"time"

	"github.com/tacitls/tacitls/secrets"
)

// PSK is an external pre-shared key: one that both ends have by other means than
// an earlier connection (RFC 8446, Section 2.2). Nothing of it may change once it
// has been given to an engine.
type PSK struct {
	// Identity names it, 1 to 65535 bytes; it is sent in clear.
	Identity []byte
	// Key is of 1 to 65535 bytes. It should have at least 128 bits of entropy
	// (RFC 9257, Section 6).
	Key []byte
	// Hash is the hash function that the key is for; zero is SHA-256
	// (RFC 8446, Section 4.2.11).
	Hash secrets.Hash
	// Imported tells that the key and its identity were made by the importer of
	// RFC 9258; see [secrets.ImportPSK].
	Imported bool
}

// Format hides the key.
func (p PSK) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "psk(identity of %d bytes)", len(p.Identity))
}

// MaxPSKs is how many external pre-shared keys a client may offer.
const MaxPSKs = 16

// OfferPSKs asks a client's caller for the external pre-shared keys to offer in
// TLS 1.3, before anything is sent (RFC 8446, Section 4.2.11). It is asked only
// where the config has PSK.
type OfferPSKs struct {
	Asked
	// ServerName is the name that the client expects, or empty.
	ServerName string
}

// Reply answers with the keys, most preferred first, at most [MaxPSKs].
func (q *OfferPSKs) Reply(keys ...*PSK) Answer {
	return &PSKsOffered{Replied: Replied{q.ID}, Keys: keys}
}

// None answers that there is none for this server, which ends the handshake of a
// client that requires one.
func (q *OfferPSKs) None() Answer { return &PSKsOffered{Replied: Replied{q.ID}} }

// PSKsOffered answers [OfferPSKs].
type PSKsOffered struct {
	Replied
	Keys []*PSK
}

// AcceptEarlyData asks a server's caller whether the early data of a client shall
// be taken (RFC 8446, Section 8). Early data can be replayed by anybody on the wire:
// the engine has checked that the ticket is the first, that its suite, server name
// and application protocol are those of this handshake, and the binder; that this
// hello has not been seen before is for the caller to know, by its Binder, which
// no two hellos share.
type AcceptEarlyData struct {
	Asked
	Hello *ClientHello
	// Session is that of the ticket. It must not be changed.
	Session *Session
	// Binder is that of the ticket, which stands for the ClientHello.
	Binder []byte
	// TicketAge is how old the client says the ticket is, and RealAge how old it is
	// by the server's clock. They differ by the time that the hello was under way,
	// or by much if it was kept back (RFC 8446, Section 8.3).
	TicketAge, RealAge time.Duration
	// Max is how many bytes may come.
	Max uint32
}

// Accept answers that the early data is taken.
func (q *AcceptEarlyData) Accept() Answer {
	return &EarlyDataDecided{Replied: Replied{q.ID}, Accepted: true}
}

// Reject answers that it is not; the session is resumed all the same.
func (q *AcceptEarlyData) Reject() Answer { return &EarlyDataDecided{Replied: Replied{q.ID}} }

// EarlyDataDecided answers [AcceptEarlyData].
type EarlyDataDecided struct {
	Replied
	Accepted bool
}

// EarlyDataOffered tells a client that it may write early data from here on, of
// up to Max bytes, until [EarlyDataAccepted] or [EarlyDataRejected] comes. It can be
// replayed, and has no forward secrecy (RFC 8446, Section 2.3).
type EarlyDataOffered struct{ Max uint32 }

// EarlyDataAccepted tells a client that the server takes its early data.
type EarlyDataAccepted struct{}

// EarlyDataRejected tells a client that the server has taken none of its early data,
// which may be sent again once the handshake is complete, if that is sound: the
// application protocol may have changed (RFC 8446, Section 4.2.10).
type EarlyDataRejected struct{}

// EarlyDataReceived brings a server early data, which somebody may have sent
// before. Bytes aliases the buffer given to Receive or the Output, and is valid
// until the Output's Reset.
type EarlyDataReceived struct{ Bytes []byte }

func (q *OfferPSKs) String() string { return fmt.Sprintf("offer psks? server_name=%q", q.ServerName) }

func (q *AcceptEarlyData) String() string {
	return fmt.Sprintf("accept early data? up to %d bytes, ticket is %v old, %v by the client", q.Max, q.RealAge, q.TicketAge)
}

func (e *EarlyDataOffered) String() string { return fmt.Sprintf("early data offered, %d bytes", e.Max) }

func (e *EarlyDataAccepted) String() string { return "early data accepted" }

func (e *EarlyDataRejected) String() string { return "early data rejected" }

func (e *EarlyDataReceived) String() string {
	return fmt.Sprintf("early data received, %d bytes", len(e.Bytes))
}

// Format hides the keys.
func (a PSKsOffered) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%d psks offered", len(a.Keys))
}

func (*OfferPSKs) event()         {}
func (*AcceptEarlyData) event()   {}
func (*EarlyDataOffered) event()  {}
func (*EarlyDataAccepted) event() {}
func (*EarlyDataRejected) event() {}
func (*EarlyDataReceived) event() {}
