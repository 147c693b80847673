package engine_test

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// A server has the chain fetched that a client names, whatever the suite, and
// treats it as one that was sent: it is verified, and the client proves its key.
//
// covers 6066/5/5
func TestAChainThatIsFetchedServesAsOneThatIsSent(t *testing.T) {
	for _, suite := range certifiedSuites {
		for _, path := range []bool{false, true} {
			pair := under(suite)
			pair.Client.CertificateURLs, pair.Server.CertificateURLs = true, true
			pair.Server.ClientAuth = engine.RequireClientCert
			pair.ClientAnswers.Override = byURLs(testkit.Client(testkit.P256), path)
			pair.ServerAnswers.Pages = pages("")
			p := pair.Join()
			verified := false
			p.Observe = func(at events.Role, e events.Event) {
				if q, ok := e.(*events.VerifyPeer); ok && at == events.Server {
					verified = len(q.Chain) == 2 && bytes.Equal(q.Chain[0], testkit.Client(testkit.P256).Chain[0]) &&
						bytes.Equal(q.Chain[1], testkit.Authority().Chain[0])
				}
			}
			_ = p.Do(events.Client, (*engine.Engine).Start)
			if err := p.Run(); err != nil || !p.Server.Engine.Completed() {
				t.Fatalf("%v, as a path %t: %v", suite, path, err)
			}
			if !verified || p.Server.Engine.Connection().PeerScheme != messages.ECDSASecp256r1SHA256 {
				t.Errorf("%v, as a path %t: verified %t, signed by %v", suite, path, verified, p.Server.Engine.Connection().PeerScheme)
			}
		}
	}
}
