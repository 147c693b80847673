package engine_test

import (
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
)

func TestTwoEnginesShakeHandsOverQUIC(t *testing.T) {
	pair := testkit.NewPair("quic")
	p := pair.JoinQUIC()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
}
