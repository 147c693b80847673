package authenticator_test

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// What is made is what the formulas of RFC 9261, Section 5.1 to Section 6, give, with
// either hash function: its keys sign without entropy, so that every byte is known.
func TestAuthenticatorsAreThoseOfTheFormulas(t *testing.T) {
	for version, suites := range map[messages.Version][]messages.CipherSuite{
		messages.TLS13: {messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384},
		messages.TLS12: {messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
	} {
		for _, suite := range suites {
			pair := pairIn(version, suite.String())
			pair.Client.CipherSuites = []messages.CipherSuite{suite}
			c := connect(t, pair)
			for _, answering := range []events.Role{events.Client, events.Server} {
				e, formulas := c.end(answering), referenceOf(t, c.server.engine, answering)
				id := identity(answering, testkit.Ed25519)
				_, read := c.ask(t, answering.Peer(), authenticator.Options{})
				want := formulas.make(t, read.Bytes(), chainOf(read.Options().Context, id), messages.Ed25519, id)
				if got := e.answer(t, read, id); !bytes.Equal(got, want) {
					t.Errorf("%v: the %v's is\n%x, want\n%x", suite, answering, got, want)
				}
				_, read = c.ask(t, answering.Peer(), authenticator.Options{})
				want = formulas.finish(read.Bytes(), written(t, &messages.Certificate13{Context: read.Options().Context}))
				if got := must(e.session.Decline(read))(t, "it declines"); !bytes.Equal(got, want) {
					t.Errorf("%v: the %v declines by\n%x, want\n%x", suite, answering, got, want)
				}
			}
			r := must(c.server.session.Spontaneous(c.hello, nil))(t, "of its own accord")
			id := testkit.Server(testkit.Ed25519)
			want := referenceOf(t, c.client.engine, events.Server).make(t, nil, chainOf(r.Options().Context, id), messages.Ed25519, id)
			if got := c.server.answer(t, r, id); !bytes.Equal(got, want) {
				t.Errorf("%v: of its own accord the server makes\n%x, want\n%x", suite, got, want)
			}
		}
	}
}

func TestARequestIsOnTheWireAsTheRFCHasIt(t *testing.T) {
	for asking, kind := range map[events.Role]byte{events.Client: 17, events.Server: 13} {
		c := connected(t, messages.TLS13, "wire")
		request := must(c.end(asking).session.Request(authenticator.Options{
			Context: []byte("context"), Schemes: []messages.SignatureScheme{messages.Ed25519, messages.ECDSASecp256r1SHA256},
			RequestOCSP: true,
		}))(t, "the request is made")
		want := []byte{kind, 0, 0, 24, 7, 'c', 'o', 'n', 't', 'e', 'x', 't', 0, 14}
		want = append(want, 0, 13, 0, 6, 0, 4, 8, 7, 4, 3) // signature_algorithms
		want = append(want, 0, 5, 0, 0)                    // status_request
		if !bytes.Equal(request.Bytes(), want) {
			t.Errorf("the %v asks by\n%x, want\n%x", asking, request.Bytes(), want)
		}
	}
}
