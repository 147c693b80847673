package engine_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// capture keeps the nth message of type T that an end sends, and runs the
// handshake.
func capture[T any, M interface {
	*T
	messages.Message
}](t *testing.T, pair *testkit.Pair, from events.Role, nth int) (M, *forge.Link) {
	t.Helper()
	var kept M
	l := forge.New(pair)
	l.OnNth(from, M(new(T)).Type(), nth, func(w *forge.Wire, raw []byte) {
		kept = forge.Decode[T, M](slices.Clone(raw))
		w.Raw(raw)
	})
	l.Handshake()
	wantAlive(t, "the handshake", l)
	if kept == nil {
		t.Fatalf("the %v sends no %v", from, M(new(T)).Type())
	}
	return kept, l
}

// completes runs a handshake with a change that the protocol allows.
func completes(t *testing.T, pair *testkit.Pair, change func(l *forge.Link)) *forge.Link {
	t.Helper()
	l := forge.New(pair)
	change(l)
	l.Handshake()
	wantAlive(t, "an allowed change", l)
	if !l.Walked() {
		t.Fatal("the change was never made")
	}
	l.Write(events.Client, "ping")
	l.Write(events.Server, "pong")
	if string(l.Server.Received) != "ping" || string(l.Client.Received) != "pong" {
		t.Fatalf("data after an allowed change: %q and %q", l.Server.Received, l.Client.Received)
	}
	return l
}

// covers 8446/4.1.2/1
// covers 8446/4.1.2/6
// covers 8446/4.1.2/7
// covers 8446/4.2.1/1
// covers 8446/4.2.3/2
// covers 8446/9.2/5
// covers 8446/9.2/6
// covers 8446/9.2/13
// covers 8446/D.5/6
func TestAClientHelloHasWhatItMustHave(t *testing.T) {
	m, _ := capture[messages.ClientHello](t, testkit.NewPair("hello"), events.Client, 1)
	if m.LegacyVersion != messages.TLS12 || len(m.SessionID) != 32 || !slices.Equal(m.CompressionMethods, []byte{0}) {
		t.Errorf("version %v, session id of %d bytes, compressions %v", m.LegacyVersion, len(m.SessionID), m.CompressionMethods)
	}
	for _, kind := range []messages.ExtensionType{
		messages.ExtensionSupportedVersions, messages.ExtensionSignatureAlgorithms, messages.ExtensionSupportedGroups,
		messages.ExtensionKeyShare, messages.ExtensionServerName,
	} {
		if !m.Extensions.Has(kind) {
			t.Errorf("no %v", kind)
		}
	}
	versions := &messages.SupportedVersionsOffer{}
	if _, err := m.Extensions.Get(versions); err != nil || !slices.Equal(versions.Versions, []messages.Version{messages.TLS13}) {
		t.Errorf("versions %v, %v", versions.Versions, err)
	}
}

// covers 8446/4.1.2/8
func TestAClientHelloWithoutCompatibilityHasNoSessionID(t *testing.T) {
	pair := small("no session id")
	pair.Client.NoCompatibility = true
	if m, _ := capture[messages.ClientHello](t, pair, events.Client, 1); len(m.SessionID) != 0 {
		t.Errorf("a session id of %d bytes", len(m.SessionID))
	}
}

// covers 8446/4.2.8/1
// covers 8446/4.2.8/2
// covers 8446/4.2.8/3
// covers 8446/4.2.8/4
func TestKeySharesAreOfGroupsOfferedInTheirOrder(t *testing.T) {
	pair := testkit.NewPair("shares")
	pair.Client.KeyShares = []messages.Group{messages.X25519MLKEM768, messages.X25519, messages.Secp256r1}
	m, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
	shares, groups := offered(m), &messages.SupportedGroups{}
	if _, err := m.Extensions.Get(groups); err != nil {
		t.Fatal(err)
	}
	last := -1
	for i, share := range shares.Shares {
		at := slices.Index(groups.Groups, share.Group)
		if at <= last {
			t.Errorf("the share of %v stands out of order", share.Group)
		}
		last = at
		for _, other := range shares.Shares[:i] {
			if slices.Equal(other.KeyExchange, share.KeyExchange) {
				t.Errorf("the shares of %v and %v are the same", other.Group, share.Group)
			}
		}
	}
	hybrid, classical := shares.Shares[0].KeyExchange, shares.Shares[1].KeyExchange
	if slices.Equal(hybrid[len(hybrid)-32:], classical) {
		t.Error("one key of x25519 serves two shares")
	}
}

// covers 8446/4.2.3/13
// covers 8446/4.2.3/14
// covers 8446/B.3.1.4/1
// covers 8446/D.5/1
// covers 8446/D.5/2
// covers 8446/D.5/9
func TestNothingObsoleteIsOffered(t *testing.T) {
	m, _ := capture[messages.ClientHello](t, testkit.NewPair("obsolete"), events.Client, 1)
	schemes := &messages.SignatureAlgorithms{}
	if _, err := m.Extensions.Get(schemes); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range schemes.Schemes {
		// The first byte was the hash: none, MD5, SHA-1, SHA-224; the second the
		// signature: anonymous, DSA.
		if hash := scheme >> 8; hash < 4 || scheme>>8 < 8 && (scheme&0xff == 0 || scheme&0xff == 2) {
			t.Errorf("%v is offered", scheme)
		}
	}
	groups := &messages.SupportedGroups{}
	if _, err := m.Extensions.Get(groups); err != nil {
		t.Fatal(err)
	}
	for _, group := range groups.Groups {
		if group < messages.Secp256r1 || group > messages.Secp521r1 && group < messages.X25519 {
			t.Errorf("%v is offered", group)
		}
	}
	for _, suite := range m.CipherSuites {
		if suite>>8 != 0x13 {
			t.Errorf("%v is offered", suite)
		}
	}
	if m.Extensions.Has(messages.ExtensionTruncatedHMAC) {
		t.Error("truncated_hmac is offered")
	}
}

// covers 8446/4.1.2/9
// covers 8446/4.1.2/12
// covers 8446/4.2.1/4
// covers 8446/9.3/4
// covers 8446/9.3/1
// covers 8446/9.3/2
// covers 8701/3.2/2
// covers 8701/3.2/3
func TestAServerIgnoresWhatItDoesNotKnow(t *testing.T) {
	const grease = 0x7a7a
	completes(t, small("unknown"), func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			x := &m.Extensions
			m.CipherSuites = append([]messages.CipherSuite{grease, 0x00ff}, m.CipherSuites...)
			forge.Set(x, &messages.SupportedVersionsOffer{Versions: []messages.Version{grease, 0x0305, messages.TLS13, messages.TLS12}})
			groups, schemes := &messages.SupportedGroups{}, &messages.SignatureAlgorithms{}
			_, _ = x.Get(groups)
			_, _ = x.Get(schemes)
			groups.Groups = append([]messages.Group{grease}, groups.Groups...)
			schemes.Schemes = append([]messages.SignatureScheme{grease}, schemes.Schemes...)
			shares := offered(m)
			shares.Shares = append([]messages.KeyShareEntry{{Group: grease, KeyExchange: []byte{0}}}, shares.Shares...)
			forge.Set(x, groups)
			forge.Set(x, schemes)
			forge.Set(x, shares)
			forge.Set(x, &messages.PSKModes{Modes: []messages.PSKMode{0x7a, messages.PSKModeDHEKE}})
			forge.AddExtension(x, messages.Extension{Type: grease, Data: []byte{1, 2, 3}})
			forge.AddExtension(x, messages.Extension{Type: 0x8a8a})
		})
	})
}

// covers 8446/4.2/4
func TestExtensionsMayComeInAnyOrder(t *testing.T) {
	completes(t, small("order"), func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) { slices.Reverse(m.Extensions.List) })
		forge.Change(l, events.Server, func(m *messages.ServerHello) { slices.Reverse(m.Extensions.List) })
	})
}

// covers 8446/4.2.1/3
// covers 8446/D.2/1
func TestAServerGoesBySupportedVersionsAlone(t *testing.T) {
	for _, legacy := range []messages.Version{messages.TLS10, messages.TLS11, messages.TLS13, 0x0399} {
		completes(t, small("legacy version"), func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) { m.LegacyVersion = legacy })
		})
	}
}

// covers 8446/4.4.2.1/2
// covers 8446/4.4.2.1/3
func TestAServerIgnoresExtensionsOfOlderVersions(t *testing.T) {
	completes(t, small("older"), func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			for _, kind := range []messages.ExtensionType{
				messages.ExtensionStatusRequestV2, messages.ExtensionExtendedMasterSecret, messages.ExtensionSessionTicket,
				messages.ExtensionRenegotiationInfo, messages.ExtensionECPointFormats, messages.ExtensionEncryptThenMAC,
			} {
				forge.AddExtension(&m.Extensions, messages.Extension{Type: kind, Data: []byte{0}})
			}
		})
	})
}
