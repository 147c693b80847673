package events

import (
	"fmt"
	"strings"

	"github.com/tacitls/tacitls/messages/record"
)

// The canonical text of each event is one line that starts with its name in
// words. Logs, golden files and failing tests all use it.

func (e *Send) String() string { return fmt.Sprintf("send %d bytes, %v", len(e.Bytes), e.Level) }

func (e *InstallKeys) String() string {
	return fmt.Sprintf("install %v keys, %v, %v, %v", e.Direction, e.Level, e.Suite, e.Secret)
}

func (e *DiscardKeys) String() string { return fmt.Sprintf("discard keys, %v", e.Level) }

func (q *ChooseConfig) String() string {
	return fmt.Sprintf("choose config? server_name=%q alpn=%q", q.Hello.ServerName, q.Hello.ALPN)
}

func (q *ChooseCredential) String() string {
	more := ""
	if len(q.CertificateTypes) > 0 {
		more = fmt.Sprintf(" certificate_types=%v", q.CertificateTypes)
	}
	if len(q.DelegatedSchemes) > 0 {
		more += fmt.Sprintf(" delegated=%v", q.DelegatedSchemes)
	}
	if len(q.OIDFilters) > 0 {
		more += fmt.Sprintf(" oid_filters=%d", len(q.OIDFilters))
	}
	return fmt.Sprintf("choose credential? %v, server_name=%q schemes=%v%s", q.Role, q.ServerName, q.Schemes, more)
}

func (q *Sign) String() string {
	if q.Delegated {
		return fmt.Sprintf("sign? %v over %d bytes, with the delegated key", q.Scheme, len(q.Content))
	}
	return fmt.Sprintf("sign? %v over %d bytes", q.Scheme, len(q.Content))
}

func (q *VerifyPeer) String() string {
	sizes := make([]string, len(q.Chain))
	for i, certificate := range q.Chain {
		sizes[i] = fmt.Sprint(len(certificate))
	}
	if len(q.RawKey) > 0 {
		return fmt.Sprintf("verify peer? %v, server_name=%q raw_key=%d bytes, resumed=%t",
			q.Role.Peer(), q.ServerName, len(q.RawKey), q.Resumed)
	}
	credential := ""
	if q.Delegated != nil {
		credential = fmt.Sprintf("delegated=%v ", q.Delegated.Key.Scheme)
	}
	return fmt.Sprintf("verify peer? %v, server_name=%q chain=[%s] bytes, %socsp=%d scts=%d%s resumed=%t",
		q.Role.Peer(), q.ServerName, strings.Join(sizes, " "), credential, len(q.OCSP), len(q.SCTs), q.behind(), q.Resumed)
}

// behind is what is stapled to the certificates behind the first, where anything
// is.
func (q *VerifyPeer) behind() string {
	if len(q.OCSPChain)+len(q.SCTsChain) == 0 {
		return ""
	}
	responses, timestamps := make([]int, len(q.OCSPChain)), make([]int, len(q.SCTsChain))
	for i, response := range q.OCSPChain {
		responses[i] = len(response)
	}
	for i, list := range q.SCTsChain {
		timestamps[i] = len(list)
	}
	return fmt.Sprintf(" ocsp_chain=%v scts_chain=%v", responses, timestamps)
}

func (q *OpenTicket) String() string { return fmt.Sprintf("open ticket? %d offered", len(q.Tickets)) }

func (q *FindSession) String() string {
	return fmt.Sprintf("find session? identifier of %d bytes", len(q.SessionID))
}

func (e *SessionEstablished) String() string {
	return fmt.Sprintf("session established, identifier of %d bytes, state of %d bytes, lifetime %ds",
		len(e.SessionID), len(e.State), e.Lifetime)
}

func (q *SealTicket) String() string {
	return fmt.Sprintf("seal ticket? state of %d bytes, lifetime %ds", len(q.State), q.Lifetime)
}

// Format hides the state, which holds a secret.
func (q SealTicket) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, q.String()) }

// Format hides the state, which holds a secret.
func (a SessionFound) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "session found, state of %d bytes", len(a.State))
}

// Format hides the state, which holds a secret.
func (e SessionEstablished) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, e.String()) }

// Format hides the state, which holds a secret.
func (a TicketOpened) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "ticket %d opened to a state of %d bytes", a.Index, len(a.State))
}

func (e *PeerHelloReceived) String() string {
	if e.Hello == nil {
		return fmt.Sprintf("peer hello received, %v", e.Version)
	}
	return fmt.Sprintf("peer hello received, server_name=%q alpn=%q", e.Hello.ServerName, e.Hello.ALPN)
}

func (e *KeysChanged) String() string {
	return fmt.Sprintf("%v keys changed, %v, %v, generation %d", e.Direction, e.Level, e.Suite, e.Generation)
}

func (e *SecretDerived) String() string {
	return fmt.Sprintf("secret derived, %s, %v", e.Label, e.Secret)
}

func (e *HandshakeCompleted) String() string {
	return "handshake completed, " + e.Connection.String()
}

func (e *DataReceived) String() string { return fmt.Sprintf("data received, %d bytes", len(e.Bytes)) }

func (e *TicketReceived) String() string { return "ticket received, " + e.Session.String() }

func (e *PeerAuthenticated) String() string {
	if e.Declined {
		return fmt.Sprintf("peer authenticated, context of %d bytes, declined", len(e.Context))
	}
	return fmt.Sprintf("peer authenticated, context of %d bytes, %v", len(e.Context), e.Connection.PeerScheme)
}

func (e *PeerClosed) String() string { return "peer closed" }

func (e *WarningReceived) String() string { return fmt.Sprintf("warning received, %v", e.Alert) }

func (e *Failed) String() string { return fmt.Sprintf("failed, %v", e.Err) }

func (e *MessageSent) String() string {
	return fmt.Sprintf("message sent, %v, %d bytes, %v", e.Type, len(e.Raw), e.Level)
}

func (e *MessageReceived) String() string {
	return fmt.Sprintf("message received, %v, %d bytes, %v", e.Type, len(e.Raw), e.Level)
}

func (e *RecordSent) String() string {
	return fmt.Sprintf("record sent, %v, %d bytes, %v", record.ContentType(e.Type), e.Size, e.Level)
}

func (e *RecordReceived) String() string {
	return fmt.Sprintf("record received, %v, %d bytes, %v", record.ContentType(e.Type), e.Size, e.Level)
}

// String is one line of what was agreed on.
func (c *Connection) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v, %v", c.Version, c.CipherSuite)
	if c.Group != 0 {
		fmt.Fprintf(&b, ", %v", c.Group)
	}
	switch {
	case c.Role == Client && c.PeerScheme != 0:
		fmt.Fprintf(&b, ", %v", c.PeerScheme)
	case c.Role == Server && c.LocalScheme != 0:
		fmt.Fprintf(&b, ", %v", c.LocalScheme)
	}
	if c.ALPN != "" {
		fmt.Fprintf(&b, ", alpn=%q", c.ALPN)
	}
	if c.SendLimit != 0 || c.ReceiveLimit != 0 {
		fmt.Fprintf(&b, ", send_limit=%d receive_limit=%d", c.SendLimit, c.ReceiveLimit)
	}
	if c.LocalCertificateType != 0 || c.PeerCertificateType != 0 {
		fmt.Fprintf(&b, ", local=%v peer=%v", c.LocalCertificateType, c.PeerCertificateType)
	}
	b.WriteString(c.extras())
	fmt.Fprintf(&b, ", resumed=%t", c.Resumed)
	if c.Renegotiated {
		b.WriteString(", renegotiated=true")
	}
	return b.String()
}
