package netconn_test

import (
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// Whoever calls Read cannot tell what may have been sent before, so that a Conn takes
// no early data, whatever its config and its answers say.
func TestAServerTakesNoEarlyData(t *testing.T) {
	ca, sa := clientAnswers(), serverAnswers(t)
	ca.Sessions = &answer.Sessions{}
	asked := 0
	sa.EarlyData = func(time.Time, *events.AcceptEarlyData) bool { asked++; return true }
	for _, wantResumed := range []bool{false, true} {
		cc := &engine.ClientConfig{ServerName: testkit.ServerName, EarlyData: true}
		sc := &engine.ServerConfig{MaxEarlyData: 1000}
		a, b := transports(t)
		client, server := endsBy(t, a, b, cc, sc, ca, sa)
		shake(t, client, server)
		wantWrite(t, "to the client", server, "data")
		wantRead(t, "from the server", client, "data")
		if c := server.State(); c.Resumed != wantResumed || c.EarlyDataAccepted || asked != 0 {
			t.Errorf("resumed %t, early data %t, asked %d times", c.Resumed, c.EarlyDataAccepted, asked)
		}
		client.Close()
		server.Close()
	}
}
