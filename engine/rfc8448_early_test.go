package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// resumedTrace is the trace of early data with the session of the trace before it.
func resumedTrace(t *testing.T) (*recorded, *events.Session) {
	t.Helper()
	first, r := recordedTrace(t, "Simple 1-RTT Handshake"), recordedTrace(t, "Resumed 0-RTT Handshake")
	var ticket messages.NewSessionTicket13
	first.message("server", &ticket)
	var limit messages.EarlyDataLimit
	if _, err := ticket.Extensions.Get(&limit); err != nil {
		t.Fatal(err)
	}
	secret, ok := secrets.NewSecret(first.all("server", "generate resumption secret", "expanded")[0])
	if !ok {
		t.Fatal("the trace has no resumption secret")
	}
	// The hello as constructed lacks its binders; as sent it is whole.
	whole := r.all("client", "send handshake", "payload")[0]
	for _, step := range r.steps {
		if _, ok := step.fields["ClientHello"]; ok {
			step.fields["ClientHello"] = whole
		}
	}
	var hello messages.ClientHello
	r.message("client", &hello)
	last := hello.Extensions.List[len(hello.Extensions.List)-1]
	age := obfuscatedAgeOf(t, last.Data)
	session := &events.Session{
		Version: messages.TLS13, CipherSuite: messages.TLS_AES_128_GCM_SHA256, Secret: secret, Ticket: ticket.Ticket,
		Created:       testkit.Now.Add(-time.Duration(age-ticket.AgeAdd) * time.Millisecond),
		Authenticated: testkit.Now, Lifetime: ticket.Lifetime, AgeAdd: ticket.AgeAdd, MaxEarlyData: limit.MaxSize,
		Group: messages.X25519, ServerName: "server", PeerChain: [][]byte{[]byte("that of the first connection")},
	}
	return r, session
}

func obfuscatedAgeOf(t *testing.T, data []byte) uint32 {
	t.Helper()
	size := int(data[2])<<8 | int(data[3])
	b := data[4+size:]
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// covers 8446/4.2.10/1
// covers 8446/4.2.11/1
// covers 8446/4.5/1
func TestTheTraceOfEarlyDataIsReplayedToTheByte(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		t.Run(role.String(), func(t *testing.T) {
			r, session := resumedTrace(t)
			if role == events.Server {
				session.PeerChain = nil
			}
			p := r.resumedReplay(role, session)
			p.do((*engine.Engine).Start)
			for _, step := range p.steps {
				if step.bytes("complete record") == nil {
					continue
				}
				if step.who == p.who && strings.HasPrefix(step.what, "send application_data") && !p.engine.Completed() {
					p.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
						_, err := e.WriteEarlyData(out, now, step.bytes("payload"))
						return err
					})
					p.wantSent(step)
					continue
				}
				p.step(step)
			}
			if len(p.sent) != 0 || p.rand.Len() != 0 || !p.engine.ReadClosed() || !p.engine.WriteClosed() {
				t.Errorf("%d bytes are sent and %d of entropy are left over in state %s", len(p.sent), p.rand.Len(), p.engine.State())
			}
			if !p.engine.Connection().EarlyDataAccepted {
				t.Error("the early data is not taken")
			}
		})
	}
}

// resumedReplay is a side of the trace that has the session.
func (r *recorded) resumedReplay(role events.Role, session *events.Session) *replay {
	r.t.Helper()
	p := &replay{recorded: r, who: role.String()}
	var err error
	if role == events.Client {
		config := p.clientConfig(false)
		config.Session, config.EarlyData = session, true
		p.engine, err = engine.NewClient(config)
	} else {
		config := p.serverConfig()
		config.NoTickets, config.Tickets, config.MaxEarlyData = false, -1, session.MaxEarlyData
		state := *session
		state.Ticket = nil
		if p.state, err = state.Append(nil); err != nil {
			r.t.Fatal(err)
		}
		p.engine, err = engine.NewServer(config)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	p.engine.SetRewrite(p.rewrite)
	return p
}
