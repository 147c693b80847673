package interop

import (
	"bytes"
	"crypto/tls"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/quic/internal/transport"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// long is more than any window, and enough packets for quic-go to update its keys.
var long, short = bytes.Repeat([]byte("0123456789"), 30_000), []byte("hello")

func TestEchoesInBothRolesWithEverySuite(t *testing.T) {
	for _, suite := range []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
	} {
		t.Run(suite.String(), func(t *testing.T) {
			withPeers(t, func(t *testing.T, p peer) {
				o := newOur(t)
				o.client.CipherSuites, o.server.CipherSuites = []messages.CipherSuite{suite}, []messages.CipherSuite{suite}
				back, c, err := o.echo(p.serve(t, options{tls: theirs()}), long)
				o.wantBack("our client", back, long, err)
				if got := c.Engine().Connection(); got.CipherSuite != suite || got.ALPN != protocol || !c.Confirmed() {
					t.Errorf("our client has %v, %q, confirmed %t", got.CipherSuite, got.ALPN, c.Confirmed())
				}
				at, stop := o.serve()
				back, f, err := p.echo(t, at, options{tls: theirs()}, long)
				stop()
				o.wantBack("our server", back, long, err)
				if messages.CipherSuite(f.tls.CipherSuite) != suite || f.tls.NegotiatedProtocol != protocol {
					t.Errorf("their client has %x, %q", f.tls.CipherSuite, f.tls.NegotiatedProtocol)
				}
			})
		})
	}
}

func TestAHelloRetryRequestGoesEitherWay(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		o := newOur(t)
		o.client.KeyShares = []messages.Group{}
		back, c, err := o.echo(p.serve(t, options{tls: theirs()}), short)
		o.wantBack("our client", back, short, err)
		if !c.Engine().Connection().Retried {
			t.Error("our client was not asked to retry")
		}
		o.server.Groups = []messages.Group{messages.Secp384r1}
		at, stop := o.serve()
		back, f, err := p.echo(t, at, options{tls: theirs()}, short)
		o.wantBack("our server", back, short, err)
		if served := stop(); !served.Engine().Connection().Retried || f.tls.CurveID != tls.CurveP384 {
			t.Errorf("their client was not asked to retry, and has %v", f.tls.CurveID)
		}
	})
}

func TestAnAddressIsValidatedByARetry(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		o := newOur(t)
		o.retry = true
		back, _, err := o.echo(p.serve(t, options{tls: theirs(), retry: true}), short)
		o.wantBack("our client", back, short, err)
		at, stop := o.serve()
		back, _, err = p.echo(t, at, options{tls: theirs()}, short)
		stop()
		o.wantBack("our server", back, short, err)
	})
}

func TestASessionIsResumed(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		o := newOur(t)
		if to := p.serve(t, options{tls: theirs()}); p.tickets {
			for _, resumed := range []bool{false, true} {
				back, c, err := o.echo(to, short)
				o.wantBack("our client", back, short, err)
				if c.Engine().Connection().Resumed != resumed || len(o.sessions) == 0 {
					t.Fatalf("our client: want resumed %t, and there are %d sessions", resumed, len(o.sessions))
				}
				o.client.Session = o.sessions[len(o.sessions)-1]
			}
		}
		at, stop := o.serve()
		config := theirs()
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		for _, resumed := range []bool{false, true} {
			back, f, err := p.echo(t, at, options{tls: config}, short)
			o.wantBack("our server", back, short, err)
			if f.tls.DidResume != resumed {
				t.Errorf("their client: want resumed %t", resumed)
			}
		}
		stop()
	})
}

func TestEarlyDataIsTakenAndRejectedEitherWay(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		if !p.early {
			return // it has none
		}
		o := newOur(t)
		o.client.EarlyData = true
		config := theirs()
		to := p.serve(t, options{tls: config, early: true})
		for _, accepted := range []bool{false, true, true} {
			back, c, err := o.echo(to, long)
			o.wantBack("our client", back, long, err)
			if got := c.Engine().Connection().EarlyDataAccepted; got != accepted {
				t.Errorf("our client: early data accepted %t, want %t", got, accepted)
			}
			o.client.Session = o.sessions[len(o.sessions)-1]
		}
		// With another group the server has to ask for a share, and rejects.
		o.client.KeyShares = []messages.Group{}
		back, c, err := o.echo(to, long)
		o.wantBack("our client after a rejection", back, long, err)
		if got := c.Engine().Connection(); got.EarlyDataAccepted || !got.Resumed || !strings.Contains(strings.Join(o.log, "\n"), "-> early_data") {
			t.Errorf("our client: accepted %t, resumed %t", got.EarlyDataAccepted, got.Resumed)
		}

		var accept atomic.Bool
		accept.Store(true)
		o.server.MaxEarlyData = 1
		o.answers.EarlyData = func(time.Time, *events.AcceptEarlyData) bool { return accept.Load() }
		at, stop := o.serve()
		defer stop()
		config = theirs()
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		for _, want := range []bool{false, true} {
			back, f, err := p.echo(t, at, options{tls: config, early: true}, short)
			o.wantBack("our server", back, short, err)
			if f.early != want {
				t.Errorf("their client used early data %t, want %t", f.early, want)
			}
		}
		accept.Store(false)
		if _, _, err := p.echo(t, at, options{tls: config, early: true}, short); err == nil || !strings.Contains(err.Error(), "0-RTT rejected") {
			t.Errorf("their client whose early data is rejected: %v", err)
		}
	})
}

func TestKeysAreUpdatedByEitherEnd(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		// Both peers update after a hundred packets of theirs.
		o := newOur(t)
		back, c, err := o.echo(p.serve(t, options{tls: theirs()}), long)
		o.wantBack("our client", back, long, err)
		if c.KeyUpdates() == 0 {
			t.Error("our client has seen no update")
		}
		at, stop := o.serve()
		back, _, err = p.echo(t, at, options{tls: theirs()}, long)
		o.wantBack("our server", back, long, err)
		if stop().KeyUpdates() == 0 {
			t.Error("our server has seen no update")
		}
		// This one comes first.
		o.updateAfter = 20
		back, c, err = o.echo(p.serve(t, options{tls: theirs()}), long[:60_000])
		o.wantBack("our client, which updates", back, long[:60_000], err)
		if c.KeyUpdates() == 0 {
			t.Error("our client has not updated")
		}
	})
}

func TestWhatGetsLostIsSentAgain(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		o := newOur(t)
		o.loss = 10
		text := long[:60_000]
		back, _, err := o.echo(p.serve(t, options{tls: theirs()}), text)
		o.wantBack("our client", back, text, err)
		at, stop := o.serve()
		back, _, err = p.echo(t, at, options{tls: theirs()}, text)
		stop()
		o.wantBack("our server", back, text, err)
	})
}

func TestAClientShowsItsCertificate(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		o := newOur(t)
		id := testkit.Client(testkit.P256)
		mine, err := answer.NewCertificate(id.Chain, id.Key)
		if err != nil {
			t.Fatal(err)
		}
		o.certificates = []*answer.Certificate{mine}
		config := theirs()
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, testkit.Roots()
		back, _, err := o.echo(p.serve(t, options{tls: config}), short)
		o.wantBack("our client", back, short, err)

		o.server.ClientAuth, o.answers.ClientRoots = engine.RequireClientCert, testkit.Roots()
		at, stop := o.serve()
		config = theirs()
		config.Certificates = []tls.Certificate{{Certificate: id.Chain, PrivateKey: id.Key}}
		back, _, err = p.echo(t, at, options{tls: config}, short)
		o.wantBack("our server", back, short, err)
		if served := stop(); len(served.Engine().Connection().PeerChain) == 0 {
			t.Error("our server knows nobody")
		}
	})
}

func TestAFailureIsToldByItsCode(t *testing.T) {
	withPeers(t, func(t *testing.T, p peer) {
		const noProtocol = 0x178 // crypto_error, no_application_protocol
		o := newOur(t)
		o.client.ALPN = []string{"nonsense"}
		_, _, err := o.echo(p.serve(t, options{tls: theirs()}), short)
		var closed *transport.Error
		if !errors.As(err, &closed) || closed.Code != noProtocol || !closed.Received {
			t.Errorf("our client hears %v", err)
		}
		at, stop := o.serve()
		config := theirs()
		config.NextProtos = []string{"nonsense"}
		_, _, err = p.echo(t, at, options{tls: config}, short)
		if err == nil || !strings.Contains(err.Error(), "0x178") && !strings.Contains(err.Error(), "CRYPTO_ERROR(120)") {
			t.Errorf("their client hears %v", err)
		}
		var refused *engine.Error
		if served := stop(); !errors.As(served.Err(), &refused) || refused.QUICCode() != noProtocol {
			t.Errorf("our server fails by %v", served.Err())
		}
	})
}
