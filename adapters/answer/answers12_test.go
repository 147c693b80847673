package answer_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
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
	table := answer.PSKTable{"one": psk.Key}
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
	table := answer.PSKTable{"one": []byte("first key"), "two": []byte("second key"), "empty": nil}
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
		PSK: answer.PSKTable{"one": []byte("first key")}.Lookup, HidePSKIdentities: true,
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

func TestAHiddenIdentityLooksAsAWrongKeyDoes(t *testing.T) {
	// The alerts of both ends, for a client with that key to that server.
	shake := func(psk answer.PSK, hide bool) string {
		pair := testkit.NewPair("hidden identities")
		pair.Client.MaxVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12
		pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256}
		pair.Server.CipherSuites = pair.Client.CipherSuites
		client := &answer.Client{PSK: &psk}
		server := &answer.Server{
			PSK: answer.PSKTable{"one": []byte("the key")}.Lookup, HidePSKIdentities: hide,
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

func TestCertificatesOfClientsAreFetchedByTheHook(t *testing.T) {
	q := &events.FetchCertificates{
		Asked: events.Asked{ID: 7}, ChainType: messages.ChainPkiPath, URLs: []messages.URLAndHash{{URL: []byte("http://example/path")}},
	}
	wantFailure := func(why string, server *answer.Server, cause error) {
		t.Helper()
		refusal, ok := server.Answer(testkit.Now, q).(*events.Refused)
		if !ok || refusal.Alert != messages.AlertCertificateUnobtainable || refusal.Err == nil {
			t.Fatalf("%s: it is no failure", why)
		}
		if cause != nil && !errors.Is(refusal.Err, cause) {
			t.Errorf("%s: the error is %v", why, refusal.Err)
		}
	}
	wantFailure("no hook", &answer.Server{}, nil)
	wantFailure("the hook fails", &answer.Server{Fetch: func(time.Time, *events.FetchCertificates) ([][]byte, error) {
		return nil, errOutOfReach
	}}, errOutOfReach)
	server := &answer.Server{Fetch: func(now time.Time, asked *events.FetchCertificates) ([][]byte, error) {
		if !now.Equal(testkit.Now) || asked != q {
			t.Errorf("at %v the hook is asked %v", now, asked)
		}
		return [][]byte{[]byte("a path")}, nil
	}}
	found, ok := server.Answer(testkit.Now, q).(*events.CertificatesFetched)
	if !ok || len(found.Found) != 1 || string(found.Found[0]) != "a path" || found.Question() != 7 {
		t.Errorf("the hook found %+v", found)
	}
}

func TestSupplementalDataIsTheHooks(t *testing.T) {
	entries := []messages.SupplementalDataEntry{{Type: messages.SupplementalAuthz, Data: []byte("may enter")}}
	hook := func(q *events.ProvideSupplementalData) []messages.SupplementalDataEntry {
		if !q.Protected {
			return nil
		}
		return entries
	}
	for role, answers := range map[string][2]answer.Answerer{
		"client": {&answer.Client{}, &answer.Client{Supplement: hook}},
		"server": {&answer.Server{}, &answer.Server{Supplement: hook}},
	} {
		for i, want := range []int{0, 1} {
			q := &events.ProvideSupplementalData{Asked: events.Asked{ID: 7}, Protected: true}
			provided, ok := answers[i].Answer(testkit.Now, q).(*events.SupplementalDataProvided)
			if !ok || len(provided.Entries) != want || provided.Question() != 7 {
				t.Errorf("a %s gives %+v, want %d entries", role, provided, want)
			}
		}
		provided := answers[1].Answer(testkit.Now, &events.ProvideSupplementalData{}).(*events.SupplementalDataProvided)
		if len(provided.Entries) != 0 {
			t.Errorf("in clear a %s gives %+v", role, provided)
		}
	}
}
