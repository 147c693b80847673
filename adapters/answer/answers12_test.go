package answer_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

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
