package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// identified is a session of an earlier connection in TLS 1.2 that goes by its
// identifier, and what its server has kept.
var identified = sync.OnceValue(func() (kept struct {
	session *events.Session
	server  map[string][]byte
}) {
	pair := legacy("identified")
	pair.Server.NoTickets, pair.Server.Sessions = true, true
	p := pair.Join()
	p.Observe = func(_ events.Role, e events.Event) {
		if session, ok := e.(*events.SessionEstablished); ok {
			pair.ServerAnswers.Keep(session)
		}
	}
	if err := p.Handshake(); err != nil {
		panic(err)
	}
	kept.session, kept.server = p.Client.Sessions[0], pair.ServerAnswers.Sessions
	return kept
})

// resumingIdentified is resumingLegacy by identifier.
func resumingIdentified(p *testkit.Pair) {
	inLegacy(p)
	kept := identified()
	session := *kept.session
	p.Client.Session, p.ServerAnswers.Sessions = &session, kept.server
	p.Server.NoTickets, p.Server.Sessions = true, true
}

// covers 6066/3/4
func TestAServerOfTLS12SaysThatItHasUsedTheName(t *testing.T) {
	for _, name := range []string{testkit.ServerName, ""} {
		pair := legacy("name")
		pair.Client.ServerName = name
		m, l := capture[messages.ServerHello](t, pair, events.Server, 1)
		at := slices.Index(types(&m.Extensions), messages.ExtensionServerName)
		if at >= 0 != (name != "") || at >= 0 && len(m.Extensions.List[at].Data) != 0 {
			t.Errorf("to a client that names %q the answer is %v", name, m.Extensions.List)
		}
		if got := l.Server.Engine.Connection().ServerName; got != name {
			t.Errorf("the name is %q", got)
		}
	}
}

// A server whose names guide nothing says nothing of them, in either version.
func TestAServerMayKeepWhetherItHasUsedTheName(t *testing.T) {
	for _, pair := range []*testkit.Pair{legacy("no ack"), small("no ack")} {
		pair.Server.NoServerNameAck = true
		var acks int
		l := completes(t, pair, func(l *forge.Link) {
			count := func(x *messages.Extensions) {
				if x.Has(messages.ExtensionServerName) {
					acks++
				}
			}
			if pair.Server.MaxVersion == messages.TLS12 {
				forge.Change(l, events.Server, func(m *messages.ServerHello) { count(&m.Extensions) })
				return
			}
			forge.Change(l, events.Server, func(m *messages.EncryptedExtensions) { count(&m.Extensions) })
		})
		if got := l.Server.Engine.Connection().ServerName; acks != 0 || got != testkit.ServerName {
			t.Errorf("%v: %d answers to the name %q", l.Server.Engine.Connection().Version, acks, got)
		}
	}
}

// covers 6066/1.1/2 6066/3/7
func TestAResumptionAnswersNothingThatTheSessionHasSettled(t *testing.T) {
	for what, resume := range map[string]func(p *testkit.Pair){"by ticket": resumingLegacy, "by identifier": resumingIdentified} {
		pair := small("settled")
		resume(pair)
		pair.Client.RequestOCSP = true
		pair.ServerAnswers.Override = stapling(testkit.Server(testkit.P256))
		l := completes(t, pair, func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) {
				if !m.Extensions.Has(messages.ExtensionServerName) || !m.Extensions.Has(messages.ExtensionStatusRequest) {
					t.Errorf("%s: the client offers %v", what, types(&m.Extensions))
				}
			})
			forge.Change(l, events.Server, func(m *messages.ServerHello) {
				for _, kind := range []messages.ExtensionType{
					messages.ExtensionServerName, messages.ExtensionMaxFragmentLength, messages.ExtensionClientCertificateURL,
					messages.ExtensionTrustedCAKeys, messages.ExtensionTruncatedHMAC, messages.ExtensionStatusRequest,
				} {
					if m.Extensions.Has(kind) {
						t.Errorf("%s: the server answers %v", what, kind)
					}
				}
			})
		})
		if !l.Server.Engine.Connection().Resumed {
			t.Errorf("%s: nothing was resumed", what)
		}
	}
}

// covers 6066/8/3 6066/8/4
func TestAStatusIsSentWhereItIsAskedForAndAnnounced(t *testing.T) {
	for what, c := range map[string]struct{ asked, stapled bool }{
		"neither": {false, false}, "asked for alone": {true, false}, "stapled alone": {false, true}, "both": {true, true},
	} {
		pair := legacy("status")
		pair.Client.RequestOCSP = c.asked
		if c.stapled {
			pair.ServerAnswers.Override = stapling(testkit.Server(testkit.P256))
		}
		pair.Server.Trace = true
		m, l := capture[messages.ServerHello](t, pair, events.Server, 1)
		sent := slices.ContainsFunc(l.Server.Log, func(line string) bool {
			return strings.HasPrefix(line, "message sent, certificate_status")
		})
		at := slices.Index(types(&m.Extensions), messages.ExtensionStatusRequest)
		if want := c.asked && c.stapled; sent != want || at >= 0 != want {
			t.Errorf("%s: announced %t, sent %t", what, at >= 0, sent)
		}
		if at >= 0 && len(m.Extensions.List[at].Data) != 0 {
			t.Errorf("%s: the announcement says %x", what, m.Extensions.List[at].Data)
		}
	}
}

// covers 6066/8/5
func TestAStatusThatDoesNotSatisfyEndsTheHandshake(t *testing.T) {
	reason := errors.New("the response is of last year")
	pair := legacy("bad status")
	pair.Client.RequestOCSP = true
	pair.ServerAnswers.Override = stapling(testkit.Server(testkit.P256))
	answering(pair.ClientAnswers, func(q *events.VerifyPeer) events.Answer {
		if !bytes.Equal(q.OCSP, []byte("a response")) {
			t.Errorf("what is to be checked is %q", q.OCSP)
		}
		return q.Reject(messages.AlertBadCertificateStatusResponse, reason)
	})
	l := forge.New(pair)
	l.Handshake()
	wantRefusal(t, "a response that does not satisfy", l.Client, "peer_rejected")
	want := messages.AlertMessage{Level: messages.LevelFatal, Description: messages.AlertBadCertificateStatusResponse}
	if !slices.Equal(l.Client.Alerts, []messages.AlertMessage{want}) || !errors.Is(l.Client.Err, reason) {
		t.Errorf("alerts %v, error %v", l.Client.Alerts, l.Client.Err)
	}
}
