package answer

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tacitls/tacitls/messages"
)

// Rejection is an error that names the alert to end the handshake with. A hook
// may return one to choose the alert; errors.As finds it in the engine's error.
type Rejection struct {
	Alert messages.Alert
	// Err says why. It is not nil.
	Err error
}

// maxReason bounds what a Rejection prints, in bytes.
const maxReason = 512

// Error gives the reason, on one line and at most 512 bytes of it, since certificates
// name what their makers like; what cannot be printed is quoted. Err has it all. The
// alert is told by the engine's error.
func (r *Rejection) Error() string {
	reason, more := r.Err.Error(), ""
	if len(reason) > maxReason {
		reason, more = strings.ToValidUTF8(reason[:maxReason], ""), " ..."
	}
	unprintable := func(c rune) bool { return !strconv.IsPrint(c) }
	if !utf8.ValidString(reason) || strings.ContainsFunc(reason, unprintable) {
		reason = strconv.Quote(reason)
	}
	return "answer: " + reason + more
}

// Unwrap gives Err.
func (r *Rejection) Unwrap() error { return r.Err }

func reject(alert messages.Alert, format string, arguments ...any) *Rejection {
	return &Rejection{Alert: alert, Err: fmt.Errorf(format, arguments...)}
}

// rejectionOf takes the alert from a hook's error, or the one given.
func rejectionOf(err error, alert messages.Alert) *Rejection {
	var chosen *Rejection
	if errors.As(err, &chosen) && chosen.Err != nil {
		return &Rejection{Alert: chosen.Alert, Err: err}
	}
	return &Rejection{Alert: alert, Err: err}
}

// rejectionByCause chooses the alert for an error of crypto/x509
// (RFC 8446, Section 6.2).
func rejectionByCause(err error) *Rejection {
	var (
		invalid  x509.CertificateInvalidError
		unknown  x509.UnknownAuthorityError
		noSystem x509.SystemRootsError
	)
	alert := messages.AlertBadCertificate
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		alert = messages.AlertCertificateExpired
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		alert = messages.AlertUnsupportedCertificate
	case errors.As(err, &unknown):
		alert = messages.AlertUnknownCA
	case errors.As(err, &noSystem):
		alert = messages.AlertInternalError
	}
	return &Rejection{Alert: alert, Err: err}
}
