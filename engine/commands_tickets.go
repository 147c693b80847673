package engine

import (
	"fmt"
	"time"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// TicketOptions are what one ticket has beside what the config says.
type TicketOptions struct {
	// NoEarlyData has the ticket allow no early data, where the config has MaxEarlyData.
	NoEarlyData bool
	// Application is what the session of the ticket has as its Application: at most
	// [MaxTicketApplication] bytes, which are copied.
	Application []byte
}

// MaxTicketApplication is how many bytes of the caller's own a ticket may hold.
const MaxTicketApplication = 1<<16 - 1

// IssueTicketWith is IssueTicket for a ticket that has something of its own. It
// returns [ErrMisuse] where that is too large.
func (e *Engine) IssueTicketWith(out *events.Output, now time.Time, options TicketOptions) error {
	if err := e.writable(); err != nil {
		return err
	}
	if e.hs.Role == events.Client || e.hs.Connection.Version == messages.TLS12 {
		return ErrNotReady
	}
	if !e.hs.Policy.Tickets || !e.hs.TicketsServe {
		return fmt.Errorf("%w: the client cannot use a ticket, or the config has none", ErrMisuse)
	}
	if len(options.Application) > MaxTicketApplication {
		return fmt.Errorf("%w: a ticket with %d bytes of the application's", ErrMisuse, len(options.Application))
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	return e.command(out, &handshake.IssueTicket{NoEarlyData: options.NoEarlyData, Application: options.Application})
}
