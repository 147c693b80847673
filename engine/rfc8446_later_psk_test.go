package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// A server that shares a key with its client asks it for no certificate.
//
// covers 8446/4.3.2/6
func TestUnderAnExternalKeyNoCertificateIsAskedForAfterTheHandshake(t *testing.T) {
	pair := keyed("later")
	pair.Client.PostHandshakeAuth = true
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
		_, err := e.RequestClientCertificate(out, now)
		return err
	})
	if !errors.Is(err, engine.ErrMisuse) || !p.Server.Engine.Completed() {
		t.Errorf("the server asks all the same: %v", err)
	}
}
