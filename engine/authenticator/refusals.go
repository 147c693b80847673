package authenticator

import "fmt"

// Refusal is a reason to refuse a message, or to make none. It is an error, and
// errors.Is finds it in those of this package. No alert goes with it.
type Refusal uint8

// The catalogue of refusals. [Refusal.Error] says what each is about.
const (
	MalformedMessage Refusal = iota + 1
	UnexpectedMessage
	MessageTooLarge
	MalformedExtension
	DuplicateExtension
	MisplacedExtension
	MissingExtension
	UnsolicitedExtension
	ContextUsed
	TooManyContexts
	WrongContext
	NoContext
	Unrequested
	Declined
	NoCertificate
	NoMutualScheme
	SchemeNotOffered
	SchemeForOtherKey
	BadSignature
	BadFinished
	HandshakeChanged
)

// catalogue has a row for each refusal, in their order.
var catalogue = [...]struct{ name, sentence, section string }{
	{"malformed_message", "a message is cut off or does not decode", "RFC 9261, Section 5.2"},
	{"unexpected_message", "another message stands where it may not", "RFC 9261, Section 5.2"},
	{"message_too_large", "a message is larger than MaxMessage", "RFC 9261, Section 5.2"},
	{"malformed_extension", "an extension does not decode", "RFC 9261, Section 4"},
	{"duplicate_extension", "an extension stands twice in one message", "RFC 8446, Section 4.2"},
	{"misplaced_extension", "an extension may not stand in this message", "RFC 9261, Section 4"},
	{"missing_extension", "a request says nothing of signature algorithms", "RFC 9261, Section 7.1"},
	{"unsolicited_extension", "a certificate has an extension that was not asked for", "RFC 9261, Section 5.2.1"},
	{"context_used", "the context has served on this connection before", "RFC 9261, Section 4"},
	{"too_many_contexts", "no more contexts are remembered on this connection", "RFC 9261, Section 4"},
	{"wrong_context", "the authenticator has the context of another request", "RFC 9261, Section 5.2.1"},
	{"no_context", "an empty authenticator has no context", "RFC 9261, Section 6"},
	{"unrequested", "an authenticator came that only a request allows", "RFC 9261, Section 5"},
	{"declined", "the peer declined: its authenticator is empty", "RFC 9261, Section 6"},
	{"no_certificate", "an authenticator that is not empty has no certificate", "RFC 9261, Section 6"},
	{"no_mutual_scheme", "the credential cannot sign with what the peer takes", "RFC 9261, Section 5.2.2"},
	{"scheme_not_offered", "the signature is by a scheme that was not asked for", "RFC 9261, Section 5.2.2"},
	{"scheme_for_other_key", "the signature scheme does not fit the key", "RFC 8446, Section 4.4.3"},
	{"bad_signature", "the signature does not verify", "RFC 9261, Section 5.2.2"},
	{"bad_finished", "the Finished does not match", "RFC 9261, Section 5.2.3"},
	{"handshake_changed", "the connection has renegotiated since", "RFC 9261, Section 5.1"},
}

// Refusals lists the catalogue.
func Refusals() []Refusal {
	all := make([]Refusal, len(catalogue))
	for i := range all {
		all[i] = Refusal(i + 1)
	}
	return all
}

// Name is in snake case and never changes its meaning; it is empty for a value that
// is none of the catalogue.
func (r Refusal) Name() string {
	if r == 0 || int(r) > len(catalogue) {
		return ""
	}
	return catalogue[r-1].name
}

// Sentence says what was wrong.
func (r Refusal) Sentence() string {
	if r.Name() == "" {
		return ""
	}
	return catalogue[r-1].sentence
}

// Section is where the rule is written, such as "RFC 9261, Section 5.2.2".
func (r Refusal) Section() string {
	if r.Name() == "" {
		return ""
	}
	return catalogue[r-1].section
}

// Error gives name, sentence and section.
func (r Refusal) Error() string {
	return fmt.Sprintf("authenticator: %s: %s (%s)", r.Name(), r.Sentence(), r.Section())
}

// with adds what a reader of logs wants to know.
func (r Refusal) with(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{r}, arguments...)...)
}
