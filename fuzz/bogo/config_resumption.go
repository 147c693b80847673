package main

// resumption says how sessions are kept, offered and accepted, and what becomes of early data.
type resumption struct {
	NoTicket                     bool   `flag:"no-ticket"`                                                               // neither ask for tickets nor give them
	UseTicketCallback            bool   `flag:"use-ticket-callback"`                                                     // tickets are sealed under a key given by a hook
	UseTicketAEADCallback        bool   `flag:"use-ticket-aead-callback"`                                                // tickets are sealed by a hook, which can answer later
	RenewTicket                  bool   `flag:"renew-ticket"`                                                            // a ticket that was used is replaced
	SkipTicket                   bool   `flag:"skip-ticket"`                                                             // the hook seals nothing
	TicketKey                    []byte `flag:"ticket-key"`                                                              // key of the tickets
	ExpectSessionMiss            bool   `flag:"expect-session-miss"`                                                     // the session offered must be refused
	ExpectSessionID              bool   `flag:"expect-session-id"`                                                       // the server must have kept a session
	ExpectNoSessionID            bool   `flag:"expect-no-session-id"`                                                    // it must not
	ExpectTicketRenewal          bool   `flag:"expect-ticket-renewal"`                                                   // a resumption must give a new session
	ExpectNoSession              bool   `flag:"expect-no-session"`                                                       // the client must get no session
	ResumptionDelay              int    `flag:"resumption-delay"`                                                        // seconds that pass after this connection
	ExpectTicketAgeSkew          int    `flag:"expect-ticket-age-skew"`                                                  // seconds by which the client's clock must seem off
	ResumptionAcrossNamesEnabled bool   `flag:"resumption-across-names-enabled"`                                         // the server's tickets hold for other names
	ExpectResumableAcrossNames   *bool  `flag:"expect-resumable-across-names" unset:"expect-not-resumable-across-names"` // whether the ticket must say so

	EnableEarlyData               bool   `flag:"enable-early-data"`                 // 0-RTT may be used
	ExpectTicketSupportsEarlyData bool   `flag:"expect-ticket-supports-early-data"` // the ticket must allow it
	ExpectAcceptEarlyData         bool   `flag:"expect-accept-early-data"`          // it must be accepted
	ExpectRejectEarlyData         bool   `flag:"expect-reject-early-data"`          // it must be rejected
	ExpectNoOfferEarlyData        bool   `flag:"expect-no-offer-early-data"`        // the client must not try
	ExpectEarlyDataReason         string `flag:"expect-early-data-reason"`          // word that says why it was used or not
	EarlyWriteAfterMessage        int    `flag:"early-write-after-message"`         // send early data when this message has come
}
