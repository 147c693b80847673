package answer_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func askOffer(name, hint string) *events.OfferPSK {
	return &events.OfferPSK{Asked: events.Asked{ID: 7}, ServerName: name, Hint: []byte(hint)}
}

func TestAClientOffersItsKeyOrTheOneChosenForTheServer(t *testing.T) {
	wantOffer := func(why string, a events.Answer, identity, key string) {
		t.Helper()
		offered, ok := a.(*events.PSKOffered)
		if !ok || string(offered.Identity) != identity || string(offered.Key) != key || offered.Question() != 7 {
			t.Errorf("%s: got %+v", why, a)
		}
	}
	wantNone := func(why string, a events.Answer) {
		t.Helper()
		if refusal, ok := a.(*events.Refused); !ok || refusal.Alert != messages.AlertHandshakeFailure {
			t.Errorf("%s: got %s", why, describe(a))
		}
	}
	wantNone("no key", (&answer.Client{}).Answer(testkit.Now, askOffer("any", "")))
	one := &answer.PSK{Identity: []byte("one"), Key: []byte("first key")}
	client := &answer.Client{PSK: one}
	wantOffer("the one key", client.Answer(testkit.Now, askOffer("any", "hint")), "one", "first key")
	imported := &answer.PSK{Identity: []byte("one"), Key: []byte("first key"), Imported: true}
	wantNone("an imported key", (&answer.Client{PSK: imported}).Answer(testkit.Now, askOffer("any", "hint")))
	offers, ok := (&answer.Client{PSK: imported}).Answer(testkit.Now, &events.OfferPSKs{}).(*events.PSKsOffered)
	if !ok || len(offers.Keys) != 1 || !offers.Keys[0].Imported {
		t.Errorf("an imported key is for TLS 1.3: got %+v", offers)
	}
	client.ChoosePSK = func(q *events.OfferPSK) *answer.PSK {
		if q.ServerName == "known.example" && string(q.Hint) == "hint" {
			return &answer.PSK{Identity: []byte("two"), Key: []byte("second key")}
		}
		return nil
	}
	wantOffer("the choice of the hook", client.Answer(testkit.Now, askOffer("known.example", "hint")), "two", "second key")
	wantNone("the hook knows none", client.Answer(testkit.Now, askOffer("other.example", "hint")))
}

func TestNoVerbPrintsAPreSharedKey(t *testing.T) {
	psk := answer.PSK{Identity: []byte("one"), Key: []byte("secret")}
	table := answer.NewPSKTable(&psk)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{psk, &psk, table} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "secret") || strings.Contains(text, "736563") || strings.Contains(text, "115 101") {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}

func askChoice(identities ...string) *events.ChoosePSK {
	q := &events.ChoosePSK{Asked: events.Asked{ID: 7}, Version: messages.TLS12}
	for _, identity := range identities {
		q.Identities = append(q.Identities, []byte(identity))
	}
	return q
}

func chosen(t *testing.T, why string, a events.Answer) *events.PSKChosen {
	t.Helper()
	choice, ok := a.(*events.PSKChosen)
	if !ok || choice.Question() != 7 {
		t.Fatalf("%s: got %s", why, describe(a))
	}
	return choice
}

func TestAServerTakesTheFirstIdentityThatItKnows(t *testing.T) {
	table := answer.PSKTable{
		"one": {Key: []byte("first key")}, "two": {Key: []byte("second key")}, "empty": {}, "gone": nil,
	}
	server := &answer.Server{PSK: table.Lookup}
	for _, row := range []struct {
		identities []string
		index      int
		key        string
	}{
		{[]string{"one"}, 0, "first key"},
		{[]string{"two", "one"}, 0, "second key"},
		{[]string{"three", "empty", "two"}, 2, "second key"},
		{[]string{"three"}, -1, ""},
		{[]string{"empty"}, -1, ""},
		{[]string{"gone", "one"}, 1, "first key"},
		{nil, -1, ""},
	} {
		choice := chosen(t, "a table", server.Answer(testkit.Now, askChoice(row.identities...)))
		if choice.Index != row.index || string(choice.Key) != row.key {
			t.Errorf("of %q number %d is chosen, with key %q", row.identities, choice.Index, choice.Key)
		}
	}
	if choice := chosen(t, "no table", (&answer.Server{}).Answer(testkit.Now, askChoice("one"))); choice.Index != -1 {
		t.Error("a server without a table knows an identity")
	}
}

func TestAHiddenIdentityHasAKeyThatNobodyHas(t *testing.T) {
	server := &answer.Server{
		PSK: answer.PSKTable{"one": {Key: []byte("first key")}}.Lookup, HidePSKIdentities: true,
		Signing: answer.Signing{Rand: testkit.Rand("hidden")},
	}
	if choice := chosen(t, "known", server.Answer(testkit.Now, askChoice("one"))); string(choice.Key) != "first key" {
		t.Errorf("a known identity has the key %q", choice.Key)
	}
	first := chosen(t, "unknown", server.Answer(testkit.Now, askChoice("three")))
	again := chosen(t, "unknown again", server.Answer(testkit.Now, askChoice("three")))
	if first.Index != 0 || len(first.Key) != 32 || bytes.Equal(first.Key, again.Key) {
		t.Errorf("an unknown identity has the keys %x and %x", first.Key, again.Key)
	}
	server.Signing.Rand = bytes.NewReader(nil)
	if choice := chosen(t, "no entropy", server.Answer(testkit.Now, askChoice("three"))); choice.Index != -1 || choice.Key != nil {
		t.Errorf("without entropy the key is %x", choice.Key)
	}
}

// A key that no suite of both ends has the hash of is as good as none, and as hidden.
func TestAKeyForAnotherHashThanTheHandshakesIsNotKnown(t *testing.T) {
	table := answer.NewPSKTable(
		&answer.PSK{Identity: []byte("short"), Key: []byte("a key")},
		&answer.PSK{Identity: []byte("long"), Key: []byte("a longer key"), Hash: secrets.SHA384},
	)
	server := &answer.Server{PSK: table.Lookup, Signing: answer.Signing{Rand: testkit.Rand("hashes")}}
	for _, row := range []struct {
		hashes []secrets.Hash
		index  int
		hash   secrets.Hash // of a key that nobody has
	}{
		{nil, 0, 0},
		{[]secrets.Hash{secrets.SHA256, secrets.SHA384}, 0, secrets.SHA256},
		{[]secrets.Hash{secrets.SHA384}, 0, secrets.SHA384},
		{[]secrets.Hash{secrets.SHA256}, 1, secrets.SHA256},
	} {
		q := askChoice("long", "short")
		q.Version, q.Hashes = messages.TLS13, row.hashes
		if choice := chosen(t, "known", server.Answer(testkit.Now, q)); choice.Index != row.index {
			t.Errorf("for %v number %d is chosen", row.hashes, choice.Index)
		}
		for _, hides := range []bool{false, true} {
			server.HidePSKIdentities = hides
			q.Identities = [][]byte{[]byte("nobody")}
			unknown := chosen(t, "unknown", server.Answer(testkit.Now, q))
			if hides != (unknown.Index == 0) || hides && (unknown.Hash != row.hash || len(unknown.Key) != 32) {
				t.Errorf("for %v nobody's key is for %v", row.hashes, unknown.Hash)
			}
			q.Identities = [][]byte{[]byte("long")}
			long := chosen(t, "long", server.Answer(testkit.Now, q))
			if row.index == 1 && (long.Index != unknown.Index || long.Hash != unknown.Hash || len(long.Key) != len(unknown.Key)) {
				t.Errorf("for %v a key for SHA-384 is told from one of nobody, by %v", row.hashes, long.Hash)
			}
		}
	}
}

func TestAHiddenIdentityLooksAsAWrongKeyDoes(t *testing.T) {
	// The alerts of both ends, for a client with that key to that server.
	shake := func(psk answer.PSK, hide bool) string {
		pair := testkit.NewPair("hidden identities")
		pair.Client.MaxVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12
		pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256}
		pair.Server.CipherSuites = pair.Client.CipherSuites
		client := &answer.Client{PSK: &psk}
		server := &answer.Server{
			PSK: answer.PSKTable{"one": {Key: []byte("the key")}}.Lookup, HidePSKIdentities: hide,
			Signing: answer.Signing{Rand: testkit.Rand("keys of nobody")},
		}
		override := func(a answer.Answerer) func(events.Question) events.Answer {
			return func(q events.Question) events.Answer { return a.Answer(testkit.Now, q) }
		}
		pair.ClientAnswers.Override, pair.ServerAnswers.Override = override(client), override(server)
		p := pair.Join()
		if err := p.Handshake(); err == nil {
			return "no alert"
		}
		return p.Server.Engine.Err().Error()
	}
	right := shake(answer.PSK{Identity: []byte("one"), Key: []byte("the key")}, true)
	if right != "no alert" {
		t.Fatalf("the right key fails: %s", right)
	}
	wrong := shake(answer.PSK{Identity: []byte("one"), Key: []byte("another key")}, true)
	hidden := shake(answer.PSK{Identity: []byte("two"), Key: []byte("another key")}, true)
	open := shake(answer.PSK{Identity: []byte("two"), Key: []byte("another key")}, false)
	if hidden != wrong {
		t.Errorf("a hidden identity fails with %q, a wrong key with %q", hidden, wrong)
	}
	if open == wrong {
		t.Errorf("an identity that is not hidden fails with %q", open)
	}
}

// keyedBy runs a handshake of a client and a server with these answers, in which the
// server has no certificate.
func keyedBy(version messages.Version, client *answer.Client, server *answer.Server) (agreed events.Connection, alert string) {
	pair := testkit.NewPair("keys")
	pair.Client.PSK, pair.Server.PSK = true, true
	pair.Client.MaxVersion, pair.Server.MaxVersion = version, version
	if version == messages.TLS12 {
		suites := []messages.CipherSuite{messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256}
		pair.Client.CipherSuites, pair.Server.CipherSuites = suites, suites
	}
	p := pair.Join()
	p.Client.Answers, p.Server.Answers = client, server
	if err := p.Handshake(); err != nil {
		return agreed, p.Server.Engine.Err().Error()
	}
	return p.Server.Engine.Connection(), ""
}

// imported is a key as the importer makes it of one that was given out.
func imported(t *testing.T, identity string, target secrets.Hash) *answer.PSK {
	t.Helper()
	name, key, ok := secrets.ImportPSK(secrets.SHA256, []byte("a key that was given out"), &secrets.Import{
		Identity: []byte(identity), Context: []byte("client"), Protocol: uint16(messages.TLS13), Target: target,
	})
	if !ok {
		t.Fatal("nothing is imported")
	}
	return &answer.PSK{Identity: name, Key: bytes.Clone(key.Bytes()), Hash: target, Imported: true}
}

func TestATableHasKeysOfEveryKind(t *testing.T) {
	plain := &answer.PSK{Identity: []byte("plain"), Key: []byte("the key of before")}
	long := &answer.PSK{Identity: []byte("long"), Key: []byte("a longer key"), Hash: secrets.SHA384}
	small, large := imported(t, "sensor", secrets.SHA256), imported(t, "sensor", secrets.SHA384)
	server := &answer.Server{PSK: answer.NewPSKTable(plain, long, small, large).Lookup}
	otherwise := func(psk *answer.PSK, change func(*answer.PSK)) *answer.PSK {
		changed := *psk
		change(&changed)
		return &changed
	}
	for _, row := range []struct {
		why    string
		psk    *answer.PSK
		suite  messages.CipherSuite // 0 where there is none
		legacy bool                 // TLS 1.2 takes it
	}{
		{"for SHA-256", plain, messages.TLS_AES_128_GCM_SHA256, true},
		{"for SHA-384", long, messages.TLS_AES_256_GCM_SHA384, true},
		{"imported for SHA-256", small, messages.TLS_AES_128_GCM_SHA256, false},
		{"imported for SHA-384", large, messages.TLS_AES_256_GCM_SHA384, false},
		{"for another hash here than there", otherwise(long, func(p *answer.PSK) { p.Hash = 0 }), 0, true},
		{"imported there alone", otherwise(small, func(p *answer.PSK) { p.Imported = false }), 0, false},
		{"imported here alone", otherwise(plain, func(p *answer.PSK) { p.Imported = true }), 0, false},
		{"not known", otherwise(plain, func(p *answer.PSK) { p.Identity = []byte("nobody") }), 0, false},
	} {
		agreed, alert := keyedBy(messages.TLS13, &answer.Client{PSK: row.psk}, server)
		if agreed.CipherSuite != row.suite || row.suite != 0 && !bytes.Equal(agreed.PSKIdentity, row.psk.Identity) {
			t.Errorf("a key %s: %v under %q (%s)", row.why, agreed.CipherSuite, agreed.PSKIdentity, alert)
		}
		if agreed, alert := keyedBy(messages.TLS12, &answer.Client{PSK: row.psk}, server); (alert == "") != row.legacy {
			t.Errorf("a key %s in TLS 1.2: %v, %s", row.why, agreed, alert)
		}
	}
	last := answer.NewPSKTable(plain, otherwise(plain, func(p *answer.PSK) { p.Hash = secrets.SHA384 }))
	if len(last) != 1 || last.Lookup([]byte("plain")).Hash != secrets.SHA384 {
		t.Errorf("of two keys of one identity the table has %v", last)
	}
}

// An imported key comes once for each hash function, and the one goes that some suite
// has the hash of (RFC 9258, Section 5.1).
func TestAServerTakesAKeyThatASuiteServes(t *testing.T) {
	small, large := imported(t, "sensor", secrets.SHA256), imported(t, "sensor", secrets.SHA384)
	server := &answer.Server{PSK: answer.NewPSKTable(small, large).Lookup, HidePSKIdentities: true, Signing: answer.Signing{Rand: testkit.Rand("hidden")}}
	q := askChoice(string(small.Identity), string(large.Identity))
	q.Version = messages.TLS13
	for _, row := range []struct {
		hashes []secrets.Hash
		index  int
		hash   secrets.Hash
	}{
		{[]secrets.Hash{secrets.SHA256}, 0, secrets.SHA256},
		{[]secrets.Hash{secrets.SHA384}, 1, secrets.SHA384},
		{[]secrets.Hash{secrets.SHA384, secrets.SHA256}, 0, secrets.SHA256},
	} {
		q.Hashes = row.hashes
		if choice := chosen(t, "imported", server.Answer(testkit.Now, q)); choice.Index != row.index || choice.Hash != row.hash {
			t.Errorf("for suites of %v: number %d, of %v", row.hashes, choice.Index, choice.Hash)
		}
	}
	unknown := askChoice("nobody")
	unknown.Version, unknown.Hashes = messages.TLS13, []secrets.Hash{secrets.SHA384}
	if choice := chosen(t, "unknown", server.Answer(testkit.Now, unknown)); choice.Index != 0 || choice.Hash != secrets.SHA384 {
		t.Errorf("a hidden identity has number %d, of %v", choice.Index, choice.Hash)
	}
}

// Where a server has nothing but keys, an identity that it does not know looks as a
// wrong key does; where it has certificates there is nothing to hide.
func TestAServerOfKeysAloneHidesIdentitiesInTLS13(t *testing.T) {
	server := &answer.Server{
		PSK: answer.PSKTable{"one": {Key: []byte("the key")}}.Lookup, HidePSKIdentities: true,
		Signing: answer.Signing{Rand: testkit.Rand("keys of nobody")},
	}
	shake := func(identity, key string) string {
		_, alert := keyedBy(messages.TLS13, &answer.Client{PSK: &answer.PSK{Identity: []byte(identity), Key: []byte(key)}}, server)
		return alert
	}
	if alert := shake("one", "the key"); alert != "" {
		t.Fatalf("the right key: %s", alert)
	}
	wrong, hidden := shake("one", "another key"), shake("two", "another key")
	if wrong == "" || hidden != wrong {
		t.Errorf("a wrong key fails with %q, an identity that is hidden with %q", wrong, hidden)
	}
	server.HidePSKIdentities = false
	if open := shake("two", "another key"); open == wrong {
		t.Errorf("an identity that is not hidden fails with %q", open)
	}
	server.HidePSKIdentities = true
	q := askChoice("two")
	q.Version = messages.TLS13
	server.Certificates = []*answer.Certificate{certificate(t, testkit.P256)}
	if choice := chosen(t, "with a certificate", server.Answer(testkit.Now, q)); choice.Index != -1 {
		t.Error("a client that has a key for others is not served by a certificate")
	}
}

// Whatever hash functions the keys and the suites have, an identity that is known, with
// a wrong key, looks as one that is not.
func TestHiddenIdentitiesLookAlikeWhateverTheHashOfTheirKeys(t *testing.T) {
	table := answer.NewPSKTable(
		&answer.PSK{Identity: []byte("short"), Key: []byte("a key")},
		&answer.PSK{Identity: []byte("long"), Key: []byte("a longer key"), Hash: secrets.SHA384},
	)
	server := &answer.Server{PSK: table.Lookup, HidePSKIdentities: true, Signing: answer.Signing{Rand: testkit.Rand("alike")}}
	for _, suite := range []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384} {
		for _, retried := range []bool{false, true} {
			said := map[string]string{}
			for _, identity := range []string{"short", "long", "nobody"} {
				guess := &answer.PSK{Identity: []byte(identity), Key: []byte("a guess")}
				if suite == messages.TLS_AES_256_GCM_SHA384 {
					guess.Hash = secrets.SHA384
				}
				pair := testkit.NewPair("alike")
				pair.Client.PSK, pair.Server.PSK = true, true
				pair.Client.CipherSuites = []messages.CipherSuite{suite}
				if retried {
					pair.Client.KeyShares = []messages.Group{}
				}
				p := pair.Join()
				p.Client.Answers, p.Server.Answers = &answer.Client{Roots: testkit.Roots(), PSK: guess}, server
				if err := p.Handshake(); err == nil {
					t.Fatalf("%s: a guess is good", identity)
				}
				said[identity] = p.Server.Engine.Err().Error()
			}
			if said["short"] != said["nobody"] || said["long"] != said["nobody"] {
				t.Errorf("%v, retried %t: they fail by %q", suite, retried, said)
			}
		}
	}
}

// Who has imported a key for both hash functions offers both, and the suite decides.
func TestAClientOffersAnImportedKeyForEveryHash(t *testing.T) {
	var imported []*answer.PSK
	for _, hash := range []secrets.Hash{secrets.SHA256, secrets.SHA384} {
		identity, key, ok := secrets.ImportPSK(secrets.SHA256, []byte("a key that was given out"), &secrets.Import{
			Identity: []byte("sensor 7"), Protocol: uint16(messages.TLS13), Target: hash,
		})
		if !ok {
			t.Fatal("the key cannot be imported")
		}
		imported = append(imported, &answer.PSK{Identity: identity, Key: key.Bytes(), Hash: hash, Imported: true})
	}
	for i, suite := range []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384} {
		pair := testkit.NewPair("imported")
		pair.Client.PSK, pair.Server.PSK = true, true
		pair.Server.CipherSuites = []messages.CipherSuite{suite}
		p := pair.Join()
		p.Client.Answers = &answer.Client{PSKs: func(*events.OfferPSKs) []*answer.PSK { return append([]*answer.PSK{nil}, imported...) }}
		p.Server.Answers = &answer.Server{PSK: answer.NewPSKTable(imported...).Lookup}
		err := p.Handshake()
		if used := p.Server.Engine.Connection().PSKIdentity; err != nil || !bytes.Equal(used, imported[i].Identity) {
			t.Errorf("%v: the identity is %x, %v", suite, used, err)
		}
	}
	if answer, ok := (&answer.Client{PSKs: func(*events.OfferPSKs) []*answer.PSK { return nil }}).Answer(testkit.Now, &events.OfferPSKs{}).(*events.PSKsOffered); !ok || len(answer.Keys) > 0 {
		t.Errorf("no keys are %v", answer)
	}
}
