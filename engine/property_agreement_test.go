package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// TestAnyTwoEndsAgreeOrRefuseForAReason draws any two configs, and callers, that
// could meet. Either both ends complete and agree on all that has been negotiated,
// data flows and they renegotiate where both allow it; or one refuses by name, for
// a reason that its config gives, and the other is told. So it is again with the
// session of the first connection, between the same ends and others.
func TestAnyTwoEndsAgreeOrRefuseForAReason(t *testing.T) {
	for exchange := secrets.KeyExchangeECDHE; exchange <= secrets.KeyExchangeECDHEPSK; exchange++ {
		t.Run(exchange.String(), func(t *testing.T) {
			completed := map[secrets.KeyExchange]int{}
			rapid.Check(t, func(t *rapid.T) {
				d := &drawing{T: t, exchange: exchange}
				for range 3 {
					if first := d.meetings(); first != nil {
						completed[first.exchange()]++
					}
				}
			})
			if completed[exchange] == 0 {
				t.Error("no two ends have agreed on it")
			}
		})
	}
}

// meetings has two ends meet, and again with the session of the first connection,
// and one of them meet another.
func (d *drawing) meetings() *meeting {
	first := d.meet(d.strangers(), nil)
	if first == nil || first.session == nil {
		return first
	}
	again := d.meet(first.drawn, first)
	if first.legacy() && (again == nil || !again.began[0].Resumed) {
		d.Fatalf("the two that have agreed do not resume: %+v", first.began[0])
	}
	if again == nil || again.session == nil {
		again = first
	}
	d.meet(d.other(first.drawn), again)
	return first
}

// meeting is a connection between two ends that have been drawn.
type meeting struct {
	*drawn
	*rapid.T
	pipe *pipe.Pipe
	// earlier is the connection whose session the client offers, or nil.
	earlier *meeting
	// session is one that the client got here, and got what both ends thought then.
	session *events.Session
	got     [2]events.Connection
	// began is what each end thought when it had completed its first handshake, and
	// handshakes counts them.
	began      [2]events.Connection
	handshakes int

	started, declined bool
	// told are the supplemental data that each end was told.
	told [2][]*events.SupplementalDataReceived
	meeting13
}

func (m *meeting) ends() [2]*pipe.End { return [2]*pipe.End{&m.pipe.Client, &m.pipe.Server} }

func (m *meeting) client() events.Connection { return m.pipe.Client.Engine.Connection() }
func (m *meeting) server() events.Connection { return m.pipe.Server.Engine.Connection() }

// exchange is the key exchange of TLS 1.2 of the first handshake, or none.
func (m *meeting) exchange() secrets.KeyExchange {
	if suite, ok := secrets.LookupSuite12(m.began[0].CipherSuite); ok {
		return suite.KeyExchange
	}
	return 0
}

// meet has two ends meet. It returns nil where they refuse.
func (d *drawing) meet(p *drawn, earlier *meeting) *meeting {
	m := &meeting{drawn: p, T: d.T, earlier: earlier}
	p.Client.Session = nil
	if earlier != nil {
		p.Client.Session = earlier.session
		p.ServerAnswers.Sessions = earlier.ServerAnswers.Sessions
	}
	m.pipe = p.Join()
	m.pipe.Observe = m.observe
	d.prepare13(m)
	m.supplied = [2][]messages.SupplementalDataEntry{}
	early := m.handshake()
	if !m.settled() {
		return nil
	}
	if got := m.pipe.Server.Received; !bytes.Equal(got, early) {
		m.Fatalf("of the data written before the handshake is complete, %q, arrives %q", early, got)
	}
	m.handshakes, m.began = 1, [2]events.Connection{m.client(), m.server()}
	m.agree()
	m.resumed()
	m.talk()
	if m.legacy() {
		m.goOn12()
	} else {
		m.goOn13()
	}
	return m
}

// legacy tells whether the two have met in TLS 1.2.
func (m *meeting) legacy() bool { return m.began[events.Client].Version == messages.TLS12 }

// goOn12 has the two renegotiate. A session serves more than once.
func (m *meeting) goOn12() {
	for _, by := range []events.Role{events.Server, events.Client} {
		if !m.renegotiate(by) {
			break
		}
	}
	m.got = m.began
	if m.session == nil && m.began[0].Resumed {
		m.session, m.got = m.earlier.session, m.earlier.got
	}
}

// handshake runs the first handshake, and gives what the client has written before
// the server's Finished, if it may.
func (m *meeting) handshake() (early []byte) {
	_ = m.pipe.Do(events.Client, (*engine.Engine).Start)
	m.writeEarly()
	for m.pipe.Step(events.Server) || m.pipe.Step(events.Client) {
		if m.started && early == nil && !m.pipe.Client.Engine.Completed() {
			early = []byte("early words")
			if err := m.pipe.Write(events.Client, early); err != nil {
				m.Fatalf("a client that starts early cannot write: %v", err)
			}
		}
		m.answerEarly()
	}
	return early
}

func (m *meeting) observe(from events.Role, e events.Event) {
	switch e := e.(type) {
	case *events.SessionEstablished:
		m.ServerAnswers.Keep(e)
	case *events.TicketReceived:
		m.session = e.Session
	case *events.FalseStarted:
		m.started = true
	case *events.RenegotiationDeclined:
		m.declined = true
	case *events.SupplementalDataReceived:
		m.told[from] = append(m.told[from], e)
	}
	m.observe13(from, e)
}

// settled tells whether both ends are complete. If not, exactly one has refused,
// with good reason, and the other was told by its alert.
func (m *meeting) settled() bool {
	ends := m.ends()
	if ends[0].Err == nil && ends[1].Err == nil {
		for role, end := range ends {
			if !end.Engine.Completed() || end.Engine.Renegotiating() {
				m.Fatalf("the %v is in %s, and nothing is on the wire", events.Role(role), end.Engine.State())
			}
		}
		return true
	}
	var errs [2]*engine.Error
	for role, end := range ends {
		if !errors.As(end.Err, &errs[role]) {
			m.Fatalf("the %v has not failed: %v; the other end: %v", events.Role(role), end.Err, ends[1-role].Err)
		}
	}
	if m.bothRefuse(errs) {
		return false
	}
	if errs[0].Received == errs[1].Received || errs[0].Alert != errs[1].Alert {
		m.Fatalf("one refuses and the other is told: %v, %v", errs[0], errs[1])
	}
	refuser := events.Client
	if errs[refuser].Received {
		refuser = events.Server
	}
	m.d.saw("refused: " + errs[refuser].Refusal.Name)
	if why := errs[refuser]; !m.excused(refuser, why.Refusal.Name) || why.Alert != m.alertOf(why.Refusal.Name) {
		m.Fatalf("the %v has no reason to refuse: %v\n%v\n%v", refuser, why, m.drawn.client, m.drawn.server)
	}
	return false
}

// agree checks that both ends have the same idea of what was agreed on, and that
// it is what their configs lead to.
func (m *meeting) agree() {
	client, server := m.client(), m.server()
	if ours, theirs := factsOf(&client), factsOf(&server); ours != theirs {
		m.Fatalf("the two disagree:\nclient %s\nserver %s", ours, theirs)
	}
	for _, limits := range [][2]uint16{{client.SendLimit, server.ReceiveLimit}, {server.SendLimit, client.ReceiveLimit}} {
		// In TLS 1.3 max_fragment_length leaves the sender a byte less.
		if limits[0] != limits[1] && (client.Version != messages.TLS13 || limits[0]+1 != limits[1]) {
			m.Fatalf("one sends up to %d bytes in a record, and the other takes %d", limits[0], limits[1])
		}
	}
	if client.Version == messages.TLS13 {
		m.expected13(&client)
	} else {
		m.expected(&client)
	}
	exported, err := m.pipe.Client.Engine.Export("label", []byte("context"), 32)
	same, errPeer := m.pipe.Server.Engine.Export("label", []byte("context"), 32)
	if err != nil || errPeer != nil || !bytes.Equal(exported, same) {
		m.Fatalf("they export %x, %v, and %x, %v", exported, err, same, errPeer)
	}
	unique, err := m.pipe.Client.Engine.TLSUnique()
	same, errPeer = m.pipe.Server.Engine.TLSUnique()
	legacy := client.Version == messages.TLS12
	if (err == nil) != legacy || (errPeer == nil) != legacy || !bytes.Equal(unique, same) || legacy != (len(unique) > 0) {
		m.Fatalf("tls-unique: %x, %v, and %x, %v", unique, err, same, errPeer)
	}
	m.supplements()
}

// supplements checks that each end was told what the other has sent as
// supplemental data, and in clear only where both want it so.
func (m *meeting) supplements() {
	for role, told := range m.told {
		from := events.Role(role).Peer()
		var entries []messages.SupplementalDataEntry
		for _, e := range told {
			if e.Protected != (m.handshakes > 1) || !e.Protected && !(m.drawn.client.Supplemental.InClear && m.drawn.server.Supplemental.InClear) {
				m.Fatalf("supplemental data comes in handshake %d, protected %t", m.handshakes, e.Protected)
			}
			entries = append(entries, e.Entries...)
		}
		if got, want := fmt.Sprint(entries), fmt.Sprint(m.supplied[from]); got != want {
			m.Fatalf("the %v is told supplemental data %s, and was sent %s", events.Role(role), got, want)
		}
	}
	m.told, m.supplied = [2][]*events.SupplementalDataReceived{}, [2][]messages.SupplementalDataEntry{}
}

// resumed checks that a session resumed is the one that was offered, with all that
// it keeps.
func (m *meeting) resumed() {
	if !m.client().Resumed {
		return
	}
	if m.earlier == nil {
		m.Fatal("a session is resumed that was not offered")
	}
	if !m.legacy() {
		m.resumed13()
		return
	}
	for role, was := range m.earlier.began {
		is := m.began[role]
		same := is.Version == was.Version && slices.EqualFunc(is.PeerChain, was.PeerChain, bytes.Equal) && bytes.Equal(is.OCSP, was.OCSP) &&
			slices.EqualFunc(is.OCSPChain, was.OCSPChain, bytes.Equal) && slices.EqualFunc(is.SCTs, was.SCTs, bytes.Equal) &&
			is.ServerName == was.ServerName && is.LocalChain == nil && is.LocalScheme == 0 && is.PeerScheme == 0 &&
			bytes.Equal(is.PeerRawKey, was.PeerRawKey) && is.CipherSuite == was.CipherSuite && is.Group == was.Group &&
			is.ExtendedMasterSecret == was.ExtendedMasterSecret && bytes.Equal(is.PSKIdentity, was.PSKIdentity)
		if !same {
			m.Fatalf("the %v resumes\n%+v\nfrom\n%+v", events.Role(role), is, was)
		}
	}
}

// talk has data flow both ways.
func (m *meeting) talk() {
	m.pipe.Client.Received, m.pipe.Server.Received = nil, nil
	var sent [2][]byte
	for role := range sent {
		sent[role] = bytes.Repeat(fmt.Appendf(nil, "words of the %v. ", events.Role(role)), 200)
		if err := m.pipe.Write(events.Role(role), sent[role]); err != nil {
			m.Fatalf("the %v cannot write: %v", events.Role(role), err)
		}
	}
	err := m.pipe.Run()
	for role, end := range m.ends() {
		if err != nil || !bytes.Equal(end.Received, sent[1-role]) {
			m.Fatalf("the %v has %d of %d bytes: %v", events.Role(role), len(end.Received), len(sent[1-role]), err)
		}
	}
}

// renegotiate has an end begin another handshake. It returns false where the
// connection ends by it.
func (m *meeting) renegotiate(by events.Role) bool {
	m.declined = false
	err := m.pipe.Do(by, (*engine.Engine).Renegotiate)
	switch {
	case m.client().Version == messages.TLS13:
		if err != engine.ErrNotReady {
			m.Fatalf("the %v renegotiates in TLS 1.3: %v", by, err)
		}
		return true
	case !m.mayRenegotiate(by):
		if !errors.Is(err, engine.ErrMisuse) {
			m.Fatalf("the %v renegotiates against its config: %v", by, err)
		}
		return true
	case err != nil:
		m.Fatalf("the %v cannot renegotiate: %v", by, err)
	}
	before := [2]events.Connection{m.client(), m.server()}
	_ = m.pipe.Run()
	if !m.settled() {
		return false
	}
	for role, was := range before {
		is := m.ends()[role].Engine.Connection()
		if !m.mayRenegotiate(by.Peer()) {
			if m.declined != (by == events.Client) || factsOf(&is) != factsOf(&was) {
				m.Fatalf("a renegotiation that is declined (%t) changes\n%+v to\n%+v", m.declined, was, is)
			}
			continue
		}
		same := is.Version == was.Version && is.ServerName == was.ServerName && is.ALPN == was.ALPN &&
			(len(was.PeerChain) == 0 || bytes.Equal(leaf(is.PeerChain), leaf(was.PeerChain))) &&
			(len(was.PSKIdentity) == 0 || len(is.PSKIdentity) == 0 || bytes.Equal(is.PSKIdentity, was.PSKIdentity))
		if !is.Renegotiated || is.Resumed || !same {
			m.Fatalf("a renegotiation of the %v leads from\n%+v to\n%+v", events.Role(role), was, is)
		}
	}
	if m.mayRenegotiate(by.Peer()) {
		m.handshakes++
		m.agree()
	}
	m.talk()
	return true
}

// mayRenegotiate tells whether an end's config has another handshake.
func (m *meeting) mayRenegotiate(role events.Role) bool {
	config := m.Client.Renegotiation
	if role == events.Server {
		config = m.Server.Renegotiation
	}
	return config == engine.RenegotiateFreely || config == engine.RenegotiateOnce && m.handshakes == 1
}
