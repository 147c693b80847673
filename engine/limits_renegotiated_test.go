package engine_test

import (
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// A renegotiation agrees on the limits of records anew, and no data is lost over
// it, be it written before or after.
func TestARenegotiationAgreesOnLimitsAnew(t *testing.T) {
	for _, first := range []int{0, 64, 300, 16384} {
		for _, second := range []int{0, 64, 300, 16384} {
			pair := legacy("limits anew")
			pair.Client.MaxVersion = messages.TLS12
			pair.Client.RecordSizeLimit = 200
			pair.Client.Renegotiation, pair.Server.Renegotiation = engine.RenegotiateFreely, engine.RenegotiateFreely
			pair.Server.RecordSizeLimit = first
			pair.Server.ChooseConfig = true
			other := pair.Server
			other.RecordSizeLimit = second
			n := 0
			pair.ServerAnswers.Override = func(q events.Question) events.Answer {
				if c, ok := q.(*events.ChooseConfig); ok {
					n++
					if n == 2 {
						return c.Use(&other)
					}
				}
				return nil
			}
			p := established(t, pair)
			_ = p.Write(events.Client, make([]byte, 20000))
			_ = p.Write(events.Server, make([]byte, 20000))
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			if err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Renegotiate(out, now) }); err != nil {
				t.Fatal(err)
			}
			_ = p.Write(events.Client, make([]byte, 20000))
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			_ = p.Write(events.Client, make([]byte, 20000))
			_ = p.Write(events.Server, make([]byte, 20000))
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			c, s := p.Client.Engine.Connection(), p.Server.Engine.Connection()
			want := uint16(second)
			if second == 0 {
				want = 16384 // the most that there can be
			}
			if n != 2 || c.SendLimit != want || s.ReceiveLimit != want || c.ReceiveLimit != 200 || s.SendLimit != 200 {
				t.Errorf("limits of %d, then %d: the client has %d and %d, the server %d and %d", first, second,
					c.SendLimit, c.ReceiveLimit, s.SendLimit, s.ReceiveLimit)
			}
			if len(p.Server.Received) < 40000 || len(p.Client.Received) != 40000 {
				t.Errorf("limits of %d, then %d: %d and %d bytes arrive", first, second, len(p.Server.Received), len(p.Client.Received))
			}
		}
	}
}
