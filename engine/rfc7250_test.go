package engine_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

type certificateTypes = []messages.CertificateType

// The lists of kinds that there are.
var (
	rawAlone  = certificateTypes{messages.CertificateRawPublicKey}
	x509Alone = certificateTypes{messages.CertificateX509}
	rawFirst  = certificateTypes{messages.CertificateRawPublicKey, messages.CertificateX509}
	x509First = certificateTypes{messages.CertificateX509, messages.CertificateRawPublicKey}
)

// covers 7250/4.1/1 7250/4.1/2 7250/4.1/3 7250/4.1/4
func TestAClientOffersTheKindsOfItsConfigAndNothingForX509Alone(t *testing.T) {
	for _, c := range []struct{ own, peer, offered, taken certificateTypes }{
		{nil, nil, nil, nil},
		{x509Alone, x509Alone, nil, nil},
		{rawAlone, nil, rawAlone, nil},
		{nil, rawFirst, nil, rawFirst},
		{x509First, rawAlone, x509First, rawAlone},
	} {
		pair := small("offer")
		pair.Client.CertificateTypes, pair.Client.PeerCertificateTypes = c.own, c.peer
		pair.ServerAnswers.RawKey = true
		m, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
		var own messages.ClientCertificateTypeOffer
		var peer messages.ServerCertificateTypeOffer
		hasOwn, _ := m.Extensions.Get(&own)
		hasPeer, _ := m.Extensions.Get(&peer)
		if !slices.Equal(own.Types, c.offered) || !slices.Equal(peer.Types, c.taken) ||
			hasOwn != (c.offered != nil) || hasPeer != (c.taken != nil) {
			t.Errorf("a client that has %v and takes %v offers %v and %v", c.own, c.peer, own.Types, peer.Types)
		}
	}
}

// replies are the extensions that a server answers with, and the bodies of its
// Certificate and of the client's.
type replies struct {
	own, peer   messages.CertificateType
	hasOwn      bool
	hasPeer     bool
	requested   bool
	server      []byte
	client      []byte
	connections [2]events.Connection
}

// reply runs a handshake of either version and tells what the server replies.
func reply(t *testing.T, pair *testkit.Pair) *replies {
	t.Helper()
	r := &replies{}
	var x messages.Extensions
	l := forge.New(pair)
	l.On(events.Server, messages.TypeServerHello, func(w *forge.Wire, raw []byte) {
		x.List = append(x.List, forge.Decode[messages.ServerHello](slices.Clone(raw)).Extensions.List...)
		w.Raw(raw)
	})
	l.OnEvery(events.Server, messages.TypeEncryptedExtensions, func(w *forge.Wire, raw []byte) {
		x.List = append(x.List, forge.Decode[messages.EncryptedExtensions](slices.Clone(raw)).Extensions.List...)
		w.Raw(raw)
	})
	l.OnEvery(events.Server, messages.TypeCertificateRequest, func(w *forge.Wire, raw []byte) {
		r.requested = true
		w.Raw(raw)
	})
	l.OnEvery(events.Server, messages.TypeCertificate, func(w *forge.Wire, raw []byte) { r.server = slices.Clone(raw); w.Raw(raw) })
	l.OnEvery(events.Client, messages.TypeCertificate, func(w *forge.Wire, raw []byte) { r.client = slices.Clone(raw); w.Raw(raw) })
	l.Handshake()
	wantAlive(t, "the handshake", l)
	var own messages.ClientCertificateTypeChoice
	var peer messages.ServerCertificateTypeChoice
	r.hasOwn, _ = x.Get(&own)
	r.hasPeer, _ = x.Get(&peer)
	r.own, r.peer = own.Chosen, peer.Chosen
	r.connections = [2]events.Connection{l.Client.Engine.Connection(), l.Server.Engine.Connection()}
	return r
}

// inBoth runs a test in either version.
func inBoth(t *testing.T, test func(t *testing.T, pair func(seed string) *testkit.Pair)) {
	t.Run("TLS 1.3", func(t *testing.T) { test(t, small) })
	t.Run("TLS 1.2", func(t *testing.T) { test(t, legacy) })
}

// covers 7250/4.2/1 7250/4.2/2 7250/4.2/3 7250/4.2/4
func TestAServerRequestsAKindOfCertificateThatTheClientCanShow(t *testing.T) {
	inBoth(t, func(t *testing.T, pairOf func(string) *testkit.Pair) {
		for _, c := range []struct {
			auth        engine.ClientAuth
			offers      certificateTypes
			takes       certificateTypes
			answered    bool
			chosen      messages.CertificateType
			clientsKind messages.CertificateType
		}{
			{engine.RequireClientCert, rawFirst, x509First, true, messages.CertificateX509, messages.CertificateX509},
			{engine.RequireClientCert, x509First, rawFirst, true, messages.CertificateRawPublicKey, messages.CertificateRawPublicKey},
			{engine.RequireClientCert, rawAlone, x509First, true, messages.CertificateRawPublicKey, messages.CertificateRawPublicKey},
			{engine.RequireClientCert, nil, rawFirst, false, 0, messages.CertificateX509},
			{engine.NoClientCert, rawFirst, rawFirst, false, 0, messages.CertificateX509},
		} {
			pair := pairOf("request")
			withClientCert(pair)
			pair.Server.ClientAuth = c.auth
			pair.Client.CertificateTypes, pair.Server.PeerCertificateTypes = c.offers, c.takes
			pair.ClientAnswers.RawKey = c.clientsKind == messages.CertificateRawPublicKey
			r := reply(t, pair)
			if r.hasOwn != c.answered || r.own != c.chosen || r.requested != (c.auth != engine.NoClientCert) {
				t.Errorf("a server that takes %v of %v answers %t with %v, and asks: %t", c.takes, c.offers, r.hasOwn, r.own, r.requested)
			}
			if got := r.connections[events.Server].PeerCertificateType; got != c.clientsKind || r.connections[events.Client].LocalCertificateType != got {
				t.Errorf("a server that takes %v of %v sees %v", c.takes, c.offers, got)
			}
		}
	})
}

// covers 7250/3/1 7250/4.2/5
// covers 8446/4.4.2/10
func TestARawKeyStandsInPlaceOfTheChainAndProvesItself(t *testing.T) {
	inBoth(t, func(t *testing.T, pairOf func(string) *testkit.Pair) {
		for _, kind := range testkit.Kinds() {
			pair := pairOf("raw key")
			pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1}
			pair.Server.Groups = pair.Client.Groups
			rawKeys(pair)
			withClientCert(pair)
			pair.ServerAnswers.Identity, pair.ClientAnswers.Identity = testkit.Server(kind), testkit.Client(kind)
			r := reply(t, pair)
			client, server := r.connections[events.Client], r.connections[events.Server]
			for of, info := range map[*events.Connection][]byte{
				&client: testkit.PublicKeyInfo(testkit.Server(kind).Key.Public()),
				&server: testkit.PublicKeyInfo(testkit.Client(kind).Key.Public()),
			} {
				if !bytes.Equal(of.PeerRawKey, info) || of.PeerChain != nil || of.LocalChain != nil || of.PeerScheme == 0 {
					t.Errorf("%v, %s: the peer's key has %d bytes", of.Role, kind, len(of.PeerRawKey))
				}
			}
			if !bytes.Contains(r.server, client.PeerRawKey) || !bytes.Contains(r.client, server.PeerRawKey) ||
				!bytes.Equal(client.LocalRawKey, server.PeerRawKey) || !r.hasPeer || r.peer != messages.CertificateRawPublicKey {
				t.Errorf("%s: the keys are not in the Certificate messages", kind)
			}
			if most := len(client.PeerRawKey) + 16; len(r.server) > most {
				t.Errorf("%s: the server's Certificate has %d bytes", kind, len(r.server))
			}
		}
	})
}

func TestAServerShowsACertificateToAClientThatTakesBothAndSaysSo(t *testing.T) {
	inBoth(t, func(t *testing.T, pairOf func(string) *testkit.Pair) {
		for _, takes := range []certificateTypes{rawFirst, x509First} {
			pair := pairOf("either")
			pair.Client.PeerCertificateTypes = takes
			r := reply(t, pair)
			if !r.hasPeer || r.peer != messages.CertificateX509 || len(r.connections[events.Client].PeerChain) == 0 {
				t.Errorf("a client that takes %v is answered %t with %v", takes, r.hasPeer, r.peer)
			}
		}
	})
}

func TestASessionWithARawKeyServesWhereRawKeysAreTaken(t *testing.T) {
	inBoth(t, func(t *testing.T, pairOf func(string) *testkit.Pair) {
		first := pairOf("raw session")
		rawKeys(first)
		withClientCert(first)
		session := established(t, first).Client.Sessions[0]
		for what, c := range map[string]struct {
			change  func(pair *testkit.Pair)
			resumed bool
		}{
			"as before":                      {func(*testkit.Pair) {}, true},
			"with a client for certificates": {func(p *testkit.Pair) { p.Client.PeerCertificateTypes = nil }, false},
			"with a server for certificates": {func(p *testkit.Pair) {
				p.Server.PeerCertificateTypes, p.ClientAnswers.RawKey = x509Alone, false
				p.Client.CertificateTypes = nil
			}, false},
			"with a server that takes both kinds": {func(p *testkit.Pair) { p.Server.PeerCertificateTypes = x509First }, true},
		} {
			pair := pairOf("raw session " + what)
			rawKeys(pair)
			withClientCert(pair)
			again := *session
			pair.Client.Session = &again
			c.change(pair)
			connection := established(t, pair).Server.Engine.Connection()
			if connection.Resumed != c.resumed {
				t.Errorf("%s: resumed %t", what, connection.Resumed)
			}
			if connection.Resumed && connection.PeerRawKey == nil {
				t.Errorf("%s: the session has no key of the client's", what)
			}
		}
	})
}

func TestKindsOfCertificatesThatAreNotThereAreMisuse(t *testing.T) {
	for what, types := range map[string]certificateTypes{
		"OpenPGP": {messages.CertificateOpenPGP}, "twice": {messages.CertificateX509, messages.CertificateX509},
	} {
		pair := small("misuse")
		pair.Client.PeerCertificateTypes = types
		if _, err := pair.Client.Compile(); err == nil {
			t.Errorf("%s: a client takes it", what)
		}
		pair = small("misuse")
		pair.Client.CertificateTypes = types
		if _, err := pair.Client.Compile(); err == nil {
			t.Errorf("%s: a client shows it", what)
		}
	}
}
