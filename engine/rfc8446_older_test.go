package engine_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// What RFC 8446 asks of ends that have TLS 1.2 too.

// olderClient has a client of TLS 1.2 meet a server of both versions.
func olderClient(seed string) *testkit.Pair {
	pair := small("older client, " + seed)
	pair.Client.MaxVersion, pair.Server.MinVersion = messages.TLS12, messages.TLS12
	return pair
}

// In TLS 1.2 a client may offer compressions beside none, as that version has it.
//
// covers 8446/4.1.2/11
func TestAHelloOfTLS12MayOfferCompressionsThatAreNotTaken(t *testing.T) {
	for _, methods := range [][]byte{{0}, {1, 0}, {0, 1}, {64, 1, 0, 7}} {
		l := completes(t, olderClient("compressions"), func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) { m.CompressionMethods = methods })
			forge.Change(l, events.Server, func(m *messages.ServerHello) {
				if m.CompressionMethod != 0 {
					t.Errorf("of the compressions %v the server takes %d", methods, m.CompressionMethod)
				}
			})
		})
		if c := l.Server.Engine.Connection(); c.Version != messages.TLS12 {
			t.Errorf("with the compressions %v the version is %v", methods, c.Version)
		}
	}
}

// All but the last bytes of the server's random, which tell of the downgrade, are
// random.
//
// covers 8446/4.1.3/2
func TestARandomThatTellsOfADowngradeIsRandomOtherwise(t *testing.T) {
	const connections, told = 16, 24
	sentinel := messages.DowngradeTLS12()
	for _, newest := range []messages.Version{messages.TLS12, messages.TLS13} {
		var seen [32]map[byte]bool
		for i := range connections {
			pair := olderClient(fmt.Sprint("random ", i))
			pair.Server.MaxVersion = newest
			_, server := helloes(pair)
			if got := bytes.Equal(server.Random[told:], sentinel[:]); got != (newest == messages.TLS13) {
				t.Fatalf("a server whose newest version is %v sends %x", newest, server.Random)
			}
			for at, b := range server.Random {
				if seen[at] == nil {
					seen[at] = map[byte]bool{}
				}
				seen[at][b] = true
			}
		}
		for at, values := range seen {
			if constant := len(values) == 1; constant != (at >= told && newest == messages.TLS13) || !constant && len(values) < connections/2 {
				t.Errorf("byte %d of a random has %d values, where the newest version is %v", at, len(values), newest)
			}
		}
	}
}

// A server that chooses TLS 1.2 says so by the version alone, whatever the client
// has said by supported_versions.
//
// covers 8446/4.2.1/6
func TestAServerThatChoosesTLS12SaysSoByItsVersionAlone(t *testing.T) {
	offering := func(versions ...messages.Version) func(m *messages.ClientHello) {
		return func(m *messages.ClientHello) {
			if len(versions) > 0 {
				forge.Set(&m.Extensions, &messages.SupportedVersionsOffer{Versions: versions})
			}
		}
	}
	for what, c := range map[string]struct {
		pair  *testkit.Pair
		offer func(m *messages.ClientHello)
	}{
		"a client of TLS 1.2":                           {olderClient("plain"), offering()},
		"a client of TLS 1.2 that names it":             {olderClient("named"), offering(messages.TLS12, messages.TLS11)},
		"a client of both, and a server of TLS 1.2":     {legacy("server of TLS 1.2"), offering()},
		"a client of TLS 1.4 and 1.2, a server of both": {olderClient("named with a newer"), offering(0x0305, messages.TLS12)},
	} {
		l := completes(t, c.pair, func(l *forge.Link) {
			forge.Change(l, events.Client, c.offer)
			forge.Change(l, events.Server, func(m *messages.ServerHello) {
				if m.LegacyVersion != messages.TLS12 || m.Extensions.Has(messages.ExtensionSupportedVersions) {
					t.Errorf("%s: the server says %v, and %v", what, m.LegacyVersion, types(&m.Extensions))
				}
			})
		})
		if got := l.Client.Engine.Connection().Version; got != messages.TLS12 {
			t.Errorf("%s: the version is %v", what, got)
		}
	}
}

// Without supported_versions a hello is for the version that it says, and for
// TLS 1.2 at the most.
//
// covers 8446/D.2/2
func TestAHelloWithoutSupportedVersionsIsForTLS12AtTheMost(t *testing.T) {
	for _, says := range []messages.Version{messages.TLS12, messages.TLS13, 0x0305, 0x0399, 0xffff} {
		pair := olderClient("legacy version")
		l := completes(t, pair, func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) { m.LegacyVersion = says })
		})
		if c := l.Server.Engine.Connection(); c.Version != messages.TLS12 {
			t.Errorf("a hello that says %v leads to %v", says, c.Version)
		}
	}
	for _, says := range []messages.Version{messages.TLS11, messages.TLS10} {
		l := forge.New(olderClient("legacy version"))
		forge.Change(l, events.Client, func(m *messages.ClientHello) { m.LegacyVersion = says })
		l.Handshake()
		wantRefusal(t, fmt.Sprint("a hello that says ", says), l.Server, "no_mutual_version")
	}
}

// What signs in TLS 1.2 is as RFC 5246 has it, where both versions are offered: a
// hash and a kind of key, PKCS #1 among them, and no list at all where nothing is
// signed.
//
// covers 8446/4.2.3/12
func TestSignaturesOfTLS12AreThoseOfThatVersionWhereBothAreOffered(t *testing.T) {
	for _, scheme := range []messages.SignatureScheme{messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512} {
		pair := legacy("PKCS #1")
		withClientCert(pair)
		pair.ServerAnswers.Identity, pair.ClientAnswers.Identity = testkit.Server(testkit.RSA), testkit.Client(testkit.RSA)
		pair.Server.MinVersion, pair.Server.MaxVersion, pair.Client.MaxVersion = messages.TLS12, messages.TLS13, messages.TLS12
		for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
			common.Schemes = []messages.SignatureScheme{scheme, messages.RSAPSSRSAESHA256}
		}
		for _, answers := range []*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers} {
			answering(answers, signingBy(answers.Identity, scheme))
		}
		p := established(t, pair)
		if client, server := p.Client.Engine.Connection(), p.Server.Engine.Connection(); client.PeerScheme != scheme || server.PeerScheme != scheme {
			t.Errorf("%v where %v is asked for, and %v", client.PeerScheme, scheme, server.PeerScheme)
		}
	}
	pair := under(messages.TLS_RSA_WITH_AES_128_GCM_SHA256)
	pair.Server.CipherSuites, pair.Server.MaxVersion = append(pair.Server.CipherSuites, messages.TLS_AES_128_GCM_SHA256), messages.TLS13
	pair.Server.MinVersion = messages.TLS12
	l := completes(t, pair, func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionSignatureAlgorithms) })
	})
	if got := l.Server.Engine.Connection().CipherSuite; got != messages.TLS_RSA_WITH_AES_128_GCM_SHA256 {
		t.Errorf("a client that says nothing of signatures is served by %v", got)
	}
}

// signingBy has an identity sign by one scheme.
func signingBy(identity *testkit.Identity, scheme messages.SignatureScheme) func(*events.ChooseCredential) events.Answer {
	return func(q *events.ChooseCredential) events.Answer {
		credential := identity.CredentialIn(q.Version)
		credential.Schemes = []messages.SignatureScheme{scheme}
		return q.Reply(credential)
	}
}

// In TLS 1.2 a scheme of ECDSA says nothing of the curve: all that are offered as
// groups will do. In TLS 1.3 it is that of the scheme.
//
// covers 8446/4.2.3/15
func TestInTLS12AKeyOnAnyCurveOfferedSignsByAnyHash(t *testing.T) {
	all := map[string]messages.SignatureScheme{
		testkit.P256: messages.ECDSASecp256r1SHA256, testkit.P384: messages.ECDSASecp384r1SHA384, testkit.P521: messages.ECDSASecp521r1SHA512,
	}
	for kind, own := range all {
		for _, scheme := range all {
			for _, newest := range []messages.Version{messages.TLS12, messages.TLS13} {
				pair := small("any curve")
				pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1}
				pair.Server.Groups = pair.Client.Groups
				pair.Client.MinVersion, pair.Server.MinVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12, newest
				withClientCert(pair)
				pair.ServerAnswers.Identity, pair.ClientAnswers.Identity = testkit.Server(kind), testkit.Client(kind)
				for _, answers := range []*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers} {
					answering(answers, signingBy(answers.Identity, scheme))
				}
				l := forge.New(pair)
				l.Handshake()
				if newest == messages.TLS13 && scheme != own {
					wantRefusal(t, fmt.Sprintf("%v by a key of kind %s", scheme, kind), l.Client, "scheme_for_other_key")
					continue
				}
				wantAlive(t, fmt.Sprintf("%v by a key of kind %s", scheme, kind), l)
				if client, server := l.Client.Engine.Connection(), l.Server.Engine.Connection(); client.Version != newest ||
					client.PeerScheme != scheme || server.PeerScheme != scheme {
					t.Errorf("in %v keys of kind %s sign by %v and %v, not %v", client.Version, kind, client.PeerScheme, server.PeerScheme, scheme)
				}
			}
		}
	}
}

// helloOfSSL2 is a CLIENT-HELLO of SSL 2.0 that offers a version, and the suites of
// TLS in three bytes each (RFC 5246, Appendix E.2).
func helloOfSSL2(version messages.Version) []byte {
	hello := []byte{1, byte(version >> 8), byte(version), 0, 6, 0, 0, 0, 16, 0, 0x13, 0x01, 0, 0xc0, 0x2b}
	hello = append(hello, "a challenge long"...)
	return append([]byte{0x80, byte(len(hello))}, hello...)
}

// covers 8446/D.5/4 8446/D.5/5
func TestNothingOfSSL2IsSentOrTaken(t *testing.T) {
	for _, version := range []messages.Version{0x0002, messages.SSL30, messages.TLS12, messages.TLS13} {
		pair := small("SSL 2.0")
		pair.Client.MinVersion, pair.Server.MinVersion = messages.TLS12, messages.TLS12
		l := forge.New(pair)
		l.Wire(events.Client).Bytes(helloOfSSL2(version))
		wantRefusal(t, fmt.Sprint("a hello of SSL 2.0 for ", version), l.Server, "record_version")
		if c := l.Server.Engine.Connection(); c.Version != 0 || len(pair.ServerAnswers.Asked) > 0 || l.Server.Err.Alert != messages.AlertProtocolVersion {
			t.Errorf("a hello of SSL 2.0 for %v leads to %v, and %v", version, c.Version, l.Server.Err.Alert)
		}
	}
	for _, common := range []engine.Common{
		{}, {MinVersion: messages.TLS12}, {MaxVersion: messages.TLS12}, {MaxVersion: messages.TLS12, Profile: engine.Legacy},
	} {
		pair := small("no SSL 2.0")
		common.Rand = pair.Client.Rand
		pair.Client.Common = common
		p := pair.Join()
		_ = p.Do(events.Client, (*engine.Engine).Start)
		sent := p.Server.Inbox
		header, ok := record.ParseHeader(sent)
		if !ok || header.Type != record.Handshake || header.Version>>8 != 3 || header.Length != len(sent)-record.HeaderLen {
			t.Fatalf("a client begins by %x", sent[:record.HeaderLen])
		}
		kind, size, _ := messages.ParseHandshakeHeader(sent[record.HeaderLen:])
		if kind != messages.TypeClientHello || size != header.Length-messages.HandshakeHeaderLen {
			t.Errorf("a client begins by %v of %d bytes", kind, size)
		}
	}
	// A server of SSL 2.0 would answer by a SERVER-HELLO.
	l := forge.New(small("a server of SSL 2.0"))
	_ = l.Do(events.Client, (*engine.Engine).Start)
	l.Wire(events.Server).Bytes([]byte{0x80, 11, 4, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0})
	wantRefusal(t, "a SERVER-HELLO of SSL 2.0", l.Client, "unexpected_record")
}

// olderOffences are those of hellos of TLS 1.2 to a server of both versions.
func olderOffences() []offence {
	older := func(p *testkit.Pair) { *p = *olderClient("offence") }
	// spoilt changes the bytes of a ClientHello, whose extensions begin at an offset.
	spoilt := func(change func(hello []byte, extensions int) []byte) func(*forge.Link) {
		return instead(events.Client, messages.TypeClientHello, func(w *forge.Wire, raw []byte) {
			m := forge.Decode[messages.ClientHello](raw)
			bare := *m
			bare.Extensions, bare.HasExtensions = messages.Extensions{}, false
			body := change(slices.Clone(raw[messages.HandshakeHeaderLen:]), len(forge.Encode(&bare))-messages.HandshakeHeaderLen)
			w.Raw(append([]byte{byte(messages.TypeClientHello), 0, byte(len(body) >> 8), byte(len(body))}, body...))
		})
	}
	return []offence{
		// covers 8446/4.1.2/13 8446/4.1.2/14
		{
			sentence: "a hello of TLS 1.2 has a byte behind its extensions", refusal: "malformed_message", by: events.Server, pair: older,
			forge: spoilt(func(hello []byte, _ int) []byte { return append(hello, 0) }),
		},
		// covers 8446/4.1.2/13 8446/4.1.2/14
		{
			sentence: "a hello of TLS 1.2 has a single byte behind its compressions", refusal: "malformed_message", by: events.Server, pair: older,
			forge: spoilt(func(hello []byte, extensions int) []byte { return hello[:extensions+1] }),
		},
		// covers 8446/4.1.2/13 8446/4.1.2/14
		{
			sentence: "the extensions of a hello of TLS 1.2 end before they should", refusal: "malformed_message", by: events.Server, pair: older,
			forge: spoilt(func(hello []byte, _ int) []byte { return hello[:len(hello)-1] }),
		},
		// covers 8446/4.1.2/13 8446/4.1.2/14
		{
			sentence: "the last extension of a hello of TLS 1.2 is longer than all", refusal: "malformed_message", by: events.Server, pair: older,
			forge: spoilt(func(hello []byte, extensions int) []byte {
				return append(hello[:extensions], 0, 4, 0xff, 0xff, 0, 1)
			}),
		},
	}
}
