package engine_test

import (
	"fmt"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// Either end has a certificate of every kind, and shows the one that signs by what
// the other likes best. The authority's scheme is among all lists.
func TestOfSeveralCertificatesTheOneGoesThatThePeerPrefers(t *testing.T) {
	type schemes = []messages.SignatureScheme
	const p256, p384, ed25519, rsa = messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.Ed25519, messages.RSAPSSRSAESHA256
	every := func(of func(kind string) *testkit.Identity) (list []*answer.Certificate) {
		for _, kind := range testkit.Kinds() {
			list = append(list, certified(t, of(kind)))
		}
		return list
	}
	clients, servers := every(testkit.Client), every(testkit.Server)
	for _, version := range []messages.Version{messages.TLS13, messages.TLS12} {
		for _, c := range []struct{ client, server schemes }{
			{schemes{p256, rsa, ed25519}, schemes{rsa, p256, ed25519}},
			{schemes{rsa, p256}, schemes{p256, rsa}},
			{schemes{ed25519, rsa, p256}, schemes{p384, rsa, p256}},
			{schemes{p384, ed25519, p256}, schemes{ed25519, p384, p256}},
		} {
			pair := small(fmt.Sprint(version, c))
			pair.Client.Groups = append(pair.Client.Groups, messages.Secp384r1)
			pair.Server.Groups = pair.Client.Groups
			for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
				common.MinVersion, common.MaxVersion = version, version
			}
			pair.Client.Schemes, pair.Server.Schemes = c.client, c.server
			pair.Server.ClientAuth = engine.RequireClientCert
			client, err := engine.NewClient(&pair.Client)
			if err != nil {
				t.Fatal(err)
			}
			server, err := engine.NewServer(&pair.Server)
			if err != nil {
				t.Fatal(err)
			}
			p := pipe.New(client, server, &answer.Client{Roots: testkit.Roots(), Certificates: clients},
				&answer.Server{ClientRoots: testkit.Roots(), Certificates: servers}, testkit.Now)
			if err := p.Handshake(); err != nil {
				t.Fatalf("%v, %v: %v", version, c, err)
			}
			for role, want := range map[events.Role]messages.SignatureScheme{events.Client: c.client[0], events.Server: c.server[0]} {
				e := map[events.Role]*engine.Engine{events.Client: client, events.Server: server}[role]
				if got := e.Connection().PeerScheme; got != want {
					t.Errorf("%v, %v: the %v is shown a signature by %v", version, c, role, got)
				}
			}
		}
	}
}
