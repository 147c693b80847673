package quic_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// wantAlert checks that an error wraps an alert, as a stack for crypto/tls looks for it.
func wantAlert(t *testing.T, what string, err error, alert messages.Alert) {
	t.Helper()
	var wrapped quic.AlertError
	if !errors.As(err, &wrapped) || wrapped != quic.AlertError(alert) || !errors.Is(err, alertOf(alert)) {
		t.Errorf("%s: %v wraps %d, want %d", what, err, wrapped, alert)
	}
}

func TestAConfigThatCannotBeFailsAtStart(t *testing.T) {
	noProtocol := clientConfig("bad")
	noProtocol.Client.ALPN = nil
	for what, made := range map[string]*quic.QUICConn{
		"no config":              quic.QUICClient(nil),
		"a client's for servers": quic.QUICServer(clientConfig("bad")),
		"a server's for clients": quic.QUICClient(serverConfig(t, "bad")),
		"no protocol":            quic.QUICClient(noProtocol),
	} {
		err := made.Start(context.Background())
		wantAlert(t, what, err, messages.AlertInternalError)
		if !errors.Is(err, engine.ErrMisuse) || quic.QUICErrorCode(err) != 0x100+80 {
			t.Errorf("%s: %v, code %#x", what, err, quic.QUICErrorCode(err))
		}
		if got := wantKinds(t, what, made, quic.QUICErrorEvent)[0].Err; got != err {
			t.Errorf("%s: the event has %v", what, got)
		}
	}
}

func TestAFailureIsToldOnceAndEverywhereTheSame(t *testing.T) {
	_, server := pair(t, "failure")
	config := clientConfig("failure")
	config.Answers = &answer.Client{Roots: x509.NewCertPool()}
	client := ours(events.Client, quic.QUICClient(config))
	err := connect(client, server)
	wantAlert(t, "an unknown authority", err, messages.AlertUnknownCA)
	var unknown x509.UnknownAuthorityError
	var fatal *engine.Error
	if !errors.As(err, &unknown) || !errors.As(err, &fatal) || fatal.Refusal.Name != "peer_rejected" {
		t.Errorf("the reason is in %v", err)
	}
	c := client.own()
	got := c.NextEvent()
	if got.Kind != quic.QUICErrorEvent || !errors.Is(err, got.Err) || c.NextEvent().Kind != quic.QUICNoEvent {
		t.Errorf("the event is %+v", got)
	}
	for what, call := range map[string]func() error{
		"HandleData":       func() error { return c.HandleData(quic.QUICEncryptionLevelHandshake, nil) },
		"Answer":           func() error { return c.Answer(nil) },
		"ConfirmHandshake": c.ConfirmHandshake,
		"Close":            c.Close,
		"SendSessionTicket": func() error {
			return c.SendSessionTicket(quic.QUICSessionTicketOptions{})
		},
	} {
		if err := call(); err != got.Err {
			t.Errorf("%s: %v", what, err)
		}
	}
	c.SetTransportParameters(nil)
	if c.NextEvent().Kind != quic.QUICNoEvent {
		t.Error("a failed connection goes on")
	}
}

// What is beyond the alert is in the code.
func TestErrorsHaveTheCodesOfQUIC(t *testing.T) {
	for _, row := range []struct {
		what  string
		level quic.QUICEncryptionLevel
		bytes []byte
		code  uint64
	}{
		{"a message that has no place", quic.QUICEncryptionLevelApplication, []byte{24, 0, 0, 1, 0}, 0x100 + 10},
		{"a certificate request", quic.QUICEncryptionLevelApplication, []byte{13, 0, 0, 11, 0, 0, 8, 0, 13, 0, 4, 0, 2, 8, 7}, 0x0a},
		{"a level that is done with", quic.QUICEncryptionLevelInitial, []byte{2}, 0x0a},
		{"the level of 0-RTT", quic.QUICEncryptionLevelEarly, []byte{2}, 0x0a},
		{"a message too large", quic.QUICEncryptionLevelApplication, []byte{4, 1, 0, 0}, 0x100 + 47},
		{"more than is kept", quic.QUICEncryptionLevelApplication, make([]byte, 1<<18), 0x0d},
	} {
		client, server := pair(t, row.what)
		if err := connect(client, server); err != nil {
			t.Fatal(err)
		}
		err := client.HandleData(row.level, row.bytes)
		var alert quic.AlertError
		if got := quic.QUICErrorCode(err); got != row.code || !errors.As(err, &alert) {
			t.Errorf("%s: code %#x of %v", row.what, got, err)
		}
	}
	if quic.QUICErrorCode(errors.New("other")) != 1 || quic.QUICErrorCode(fmt.Errorf("%w", alertOf(40))) != 0x128 {
		t.Error("errors of others have codes too")
	}
}

func TestCallsThatMakeNoSenseChangeNothing(t *testing.T) {
	client, server := pair(t, "misuse")
	if err := client.Close(); err != nil {
		t.Errorf("Close before Start: %v", err)
	}
	wantAlert(t, "data before Start", server.HandleData(0, []byte{1}), messages.AlertInternalError)
	if err := client.start(); err != nil {
		t.Fatal(err)
	}
	for what, call := range map[string]func() error{
		"Start again":                 func() error { return client.Start(context.Background()) },
		"an answer to nothing":        func() error { return client.own().Answer(&events.Refused{}) },
		"a level that is none":        func() error { return client.HandleData(4, nil) },
		"a level below all":           func() error { return client.HandleData(-1, nil) },
		"a client's ticket":           func() error { return client.SendSessionTicket(quic.QUICSessionTicketOptions{}) },
		"an early confirmation":       client.own().ConfirmHandshake,
		"a session of another make":   func() error { return client.own().StoreSession(&quic.SessionState{}) },
		"no session":                  func() error { return client.own().StoreSession(nil) },
		"a server's session":          func() error { return server.own().StoreSession(&quic.SessionState{}) },
		"a ticket in the handshake":   func() error { return server.SendSessionTicket(quic.QUICSessionTicketOptions{}) },
		"a server that has not begun": server.own().ConfirmHandshake,
	} {
		wantAlert(t, what, call(), messages.AlertInternalError)
	}
	if err := server.start(); err != nil {
		t.Fatal(err)
	}
	if err := settle(client, server); err != nil {
		t.Fatal(err)
	}
	wantAgreement(t, client, server)
	wantAlert(t, "too much extra data", server.SendSessionTicket(quic.QUICSessionTicketOptions{Extra: [][]byte{make([]byte, quic.MaxExtra)}}),
		messages.AlertInternalError)
}

// A connection that is given up has nothing that would go on.
func TestCloseGivesTheErrorOfTheHandshake(t *testing.T) {
	for what, bring := range map[string]func(client, server *stack) error{
		"that waits for parameters": func(client, _ *stack) error { return client.Start(context.Background()) },
		"that waits for the server": func(client, _ *stack) error { return client.start() },
	} {
		client, server := pair(t, what)
		if err := bring(client, server); err != nil {
			t.Fatal(err)
		}
		err := client.Close()
		wantAlert(t, "a client "+what, err, messages.AlertCloseNotify)
		if again := client.Close(); again != err {
			t.Errorf("closed again: %v", again)
		}
		if got := wantKinds(t, what, client.own(), quic.QUICErrorEvent)[0].Err; got != err {
			t.Errorf("the event has %v", got)
		}
		client.SetTransportParameters(nil)
		wantKinds(t, "closed", client.own())
	}
	client, server := pair(t, "closed")
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := client.Close(); err != nil {
			t.Errorf("Close of a connection in use: %v", err)
		}
	}
	wantKinds(t, "a closed connection", client.own())
	if state := client.ConnectionState(); !state.HandshakeComplete || state.NegotiatedProtocol != "h3" || len(state.PeerCertificates) == 0 {
		t.Errorf("its state is %+v", state)
	}
	wantAlert(t, "data", client.HandleData(quic.QUICEncryptionLevelApplication, nil), messages.AlertInternalError)
	if _, err := client.own().Export("EXPERIMENTAL", nil, 20); err == nil {
		t.Error("a closed connection exports")
	}
}

func TestAContextEndsTheHandshakeAndNothingBehindIt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	client, server := pair(t, "context")
	if err := client.Start(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	client.SetTransportParameters(nil)
	wantKinds(t, "a client without time", client.own(), quic.QUICErrorEvent)
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	err := server.HandleData(quic.QUICEncryptionLevelInitial, []byte{1})
	wantAlert(t, "a server without time", err, messages.AlertCloseNotify)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the reason is in %v", err)
	}

	ctx, cancel = context.WithCancel(context.Background())
	client, server = pair(t, "context, later")
	client.preset, server.preset = true, true
	client.SetTransportParameters([]byte(client.parameters))
	if err := client.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := client.drain(); err != nil {
		t.Fatal(err)
	}
	if err := server.start(); err != nil {
		t.Fatal(err)
	}
	if err := settle(client, server); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := server.SendSessionTicket(quic.QUICSessionTicketOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := server.drain(); err != nil {
		t.Fatal(err)
	}
	if err := settle(client, server); err != nil {
		t.Errorf("the handshake was complete: %v", err)
	}
}

func TestAnAnswererThatAnswersWrongEndsTheHandshake(t *testing.T) {
	config := serverConfig(t, "wrong")
	config.Answers = wrong{}
	client, server := ours(events.Client, quic.QUICClient(clientConfig("wrong"))), ours(events.Server, quic.QUICServer(config))
	err := connect(client, server)
	wantAlert(t, "an answer to another question", err, messages.AlertInternalError)
	if !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("the reason is in %v", err)
	}
	big, server := pair(t, "big")
	big.parameters = strings.Repeat("x", events.MaxTransportParameters+1)
	wantAlert(t, "parameters too large", connect(big, server), messages.AlertInternalError)
}

func TestNothingPrintsASecret(t *testing.T) {
	_, server := pair(t, "print")
	server.ticket = &quic.QUICSessionTicketOptions{}
	config := clientConfig("print")
	config.EnableSessionEvents = true
	client := ours(events.Client, quic.QUICClient(config))
	var session *quic.SessionState
	client.store = func(got any) error { session = got.(*quic.SessionState); return nil }
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	kept, err := session.Session()
	if err != nil {
		t.Fatal(err)
	}
	secret := fmt.Sprintf("%x", kept.Secret.Bytes())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for _, value := range []any{session, *session, client.conn, quic.QUICEvent{Kind: quic.QUICSetReadSecret, Data: kept.Secret.Bytes()}} {
			if text := fmt.Sprintf(verb, value); strings.Contains(strings.ToLower(text), secret) || strings.Contains(text, fmt.Sprint(kept.Secret.Bytes())) {
				t.Errorf("%s of %T prints the secret", verb, value)
			}
		}
	}
}

// The alert is the one that the peer is told, whatever an answer's own error wraps.
func TestTheAlertOfAnErrorIsTheOneTold(t *testing.T) {
	config := clientConfig("told")
	config.Answers = &answer.Client{Roots: testkit.Roots(), VerifyPeer: func(time.Time, *answer.Peer) error {
		return &answer.Rejection{Alert: messages.AlertBadCertificate, Err: alertOf(messages.AlertHandshakeFailure)}
	}}
	_, server := pair(t, "told")
	wantAlert(t, "a rejection", connect(ours(events.Client, quic.QUICClient(config)), server), messages.AlertBadCertificate)
}

func TestEventsAndConnectionsArePrintedInWords(t *testing.T) {
	session := &quic.SessionState{}
	for want, value := range map[string]any{
		"write data, Handshake, 3 bytes":          quic.QUICEvent{Kind: quic.QUICWriteData, Level: quic.QUICEncryptionLevelHandshake, Data: []byte("abc")},
		"set write secret, Early, 0 bytes":        quic.QUICEvent{Kind: quic.QUICSetWriteSecret, Level: quic.QUICEncryptionLevelEarly},
		"discard keys, Initial":                   quic.QUICEvent{Kind: quic.QUICDiscardKeys},
		"transport parameters, 1 bytes":           quic.QUICEvent{Kind: quic.QUICTransportParameters, Data: []byte("a")},
		"resume session, no session":              quic.QUICEvent{Kind: quic.QUICResumeSession, SessionState: session},
		"error: tls: internal error":              quic.QUICEvent{Kind: quic.QUICErrorEvent, Err: alertOf(80)},
		"question: provide transport parameters?": quic.QUICEvent{Kind: quic.QUICQuestion, Question: &events.ProvideTransportParameters{}},
		"handshake done":                          quic.QUICEvent{Kind: quic.QUICHandshakeDone},
		"quic(client, no state)":                  quic.QUICClient(nil),
	} {
		if got := fmt.Sprint(value); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A config without a clock goes by the system's.
func TestTheTimeIsThatOfTheSystemWhereThereIsNone(t *testing.T) {
	clientSide, serverSide := clientConfig("clock"), serverConfig(t, "clock")
	var at time.Time
	clientSide.Now, serverSide.Now = nil, nil
	clientSide.Answers = &answer.Client{InsecureSkipVerify: true, VerifyPeer: func(now time.Time, _ *answer.Peer) error { at = now; return nil }}
	client, server := ours(events.Client, quic.QUICClient(clientSide)), ours(events.Server, quic.QUICServer(serverSide))
	before := time.Now()
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	if at.Before(before) || at.After(time.Now()) {
		t.Errorf("the time told is %v", at)
	}
}

func TestAnAnswererThatPanicsEndsTheHandshake(t *testing.T) {
	config := serverConfig(t, "panic")
	config.Answers.(*answer.Server).Choose = func(*events.ChooseCredential) (*answer.Certificate, error) { panic("no certificate") }
	server := ours(events.Server, quic.QUICServer(config))
	if err := server.start(); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is swallowed")
			}
		}()
		_ = server.receive(chunk{bytes: firstHello(t)})
	}()
	wantAlert(t, "afterwards", server.HandleData(quic.QUICEncryptionLevelInitial, nil), messages.AlertInternalError)
	wantKinds(t, "afterwards", server.own(), quic.QUICErrorEvent)
}

type wrong struct{ answer.Server }

func (wrong) Answer(_ time.Time, _ events.Question) events.Answer {
	return &events.TicketSealed{Replied: events.Replied{ID: 99}}
}
