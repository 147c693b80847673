package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/report"
)

// questionText is a question for people.
func questionText(q events.Question) string {
	switch q := q.(type) {
	case *events.ChooseConfig:
		return "which config?"
	case *events.ChooseCredential:
		if q.Role == events.Client {
			return "which certificate, if any?"
		}
		return fmt.Sprintf("which certificate for %s?", name(q.ServerName))
	case *events.Sign:
		return fmt.Sprintf("sign %s with %v", bytesOf(len(q.Content)), q.Scheme)
	case *events.VerifyPeer:
		text := "is this client welcome? "
		if q.Role == events.Client {
			text = fmt.Sprintf("is this %s? ", name(q.ServerName))
		}
		if q.Resumed {
			text += "the session resumed has "
		}
		return text + chainText(q.Chain)
	case *events.OpenTicket:
		return fmt.Sprintf("open a ticket of %s", bytesOf(len(q.Tickets[0].Ticket)))
	case *events.FindSession:
		return fmt.Sprintf("which session has the identifier of %s", bytesOf(len(q.SessionID)))
	case *events.SealTicket:
		return fmt.Sprintf("seal a ticket over %s", bytesOf(len(q.State)))
	case *events.Decrypt:
		return fmt.Sprintf("decrypt %s", bytesOf(len(q.Ciphertext)))
	case *events.OfferPSK:
		text := fmt.Sprintf("which key for %s?", name(q.ServerName))
		if len(q.Hint) > 0 {
			text += " the server hints at " + report.Plain(string(q.Hint))
		}
		return text
	case *events.OfferPSKs:
		return fmt.Sprintf("which keys for %s?", name(q.ServerName))
	case *events.ChoosePSK:
		var identities []string
		for _, identity := range q.Identities {
			identities = append(identities, report.Plain(string(identity)))
		}
		return fmt.Sprintf("which key has %s?", strings.Join(identities, ", or "))
	}
	return q.String()
}

// answerText is an answer for people.
func answerText(a events.Answer) string {
	switch a := a.(type) {
	case *events.ConfigChosen:
		return "a config"
	case *events.CredentialChosen:
		if a.Credential == nil {
			return "none"
		}
		return chainText(a.Credential.Chain)
	case *events.Signature:
		return fmt.Sprintf("signature of %s", bytesOf(len(a.Signature)))
	case *events.PeerVerified:
		return fmt.Sprintf("yes, its key is %s", keyText(a.Key))
	case *events.TicketOpened:
		if a.Index < 0 {
			return "none opens"
		}
		return fmt.Sprintf("state of %s", bytesOf(len(a.State)))
	case *events.SessionFound:
		if len(a.State) == 0 {
			return "none"
		}
		return fmt.Sprintf("state of %s", bytesOf(len(a.State)))
	case *events.TicketSealed:
		if len(a.Ticket) == 0 {
			return "no ticket"
		}
		return fmt.Sprintf("ticket of %s", bytesOf(len(a.Ticket)))
	case *events.Decrypted:
		return fmt.Sprintf("secret of %s", bytesOf(len(a.Premaster)))
	case *events.PSKOffered:
		return fmt.Sprintf("that of %s, %s", report.Plain(string(a.Identity)), bytesOf(len(a.Key)))
	case *events.PSKsOffered:
		var keys []string
		for _, key := range a.Keys {
			keys = append(keys, fmt.Sprintf("that of %s, %s", report.Plain(string(key.Identity)), bytesOf(len(key.Key))))
		}
		if len(keys) == 0 {
			return "none"
		}
		return strings.Join(keys, "; ")
	case *events.PSKChosen:
		if a.Index < 0 {
			return "none"
		}
		return fmt.Sprintf("key of %s", bytesOf(len(a.Key)))
	case *events.Refused:
		return fmt.Sprintf("no, %v: %v", a.Alert, a.Err)
	}
	return "later"
}

func chainText(chain [][]byte) string {
	if len(chain) == 0 {
		return "no certificate"
	}
	text := fmt.Sprintf("%d certificates", len(chain))
	if len(chain) == 1 {
		text = "one certificate"
	}
	if leaf, err := x509.ParseCertificate(chain[0]); err == nil {
		text += ", " + name(leaf.Subject.String())
	}
	return text
}

func keyText(k crypto.PublicKey) string {
	switch k := k.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA of %d bits", k.N.BitLen())
	}
	return fmt.Sprintf("%T", k)
}
