package engine_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// covers 8446/4.1.3/1
// covers 8446/4.1.3/3
// covers 8446/4.1.3/6
// covers 8446/4.1.3/7
// covers 8446/4.1.3/8
// covers 8446/4.2.1/7
// covers 8446/4.2.1/8
// covers 8446/9.2/3
func TestAServerHelloHasWhatItMustHaveAndNoMore(t *testing.T) {
	pair := small("server hello")
	var hello *messages.ClientHello
	l := forge.New(pair)
	l.On(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
		hello = forge.Decode[messages.ClientHello](raw)
		w.Raw(raw)
	})
	var m *messages.ServerHello
	l.On(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
		m = forge.Decode[messages.ServerHello](raw)
		w.Raw(raw)
	})
	l.Handshake()
	wantAlive(t, "the handshake", l)
	if m.LegacyVersion != messages.TLS12 || m.CompressionMethod != 0 || !bytes.Equal(m.SessionID, hello.SessionID) {
		t.Errorf("version %v, compression %d, session id %x", m.LegacyVersion, m.CompressionMethod, m.SessionID)
	}
	if m.Random == hello.Random || m.IsRetry() {
		t.Error("the random is not the server's own")
	}
	choice := &messages.SupportedVersionsChoice{}
	if _, err := m.Extensions.Get(choice); err != nil || choice.Version != messages.TLS13 {
		t.Errorf("version %v, %v", choice.Version, err)
	}
	if kinds := types(&m.Extensions); !slices.Equal(kinds, []messages.ExtensionType{messages.ExtensionKeyShare, messages.ExtensionSupportedVersions}) {
		t.Errorf("extensions %v", kinds)
	}
}

func types(x *messages.Extensions) []messages.ExtensionType {
	var list []messages.ExtensionType
	for _, e := range x.List {
		list = append(list, e.Type)
	}
	return list
}

// covers 8446/4.1.1/3
// covers 8446/4.1.3/9
// covers 8446/4.1.4/1
// covers 8446/4.1.4/2
// covers 8446/4.1.4/6
// covers 8446/4.2.8/7
// covers 8446/4.2.8/8
// covers 8446/4.1.4/8
// covers 8446/4.1.2/2
func TestARetryChangesTheKeyShareAndNothingElse(t *testing.T) {
	pair := small("retry")
	retrying(pair)
	l := forge.New(pair)
	var hellos []*messages.ClientHello
	var answers []*messages.ServerHello
	for range 2 {
		l.OnNth(events.Client, messages.TypeClientHello, 1, func(w *forge.Wire, raw []byte) {
			hellos = append(hellos, forge.Decode[messages.ClientHello](raw))
			w.Raw(raw)
		})
		l.OnNth(events.Server, messages.TypeServerHello, 1, func(w *forge.Wire, raw []byte) {
			answers = append(answers, forge.Decode[messages.ServerHello](raw))
			w.Raw(raw)
		})
	}
	l.Handshake()
	wantAlive(t, "a retry", l)
	if !answers[0].IsRetry() || answers[1].IsRetry() || answers[0].CipherSuite != answers[1].CipherSuite {
		t.Errorf("the answers are no retry and a ServerHello of its suite: %+v", answers)
	}
	if kinds := types(&answers[0].Extensions); !slices.Equal(kinds, []messages.ExtensionType{messages.ExtensionSupportedVersions, messages.ExtensionKeyShare}) {
		t.Errorf("the retry has %v", kinds)
	}
	shares := offered(hellos[1]).Shares
	if len(shares) != 1 || shares[0].Group != messages.Secp256r1 {
		t.Errorf("the second ClientHello has the shares %v", shares)
	}
	forge.Set(&hellos[1].Extensions, offered(hellos[0]))
	if !bytes.Equal(forge.Encode(hellos[0]), forge.Encode(hellos[1])) {
		t.Error("the second ClientHello differs in more than its key share")
	}
}

// covers 8446/4.2.2/1
// covers 8446/4.2.2/2
func TestACookieIsEchoedOnceAndInThisConnectionOnly(t *testing.T) {
	cookie := bytes.Repeat([]byte("cookie"), 100)
	for what, share := range map[string]bool{"with a group": true, "alone": false} {
		pair := small("cookie")
		if share {
			retrying(pair)
		}
		l := forge.New(pair)
		var second *messages.ClientHello
		if share {
			forge.Change(l, events.Server, func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.Cookie{Cookie: cookie}) })
		} else {
			l.On(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				retry := &messages.ServerHello{
					LegacyVersion: messages.TLS12, Random: messages.HelloRetryRandom(), CipherSuite: messages.TLS_AES_128_GCM_SHA256,
					SessionID: forge.Decode[messages.ClientHello](raw).SessionID,
				}
				forge.Set(&retry.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS13})
				forge.Set(&retry.Extensions, &messages.Cookie{Cookie: cookie})
				l.Wire(events.Server).Message(retry)
			})
		}
		l.OnNth(events.Client, messages.TypeClientHello, 2, func(w *forge.Wire, raw []byte) {
			second = forge.Decode[messages.ClientHello](raw)
			w.Raw(raw)
		})
		l.Handshake()
		if second == nil {
			t.Fatalf("a cookie %s: there is no second ClientHello: %v, %v", what, l.Client.Err, l.Server.Err)
		}
		echoed := &messages.Cookie{}
		if _, err := second.Extensions.Get(echoed); err != nil || !bytes.Equal(echoed.Cookie, cookie) {
			t.Errorf("a cookie %s comes back as %d bytes, %v", what, len(echoed.Cookie), err)
		}
	}
	first, _ := capture[messages.ClientHello](t, small("later"), events.Client, 1)
	if first.Extensions.Has(messages.ExtensionCookie) {
		t.Error("a first ClientHello has a cookie")
	}
}

// covers 8446/4.2.9/4
// covers 8446/4.1.1/2
func TestAServerUsesNoModeThatTheClientHasNot(t *testing.T) {
	pair := small("modes")
	resuming(pair)
	l := completes(t, pair, func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			forge.Set(&m.Extensions, &messages.PSKModes{Modes: []messages.PSKMode{messages.PSKModeKE}})
		})
	})
	if l.Server.Engine.Connection().Resumed {
		t.Error("a session was resumed by psk_dhe_ke, which was not offered")
	}
}

// covers 8446/4.2.10/4
func TestEarlyDataIsPassedOver(t *testing.T) {
	for what, retry := range map[string]bool{"before the Finished": false, "before a second ClientHello": true} {
		pair := small("early data")
		if retry {
			retrying(pair)
		}
		l := completes(t, pair, func(l *forge.Link) {
			l.On(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
				w.Message(offeringEarlyData(raw))
				for range 3 {
					w.Plain(23, bytes.Repeat([]byte{5}, 4000))
				}
			})
		})
		if l.Server.Engine.Connection().EarlyDataAccepted {
			t.Errorf("early data %s is accepted", what)
		}
	}
}
