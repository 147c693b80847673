package engine_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// TestAnyTwoEndsOfTLS13AgreeOrRefuseForAReason is its namesake for TLS 1.3, and more
// exact: what any two configs lead to is known beforehand, refusals included. The two
// meet again with a session of the first connection, earlier or later; and one of them
// meets another.
func TestAnyTwoEndsOfTLS13AgreeOrRefuseForAReason(t *testing.T) {
	came := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		d := &drawing{T: t, came: came}
		for range 10 {
			d.meetings()
		}
	})
	for _, what := range []string{
		"full", "resumed", "external key", "imported key", "no agreement", "retried", "early data taken", "early data rejected",
		"early data rejected by a retry", "early answer", "client certificate", "raw key", "compressed", "SRTP", "tickets by request",
		"later certificate", "later declined", "later resumed", "refused: no_mutual_version", "refused: no_mutual_suite",
		"refused: no_mutual_group", "refused: no_application_protocol", "refused: no_credential", "refused: no_mutual_scheme",
		"refused: no_mutual_certificate_type", "refused: certificate_required", "refused: bad_binder",
		"refused: psk_required", "refused: no_mutual_psk", "refused: psk_not_known", "refused: missing_extension",
	} {
		if came[what] == 0 {
			t.Errorf("there was no connection of this kind: %s", what)
		}
	}
}

// meeting13 is what is known of a connection of TLS 1.3.
type meeting13 struct {
	d *drawing
	// logged are the secrets of either end by their labels.
	logged [2]map[string][]byte
	// offeredEarly tells that early data was, of which most may be written. early is
	// what was, and taken what has arrived.
	offeredEarly bool
	most         uint32
	early, taken []byte
	// answered tells that the server has answered it before the client's Finished.
	answered bool
	// verdicts are what the client heard about its early data.
	verdicts []string
	// tickets came, and gots is what both ends thought when they did.
	tickets []*events.Session
	gots    [][2]events.Connection
	// later are the answers to requests for a certificate.
	later []*events.PeerAuthenticated
}

// prepare13 draws when the two meet.
func (d *drawing) prepare13(m *meeting) {
	m.d, m.logged = d, [2]map[string][]byte{{}, {}}
	if size := rapid.SampledFrom([]int{0, 0, 0, 1, 7, 500}).Draw(d.T, "pieces"); size > 0 {
		m.pipe.Split = func(events.Role, []byte) int { return size }
	}
	if d.exchange == 0 && m.earlier != nil && !m.earlier.legacy() {
		hours := rapid.SampledFrom([]int{0, 0, 0, 0, 2, 48, 9 * 24}).Draw(d.T, "hours later")
		m.pipe.Now = m.earlier.pipe.Now.Add(time.Duration(hours) * time.Hour)
	}
}

func (m *meeting) observe13(from events.Role, e events.Event) {
	switch e := e.(type) {
	case *events.SecretDerived:
		if m.logged[from][e.Label] != nil && e.Label != "CLIENT_RANDOM" { // of TLS 1.2, in each handshake
			m.Fatalf("the %v derives %s twice", from, e.Label)
		}
		m.logged[from][e.Label] = bytes.Clone(e.Secret.Bytes())
	case *events.EarlyDataOffered:
		m.offeredEarly, m.most = true, e.Max
	case *events.EarlyDataAccepted, *events.EarlyDataRejected:
		m.verdicts = append(m.verdicts, e.String())
	case *events.EarlyDataReceived:
		m.taken = append(m.taken, e.Bytes...)
	case *events.TicketReceived:
		m.tickets = append(m.tickets, e.Session)
		m.gots = append(m.gots, [2]events.Connection{m.client(), m.server()})
	case *events.PeerAuthenticated:
		m.later = append(m.later, e)
	}
}

// expected13 checks what the two have agreed on in TLS 1.3.
func (m *meeting) expected13(c *events.Connection) {
	p := m.prospect()
	if len(p.reasons) > 0 {
		m.Fatalf("the %v ought to refuse: %v\n%v\n%v", p.refuser, p.reasons, m.drawn.client, m.drawn.server)
	}
	if got, want := factsOf(c), factsOf(&p.agreed); got != want {
		m.Fatalf("they agree on\n%s\nand not on\n%s\n%v\n%v", got, want, m.drawn.client, m.drawn.server)
	}
	if c.SendLimit != p.agreed.SendLimit || c.ReceiveLimit != p.agreed.ReceiveLimit {
		m.Fatalf("the limits are %d and %d, not %d and %d", c.SendLimit, c.ReceiveLimit, p.agreed.SendLimit, p.agreed.ReceiveLimit)
	}
	if !c.Resumed && (!bytes.Equal(c.OCSP, p.agreed.OCSP) || !slices.EqualFunc(c.SCTs, p.agreed.SCTs, bytes.Equal)) {
		m.Fatalf("what is stapled is %q and %q", c.OCSP, c.SCTs)
	}
	if len(m.tickets) != p.tickets {
		m.Fatalf("%d tickets come, not %d", len(m.tickets), p.tickets)
	}
	m.sameSecrets()
	m.earlyDataIs(p)
	m.count(p)
}

// sameSecrets checks that both ends have derived the same secrets, and so have the
// same transcript at each of them.
func (m *meeting) sameSecrets() {
	for _, label := range []string{
		"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0",
		"EXPORTER_SECRET",
	} {
		if m.logged[events.Client][label] == nil {
			m.Fatalf("the client has no %s: %v", label, slices.Sorted(maps.Keys(m.logged[events.Client])))
		}
	}
	for label, secret := range m.logged[events.Client] {
		early := label == "CLIENT_EARLY_TRAFFIC_SECRET" || label == "EARLY_EXPORTER_SECRET"
		if same := m.logged[events.Server][label]; !bytes.Equal(secret, same) && (!early || same != nil) {
			m.Fatalf("%s is %x to the client, and %x to the server", label, secret, same)
		}
	}
	for _, ticket := range m.tickets {
		// Its secret is of the whole handshake.
		if state, err := events.ParseSession(ticket.Ticket); err != nil || !bytes.Equal(state.Secret.Bytes(), ticket.Secret.Bytes()) {
			m.Fatalf("a ticket is of another secret: %v", err)
		}
	}
}

// resumed13 checks that a session keeps who the peers were.
func (m *meeting) resumed13() {
	for role, was := range m.earlier.got {
		is := m.began[role]
		if !slices.EqualFunc(is.PeerChain, was.PeerChain, bytes.Equal) || !bytes.Equal(is.PeerRawKey, was.PeerRawKey) ||
			!bytes.Equal(is.OCSP, was.OCSP) || !slices.EqualFunc(is.SCTs, was.SCTs, bytes.Equal) || !bytes.Equal(is.PSKIdentity, was.PSKIdentity) ||
			is.ServerName != was.ServerName || is.LocalChain != nil || is.LocalRawKey != nil || is.LocalScheme != 0 || is.PeerScheme != 0 {
			m.Fatalf("the %v resumes\n%+v\nfrom\n%+v", events.Role(role), is, was)
		}
	}
}

// goOn13 has the two update their keys, authenticate the client and exchange a
// further ticket, and data in between.
func (m *meeting) goOn13() {
	exported := m.exports()
	if m.update(); m.authenticateLater() {
		m.update()
		m.issue()
		if again := m.exports(); !bytes.Equal(again, exported) {
			m.Fatalf("what is exported changes from %x to %x", exported, again)
		}
	}
	if n := len(m.tickets); n > 0 {
		at := rapid.IntRange(0, n-1).Draw(m.T, "which ticket")
		m.session, m.got = m.tickets[at], m.gots[at]
	}
}

// exports is what both ends export.
func (m *meeting) exports() []byte {
	ours, err := m.pipe.Client.Engine.TLSExporter()
	theirs, errPeer := m.pipe.Server.Engine.TLSExporter()
	if err != nil || errPeer != nil || !bytes.Equal(ours, theirs) || len(ours) != 32 {
		m.Fatalf("tls-exporter is %x, %v, and %x, %v", ours, err, theirs, errPeer)
	}
	return ours
}

// update has the ends update keys, with data under way.
func (m *meeting) update() {
	for range rapid.IntRange(0, 3).Draw(m.T, "key updates") {
		role := drawRole(m.T)
		request := messages.KeyUpdateRequest(rapid.IntRange(0, 1).Draw(m.T, "request"))
		if err := m.pipe.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, request)
		}); err != nil {
			m.Fatalf("the %v cannot update its keys: %v", role, err)
		}
	}
	m.talk()
}

// issue has the server send a further ticket, which knows of all that has come
// since.
func (m *meeting) issue() {
	_, mutual := m.prospect().mode()
	before := len(m.tickets)
	err := m.pipe.Do(events.Server, (*engine.Engine).IssueTicket)
	if may := mutual && m.drawn.server.Tickets; may != (err == nil) || !may && !errors.Is(err, engine.ErrMisuse) {
		m.Fatalf("a further ticket: %v", err)
	}
	if m.talk(); err == nil && m.drawn.client.Tickets && len(m.tickets) != before+1 {
		m.Fatalf("a further ticket does not come")
	}
	if len(m.tickets) > before {
		m.sameSecrets()
	}
}
