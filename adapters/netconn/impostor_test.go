package netconn_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/secrets"
)

// An identifier travels in clear: whoever has seen it must not be able to have
// the session forgotten.
func TestAnImpostorEvictsNoSession(t *testing.T) {
	clientAnswers, serverAnswers := clientAnswers(), serverAnswers(t)
	clientAnswers.Sessions, serverAnswers.Sessions = &answer.Sessions{}, &answer.SessionCache{}
	clientConfig, serverConfig := legacy()
	serverConfig.Sessions, serverConfig.NoTickets = true, true
	client, server := connectLegacy(t, clientConfig, serverConfig, clientAnswers, serverAnswers)
	defer client.Close()
	defer server.Close()
	session := clientAnswers.Sessions.Take(time.Now(), clientConfig.ServerName)
	if session == nil {
		t.Fatal("the client has no session")
	}
	forged := *session
	forged.Secret, _ = secrets.NewSecret(bytes.Repeat([]byte{7}, secrets.MasterLen))
	impostorConfig, _ := legacy()
	impostorConfig.Session = &forged
	a, b := transports(t)
	impostor, err := netconn.Client(a, impostorConfig, clientAnswers)
	if err != nil {
		t.Fatal(err)
	}
	victim, err := netconn.Server(b, serverConfig, serverAnswers)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = impostor.Handshake() }()
	within(t, 10*time.Second, "the handshake", func() {
		if err := victim.Handshake(); err == nil {
			t.Error("an impostor resumed the session")
		}
	})
	if got := serverAnswers.Sessions.Len(); got != 1 {
		t.Errorf("%d sessions are kept, want the one", got)
	}
}
