package link_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// remembering is a server that keeps its sessions of TLS 1.2 by identifier.
func remembering(t *testing.T) *answer.Server {
	t.Helper()
	identity := testkit.Server(testkit.P256)
	certificate, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		t.Fatal(err)
	}
	return &answer.Server{Certificates: []*answer.Certificate{certificate}, Sessions: &answer.SessionCache{}}
}

// visit has a client with a session, or nil, shake hands with the server, and put the
// bytes behind it into its records. It gives the session that the client has then.
func visit(t *testing.T, server *answer.Server, session *events.Session, behind ...byte) (*events.Session, error) {
	t.Helper()
	pair := testkit.NewPair("link")
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.MinVersion, common.MaxVersion = messages.TLS12, messages.TLS12
	}
	pair.Server.Sessions, pair.Server.NoTickets, pair.Client.Session = true, true, session
	var transport net.Conn
	_, serving := joinOver(t, pair, server, func(conn net.Conn) net.Conn {
		transport = conn
		return conn
	})
	e, err := engine.NewClient(&pair.Client)
	if err != nil {
		t.Fatal(err)
	}
	got := session
	client := link.New(e, transport, pair.ClientAnswers, func(e events.Event) {
		if received, ok := e.(*events.TicketReceived); ok {
			got = received.Session
		}
	})
	done := serve(serving, func() error { _, err := serving.Read(); return err })
	err = client.Handshake()
	if len(behind) > 0 {
		if _, err := transport.Write(behind); err != nil {
			t.Error(err)
		}
	} else if err == nil {
		_ = client.CloseWrite()
	}
	client.Finish(time.Second)
	<-done
	return got, err
}

// Identifiers of sessions go in clear: who has seen one has not the session.
func TestASessionOutlivesAStrangerWhoNamesIt(t *testing.T) {
	server := remembering(t)
	session, err := visit(t, server, nil)
	if err != nil || server.Sessions.Len() != 1 {
		t.Fatalf("%d sessions are kept, %v", server.Sessions.Len(), err)
	}
	guess := *session
	guess.Secret, _ = secrets.NewSecret(make([]byte, session.Secret.Len()))
	var fatal *engine.Error
	if _, err := visit(t, server, &guess); !errors.As(err, &fatal) {
		t.Errorf("a stranger resumes it: %v", err)
	}
	if server.Sessions.Len() != 1 {
		t.Error("the stranger has it forgotten")
	}
}

// One whose connection fails is forgotten, as RFC 5246, Section 7.2.2, has it.
func TestASessionEndsWithAConnectionThatHasIt(t *testing.T) {
	junk := append([]byte{23, 3, 3, 0, 40}, make([]byte, 40)...)
	server := remembering(t)
	session, err := visit(t, server, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := visit(t, server, session); err != nil || server.Sessions.Len() != 1 {
		t.Fatalf("after a resumption %d are kept, %v", server.Sessions.Len(), err)
	}
	if _, err := visit(t, server, session, junk...); err != nil || server.Sessions.Len() != 0 {
		t.Errorf("after a resumption that fails %d are kept, %v", server.Sessions.Len(), err)
	}
	if _, err := visit(t, server, nil, junk...); err != nil || server.Sessions.Len() != 0 {
		t.Errorf("after a handshake in full that fails %d are kept, %v", server.Sessions.Len(), err)
	}
}
