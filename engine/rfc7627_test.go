package engine_test

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// covers 7627/5.3/2 7627/5.3/5
func TestASessionWithoutAnExtendedMasterSecretIsNotOffered(t *testing.T) {
	for what, resume := range map[string]func(p *testkit.Pair){"by ticket": resumingLegacy, "by identifier": resumingIdentified} {
		for _, extended := range []bool{true, false} {
			pair := small("not extended")
			resume(pair)
			session := pair.Client.Session
			session.ExtendedMaster = extended
			m, l := capture[messages.ClientHello](t, pair, events.Client, 1)
			var ticket messages.SessionTicketOffer
			if _, err := m.Extensions.Get(&ticket); err != nil {
				t.Fatal(err)
			}
			named := len(ticket.Ticket) > 0 || len(session.SessionID) > 0 && bytes.Equal(m.SessionID, session.SessionID)
			if named != extended || l.Client.Engine.Connection().Resumed != extended {
				t.Errorf("%s, extended %t: offered %t, resumed %t", what, extended, named, l.Client.Engine.Connection().Resumed)
			}
		}
	}
}
