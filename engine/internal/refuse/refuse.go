// Package refuse is the catalogue of every reason for which an engine ends a
// connection: a name for tests and logs, the alert the peer is told, one
// sentence, and where the rule is written.
package refuse

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tacitls/tacitls/messages"
)

// Refusal is an entry of the catalogue. It is an error, so that a handler may
// return it as it is.
type Refusal uint8

// Name is in snake case and never changes its meaning.
func (r Refusal) Name() string { return r.entry().name }

// Alert is what the peer is told.
func (r Refusal) Alert() messages.Alert { return r.entry().alert }

// Sentence says what was wrong.
func (r Refusal) Sentence() string { return r.entry().sentence }

// Section is where the rule is written, such as "RFC 8446, Section 4.1.4".
func (r Refusal) Section() string { return r.entry().section }

// Ours tells that the fault is on this side: an answer, a signer, a bug.
func (r Refusal) Ours() bool { return r.entry().ours }

// Error implements error.
func (r Refusal) Error() string { return r.Sentence() }

func (r Refusal) entry() *entry {
	if int(r) < len(catalogue) {
		return &catalogue[r]
	}
	return &catalogue[Internal]
}

// All lists the catalogue.
func All() []Refusal {
	all := make([]Refusal, len(catalogue))
	for i := range all {
		all[i] = Refusal(i)
	}
	return all
}

// Detailed is a refusal with what made it so.
type Detailed struct {
	Refusal Refusal
	// Alert stands in for that of the catalogue where an answer chose one; 0
	// keeps the catalogue's.
	Alert  messages.Alert
	Detail string
	// Cause is an error of the caller's, or nil.
	Cause error
}

// With adds a detail to a refusal.
func (r Refusal) With(format string, arguments ...any) error {
	return &Detailed{Refusal: r, Detail: plain(fmt.Sprintf(format, arguments...))}
}

// maxDetail bounds what a peer can have printed, in bytes.
const maxDetail = 512

// plain is a text as it may stand in an error: a peer may have had a say in it. What
// would not stay on its line, or could change what a terminal shows, is quoted.
func plain(detail string) string {
	more := ""
	if len(detail) > maxDetail {
		// The bound may cut a character.
		detail, more = strings.ToValidUTF8(detail[:maxDetail], ""), " ..."
	}
	if utf8.ValidString(detail) && !strings.ContainsFunc(detail, unprintable) {
		return detail + more
	}
	return strconv.Quote(detail) + more
}

func unprintable(r rune) bool { return !strconv.IsPrint(r) }

// Alerting tells the peer another alert than the catalogue's.
func (r Refusal) Alerting(alert messages.Alert) error { return &Detailed{Refusal: r, Alert: alert} }

// Because adds a cause, whose text becomes the detail.
func (r Refusal) Because(cause error) error {
	if cause == nil {
		return r
	}
	return r.Answered(0, cause)
}

// Answered is a refusal that an answer has chosen, with its alert and its cause, which
// may be nil.
func (r Refusal) Answered(alert messages.Alert, cause error) error {
	answered := &Detailed{Refusal: r, Alert: alert, Cause: cause}
	if cause != nil {
		answered.Detail = plain(cause.Error())
	}
	return answered
}

func (d *Detailed) Error() string {
	if d.Detail == "" {
		return d.Refusal.Sentence()
	}
	return d.Refusal.Sentence() + ": " + d.Detail
}

// Unwrap gives the cause.
func (d *Detailed) Unwrap() error { return d.Cause }

type entry struct {
	name     string
	alert    messages.Alert
	sentence string
	section  string
	ours     bool
}
