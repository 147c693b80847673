package engine_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// stapledChain has an identity shown with three certificates, and with something
// stapled to each of the first two.
func stapledChain(identity *testkit.Identity) func(*events.ChooseCredential) events.Answer {
	return func(q *events.ChooseCredential) events.Answer {
		credential := identity.CredentialIn(q.Version)
		credential.Chain = [][]byte{identity.Chain[0], testkit.Authority().Chain[0], testkit.Client(testkit.RSA).Chain[0]}
		credential.OCSP, credential.SCTs = []byte("a response"), [][]byte{[]byte("a timestamp"), []byte("another")}
		credential.OCSPChain = [][]byte{[]byte("the authority's"), nil}
		credential.SCTsChain = [][][]byte{nil, {[]byte("the stranger's")}}
		return q.Reply(credential)
	}
}

// asks is what an end asks for.
type asks struct{ ocsp, scts bool }

func (a asks) String() string { return fmt.Sprintf("responses %t, timestamps %t", a.ocsp, a.scts) }

// everyWish is all that there is to ask for.
var everyWish = []asks{{false, false}, {true, false}, {false, true}, {true, true}}

// wants checks that what was stapled is all that was asked for, in the order of the
// chain.
func (a asks) wants(t *testing.T, c *events.Connection) {
	t.Helper()
	if got := string(c.OCSP); a.ocsp && got != "a response" || !a.ocsp && c.OCSP != nil {
		t.Errorf("%v: the response is %q", a, got)
	}
	if got := fmt.Sprintf("%q", c.OCSPChain); a.ocsp && got != `["the authority's" ""]` || !a.ocsp && c.OCSPChain != nil {
		t.Errorf("%v: the responses behind it are %s", a, got)
	}
	if got := fmt.Sprintf("%s", c.SCTs); a.scts && got != "[a timestamp another]" || !a.scts && c.SCTs != nil {
		t.Errorf("%v: the timestamps are %s", a, got)
	}
	if got := fmt.Sprintf("%s", c.SCTsChain); a.scts && got != "[[] [the stranger's]]" || !a.scts && c.SCTsChain != nil {
		t.Errorf("%v: the timestamps behind them are %s", a, got)
	}
}

// facts are those that a question tells about what was stapled.
func facts(q *events.VerifyPeer) *events.Connection {
	return &events.Connection{OCSP: q.OCSP, SCTs: q.SCTs, OCSPChain: q.OCSPChain, SCTsChain: q.SCTsChain}
}

// lastQuestion is the last of a kind that an end was asked.
func lastQuestion[Q any](t *testing.T, answers *testkit.Answers) *Q {
	t.Helper()
	var last *Q
	for _, q := range answers.Asked {
		if q, ok := any(q).(*Q); ok {
			last = q
		}
	}
	if last == nil {
		t.Fatalf("%T was not asked", last)
	}
	return last
}

// covers 8446/4.4.2.1/1 8446/4.4.2/6
func TestWhatAServerStaplesComesWhereItIsAskedFor(t *testing.T) {
	for _, asked := range everyWish {
		pair := testkit.NewPair("stapling")
		pair.Client.RequestOCSP, pair.Client.RequestSCTs = asked.ocsp, asked.scts
		answering(pair.ServerAnswers, stapledChain(pair.ServerAnswers.Identity))
		p := established(t, pair)
		asked.wants(t, facts(lastQuestion[events.VerifyPeer](t, pair.ClientAnswers)))
		c := p.Client.Engine.Connection()
		asked.wants(t, &c)
		s := p.Client.Sessions[0]
		asked.wants(t, &events.Connection{OCSP: s.OCSP, SCTs: s.SCTs, OCSPChain: s.OCSPChain, SCTsChain: s.SCTsChain})
	}
}

// A server asks by empty extensions, and gets a CertificateStatus.
//
// covers 8446/4.4.2.1/4 8446/4.4.2/7
func TestWhatAClientStaplesComesWhereTheServerAsksForIt(t *testing.T) {
	for _, asked := range everyWish {
		pair := small("stapling")
		withClientCert(pair)
		pair.Server.RequestOCSP, pair.Server.RequestSCTs = asked.ocsp, asked.scts
		answering(pair.ClientAnswers, stapledChain(pair.ClientAnswers.Identity))
		l := forge.New(pair)
		l.On(events.Server, messages.TypeCertificateRequest, func(w *forge.Wire, raw []byte) {
			x := forge.Decode[messages.CertificateRequest13](raw).Extensions
			status, hasStatus := x.Lookup(messages.ExtensionStatusRequest)
			timestamps, hasTimestamps := x.Lookup(messages.ExtensionSCT)
			if hasStatus != asked.ocsp || hasTimestamps != asked.scts || len(status)+len(timestamps) != 0 {
				t.Errorf("%v: the request has %v", asked, types(&x))
			}
			w.Raw(raw)
		})
		l.On(events.Client, messages.TypeCertificate, func(w *forge.Wire, raw []byte) {
			for i, entry := range forge.Decode[messages.Certificate13](raw).Entries[:2] {
				status := &messages.CertificateStatus{}
				present, err := entry.Extensions.Get(status)
				if err != nil || present != asked.ocsp || present && len(status.Response) == 0 {
					t.Errorf("%v: certificate %d has the status %q, %v", asked, i, status.Response, err)
				}
			}
			w.Raw(raw)
		})
		l.Handshake()
		wantAlive(t, "a handshake with stapling", l)
		if !l.Walked() {
			t.Fatal("a message did not come")
		}
		asked.wants(t, facts(lastQuestion[events.VerifyPeer](t, pair.ServerAnswers)))
		c := l.Server.Engine.Connection()
		asked.wants(t, &c)
	}
}

func TestWhatAClientStaplesLaterIsThatOfItsLastAnswer(t *testing.T) {
	pair := small("stapled later")
	later(pair)
	pair.Server.RequestOCSP, pair.Server.RequestSCTs = true, true
	answering(pair.ClientAnswers, stapledChain(pair.ClientAnswers.Identity))
	p := established(t, pair)
	request(t, p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	c := p.Server.Engine.Connection()
	asks{true, true}.wants(t, &c)
	pair.ClientAnswers.Override = nil
	request(t, p)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if c := p.Server.Engine.Connection(); len(c.PeerChain) != 1 || c.OCSP != nil || c.SCTs != nil || c.OCSPChain != nil || c.SCTsChain != nil {
		t.Errorf("what was stapled before is there still: %+v", c)
	}
}

// Whoever resumes knows what was stapled, also where the chain is looked at again.
func TestWhatWasStapledIsKnownInAResumption(t *testing.T) {
	first := small("stapled at first")
	second := small("stapled at first, resumed")
	for _, pair := range []*testkit.Pair{first, second} {
		withClientCert(pair)
		for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
			common.RequestOCSP, common.RequestSCTs = true, true
		}
		pair.Client.ReverifyOnResume, pair.Server.ReverifyOnResume = true, true
		answering(pair.ClientAnswers, stapledChain(pair.ClientAnswers.Identity))
		answering(pair.ServerAnswers, stapledChain(pair.ServerAnswers.Identity))
	}
	second.Client.Session = established(t, first).Client.Sessions[0]
	p := established(t, second)
	for role, answers := range map[events.Role]*testkit.Answers{events.Client: second.ClientAnswers, events.Server: second.ServerAnswers} {
		q := lastQuestion[events.VerifyPeer](t, answers)
		if !q.Resumed {
			t.Errorf("the %v has not resumed", role)
		}
		asks{true, true}.wants(t, facts(q))
	}
	for _, e := range []*engine.Engine{p.Client.Engine, p.Server.Engine} {
		c := e.Connection()
		asks{true, true}.wants(t, &c)
	}
}

// A list that is longer than the chain has nothing to be stapled to at its end.
func TestNothingIsStapledBeyondTheChain(t *testing.T) {
	pair := small("beyond")
	pair.Client.RequestOCSP, pair.Client.RequestSCTs = true, true
	answering(pair.ServerAnswers, func(q *events.ChooseCredential) events.Answer {
		credential := pair.ServerAnswers.Identity.Credential()
		credential.OCSPChain, credential.SCTsChain = [][]byte{[]byte("too much")}, [][][]byte{{[]byte("too much")}}
		return q.Reply(credential)
	})
	if c := established(t, pair).Client.Engine.Connection(); c.OCSP != nil || c.OCSPChain != nil || c.SCTsChain != nil {
		t.Errorf("%q and %q are stapled to a chain of %d", c.OCSPChain, c.SCTsChain, len(c.PeerChain))
	}
}

// A client that asks for the status of a kind that nobody knows gets none.
func TestAStatusOfAnotherKindIsNotStapled(t *testing.T) {
	pair := small("another kind")
	pair.Client.RequestOCSP = true
	answering(pair.ServerAnswers, stapledChain(pair.ServerAnswers.Identity))
	l := completes(t, pair, func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			forge.Set(&m.Extensions, &messages.StatusRequestOffer{StatusType: 2, Request: []byte{1, 2, 3}})
		})
	})
	if c := l.Client.Engine.Connection(); c.OCSP != nil || c.OCSPChain != nil {
		t.Errorf("%q is stapled", bytes.Join(append(c.OCSPChain, c.OCSP), nil))
	}
}

// stapledBothWays has both ends ask, and staple, with certificates of both.
func stapledBothWays(p *testkit.Pair) {
	withClientCert(p)
	p.Client.RequestOCSP, p.Client.RequestSCTs, p.Server.RequestOCSP, p.Server.RequestSCTs = true, true, true, true
	answering(p.ClientAnswers, stapledChain(p.ClientAnswers.Identity))
	answering(p.ServerAnswers, stapledChain(p.ServerAnswers.Identity))
}

// staplingOffences are those of what is beside certificates.
func staplingOffences() []offence {
	empty := func(kind messages.ExtensionType) messages.Extension { return messages.Extension{Type: kind} }
	beside := func(n int, e messages.Extension) func(m *messages.Certificate13) {
		return func(m *messages.Certificate13) { forge.SetExtension(&m.Entries[n].Extensions, e) }
	}
	tooLarge := func(change func(c *events.Credential)) func(p *testkit.Pair) {
		return func(p *testkit.Pair) {
			stapledBothWays(p)
			answering(p.ClientAnswers, func(q *events.ChooseCredential) events.Answer {
				credential := p.ClientAnswers.Identity.Credential()
				credential.Chain = append(credential.Chain[:1:1], testkit.Authority().Chain[0])
				change(credential)
				return q.Reply(credential)
			})
		}
	}
	huge := make([]byte, 1<<16)
	return []offence{
		{
			sentence: "a server staples nothing where it says it does", refusal: "malformed_extension", by: events.Client, pair: stapledBothWays,
			forge: serverSays(beside(0, empty(messages.ExtensionStatusRequest))),
		},
		{
			sentence: "a server staples no timestamps to its authority where it says it does", refusal: "malformed_extension", by: events.Client,
			pair: stapledBothWays, forge: serverSays(beside(1, empty(messages.ExtensionSCT))),
		},
		{
			sentence: "a client staples nothing where it says it does", refusal: "malformed_extension", by: events.Server, pair: stapledBothWays,
			forge: clientSays(beside(0, empty(messages.ExtensionStatusRequest))),
		},
		{
			sentence: "a client staples a status that is none to its authority", refusal: "malformed_extension", by: events.Server,
			pair:  stapledBothWays,
			forge: clientSays(beside(1, messages.Extension{Type: messages.ExtensionStatusRequest, Data: []byte{2, 0, 0, 1, 0}})),
		},
		// covers 8446/4.4.2/7
		{
			sentence: "a client staples timestamps behind its certificate that nobody asked for", refusal: "unsolicited_extension",
			by: events.Server, pair: func(p *testkit.Pair) {
				stapledBothWays(p)
				p.Server.RequestSCTs = false
			},
			forge: clientSays(beside(1, forge.Body(&messages.SCTList{SCTs: [][]byte{{1}}}))),
		},
		{
			sentence: "a client's Certificate entry has an extension of the request", refusal: "misplaced_extension", by: events.Server,
			pair: withClientCert,
			forge: clientSays(beside(0, forge.Body(&messages.SignatureAlgorithms{
				Schemes: []messages.SignatureScheme{messages.Ed25519},
			}))),
		},
		{
			sentence: "a request for a status is not empty", refusal: "malformed_extension", by: events.Client, pair: stapledBothWays,
			forge: serverSays(func(m *messages.CertificateRequest13) {
				forge.Set(&m.Extensions, &messages.StatusRequestOffer{StatusType: messages.StatusTypeOCSP})
			}),
		},
		{
			sentence: "a request for timestamps is not empty", refusal: "malformed_extension", by: events.Client, pair: stapledBothWays,
			forge: serverSays(func(m *messages.CertificateRequest13) {
				forge.Set(&m.Extensions, &messages.SCTList{SCTs: [][]byte{{1}}})
			}),
		},
		{
			sentence: "a client asks for timestamps by some", refusal: "malformed_extension", by: events.Server, pair: stapledBothWays,
			forge: clientSays(func(m *messages.ClientHello) { forge.Set(&m.Extensions, &messages.SCTList{SCTs: [][]byte{{1}}}) }),
		},
		{
			sentence: "a client's credential has a response that no extension holds", refusal: "bad_answer", by: events.Client,
			pair: tooLarge(func(c *events.Credential) { c.OCSPChain = [][]byte{huge} }),
		},
		{
			sentence: "a client's credential has a timestamp that no list holds", refusal: "bad_answer", by: events.Client,
			pair: tooLarge(func(c *events.Credential) { c.SCTsChain = [][][]byte{{huge}} }),
		},
	}
}
