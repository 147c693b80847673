package quic

import (
	"context"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
)

// Close leaves nothing of the secrets that nobody has taken, and those that the stack
// has taken are its own.
func TestCloseForgetsWhatNobodyHasTaken(t *testing.T) {
	common := func(seed string) engine.Common { return engine.Common{Rand: testkit.Rand(seed), ALPN: []string{"h3"}} }
	client := QUICClient(&QUICConfig{
		Client: &engine.ClientConfig{Common: common("client"), ServerName: testkit.ServerName}, Answers: &testkit.Answers{},
	})
	server := QUICServer(&QUICConfig{
		Server: &engine.ServerConfig{Common: common("server")}, Answers: &testkit.Answers{Identity: testkit.Server(testkit.P256)},
	})
	for _, end := range []*QUICConn{client, server} {
		end.SetTransportParameters([]byte("parameters"))
		if err := end.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for event := client.NextEvent(); event.Kind != QUICNoEvent; event = client.NextEvent() {
		if event.Kind == QUICWriteData {
			if err := server.HandleData(event.Level, event.Data); err != nil {
				t.Fatal(err)
			}
		}
	}
	var taken, left [][]byte
	for server.queue[server.next].Kind != QUICSetWriteSecret {
		server.NextEvent()
	}
	taken = append(taken, server.NextEvent().Data)
	for _, event := range server.queue[server.next:] {
		if event.Kind == QUICSetReadSecret || event.Kind == QUICSetWriteSecret {
			left = append(left, event.Data)
		}
	}
	fork := server.Fork()
	_ = server.Close()
	if len(left) < 2 || !zero(left) || zero(taken) {
		t.Errorf("%d secrets are left: wiped %t; that which was taken: wiped %t", len(left), zero(left), zero(taken))
	}
	if fork.NextEvent().Kind == QUICErrorEvent {
		t.Error("a fork ends with the other")
	}
}

func zero(secrets [][]byte) bool {
	for _, secret := range secrets {
		for _, b := range secret {
			if b != 0 {
				return false
			}
		}
	}
	return true
}

func TestACopyOfASessionSharesNothing(t *testing.T) {
	state := &SessionState{Extra: [][]byte{[]byte("of the stack")}}
	copied := state.copied()
	copied.Extra[0][0] = 'O'
	if string(state.Extra[0]) != "of the stack" {
		t.Errorf("what is written to a copy shows: %q", state.Extra[0])
	}
}
