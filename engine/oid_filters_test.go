package engine_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// filters are some that the certificates of clients satisfy.
func filters() []messages.OIDFilter {
	return []messages.OIDFilter{
		answer.KeyUsageFilter(x509.KeyUsageDigitalSignature),
		answer.ExtKeyUsageFilter(x509.ExtKeyUsageClientAuth.OID()),
	}
}

func sameFilters(a, b []messages.OIDFilter) bool {
	return slices.EqualFunc(a, b, func(a, b messages.OIDFilter) bool {
		return bytes.Equal(a.OID, b.OID) && bytes.Equal(a.Values, b.Values)
	})
}

// covers 8446/4.2.5/1
func TestAServersFiltersAreInItsRequestsAndNowhereElse(t *testing.T) {
	pair := small("filters")
	withClientCert(pair)
	later(pair)
	pair.Server.OIDFilters, pair.Server.ReverifyOnResume = filters(), true
	l := forge.New(pair)
	seen := 0
	l.OnEvery(events.Server, messages.TypeCertificateRequest, func(w *forge.Wire, raw []byte) {
		body := &messages.OIDFilters{}
		if _, err := forge.Decode[messages.CertificateRequest13](raw).Extensions.Get(body); err != nil || !sameFilters(body.Filters, filters()) {
			t.Errorf("the request has %x, %v", body.Filters, err)
		}
		seen++
		w.Raw(raw)
	})
	l.Handshake()
	askedLater(l)
	wantAlive(t, "two requests", l)
	if seen != 2 {
		t.Fatalf("%d requests came", seen)
	}
	for _, q := range pair.ClientAnswers.Asked {
		if choose, ok := q.(*events.ChooseCredential); ok && !sameFilters(choose.OIDFilters, filters()) {
			t.Errorf("the client is asked for %x", choose.OIDFilters)
		}
		if verify, ok := q.(*events.VerifyPeer); ok && verify.OIDFilters != nil {
			t.Errorf("the client holds the server to %x", verify.OIDFilters)
		}
	}
	for _, q := range pair.ServerAnswers.Asked {
		if verify, ok := q.(*events.VerifyPeer); ok && !sameFilters(verify.OIDFilters, filters()) {
			t.Errorf("the server holds the client to %x", verify.OIDFilters)
		}
		if choose, ok := q.(*events.ChooseCredential); ok && choose.OIDFilters != nil {
			t.Errorf("the server is asked for %x", choose.OIDFilters)
		}
	}
	// Who resumes is held to them again.
	again := small("filters again")
	withClientCert(again)
	again.Server.OIDFilters, again.Server.ReverifyOnResume = filters(), true
	again.Client.Session = l.Client.Sessions[0]
	established(t, again)
	if q := lastQuestion[events.VerifyPeer](t, again.ServerAnswers); !q.Resumed || !sameFilters(q.OIDFilters, filters()) {
		t.Errorf("a resumed client is held to %x", q.OIDFilters)
	}
}

// Whoever opens a ticket, or finds a session, can hold the client's certificate to
// what it would be held to in a full handshake.
func TestWhatIsAskedOfCertificatesIsToldWhereAClientResumes(t *testing.T) {
	for why, pair := range map[string]*testkit.Pair{
		"a ticket": small("resumes"), "a ticket of TLS 1.2": legacy("resumes"), "a session of TLS 1.2": legacy("resumes by name"),
	} {
		withClientCert(pair)
		pair.Server.OIDFilters = filters()
		pair.Server.SchemesCert = []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384}
		named := why == "a session of TLS 1.2"
		pair.Server.Sessions, pair.Server.NoTickets = named, named
		first := pair.Join()
		first.Observe = func(_ events.Role, e events.Event) {
			if session, ok := e.(*events.SessionEstablished); ok {
				pair.ServerAnswers.Keep(session)
			}
		}
		if err := first.Handshake(); err != nil {
			t.Fatalf("%s: %v", why, err)
		}
		pair.Client.Session = first.Client.Sessions[0]
		if p := established(t, pair); !p.Server.Engine.Connection().Resumed {
			t.Fatalf("%s: it is not resumed", why)
		}
		var schemes []messages.SignatureScheme
		var held []messages.OIDFilter
		if named {
			q := lastQuestion[events.FindSession](t, pair.ServerAnswers)
			schemes, held = q.SchemesCert, q.OIDFilters
		} else {
			q := lastQuestion[events.OpenTicket](t, pair.ServerAnswers)
			schemes, held = q.SchemesCert, q.OIDFilters
		}
		if !sameFilters(held, filters()) || !slices.Equal(schemes, pair.Server.SchemesCert) {
			t.Errorf("%s: certificates are held to %v and %x", why, schemes, held)
		}
	}
}

// In TLS 1.2 there is no room for them, and a raw public key has no extensions.
func TestFiltersAreNotSentWhereTheyMeanNothing(t *testing.T) {
	pair := legacy("filters of TLS 1.2")
	withClientCert(pair)
	pair.Server.OIDFilters = filters()
	established(t, pair)
	if q := lastQuestion[events.ChooseCredential](t, pair.ClientAnswers); q.OIDFilters != nil {
		t.Errorf("a client of TLS 1.2 is asked for %x", q.OIDFilters)
	}
	if q := lastQuestion[events.VerifyPeer](t, pair.ServerAnswers); !sameFilters(q.OIDFilters, filters()) {
		t.Errorf("a client of TLS 1.2 is held to %x", q.OIDFilters)
	}

	pair = small("filters for raw keys")
	withClientCert(pair)
	rawKeys(pair)
	pair.ClientAnswers.RawKey, pair.ServerAnswers.RawKey = true, true
	pair.Server.OIDFilters, pair.Server.RequestOCSP, pair.Server.RequestSCTs = filters(), true, true
	m, _ := capture[messages.CertificateRequest13](t, pair, events.Server, 1)
	for _, kind := range []messages.ExtensionType{messages.ExtensionOIDFilters, messages.ExtensionStatusRequest, messages.ExtensionSCT} {
		if m.Extensions.Has(kind) {
			t.Errorf("a client that shows a raw key is asked by %v", kind)
		}
	}
}

// covers 8446/4.2.5/2 8446/4.2.5/3 8446/4.2.5/4
func TestAClientIsKnownByACertificateThatSatisfiesTheFilters(t *testing.T) {
	unknown := messages.OIDFilter{OID: []byte{6, 3, 0x2a, 3, 4}, Values: []byte{5, 0}}
	for _, c := range []struct {
		why      string
		filters  []messages.OIDFilter
		kind     string // of the certificate shown
		refusals string // by the server, or by nobody
	}{
		{"the second is for clients", filters(), testkit.RSA, ""},
		{"neither is for decryption alone", []messages.OIDFilter{answer.KeyUsageFilter(x509.KeyUsageDecipherOnly)}, "", "certificate_required"},
		{"nobody knows the extension", []messages.OIDFilter{unknown}, testkit.P256, "peer_rejected"},
	} {
		pair := small("answers")
		pair.Server.ClientAuth, pair.Server.OIDFilters = engine.RequireClientCert, c.filters
		client, err := engine.NewClient(&pair.Client)
		if err != nil {
			t.Fatal(err)
		}
		server, err := engine.NewServer(&pair.Server)
		if err != nil {
			t.Fatal(err)
		}
		certificates := []*answer.Certificate{certified(t, testkit.Server(testkit.P256)), certified(t, testkit.Client(testkit.RSA))}
		p := pipe.New(client, server, &answer.Client{Roots: testkit.Roots(), Certificates: certificates},
			&answer.Server{Certificates: []*answer.Certificate{certified(t, testkit.Server(testkit.P256))}}, testkit.Now)
		_ = p.Handshake()
		refusal := ""
		if err := server.Err(); err != nil {
			refusal = err.(*engine.Error).Refusal.Name
		}
		if refusal != c.refusals {
			t.Errorf("%s: the server refuses by %v, want %q", c.why, server.Err(), c.refusals)
		}
		if chain := client.Connection().LocalChain; (len(chain) > 0) != (c.kind != "") ||
			c.kind == testkit.RSA && !bytes.Equal(chain[0], testkit.Client(testkit.RSA).Chain[0]) ||
			c.kind == testkit.P256 && !bytes.Equal(chain[0], testkit.Server(testkit.P256).Chain[0]) {
			t.Errorf("%s: the client shows a chain of %d", c.why, len(chain))
		}
	}
}

// certified is an identity as the answers of adapters have it.
func certified(t *testing.T, id *testkit.Identity) *answer.Certificate {
	t.Helper()
	c, err := answer.NewCertificate(id.Chain, id.Key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// manyFilters are as many, by different object identifiers.
func manyFilters(n int) []messages.OIDFilter {
	var list []messages.OIDFilter
	for i := range n {
		list = append(list, messages.OIDFilter{OID: []byte{6, 3, 0x2a, byte(i>>7+1) | 0x80, byte(i & 0x7f)}})
	}
	return list
}

// covers 8446/4.2.5/5 8446/4.2.5/6
func TestFiltersThatNoServerMaySendAreMisuse(t *testing.T) {
	purposes := answer.ExtKeyUsageFilter
	client, every := x509.ExtKeyUsageClientAuth.OID(), x509.ExtKeyUsageAny.OID()
	usage := answer.KeyUsageFilter(x509.KeyUsageDigitalSignature)
	for what, c := range map[string]struct {
		filters []messages.OIDFilter
		good    bool
	}{
		"two":                                {filters(), true},
		"one extension twice":                {[]messages.OIDFilter{usage, purposes(client), usage}, false},
		"one extension twice, with values":   {[]messages.OIDFilter{usage, answer.KeyUsageFilter(x509.KeyUsageCertSign)}, false},
		"any purpose":                        {[]messages.OIDFilter{purposes(every)}, false},
		"any purpose among others":           {[]messages.OIDFilter{purposes(client, every)}, false},
		"purposes that are none":             {[]messages.OIDFilter{{OID: purposes().OID, Values: []byte{0x30, 2, 5, 0}}}, false},
		"purposes that cannot be read":       {[]messages.OIDFilter{{OID: purposes().OID, Values: append(purposes(client).Values, 0)}}, false},
		"an empty list of purposes":          {[]messages.OIDFilter{purposes()}, false},
		"an extension with any value":        {[]messages.OIDFilter{{OID: purposes().OID}}, true},
		"no object identifier":               {[]messages.OIDFilter{{Values: usage.Values}}, false},
		"something else for an identifier":   {[]messages.OIDFilter{{OID: []byte{2, 1, 5}}}, false},
		"an empty identifier":                {[]messages.OIDFilter{{OID: []byte{6, 0}}}, false},
		"an identifier that does not end":    {[]messages.OIDFilter{{OID: []byte{6, 2, 0x55, 0x9d}}}, false},
		"an identifier with leading zeros":   {[]messages.OIDFilter{{OID: []byte{6, 3, 0x55, 0x80, 1}}}, false},
		"an identifier and a byte":           {[]messages.OIDFilter{{OID: append(usage.OID[:len(usage.OID):len(usage.OID)], 0)}}, false},
		"an identifier that is too long":     {[]messages.OIDFilter{{OID: slices.Concat([]byte{6, 0x81, 253}, bytes.Repeat([]byte{1}, 253))}}, false},
		"an identifier that just fits":       {[]messages.OIDFilter{{OID: slices.Concat([]byte{6, 0x81, 252}, bytes.Repeat([]byte{1}, 252))}}, true},
		"values that take too much room":     {[]messages.OIDFilter{{OID: usage.OID, Values: make([]byte, 1<<14)}}, false},
		"as many extensions as there may be": {manyFilters(256), true},
		"one extension more":                 {manyFilters(257), false},
	} {
		config := engine.ServerConfig{Common: engine.Common{Rand: testkit.Rand("filters")}, OIDFilters: c.filters}
		if _, err := config.Compile(); (err == nil) != c.good {
			t.Errorf("filters by %s: %v", what, err)
		}
	}
}

// A filter that a caller changes later changes no policy.
func TestAPolicyKeepsItsFilters(t *testing.T) {
	pair := small("kept filters")
	withClientCert(pair)
	pair.Server.OIDFilters = filters()
	policy, err := pair.Server.Compile()
	if err != nil {
		t.Fatal(err)
	}
	pair.Server.OIDFilters[0] = messages.OIDFilter{}
	client, err := engine.NewClient(&pair.Client)
	if err != nil {
		t.Fatal(err)
	}
	if err := pipe.New(client, policy.New(), pair.ClientAnswers, pair.ServerAnswers, testkit.Now).Handshake(); err != nil {
		t.Fatal(err)
	}
	if q := lastQuestion[events.ChooseCredential](t, pair.ClientAnswers); !sameFilters(q.OIDFilters, filters()) {
		t.Errorf("the client is asked for %x", q.OIDFilters)
	}
}

// filterOffences are those of oid_filters.
func filterOffences() []offence {
	asking := func(list ...messages.OIDFilter) func(*forge.Link) {
		return serverSays(func(m *messages.CertificateRequest13) { forge.Set(&m.Extensions, &messages.OIDFilters{Filters: list}) })
	}
	twice := append(filters(), messages.OIDFilter{OID: filters()[0].OID})
	return []offence{
		// covers 8446/4.2.5/5
		{
			sentence: "an object identifier stands in two filters", refusal: "duplicate_oid_filter", by: events.Client,
			pair: withClientCert, forge: asking(twice...),
		},
		{
			sentence: "an object identifier stands in two filters of a later request", refusal: "duplicate_oid_filter", by: events.Client,
			pair: later, then: askedLater, forge: asking(twice...),
		},
		{
			sentence: "a request has more filters than anybody reads", refusal: "malformed_extension", by: events.Client,
			pair: withClientCert, forge: asking(manyFilters(257)...),
		},
		{
			sentence: "a filter has no object identifier", refusal: "malformed_extension", by: events.Client, pair: withClientCert,
			forge: serverSays(func(m *messages.CertificateRequest13) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionOIDFilters, Data: []byte{0, 3, 0, 0, 0}})
			}),
		},
		{
			sentence: "a server's EncryptedExtensions have filters", refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.OIDFilters{Filters: filters()})
			}),
		},
	}
}

// parseFilters reads the names of extensions and of what they are to have.
func parseFilters(names []string) ([]messages.OIDFilter, error) {
	known := map[string]messages.OIDFilter{
		"digital-signature": filters()[0], "client-auth": filters()[1],
		"private": {OID: []byte{6, 3, 0x2a, 3, 4}, Values: []byte{5, 0}},
	}
	var list []messages.OIDFilter
	for _, name := range names {
		filter, ok := known[name]
		if !ok {
			return nil, fmt.Errorf("no filter is called %s", name)
		}
		list = append(list, filter)
	}
	return list, nil
}
