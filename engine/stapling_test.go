package engine_test

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// covers 8446/4.4.2.1/1 8446/4.4.2/6
func TestWhatIsStapledComesWhereItIsAskedFor(t *testing.T) {
	ocsp, timestamps := []byte("an OCSP response"), [][]byte{[]byte("a timestamp"), []byte("another")}
	for _, tc := range []struct {
		name      string
		ocsp, sct bool
	}{
		{"nothing", false, false}, {"a response", true, false}, {"timestamps", false, true}, {"both", true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			pair := testkit.NewPair("stapling " + tc.name)
			pair.Client.RequestOCSP, pair.Client.RequestSCTs = tc.ocsp, tc.sct
			pair.ServerAnswers.Override = func(q events.Question) events.Answer {
				choose, ok := q.(*events.ChooseCredential)
				if !ok {
					return nil
				}
				credential := testkit.Server(testkit.P256).Credential()
				credential.OCSP, credential.SCTs = ocsp, timestamps
				return choose.Reply(credential)
			}
			var asked *events.VerifyPeer
			pair.ClientAnswers.Override = func(q events.Question) events.Answer {
				if verify, ok := q.(*events.VerifyPeer); ok {
					asked = verify
				}
				return nil
			}
			p := pair.Join()
			if err := p.Handshake(); err != nil {
				t.Fatal(err)
			}
			if got := bytes.Equal(asked.OCSP, ocsp); got != tc.ocsp || len(asked.OCSP) > 0 != tc.ocsp {
				t.Errorf("the response in the question is %q", asked.OCSP)
			}
			if got := len(asked.SCTs) == 2 && bytes.Equal(asked.SCTs[1], timestamps[1]); got != tc.sct {
				t.Errorf("the timestamps in the question are %q", asked.SCTs)
			}
			if got := p.Client.Sessions[0]; !bytes.Equal(got.OCSP, asked.OCSP) {
				t.Errorf("the session keeps %q", got.OCSP)
			}
		})
	}
}
