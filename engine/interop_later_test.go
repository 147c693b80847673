package engine_test

import (
	"bytes"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

func laterFeatures() []feature13 {
	feature := feature13{name: "authentication after the handshake"}
	for _, kind := range []string{testkit.P256, testkit.Ed25519, testkit.RSA} {
		feature.shown = append(feature.shown, accord{
			name: "later with " + kind, suite: in13, then: authenticateLater, config: func(i *interop) { offerLater(i, kind) },
		})
	}
	return []feature13{feature}
}

// offerLater has the client offer to authenticate later, by a key of a kind.
func offerLater(i *interop, kind string) {
	i.pair.Client.PostHandshakeAuth, i.pair.ClientAnswers.Identity = true, testkit.Client(kind)
	switch i.program() {
	case sClient:
		i.identity = testkit.Client(kind)
		i.arguments = append(i.arguments, "-enable_pha")
	case gnutlsCli:
		i.identity = testkit.Client(kind)
		i.arguments = append(i.arguments, "--post-handshake-auth")
	}
}

// authenticateLater has the server ask for the client's certificate, twice.
func authenticateLater(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	for range 2 {
		if i.role == events.Server {
			requestLater(i, end, p)
			continue
		}
		answerLater(i, end, p)
		if c := end.engine.Connection(); c.LocalScheme == 0 || !bytes.Equal(c.LocalChain[0], testkitChain(i)) {
			i.t.Errorf("tacitls has shown a chain of %d", len(c.LocalChain))
		}
	}
	i.peer.ping(i, end, p, 2)
}

// answerLater has a foreign server ask, and answers.
func answerLater(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	end.signed, p.from = 0, p.output.size()
	_, byCommand := i.peer.(openSSL)
	if byCommand {
		p.say("c\n")
	} else {
		i.must(end.write([]byte("**REAUTH**\n")), p)
	}
	i.must(end.until("a request", func() bool { return end.signed > 0 }), p)
	if byCommand {
		p.wait("SSL_do_handshake -> 1")
		return
	}
	i.must(end.until("what gnutls-serv makes of it", func() bool { return bytes.HasSuffix(end.received, []byte("\n")) }), p)
	if !bytes.HasPrefix(end.received, []byte("Successfully")) {
		i.t.Errorf("gnutls-serv says %q", end.received)
	}
	end.received = nil
}

func testkitChain(i *interop) []byte { return i.pair.ClientAnswers.Identity.Chain[0] }

// requestLater asks a foreign client.
func requestLater(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	end.answered = nil
	var context []byte
	i.must(end.do(func(e *engine.Engine, out *events.Output, now time.Time) (err error) {
		context, err = e.RequestClientCertificate(out, now)
		return err
	}), p)
	i.must(end.until("an answer", func() bool { return end.answered != nil }), p)
	if !bytes.Equal(end.answered.Context, context) || end.answered.Declined ||
		!bytes.Equal(end.engine.Connection().PeerChain[0], i.identity.Chain[0]) {
		i.t.Errorf("tacitls is answered %v", end.answered)
	}
}
