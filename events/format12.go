package events

import "fmt"

func (q *Decrypt) String() string { return fmt.Sprintf("decrypt? %d bytes", len(q.Ciphertext)) }

func (q *OfferPSK) String() string {
	return fmt.Sprintf("offer psk? server_name=%q hint=%q", q.ServerName, q.Hint)
}

func (q *ChoosePSK) String() string {
	return fmt.Sprintf("choose psk? %v, %d offered", q.Version, len(q.Identities))
}

func (q *ProvideSupplementalData) String() string {
	return fmt.Sprintf("provide supplemental data? %v, %v protected=%t", q.Types, q.UserMappings, q.Protected)
}

func (q *FetchCertificates) String() string {
	return fmt.Sprintf("fetch certificates? %v, %d of them", q.ChainType, len(q.URLs))
}

func (e *FalseStarted) String() string { return "false started, " + e.Connection.String() }

func (e *SupplementalDataReceived) String() string {
	return fmt.Sprintf("supplemental data received, %d entries, protected=%t", len(e.Entries), e.Protected)
}

func (e *RenegotiationRequested) String() string { return "renegotiation requested" }

func (e *RenegotiationDeclined) String() string { return "renegotiation declined" }

// Format hides the premaster secret.
func (a Decrypted) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "decrypted %d bytes", len(a.Premaster))
}

// Format hides the key.
func (a PSKOffered) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "psk offered, identity of %d bytes", len(a.Identity))
}

// Format hides the key.
func (a PSKChosen) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "psk %d chosen", a.Index) }
