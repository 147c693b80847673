package engine

import (
	"bytes"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Write sends application data, in as many records as it takes. The bytes of p
// are copied. It returns [ErrNotReady] before the handshake is complete, but for a
// client that was told [events.FalseStarted] and a server that accepted early data,
// which can answer it at once; and while a renegotiation is under way, for good if the
// peer closes in the midst of it: CloseWrite is then all that is left
// (RFC 5246, Section 7.2.1). It returns [ErrClosed] after CloseWrite. It has then sent
// nothing.
//
// Before the client's Finished a server cannot know that the client is there at
// all: the early data may be a replay. Who has replayed it cannot read the answer
// (RFC 8446, Section 2.3).
//
// A key update goes out first where the peer has asked for one, or where the
// key has protected as many records as it should (RFC 8446, Section 4.6.3 and
// Section 5.5).
func (e *Engine) Write(out *events.Output, now time.Time, p []byte) error {
	if err := e.writable(); err != nil {
		return err
	}
	if e.stream == nil {
		return errOverQUIC
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	for len(p) > 0 {
		if e.hs.UpdateOwed || e.stream.UpdateDue() {
			if err := e.command(out, &handshake.UpdateKeys{Request: messages.UpdateNotRequested}); err != nil {
				return err
			}
		}
		rest, err := e.stream.SendData(out, p)
		if err != nil {
			return e.fail(out, err)
		}
		p = rest
	}
	return nil
}

// WriteEarlyData sends early data, after [events.EarlyDataOffered] and before the
// handshake is complete, and tells how many bytes of p it took: as many as the
// ticket, and the limit of records under one key, leave room for. It returns [ErrNotReady] where none may be written, or none
// any more, and has then sent nothing. Somebody may send it to the server again, and
// whoever comes by the ticket's key can read it (RFC 8446, Section 2.3 and Section 8).
func (e *Engine) WriteEarlyData(out *events.Output, now time.Time, p []byte) (int, error) {
	switch {
	case e.err != nil:
		return 0, e.err
	case e.stream == nil:
		return 0, errOverQUIC
	case e.writeClosed:
		return 0, ErrClosed
	case e.hs.Role != events.Client || e.carrier.WriteLevel() != events.EarlyData || e.hs.EarlyLeft == 0:
		return 0, ErrNotReady
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	p = p[:min(uint64(len(p)), e.hs.EarlyLeft)]
	rest := p
	for len(rest) > 0 && !e.stream.UpdateDue() {
		var err error
		if rest, err = e.stream.SendData(out, rest); err != nil {
			return 0, e.fail(out, err)
		}
	}
	written := len(p) - len(rest)
	if written == 0 && len(p) > 0 {
		return 0, ErrNotReady // the keys have protected as many records as they may
	}
	e.hs.EarlyLeft -= uint64(written)
	return written, nil
}

// UpdateKeys puts what is written from here on under new keys, and, with
// [messages.UpdateRequested], asks the peer to do the same
// (RFC 8446, Section 4.6.3).
func (e *Engine) UpdateKeys(out *events.Output, now time.Time, request messages.KeyUpdateRequest) error {
	if err := e.writable(); err != nil {
		return err
	}
	if e.stream == nil {
		return errOverQUIC
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	if request > messages.UpdateRequested {
		return fmt.Errorf("%w: key update request %v", ErrMisuse, request)
	}
	return e.command(out, &handshake.UpdateKeys{Request: request})
}

// IssueTicket has a server send another ticket, which asks
// [events.SealTicket] first. It returns [ErrNotReady] before the handshake is
// complete and while another ticket is being sealed, and [ErrMisuse] where the
// client could not use it.
func (e *Engine) IssueTicket(out *events.Output, now time.Time) error {
	return e.IssueTicketWith(out, now, TicketOptions{})
}

func (e *Engine) writable() error {
	switch {
	case e.err != nil:
		return e.err
	case e.writeClosed:
		return ErrClosed
	case !e.completed && !e.early && !e.answersEarlyData():
		return ErrNotReady
	case e.completed && e.hs.Unfinished != nil:
		// A renegotiation is under way. Data may go on between its messages, but
		// well-known peers take it only before they have begun with theirs.
		return ErrNotReady
	}
	return nil
}

// answersEarlyData tells whether this is a server that has accepted early data and
// sent its Finished.
func (e *Engine) answersEarlyData() bool {
	return e.hs.Role == events.Server && e.hs.Connection.EarlyDataAccepted && e.carrier.WriteLevel() == events.Application
}

// Renegotiate begins another handshake of TLS 1.2 on the connection, where the
// config's Renegotiation allows it and the peer has RFC 5746: a client sends
// ClientHello, a server asks for one by HelloRequest, which the client may pass
// over (RFC 5246, Section 7.4.1.1). Until the handshake is complete, which
// [events.HandshakeCompleted] tells again, Write returns [ErrNotReady]; data goes
// on to come. A peer that closes without having answered has declined, and Write goes
// on; one that closes after its first flight leaves nothing to complete, and Write
// stays ErrNotReady: what was to be written is discarded, and CloseWrite answers the
// close_notify (RFC 5246, Section 7.2.1). It returns [ErrNotReady] before the first handshake is complete,
// during another, and in TLS 1.3; and [ErrMisuse] where it is not allowed, or the
// peer has closed its direction, which could not answer.
func (e *Engine) Renegotiate(out *events.Output, now time.Time) error {
	if err := e.writable(); err != nil {
		return err
	}
	if !e.completed || e.hs.Connection.Version != messages.TLS12 {
		return ErrNotReady
	}
	if e.readClosed {
		return fmt.Errorf("%w: the peer has closed", ErrMisuse)
	}
	if !tls12.MayRenegotiate(&e.hs) {
		return fmt.Errorf("%w: the config or the peer does not allow to renegotiate", ErrMisuse)
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	return e.command(out, &handshake.Renegotiate{})
}

// TLSUnique gives the channel binding tls-unique: the first Finished of the last
// handshake (RFC 5929, Section 3.1). It returns [ErrNotReady] before the handshake
// is complete, and [ErrMisuse] in TLS 1.3, which has none, and where the session
// was resumed without extended_master_secret, which binds nothing
// (RFC 7627, Section 5.4).
func (e *Engine) TLSUnique() ([]byte, error) {
	switch {
	case e.err != nil:
		return nil, e.err
	case !e.completed:
		return nil, ErrNotReady
	case e.hs.Established12 == nil:
		return nil, fmt.Errorf("%w: TLS 1.3 has no tls-unique", ErrMisuse)
	}
	last := e.hs.Established12
	if last.Resumed && !last.Extended {
		return nil, fmt.Errorf("%w: a session resumed without extended_master_secret binds nothing", ErrMisuse)
	}
	first := secrets.ClientSender
	if last.Resumed {
		first = secrets.ServerSender
	}
	return bytes.Clone(last.Verify[first][:]), nil
}

// tls-exporter (RFC 9266, Section 2).
const (
	bindingLabel = "EXPORTER-Channel-Binding"
	bindingLen   = 32 // bytes
)

// TLSExporter gives the channel binding tls-exporter, 32 bytes that stand for this
// connection and are no secret: good for one authentication over it, and for
// nothing else (RFC 9266, Section 4). It returns [ErrNotReady] before the
// handshake is complete, and in TLS 1.2 [ErrMisuse] without
// extended_master_secret, or where the config allows to renegotiate
// (RFC 9266, Section 4.2).
func (e *Engine) TLSExporter() ([]byte, error) {
	if e.err == nil && !e.completed {
		return nil, ErrNotReady
	}
	if e.err == nil && e.hs.Established12 != nil && e.hs.Policy.Renegotiation != handshake.RenegotiateNever {
		return nil, fmt.Errorf("%w: a connection that may renegotiate has no tls-exporter", ErrMisuse)
	}
	return e.Export(bindingLabel, []byte{}, bindingLen)
}

// CloseWrite sends close_notify: no more data will be written, while the
// peer's goes on to be read (RFC 8446, Section 6.1). Before the handshake is
// complete it gives the connection up, as [Engine.Abort] does with
// user_canceled, and sends close_notify after that. Closing twice does
// nothing.
func (e *Engine) CloseWrite(out *events.Output, now time.Time) error {
	if e.err != nil {
		return e.err
	}
	if e.writeClosed {
		return nil
	}
	if e.stream == nil {
		return errOverQUIC
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	if !e.completed {
		return e.fail(out, refuse.Aborted)
	}
	if err := e.stream.SendAlert(out, closeNotify); err != nil {
		return e.fail(out, err)
	}
	e.writeClosed, e.hs.WriteClosed = true, true
	e.wipeIfClosed()
	return nil
}

// Abort gives the connection up: the peer is told alert, and every later call
// returns the error, whose refusal is "aborted". No alert, which is 0, stands for
// user_canceled; that is a warning with close_notify behind it, and close_notify
// alone once the handshake is complete (RFC 8446, Section 6.1).
func (e *Engine) Abort(out *events.Output, now time.Time, alert messages.Alert) error {
	if e.err != nil {
		return e.err
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	return e.fail(out, &refuse.Detailed{Refusal: refuse.Aborted, Alert: alert})
}

// Advance tells the time. Over a byte stream nothing waits for it.
func (e *Engine) Advance(_ *events.Output, _ time.Time) error { return e.Err() }

// maxExport is what HKDF gives under the smaller hash, in bytes.
const maxExport = 255 * 32

// Export gives length bytes of keying material for an application
// (RFC 8446, Section 7.5, and RFC 5705). The label is registered or private,
// of 1 to 249 bytes; a nil context and an empty one are the same. At most 255
// times the size of the suite's hash can be had. It returns [ErrNotReady]
// before the handshake is complete, but to a server that accepted early data and may
// answer it.
//
// In TLS 1.2 the label may be empty, a nil context differs from an empty one
// (RFC 5705, Section 4), and without extended_master_secret nothing can be had
// (RFC 7627, Section 5.4).
func (e *Engine) Export(label string, context []byte, length int) ([]byte, error) {
	if e.err != nil {
		return nil, e.err
	}
	if !e.completed && !e.answersEarlyData() {
		return nil, ErrNotReady
	}
	if length < 1 || length > maxExport {
		return nil, fmt.Errorf("%w: export of %d bytes", ErrMisuse, length)
	}
	exported := make([]byte, length)
	if legacy := e.hs.Established12; legacy != nil {
		if !legacy.Extended {
			return nil, fmt.Errorf("%w: nothing is exported without extended_master_secret", ErrMisuse)
		}
		if err := secrets.Export12(legacy.Hash, &legacy.Master, &legacy.Randoms, label, context, exported); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMisuse, err)
		}
		return exported, nil
	}
	if err := secrets.Export(e.hs.Suite.Hash, &e.hs.Exporter, label, context, exported); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMisuse, err)
	}
	return exported, nil
}

// ExportEarly is Export for early data: what it gives does not depend on the server's
// answer, and somebody may bring the same about again (RFC 8446, Section 7.5). It
// returns [ErrNotReady] where no early data is offered or taken, and once the handshake
// is complete.
func (e *Engine) ExportEarly(label string, context []byte, length int) ([]byte, error) {
	switch {
	case e.err != nil:
		return nil, e.err
	case e.hs.Unfinished == nil || e.hs.Early == nil:
		return nil, ErrNotReady
	case length < 1 || length > maxExport:
		return nil, fmt.Errorf("%w: export of %d bytes", ErrMisuse, length)
	}
	exported := make([]byte, length)
	if err := secrets.Export(e.hs.Early.Hash, &e.hs.Early.Exporter, label, context, exported); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMisuse, err)
	}
	return exported, nil
}

// Rest lets the ciphers of a connection go until the next record makes them
// anew, for the many connections that are idle.
func (e *Engine) Rest() { e.carrier.Rest() }
