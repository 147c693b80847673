package engine_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// namingMLDSA has both ends take ML-DSA beside what is older, and show keys of a
// kind.
func namingMLDSA(kind string) func(*testkit.Pair) {
	return func(p *testkit.Pair) {
		withClientCert(p)
		p.ServerAnswers.Identity, p.ClientAnswers.Identity = testkit.Server(kind), testkit.Client(kind)
		schemes := []messages.SignatureScheme{messages.MLDSA44, messages.MLDSA65, messages.MLDSA87, messages.ECDSASecp256r1SHA256}
		p.Client.Schemes, p.Server.Schemes = schemes, schemes
	}
}

func TestMLDSAAuthenticatesBothEndsWhereTheConfigsNameIt(t *testing.T) {
	for _, kind := range testkit.MLDSAKinds() {
		for _, raw := range []bool{false, true} {
			pair := testkit.NewPair(kind)
			if raw {
				rawKeys(pair)
			}
			namingMLDSA(kind)(pair)
			p, scheme := established(t, pair), testkit.MLDSAScheme(kind)
			for _, c := range []events.Connection{p.Client.Engine.Connection(), p.Server.Engine.Connection()} {
				if c.LocalScheme != scheme || c.PeerScheme != scheme || (len(c.PeerRawKey) > 0) != raw {
					t.Errorf("%v: it signs by %v, its peer by %v", c.Role, c.LocalScheme, c.PeerScheme)
				}
			}
		}
		wantNoScheme(t, kind)
	}
}

// A key of ML-DSA signs nothing there, whatever the configs and the credential say.
func TestMLDSASignsNothingInTLS12(t *testing.T) {
	for _, by := range []events.Role{events.Client, events.Server} {
		pair := testkit.NewPair("mldsa in 1.2")
		withClientCert(pair)
		inLegacy(pair)
		pair.Client.MaxVersion = messages.TLS13
		schemes := []messages.SignatureScheme{messages.MLDSA65, messages.ECDSASecp256r1SHA256}
		pair.Client.Schemes, pair.Server.Schemes = schemes, schemes
		answers := pair.ServerAnswers
		if by == events.Client {
			answers = pair.ClientAnswers
		}
		answering(answers, func(q *events.ChooseCredential) events.Answer {
			if slices.Contains(q.Schemes, messages.MLDSA65) {
				t.Errorf("the %v is asked for a credential of %v", by, q.Schemes)
			}
			credential := *testkit.Server(testkit.MLDSA65).Credential()
			credential.Schemes = []messages.SignatureScheme{messages.MLDSA65}
			return q.Reply(&credential)
		})
		l := forge.New(pair)
		if by == events.Client {
			forge.Change(l, events.Server, func(m *messages.CertificateRequest12) {
				if !slices.Contains(m.Schemes, messages.MLDSA65) {
					t.Errorf("the server asks for %v", m.Schemes)
				}
			})
		}
		l.Handshake()
		want := map[events.Role]string{events.Client: "no_mutual_scheme", events.Server: "no_mutual_suite"}[by]
		if refuser := l.End(by); refuser.Err == nil || refuser.Err.Refusal.Name != want {
			t.Errorf("the %v: %v", by, refuser.Err)
		}
	}
}

// mldsaOffences are those of ends that sign by ML-DSA.
func mldsaOffences() []offence {
	return []offence{
		{
			sentence: "a server signs by another set of ML-DSA than its key's", refusal: "scheme_for_other_key", by: events.Client,
			pair:  namingMLDSA(testkit.MLDSA65),
			forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = messages.MLDSA44 }),
		},
		{
			sentence: "a client's signature of ML-DSA is changed", refusal: "bad_signature", by: events.Server,
			pair:  namingMLDSA(testkit.MLDSA44),
			forge: clientSays(func(m *messages.CertificateVerify) { m.Signature[len(m.Signature)/2] ^= 1 }),
		},
		{
			sentence: "a server signs by ML-DSA, which was not offered", refusal: "scheme_not_offered", by: events.Client,
			forge: serverSays(func(m *messages.CertificateVerify) { m.Scheme = messages.MLDSA65 }),
		},
		{
			sentence: "a server of TLS 1.2 signs by ML-DSA", refusal: "scheme_not_offered", by: events.Client,
			pair: func(p *testkit.Pair) {
				namingMLDSA(testkit.P256)(p)
				inLegacy(p)
			},
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHE) { m.Scheme = messages.MLDSA65 }),
		},
		{
			sentence: "a client of TLS 1.2 signs by ML-DSA", refusal: "scheme_not_offered", by: events.Server,
			pair: func(p *testkit.Pair) {
				namingMLDSA(testkit.P256)(p)
				inLegacy(p)
			},
			forge: clientSays(func(m *messages.CertificateVerify) { m.Scheme = messages.MLDSA65 }),
		},
	}
}
